import type { Refusal } from '../contract.ts';
import { keyHash } from './murmur3.ts';

/** Which consumer of a Key_Shared subscription a message belongs to. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#key_shared */

/** Both ends inclusive. */
export interface HashRange {
  readonly start: number;
  readonly end: number;
}
export const RANGE_SIZE = 65_536;
/** Dispatchers take this hash for "none yet". */
const NOT_SET = 0;

/** The key's slot, as sticky ranges count them. */
export const slotOf = (key: string): number => keyHash(key) % RANGE_SIZE;

/** The key's hash within a selector's range, never 0. */
export function stickyKeyHash(key: string, range: HashRange): number {
  const hash = (keyHash(key) % (range.end - range.start + 1)) + range.start;
  return hash === NOT_SET ? NOT_SET + 1 : hash;
}

export interface KeyedMessage {
  readonly orderingKey?: string;
  readonly key?: string;
  readonly producerName: string;
  readonly sequenceId: number;
}
/** The ordering key goes before the key; a message with neither has one of its own. */
export function stickyKeyOf({ orderingKey, key, producerName, sequenceId }: KeyedMessage): string {
  return orderingKey ?? key ?? `${producerName}-${sequenceId}`;
}

export interface Assignment extends HashRange {
  readonly consumer: number;
}
export interface KeySharedConsumer {
  /** Unique on the subscription. */
  readonly id: number;
  readonly name: string;
  /** STICKY only. */
  readonly hashRanges?: readonly HashRange[];
}

/** Chooses the consumer of a hash. The state is what `save` gives: plain data. */
export interface StickyKeyConsumerSelector {
  readonly keyHashRange: HashRange;
  add(consumer: KeySharedConsumer): Refusal | null;
  remove(id: number): void;
  /** null when nobody serves the hash. */
  select(hash: number): number | null;
  /** In order of their ranges, without overlap. */
  assignments(): readonly Assignment[];
  save(): unknown;
  load(state: unknown): void;
}

/** The first of the sorted items that is not `below`; `length` when all are. */
export function ceilingIndex(length: number, below: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (below(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A range that one consumer lost and another may have got. */
export interface Move extends HashRange {
  readonly from: number | null;
  readonly to: number | null;
}
/** What changed hands between two assignments. */
export function moves(before: readonly Assignment[], after: readonly Assignment[]): readonly Move[] {
  const edges = new Set<number>();
  for (const { start, end } of [...before, ...after]) edges.add(start).add(end + 1);
  const sorted = [...edges].sort((a, b) => a - b);
  const ownerIn = (assignments: readonly Assignment[]) => {
    let at = 0;
    return (hash: number) => {
      while ((assignments[at]?.end ?? Number.POSITIVE_INFINITY) < hash) at++;
      const found = assignments[at];
      return found !== undefined && found.start <= hash ? found.consumer : null;
    };
  };
  const [was, is] = [ownerIn(before), ownerIn(after)];
  const found: Move[] = [];
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [start, end] = [sorted[i] as number, (sorted[i + 1] as number) - 1];
    const [from, to] = [was(start), is(start)];
    const last = found.at(-1);
    if (from === to) continue;
    if (last !== undefined && last.end === start - 1 && last.from === from && last.to === to) found[found.length - 1] = { ...last, end };
    else found.push({ start, end, from, to });
  }
  return found;
}
