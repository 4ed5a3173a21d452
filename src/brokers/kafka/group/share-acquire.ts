import { type Acquired, type AcquireMode, type InFlightRecord, type OffsetRange, type SharePartitionData, type ShareSettings, throttleFrom } from './share-state.ts';

/** What a fetch read of the log: its batches from the one that holds the offset fetched from. */
export interface Acquisition {
  readonly memberId: string;
  readonly fetchOffset: number;
  readonly batches: readonly OffsetRange[];
  /** `max.poll.records` */
  readonly maxRecords: number;
  readonly mode: AcquireMode;
  /** The lock under which the records are held. */
  readonly lock: number;
}

const end = (data: SharePartitionData) => data.startOffset + data.records.length - 1;

/**
 * Gives a member records: what is available again first, then what is new.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-932%3A+Queues+for+Kafka, https://cwiki.apache.org/confluence/display/KAFKA/KIP-1206%3A+Strict+max+fetch+records+in+share+fetch
 * @returns offsets in ascending order
 */
export function acquire(data: SharePartitionData, settings: ShareSettings, request: Acquisition): number[] {
  const { batches, maxRecords, fetchOffset } = request;
  const logEnd = batches.at(-1)?.last ?? -1;
  if (maxRecords <= 0 || logEnd < data.startOffset) return [];
  const room = settings['group.share.partition.max.record.locks'] - data.records.length;
  let most = Math.min(maxRecords, room);
  let last = logEnd;
  if (most <= 0) {
    // No room for anything new; what lies between may still be given out.
    if (fetchOffset > end(data)) return [];
    most = Math.min(maxRecords, end(data) - fetchOffset + 1);
    last = Math.min(logEnd, end(data));
  }
  const from = Math.max(data.startOffset, batches[0]?.first ?? 0);
  const again = acquireAgain(data, settings, request, { first: from, last }, most);
  if (again.stop || again.offsets.length >= most || last <= end(data)) return again.offsets;
  return [...again.offsets, ...acquireNew(data, request, Math.max(from, end(data) + 1), last, most - again.offsets.length)];
}

/** Batch by batch of those in flight; one with records that failed often comes in parts, and by itself. */
function acquireAgain(data: SharePartitionData, settings: ShareSettings, request: Acquisition, range: OffsetRange, most: number): { offsets: number[]; stop: boolean } {
  const limit = settings['group.share.delivery.count.limit'];
  const offsets: number[] = [];
  for (const batch of inFlightBatches(data, range)) {
    if (offsets.length >= most) break;
    const available = batch.filter((offset) => recordAt(data, offset)?.state === 'Available');
    const throttled = available.some((offset) => (recordAt(data, offset)?.deliveryCount ?? 0) >= throttleFrom(limit));
    if (throttled && offsets.length > 0) return { offsets, stop: true };
    const room = request.mode === 'record_limit' ? most - offsets.length : Number.POSITIVE_INFINITY;
    const taken = portion(data, available, limit).slice(0, room);
    for (const offset of taken) take(recordAt(data, offset), request);
    offsets.push(...taken);
    if (throttled && taken.length > 0) return { offsets, stop: true };
  }
  return { offsets, stop: false };
}
/** Half of the batch from half of the limit on, a quarter the next time …; a last delivery is one record alone. */
function portion(data: SharePartitionData, available: readonly number[], limit: number): number[] {
  const taken: number[] = [];
  let most = Number.POSITIVE_INFINITY;
  for (const offset of available) {
    const record = recordAt(data, offset);
    if (record === undefined) continue;
    const isLast = limit > 2 && record.deliveryCount === limit - 1;
    if (isLast && taken.length > 0) break;
    const over = record.deliveryCount - throttleFrom(limit);
    if (over >= 0 && most === Number.POSITIVE_INFINITY) most = Math.max(1, record.batchSize >> (over + 1));
    taken.push(offset);
    if (isLast || taken.length === most) break;
  }
  return taken;
}
function* inFlightBatches(data: SharePartitionData, { first, last }: OffsetRange): Generator<number[]> {
  let batch: number[] = [];
  for (let offset = first; offset <= Math.min(last, end(data)); offset++) {
    if (batch.length > 0 && recordAt(data, offset)?.batch !== recordAt(data, offset - 1)?.batch) {
      yield batch;
      batch = [];
    }
    batch.push(offset);
  }
  if (batch.length > 0) yield batch;
}

/** Whole batches of the log, and in one piece; of the last, with a strict limit, only part is given out. */
function acquireNew(data: SharePartitionData, request: Acquisition, first: number, logEnd: number, most: number): number[] {
  const wanted = first + most - 1;
  const last = wanted >= logEnd ? logEnd : (request.batches.find((batch) => batch.first <= wanted && wanted <= batch.last)?.last ?? wanted);
  // A first fetch may find that the log begins later than the start offset.
  if (data.records.length === 0) data.startOffset = first;
  // Offsets that the log no longer has, between what is in flight and what was read.
  for (let offset = end(data) + 1; offset < first; offset++) data.records.push({ state: 'Archived', deliveryCount: 0, member: '', lock: 0, batch: offset, batchSize: 1 });
  const pieces = request.mode === 'record_limit' ? [{ first, last }] : split(request, { first, last });
  const offsets: number[] = [];
  for (const piece of pieces) {
    for (let offset = piece.first; offset <= piece.last; offset++) {
      const record: InFlightRecord = { state: 'Available', deliveryCount: 0, member: '', lock: 0, batch: piece.first, batchSize: piece.last - piece.first + 1 };
      data.records.push(record);
      if (request.mode === 'record_limit' && offsets.length >= most) continue;
      take(record, request);
      offsets.push(offset);
    }
  }
  return offsets;
}
/** Where the log's batches end, as soon as a piece is as long as what was asked for: pieces are acknowledged and locked as one. */
function split({ batches, maxRecords }: Acquisition, { first, last }: OffsetRange): OffsetRange[] {
  const pieces: OffsetRange[] = [];
  let from = first;
  if (last - first + 1 > maxRecords) {
    for (const batch of batches) {
      if (batch.first > last) break;
      if (batch.first - from < maxRecords) continue;
      pieces.push({ first: from, last: batch.first - 1 });
      from = batch.first;
    }
  }
  return [...pieces, { first: from, last }];
}

export const recordAt = (data: SharePartitionData, offset: number): InFlightRecord | undefined => data.records[offset - data.startOffset];

function take(record: InFlightRecord | undefined, { memberId, lock }: Acquisition): void {
  if (record === undefined) return;
  record.state = 'Acquired';
  record.deliveryCount++;
  record.member = memberId;
  record.lock = lock;
}

/** Offsets side by side with one delivery count are told as one range. */
export function asRanges(data: SharePartitionData, offsets: readonly number[]): Acquired[] {
  const ranges: Acquired[] = [];
  for (const offset of offsets) {
    const record = recordAt(data, offset);
    const before = ranges.at(-1);
    const deliveryCount = record?.deliveryCount ?? 0;
    const goesOn = before !== undefined && before.last === offset - 1 && before.deliveryCount === deliveryCount && record?.batch === recordAt(data, before.first)?.batch;
    if (goesOn) ranges[ranges.length - 1] = { ...before, last: offset };
    else ranges.push({ first: offset, last: offset, deliveryCount });
  }
  return ranges;
}
