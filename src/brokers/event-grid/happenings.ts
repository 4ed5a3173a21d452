/** What the service does, one after the other: the room tells it to the history and puts it on the wires. */
import type { Refusal } from '../contract.ts';
import type { Answer } from './schedule.ts';

/** Why an event is given up. */
export type GivenUp = 'MaxDeliveryAttemptsExceeded' | 'TimeToLiveExceeded' | 'rejected' | 'not_retried' | 'subscription_deleted' | 'subscription_expired' | 'dead_letter_not_found' | 'dead_letter_unavailable';
/** Why an event waits for another delivery. */
export type Again = 'failed' | 'timed_out' | 'delivered_twice' | 'released' | 'lock_expired' | 'given_up';

export type Happening =
  | { readonly kind: 'accepted'; readonly topic: string; readonly message: number; readonly copies: number }
  | { readonly kind: 'matched'; readonly subscription: string; readonly link: string; readonly id: number; readonly message: number }
  | { readonly kind: 'unmatched'; readonly topic: string; readonly message: number }
  /** Events posted to an endpoint in one request. */
  | { readonly kind: 'posted'; readonly subscription: string; readonly request: number; readonly events: readonly Handed[] }
  /** A receive is answered; without events when nothing came in time. */
  | { readonly kind: 'received'; readonly subscription: string; readonly receiver: string; readonly call: number; readonly events: readonly (Handed & { readonly token: number })[] }
  | { readonly kind: 'done'; readonly id: number; readonly why: 'answered' | 'answered_late' | 'acknowledged' }
  | { readonly kind: 'again'; readonly id: number; readonly why: Again; readonly answer?: Answer }
  | { readonly kind: 'dropped' | 'expired'; readonly id: number; readonly why: GivenUp; readonly answer?: Answer | undefined }
  | { readonly kind: 'dead-lettered'; readonly id: number; readonly why: GivenUp; readonly answer?: Answer | undefined; readonly container: string; readonly stored: number; readonly message: number }
  /** An operator takes a stored event out to publish it again. */
  | { readonly kind: 'taken'; readonly id: number }
  | { readonly kind: 'validate'; readonly subscription: string; readonly link: string; readonly attempt: number }
  | { readonly kind: 'subscription'; readonly subscription: string; readonly state: ProvisioningState; readonly refusal?: Refusal };
export interface Handed {
  readonly id: number;
  readonly message: number;
  /** Deliveries so far, this one included. */
  readonly count: number;
}
/** https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema */
export type ProvisioningState = 'Creating' | 'AwaitingManualAction' | 'Succeeded' | 'Failed';
