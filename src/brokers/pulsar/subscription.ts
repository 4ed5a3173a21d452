/** A subscription of one partition: its cursor, its consumers, and what it remembers of deliveries. Only the cursor outlives the broker. */
import { Heap } from '../../base/heap.ts';
import { Cursor, type CursorState } from './cursor.ts';
import { KeyedWaiting, type KeyedState } from './keyed-waiting.ts';
import type { HashRange } from './key-shared.ts';

export type SubscriptionType = 'Exclusive' | 'Failover' | 'Shared' | 'Key_Shared';
export interface KeySharedPolicy {
  readonly mode: 'AUTO_SPLIT' | 'STICKY';
  readonly allowOutOfOrderDelivery: boolean;
  /** STICKY only. */
  readonly ranges: readonly HashRange[];
}
export interface Outstanding {
  /** Messages of the entry that are not acknowledged. */
  count: number;
  readonly hash: number;
}
export interface Consumer {
  readonly id: number;
  /** Who it is to the room. */
  readonly session: string;
  readonly name: string;
  readonly priority: number;
  permits: number;
  unacked: number;
  /** It has maxUnackedMessagesPerConsumer. */
  blocked: boolean;
  /** Permits that came while it was blocked. */
  held: number;
  /** The classic Key_Shared dispatcher gives it nothing from there on; -1 = it may have everything. */
  mayReadTo: number;
  pending: Map<number, Outstanding>;
}
export const canTake = (consumer: Consumer): boolean => consumer.permits > 0 && !consumer.blocked;
export const ascending = (a: number, b: number): number => a - b;
type Delayed = readonly [deliverAt: number, position: number];
const sooner = (a: Delayed, b: Delayed): number => a[0] - b[0] || a[1] - b[1];

export interface SubscriptionState {
  readonly name: string;
  readonly no: number;
  readonly type: SubscriptionType;
  readonly cursor: CursorState;
  readonly consumers: readonly (Omit<Consumer, 'pending'> & { readonly pending: readonly (readonly [number, Outstanding])[] })[];
  readonly turn: number;
  readonly active: number;
  readonly reading: boolean;
  readonly changes: number;
  readonly out: number;
  readonly backlog: number;
  readonly redeliveries: readonly (readonly [number, number])[];
  readonly replay: readonly number[];
  readonly keyed: KeyedState | null;
  readonly delayed: readonly Delayed[];
  readonly tickAt: number;
  readonly blocked: boolean;
}

export class Subscription {
  readonly name: string;
  /** Its number among all of the cluster. */
  readonly no: number;
  type: SubscriptionType;
  readonly cursor: Cursor;
  /** Shared: by priority level, then as they came; Failover: by priority level, then by name. */
  consumers: Consumer[] = [];
  /** Whose turn it is (Shared). */
  turn = 0;
  /** The one that is served (Exclusive, Failover); -1 for nobody. */
  active = -1;
  /** False while a new active consumer is waited for. */
  reading = false;
  /** Counts changes of the active consumer: a delay for an earlier one is void. */
  changes = 0;
  /** Messages that are with consumers, unacknowledged. */
  out = 0;
  /** Messages that are not acknowledged. */
  backlog = 0;
  /** How often each entry was given back, as long as the broker remembers. */
  redeliveries = new Map<number, number>();
  /** What is to be sent again before anything new (Shared). */
  replay = new Heap<number>(ascending);
  keyed: KeyedWaiting | null = null;
  delayed = new Heap<Delayed>(sooner);
  /** When the delayed messages are looked at next; -1 = not planned. */
  tickAt = -1;
  /** It has maxUnackedMessagesPerSubscription. */
  blocked = false;

  constructor(name: string, no: number, type: SubscriptionType, position: number) {
    this.name = name;
    this.no = no;
    this.type = type;
    this.cursor = new Cursor(position);
  }
  /** Messages are acknowledged and redelivered one by one. */
  get individual(): boolean {
    return this.type === 'Shared' || this.type === 'Key_Shared';
  }
  consumer(session: string): Consumer | undefined {
    return this.consumers.find((one) => one.session === session);
  }
  byId(id: number | null): Consumer | undefined {
    return this.consumers.find((one) => one.id === id);
  }
  /** Entries that are not acknowledged. @param end the position of the next entry */
  entriesBehind(end: number): number {
    return end - this.cursor.markDelete - this.cursor.holes;
  }
  /** Who has an entry. */
  holder(position: number): Consumer | undefined {
    return this.consumers.find((one) => one.pending.has(position));
  }
  /** Takes an entry off whoever has it. */
  take(position: number): { readonly from: Consumer; readonly had: Outstanding } | undefined {
    const from = this.holder(position);
    const had = from?.pending.get(position);
    if (from === undefined || had === undefined) return undefined;
    from.pending.delete(position);
    from.unacked -= had.count;
    this.out -= had.count;
    return { from, had };
  }
  save(): SubscriptionState {
    const { name, no, type, turn, active, reading, changes, out, backlog, tickAt, blocked } = this;
    return {
      ...{ name, no, type, turn, active, reading, changes, out, backlog, tickAt, blocked },
      cursor: this.cursor.save(),
      consumers: this.consumers.map((one) => ({ ...one, pending: [...one.pending].map(([p, had]) => [p, { ...had }] as const) })),
      redeliveries: [...this.redeliveries],
      replay: this.replay.sorted(),
      keyed: this.keyed?.save() ?? null,
      delayed: this.delayed.sorted(),
    };
  }
  load(state: SubscriptionState): void {
    const { type, turn, active, reading, changes, out, backlog, tickAt, blocked } = state;
    Object.assign(this, { type, turn, active, reading, changes, out, backlog, tickAt, blocked });
    this.cursor.load(state.cursor);
    this.consumers = state.consumers.map((one) => ({ ...one, pending: new Map(one.pending.map(([p, had]) => [p, { ...had }])) }));
    this.redeliveries = new Map(state.redeliveries);
    this.replay.clear();
    for (const position of state.replay) this.replay.push(position);
    this.delayed.clear();
    for (const one of state.delayed) this.delayed.push(one);
    this.keyed = state.keyed === null ? null : KeyedWaiting.of(state.keyed);
  }
}
