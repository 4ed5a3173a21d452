import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import { type Assignment, ceilingIndex, type HashRange, type KeySharedConsumer, RANGE_SIZE, type StickyKeyConsumerSelector } from './key-shared.ts';

const overlap = (a: HashRange, b: HashRange) => Math.max(a.start, b.start) <= Math.min(a.end, b.end);
const shown = ({ start, end }: HashRange) => `[${start},${end}]`;

/** What the client refuses of `KeySharedPolicy.stickyHashRange().ranges(…)` before it asks the broker. */
export function checkStickyRanges(ranges: readonly HashRange[]): Refusal | null {
  const shown = ({ start, end }: HashRange) => `[${start}, ${end}]`;
  if (ranges.length === 0) return errors.illegalArgument('Ranges for KeyShared policy must not be empty.');
  for (const [i, range] of ranges.entries()) {
    if (range.start < 0 || range.end >= RANGE_SIZE) return errors.illegalArgument(`Ranges must be [0, 65535] but provided range is ${shown(range)}`);
    const other = ranges.find((one, j) => i !== j && overlap(one, range));
    if (other !== undefined) return errors.illegalArgument(`Ranges for KeyShared policy with overlap between ${shown(range)} and ${shown(other)}`);
  }
  return null;
}

/** STICKY: every consumer names its ranges. What nobody named is not dispatched. */
export class StickyRangesSelector implements StickyKeyConsumerSelector {
  readonly keyHashRange: HashRange = { start: 0, end: RANGE_SIZE - 1 };
  /** By start. */
  #assigned: Assignment[] = [];

  add({ id, hashRanges }: KeySharedConsumer): Refusal | null {
    if (hashRanges === undefined) return errors.consumerAssign('Must specify key shared meta for consumer.');
    if (hashRanges.length === 0) return errors.consumerAssign('Ranges for KeyShared policy must not be empty.');
    const sorted = [...hashRanges].sort((a, b) => a.start - b.start);
    for (const [at, range] of sorted.entries()) {
      if (range.start > range.end) return errors.consumerAssign(`Fixed hash range start > end for range: ${shown(range)}`);
      const next = sorted[at + 1];
      if (next !== undefined && overlap(range, next)) return errors.consumerAssign(`Consumer's own ranges conflict: ${shown(range)} overlaps with ${shown(next)}`);
    }
    for (const range of hashRanges) {
      const other = this.#assigned.find((one) => overlap(one, range));
      if (other !== undefined) return errors.consumerAssign(`Range conflict with consumer ${other.consumer}`);
    }
    this.#assigned = [...this.#assigned, ...sorted.map(({ start, end }) => ({ start, end, consumer: id }))].sort((a, b) => a.start - b.start);
    return null;
  }
  remove(id: number): void {
    this.#assigned = this.#assigned.filter((one) => one.consumer !== id);
  }
  select(hash: number): number | null {
    const found = this.#assigned[ceilingIndex(this.#assigned.length, (index) => (this.#assigned[index] as Assignment).end < hash)];
    return found !== undefined && found.start <= hash ? found.consumer : null;
  }
  assignments(): readonly Assignment[] {
    return this.#assigned;
  }
  save(): unknown {
    return this.#assigned;
  }
  load(state: unknown): void {
    this.#assigned = [...(state as Assignment[])];
  }
}
