import type { ConsumerConfig, StreamConfig } from './config.ts';
import type { Headers } from './events.ts';
import type { StoredState } from './stored-state.ts';
import type { Tallies } from './tallies.ts';

/** The server's state: plain data, Maps and Sets. Entities name each other; they hold no references. */

export interface ConnectOptions {
  readonly verbose?: boolean;
  readonly pedantic?: boolean;
  /** False: what the client publishes is not given to its own subscriptions. */
  readonly echo?: boolean;
  /** True: a publish with a reply subject that reaches nobody is answered with 503. */
  readonly no_responders?: boolean;
  readonly headers?: boolean;
  readonly permissions?: Permissions;
  /** The client is another server: the hub that this one is a leaf of, or a leaf of this one. */
  readonly leaf?: 'hub' | 'spoke';
}
export interface Permissions {
  readonly publish?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
  readonly subscribe?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
}
export interface Client {
  readonly name: string;
  readonly options: ConnectOptions;
  readonly subs: Map<number, Subscription>;
}
export interface Subscription {
  readonly client: string;
  readonly sid: number;
  readonly subject: string;
  readonly queue: string;
  readonly order: number;
  /** Delivered so far, and after how many it ends (0: never). */
  count: number;
  max: number;
}

export interface Stored {
  readonly seq: number;
  readonly subject: string;
  readonly message: number;
  readonly size: number;
  readonly headers: Headers | null;
  /** µs */
  readonly at: number;
  /** µs of its own end (2.11: Nats-TTL); -1 for none. */
  readonly expiresAt: number;
}
/** The sequences of one subject, ascending from `head` on. */
export interface Positions {
  seqs: number[];
  head: number;
}
export interface Store {
  readonly messages: Map<number, Stored>;
  /** Follows from messages. */
  readonly bySubject: Map<string, Positions>;
  /** Null: what is there counts. */
  readonly tallies: Tallies | null;
  firstSeq: number;
  lastSeq: number;
  /** What publishers who expect a last sequence are compared with: before 2.10 a purge beyond the last one does not move it, and it stays behind from then on. */
  published: number;
  bytes: number;
}
/** How far a mirror or source has read. */
export interface Reading {
  readonly name: string;
  next: number;
  /** Of a stream of another server. */
  readonly sync: Sync | null;
}
/** How a stream gets what a stream of another server has: by a consumer there, made anew whenever something is missing. */
export interface Sync {
  /** Number of the latest request: its subjects carry it. */
  request: number;
  phase: 'idle' | 'asked' | 'reading';
  /** µs: when it asks again, or stops waiting for an answer; -1: neither. */
  due: number;
  /** The sequence from which on it will ask. */
  from: number;
  /** Consumer sequence of the latest delivery. */
  dseq: number;
  /** µs: when it heard of the consumer, and when it asked for one. */
  heardAt: number;
  askedAt: number;
  /** Requests in a row that came to nothing. */
  fails: number;
  /** The other server's name, once it has answered. */
  server: string;
}
export interface Stream {
  readonly id: number;
  readonly name: string;
  readonly created: number;
  config: StreamConfig;
  /** The subjects to which it listens: those of its config, unless an update failed half way. */
  listening: readonly string[];
  readonly store: Store;
  lastMsgId: string;
  /** Nats-Msg-Id → where and when (µs). Insertion order is time order. */
  readonly ids: Map<string, { readonly seq: number; readonly at: number }>;
  readonly consumers: Map<string, Consumer>;
  readings: Reading[];
  ageTimer: number;
  idTimer: number;
  /** Next look at readings of other servers, and at whether they are still heard of; -1: none. */
  syncTimer: number;
  healthAt: number;
}

/** A pull request that waits. */
export interface Waiting {
  readonly reply: string;
  /** Messages still wanted, and already sent. */
  n: number;
  d: number;
  /** Bytes still wanted; 0 for no limit. */
  bytes: number;
  /** µs; -1: never. */
  readonly expires: number;
  readonly noWait: boolean;
  readonly heartbeat: number;
  heartbeatAt: number;
  readonly group: string;
  readonly minPending: number;
  readonly minAckPending: number;
  readonly priority: number;
  pin: string;
}
export interface Outstanding {
  /** Consumer sequence of its first delivery. */
  readonly dseq: number;
  /** µs from which its wait counts. */
  at: number;
}
/** A message chosen for delivery, held back by replay or rate limit. */
export interface Held {
  readonly seq: number;
  readonly deliveries: number;
  readonly to: string;
  readonly pending: number;
  readonly left: number;
  readonly bytesLeft: number;
}
export interface Flow {
  /** Window that grows to the limit, what is in it, what the open request covers and its subject. */
  window: number;
  bytes: number;
  asked: number;
  reply: string;
}
export interface Consumer {
  readonly id: number;
  readonly name: string;
  readonly stream: string;
  readonly created: number;
  config: ConsumerConfig;
  filters: readonly string[];
  /** What it looks for, and of what it is told: its filters, which 2.9 does not take over whole when they change. */
  sought: readonly string[];
  told: readonly string[];
  /** Next stream sequence to look at; next consumer sequence. */
  sseq: number;
  dseq: number;
  ackFloorConsumer: number;
  ackFloorStream: number;
  readonly stored: StoredState;
  /** Running count of messages that wait, and up to which sequence it was counted afresh. */
  numPending: number;
  countedThrough: number;
  readonly pending: Map<number, Outstanding>;
  /** Deliveries beyond the first, by sequence. */
  readonly redelivered: Map<number, number>;
  /** Sequences due again, in order. */
  readonly redeliver: Set<number>;
  waiting: Waiting[];
  /** Newest of each subject, still to be sent first (last_per_subject). */
  skip: { readonly resume: number; readonly seqs: number[] } | null;
  /** Push: somebody listens. */
  active: boolean;
  replaying: boolean;
  readonly replayThrough: number;
  /** Time stamp of the message sent before, for replay. */
  lastStamp: number;
  held: Held | null;
  flow: Flow | null;
  /** rate_limit_bps: bytes in the bucket and when that was. */
  rate: { tokens: number; at: number } | null;
  lastPull: number;
  /** When the requests that wait were looked at last, µs. */
  checkedAt: number;
  /** µs after which an unused consumer goes; 0: never. */
  inactiveAfter: number;
  /** pinned_client: who is served, since when it is silent, and a counter for ids. */
  pinned: { id: string; at: number; readonly group: string } | null;
  pins: number;
  /** When each timer is due, µs; -1: not running. */
  timers: { pending: number; wait: number; heartbeat: number; inactive: number; held: number; pause: number; pin: number };
}
