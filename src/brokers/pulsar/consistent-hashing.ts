import { type Assignment, ceilingIndex, type HashRange, type KeySharedConsumer, RANGE_SIZE, stickyKeyHash, type StickyKeyConsumerSelector } from './key-shared.ts';

interface Entry {
  readonly id: number;
  readonly name: string;
  /** Tells consumers of one name apart: the least number that is free when one joins. */
  readonly nameIndex: number;
}
interface Point {
  readonly hash: number;
  readonly consumer: number;
}

/** AUTO_SPLIT with `subscriptionKeySharedUseConsistentHashing`, the default: every consumer has points on a ring. */
export class ConsistentHashingSelector implements StickyKeyConsumerSelector {
  readonly keyHashRange: HashRange;
  readonly #replicaPoints: number;
  /** In the order in which they joined. */
  #entries: Entry[] = [];
  /** By hash. */
  #ring: readonly Point[] = [];

  /** @param replicaPoints `subscriptionKeySharedConsistentHashingReplicaPoints`, @param end of the ring */
  constructor(replicaPoints = 100, end = RANGE_SIZE - 1) {
    this.keyHashRange = { start: 1, end };
    this.#replicaPoints = replicaPoints;
  }
  add({ id, name }: KeySharedConsumer): null {
    const taken = new Set(this.#entries.flatMap((one) => (one.name === name ? [one.nameIndex] : [])));
    let nameIndex = 0;
    while (taken.has(nameIndex)) nameIndex++;
    this.#entries.push({ id, name, nameIndex });
    this.#ring = this.#points();
    return null;
  }
  remove(id: number): void {
    this.#entries = this.#entries.filter((one) => one.id !== id);
    this.#ring = this.#points();
  }
  /** Where points collide, who joined first has the place; the next one gets it when that one leaves. */
  #points(): readonly Point[] {
    const owners = new Map<number, number>();
    for (const { id, name, nameIndex } of this.#entries) {
      for (let point = 0; point < this.#replicaPoints; point++) {
        const hash = stickyKeyHash(`${name}\0${nameIndex}\0${point}`, this.keyHashRange);
        if (!owners.has(hash)) owners.set(hash, id);
      }
    }
    return [...owners].map(([hash, consumer]) => ({ hash, consumer })).sort((a, b) => a.hash - b.hash);
  }
  /** The next point serves, the first one after the last. */
  select(hash: number): number | null {
    const at = ceilingIndex(this.#ring.length, (index) => (this.#ring[index] as Point).hash < hash);
    return (this.#ring[at] ?? this.#ring[0])?.consumer ?? null;
  }
  assignments(): readonly Assignment[] {
    const first = this.#ring[0];
    if (first === undefined) return [];
    const found: Assignment[] = [];
    let { start } = this.keyHashRange;
    for (const { hash, consumer } of [...this.#ring, { hash: this.keyHashRange.end, consumer: first.consumer }]) {
      const last = found.at(-1);
      if (hash < start) continue;
      if (last?.consumer === consumer) found[found.length - 1] = { ...last, end: hash };
      else found.push({ start, end: hash, consumer });
      start = hash + 1;
    }
    return found;
  }
  save(): unknown {
    return this.#entries;
  }
  load(state: unknown): void {
    this.#entries = [...(state as Entry[])];
    this.#ring = this.#points();
  }
}
