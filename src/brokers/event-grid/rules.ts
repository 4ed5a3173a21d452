import type { Rules } from '../contract.ts';

const at = (page: string): string => `https://learn.microsoft.com/azure/event-grid/${page}`;
const FILTERING = at('event-filtering');
const RETRY = at('delivery-and-retry');
const NAMESPACE = at('namespace-delivery-retry');
const OPERATIONS = at('subscriber-operations');
const HANDSHAKE = at('end-point-validation-event-grid-events-schema');

/** What the model holds to be true of Event Grid, and where that is written. Tests are titled by these. */
export const rules = {
  G01: { name: 'filter-types', says: 'Without event types every type is delivered; with them, those alone.', source: `${FILTERING}#event-type-filtering` },
  G02: { name: 'filter-subject', says: 'A subject is compared from its beginning and its end, without regard to case unless isSubjectCaseSensitive.', source: `${FILTERING}#subject-filtering` },
  G03: { name: 'filter-and-or', says: 'Any value of an advanced filter may match; every filter must.', source: `${FILTERING}#or-and-and` },
  G04: { name: 'filter-missing', says: 'A missing key matches NumberNotIn, StringNotIn and IsNullOrUndefined, and no other operator, not even the other negative ones.', source: `${FILTERING}#stringnotin` },
  G05: { name: 'filter-case', says: 'Comparisons of strings are not case-sensitive.', source: `${FILTERING}#stringnotin` },
  G06: { name: 'filter-arrays', says: 'Of an array any element may match, or speak against the filter; values of another type are ignored.', source: `${FILTERING}#key` },
  G07: { name: 'filter-keys', says: 'Keys have other names in the Event Grid schema than in CloudEvents, where extension attributes can be filtered, too.', source: `${FILTERING}#key` },
  G08: { name: 'filter-limits', says: 'A subscription has at most 25 advanced filters and 25 values in all of them, and a string value at most 512 characters.', source: `${FILTERING}#limitations` },
  G09: { name: 'schema-compatibility', says: 'What comes in as a CloudEvent cannot be delivered in the Event Grid schema.', source: `${HANDSHAKE}#event-schema-compatibility` },
  G10: { name: 'publish-format', says: 'An event without a type, a subject or data in the right format is refused with 400.', source: `${at('post-to-custom-topic')}#response` },
  G11: { name: 'publish-size', says: 'An event has at most 1 MB: a larger one is refused with 413.', source: at('quotas-limits') },
  G12: { name: 'publish-rate', says: 'A custom topic takes 5 000 events or 5 MB a second, and an event counts once per 64 KB: more is refused with 429.', source: at('quotas-limits') },
  G13: { name: 'namespace-rate', says: 'A namespace takes 1 000 events or 1 MB a second per throughput unit.', source: at('quotas-limits') },
  G14: { name: 'publish-key', says: 'With an access key that is not valid a publish is refused with 401.', source: `${at('post-to-custom-topic')}#response` },
  G15: { name: 'domain-topics', says: 'A subscription to a topic of a domain gets the events for that topic; one at domain scope gets all.', source: at('event-domains') },
  G16: { name: 'push-success', says: 'Only the answers 200 to 204 complete a delivery.', source: `${RETRY}#success-codes` },
  G17: { name: 'push-final', says: 'A webhook that answers 400, 401, 403 or 413 is not tried again, an Azure resource that answers 400, 403 or 413: the event is dropped, or dead-lettered.', source: `${RETRY}#retry-schedule` },
  G18: { name: 'push-schedule', says: 'Retries follow after 10 s, 30 s, 1, 5, 10 and 30 min, 1, 3 and 6 h, and then every 12 h, with a small randomization.', source: `${RETRY}#retry-schedule` },
  G19: { name: 'push-least-wait', says: 'After some answers a retry waits longer: 408 two minutes, 503 thirty seconds, 401 and 404 of an Azure resource five minutes.', source: `${RETRY}#failure-codes` },
  G20: { name: 'push-timeout', says: 'No answer within 30 seconds counts as a failure, whatever the endpoint goes on to do.', source: `${RETRY}#retry-schedule` },
  G21: { name: 'push-late-answer', says: 'An answer within three minutes may still take the event out of the retry queue, and may not.', source: `${RETRY}#retry-schedule` },
  G22: { name: 'push-attempts', says: 'After maxDeliveryAttempts the event is given up.', source: `${RETRY}#retry-policy` },
  G23: { name: 'push-time-to-live', says: 'The time to live is checked only when the next attempt is due.', source: `${RETRY}#dead-letter-events` },
  G24: { name: 'push-at-least-once', says: 'An event may be delivered again although it was acknowledged.', source: RETRY },
  G25: { name: 'push-no-order', says: 'Events are delivered in no order.', source: RETRY },
  G26: { name: 'push-batch', says: 'A batch never exceeds maxEventsPerBatch, waits for nothing, and takes a single event that is larger than preferred.', source: `${RETRY}#batching-policy` },
  G27: { name: 'push-batch-whole', says: 'A batch succeeds or fails as a whole.', source: `${RETRY}#batching-behavior` },
  G28: { name: 'push-delayed', says: 'After ten failures in a row new deliveries are delayed as well, as long as the probation table says for the error.', source: `${RETRY}#delayed-delivery` },
  G29: { name: 'push-skipped', says: 'While an endpoint is unhealthy retries may be skipped.', source: `${RETRY}#retry-schedule` },
  G30: { name: 'dead-letter-delay', says: 'A dead event is written to the container five minutes after the last attempt.', source: `${RETRY}#dead-letter-events` },
  G31: { name: 'dead-letter-unavailable', says: 'When the container is unavailable for four hours, the event is dropped; when it does not exist, at once.', source: `${RETRY}#dead-letter-events` },
  G32: { name: 'dead-letter-rehydrate', says: 'Dead events can be published again; every subscription that they match gets them.', source: at('dead-letter-event-subscriptions-namespace-topics') },
  G33: { name: 'expiration', says: 'A subscription ends at its expirationTimeUtc, which must lie in the future.', source: at('concepts') },
  G34: { name: 'handshake', says: 'A webhook gets no event before it has echoed the validation code; an Azure Function needs no handshake.', source: `${HANDSHAKE}` },
  G35: { name: 'handshake-manual', says: 'An endpoint that answers without the code leaves the subscription in AwaitingManualAction, for ten minutes.', source: `${HANDSHAKE}` },
  G36: { name: 'handshake-failed', says: 'A validation request must be answered within 30 seconds and is attempted again after 5; when all attempts fail, so does the creation.', source: `${HANDSHAKE}#validation-details` },
  G37: { name: 'namespace-schedule', says: 'A namespace topic pushes again at once, after 10 s, 30 s, 1 min, and then every 5 min, ten times in all.', source: `${NAMESPACE}#retry-schedule` },
  G38: { name: 'namespace-final', says: 'A namespace topic retries neither 400, 401, 403, 404 and 414 nor timeouts and errors of the connection.', source: `${NAMESPACE}#retry-schedule` },
  G39: { name: 'receive', says: 'A receive is answered at once with at most maxEvents, or when something comes, or with nothing after maxWaitTime.', source: `${OPERATIONS}#receive-cloud-events` },
  G40: { name: 'lock', says: 'A received event is locked for receiveLockDurationInSeconds; then others can receive it.', source: `${OPERATIONS}#renew-lock` },
  G41: { name: 'acknowledge', says: 'Who acknowledges with a lock that has expired is told TokenLost, and the event stays.', source: `${OPERATIONS}#acknowledge-cloudevents` },
  G42: { name: 'release', says: 'A released event can be received again at once, or after the delay.', source: `${OPERATIONS}#release-cloudevents` },
  G43: { name: 'reject', says: 'A rejected event is dead-lettered, or dropped.', source: `${OPERATIONS}#reject-cloudevents` },
  G44: { name: 'renew-lock', says: 'A lock can be renewed within one hour from its making.', source: `${OPERATIONS}#renew-lock` },
  G45: { name: 'delivery-count', says: 'After maxDeliveryCount deliveries an event is not delivered again.', source: `${NAMESPACE}#retry-policy` },
  G46: { name: 'event-time-to-live', says: 'What is not acknowledged within the time to live goes; the time to live lies between the lock duration and the retention of the topic.', source: at('event-retention') },
} as const satisfies Rules & Readonly<Record<string, { readonly name: string }>>;

/** What a rule says, by its name: the title of the test that proves it. */
export function rule(name: (typeof rules)[keyof typeof rules]['name']): string {
  const found = Object.entries(rules).find(([, one]) => one.name === name);
  return `${found?.[0]} ${found?.[1].says}`;
}
