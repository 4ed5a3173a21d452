/** What becomes of copies: lost, dropped, expired, dead-lettered, unrouted; and whether the broker's count agrees with ours. */
import { Pages, type PagesState } from '../base/pages.ts';
import { type Entry, type Fate, FATES, type Kind, KINDS } from '../history/entries.ts';
import { Check, type Evidence, type Flood, tellFlood, untoldOf } from './check.ts';

type Was = 'unborn' | 'pending' | 'in flight' | 'ended';
/** By code of the kind: what an entry does to a copy, and from which states it may. */
const CHANGES = KINDS.map((kind) => {
  const change = FATES[kind];
  return change && { from: change.from as readonly (Fate | Was)[], waits: change.to === 'pending', isInFlight: change.to === 'in flight' };
});
/** Copies that are alive, by the custody that the history gives them. */
export class Conservation extends Check {
  readonly name = 'conservation';
  readonly sees: readonly Kind[] = ['accepted', 'census', ...(Object.keys(FATES) as Kind[])];
  protected state = {};
  /** By copy: 0 = not alive, else 1 + twice its place, and 1 more while in flight. */
  private readonly live = new Pages(0, Infinity, Int32Array);
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
    const change = CHANGES[entry.code];
    if (!change) return;
    const { copy } = entry;
    if (entry.kind === 'enqueued' && entry.cause >= 0 && entry.cause === this.promise[0]) this.promise[1]--;
    const known = copy < 0 ? 0 : this.live.at(copy);
    const was: Was = known > 0 ? (known % 2 === 1 ? 'pending' : 'in flight') : copy >= this.born ? 'unborn' : 'ended';
    // What nobody was ever given cannot be done with.
    const never = entry.kind === 'settled' && was === 'pending' && entry.attempt < 1;
    if (never || !change.from.includes(was)) this.find(entry, 'bad', { what: entry.kind, was, copy }, { reason: 'custody.illegal' });
    if (entry.kind === 'enqueued') this.born = Math.max(this.born, copy + 1);
    const place = known > 0 ? (known - 1) >> 1 : entry.place;
    if (known > 0) this.count(place, known % 2 === 0, -1);
    const lives = change.waits || change.isInFlight;
    if (lives) this.count(place, change.isInFlight, 1);
    if (copy >= 0) this.live.set(copy, lives ? 1 + place * 2 + (change.isInFlight ? 1 : 0) : 0);
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
