/** Batches that a producer has not yet been answered for, by partition, oldest first. */
import { Things } from '../../base/things.ts';
import { BATCH_OVERHEAD } from './log-records.ts';
import type { NewRecord } from './protocol.ts';

export interface PendingBatch {
  readonly id: number;
  readonly partition: number;
  records: NewRecord[];
  bytes: number;
  /** bytes of buffer.memory that it holds, and can have at most */
  readonly buffer: number;
  /** A record did not fit: nothing is added any more. */
  closed: boolean;
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
/** bytes: a buffer has room for the longest that a record's own fields could become */
const RESERVE = 16;
/** Nothing can be added to it: it goes before its time (ProducerBatch.isFull). */
export const isFull = ({ bytes, buffer, closed }: PendingBatch): boolean => closed || bytes >= buffer;

export class Accumulator {
  /** bytes of buffer.memory: a batch holds its buffer until it is answered for */
  used = 0;
  /** By partition. */
  private queues: PendingBatch[][] = [];
  private readonly byId = new Things<PendingBatch>();
  private next = 0;
  /** How many are under way, by partition. */
  private flying: number[] = [];
  /** Partitions that ever had a batch. */
  private readonly known = new Set<number>();

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
    return this.byId.at(id);
  }
  /** @returns whether the newest batch of that partition can take a record of this size */
  fits(partition: number, size: number): boolean {
    const newest = this.newest(partition);
    return newest !== undefined && !isFull(newest) && newest.bytes + recordBytes(size) <= newest.buffer;
  }
  /** @returns whether no batch of that partition waits for more records */
  allFull(partition: number): boolean {
    const newest = this.newest(partition);
    return newest === undefined || isFull(newest);
  }
  /** A record did not fit. */
  closeNewest(partition: number): void {
    const newest = this.newest(partition);
    if (newest) newest.closed = true;
  }
  /** bytes of the buffer that a batch gets for its first record (BufferPool) */
  static buffer(size: number, batchSize: number): number {
    return Math.max(batchSize, BATCH_OVERHEAD + recordBytes(size) + RESERVE);
  }
  /** @returns the batch when it is a new one */
  add(partition: number, record: NewRecord, batchSize: number, now: number): PendingBatch | undefined {
    const bytes = recordBytes(record.size);
    const newest = this.newest(partition);
    if (newest && this.fits(partition, record.size)) {
      newest.records.push(record);
      newest.bytes += bytes;
      return undefined;
    }
    this.closeNewest(partition);
    const buffer = Accumulator.buffer(record.size, batchSize);
    const batch: PendingBatch = { id: this.next++, partition, records: [record], bytes: BATCH_OVERHEAD + bytes, buffer, closed: false, createdAt: now, attempts: 0, retryAt: 0, sequence: -1, inFlight: false };
    this.used += buffer;
    this.known.add(partition);
    while (this.queues.length <= partition) this.queues.push([]);
    this.queues[partition]?.push(batch);
    this.byId.set(batch.id, batch);
    return batch;
  }
  /** How many partitions ever had a batch. */
  get knownPartitions(): number {
    return this.known.size;
  }
  /** Batches of a partition that are not under way. */
  waiting(partition: number): number {
    return this.queue(partition).length - (this.flying[partition] ?? 0);
  }
  setInFlight(batch: PendingBatch, on: boolean): void {
    if (batch.inFlight === on) return;
    batch.inFlight = on;
    this.flying[batch.partition] = (this.flying[batch.partition] ?? 0) + (on ? 1 : -1);
  }
  remove(batch: PendingBatch): void {
    const queue = this.queues[batch.partition];
    if (!queue || !this.byId.has(batch.id)) return;
    this.byId.delete(batch.id);
    this.setInFlight(batch, false);
    queue.splice(queue.indexOf(batch), 1);
    this.used -= batch.buffer;
  }
  /** A batch that is too large for the broker goes in two (Sender.completeBatch). */
  split(batch: PendingBatch): void {
    const queue = this.queues[batch.partition];
    if (!queue) return;
    const middle = Math.ceil(batch.records.length / 2);
    // Their memory is none of the pool's.
    this.used -= batch.buffer;
    const made = [batch.records.slice(0, middle), batch.records.slice(middle)].map((records): PendingBatch => ({ ...batch, id: this.next++, records, bytes: BATCH_OVERHEAD + records.reduce((sum, r) => sum + recordBytes(r.size), 0), buffer: 0, attempts: 1, retryAt: 0, sequence: -1, inFlight: false }));
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
    this.flying = [];
    this.known.clear();
    this.byId.clear();
    this.used = 0;
    return all;
  }
  save(): { readonly used: number; readonly queues: readonly (readonly PendingBatch[])[]; readonly next: number; readonly known: readonly number[] } {
    return { known: [...this.known], used: this.used, queues: this.queues.map((q) => q.map((b) => ({ ...b, records: [...b.records] }))), next: this.next };
  }
  load(state: ReturnType<Accumulator['save']>): void {
    this.used = state.used;
    this.known.clear();
    for (const partition of state.known) this.known.add(partition);
    this.queues = state.queues.map((q) => q.map((b) => ({ ...b, records: [...b.records] })));
    this.flying = this.queues.map((q) => q.filter(({ inFlight }) => inFlight).length);
    this.byId.load(this.all.map((b) => [b.id, b]));
    this.next = state.next;
  }

  /** The newest batch of a partition that was not sent yet. */
  private newest(partition: number): PendingBatch | undefined {
    const last = this.queues[partition]?.at(-1);
    return last === undefined || last.inFlight || last.attempts > 0 ? undefined : last;
  }
}
