/** Batches that a producer has not yet been answered for, by partition, oldest first. */
import type { NewRecord } from './protocol.ts';

export interface PendingBatch {
  readonly id: number;
  readonly partition: number;
  records: NewRecord[];
  bytes: number;
  /** µs */
  readonly createdAt: number;
  attempts: number;
  /** µs before which it is not sent again. */
  retryAt: number;
  /** First sequence number; -1 until it is given one. */
  sequence: number;
  inFlight: boolean;
}
/** bytes of a batch without records, and of a record's own fields (https://kafka.apache.org/44/implementation/message-format/) */
const BATCH_HEADER = 61;
const RECORD_HEADER = 12;
export const recordBytes = (size: number) => size + RECORD_HEADER;

export class Accumulator {
  used = 0;
  private queues: PendingBatch[][] = [];
  private next = 0;

  queue(partition: number): readonly PendingBatch[] {
    return this.queues[partition] ?? [];
  }
  get partitions(): number[] {
    return this.queues.flatMap((queue, partition) => (queue && queue.length > 0 ? [partition] : []));
  }
  get all(): PendingBatch[] {
    return this.queues.flatMap((queue) => queue ?? []);
  }
  batch(id: number): PendingBatch | undefined {
    for (const queue of this.queues) for (const batch of queue ?? []) if (batch.id === id) return batch;
    return undefined;
  }
  /** @returns whether the newest batch of that partition can take a record of this size */
  fits(partition: number, size: number, batchSize: number): boolean {
    const last = this.queues[partition]?.at(-1);
    return last !== undefined && last.attempts === 0 && !last.inFlight && last.bytes + recordBytes(size) <= batchSize;
  }
  /** @returns the batch when it is a new one */
  add(partition: number, record: NewRecord, batchSize: number, now: number): PendingBatch | undefined {
    const bytes = recordBytes(record.size);
    this.used += bytes;
    if (this.fits(partition, record.size, batchSize)) {
      const last = this.queues[partition]?.at(-1) as PendingBatch;
      last.records.push(record);
      last.bytes += bytes;
      return undefined;
    }
    const batch: PendingBatch = { id: this.next++, partition, records: [record], bytes: BATCH_HEADER + bytes, createdAt: now, attempts: 0, retryAt: 0, sequence: -1, inFlight: false };
    (this.queues[partition] ??= []).push(batch);
    return batch;
  }
  remove(batch: PendingBatch): void {
    const queue = this.queues[batch.partition];
    if (!queue?.includes(batch)) return;
    this.queues[batch.partition] = queue.filter((b) => b !== batch);
    this.used -= batch.records.reduce((sum, r) => sum + recordBytes(r.size), 0);
  }
  /** A batch that is too large for the broker goes in two (Sender.completeBatch). */
  split(batch: PendingBatch): void {
    const queue = this.queues[batch.partition];
    if (!queue) return;
    const half = Math.ceil(batch.records.length / 2);
    const made = [batch.records.slice(0, half), batch.records.slice(half)].map((records): PendingBatch => ({ ...batch, id: this.next++, records, bytes: BATCH_HEADER + records.reduce((sum, r) => sum + recordBytes(r.size), 0), attempts: 1, retryAt: 0, sequence: -1, inFlight: false }));
    queue.splice(queue.indexOf(batch), 1, ...made);
  }
  /** Without idempotence a batch that failed goes to the front, whatever overtook it; with it, to its place by sequence. */
  backToFront(batch: PendingBatch): void {
    const queue = this.queues[batch.partition];
    if (!queue) return;
    queue.splice(queue.indexOf(batch), 1);
    if (batch.sequence < 0) queue.unshift(batch);
    else {
      const at = queue.findIndex((b) => b.sequence < 0 || b.sequence > batch.sequence);
      queue.splice(at < 0 ? queue.length : at, 0, batch);
    }
  }
  clear(): PendingBatch[] {
    const all = this.all;
    this.queues = [];
    this.used = 0;
    return all;
  }
  save(): { readonly used: number; readonly queues: readonly (readonly PendingBatch[])[]; readonly next: number } {
    return { used: this.used, queues: Array.from(this.queues, (q) => (q ?? []).map((b) => ({ ...b, records: [...b.records] }))), next: this.next };
  }
  load(state: ReturnType<Accumulator['save']>): void {
    this.used = state.used;
    this.queues = state.queues.map((q) => q.map((b) => ({ ...b, records: [...b.records] })));
    this.next = state.next;
  }
}
