/** What becomes of copies: lost, dropped, expired, dead-lettered, unrouted; and whether the broker's count agrees with ours. */
import { copyOf } from '../base/copy.ts';
import { Pages, type PagesState } from '../base/pages.ts';
import { type Entry, FATES, type Kind } from '../history/entries.ts';
import { Check, type Evidence, type Flood, tellFlood, untoldOf } from './check.ts';

/** Copies that are alive, by the custody that the history gives them. */
export class Conservation extends Check {
  readonly name = 'conservation';
  readonly sees: readonly Kind[] = ['accepted', 'census', ...(Object.keys(FATES) as Kind[])];
  protected state = {};
  /** By copy: 0 = not alive, else 1 + twice its place, and 1 more while in flight. */
  private readonly live = new Pages(0, Infinity);
  /** By place. */
  private pending: number[] = [];
  private inFlight: number[] = [];
  private born = 0;
  /** The accepted entry that enqueued entries refer to: id, and how many more it promised. */
  private promise: [number, number] = [-1, 0];
  see(entry: Entry): void {
    if (entry.kind === 'accepted') {
      this.keepPromise(entry);
      this.promise = [entry.id, entry.detail];
      return;
    }
    if (entry.kind === 'census') return this.compare(entry);
    const change = FATES[entry.kind];
    if (!change) return;
    const { copy } = entry;
    if (entry.kind === 'enqueued' && entry.cause >= 0 && entry.cause === this.promise[0]) this.promise[1]--;
    const known = copy < 0 ? 0 : this.live.at(copy);
    const was = known > 0 ? (known % 2 === 1 ? 'pending' : 'in flight') : copy >= this.born ? 'unborn' : 'ended';
    // What nobody was ever given cannot be done with.
    const never = entry.kind === 'settled' && was === 'pending' && entry.attempt < 1;
    if (never || !(change.from as readonly string[]).includes(was)) this.find(entry, 'bad', { what: entry.kind, was, copy }, { reason: 'custody.illegal' });
    if (entry.kind === 'enqueued') this.born = Math.max(this.born, copy + 1);
    const place = known > 0 ? (known - 1) >> 1 : entry.place;
    if (known > 0) this.count(place, known % 2 === 0, -1);
    const ends = change.to !== 'pending' && change.to !== 'in flight';
    if (!ends) this.count(place, change.to === 'in flight', 1);
    if (copy >= 0) this.live.set(copy, ends ? 0 : 1 + place * 2 + (change.to === 'in flight' ? 1 : 0));
  }
  override save(): unknown {
    return { live: this.live.save(), pending: [...this.pending], inFlight: [...this.inFlight], born: this.born, promise: [...this.promise] };
  }
  override load(state: unknown): void {
    const saved = state as { live: PagesState; pending: number[]; inFlight: number[]; born: number; promise: [number, number] };
    this.live.load(saved.live);
    this.pending = [...saved.pending];
    this.inFlight = [...saved.inFlight];
    this.born = saved.born;
    this.promise = [...saved.promise];
  }
  private keepPromise(entry: Entry): void {
    if (this.promise[1] !== 0) this.find(entry, 'bad', { missing: this.promise[1] }, { reason: 'custody.promise' });
    this.promise = [-1, 0];
  }
  private compare(entry: Entry): void {
    this.keepPromise(entry);
    const pending = this.pending[entry.place] ?? 0;
    const inFlight = this.inFlight[entry.place] ?? 0;
    if (pending !== entry.detail || inFlight !== entry.attempt) this.find(entry, 'bad', { pending, inFlight, brokerPending: entry.detail, brokerInFlight: entry.attempt }, { reason: 'custody.census' });
  }
  private count(place: number, isInFlight: boolean, by: number): void {
    const counts = isInFlight ? this.inFlight : this.pending;
    while (counts.length <= place) counts.push(0);
    (counts[place] as number) += by;
  }
}

/** The detail of a delivery that moves a copy. */
const MOVED = 1;
interface InWork {
  readonly message: number;
  readonly place: number;
  /** Who has it in hand. */
  actor: number;
  /** Custody is over. */
  settled: boolean;
  effect: boolean;
  /** Brokers that have yet to accept it, when it is passed on; -1 when it is not. */
  wires: number;
}
/** Custody ended, and nobody had the effect: witnessed when the copy was destroyed, inferred at the end. */
export class NoLoss extends Check {
  readonly name = 'no-loss';
  readonly sees: readonly Kind[] = ['delivered', 'started', 'sent', 'accepted', 'effect', 'skipped', 'settled', 'requeued', 'dead-lettered', 'crashed', 'lost', 'dropped', 'expired', 'unrouted'];
  protected state = {};
  private floods: Record<string, Flood> = {};
  /** Copies that readers have in work, until their effect. */
  private work = new Map<number, InWork>();
  /** Copies whose message is on its way to other brokers, by message. */
  private relayed = new Map<number, number[]>();
  see(entry: Entry): void {
    switch (entry.kind) {
      case 'delivered':
        // What an operator takes out, or the broker itself, is moved, not consumed.
        if (entry.detail !== MOVED && this.text(entry.actor) !== 'operator') this.work.set(entry.copy, { message: entry.message, place: entry.place, actor: entry.actor, settled: false, effect: false, wires: -1 });
        break;
      case 'started': {
        // It was handed to a function, and is worked on in one of its environments.
        const w = this.work.get(entry.copy);
        if (w) w.actor = entry.actor;
        break;
      }
      case 'sent': {
        // A bridge passes it on: it has its effect when every broker has accepted it, whether the bridge learns of that or not.
        const w = this.work.get(entry.copy);
        if (!w || entry.attempt !== 1) break;
        w.wires = Math.max(0, w.wires) + 1;
        const copies = this.relayed.get(w.message) ?? [];
        if (!copies.includes(entry.copy)) this.relayed.set(w.message, [...copies, entry.copy]);
        break;
      }
      case 'accepted': {
        const copies = this.relayed.size > 0 ? this.relayed.get(entry.message) : undefined;
        for (const copy of copies ?? []) {
          const w = this.work.get(copy);
          if (w && --w.wires <= 0) this.tookEffect(copy, w);
        }
        break;
      }
      case 'effect':
      case 'skipped': {
        const w = this.work.get(entry.copy);
        // What nobody confirmed was only sent.
        if (w && !(w.wires > 0 && this.onlySent(entry))) this.tookEffect(entry.copy, w);
        break;
      }
      case 'settled': {
        const w = this.work.get(entry.copy);
        if (w?.effect) this.forget(entry.copy, w);
        else if (w) w.settled = true;
        break;
      }
      case 'requeued':
      case 'dead-lettered': {
        const w = this.work.get(entry.copy);
        if (w) this.forget(entry.copy, w);
        break;
      }
      case 'crashed':
        for (const [copy, w] of this.work) {
          // What is on its way may still arrive.
          if (w.actor !== entry.actor || !w.settled || w.wires > 0) continue;
          this.forget(copy, w);
          this.lost(entry, { reader: this.text(w.actor) }, { message: w.message, place: this.text(w.place), reason: 'clients.settled_before_effect' });
        }
        break;
      case 'lost':
      case 'dropped':
      case 'expired': {
        const w = this.work.get(entry.copy);
        if (w) this.forget(entry.copy, w);
        if (!w?.effect) this.lost(entry, { what: entry.kind });
        break;
      }
      case 'unrouted':
        this.lost(entry, { what: 'unrouted' });
    }
  }
  override untold(): Record<string, number> {
    return untoldOf(this.floods);
  }
  override judge(): void {
    const { history, now } = { history: this.context.history, now: this.context.now() };
    for (const [copy, w] of this.work) {
      if (!w.settled || w.effect) continue;
      this.forget(copy, w);
      const last = history.length - 1;
      this.find({ ...history.entry(last), time: now }, 'bad', { what: 'never took effect', reader: this.text(w.actor) }, { message: w.message, place: this.text(w.place), reason: 'clients.settled_without_effect' });
    }
  }
  override save(): unknown {
    return copyOf({ floods: this.floods, work: [...this.work], relayed: [...this.relayed] });
  }
  override load(state: unknown): void {
    const saved = copyOf(state as { floods: Record<string, Flood>; work: [number, InWork][]; relayed: [number, number[]][] });
    this.floods = saved.floods;
    this.work = new Map(saved.work);
    this.relayed = new Map(saved.relayed);
  }
  private tookEffect(copy: number, w: InWork): void {
    if (w.settled) this.forget(copy, w);
    else w.effect = true;
  }
  private forget(copy: number, w: InWork): void {
    this.work.delete(copy);
    if (w.wires < 0) return;
    const left = this.relayed.get(w.message)?.filter((c) => c !== copy) ?? [];
    if (left.length > 0) this.relayed.set(w.message, left);
    else this.relayed.delete(w.message);
  }
  private onlySent(effect: Entry): boolean {
    const { history } = this.context;
    return effect.cause >= history.first && history.entry(effect.cause).kind === 'sent';
  }
  private lost(entry: Entry, facts: Evidence['facts'], more: { message?: number; place?: string; reason?: string } = {}): void {
    const place = more.place ?? this.text(entry.place);
    const reason = more.reason ?? this.text(entry.reason);
    const count = tellFlood(this.floods, `${place} ${reason}`, entry.time);
    if (count > 0) this.find(entry, 'bad', facts, { ...more, count });
  }
}

/** One finding per entry of one kind, floods gathered by place and reason. */
abstract class EachEntry extends Check<{ floods: Record<string, Flood> }> {
  protected state: { floods: Record<string, Flood> } = { floods: {} };
  protected readonly severity: Evidence['severity'] = 'warn';
  override untold(): Record<string, number> {
    return untoldOf(this.state.floods);
  }
  see(entry: Entry): void {
    const count = tellFlood(this.state.floods, `${this.text(entry.place)} ${entry.reason}`, entry.time);
    if (count > 0) this.find(entry, this.severity, { attempt: entry.attempt }, { count, causes: entry.cause >= 0 ? [entry.cause] : [] });
  }
}
export class Unrouted extends EachEntry {
  readonly name = 'unrouted';
  readonly sees: readonly Kind[] = ['unrouted'];
  protected override readonly severity = 'bad';
}
export class DeadLettered extends EachEntry {
  readonly name = 'dead-lettered';
  readonly sees: readonly Kind[] = ['dead-lettered'];
  protected override readonly severity = 'note';
}
export class Expired extends EachEntry {
  readonly name = 'expired';
  readonly sees: readonly Kind[] = ['expired'];
}
export class Dropped extends EachEntry {
  readonly name = 'dropped';
  readonly sees: readonly Kind[] = ['dropped'];
}
