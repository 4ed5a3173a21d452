/** What a Key_Shared subscription has read and could not send yet: by consumer, and by hash where a hash has to drain first. */
import { Heap } from '../../base/heap.ts';
import { AutoSplitSelector } from './auto-split.ts';
import { ConsistentHashingSelector } from './consistent-hashing.ts';
import { DrainingHashes } from './draining-hashes.ts';
import { stickyKeyHash, type StickyKeyConsumerSelector } from './key-shared.ts';
import { StickyRangesSelector } from './sticky-ranges.ts';

/** Nobody serves its hash. */
const NOBODY = -1;
const ascending = (a: number, b: number): number => a - b;
export interface KeyedPlan {
  readonly sticky: boolean;
  readonly outOfOrder: boolean;
  /** The dispatcher from before 4.0. */
  readonly classic: boolean;
  /** Points of a consumer on the ring; 0 = ranges are split in half. */
  readonly points: number;
}
export interface KeyedState {
  readonly plan: KeyedPlan;
  readonly selector: unknown;
  readonly draining: unknown;
  readonly heaps: readonly (readonly [number, readonly number[]])[];
  readonly parked: readonly (readonly [number, readonly number[]])[];
  readonly hashes: readonly (readonly [number, number])[];
  readonly hashOf: readonly (readonly [number, number])[];
}

/** The ring of the classic dispatcher has as many places as there are hashes. */
const CLASSIC_RING = 0x7fff_fffe;

export class KeyedWaiting {
  readonly plan: KeyedPlan;
  readonly selector: StickyKeyConsumerSelector;
  /** Null where nothing drains: STICKY, out of order, and the classic dispatcher, which makes new consumers wait instead. */
  readonly draining: DrainingHashes | null;
  private heaps = new Map<number, Heap<number>>();
  private parked = new Map<number, number[]>();
  /** How many wait, by hash. */
  private hashes = new Map<number, number>();
  /** Of all that wait, the hash. */
  private hashOf = new Map<number, number>();

  constructor(plan: KeyedPlan) {
    this.plan = plan;
    this.selector = plan.sticky ? new StickyRangesSelector() : plan.points > 0 ? new ConsistentHashingSelector(plan.points, plan.classic ? CLASSIC_RING : undefined) : new AutoSplitSelector();
    this.draining = plan.sticky || plan.outOfOrder || plan.classic ? null : new DrainingHashes();
  }
  static of(state: KeyedState): KeyedWaiting {
    const one = new KeyedWaiting(state.plan);
    one.selector.load(state.selector);
    one.draining?.load(state.draining);
    one.parked = new Map(state.parked.map(([hash, positions]) => [hash, [...positions]]));
    one.hashes = new Map(state.hashes);
    one.hashOf = new Map(state.hashOf);
    for (const [id, positions] of state.heaps) for (const position of positions) one.heap(id).push(position);
    return one;
  }
  get size(): number {
    return this.hashOf.size;
  }
  hash(key: string): number {
    return stickyKeyHash(key, this.selector.keyHashRange);
  }
  /** Something of this hash waits: what comes later has to wait, too. */
  hasHash(hash: number): boolean {
    return this.hashes.has(hash);
  }
  add(position: number, hash: number): void {
    if (this.hashOf.has(position)) return;
    this.hashOf.set(position, hash);
    this.hashes.set(hash, (this.hashes.get(hash) ?? 0) + 1);
    this.heap(this.selector.select(hash) ?? NOBODY).push(position);
  }
  /** The next for a consumer. */
  first(id: number): { readonly position: number; readonly hash: number } | undefined {
    const heap = this.heaps.get(id);
    for (let position = heap?.first(); position !== undefined; position = heap?.first()) {
      const hash = this.hashOf.get(position);
      if (hash !== undefined) return { position, hash };
      // It was removed meanwhile.
      heap?.shift();
    }
    return undefined;
  }
  /** The first of a consumer goes out, or is acknowledged. */
  remove(position: number): void {
    const hash = this.hashOf.get(position);
    if (hash === undefined) return;
    this.hashOf.delete(position);
    const left = (this.hashes.get(hash) ?? 1) - 1;
    if (left > 0) this.hashes.set(hash, left);
    else this.hashes.delete(hash);
  }
  /** The first of a consumer waits until its hash has drained. */
  park(id: number): void {
    const first = this.first(id);
    if (first === undefined) return;
    this.heap(id).shift();
    const known = this.parked.get(first.hash);
    if (known === undefined) this.parked.set(first.hash, [first.position]);
    else known.push(first.position);
  }
  drained(hash: number): void {
    const positions = this.parked.get(hash) ?? [];
    this.parked.delete(hash);
    for (const position of positions) if (this.hashOf.has(position)) this.heap(this.selector.select(hash) ?? NOBODY).push(position);
  }
  /** Consumers have changed: everything waits for whoever serves its hash now. */
  reassign(): void {
    const all = [...this.hashOf].sort(([a], [b]) => a - b);
    this.clear();
    for (const [position, hash] of all) this.add(position, hash);
  }
  clear(): void {
    this.heaps.clear();
    this.parked.clear();
    this.hashes.clear();
    this.hashOf.clear();
  }
  /** The first that waits, of all. */
  oldest(): number | undefined {
    let least: number | undefined;
    for (const id of this.heaps.keys()) {
      const position = this.first(id)?.position;
      if (position !== undefined && (least === undefined || position < least)) least = position;
    }
    return least;
  }
  save(): KeyedState {
    return {
      plan: this.plan,
      selector: this.selector.save(),
      draining: this.draining?.save() ?? null,
      heaps: [...this.heaps].map(([id, heap]) => [id, heap.sorted()]),
      parked: [...this.parked].map(([hash, positions]) => [hash, [...positions]]),
      hashes: [...this.hashes],
      hashOf: [...this.hashOf],
    };
  }
  private heap(id: number): Heap<number> {
    let heap = this.heaps.get(id);
    if (heap === undefined) this.heaps.set(id, (heap = new Heap<number>(ascending)));
    return heap;
  }
}
