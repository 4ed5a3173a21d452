import type { TopicPartition } from './assignment.ts';

/**
 * The order in which Java's HashMap and HashSet go over their keys. Kafka's sticky assignors decide by it which of several equal members
 * keeps one partition more, so a model that is to give the same answer has to know it. (Only tables so full of collisions that Java turns
 * a chain into a tree would differ.) https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/HashMap.html
 */

/** `String.hashCode()` */
export function hashOfString(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(31, h) + text.charCodeAt(i)) | 0;
  return h;
}
/** `TopicPartition.hashCode()` */
export function hashOfPartition({ topic, partition }: TopicPartition): number {
  return (Math.imul(31, 31 + partition) + hashOfString(topic)) | 0;
}

const LEAST_CAPACITY = 16;
const bucket = (hash: number, capacity: number) => (hash ^ (hash >>> 16)) & (capacity - 1);

/** A table that holds so many keys: it doubles when three quarters are full. */
function capacityFor(keys: number, capacity = LEAST_CAPACITY): number {
  let grown = capacity;
  while (keys > grown * 0.75) grown *= 2;
  return grown;
}

/**
 * Keys that were put one after the other, in the order of iteration. Keys must differ.
 * @param room for how many keys the table was made; a set copied from another collection has room for one more
 */
export function inHashOrder<K>(keys: readonly K[], hash: (key: K) => number, room = keys.length): K[] {
  const capacity = capacityFor(room);
  return keys
    .map((key) => ({ key, at: bucket(hash(key), capacity) }))
    .sort((a, b) => a.at - b.at)
    .map(({ key }) => key);
}

/** A HashSet that grows and never shrinks. */
export class HashOrderedSet<K> {
  readonly #hash: (key: K) => number;
  readonly #keys = new Set<K>();
  #capacity = LEAST_CAPACITY;

  constructor(hash: (key: K) => number) {
    this.#hash = hash;
  }
  get size(): number {
    return this.#keys.size;
  }
  add(key: K): void {
    this.#keys.add(key);
    this.#capacity = capacityFor(this.#keys.size, this.#capacity);
  }
  delete(key: K): void {
    this.#keys.delete(key);
  }
  /** The first in the order of iteration. */
  first(): K | undefined {
    let best: K | undefined;
    let least = this.#capacity;
    for (const key of this.#keys) {
      const at = bucket(this.#hash(key), this.#capacity);
      if (at < least) [best, least] = [key, at];
    }
    return best;
  }
}
