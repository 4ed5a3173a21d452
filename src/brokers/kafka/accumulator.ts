/** Batches that a producer has not yet been answered for, by partition, oldest first. */
import { BATCH_OVERHEAD } from './log-records.ts';
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
/** bytes of a record's own fields: an estimate (https://kafka.apache.org/44/implementation/message-format/) */
const RECORD_HEADER = 12;
export const recordBytes = (size: number): number => size + RECORD_HEADER;
const NOTHING: readonly PendingBatch[] = [];

export class Accumulator {
  used = 0;
  /** By partition. */
  private queues: PendingBatch[][] = [];
  private byId = new Map<number, PendingBatch>();
  private next = 0;

  /** Partitions that may have batches: those below. */
  get partitions(): number {
    return this.queues.length;
  }
  queue(partition: number): readonly PendingBatch[] {
    return this.queues[partition] ?? NOTHING;
  }
  get size(): number {
    return this.byId.size;
  }
  get all(): PendingBatch[] {
    return this.queues.flat();
  }
  batch(id: number): PendingBatch | undefined {
    return this.byId.get(id);
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
    const last = this.queues[partition]?.at(-1);
    if (last && this.fits(partition, record.size, batchSize)) {
      last.records.push(record);
      last.bytes += bytes;
      return undefined;
    }
    const batch: PendingBatch = { id: this.next++, partition, records: [record], bytes: BATCH_OVERHEAD + bytes, createdAt: now, attempts: 0, retryAt: 0, sequence: -1, inFlight: false };
    while (this.queues.length <= partition) this.queues.push([]);
    this.queues[partition]?.push(batch);
    this.byId.set(batch.id, batch);
    return batch;
  }
  remove(batch: PendingBatch): void {
    const queue = this.queues[batch.partition];
    if (!queue || !this.byId.delete(batch.id)) return;
    queue.splice(queue.indexOf(batch), 1);
    this.used -= batch.bytes - BATCH_OVERHEAD;
  }
  /** A batch that is too large for the broker goes in two (Sender.completeBatch). */
  split(batch: PendingBatch): void {
    const queue = this.queues[batch.partition];
    if (!queue) return;
    const middle = Math.ceil(batch.records.length / 2);
    const made = [batch.records.slice(0, middle), batch.records.slice(middle)].map((records): PendingBatch => ({ ...batch, id: this.next++, records, bytes: BATCH_OVERHEAD + records.reduce((sum, r) => sum + recordBytes(r.size), 0), attempts: 1, retryAt: 0, sequence: -1, inFlight: false }));
    queue.splice(queue.indexOf(batch), 1, ...made);
    this.byId.delete(batch.id);
    for (const half of made) this.byId.set(half.id, half);
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
    this.byId.clear();
    this.used = 0;
    return all;
  }
  save(): { readonly used: number; readonly queues: readonly (readonly PendingBatch[])[]; readonly next: number } {
    return { used: this.used, queues: this.queues.map((q) => q.map((b) => ({ ...b, records: [...b.records] }))), next: this.next };
  }
  load(state: ReturnType<Accumulator['save']>): void {
    this.used = state.used;
    this.queues = state.queues.map((q) => q.map((b) => ({ ...b, records: [...b.records] })));
    this.byId = new Map(this.all.map((b) => [b.id, b]));
    this.next = state.next;
  }
}
