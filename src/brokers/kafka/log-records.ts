/** The records of a partition in columns: what they are by offset. */
import { Rows } from '../../base/rows.ts';
import type { NewRecord } from './protocol.ts';

/** What the records that are written together have in common. */
export interface BatchHeader {
  readonly producerId: number;
  readonly transactional: boolean;
  /** A control batch: its one record ends a transaction. */
  readonly control: boolean;
}
/** bytes of a batch without its records (https://kafka.apache.org/44/implementation/message-format/) */
export const BATCH_OVERHEAD = 61;
/** The columns of a record. WHAT: its place in its batch, and what it is. */
const TIME = 0;
const [MESSAGE, KEY, SIZE, PRODUCER, WHAT] = [0, 1, 2, 3, 4] as const;
/** Bits of WHAT, below the place. */
const [ACCEPTED, ABORTED, TRANSACTIONAL, CONTROL, GONE] = [1, 2, 4, 8, 16] as const;
const PLACE_SHIFT = 5;

export class LogRecords {
  protected readonly records = new Rows(1, 5);

  /** Log start offset: below it nothing can be read. */
  get start(): number {
    return this.records.first;
  }
  /** Log end offset: that of the next record. */
  get end(): number {
    return this.records.end;
  }
  /** Whether a record of an application is there: no control record, and none that compaction took. */
  has(offset: number): boolean {
    return this.records.has(offset) && (this.what(offset) & (CONTROL | GONE)) === 0;
  }
  /** The message of a record that is there. */
  message(offset: number): number {
    return this.records.narrow(offset, MESSAGE);
  }
  /** bytes, as counted against batch.size and retention.bytes; 0 where no record is left */
  size(offset: number): number {
    return this.present(offset) ? this.records.narrow(offset, SIZE) : 0;
  }
  /** CreateTime of a record that is there, µs */
  time(offset: number): number {
    return this.records.wide(offset, TIME);
  }
  /** First offset of the batch with which a record was written; the log may begin later. */
  batchStart(offset: number): number {
    return this.records.has(offset) ? Math.max(this.start, offset - (this.what(offset) >> PLACE_SHIFT)) : offset;
  }
  /** Offset behind that batch. */
  batchEnd(offset: number): number {
    let end = offset + 1;
    while (end < this.end && this.what(end) >> PLACE_SHIFT > 0) end++;
    return end;
  }
  /** bytes of the batch that begins there, of which compaction may have taken records, or all */
  batchBytes(first: number, end: number): number {
    let bytes = 0;
    let left = false;
    for (let offset = first; offset < end; offset++) {
      if (!this.present(offset)) continue;
      left = true;
      bytes += this.size(offset);
    }
    return left ? bytes + BATCH_OVERHEAD : 0;
  }
  /** It belongs to a transaction that was aborted: read_committed never sees it. */
  aborted(offset: number): boolean {
    return (this.what(offset) & ABORTED) !== 0;
  }
  transactional(offset: number): boolean {
    return (this.what(offset) & TRANSACTIONAL) !== 0;
  }
  /** The broker has answered for it: its readers may count on it. */
  accepted(offset: number): boolean {
    return (this.what(offset) & ACCEPTED) !== 0;
  }
  /** The broker answers for a record, whose readers may count on it from now on. @returns whether this is news */
  accept(offset: number): boolean {
    if (!this.present(offset) || this.accepted(offset)) return false;
    this.records.setNarrow(offset, WHAT, this.what(offset) | ACCEPTED);
    return true;
  }
  /** Offsets from `from` on that a producer wrote in transactions. */
  ofTransactions(producerId: number, from: number): number[] {
    const offsets: number[] = [];
    for (let offset = Math.max(from, this.start); offset < this.end; offset++) if (this.has(offset) && this.transactional(offset) && this.records.narrow(offset, PRODUCER) === producerId) offsets.push(offset);
    return offsets;
  }
  abort(offsets: readonly number[]): void {
    for (const offset of offsets) this.records.setNarrow(offset, WHAT, this.what(offset) | ABORTED);
  }
  protected write({ message, key, size, time }: NewRecord, { producerId, transactional, control }: BatchHeader, place: number): void {
    const { records } = this;
    const offset = records.append();
    records.setWide(offset, TIME, time);
    records.setNarrow(offset, MESSAGE, message);
    records.setNarrow(offset, KEY, key);
    records.setNarrow(offset, SIZE, size);
    records.setNarrow(offset, PRODUCER, producerId);
    records.setNarrow(offset, WHAT, (place << PLACE_SHIFT) | (transactional ? TRANSACTIONAL : 0) | (control ? CONTROL | ACCEPTED : 0));
  }
  /** Compaction takes it: a hole is left. */
  protected remove(offset: number): void {
    this.records.setNarrow(offset, WHAT, this.what(offset) | GONE);
  }
  /** A record is there, be it a control record: compaction did not take it. */
  protected present(offset: number): boolean {
    return this.records.has(offset) && (this.what(offset) & GONE) === 0;
  }
  private what(offset: number): number {
    return this.records.narrow(offset, WHAT);
  }
  protected key(offset: number): number {
    return this.records.narrow(offset, KEY);
  }
}
