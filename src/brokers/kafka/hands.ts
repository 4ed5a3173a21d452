/** What poll() gave out and the application has not finished, in the order in which it works on it. */
import type { Delivery } from '../contract.ts';
import type { Handed } from './group-reading.ts';
import type { Polled } from './positions.ts';

export interface InHand {
  readonly partition: number;
  readonly offset: number;
  readonly delivery: Delivery;
  /** Work on it has begun. */
  started: boolean;
  /** Its partition was taken away: settling it commits nothing. */
  zombie: boolean;
}
export interface HandsState {
  readonly records: readonly InHand[];
  readonly next: number;
}

export class Hands {
  private records: InHand[] = [];
  /** Handle of the next delivery. */
  private next = 1;

  get all(): readonly InHand[] {
    return this.records;
  }
  get empty(): boolean {
    return this.records.length === 0;
  }
  get allStarted(): boolean {
    return this.records.every((r) => r.started);
  }
  put({ partition, offset, message }: Polled, { copy, attempt, entry }: Handed): void {
    this.records.push({ partition, offset, started: false, zombie: false, delivery: { handle: this.next++, message, copy, attempt, redelivered: attempt > 1, entry } });
  }
  /** Those on which work has not begun. */
  waiting(): readonly Delivery[] {
    return this.records.filter((r) => !r.started).map((r) => r.delivery);
  }
  take({ handle }: Delivery): Readonly<InHand> | undefined {
    // Among the first, since records are worked on in their order.
    const at = this.records.findIndex((r) => r.delivery.handle === handle);
    return at < 0 ? undefined : this.records.splice(at, 1)[0];
  }
  /** Partitions were taken away: what work has not begun on is not worked on. */
  revoke(partitions: readonly number[]): void {
    this.records = this.records.filter((r) => r.started || r.zombie || !partitions.includes(r.partition));
    for (const record of this.records) if (partitions.includes(record.partition)) record.zombie = true;
  }
  /** Partitions were lost without the application's knowledge: it goes through the rest of what poll() gave it. @returns what it is at work on */
  lose(partitions: readonly number[]): readonly Delivery[] {
    const lost = this.records.filter((r) => partitions.includes(r.partition) && !r.zombie);
    for (const record of lost) record.zombie = true;
    const started = lost.filter((r) => r.started);
    this.records = this.records.filter((r) => !started.includes(r));
    return started.map((r) => r.delivery);
  }
  /** The application gives up what work has not begun on. */
  giveBack(): readonly Readonly<InHand>[] {
    const rest = this.records.filter((r) => !r.started && !r.zombie);
    this.records = this.records.filter((r) => !rest.includes(r));
    return rest;
  }
  /** First offset of a partition that is not finished, at most `offset`. */
  unfinished(partition: number, offset: number): number {
    return this.records.reduce((least, r) => (r.partition === partition ? Math.min(least, r.offset) : least), offset);
  }
  clear(): void {
    this.records = [];
    this.next = 1;
  }
  save(): HandsState {
    return { records: this.records.map((r) => ({ ...r })), next: this.next };
  }
  load({ records, next }: HandsState): void {
    this.records = records.map((r) => ({ ...r }));
    this.next = next;
  }
}
