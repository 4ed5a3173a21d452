/** What every part of the service shares: its tables, its clock, its luck, and what it has to tell. */
import { Deque } from '../../base/deque.ts';
import type { BrokerHost } from '../contract.ts';
import type { Entry, OrderedKey, PubSubEvent, Snapshot, Subscription, SubscriptionConfig, Topic, TopicConfig } from './model.ts';
import { parseFilter } from './filter.ts';

/** Draws: true with the given probability; nothing is drawn for 0 and 1. */
export type Chance = (share: number, purpose: string) => boolean;
/** A whole number from 0 to below `n`. */
export type Pick = (n: number, purpose: string) => number;
export interface Luck {
  readonly chance: Chance;
  readonly pick: Pick;
}
/** What a timer is about. */
export type Hold = { readonly subscription: number; readonly seq: number; readonly hold: number } | { readonly subscription: number; readonly key: string; readonly hold: number };

export class Core {
  readonly host: BrokerHost;
  readonly luck: Luck;
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly snapshots = new Map<string, Snapshot>();
  /** Names by number: timers carry integers. */
  readonly names = new Map<number, string>();
  /** Leases that run, by number. */
  readonly leases = new Map<number, { readonly subscription: number; readonly seq: number }>();
  readonly holds = new Map<number, Hold>();
  /** Subscriptions by the number of a pull that waits. */
  readonly waits = new Map<number, number>();
  readonly counters = { subscription: 1, lease: 1, hold: 1, pull: 1, stream: 1 };
  /** Since the last time somebody took it. */
  readonly out: PubSubEvent[] = [];
  /** Subscriptions in which something may be delivered. */
  private due: string[] = [];
  /** An outage of the service: publishing and pulling fail. */
  down = false;
  constructor(host: BrokerHost, luck: Luck) {
    this.host = host;
    this.luck = luck;
  }
  get now(): number {
    return this.host.now();
  }
  tell(event: PubSubEvent): void {
    this.out.push(event);
  }
  touch(subscription: Subscription): void {
    const { name } = subscription.config;
    if (!this.due.includes(name)) this.due.push(name);
  }
  nextDue(): Subscription | undefined {
    for (;;) {
      const name = this.due.shift();
      if (name === undefined) return undefined;
      const found = this.subscriptions.get(name);
      if (found !== undefined) return found;
    }
  }
  byNumber(id: number): Subscription | undefined {
    return this.subscriptions.get(this.names.get(id) ?? '');
  }
}

export function newTopic(config: TopicConfig, now: number): Topic {
  return { config, next: 1, log: [], first: 0, subscriptions: [], quota: { bytes: config.throughput ?? 0, at: now }, keyQuota: new Map() };
}
export function newSubscription(id: number, config: SubscriptionConfig, now: number): Subscription {
  const filter = parseFilter(config.filter);
  return {
    ...{ id, config, filter: typeof filter === 'string' ? null : filter, detached: false, createdAt: now },
    ...{ entries: new Map<number, Entry>(), byAge: new Deque<number>(), again: new Deque<number>(), fresh: new Deque<number>() },
    ...{ keys: new Map<string, OrderedKey>(), readyKeys: new Deque<string>(), inFlight: 0, streams: new Map(), favourite: '', pulls: new Deque() },
    ...{ endpoint: [], address: '', firstWindow: 3, pushing: { window: 3000, out: 0, backoff: 0, resumeAt: 0, turn: 0 }, activeAt: now, retentionAt: 0 },
  };
}
/** The key whose order holds for an entry, if any. */
export function keyOf(subscription: Subscription, { stored }: Entry): OrderedKey | undefined {
  return subscription.config.ordering && stored.key !== '' ? subscription.keys.get(stored.key) : undefined;
}
