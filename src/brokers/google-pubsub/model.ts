/** What the service keeps: topics, subscriptions, leases. Plain data and queues; times are whole µs. */
import type { Deque } from '../../base/deque.ts';
import type { Attributes, Filter } from './filter.ts';

export interface TopicConfig {
  readonly name: string;
  /** messageRetentionDuration; absent = the topic keeps nothing. */
  readonly retention?: number;
  /** Publisher throughput that the quota allows, bytes a second. */
  readonly throughput?: number;
}
export interface SubscriptionConfig {
  readonly name: string;
  readonly topic: string;
  readonly push: boolean;
  readonly ackDeadline: number;
  readonly ordering: boolean;
  readonly exactlyOnce: boolean;
  readonly filter: string;
  readonly retention: number;
  readonly retainAcked: boolean;
  /** expirationPolicy.ttl; absent = never. */
  readonly ttl?: number;
  /** Absent = delivered again at once. */
  readonly retry?: { readonly minimum: number; readonly maximum: number };
  /** `allowed`: the service's own account may publish there and acknowledge here. */
  readonly deadLetter?: { readonly topic: string; readonly attempts: number; readonly allowed: boolean };
  readonly habits: Habits;
}
/** What the documentation promises nobody: shares from 0 to 1. */
export interface Habits {
  /** Acknowledgements that are accepted and not kept: the message comes again after its deadline. */
  readonly ackLost: number;
  /** Acknowledgements after the deadline that count all the same. */
  readonly lateAck: number;
  /** Failures that the count of delivery attempts misses. */
  readonly uncounted: number;
  /** Messages without an ordering key that others overtake. */
  readonly overtaken: number;
  /** How often the next message goes to the stream of the one before. */
  readonly sticky: number;
}
/** A published message. */
export interface Stored {
  /** Of its topic, rising. */
  readonly seq: number;
  readonly message: number;
  /** Ordering key; '' = none. */
  readonly key: string;
  readonly attributes: Attributes;
  /** bytes */
  readonly size: number;
  /** Publish time. */
  readonly at: number;
}
export interface Topic {
  readonly config: TopicConfig;
  next: number;
  /** What a seek may bring back, in the order of publishing. */
  log: Stored[];
  /** Entries of the log before this are gone. */
  first: number;
  /** Names, sorted. */
  subscriptions: string[];
  quota: Bucket;
  /** Per ordering key, while it is not full. */
  keyQuota: Map<string, Bucket>;
}
/** A token bucket of one second. */
export interface Bucket {
  bytes: number;
  at: number;
}
/**
 * ready: may be delivered now · held: waits for its backoff, or is late · out: with a subscriber ·
 * acked: acknowledged, and yet kept, because an earlier message of its ordering key is not
 */
export type EntryState = 'ready' | 'held' | 'out' | 'acked';
export interface Entry {
  readonly stored: Stored;
  state: EntryState;
  /** nacks and deadlines that were counted */
  failures: number;
  deliveries: number;
  lease: Lease | null;
  /** An acknowledgement came, and the service did not keep it. */
  unkept: boolean;
  /** Tells the newest hold from those before. */
  hold: number;
}
export interface Lease {
  readonly id: number;
  /** Who has it: a stream, a client that pulled, an endpoint's instance. */
  readonly holder: string;
  /** Serial of the stream whose flow control it counts against; 0 = none. */
  readonly stream: number;
  readonly since: number;
  deadline: number;
  extended: number;
}
/** The messages of one ordering key that are not done with, in order. */
export interface OrderedKey {
  readonly name: string;
  seqs: number[];
  /** Before it everything is done with. */
  head: number;
  /** The first that is to be delivered. */
  next: number;
  /** With subscribers. */
  out: number;
  /** The stream that has them; '' when none is out. */
  holder: string;
  /** ready and parked: in a line (of the subscription; of its holder) */
  line: '' | 'ready' | 'parked' | 'blocked';
  hold: number;
}
export interface Stream {
  readonly client: string;
  readonly serial: number;
  /** 0 = no limit */
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Its own deadline; absent = that of the subscription. */
  readonly deadline?: number;
  messages: number;
  bytes: number;
  /** Ordering keys that wait for room here. */
  parked: Deque<string>;
}
export interface Pull {
  readonly id: number;
  readonly client: string;
  readonly maxMessages: number;
}
/** Delivery to an endpoint. */
export interface Pushing {
  /** Concurrent requests that are allowed, in thousandths. */
  window: number;
  out: number;
  /** Pause after failures; 0 = none. */
  backoff: number;
  resumeAt: number;
  /** The next instance of the endpoint to try. */
  turn: number;
}
export interface Subscription {
  readonly id: number;
  config: SubscriptionConfig;
  filter: Filter | null;
  detached: boolean;
  readonly createdAt: number;
  /** Not done with, by seq. */
  entries: Map<number, Entry>;
  /** Entries in the order of publishing, for the oldest and for retention. */
  byAge: Deque<number>;
  /** To be delivered once more, and for the first time; entries of ordering keys are in neither. */
  again: Deque<number>;
  fresh: Deque<number>;
  keys: Map<string, OrderedKey>;
  readyKeys: Deque<string>;
  /** Out or acked. */
  inFlight: number;
  streams: Map<string, Stream>;
  /** The stream that got the latest. */
  favourite: string;
  pulls: Deque<Pull>;
  /** Instances of the push endpoint that answer, sorted. */
  endpoint: string[];
  /** Who stands for the endpoint when none does. */
  address: string;
  firstWindow: number;
  pushing: Pushing;
  /** Latest sign of a subscriber. */
  activeAt: number;
  /** Since when its retention timer is set; 0 = not set. */
  retentionAt: number;
}
export interface Snapshot {
  readonly name: string;
  readonly topic: string;
  /** Publish time of the oldest that it keeps. */
  readonly from: number;
  readonly expiresAt: number;
  /** Unacknowledged when it was made. */
  readonly unacked: readonly number[];
  /** What came later is unacknowledged too. */
  readonly after: number;
}
export type RequeueReason = 'ack_deadline' | 'nack' | 'ack_not_kept' | 'key_redelivered' | 'seek' | 'push_failed' | 'push_deadline';
export type PubSubEvent =
  /** `from`: the copy that was forwarded to a dead-letter topic */
  | { readonly kind: 'accepted'; readonly topic: string; readonly stored: Stored; readonly to: readonly string[]; readonly matched: boolean; readonly from?: { readonly subscription: string; readonly seq: number } }
  /** A seek brought it back. */
  | { readonly kind: 'replayed'; readonly subscription: string; readonly stored: Stored }
  | { readonly kind: 'delivered'; readonly subscription: string; readonly seq: number; readonly message: number; readonly holder: string; readonly lease: number; readonly attempt: number; readonly shown: number; readonly pushed: boolean }
  | { readonly kind: 'requeued'; readonly subscription: string; readonly seq: number; readonly why: RequeueReason }
  | { readonly kind: 'acked'; readonly subscription: string; readonly seq: number; readonly late: boolean }
  | { readonly kind: 'expired' | 'dropped'; readonly subscription: string; readonly seq: number; readonly why: 'retention' | 'seek' | 'subscription_deleted' | 'subscription_expired' | 'detached' }
  | { readonly kind: 'dead-lettered'; readonly subscription: string; readonly seq: number; readonly attempt: number; readonly topic: string }
  /** A pull is answered: what it got was delivered just before. */
  | { readonly kind: 'pulled'; readonly subscription: string; readonly pull: number; readonly client: string; readonly count: number };
