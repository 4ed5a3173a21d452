import type { ConsumerArgs, ConsumerConfig, StreamArgs, StreamConfig } from './config.ts';
import type { Action } from './consumers.ts';
import type { Refusal } from '../contract.ts';
import type { ApiError } from './errors.ts';
import type { Headers, NatsEvent } from './events.ts';
import type { ConnectOptions } from './model.ts';
import type { PullArgs } from './pull-args.ts';
import type { PurgeArgs } from './retention.ts';

export type Outcome<T = { readonly refused: false }> = T | Refusal;
export type Answer<T> = T | ApiError;

export interface PublishArgs {
  readonly subject: string;
  readonly reply?: string;
  readonly headers?: Headers;
  /** The caller's identity of the message. */
  readonly message: number;
  /** Payload bytes. */
  readonly size: number;
}
export interface SubscribeArgs {
  readonly sid: number;
  readonly subject: string;
  readonly queue?: string;
}
export interface AckArgs {
  /** Reply subject of the delivery. */
  readonly subject: string;
  readonly how: 'ack' | 'nak' | 'term' | 'progress' | 'next';
  /** ns, of a nak. */
  readonly delay?: number;
  readonly reason?: string;
  /** Where to confirm the ack; for `next` where to send the next message. */
  readonly reply?: string;
  readonly pull?: PullArgs;
}
export interface StreamInfo {
  readonly config: StreamConfig;
  readonly messages: number;
  readonly bytes: number;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly num_subjects: number;
  readonly num_deleted: number;
  readonly deleted: readonly number[];
  readonly consumer_count: number;
  /** Messages per subject that passes the filter asked for. */
  readonly subjects: Readonly<Record<string, number>>;
}
interface Position {
  readonly consumer_seq: number;
  readonly stream_seq: number;
}
export interface ConsumerInfo {
  readonly name: string;
  readonly config: ConsumerConfig;
  readonly delivered: Position;
  readonly ack_floor: Position;
  readonly num_ack_pending: number;
  readonly num_redelivered: number;
  readonly num_waiting: number;
  readonly num_pending: number;
  readonly push_bound: boolean;
  readonly paused: boolean;
}
export interface GetArgs {
  readonly seq?: number;
  readonly last_by_subj?: string;
  readonly next_by_subj?: string;
}
export interface GotMessage {
  readonly subject: string;
  readonly seq: number;
  readonly message: number;
  readonly size: number;
  readonly headers: Headers | null;
  readonly at: number;
}

/** The server's whole surface. `NatsServer` in server.ts is it. */
export interface Nats {
  connect(client: string, options?: ConnectOptions): Outcome;
  disconnect(client: string): Outcome;
  subscribe(client: string, args: SubscribeArgs): Outcome;
  /** @param max ends the subscription after so many messages, those before included; absent: now */
  unsubscribe(client: string, sid: number, max?: number): Outcome;
  publish(client: string, args: PublishArgs): Outcome;
  /** A publish to the ack subject of a delivery. */
  ack(client: string, args: AckArgs): Outcome;
  /** A request to $JS.API.CONSUMER.MSG.NEXT.<stream>.<consumer>. */
  pull(client: string, stream: string, consumer: string, reply: string, args?: PullArgs): Outcome;
  /** The answer to a flow control request. */
  answerFlowControl(client: string, subject: string): Outcome;

  createStream(args: StreamArgs): Answer<StreamInfo>;
  updateStream(args: StreamArgs): Answer<StreamInfo>;
  deleteStream(stream: string): Answer<{ readonly success: true }>;
  streamInfo(stream: string, subjectsFilter?: string): Answer<StreamInfo>;
  purgeStream(stream: string, args?: PurgeArgs): Answer<{ readonly purged: number }>;
  getMessage(stream: string, args: GetArgs): Answer<GotMessage>;
  deleteMessage(stream: string, seq: number): Answer<{ readonly success: true }>;
  createConsumer(stream: string, args: ConsumerArgs, action?: Action): Answer<ConsumerInfo>;
  deleteConsumer(stream: string, consumer: string): Answer<{ readonly success: true }>;
  consumerInfo(stream: string, consumer: string): Answer<ConsumerInfo>;
  pauseConsumer(stream: string, consumer: string, until: number | null): Answer<{ readonly paused: boolean }>;
  unpinConsumer(stream: string, consumer: string, group: string): Answer<{ readonly success: true }>;

  /** What happened since the last call. */
  events(): readonly NatsEvent[];
  timer(name: string, ref: number): void;
  save(): unknown;
  load(state: unknown): void;
}
