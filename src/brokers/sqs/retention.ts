/** Which messages are old enough to go, to within a second. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-architecture.html */
import { heapOf } from './numbers.ts';

const SECOND = 1_000_000;

export interface RetentionState {
  readonly buckets: readonly (readonly [second: number, bucket: Bucket])[];
  readonly seconds: readonly number[];
}
interface Bucket {
  live: number;
  readonly ids: readonly number[];
}
export class Retention {
  /** Ids by the second in which they were sent; a bucket without anything alive is gone. */
  private buckets = new Map<number, { live: number; ids: number[] }>();
  private seconds = heapOf();

  add(id: number, sentAt: number): void {
    const second = Math.floor(sentAt / SECOND);
    const bucket = this.buckets.get(second);
    if (bucket !== undefined) {
      bucket.ids.push(id);
      bucket.live++;
      return;
    }
    this.buckets.set(second, { live: 1, ids: [id] });
    this.seconds.push(second);
  }
  remove(sentAt: number): void {
    const second = Math.floor(sentAt / SECOND);
    const bucket = this.buckets.get(second);
    if (bucket !== undefined && --bucket.live === 0) this.buckets.delete(second);
  }
  /** µs, when all that was sent in the oldest second there is has been kept for `period` µs; Infinity when there is nothing. */
  due(period: number): number {
    let oldest = this.seconds.first();
    for (; oldest !== undefined && !this.buckets.has(oldest); oldest = this.seconds.first()) this.seconds.shift();
    return oldest === undefined ? Infinity : (oldest + 1) * SECOND + period;
  }
  /** The second of the oldest there is, in µs; Infinity when there is nothing. */
  oldest(): number {
    return this.due(-SECOND);
  }
  /** Ids of the oldest second; some may be gone already. */
  takeOldest(): readonly number[] {
    const second = this.seconds.shift();
    const bucket = second === undefined ? undefined : this.buckets.get(second);
    if (second !== undefined) this.buckets.delete(second);
    return bucket?.ids ?? [];
  }
  save(): RetentionState {
    return { buckets: [...this.buckets].map(([second, { live, ids }]) => [second, { live, ids: ids.slice() }]), seconds: this.seconds.sorted() };
  }
  load(state: RetentionState): void {
    this.buckets = new Map(state.buckets.map(([second, { live, ids }]) => [second, { live, ids: [...ids] }]));
    this.seconds = heapOf(state.seconds);
  }
}
