/** What Event Grid's reasons mean and what prevents them, in sentences. */
import type { Remedy, Words } from '../../scenario/descriptor.ts';
import type { DeliveryOutcome } from './schedule.ts';
import { OUTCOMES } from './schedule.ts';

const at = (page: string): string => `https://learn.microsoft.com/azure/event-grid/${page}`;
const RETRY = at('delivery-and-retry');
const OPERATIONS = at('subscriber-operations');

const ANSWERED: Readonly<Record<DeliveryOutcome, string>> = {
  Busy: 'The endpoint answered that it was busy (429 or 503).',
  NotFound: 'The endpoint answered 404 Not Found.',
  SocketError: 'The endpoint was down, or broke the connection off.',
  ResolutionError: 'The endpoint is no more.',
  TimedOut: 'The endpoint gave no answer within 30 seconds; whether it did the work is unknown.',
  Unauthorized: 'The endpoint answered 401 Unauthorized.',
  Forbidden: 'The endpoint answered 403 Forbidden.',
  BadRequest: 'The endpoint answered 400 Bad Request.',
  PayloadTooLarge: 'The endpoint answered 413 Request Entity Too Large.',
  Error: 'The endpoint answered with an error.',
};
const snake = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
/** The reason of an attempt that failed and is made again, or of one that is never made again. */
export const reasonOf = (what: 'failed' | 'not_retried', outcome: DeliveryOutcome): string => `event-grid.${what}_${snake(outcome)}`;
const outcomes = OUTCOMES.flatMap((outcome): [string, Words][] => [
  [reasonOf('failed', outcome), { says: `${ANSWERED[outcome]} Event Grid delivers the event again, later.`, rule: RETRY }],
  [reasonOf('not_retried', outcome), { says: `${ANSWERED[outcome]} Event Grid never retries that.`, rule: RETRY }],
]);

export const reasons: Readonly<Record<string, Words>> = {
  ...Object.fromEntries(outcomes),
  'event-grid.unmatched': { says: 'No active subscription of the topic matches the event, so nobody gets it; the publisher is told that all is well.', rule: at('event-filtering') },
  'event-grid.answered': { says: 'the endpoint answered 200.' },
  'event-grid.answered_late': { says: 'the answer came late, and still spared the retry.', rule: RETRY },
  'event-grid.acknowledged': { says: 'acknowledged.', rule: OPERATIONS },
  'event-grid.rehydrated': { says: 'an operator took it out of the container and published it again.', rule: at('dead-letter-event-subscriptions-namespace-topics') },
  'event-grid.timed_out': { says: 'No answer came within 30 seconds, so Event Grid delivers it again, although the work may have been done or be going on.', rule: RETRY },
  'event-grid.at_least_once': { says: 'The endpoint had answered 200, and Event Grid delivered the event again all the same: it promises at least once.', rule: RETRY },
  'event-grid.released': { says: 'The client released it, so that it can be received again.', rule: OPERATIONS },
  'event-grid.lock_expired': { says: 'Its lock (receiveLockDurationInSeconds) ran out before it was acknowledged, whether its holder was still at work or not.', rule: `${OPERATIONS}#renew-lock` },
  'event-grid.given_up': { says: 'Event Grid gives it up: it goes to the dead-letter destination, or nowhere.', rule: RETRY },
  'event-grid.rejected': { says: 'The client rejected it.', rule: `${OPERATIONS}#reject-cloudevents` },
  'event-grid.max_delivery_attempts': { says: 'MaxDeliveryAttemptsExceeded: it was delivered as often as the retry policy allows.', rule: `${RETRY}#retry-policy` },
  'event-grid.time_to_live': { says: 'TimeToLiveExceeded: its time to live was over when it should have been delivered next.', rule: `${RETRY}#retry-policy` },
  'event-grid.subscription_deleted': { says: 'The subscription was deleted, and with it what it had not delivered.', rule: at('concepts') },
  'event-grid.subscription_expired': { says: 'The subscription reached its expirationTimeUtc and ended without a word, and with it what it had not delivered.', rule: at('concepts') },
  'event-grid.dead_letter_not_found': { says: 'The dead-letter destination does not exist, so the event was dropped.', rule: `${RETRY}#dead-letter-events` },
  'event-grid.dead_letter_unavailable': { says: 'The dead-letter destination had been unavailable for four hours, so the event was dropped.', rule: `${RETRY}#dead-letter-events` },
  'event-grid.instance_gone': { says: 'The instance is gone.' },
  'event-grid.BadRequest': { says: '400 Bad Request: the event data has an incorrect format.', rule: `${at('post-to-custom-topic')}#response` },
  'event-grid.Unauthorized': { says: '401 Unauthorized: the access key is not valid (any more).', rule: `${at('post-to-custom-topic')}#response` },
  'event-grid.NotFound': { says: '404 Not Found: there is no such topic or subscription.', rule: `${at('post-to-custom-topic')}#response` },
  'event-grid.PayloadTooLarge': { says: '413 Payload Too Large: an event has at most 1 MB.', rule: at('quotas-limits') },
  'event-grid.TooManyRequests': { says: '429 Too Many Requests: more was published in this second than the topic takes.', rule: at('quotas-limits') },
  'event-grid.ServiceUnavailable': { says: '503 Service Unavailable: the topic takes nothing at the moment.', rule: at('troubleshoot-errors') },
  'event-grid.InvalidRequest': { says: 'The subscription was refused as it is described.', rule: at('event-filtering') },
  'event-grid.UrlValidation': { says: 'The endpoint did not prove that it wants events, so the subscription was not created.', rule: at('troubleshoot-subscription-validation') },
  'event-grid.TokenLost': { says: 'TokenLost: the lock had expired when the client settled; the event is delivered again, or has been.', rule: `${OPERATIONS}#renew-lock` },
  'event-grid.BadToken': { says: 'BadToken: that is no lock token.', rule: `${OPERATIONS}#acknowledge-cloudevents` },
};
export const remedies: Readonly<Record<string, Remedy>> = {
  'effect-once': { says: 'Answer within 30 seconds (take the event, do the work afterwards), or renew the lock while the work goes on, and keep a record of processed ids: Event Grid delivers at least once.' },
  'delivered-once': { says: 'Event Grid delivers at least once, and without deduplication: make the handler idempotent by id and source.' },
  order: { says: 'Event Grid keeps no order. Let the handler compare versions or times in the event, or use a service with sessions or partitions.' },
  'no-loss': { says: 'Name a dead-letter destination, and answer 400, 401, 403 and 413 only where a retry can never succeed.' },
  dropped: { says: 'Name a dead-letter destination: without one, what is not retried is gone.' },
  expired: { says: 'Name a dead-letter destination, or give events a longer time to live.' },
  'dead-lettered': { says: 'Look into the container, mend the cause, then publish the events again.' },
  unrouted: { says: 'Give the topic a subscription without filters, or widen a filter; and see that every subscription is validated.' },
  'growing-depth': { says: 'Make the consumers faster or add some: Event Grid slows no publisher down, and what fails comes back on top.' },
  'idle-consumer': { says: 'What waits for its next retry, or for the end of the delayed delivery, comes by itself; what others hold under a lock comes when it ends: receive fewer events at once.' },
  'prefetch-hogging': { says: 'Receive fewer events at once (maxEvents): their locks run while they wait in the client.' },
  'poison-loop': { says: 'Answer 400 to what can never succeed, or lower maxDeliveryAttempts, and name a dead-letter destination.' },
  backpressure: { says: 'Publish less in a second, or spread over several topics.' },
};
