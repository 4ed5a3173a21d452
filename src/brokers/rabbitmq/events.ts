import type { Refusal } from '../contract.ts';
import type { StreamFilter } from './stream-filter.ts';

/** A value of an AMQP field table. */
export type FieldValue = string | number | boolean | null | readonly FieldValue[] | { readonly [name: string]: FieldValue };
export type Table = Readonly<Record<string, FieldValue>>;

export type Version = '3.10.8' | '4.0.5' | '4.3';

/** What a publisher hands over. `message` is the caller's identity of it and survives dead lettering. */
export interface PublishArgs {
  readonly exchange: string;
  readonly routingKey: string;
  readonly message: number;
  /** Body size in bytes. */
  readonly size?: number;
  readonly headers?: Table;
  readonly priority?: number;
  readonly expiration?: string;
  readonly mandatory?: boolean;
  readonly persistent?: boolean;
  readonly replyTo?: string;
  readonly correlationId?: string;
  readonly messageId?: string;
  /** Seconds. */
  readonly timestamp?: number;
  /** Through the stream protocol, straight to the stream that `routingKey` names. */
  readonly publishing?: { readonly id: number; readonly reference: string | null };
}

/** A message as a consumer or a get sees it. */
export interface Delivery {
  readonly copy: number;
  readonly message: number;
  readonly queue: string;
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  /** Returns so far, which a quorum queue shows as `x-delivery-count`. */
  readonly deliveryCount: number;
  readonly exchange: string;
  readonly routingKey: string;
  readonly headers: Table;
  readonly priority: number | null;
  readonly expiration: string | null;
  readonly replyTo: string | null;
  readonly correlationId: string | null;
}

/** Reasons why custody of a copy ends, or why it never began. Each has words in the descriptor. */
export type Reason =
  | 'rabbitmq.message_ttl'
  | 'rabbitmq.maxlen_drop_head'
  | 'rabbitmq.maxlen_reject_publish'
  | 'rabbitmq.delivery_limit'
  | 'rabbitmq.rejected'
  | 'rabbitmq.dead_letter_exchange_missing'
  | 'rabbitmq.dead_letter_unroutable'
  | 'rabbitmq.dead_letter_cycle'
  | 'rabbitmq.purged'
  | 'rabbitmq.queue_deleted'
  | 'rabbitmq.queue_expired'
  | 'rabbitmq.exclusive_owner_gone'
  | 'rabbitmq.auto_deleted'
  | 'rabbitmq.node_down_transient'
  | 'rabbitmq.node_down_queue'
  | 'rabbitmq.no_binding'
  | 'rabbitmq.queue_unavailable'
  | 'rabbitmq.no_quorum'
  | 'rabbitmq.dead_letter_to_stream'
  | 'rabbitmq.stream_retention'
  | 'rabbitmq.no_stream';

/** Why a delivery came back to its queue. */
export type RequeueReason = 'rabbitmq.nack_requeue' | 'rabbitmq.reject_requeue' | 'rabbitmq.recover' | 'rabbitmq.channel_closed' | 'rabbitmq.connection_closed' | 'rabbitmq.consumer_timeout' | 'rabbitmq.node_down';

export type RabbitEvent =
  /** One binding hop, alternate exchanges included. */
  | { readonly kind: 'route'; readonly message: number; readonly from: string; readonly to: string; readonly toKind: 'queue' | 'exchange'; readonly routingKey: string; readonly via: 'binding' | 'alternate-exchange' | 'default' }
  | { readonly kind: 'unrouted'; readonly message: number; readonly exchange: string; readonly because: Reason }
  /** A queue did not take a message: no copy came to be. */
  | { readonly kind: 'not-enqueued'; readonly message: number; readonly queue: string; readonly because: Reason }
  | { readonly kind: 'enqueued'; readonly copy: number; readonly message: number; readonly queue: string; readonly parent: number | null }
  | ({ readonly kind: 'deliver'; readonly connection: string; readonly channel: number; readonly consumer: string } & Delivery)
  /** A good end. A rejection without requeue ends as `dead-lettered` or, without a dead-letter exchange, `dropped`. */
  | { readonly kind: 'settled'; readonly copy: number; readonly message: number; readonly queue: string; readonly how: 'ack' | 'auto-ack' | 'get' }
  | { readonly kind: 'requeued'; readonly copy: number; readonly message: number; readonly queue: string; readonly because: RequeueReason; readonly position: 'original' | 'head' | 'tail' | 'delayed' }
  | { readonly kind: 'expired' | 'dropped' | 'lost' | 'purged'; readonly copy: number; readonly message: number; readonly queue: string; readonly because: Reason }
  /** The copy ends here; `copies` are those it became (none: every target queue refused it). */
  | { readonly kind: 'dead-lettered'; readonly copy: number; readonly message: number; readonly queue: string; readonly because: DeathReason; readonly exchange: string; readonly routingKey: string; readonly copies: readonly number[] }
  /** A refused publish that `reject-publish-dlx` dead-letters: it never was a copy. */
  | { readonly kind: 'refused-dead-lettered'; readonly message: number; readonly queue: string; readonly exchange: string; readonly routingKey: string; readonly copies: readonly number[] }
  /** A stream has a message at this offset from now on, for every reader. */
  | { readonly kind: 'stored'; readonly copy: number; readonly message: number; readonly queue: string; readonly offset: number; readonly parent: number | null; readonly filterValue: string | null }
  /** A stream has that publishing id of that producer already: it is confirmed, and not stored. */
  | { readonly kind: 'duplicate'; readonly message: number; readonly queue: string; readonly reference: string; readonly id: number }
  /** A consumer reads a stream from an offset on. */
  | { readonly kind: 'reading'; readonly queue: string; readonly connection: string; readonly channel: number; readonly consumer: string; readonly from: number; readonly filter: StreamFilter | null; readonly filterBytes: number }
  /** The broker asks a single active consumer to begin, or to stop. */
  | { readonly kind: 'consumer-update'; readonly queue: string; readonly connection: string; readonly channel: number; readonly consumer: string; readonly active: boolean }
  | { readonly kind: 'offset-stored'; readonly queue: string; readonly reference: string; readonly offset: number }
  /** A reader of a stream is through with a delivery, or went away with it; the stream keeps the message. */
  | { readonly kind: 'read'; readonly copy: number; readonly message: number; readonly queue: string; readonly offset: number; readonly connection: string; readonly channel: number; readonly consumer: string; readonly how: 'settled' | 'rejected' | 'abandoned' }
  /** A stream gave up what it had from one offset to another: segments over its limits, or all of it with the stream. Consumers that have it `open` read on. */
  | { readonly kind: 'truncated'; readonly queue: string; readonly from: number; readonly to: number; readonly copies: readonly number[]; readonly messages: readonly number[]; readonly because: Reason; readonly open: readonly { readonly connection: string; readonly consumer: string }[] }
  | { readonly kind: 'confirm'; readonly connection: string; readonly channel: number; readonly seqNo: number; readonly message: number; readonly ack: boolean; readonly because: Reason | null }
  /** A transaction ended; a rollback also by the end of its channel. */
  | { readonly kind: 'transaction'; readonly connection: string; readonly channel: number; readonly messages: number; readonly how: 'commit' | 'rollback' }
  | { readonly kind: 'return'; readonly connection: string; readonly channel: number; readonly message: number; readonly replyCode: number; readonly replyText: string; readonly exchange: string; readonly routingKey: string }
  /** basic.cancel sent by the broker. */
  | { readonly kind: 'cancelled'; readonly connection: string; readonly channel: number; readonly consumer: string; readonly queue: string }
  /** channel is null when the connection goes. refusal is null when the client closed it. */
  | { readonly kind: 'closed'; readonly connection: string; readonly channel: number | null; readonly refusal: Refusal | null }
  | { readonly kind: 'blocked' | 'unblocked'; readonly connection: string; readonly reason: string }
  /** Credit flow: the connection is (or is no longer) in state "flow". */
  | { readonly kind: 'throttled'; readonly connection: string; readonly queue: string; readonly on: boolean }
  | { readonly kind: 'active-consumer'; readonly queue: string; readonly connection: string; readonly channel: number; readonly consumer: string }
  | { readonly kind: 'declared' | 'deleted'; readonly entity: 'exchange' | 'queue' | 'binding'; readonly name: string; readonly because: Reason | null }
  | { readonly kind: 'alarm'; readonly resource: 'memory' | 'disk'; readonly on: boolean }
  | { readonly kind: 'node'; readonly node: string; readonly up: boolean }
  | { readonly kind: 'leader'; readonly queue: string; readonly node: string | null };

export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';
