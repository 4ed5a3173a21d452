import type { ApiError } from './errors.ts';

/** What the server tells: what it sends to clients, and what happened to messages inside. Host and room listen. */

export type Headers = Readonly<Record<string, string>>;

/** A server's answer to a publish that asked for one. https://docs.nats.io/reference/reference-protocols/nats_api_reference */
export interface PubAck {
  readonly stream: string;
  readonly seq: number;
  readonly duplicate: boolean;
  readonly error: ApiError | null;
}
/** The place in stream and consumer that the ack subject of a delivery tells. */
export interface DeliveryInfo {
  readonly stream: string;
  readonly consumer: string;
  readonly streamSeq: number;
  readonly consumerSeq: number;
  /** Deliveries so far, this one included. */
  readonly deliveries: number;
  /** Messages that wait behind it for this consumer. */
  readonly pending: number;
  /** µs when the stream took it. */
  readonly at: number;
}
/** What is published, by a client or by the server itself. */
export interface Envelope {
  readonly subject: string;
  /** What receivers see as its subject, where a delivery of a consumer goes to another. */
  readonly shown?: string;
  readonly reply?: string;
  readonly message: number;
  readonly size?: number;
  readonly headers?: Headers | null;
  readonly status?: number;
  readonly description?: string;
  readonly ack?: PubAck;
  readonly info?: DeliveryInfo;
  readonly bodyless?: boolean;
  /** From another server: the queue groups of which one member may have it; absent: all. */
  readonly queues?: readonly string[];
  /** What servers say to each other about a stream that reads another: the request for a consumer, and what came of it. */
  readonly ask?: ConsumerRequest;
  readonly told?: ConsumerAnswer;
}
/** A stream asks the server of another stream for a consumer that sends it what is stored there. */
export interface ConsumerRequest {
  readonly stream: string;
  readonly deliver_subject: string;
  readonly opt_start_seq: number;
  readonly filters: readonly string[];
}
export interface ConsumerAnswer {
  /** Whose stream it is. */
  readonly server: string;
  readonly error: ApiError | null;
}
/** One MSG or HMSG to one subscription. */
export interface Handed {
  readonly kind: 'message';
  readonly client: string;
  readonly sid: number;
  readonly subject: string;
  readonly reply: string;
  /** The publisher's identity of the message; -1 for what the server says itself. */
  readonly message: number;
  readonly size: number;
  readonly headers: Headers | null;
  /** Status line of the header: 100, 404, 408, 409, 503 … */
  readonly status: number | null;
  readonly description: string;
  readonly ack: PubAck | null;
  readonly info: DeliveryInfo | null;
  /** headers_only took the payload away. */
  readonly bodyless: boolean;
}
export type RemovalReason = 'acked' | 'no-interest' | 'max_msgs' | 'max_bytes' | 'max_age' | 'max_msgs_per_subject' | 'ttl' | 'deleted' | 'purged' | 'rollup' | 'stream-deleted';
export type NatsEvent =
  | Handed
  /** It goes out over a leaf connection, once for all who listen behind it. */
  | { readonly kind: 'forwarded'; readonly client: string; readonly envelope: Envelope }
  /** A stream has taken over a message of another server's stream. `by` names this stream there. */
  | { readonly kind: 'sourced'; readonly stream: string; readonly from: string; readonly server: string; readonly by: string; readonly seq: number; readonly message: number }
  /** -ERR: the text as sent, without quotes. */
  | { readonly kind: 'error'; readonly client: string; readonly text: string; readonly closes: boolean }
  | { readonly kind: 'closed'; readonly client: string; readonly why: string }
  /** `later`: consumers that begin behind it. */
  | { readonly kind: 'stored'; readonly stream: string; readonly seq: number; readonly message: number; readonly subject: string; readonly size: number; readonly later: readonly string[] }
  /** An interest stream without interest: the sequence grows, nothing is kept. */
  | { readonly kind: 'skipped'; readonly stream: string; readonly seq: number; readonly message: number; readonly subject: string }
  | { readonly kind: 'duplicate'; readonly stream: string; readonly seq: number; readonly message: number; readonly id: string }
  | { readonly kind: 'rejected'; readonly stream: string; readonly message: number; readonly error: ApiError }
  /** On its way to the other servers of the stream; and never stored, because the next leader did not have it. */
  | { readonly kind: 'proposed' | 'abandoned'; readonly stream: string; readonly message: number }
  | { readonly kind: 'server'; readonly server: number; readonly up: boolean }
  /** Of a consumer, of a stream (`consumer` is ''), or of the cluster (both are ''); server -1: nobody leads. */
  | { readonly kind: 'leader'; readonly stream: string; readonly consumer: string; readonly server: number }
  /** The stream goes on with what lay on a disk. */
  | { readonly kind: 'restored'; readonly stream: string }
  | { readonly kind: 'removed'; readonly stream: string; readonly seq: number; readonly message: number; readonly reason: RemovalReason }
  | ({ readonly kind: 'delivered'; readonly message: number; readonly to: string; readonly reached: boolean } & DeliveryInfo)
  | { readonly kind: 'settled'; readonly stream: string; readonly consumer: string; readonly seq: number; readonly message: number; readonly how: 'ack' | 'term' | 'gone' }
  | { readonly kind: 'redelivery'; readonly stream: string; readonly consumer: string; readonly seq: number; readonly message: number; readonly why: 'ack_wait' | 'nak' | 'nak-delay'; readonly at: number }
  | { readonly kind: 'advisory'; readonly subject: string; readonly stream: string; readonly consumer: string; readonly seq: number; readonly deliveries: number; readonly reason: string }
  | { readonly kind: 'consumer'; readonly stream: string; readonly consumer: string; readonly what: 'created' | 'deleted' | 'expired' | 'paused' | 'resumed' | 'pinned' | 'unpinned' };
