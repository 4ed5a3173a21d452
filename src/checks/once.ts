/** Delivered once, took effect once, in order: what happens to one message at its readers. */
import type { Entry, Kind } from '../history/entries.ts';
import { Check } from './check.ts';
import { PerMessage } from './per-message.ts';
import { Relays } from './relays.ts';

/** Long before any run, µs. */
const NEVER = -1e9;

/** Whether an entry tells how a copy came to be handed over again. */
const tellsWhyAgain = ({ kind, reason }: Entry) => kind === 'requeued' || kind === 'dead-lettered' || (kind === 'enqueued' && reason >= 0);
/** One message has one effect at each consumer. */
export class EffectOnce extends Check {
  readonly name = 'effect-once';
  readonly sees: readonly Kind[] = ['crashed', 'sent', 'effect', 'failed'];
  protected state = {};
  private relays = new Relays();
  /** Why work failed of which the effect had been applied already. */
  private regrets = new PerMessage();
  /** The first effect: its entry, its instant, its reader. */
  private first = { id: new PerMessage(), time: new PerMessage(), actor: new PerMessage() };
  private crashes = new Map<number, { id: number; time: number; reason: number }>();
  see(entry: Entry): void {
    if (entry.kind === 'crashed') this.crashes.set(entry.actor, { id: entry.id, time: entry.time, reason: entry.reason });
    if (entry.kind === 'sent') return this.relays.see(entry);
    const { place, message } = entry;
    if (entry.kind === 'failed' && this.follows(entry, this.first.id.at(place, message))) this.regrets.set(place, message, entry.reason);
    if (entry.kind !== 'effect') return;
    const first = { id: this.first.id.at(place, message), time: this.first.time.at(place, message), actor: this.first.actor.at(place, message) };
    if (first.id < 0) {
      this.first.id.set(place, message, entry.id);
      this.first.time.set(place, message, entry.time);
      this.first.actor.set(place, message, entry.actor);
      return;
    }
    let reason = 'clients.sent_twice';
    let queue = '';
    for (const cause of this.causesOf(entry)) {
      if (tellsWhyAgain(cause) && reason === 'clients.sent_twice') reason = this.text(cause.reason);
      if (cause.kind === 'delivered' && queue === '') queue = this.text(cause.place);
    }
    const regret = this.regrets.at(place, message);
    if (regret >= 0) reason = this.text(regret);
    const crash = this.crashes.get(first.actor);
    const crashed = crash !== undefined && crash.id > first.id && crash.id < entry.id ? crash : undefined;
    const facts = { first: this.text(first.actor), firstAt: first.time, second: this.text(entry.actor), attempt: entry.attempt, queue, ...(crashed ? { crashedAt: crashed.time } : {}) };
    const relay = reason === 'clients.sent_twice' ? this.relays.twice(message) : undefined;
    if (!relay) return this.find(entry, 'bad', facts, { reason, causes: crashed ? [first.id, crashed.id] : [first.id] });
    const fell = this.crashes.get(relay.actor);
    const seam = fell !== undefined && fell.id > relay.first && fell.id < relay.second ? fell : undefined;
    const causes = [relay.first, ...(seam ? [seam.id] : []), relay.second, first.id];
    this.find(entry, 'bad', { ...facts, bridge: this.text(relay.actor), ...(seam ? { bridgeCrashedAt: seam.time } : {}) }, { reason: seam ? 'clients.relayed_before_crash' : 'clients.relayed_twice', causes });
  }
  override save(): unknown {
    const { id, time, actor } = this.first;
    return { first: [id.save(), time.save(), actor.save()], regrets: this.regrets.save(), relays: this.relays.save(), crashes: [...this.crashes] };
  }
  override load(state: unknown): void {
    const saved = state as { first: ReturnType<PerMessage['save']>[]; regrets: ReturnType<PerMessage['save']>; relays: ReturnType<Relays['save']>; crashes: [number, { id: number; time: number; reason: number }][] };
    this.regrets.load(saved.regrets);
    this.relays.load(saved.relays);
    Object.values(this.first).forEach((column, i) => column.load(saved.first[i] ?? []));
    this.crashes = new Map(saved.crashes);
  }
  private follows(entry: Entry, id: number): boolean {
    if (id < 0) return false;
    for (const cause of this.causesOf(entry)) if (cause.id === id) return true;
    return false;
  }
}
/** One message is delivered once at each place. */
export class DeliveredOnce extends Check {
  readonly name = 'delivered-once';
  readonly sees: readonly Kind[] = ['delivered', 'sent'];
  protected state = {};
  private relays = new Relays();
  private told = new PerMessage();
  /** The copy that was delivered first. */
  private seen = new PerMessage();
  see(entry: Entry): void {
    if (entry.kind === 'sent') return this.relays.see(entry);
    const { place, message } = entry;
    const copy = this.seen.at(place, message);
    if (copy < 0) return this.seen.set(place, message, entry.copy);
    if (this.told.at(place, message) >= 0) return;
    this.told.set(place, message, 1);
    let reason = copy === entry.copy ? 'clients.redelivered' : this.relays.twice(message) ? 'clients.relayed_twice' : 'clients.sent_twice';
    for (const cause of this.causesOf(entry)) {
      if (!tellsWhyAgain(cause)) continue;
      reason = this.text(cause.reason);
      break;
    }
    this.find(entry, 'note', { reader: this.text(entry.actor), attempt: entry.attempt }, { reason });
  }
  override save(): unknown {
    return { told: this.told.save(), seen: this.seen.save(), relays: this.relays.save() };
  }
  override load(state: unknown): void {
    const saved = state as { told: ReturnType<PerMessage['save']>; seen: ReturnType<PerMessage['save']>; relays: ReturnType<Relays['save']> };
    this.relays.load(saved.relays);
    this.told.load(saved.told);
    this.seen.load(saved.seen);
  }
}
interface Latest {
  seq: number;
  actor: number;
  /** The entry of its effect. */
  entry: number;
  told: number;
  since: number;
}
/** Messages of one key take effect in the order in which they were produced. */
export class Order extends Check {
  readonly name = 'order';
  readonly sees: readonly Kind[] = ['effect'];
  protected state = {};
  /** By place, then by key. */
  private latest = new Map<number, Map<number, Latest>>();
  override untold(): Record<string, number> {
    const out: Record<string, number> = {};
    for (const [place, keys] of this.latest) {
      let since = 0;
      for (const latest of keys.values()) since += latest.since;
      if (since > 0) out[this.text(place)] = since;
    }
    return out;
  }
  see(entry: Entry): void {
    const { messages } = this.context;
    const seq = messages.seq(entry.message);
    const key = messages.key(entry.message);
    let keys = this.latest.get(entry.place);
    if (!keys) this.latest.set(entry.place, (keys = new Map()));
    const latest = keys.get(key);
    if (latest === undefined) {
      keys.set(key, { seq, actor: entry.actor, entry: entry.id, told: NEVER, since: 0 });
      return;
    }
    if (seq > latest.seq) {
      latest.seq = seq;
      latest.actor = entry.actor;
      latest.entry = entry.id;
      return;
    }
    if (seq === latest.seq) return;
    latest.since++;
    if (entry.time - latest.told < 5e6) return;
    const reason = this.whyLate(entry, latest);
    this.find(entry, 'bad', { later: latest.seq, earlier: seq, key, reader: this.text(entry.actor) }, { reason, count: latest.since });
    latest.told = entry.time;
    latest.since = 0;
  }
  /** How the later message came to be first: as far as the two can still be traced back to where they were put. */
  private whyLate(entry: Entry, latest: Latest): string {
    const { history } = this.context;
    const origin = (of: Entry) => {
      let again = '';
      let given: Entry | undefined;
      for (const cause of this.causesOf(of)) {
        if (cause.kind === 'delivered') given ??= cause;
        if ((cause.kind === 'requeued' || (cause.kind === 'enqueued' && cause.reason >= 0)) && again === '') again = this.text(cause.reason);
        if (cause.kind === 'enqueued') return { again, at: cause, given };
      }
      return { again, at: undefined, given };
    };
    const mine = origin(entry);
    if (mine.again !== '') return mine.again;
    const other = latest.entry >= history.first ? origin(history.entry(latest.entry)) : undefined;
    if (mine.at && other?.at) {
      if (mine.at.place !== other.at.place) return 'clients.different_ways';
      if (mine.at.detail !== other.at.detail) return 'clients.different_lanes';
      if (mine.at.id > other.at.id) return 'clients.written_late';
    }
    if (mine.given && other?.given && mine.given.id > other.given.id) return mine.given.reason >= 0 ? this.text(mine.given.reason) : 'clients.handed_over_late';
    return latest.actor === entry.actor ? 'clients.concurrent_slots' : 'clients.concurrent_instances';
  }
  override save(): unknown {
    return [...this.latest].map(([place, keys]) => [place, [...keys].map(([key, latest]) => [key, { ...latest }])]);
  }
  override load(state: unknown): void {
    const saved = state as [number, [number, Latest][]][];
    this.latest = new Map(saved.map(([place, keys]) => [place, new Map(keys.map(([key, latest]) => [key, { ...latest }]))]));
  }
}
