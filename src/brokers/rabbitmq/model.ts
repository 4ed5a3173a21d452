import type { Backlog } from './backlog.ts';
import type { ConsumerRing } from './consumer.ts';
import type { Settlement } from './custody.ts';
import type { Heap } from '../../base/heap.ts';
import type { Deque } from '../../base/deque.ts';
import type { Things } from '../../base/things.ts';
import type { DeathReason, FieldValue, PublishArgs, Table } from './events.ts';
import type { QueueSettings } from './arguments.ts';
import type { StreamFilter } from './stream-filter.ts';
import type { Position, StreamLog } from './stream-log.ts';

/** One line of `x-death`: a queue and a reason, and how often. */
export interface Death {
  readonly queue: string;
  readonly reason: string;
  readonly count: number;
  readonly exchange: string;
  readonly routingKeys: readonly string[];
  /** µs of the first death of this line. */
  readonly time: number;
  readonly originalExpiration: string | null;
}

/** A message as published or dead-lettered; shared by its copies and never changed. */
export interface Envelope {
  readonly message: number;
  readonly size: number;
  readonly cover: Cover;
}

/** What stands on an envelope; messages that are published alike share one. */
export interface Cover {
  readonly exchange: string;
  /** The routing key, then what the CC header adds. */
  readonly routingKeys: readonly string[];
  readonly headers: Table;
  readonly priority: number | null;
  readonly expiration: string | null;
  readonly persistent: boolean;
  readonly replyTo: string | null;
  readonly correlationId: string | null;
  readonly messageId: string | null;
  /** Seconds, as the publisher set it. */
  readonly timestamp: number | null;
  /** Newest first. */
  readonly deaths: readonly Death[];
  readonly firstDeath: { readonly queue: string; readonly reason: string; readonly exchange: string } | null;
  /** The failed deliveries that a dead letter brings along: those of quorum queues, from 4.3 on of all. */
  readonly failedDeliveries: number;
}

/** One custody of a message in one queue. */
export interface Copy {
  readonly id: number;
  readonly envelope: Envelope;
  /** Order of arrival in its queue. */
  seq: number;
  readonly enqueuedAt: number;
  /** µs, or -1 for never. */
  readonly expiresAt: number;
  /** The priority that the queue goes by. */
  level: number;
  redelivered: boolean;
  /** Times handed out and come back (quorum). */
  acquired: number;
  /** Deliveries that failed, those of earlier queues included: lost and discarded ones, from 4.3 on what was rejected, and no nack. */
  failed: number;
}

/** A message that waits until a queue has a majority of its members. It goes with its channel. */
export interface Pending {
  readonly channel: Channel;
  readonly args: PublishArgs;
  /** Of its confirm; null when it has none. */
  readonly seqNo: number | null;
}

export interface Held {
  readonly copy: Copy;
  /** Under which its queue has it: the copy's id, or a number of its own where several consumers can have the same copy out. */
  readonly key: number;
  readonly queue: Queue;
  readonly channel: Channel;
  readonly tag: number;
  /** null: fetched by basic.get. */
  readonly consumer: Consumer | null;
  readonly at: number;
  /** The queue is gone or has taken the copy back: settling it does nothing. */
  stale: boolean;
}

export interface Consumer {
  readonly tag: string;
  readonly channel: Channel;
  readonly queue: Queue;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly priority: number;
  readonly prefetch: number;
  /** Order of registration, unique. */
  readonly order: number;
  /** ms, or null: the queue's or the broker's. */
  readonly timeout: number | null;
  /** On a stream: where it stands. */
  readonly reading: Reading | null;
  /** Through the stream protocol; null through AMQP. */
  readonly subscription: Subscription | null;
  unacked: number;
  /** In the ring of those that are offered messages. */
  queued: boolean;
  cancelled: boolean;
  /** 4.3: deliveries that it kept too long and its channel still knows. */
  late: number;
  /** Before 4.0: what it may have out beyond its prefetch. */
  bonus: number;
}

/** A consumer's place in a stream. */
export interface Reading extends Position {
  /** How many more it is sent before it must acknowledge. */
  credit: number;
  readonly filter: StreamFilter | null;
  /** Single active consumer: whether it is its turn. `asked` and `yielding` end with its answer to the broker. */
  turn: 'reads' | 'waits' | 'asked' | 'yielding';
}
/** What the stream protocol knows of a consumer besides. */
export interface Subscription {
  /** Its reference: offsets are stored and single active consumers are grouped under it. */
  readonly name: string | null;
  readonly singleActive: boolean;
  /** Of a super stream; -1 outside of one. */
  readonly partition: number;
}

export interface Channel {
  /** Unique: a number is used again after a close. */
  readonly id: number;
  readonly number: number;
  readonly connection: Connection;
  /** After the broker closed it: methods still under way are not read. */
  closing: boolean;
  confirms: boolean;
  published: number;
  nextTag: number;
  prefetch: number;
  globalPrefetch: number;
  globalUsed: number;
  readonly unacked: Things<Held>;
  readonly consumers: Map<string, Consumer>;
  /** Quorum queues that know it as a publisher, by their ids. */
  readonly registered: Set<number>;
  /** Consumer tag of the direct reply-to consumer, and the token in its address. */
  /** In transaction mode: what is not committed. */
  tx: Transaction | null;
  replyConsumer: string | null;
  replyToken: number;
}

/** What a channel did since tx.select or the last commit. */
export interface Transaction {
  /** Routed already, as bindings were then. */
  readonly published: { readonly args: PublishArgs; readonly queues: readonly string[] }[];
  readonly settled: { readonly batch: readonly Held[]; readonly settlement: Settlement }[];
}
export interface Connection {
  readonly name: string;
  readonly order: number;
  readonly node: string;
  readonly cancelNotify: boolean;
  readonly blockedNotify: boolean;
  closing: boolean;
  readonly channels: Map<number, Channel>;
  blocked: boolean;
  /** Queues whose intake is behind: credit flow. */
  readonly throttledBy: Set<number>;
  /** What waits in the socket while the broker does not read. */
  readonly waiting: Deque<{ readonly channel: number; readonly args: PublishArgs }>;
}

export interface Binding {
  readonly order: number;
  readonly source: string;
  readonly destination: string;
  readonly destinationKind: 'queue' | 'exchange';
  readonly routingKey: string;
  readonly words: readonly string[];
  readonly arguments: Table;
}

export type ExchangeType = 'direct' | 'topic' | 'fanout' | 'headers' | 'x-consistent-hash' | 'x-local-random' | 'x-modulus-hash';
export interface Exchange {
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: Table;
  alternate: string | null;
  /** By identity. */
  readonly bindings: Map<string, Binding>;
  /** direct only: routing key → bindings in order. */
  readonly byKey: Map<string, Map<string, Binding>>;
  /** topic: what the routing keys seen lately matched, in order; x-modulus-hash: all of them, sorted. Empty again when a binding changes. */
  readonly matched: Map<string, readonly Binding[]>;
  /** x-consistent-hash only: buckets in the order in which they were made. */
  ring: readonly Share[];
}
/** A destination's buckets on the ring of a consistent hash exchange. */
export interface Share extends Pick<Binding, 'destination' | 'destinationKind' | 'routingKey'> {
  readonly weight: number;
}

/** What at-least-once dead lettering still has to bring to its targets. */
export interface Undertaking {
  readonly copy: Copy;
  readonly reason: DeathReason;
}

/** Quorum: what a node that was killed had of a queue, until it is back or 4.3 has waited long enough. */
export interface Suspects {
  readonly node: string;
  /** Consumers that the queue counts. */
  consumers: number;
  /** Keys of what they have out; before 4.3 it comes back at once. */
  held: readonly number[];
  /** One of them is the single active one: nobody else is in the meantime. */
  active: boolean;
  /** µs */
  readonly until: number;
}

export type QueueType = 'classic' | 'quorum' | 'stream';
export interface Queue {
  readonly id: number;
  readonly name: string;
  readonly type: QueueType;
  readonly durable: boolean;
  readonly exclusive: string | null;
  readonly autoDelete: boolean;
  readonly arguments: Table;
  settings: QueueSettings;
  policy: string | null;
  backlog: Backlog;
  /** Streams only; their backlog stays empty. */
  readonly stream: StreamLog | null;
  readyBytes: number;
  nextSeq: number;
  readonly held: Things<Held>;
  readonly consumers: Map<string, Consumer>;
  readonly ring: ConsumerRing;
  active: Consumer | null;
  /** Quorum: cancelled consumers and gets that still hold messages, and consumers that held them too long, count as consumers. */
  ghosts: number;
  suspects: Suspects[];
  /** µs */
  readonly born: number;
  lastUsed: number;
  ttlAt: number;
  expiresAt: number;
  /** Quorum with reject-publish: publishers have been told to stop. */
  rejecting: boolean;
  /** Quorum, 4.3 delayed retry. */
  readonly delayed: Heap<{ readonly at: number; readonly seq: number; readonly copy: Copy }>;
  delayedAt: number;
  readonly undertakings: Deque<Undertaking>;
  undertakingBytes: number;
  undertakingAt: number;
  /** Credit flow: µs until which the queue process is busy with what it was sent. */
  busyUntil: number;
  /** Classic: its home; quorum: the leader, null without a majority. */
  node: string | null;
  readonly members: readonly string[];
  available: boolean;
  /** Quorum without a leader: what channels settled meanwhile. */
  deferred: { readonly batch: readonly Held[]; readonly settlement: Settlement }[];
  /** Without a majority of its members: what channels published meanwhile. */
  pending: Pending[];
  deleted: boolean;
}

export type Headers = Record<string, FieldValue>;
