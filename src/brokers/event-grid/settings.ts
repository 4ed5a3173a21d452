/** The settings of Event Grid's resources and wires, under Event Grid's own names and units. */
import type { Applies, Field, Fields } from '../../scenario/fields.ts';

const DOC = 'https://learn.microsoft.com/azure/event-grid';
const LIVE: Applies = { how: 'live' };
const NEW_EVENTS: Applies = { how: 'live', says: 'Holds for events that are published from then on.' };
const RECREATE: Applies = { how: 'recreate', says: 'Of an existing topic it cannot be changed: it is another topic.' };
const VALIDATES: Applies = { how: 'live', says: 'The endpoint has to prove again that it wants events.' };
const page = (name: string): string => `${DOC}/${name}`;
const FILTERING = page('event-filtering');
const RETRY = page('delivery-and-retry');

const share = (help: string, fallback: number, more: Partial<Field> = {}): Field => ({ type: 'number', help, min: 0, max: 1, default: fallback, applies: LIVE, ...more }) as Field;
const text = (help: string, maxLength: number, more: Partial<Field> = {}): Field => ({ type: 'text', help, maxLength, optional: true, applies: LIVE, ...more }) as Field;

/** Every link takes time. */
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '20ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
export const topic: Fields = {
  inputSchema: { type: 'choice', help: 'how events come in: what they must have, and what filters call it', options: ['EventGridSchema', 'CloudEventSchemaV1_0'], default: 'EventGridSchema', applies: RECREATE, doc: page('input-mappings') },
  eventsPerSecond: { type: 'integer', label: 'events a second', help: 'taken at most, and as many KB; Azure takes 5 000. More is refused with 429', min: 1, max: 5000, default: 5000, applies: LIVE, doc: page('quotas-limits') },
};
export const namespaceTopic: Fields = {
  throughputUnits: { type: 'integer', help: 'of its namespace: 1 000 events or 1 MB a second come in per unit; more is refused with 429', min: 1, max: 40, default: 1, applies: LIVE, doc: page('quotas-limits') },
  eventRetentionInDays: { type: 'integer', help: 'what nobody acknowledged in so many days is gone', min: 1, max: 7, default: 7, unit: 'days', applies: LIVE, doc: page('event-retention') },
};
const filter: Fields = {
  includedEventTypes: text('event types, separated by blanks; empty or All = every type', 1000, { applies: NEW_EVENTS, doc: `${FILTERING}#event-type-filtering`, group: 'Filter' }),
  subjectBeginsWith: text('events whose subject begins so', 500, { applies: NEW_EVENTS, doc: `${FILTERING}#subject-filtering`, group: 'Filter' }),
  subjectEndsWith: text('events whose subject ends so', 500, { applies: NEW_EVENTS, doc: `${FILTERING}#subject-filtering`, group: 'Filter' }),
  isSubjectCaseSensitive: { type: 'flag', help: 'whether capitals count in the two above', default: false, applies: NEW_EVENTS, doc: `${FILTERING}#subject-filtering`, group: 'Filter' },
  advancedFilters: text('a JSON array: [{"operatorType": "NumberGreaterThan", "key": "data.seq", "value": 5}]; all of them must match', 8000, { applies: NEW_EVENTS, doc: `${FILTERING}#advanced-filtering`, group: 'Filter' }),
  enableAdvancedFilteringOnArrays: { type: 'flag', help: 'a key may hold an array: any of its elements counts', default: false, applies: NEW_EVENTS, doc: `${FILTERING}#key`, group: 'Filter' },
};
const delivery: Fields = {
  deliveryLatency: { type: 'spread', label: 'delivery latency', help: 'from the publish until it can be delivered, drawn per event: there is no order', default: { lognormal: { mean: '120ms', p99: '800ms' } }, applies: NEW_EVENTS, group: 'Delivery' },
  deadLetterDestination: text('name of the blob container for what cannot be delivered; empty = it is dropped', 255, { doc: `${RETRY}#dead-letter-events`, group: 'Dead letters' }),
};
const minute = { unit: 'min', min: 1 } as const;
export const subscription: Fields = {
  endpointType: { type: 'choice', help: 'an Azure Function validates by itself, and its 401 is retried', options: ['WebHook', 'AzureFunction'], default: 'WebHook', applies: LIVE, doc: page('event-handlers') },
  eventDeliverySchema: { type: 'choice', help: 'empty = as the events come in; CloudEvents cannot be delivered in the Event Grid schema', options: ['EventGridSchema', 'CloudEventSchemaV1_0'], optional: true, applies: LIVE, doc: page('end-point-validation-event-grid-events-schema') },
  ...filter,
  maxDeliveryAttempts: { type: 'integer', help: 'then the event is given up; of a namespace topic at most 10', min: 1, max: 30, default: 30, applies: LIVE, doc: `${RETRY}#retry-policy`, group: 'Retry policy' },
  eventTimeToLiveInMinutes: { type: 'integer', help: 'looked at when the next attempt is due, not before', max: 1440, default: 1440, applies: LIVE, doc: `${RETRY}#retry-policy`, group: 'Retry policy', ...minute },
  randomization: share('of each wait, added at random: "a small randomization"', 0.1, { doc: `${RETRY}#retry-schedule`, group: 'Retry policy' }),
  skippedRetries: share('of retries that are skipped while the endpoint is unhealthy', 0, { label: 'skipped retries', doc: `${RETRY}#retry-schedule`, group: 'Retry policy' }),
  lateAnswers: share('of answers between 30 s and 3 min that still spare the retry: best effort', 0.5, { label: 'late answers', doc: `${RETRY}#retry-schedule`, group: 'Retry policy' }),
  failuresBeforeDelay: { type: 'integer', label: 'failures before delay', help: 'in a row, after which nothing is sent to the endpoint for a while, new events included', min: 1, max: 1000, default: 10, applies: LIVE, doc: `${RETRY}#delayed-delivery`, group: 'Retry policy' },
  ...delivery,
  duplicates: share('of events that are delivered again although the endpoint answered 200: at least once', 0.001, { doc: RETRY, group: 'Delivery' }),
  maxEventsPerBatch: { type: 'integer', help: 'in one request; it succeeds or fails as a whole', min: 1, max: 5000, default: 1, applies: LIVE, doc: `${RETRY}#output-batching`, group: 'Delivery' },
  preferredBatchSizeInKilobytes: { type: 'integer', help: 'a larger event goes alone', min: 1, max: 1024, default: 64, unit: 'KB', applies: LIVE, doc: `${RETRY}#output-batching`, group: 'Delivery' },
  expirationTimeUtc: { type: 'duration', help: 'of the run: then the subscription ends without a word', min: 1000, max: 86_400e6, optional: true, applies: LIVE, doc: page('concepts'), group: 'Delivery' },
};
export const queueSubscription: Fields = {
  ...filter,
  receiveLockDurationInSeconds: { type: 'integer', help: 'how long a client that received an event has it for itself', min: 60, max: 300, default: 60, unit: 's', applies: { how: 'live', says: 'Holds for locks that are made from then on.' }, doc: `${page('subscriber-operations')}#renew-lock`, group: 'Delivery' },
  maxDeliveryCount: { type: 'integer', help: 'then the event is given up', min: 1, max: 10, default: 10, applies: LIVE, doc: page('namespace-delivery-retry'), group: 'Delivery' },
  eventTimeToLive: text('ISO 8601, PT1M to P7D; empty = as long as the topic keeps events', 30, { doc: page('event-retention'), group: 'Delivery' }),
  ...delivery,
};
export const container: Fields = {
  name: text('of the container; empty = its id', 63, { applies: LIVE }),
};
const envelope: Fields = {
  type: { type: 'text', help: 'eventType or type; {key}, {seq} and {producer} are filled in here and below', maxLength: 200, default: 'order.placed', applies: LIVE, doc: page('event-schema'), group: 'Event' },
  subject: { type: 'text', help: 'what the event is about', maxLength: 500, default: '/orders/{key}', applies: LIVE, doc: page('event-schema'), group: 'Event' },
  source: { type: 'text', help: 'of a CloudEvent', maxLength: 500, default: '/{producer}', applies: LIVE, doc: page('cloud-event-schema'), group: 'Event' },
  data: { type: 'text', help: 'JSON, for advanced filters', maxLength: 4000, default: '{"key": "{key}", "seq": {seq}}', applies: LIVE, doc: page('event-schema'), group: 'Event' },
};
export const publish: Fields = { ...envelope, ...network };
export const publishToDomain: Fields = {
  ...envelope,
  topic: { type: 'text', help: 'the topic in the domain that the event is for', maxLength: 200, default: '{key}', applies: LIVE, doc: page('event-domains'), group: 'Event' },
  ...network,
};
export const subscribeToDomain: Fields = {
  topic: text('the topic in the domain; empty = every event of the domain', 200, { applies: NEW_EVENTS, doc: `${page('event-domains')}#domain-scope-subscriptions` }),
};
const answer = (help: string, options: readonly string[]): Field => ({ type: 'choice', help, options, default: options[0] as string, applies: LIVE, doc: `${RETRY}#failure-codes`, group: 'Answers' });
export const push: Fields = {
  handshake: {
    type: 'choice',
    help: 'how the endpoint proves that it wants events: it echoes the code, somebody opens the URL within 10 minutes, or not at all',
    options: ['validationCode', 'validationUrl', 'none'],
    default: 'validationCode',
    applies: VALIDATES,
    doc: page('end-point-validation-event-grid-events-schema'),
    group: 'Answers',
  },
  failure: answer('what the endpoint answers when the work fails', ['500', '503', '429', '404', '408']),
  rejection: answer('what it answers when the event is given up: never retried', ['400', '413', '403', '401']),
  busy: answer('what it answers when it takes no more requests', ['503', '429']),
  backlog: { type: 'integer', help: 'requests that wait at an instance for a free slot; 0 = it answers at once that it is busy', min: 0, max: 1000, default: 100, applies: LIVE, group: 'Answers' },
  ...network,
};
export const consume: Fields = {
  maxEvents: { type: 'integer', help: 'received at once; the locks of all of them run from then on', min: 1, max: 100, default: 1, applies: LIVE, doc: `${page('subscriber-operations')}#receive-cloud-events` },
  maxWaitTime: { type: 'integer', help: 'until a receive without events is answered', min: 10, max: 120, default: 60, unit: 's', applies: LIVE, doc: `${page('subscriber-operations')}#receive-cloud-events` },
  releaseDelayInSeconds: { type: 'choice', help: 'until an event that the client releases can be received again', options: ['0', '10', '60', '600', '3600'], default: '0', applies: LIVE, doc: `${page('subscriber-operations')}#release-cloudevents` },
  renewEvery: { type: 'duration', label: 'renewLock every', help: 'renewals of all locks while the client holds any; empty = none', min: 1000, max: 3600e6, optional: true, applies: { how: 'live', says: 'Begins with the next event received.' }, doc: `${page('subscriber-operations')}#renew-lock` },
  ...network,
};
