import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import type { Table, Version } from './events.ts';
import type { Retention } from './stream-log.ts';

/** Arguments and policies of streams (https://github.com/rabbitmq/rabbitmq-server/blob/v4.0.5/deps/rabbit/src/rabbit_stream_queue.erl). */

export interface StreamSettings extends Retention {
  /** x-stream-filter-size-bytes. */
  readonly filterBytes: number;
}

const DAY = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { Y: 365 * DAY, M: 30 * DAY, D: DAY, h: 3_600_000, m: 60_000, s: 1000 };

/** Milliseconds of `7D`, `5m` and the like; null when it is none, 'crash' when the server fails over it for want of a number. */
export function streamInterval(text: string): number | null | 'crash' {
  const digits = /^\d*/.exec(text)?.[0] ?? '';
  const unit = text.slice(digits.length);
  if (digits === '') return 'crash';
  const each = Object.hasOwn(UNITS, unit) ? (UNITS[unit] ?? 0) : 0;
  const ms = Number(digits) * each;
  return ms > 0 ? ms : null;
}

const LARGEST_SEGMENT = 3_000_000_000;
const [SMALLEST_FILTER, LARGEST_FILTER] = [16, 255];

/** What is looked at last: after the types and the properties of the queue. */
export function checkStreamArguments({ 'x-stream-max-segment-size-bytes': segment, 'x-stream-filter-size-bytes': filter }: Table, version: Version): Refusal | null {
  if (typeof segment === 'number' && segment > LARGEST_SEGMENT) return errors.segmentTooLarge();
  if (filter === undefined || version === '3.10.8') return null;
  return typeof filter === 'number' && filter >= SMALLEST_FILTER && filter <= LARGEST_FILTER ? null : errors.filterSize();
}

const DEFAULT_SEGMENT = 500_000_000;
export const noStream: StreamSettings = { maxBytes: null, maxAge: null, maxSegmentBytes: DEFAULT_SEGMENT, filterBytes: SMALLEST_FILTER };

/** A policy counts before an argument, whichever is lower. */
export function streamSettings(args: Table, policy: Table): StreamSettings {
  const own = (name: string) => policy[name] ?? args[`x-${name}`];
  const number = (name: string) => {
    const value = own(name);
    return typeof value === 'number' ? value : null;
  };
  const age = own('max-age');
  const ms = typeof age === 'string' ? streamInterval(age) : null;
  return {
    maxBytes: number('max-length-bytes'),
    maxAge: ms === 'crash' ? null : ms,
    maxSegmentBytes: number('stream-max-segment-size-bytes') ?? noStream.maxSegmentBytes,
    filterBytes: number('stream-filter-size-bytes') ?? noStream.filterBytes,
  };
}
