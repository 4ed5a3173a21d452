import type { RandomStream } from '../../kernel/random.ts';
import type { BrokerHost, Refusal } from '../contract.ts';
import type { QueueType, Subscription } from './model.ts';
import type { Delivery, FieldValue, PublishArgs, Table, Version } from './events.ts';

export interface RabbitOptions {
  readonly version: Version;
  /** Names of the cluster's nodes; one by default. */
  readonly nodes?: readonly string[];
  /** Total memory of a node in bytes; the alarm goes off at `vm_memory_high_watermark` of it. */
  readonly memory?: number;
  readonly vm_memory_high_watermark?: number;
  readonly disk_free_limit?: number;
  readonly max_message_size?: number;
  readonly channel_max?: number;
  /** ms; 0 switches it off. */
  readonly consumer_timeout?: number;
  /** ms between two looks at deliveries that are out too long. */
  readonly channel_tick_interval?: number;
  /** ms until a dead letter that a target has not confirmed is sent again. */
  readonly dead_letter_worker_publisher_confirm_timeout?: number;
  /** Messages a second that one queue process takes in before credit flow holds its publishers; 0: no limit. */
  readonly queueIntakeRate?: number;
}

/** A verb that went well. `refused` tells it from a Refusal. */
export interface Done {
  readonly refused: false;
}
export type Outcome<T = unknown> = (Done & T) | Refusal;

export interface ConnectArgs {
  readonly node?: string;
  /** Client capability consumer_cancel_notify; most clients announce it. */
  readonly cancelNotify?: boolean;
  /** Client capability connection.blocked. */
  readonly blockedNotify?: boolean;
}
export interface ExchangeArgs {
  readonly exchange: string;
  readonly type: string;
  readonly durable?: boolean;
  readonly autoDelete?: boolean;
  readonly internal?: boolean;
  readonly passive?: boolean;
  /** `alternate-exchange` is read from here. */
  readonly arguments?: Table;
}
export interface QueueArgs {
  readonly queue: string;
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  readonly passive?: boolean;
  readonly arguments?: Table;
}
export interface BindArgs {
  readonly exchange: string;
  readonly queue: string;
  readonly routingKey?: string;
  readonly arguments?: Table;
}
export interface ExchangeBindArgs {
  readonly source: string;
  readonly destination: string;
  readonly routingKey?: string;
  readonly arguments?: Table;
}
export interface ConsumeArgs {
  readonly queue: string;
  readonly consumerTag?: string;
  readonly noAck?: boolean;
  readonly exclusive?: boolean;
  /** `x-priority`, `x-consumer-timeout`; of streams `x-stream-offset`, `x-stream-filter`, `x-stream-match-unfiltered`. */
  readonly arguments?: Table;
  /** Set by Subscribe of the stream protocol. */
  readonly subscription?: Subscription & { readonly credit: number };
}
/** Subscribe of the stream protocol. */
export interface SubscribeArgs {
  readonly stream: string;
  readonly consumerTag: string;
  /** Chunks that may be sent before more credit is given. */
  readonly credit: number;
  readonly name?: string;
  readonly singleActive?: boolean;
  /** Which partition of a super stream it is. */
  readonly partition?: number;
  /** As of basic.consume: `x-stream-offset`, `x-stream-filter`, `x-stream-match-unfiltered`. */
  readonly arguments?: Table;
}
/** What the server needs from around it. */
export interface RabbitHost extends BrokerHost {
  luck(purpose: string): RandomStream;
}
export interface PolicyArgs {
  readonly name: string;
  readonly pattern: string;
  readonly definition: Table;
  readonly priority?: number;
  readonly applyTo?: 'all' | 'queues' | 'classic_queues' | 'quorum_queues' | 'streams' | 'exchanges';
}

export interface QueueDeclared {
  readonly queue: string;
  readonly messageCount: number;
  readonly consumerCount: number;
}
export type GetResult = { readonly empty: true } | ({ readonly empty: false; readonly messageCount: number } & Delivery);

export interface PeekedCopy {
  readonly copy: number;
  readonly message: number;
  readonly redelivered: boolean;
  readonly priority: number | null;
  readonly enqueuedAt: number;
  readonly expiresAt: number | null;
  readonly deliveryCount: number;
}
export interface StoredMessage {
  readonly offset: number;
  readonly message: number;
  readonly copy: number;
  readonly filterValue: string | null;
}
export interface HeldCopy extends PeekedCopy {
  readonly connection: string;
  readonly channel: number;
  readonly consumer: string | null;
  readonly deliveryTag: number;
  readonly deliveredAt: number;
}
export interface QueueCounts {
  /** On a stream all that it has, read or not. */
  readonly ready: number;
  readonly unacked: number;
  readonly consumers: number;
  /** Body bytes of ready messages; on a stream the bytes of its segments. */
  readonly bytes: number;
  /** Of the message at the head, on a stream of the first that it has; null when nothing is ready. */
  readonly oldestEnqueuedAt: number | null;
}
export interface QueueView {
  readonly queue: string;
  readonly type: QueueType;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: Table;
  readonly policy: string | null;
  readonly available: boolean;
  readonly node: string | null;
  readonly members: readonly string[];
  readonly consumers: readonly ConsumerView[];
}
export interface ConsumerView {
  readonly connection: string;
  readonly channel: number;
  readonly consumer: string;
  readonly active: boolean;
  readonly unacked: number;
  readonly prefetch: number;
  readonly priority: number;
  /** On a stream: the next offset that it reads. */
  readonly offset: number | null;
}
export interface ExchangeView {
  readonly exchange: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: Table;
}
export interface BindingView {
  readonly source: string;
  readonly destination: string;
  readonly destinationKind: 'queue' | 'exchange';
  readonly routingKey: string;
  readonly arguments: Table;
}
export interface CensusRow {
  readonly queue: string;
  readonly pending: readonly number[];
  readonly inFlight: readonly number[];
  /** What a stream has, read or not: readers do not take it away. */
  readonly retained: readonly number[];
}

/** The server's whole surface. `RabbitBroker` in broker.ts is it. */
export interface RabbitServer {
  connect(connection: string, args?: ConnectArgs): Outcome;
  closeConnection(connection: string): Outcome;
  /** An operator's or the network's end of a connection: the same as a close, with a reason for the client. */
  dropConnection(connection: string, why: string): Outcome;
  openChannel(connection: string, channel: number): Outcome;
  closeChannel(connection: string, channel: number): Outcome;
  confirmSelect(connection: string, channel: number): Outcome;

  txSelect(connection: string, channel: number): Outcome;
  txCommit(connection: string, channel: number): Outcome;
  txRollback(connection: string, channel: number): Outcome;

  exchangeDeclare(connection: string, channel: number, args: ExchangeArgs): Outcome;
  exchangeDelete(connection: string, channel: number, args: { exchange: string; ifUnused?: boolean }): Outcome;
  exchangeBind(connection: string, channel: number, args: ExchangeBindArgs): Outcome;
  exchangeUnbind(connection: string, channel: number, args: ExchangeBindArgs): Outcome;
  queueDeclare(connection: string, channel: number, args: QueueArgs): Outcome<QueueDeclared>;
  queueDelete(connection: string, channel: number, args: { queue: string; ifUnused?: boolean; ifEmpty?: boolean }): Outcome<{ messageCount: number }>;
  queueBind(connection: string, channel: number, args: BindArgs): Outcome;
  queueUnbind(connection: string, channel: number, args: BindArgs): Outcome;
  purge(connection: string, channel: number, queue: string): Outcome<{ messageCount: number }>;

  /** `held`: the broker does not read from this connection now (alarm or flow), or a queue has no majority of its members; it will take the message later. */
  publish(connection: string, channel: number, args: PublishArgs): Outcome<{ seqNo: number | null; held: boolean }>;
  basicQos(connection: string, channel: number, args: { prefetchCount: number; global?: boolean }): Outcome;
  basicConsume(connection: string, channel: number, args: ConsumeArgs): Outcome<{ consumerTag: string }>;
  basicCancel(connection: string, channel: number, consumerTag: string): Outcome;
  basicGet(connection: string, channel: number, args: { queue: string; noAck?: boolean }): Outcome<GetResult>;
  basicAck(connection: string, channel: number, args: { deliveryTag: number; multiple?: boolean }): Outcome;
  basicNack(connection: string, channel: number, args: { deliveryTag: number; multiple?: boolean; requeue?: boolean }): Outcome;
  basicReject(connection: string, channel: number, args: { deliveryTag: number; requeue?: boolean }): Outcome;
  basicRecover(connection: string, channel: number): Outcome;

  /** Subscribe of the stream protocol; basic.ack gives credit, basic.cancel is Unsubscribe. */
  subscribe(connection: string, channel: number, args: SubscribeArgs): Outcome;
  /** The answer to `consumer-update`: where a consumer that is to begin wants to, as x-stream-offset says it. */
  consumerUpdated(connection: string, channel: number, args: { consumerTag: string; from: FieldValue }): Outcome;
  /** StoreOffset of the stream protocol: where a named consumer has come to. There is no answer. */
  storeOffset(stream: string, reference: string, offset: number): void;
  /** QueryOffset of the stream protocol. */
  queryOffset(stream: string, reference: string): Outcome<{ offset: number }>;
  /** QueryPublisherSequence of the stream protocol: the last publishing id of a named producer, 0 when there is none. */
  queryPublisherSequence(stream: string, reference: string): Outcome<{ sequence: number }>;

  setPolicy(args: PolicyArgs): Outcome;
  clearPolicy(name: string): Outcome;
  /** Live settings of the broker. */
  configure(settings: Partial<Omit<RabbitOptions, 'version' | 'nodes'>>): void;
  setMemoryAlarm(on: boolean): void;
  setDiskFree(bytes: number): void;
  /** `killed`: without a word to anybody; otherwise as when its operator stops it. */
  stopNode(node: string, how?: 'killed'): Outcome;
  startNode(node: string): Outcome;

  timer(name: string, ref: number): void;
  /** Plain JSON-able data; the host keeps the timers. */
  save(): unknown;
  load(state: unknown): void;

  hasExchange(name: string): boolean;
  hasQueue(name: string): boolean;
  peek(queue: string, max: number): { readonly ready: readonly PeekedCopy[]; readonly unacked: readonly HeldCopy[] };
  /** What a stream has from an offset on, at most so many; nothing of other queues. */
  stored(stream: string, from: number, most: number): readonly StoredMessage[];
  /** The first offset that a stream has, and the next that it gives. */
  offsets(stream: string): { readonly first: number; readonly end: number };
  queueCounts(queue: string): QueueCounts | null;
  queues(): readonly QueueView[];
  exchanges(): readonly ExchangeView[];
  bindings(): readonly BindingView[];
  census(): readonly CensusRow[];
  memory(): number;
}
