/** One partition of a topic, or a topic without partitions: what its broker holds of it. */
import type { Sender } from './events.ts';
import { type Entry, EntryLog, type LogState } from './entry-log.ts';
import { Subscription, type SubscriptionState } from './subscription.ts';

export type AccessMode = 'Shared' | 'Exclusive' | 'ExclusiveWithFencing' | 'WaitForExclusive';
export interface Producer {
  readonly session: string;
  readonly name: string;
  readonly mode: AccessMode;
  /** Incarnation of its process: it goes on with the epoch of the topic that it was given. */
  readonly life: number;
}
/** The epoch that a producer was given, and its incarnation then. */
interface Held {
  readonly life: number;
  readonly epoch: number;
}
/** An entry on its way to the bookies. */
export interface Writing {
  readonly entry: Entry;
  readonly to: Sender;
  readonly at: number;
}
export interface PartitionState {
  readonly name: string;
  readonly no: number;
  readonly log: LogState;
  readonly subscriptions: readonly SubscriptionState[];
  readonly producers: readonly Producer[];
  readonly waiters: readonly Producer[];
  readonly exclusive: string | null;
  readonly fenced: readonly string[];
  readonly epoch: number;
  readonly epochs: readonly (readonly [session: string, held: Held])[];
  readonly writing: readonly Writing[];
  readonly owner: number;
  readonly serving: boolean;
  readonly opened: boolean;
  readonly slowestIn: number;
  readonly moves: number;
  readonly sequences: readonly (readonly [string, readonly [number, number]])[];
  readonly budget: number;
  readonly refillAt: number;
}

export class Partition {
  /** "orders", or "orders-partition-0". */
  readonly name: string;
  readonly topic: string;
  /** -1 = its topic has no partitions. */
  readonly index: number;
  readonly persistent: boolean;
  /** Its number among all of the cluster. */
  no = -1;
  readonly log = new EntryLog();
  readonly subscriptions = new Map<string, Subscription>();
  producers: Producer[] = [];
  /** They wait for exclusive access, the longest first. */
  waiters: Producer[] = [];
  /** Session of the producer that has exclusive access. */
  exclusive: string | null = null;
  /** Sessions that were fenced out and do not know it yet. */
  fenced = new Set<string>();
  /** Counts how often exclusive access was given anew. */
  epoch = 0;
  /** What producers with exclusive access know of it, by session. */
  epochs = new Map<string, Held>();
  writing: Writing[] = [];
  /** The broker that serves it. */
  owner = -1;
  serving = false;
  /** Where the ledger begins in which the slowest cursor was when it was last looked at. */
  slowestIn = -1;
  /** Its broker has a ledger for it to write to. */
  opened = false;
  /** Counts its moves: what was planned before one is void. */
  moves = 0;
  /** Deduplication: the highest sequence id by producer name, and since when it is gone, or was last heard of. */
  sequences = new Map<string, readonly [sequence: number, at: number]>();
  /** Messages that may still be dispatched in this second. */
  budget = 0;
  refillAt = -1;

  constructor(topic: string, index: number, persistent: boolean) {
    this.topic = topic;
    this.index = index;
    this.persistent = persistent;
    this.name = index < 0 ? topic : `${topic}-partition-${index}`;
  }
  /** As brokers know it. */
  get fullName(): string {
    return `${this.persistent ? 'persistent' : 'non-persistent'}://public/default/${this.name}`;
  }
  /** Where the next entry will be. */
  get next(): number {
    return this.log.end + this.writing.length;
  }
  /** The subscription whose mark-delete position is the lowest. */
  get slowest(): Subscription | undefined {
    let slowest: Subscription | undefined;
    for (const s of this.subscriptions.values()) if (slowest === undefined || s.cursor.markDelete < slowest.cursor.markDelete) slowest = s;
    return slowest;
  }
  /** bytes of the largest backlog, as brokers estimate it */
  get backlogBytes(): number {
    const { slowest } = this;
    return slowest === undefined ? 0 : this.log.bytesFrom(slowest.cursor.markDelete);
  }
  /** When the oldest entry that somebody has yet to acknowledge was published; -1 for none. */
  get oldest(): number {
    let least = Infinity;
    for (const { cursor } of this.subscriptions.values()) least = Math.min(least, this.log.at(cursor.markDelete)?.publishTime ?? Infinity);
    return least === Infinity ? -1 : least;
  }
  /** A producer is gone; its sequence ids are known for some time. */
  silent(producer: string, now: number): void {
    const known = this.sequences.get(producer);
    if (known !== undefined) this.sequences.set(producer, [known[0], now]);
  }
  save(): PartitionState {
    const { name, no, producers, waiters, exclusive, epoch, writing, owner, serving, opened, slowestIn, moves, budget, refillAt } = this;
    return {
      ...{ name, no, exclusive, epoch, owner, serving, opened, slowestIn, moves, budget, refillAt },
      producers: [...producers],
      waiters: [...waiters],
      writing: [...writing],
      fenced: [...this.fenced],
      epochs: [...this.epochs],
      sequences: [...this.sequences],
      log: this.log.save(),
      subscriptions: [...this.subscriptions.values()].map((s) => s.save()),
    };
  }
  load(state: PartitionState): void {
    const { no, exclusive, epoch, owner, serving, opened, slowestIn, moves, budget, refillAt } = state;
    Object.assign(this, { no, exclusive, epoch, owner, serving, opened, slowestIn, moves, budget, refillAt });
    this.producers = [...state.producers];
    this.waiters = [...state.waiters];
    this.writing = [...state.writing];
    this.fenced = new Set(state.fenced);
    this.epochs = new Map(state.epochs);
    this.sequences = new Map(state.sequences);
    this.log.load(state.log);
    this.subscriptions.clear();
    for (const saved of state.subscriptions) {
      const subscription = new Subscription(saved.name, saved.no, saved.type, 0);
      subscription.load(saved);
      this.subscriptions.set(saved.name, subscription);
    }
  }
}
