/**
 * Pictures as late as the eye is. Every hop is seen for longer than it takes, so a message that is told to lie in a queue is, to the eye, still flying
 * to the exchange before it. Each place is therefore shown as it was so long ago that what flies to it lands when it begins to lie there.
 */
import type { PlaceView } from '../../worker/protocol.ts';
import type { Wire } from './geometry.ts';
import { HOP } from './presentation.ts';

/** Hops beyond these add nothing: nobody should wait longer for a cell. */
const DEEPEST = 4;
/** Pictures come less often than flights: so much earlier a place is shown, ms, so that nothing has landed before its cell is there. */
const AHEAD = 60;
/** More pictures than this are not kept: a tab that nobody sees takes them and paints none. */
const KEPT = 40;

/** How many hops each place is away from where messages come from. */
export function hopsOf(wires: Iterable<Pick<Wire, 'from' | 'to'>>): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>();
  const reached = new Set<string>();
  for (const { from, to } of wires) {
    next.set(from, [...(next.get(from) ?? []), to]);
    reached.add(to);
  }
  const hops = new Map<string, number>();
  let front = [...next.keys()].filter((id) => !reached.has(id));
  for (let n = 0; front.length > 0 && n <= DEEPEST; n++) {
    for (const id of front) hops.set(id, n);
    front = [...new Set(front.flatMap((id) => next.get(id) ?? []))].filter((id) => !hops.has(id));
  }
  return hops;
}

interface Snapshot {
  /** Presentation time, ms. */
  readonly at: number;
  readonly places: ReadonlyMap<string, PlaceView>;
}
export class Lag {
  private hops: ReadonlyMap<string, number> = new Map();
  private kept: Snapshot[] = [];
  /** Hops that nobody waits for: a single step is seen at once, wherever it happens. */
  private skipped = 0;
  /** By number of hops, the picture that places so far away are shown from. */
  private chosen: (Snapshot | undefined)[] = [];

  wires(wires: ReadonlyMap<string, Wire>): void {
    this.hops = hopsOf(wires.values());
    this.chosen = [];
  }
  /** ms of presentation time by which a place is shown late. */
  of(place: string): number {
    return this.lateness(this.hops.get(place) ?? 0);
  }
  /** What is told from now on is seen at once at these places, and later only behind them. Without any: everything as late as it is far. */
  startAt(places: readonly string[]): void {
    this.skipped = places.length === 0 ? 0 : Math.min(...places.map((id) => this.hops.get(id) ?? 0));
  }
  add(at: number, places: readonly PlaceView[]): void {
    this.kept.push({ at, places: new Map(places.map((p) => [p.id, p])) });
    if (this.kept.length > KEPT) this.kept.shift();
  }
  /** Only the newest picture counts: time has jumped, or nothing moves. */
  catchUp(): void {
    this.kept = this.kept.slice(-1);
    this.chosen = [];
  }
  /** ms until everything that was told can be seen. */
  get depth(): number {
    return this.lateness(DEEPEST);
  }
  /** @returns what is shown at `time`; null where it is what was shown before */
  at(time: number): PlaceView[] | null {
    const newest = this.kept.at(-1);
    if (!newest) return null;
    let changed = false;
    for (let n = 0; n <= DEEPEST; n++) {
      const due = time - Math.max(0, this.lateness(n) - AHEAD);
      const snapshot = this.kept.findLast((s) => s.at <= due) ?? this.chosen[n] ?? this.kept[0];
      if (snapshot === this.chosen[n]) continue;
      this.chosen[n] = snapshot;
      changed = true;
    }
    if (!changed) return null;
    const oldest = Math.min(...this.chosen.map((s) => s?.at ?? 0));
    this.kept = this.kept.filter((s) => s.at >= oldest);
    return [...newest.places.values()].map((place) => this.chosen[this.hops.get(place.id) ?? 0]?.places.get(place.id) ?? place);
  }
  /** Whether a picture has come that not every place is shown from yet. */
  get behind(): boolean {
    const newest = this.kept.at(-1);
    return this.chosen.some((s) => s !== newest);
  }
  private lateness(hops: number): number {
    return Math.max(0, hops - this.skipped) * HOP;
  }
}
