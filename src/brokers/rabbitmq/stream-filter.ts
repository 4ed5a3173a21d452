import type { FieldValue, Table } from './events.ts';
import { phash2 } from './phash2.ts';

/** Stream filtering: a Bloom filter for each chunk (https://github.com/rabbitmq/osiris/blob/main/src/osiris_bloom.erl). A chunk is one message here. */

export interface StreamFilter {
  readonly values: readonly string[];
  /** x-stream-match-unfiltered: messages without a filter value pass, too. */
  readonly unfiltered: boolean;
}
export const FILTER_VALUE = 'x-stream-filter-value';

/** What a consumer's arguments ask for; null for everything. */
export function filterOf({ 'x-stream-filter': filter, 'x-stream-match-unfiltered': unfiltered }: Table): StreamFilter | null {
  const values = typeof filter === 'string' ? [filter] : isList(filter) ? filter.filter((one): one is string => typeof one === 'string') : null;
  return values === null || values.length === 0 ? null : { values, unfiltered: unfiltered === true };
}
/** What a message is filtered by, or null. */
export const filterValueOf = ({ [FILTER_VALUE]: value }: Table): string | null => (typeof value === 'string' && value !== '' ? value : null);
const isList = (value: FieldValue | undefined): value is readonly FieldValue[] => Array.isArray(value);

/** Whether a message may pass: as any Bloom filter, one for another value may, too, when its bits are the same. */
export function passesFilter(filter: StreamFilter, value: string | null, filterBytes: number): boolean {
  if (value === null) return filter.unfiltered;
  const bits = bitsOf(value, filterBytes);
  return filter.values.some((one) => one === value || bitsOf(one, filterBytes).every((bit) => bits.includes(bit)));
}
/** Bit 0 says that there are messages without a value. */
function bitsOf(value: string, filterBytes: number): readonly number[] {
  if (value === '') return [0];
  const range = filterBytes * 8 - 1;
  return [phash2(value, range) + 1, phash2([value], range) + 1];
}
