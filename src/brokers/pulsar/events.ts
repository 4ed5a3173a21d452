/** What happened at the brokers besides the answer to a command, in order. */
import type { Refusal } from '../contract.ts';
import type { Entry } from './entry-log.ts';

/** Who asked for an entry to be written, and the number by which it knows it. */
export interface Sender {
  readonly session: string;
  readonly tag: number;
}
export type Returned = 'nack' | 'ack_timeout' | 'consumer_gone' | 'rewound' | 'unloaded' | 'reset';
export type Gone = 'ttl' | 'evicted' | 'skipped' | 'reset' | 'unsubscribed' | 'topic_deleted';
/** Why an entry that was done with comes back. */
export type Again = 'ack_not_written' | 'reset' | 'initial_position';

interface At {
  readonly partition: string;
  readonly subscription: string;
}
export type PulsarEvent =
  /** `subscriptions` have to read it; `kept`: it stays though none has. */
  | { readonly kind: 'stored'; readonly partition: string; readonly entry: Entry; readonly subscriptions: readonly string[]; readonly kept: boolean }
  | { readonly kind: 'duplicate'; readonly partition: string; readonly messages: readonly number[] }
  | { readonly kind: 'receipt'; readonly partition: string; readonly to: Sender }
  | { readonly kind: 'send-error'; readonly partition: string; readonly to: Sender; readonly refusal: Refusal }
  | ({ readonly kind: 'dispatched'; readonly entry: Entry; readonly consumer: string; readonly redeliveries: number; readonly indexes: readonly number[]; readonly durable: boolean } & At)
  /** A non-persistent message that no consumer had room for. */
  | ({ readonly kind: 'missed'; readonly entry: Entry } & At)
  /** `indexes` null: the whole entry. */
  | ({ readonly kind: 'acked'; readonly position: number; readonly indexes: readonly number[] | null } & At)
  | ({ readonly kind: 'returned'; readonly position: number; readonly why: Returned } & At)
  | ({ readonly kind: 'gone'; readonly position: number; readonly why: Gone } & At)
  | ({ readonly kind: 'again'; readonly entry: Entry; readonly why: Again } & At)
  /** The broker ends its side: the client comes back by itself. */
  | { readonly kind: 'closed'; readonly partition: string; readonly session: string; readonly why: string }
  /** A producer that waited for exclusive access has it. */
  | { readonly kind: 'granted'; readonly partition: string; readonly session: string }
  | { readonly kind: 'blocked'; readonly partition: string; readonly subscription: string; readonly session: string | null; readonly begins: boolean };
