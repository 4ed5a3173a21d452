/** Tells the history what the brokers' events mean for the copies of the ledger. */
import type { RoomHost } from '../contract.ts';
import type { Entry } from './entry-log.ts';
import type { Again, Gone, PulsarEvent, Returned } from './events.ts';
import { Ledger, type LedgerState } from './ledger.ts';
import type { Farewell } from './traffic.ts';

const GONE: Readonly<Record<Gone, string>> = { ttl: 'pulsar.ttl', evicted: 'pulsar.backlog_eviction', skipped: 'pulsar.backlog_cleared', reset: 'pulsar.cursor_reset', unsubscribed: 'pulsar.unsubscribed', topic_deleted: 'pulsar.topic_deleted' };
const RETURNED: Readonly<Record<Returned, string>> = { nack: 'pulsar.negative_ack', ack_timeout: 'pulsar.ack_timeout', consumer_gone: 'pulsar.consumer_gone', rewound: 'pulsar.failover', unloaded: 'pulsar.unloaded', reset: 'pulsar.cursor_reset' };
const AGAIN: Readonly<Record<Again, string>> = { ack_not_written: 'pulsar.ack_not_written', reset: 'pulsar.cursor_reset', initial_position: 'pulsar.initial_position' };

/** Partitions → the document. */
export interface Geography {
  /** The node of a partition's topic; its name where the document has none. */
  node(partition: string): string;
  place(partition: string, subscription: string): string;
  lane(partition: string): number;
  /** The client of a session. */
  client(session: string): string;
}
export interface TellerState {
  readonly ledger: LedgerState;
  readonly farewells: readonly (readonly [string, readonly (readonly [string, Farewell])[]])[];
}
const nameOf = (position: number, index: number): string => `${position} ${index}`;

export class Teller {
  readonly ledger: Ledger;
  private readonly host: RoomHost;
  private readonly geography: Geography;
  /** What applications said of messages that they have acknowledged or will, by partition and subscription. */
  private farewells = new Map<string, Map<string, Farewell>>();
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
    this.ledger = new Ledger(host, (partition, subscription) => geography.place(partition, subscription));
  }
  farewell(partition: string, subscription: string, said: readonly Farewell[]): void {
    if (said.length === 0) return;
    const key = `${partition} ${subscription}`;
    let known = this.farewells.get(key);
    if (known === undefined) this.farewells.set(key, (known = new Map()));
    for (const one of said) known.set(nameOf(one.position, one.index), one);
  }
  tell(event: PulsarEvent): void {
    const { ledger } = this;
    switch (event.kind) {
      case 'stored':
        return this.stored(event.partition, event.entry, event.subscriptions, event.kept);
      case 'duplicate':
        for (const message of event.messages) this.host.record('accepted', { message, place: this.geography.node(event.partition), reason: 'pulsar.duplicate', detail: 0 });
        return;
      case 'missed':
        return event.entry.messages.forEach((_, i) => void ledger.ended('dropped', event.partition, event.subscription, event.entry.position, i, 'pulsar.no_permits'));
      case 'acked':
        return this.acked(event.partition, event.subscription, event.position, event.indexes);
      case 'returned':
        return ledger.requeued(event.partition, event.subscription, event.position, RETURNED[event.why]);
      case 'gone':
        return this.gone(event.partition, event.subscription, event.position, event.why);
      case 'again':
        return this.again(event.partition, event.subscription, event.entry, event.why);
      case 'blocked': {
        const { partition, subscription, session, begins } = event;
        const place = this.geography.place(partition, subscription);
        this.host.record('throttled', { place, ...(session === null ? {} : { actor: this.geography.client(session) }), reason: begins ? 'pulsar.unacked_limit' : 'pulsar.unacked_limit_ends', detail: this.geography.lane(partition) });
        return;
      }
      default:
        return;
    }
  }
  save(): TellerState {
    return { ledger: this.ledger.save(), farewells: [...this.farewells].map(([key, known]) => [key, [...known]]) };
  }
  load(state: TellerState): void {
    this.ledger.load(state.ledger);
    this.farewells = new Map(state.farewells.map(([key, known]) => [key, new Map(known)]));
  }
  private stored(partition: string, entry: Entry, subscriptions: readonly string[], kept: boolean): void {
    const { geography, host } = this;
    const place = geography.node(partition);
    for (const [i, message] of entry.messages.entries()) {
      const cause = host.record('accepted', { message, place, detail: subscriptions.length, cause: entry.cause });
      if (subscriptions.length === 0 && !kept) host.record('unrouted', { message, place, reason: 'pulsar.no_subscription', cause });
      for (const subscription of subscriptions) this.ledger.enqueued(partition, subscription, entry.position, i, message, cause, geography.lane(partition));
    }
  }
  private acked(partition: string, subscription: string, position: number, indexes: readonly number[] | null): void {
    const said = this.farewells.get(`${partition} ${subscription}`);
    for (const i of indexes ?? this.ledger.of(partition, subscription, position).keys()) {
      const farewell = said?.get(nameOf(position, i));
      said?.delete(nameOf(position, i));
      if (farewell === undefined) this.ledger.ended('settled', partition, subscription, position, i, 'pulsar.ack');
      else this.ledger.ended(farewell.how, partition, subscription, position, i, farewell.reason, farewell.how === 'dead-lettered' ? farewell.copies : -1);
    }
  }
  /** Time to live acknowledges: what a consumer has is done with, what waits is gone. */
  private gone(partition: string, subscription: string, position: number, why: Gone): void {
    this.ledger.of(partition, subscription, position).forEach((known, i) => {
      if (known === undefined) return;
      const kind = why !== 'ttl' ? 'dropped' : known.out ? 'settled' : 'expired';
      this.ledger.ended(kind, partition, subscription, position, i, GONE[why]);
    });
  }
  private again(partition: string, subscription: string, entry: Entry, why: Again): void {
    const there = this.ledger.of(partition, subscription, entry.position);
    for (const [i, message] of entry.messages.entries()) if (there[i] === undefined) this.ledger.enqueued(partition, subscription, entry.position, i, message, -1, this.geography.lane(partition), AGAIN[why]);
  }
}
