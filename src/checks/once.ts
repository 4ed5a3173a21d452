/** Delivered once, took effect once: what happens to one message at its readers. */
import type { Entry, Kind } from '../history/entries.ts';
import { nodeOf, roomOf } from '../scenario/document.ts';
import { Check, type Evidence } from './check.ts';
import { PerMessage } from './per-message.ts';
import { Republished, type RepublishedState } from './republished.ts';

/** Whether an entry tells how a copy came to be handed over again. */
const tellsWhyAgain = ({ kind, reason }: Entry) => kind === 'requeued' || kind === 'dead-lettered' || (kind === 'enqueued' && reason >= 0);
/** How something came to be, as far as its causes are resident. */
interface Way {
  /** The newest entry that tells how the copy was put back, or came to lie where it lies. */
  readonly again: Entry | undefined;
  readonly given: Entry | undefined;
  readonly accepted: Entry | undefined;
}
interface Why {
  readonly reason: string;
  /** A bridge published it for each of two handings-over: the entries of the two publications. */
  readonly relay?: { readonly first: number; readonly second: number };
}
/** Something happens to a message for the second time. */
abstract class Again extends Check {
  protected state = {};
  protected readonly published = new Republished();
  protected wayOf(entry: Entry): Way {
    let [again, given, accepted]: (Entry | undefined)[] = [];
    for (const cause of this.causesOf(entry)) {
      if (tellsWhyAgain(cause)) again ??= cause;
      if (cause.kind === 'delivered') given ??= cause;
      if (cause.kind === 'accepted') accepted ??= cause;
    }
    return { again, given, accepted };
  }
  protected resident(id: number): Entry | undefined {
    return id >= this.context.history.first ? this.context.history.entry(id) : undefined;
  }
  /** @param first what happened for the first time, if that is still resident */
  protected whyAgain(entry: Entry, { again, accepted }: Way, first: Entry | undefined): Why {
    if (again) return { reason: this.text(again.reason) };
    if (first ? first.copy === entry.copy : entry.attempt > 1) return { reason: 'clients.redelivered' };
    const other = first && this.wayOf(first).accepted;
    if (!accepted || !other) return { reason: 'clients.two_copies' };
    if (accepted.id === other.id || accepted.place !== other.place) return { reason: 'clients.two_ways' };
    const relay = this.published.twice(entry.message, (bridge) => this.leads(bridge, accepted.place));
    if (relay) return { reason: 'clients.relayed_twice', relay };
    return { reason: this.published.wasRetried(entry.message) ? 'clients.sent_twice' : 'clients.two_copies' };
  }
  /** Whether a bridge publishes to the broker of a place. */
  private leads(bridge: number, place: number): boolean {
    const document = this.context.effective();
    const room = roomOf(document, nodeOf(this.text(place)));
    return document.links.some(({ from, to }) => from === this.text(bridge) && roomOf(document, to) === room);
  }
}
/** Crashes that are remembered of each instance. */
const CRASHES = 64;
/** One message has one effect at each consumer. */
export class EffectOnce extends Again {
  readonly name = 'effect-once';
  readonly sees: readonly Kind[] = ['crashed', 'sent', 'effect', 'failed'];
  /** Why work failed of which the effect had been applied already. */
  private regrets = new PerMessage(Int32Array);
  /** The first effect: its entry, its instant, its reader. */
  private first = { id: new PerMessage(Float64Array), time: new PerMessage(Float64Array), actor: new PerMessage(Int32Array) };
  /** By instance, oldest first. */
  private crashes = new Map<number, { readonly id: number; readonly time: number }[]>();
  see(entry: Entry): void {
    if (entry.kind === 'crashed') return this.crashed(entry);
    if (entry.kind === 'sent') return this.published.see(entry);
    const { place, message } = entry;
    if (entry.kind === 'failed' && this.follows(entry, this.first.id.at(place, message))) this.regrets.set(place, message, entry.reason);
    if (entry.kind !== 'effect') return;
    if (this.first.id.at(place, message) < 0) {
      this.first.id.set(place, message, entry.id);
      this.first.time.set(place, message, entry.time);
      this.first.actor.set(place, message, entry.actor);
    } else this.twice(entry);
  }
  override save(): unknown {
    const { id, time, actor } = this.first;
    return { first: [id.save(), time.save(), actor.save()], regrets: this.regrets.save(), published: this.published.save(), crashes: [...this.crashes].map(([actor, all]) => [actor, [...all]]) };
  }
  override load(state: unknown): void {
    const saved = state as { first: ReturnType<PerMessage['save']>[]; regrets: ReturnType<PerMessage['save']>; published: RepublishedState; crashes: [number, { id: number; time: number }[]][] };
    this.regrets.load(saved.regrets);
    this.published.load(saved.published);
    Object.values(this.first).forEach((column, i) => column.load(saved.first[i] ?? []));
    this.crashes = new Map(saved.crashes.map(([actor, all]) => [actor, [...all]]));
  }
  private crashed({ id, time, actor }: Entry): void {
    const all = this.crashes.get(actor) ?? [];
    all.push({ id, time });
    if (all.length > CRASHES) all.shift();
    this.crashes.set(actor, all);
  }
  private twice(entry: Entry): void {
    const { place, message } = entry;
    const first = { id: this.first.id.at(place, message), time: this.first.time.at(place, message), actor: this.first.actor.at(place, message) };
    const resident = this.resident(first.id);
    const way = this.wayOf(entry);
    const why = this.whyAgain(entry, way, resident);
    const regret = this.regrets.at(place, message);
    const crash = resident && this.crashBetween(resident, way.again);
    const idempotency = this.context.effective().nodes.find(({ id }) => id === this.text(place))?.config?.['idempotency'];
    const facts: Evidence['facts'] = {
      first: this.text(first.actor),
      firstAt: first.time,
      second: this.text(entry.actor),
      attempt: entry.attempt,
      queue: way.given === undefined ? '' : this.text(way.given.place),
      idempotency: typeof idempotency === 'string' ? idempotency : 'none',
      ...(crash ? { crashedAt: crash.time } : {}),
    };
    if (!why.relay) return this.find(entry, 'bad', facts, { reason: regret >= 0 ? this.text(regret) : why.reason, causes: crash ? [first.id, crash.id] : [first.id] });
    this.relayed(entry, facts, first.id, why.relay);
  }
  /** A bridge on the way had it twice. */
  private relayed(entry: Entry, facts: Evidence['facts'], effect: number, relay: { readonly first: number; readonly second: number }): void {
    const [first, second] = [this.resident(relay.first), this.resident(relay.second)];
    const seam = first && second && this.crashBetween(first, this.wayOf(second).again);
    const causes = [relay.first, ...(seam ? [seam.id] : []), relay.second, effect];
    const bridges = first && second ? { bridge: this.text(first.actor), bridgeAgain: this.text(second.actor) } : {};
    this.find(entry, 'bad', { ...facts, ...bridges, ...(seam ? { bridgeCrashedAt: seam.time } : {}) }, { reason: seam ? 'clients.relayed_before_crash' : 'clients.relayed_twice', causes });
  }
  /** The first crash of whoever did something to a copy, if it came before that very copy was put back: its custody had not ended by then. */
  private crashBetween(done: Entry, again: Entry | undefined): { readonly id: number; readonly time: number } | undefined {
    const crash = this.crashes.get(done.actor)?.find(({ id }) => id > done.id);
    return crash !== undefined && again !== undefined && again.copy === done.copy && again.id > crash.id ? crash : undefined;
  }
  private follows(entry: Entry, id: number): boolean {
    if (id < 0) return false;
    for (const cause of this.causesOf(entry)) if (cause.id === id) return true;
    return false;
  }
}
/** One message is delivered once at each place. */
export class DeliveredOnce extends Again {
  readonly name = 'delivered-once';
  readonly sees: readonly Kind[] = ['delivered', 'sent'];
  private told = new PerMessage(Int32Array);
  /** The entry of the first delivery. */
  private first = new PerMessage(Float64Array);
  see(entry: Entry): void {
    if (entry.kind === 'sent') return this.published.see(entry);
    const { place, message } = entry;
    const first = this.first.at(place, message);
    if (first < 0) return this.first.set(place, message, entry.id);
    if (this.told.at(place, message) >= 0) return;
    this.told.set(place, message, 1);
    const { reason } = this.whyAgain(entry, this.wayOf(entry), this.resident(first));
    this.find(entry, 'note', { reader: this.text(entry.actor), attempt: entry.attempt }, { reason });
  }
  override save(): unknown {
    return { told: this.told.save(), first: this.first.save(), published: this.published.save() };
  }
  override load(state: unknown): void {
    const saved = state as { told: ReturnType<PerMessage['save']>; first: ReturnType<PerMessage['save']>; published: RepublishedState };
    this.published.load(saved.published);
    this.told.load(saved.told);
    this.first.load(saved.first);
  }
}
