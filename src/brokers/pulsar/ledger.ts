/** What the history knows of messages that subscriptions have yet to acknowledge: one copy for each message and subscription. */
import type { RoomHost } from '../contract.ts';

export interface Known {
  /** Its number in the history. */
  readonly copy: number;
  readonly message: number;
  /** The newest entry about it. */
  entry: number;
  /** Deliveries. */
  attempts: number;
  /** A consumer has it. */
  out: boolean;
}
type Copies = Map<number, (Known | undefined)[]>;
export type LedgerState = readonly (readonly [partition: string, subscriptions: readonly (readonly [subscription: string, copies: readonly (readonly [position: number, known: readonly (Known | null)[]])[]])[]])[];
export type Ending = 'settled' | 'dropped' | 'expired' | 'dead-lettered' | 'lost';

export class Ledger {
  private partitions = new Map<string, Map<string, Copies>>();
  private readonly host: RoomHost;
  /** The address of what a subscription has to read of a partition's topic. */
  private readonly place: (partition: string, subscription: string) => string;
  constructor(host: RoomHost, place: (partition: string, subscription: string) => string) {
    this.host = host;
    this.place = place;
  }
  of(partition: string, subscription: string, position: number): readonly (Known | undefined)[] {
    return this.partitions.get(partition)?.get(subscription)?.get(position) ?? [];
  }
  /** @param lane the partition's number, @param reason why it comes back, where it does */
  enqueued(partition: string, subscription: string, position: number, index: number, message: number, cause: number, lane: number, reason?: string): Known {
    const copy = this.host.copy();
    const entry = this.host.record('enqueued', { message, copy, place: this.place(partition, subscription), cause, detail: lane, ...(reason === undefined ? {} : { reason }) });
    const known: Known = { copy, message, entry, attempts: 0, out: false };
    const copies = this.copies(partition, subscription);
    const there = copies.get(position);
    if (there !== undefined) there[index] = known;
    else {
      const row: (Known | undefined)[] = [];
      row[index] = known;
      copies.set(position, row);
    }
    return known;
  }
  delivered(partition: string, subscription: string, known: Known, consumer: string): void {
    known.attempts++;
    known.out = true;
    known.entry = this.host.record('delivered', { ...this.facts(partition, subscription, known), actor: consumer });
  }
  requeued(partition: string, subscription: string, position: number, reason: string): void {
    for (const known of this.of(partition, subscription, position)) {
      if (known?.out !== true) continue;
      known.out = false;
      known.entry = this.host.record('requeued', { ...this.facts(partition, subscription, known), reason });
    }
  }
  /** @returns the entry that says so, or -1 */
  ended(kind: Ending, partition: string, subscription: string, position: number, index: number, reason: string, detail = -1): number {
    const copies = this.copies(partition, subscription);
    const row = copies.get(position);
    const known = row?.[index];
    if (row === undefined || known === undefined) return -1;
    if (kind === 'settled' && known.attempts === 0) {
      // By a consumer that had the message before the subscription began anew: nobody works on this copy.
      known.attempts = 1;
      known.entry = this.host.record('delivered', { ...this.facts(partition, subscription, known), reason: 'pulsar.acknowledged_before', detail: 1 });
    }
    row[index] = undefined;
    if (row.every((one) => one === undefined)) copies.delete(position);
    return this.host.record(kind, { ...this.facts(partition, subscription, known), reason, detail });
  }
  save(): LedgerState {
    return [...this.partitions].map(([partition, subscriptions]) => [partition, [...subscriptions].map(([subscription, copies]) => [subscription, [...copies].map(([position, row]) => [position, Array.from(row, (known) => (known === undefined ? null : { ...known }))] as const)] as const)]);
  }
  load(state: LedgerState): void {
    this.partitions = new Map(state.map(([partition, subscriptions]) => [partition, new Map(subscriptions.map(([subscription, copies]) => [subscription, new Map(copies.map(([position, row]) => [position, row.map((known) => (known === null ? undefined : { ...known }))]))]))]));
  }
  private copies(partition: string, subscription: string): Copies {
    let subscriptions = this.partitions.get(partition);
    if (subscriptions === undefined) this.partitions.set(partition, (subscriptions = new Map()));
    let copies = subscriptions.get(subscription);
    if (copies === undefined) subscriptions.set(subscription, (copies = new Map()));
    return copies;
  }
  private facts(partition: string, subscription: string, { message, copy, entry, attempts }: Known) {
    return { message, copy, place: this.place(partition, subscription), attempt: attempts, cause: entry };
  }
}
