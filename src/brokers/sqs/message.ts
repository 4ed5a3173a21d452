/** What a queue holds, and what is said about it. */
import type { MessageAttributes } from './filter-policy.ts';

export const SECOND = 1_000_000;

/** One message as `SendMessage` takes it. */
export interface Sent {
  /** Number of the message in the history; -1 outside of a scenario. */
  readonly message: number;
  readonly body: string;
  /** Bytes of the body. */
  readonly size: number;
  readonly attributes: MessageAttributes;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  /** s */
  readonly DelaySeconds?: number | undefined;
}
export interface Item {
  /** Unique among all queues. */
  readonly id: number;
  /** What `MessageId` names: another copy of the same message has the same. */
  readonly messageId: number;
  readonly message: number;
  readonly body: string;
  readonly size: number;
  readonly attributes: MessageAttributes;
  readonly group: string;
  /** Which server of the queue has it. */
  readonly server: number;
  /** µs; what retention counts from. */
  readonly sentAt: number;
  /** The queue from which it was dead-lettered. */
  readonly from: string | null;
  /** Its place in the queue: the least goes first. */
  order: number;
  state: 'delayed' | 'visible' | 'in flight';
  /** µs: the end of its delay or of its visibility timeout. */
  until: number;
  /** ApproximateReceiveCount. */
  receives: number;
  /** µs of the latest receive; 12 hours after it no visibility timeout may end. */
  receivedAt: number;
}
/** A receipt handle: it names one receive of one message. */
export interface Receipt {
  readonly id: number;
  readonly receive: number;
}
export const handleText = ({ id, receive }: Receipt): string => `${id}-${receive}`;
export function parseHandle(text: string): Receipt | undefined {
  const match = /^(\d+)-(\d+)$/.exec(text);
  return match ? { id: Number(match[1]), receive: Number(match[2]) } : undefined;
}
/** Something handed out by `ReceiveMessage`. */
export interface Handed extends Receipt {
  readonly message: number;
  readonly messageId: number;
  readonly body: string;
  readonly group: string;
}
/** How a copy came into a queue: sent, again because a server had missed something, dead-lettered, or redriven. */
export type Arrival = 'sent' | 'duplicate' | 'dead-lettered' | 'redriven';
/** Why a message can be received again. */
export type Return = 'visibility_timeout' | 'changed';

export type SqsEvent =
  | { readonly kind: 'arrived'; readonly queue: string; readonly id: number; readonly message: number; readonly how: Arrival /** The copy that it came from. */; readonly of: number }
  | { readonly kind: 'received'; readonly queue: string; readonly id: number; readonly client: string; readonly receives: number }
  | { readonly kind: 'returned'; readonly queue: string; readonly id: number; readonly why: Return }
  | { readonly kind: 'deleted'; readonly queue: string; readonly id: number }
  | { readonly kind: 'gone'; readonly queue: string; readonly id: number; readonly why: 'retention' | 'purged' | 'queue_deleted' }
  /** It leaves for another queue; `arrived` follows. */
  | { readonly kind: 'moved'; readonly queue: string; readonly id: number; readonly to: string; readonly why: 'max_receive_count' | 'redrive' }
  /** The answer to a long poll. */
  | { readonly kind: 'answer'; readonly client: string; readonly handed: readonly Handed[] };
