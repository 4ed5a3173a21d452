/** The settings of EventBridge's nodes and links under its own names, units and defaults. */
import type { Applies, Field, Fields } from '../../scenario/fields.ts';

export const DOC = 'https://docs.aws.amazon.com/eventbridge/latest/userguide';
export const API = 'https://docs.aws.amazon.com/eventbridge/latest/APIReference';
const SQS = 'https://docs.aws.amazon.com/AWSSimpleQueueService';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html';
const LIVE: Applies = { how: 'live' };
const LATE: Applies = { how: 'live', says: 'Counts after the propagation delay of the bus: until then events go by the old rule.' };
const QUOTA = { group: 'Quotas', applies: LIVE, doc: `${DOC}/eb-quota.html` } as const;
const DELIVERY = { group: 'Delivery', applies: LIVE } as const;

const seconds = (help: string, min: number, max: number, fallback: number, doc: string, more: Partial<Field> = {}): Field => ({ type: 'integer', help, unit: 's', min, max, default: fallback, applies: LIVE, doc, ...more }) as Field;
const permission = (help: string, doc: string): Field => ({ type: 'flag', help, default: true, applies: LIVE, doc });

/** Every link over which something travels takes time. */
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '5ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
export const bus: Fields = {
  putEventsLimit: { type: 'integer', label: 'PutEvents throttle limit', help: 'requests a second; more are refused with ThrottlingException (10 000 in us-east-1, 600 in small Regions)', min: 1, max: 1_000_000, unit: '/s', default: 10_000, ...QUOTA },
  invocationsLimit: { type: 'integer', label: 'Invocations throttle limit', help: 'calls of targets a second; more are delayed, not lost (18 750 in us-east-1, 1 100 in many)', min: 1, max: 1_000_000, unit: '/s', default: 18_750, ...QUOTA },
  rulesPerBus: { type: 'integer', label: 'Number of rules', help: 'on this bus, at most', min: 1, max: 10_000, default: 300, ...QUOTA },
  eventPatternSize: { type: 'integer', label: 'Event pattern size', help: 'characters of one event pattern, at most', min: 1, max: 8192, default: 2048, ...QUOTA },
  entrySize: { type: 'integer', label: 'Total entry size', help: 'of one PutEvents; 256 KB before 29 January 2026', min: 1, max: 10_485_760, unit: 'bytes', default: 1_048_576, ...QUOTA, doc: `${API}/API_PutEvents.html` },
  deliveryLatency: {
    type: 'spread',
    label: 'delivery latency',
    help: 'From taking an event to calling a target, drawn anew each time: so order is lost. AWS told of 129 ms at the 99th percentile in August 2024 and of 2.2 s in January 2023 (What’s New, November 2024); there is no promise.',
    default: { lognormal: { mean: '60ms', p99: '130ms' } },
    ...DELIVERY,
  },
  duplicates: { type: 'number', help: 'Share of deliveries that are made twice although the target answered: EventBridge delivers at least once.', min: 0, max: 1, default: 0.001, ...DELIVERY, doc: `${DOC}/eb-rule-retry-policy.html` },
  entryFailures: { type: 'number', label: 'entry failures', help: 'Share of entries that fail with InternalFailure in a PutEvents that succeeds.', min: 0, max: 1, default: 0, ...DELIVERY, doc: `${API}/API_PutEvents.html` },
  retryBase: { type: 'duration', label: 'first retry after', help: 'Each further wait is twice as long, and half to one and a half times that by jitter. AWS states no number.', min: 1000, max: 3600e6, default: '1s', ...DELIVERY, doc: `${DOC}/eb-rule-retry-policy.html` },
  retryMax: { type: 'duration', label: 'longest wait', help: 'With 1 s and 8 min, 185 attempts take 24 hours.', min: 1000, max: 86_400e6, default: '8min', ...DELIVERY },
  propagation: { type: 'duration', help: 'Changed rules and new archives count after so long.', min: 0, max: 3600e6, default: '1s', ...DELIVERY, doc: `${API}/API_PutRule.html` },
};
const pattern = (help: string, more: Partial<Field> = {}): Field => ({ type: 'text', help, maxLength: 8192, applies: LATE, doc: `${DOC}/eb-create-pattern-operators.html`, ...more }) as Field;
export const EVERY_EVENT = '{"source":[{"prefix":""}]}';
export const rule: Fields = {
  EventPattern: pattern('Events that it matches, as JSON. Producers put Source, DetailType and Detail; replayed events have a replay-name.', { default: EVERY_EVENT }),
  State: { type: 'choice', help: 'A disabled rule matches nothing.', options: ['ENABLED', 'DISABLED'], default: 'ENABLED', applies: LATE, doc: `${API}/API_PutRule.html` },
  DeadLetterConfig: { type: 'text', help: 'Queue for events that targets without one of their own did not get; without any they are dropped.', maxLength: 80, optional: true, applies: LIVE, doc: `${DOC}/eb-rule-dlq.html` },
};
/** AWS knows it of targets only. */
const deadLetters: Fields = {
  DeadLetterConfig: { type: 'text', help: 'Queue for events that this target did not get; empty = that of the rule.', maxLength: 80, optional: true, applies: LIVE, doc: `${DOC}/eb-rule-dlq.html` },
};
const age = (more: Partial<Field> = {}) => seconds('Older events are given up.', 60, 86_400, 86_400, `${API}/API_RetryPolicy.html`, { group: 'RetryPolicy', ...more });
const input: Fields = {
  InputPathsMap: { type: 'text', help: 'Names and JSON paths into the event: {"id":"$.detail.key"}', maxLength: 8192, optional: true, applies: LIVE, group: 'InputTransformer', doc: `${DOC}/eb-transform-target-input.html` },
  InputTemplate: { type: 'text', help: 'What the target gets, with <names>. A path that is not there leaves nothing; what is then no JSON is not delivered and not tried again.', maxLength: 8192, optional: true, applies: LIVE, group: 'InputTransformer', doc: `${DOC}/eb-transform-target-input.html` },
};
export const apiDestination: Fields = {
  MaximumRetryAttempts: { type: 'integer', help: 'Further attempts after the first.', min: 0, max: 185, default: 185, applies: LIVE, group: 'RetryPolicy', doc: `${API}/API_RetryPolicy.html` },
  MaximumEventAgeInSeconds: age(),
  InvocationRateLimitPerSecond: { type: 'integer', help: 'Calls a second; more wait, and age.', min: 1, max: 100_000, unit: '/s', default: 300, applies: LIVE, doc: `${DOC}/eb-api-destinations.html` },
  backlog: { type: 'integer', help: 'Requests that an instance keeps waiting while all its slots are busy; more are answered 429.', min: 0, max: 10_000, default: 10, applies: LIVE },
  permission: permission('The role of the target may call it. Without permission nothing is tried again.', `${DOC}/eb-use-identity-based.html`),
  ...deadLetters,
  ...input,
  ...network,
};
export const lambda: Fields = {
  MaximumEventAgeInSeconds: age({ help: 'Until Lambda has taken it; only quotas delay that.' }),
  functionRetryAttempts: { type: 'integer', label: 'MaximumRetryAttempts of the function', help: 'Further attempts after an error of the function, one and two minutes later.', min: 0, max: 2, default: 2, applies: LIVE, group: 'Asynchronous invocation', doc: LAMBDA },
  functionEventAge: seconds('How long Lambda keeps an event in the queue of the function.', 60, 21_600, 21_600, LAMBDA, { label: 'MaximumEventAgeInSeconds of the function', group: 'Asynchronous invocation' }),
  OnFailure: { type: 'text', help: 'Queue for events that the function did not manage. The DeadLetterConfig of the rule is not for these.', maxLength: 80, optional: true, applies: LIVE, group: 'Asynchronous invocation', doc: 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html' },
  permission: permission("The function's policy lets events.amazonaws.com invoke it.", `${DOC}/eb-use-resource-based.html`),
  ...deadLetters,
  ...input,
  ...network,
};
export const eventBus: Fields = {
  ...deadLetters,
  permission: permission('The role may put events on that bus.', `${DOC}/eb-bus-to-bus.html`),
};
export const archive: Fields = {
  EventPattern: pattern('Events that it keeps; empty = all.', { optional: true }),
  RetentionDays: { type: 'integer', help: 'Days that an event is kept, 0 = for ever.', min: 0, max: 36_500, default: 0, unit: 'days', applies: LIVE, doc: `${API}/API_CreateArchive.html` },
  lag: { type: 'spread', help: 'What an event takes to come into the archive. A replay passes over what is not there yet: wait ten minutes.', default: { uniform: { from: '0us', to: '10min' } }, applies: LIVE, doc: `${DOC}/eb-archive.html` },
  replayRate: { type: 'integer', label: 'replay rate', help: 'Events a second that a replay puts. AWS states no number.', min: 1, max: 100_000, unit: '/s', default: 100, applies: LIVE },
};
export const queue: Fields = {
  VisibilityTimeout: seconds('How long a received message is hidden from others.', 0, 43_200, 30, `${SQS}/latest/SQSDeveloperGuide/sqs-visibility-timeout.html`),
  MessageRetentionPeriod: seconds('How long a message is kept at all.', 60, 1_209_600, 345_600, `${SQS}/latest/APIReference/API_SetQueueAttributes.html`),
  permission: permission('The policy of the queue lets events.amazonaws.com send to it. Without it, what should come here is lost.', `${DOC}/eb-rule-dlq.html`),
};
export const consume: Fields = {
  MaxNumberOfMessages: { type: 'integer', help: 'Messages of one ReceiveMessage, at most.', min: 1, max: 10, default: 10, applies: LIVE, doc: `${SQS}/latest/APIReference/API_ReceiveMessage.html` },
  ...network,
};
export const publish: Fields = {
  Source: { type: 'text', help: 'Who speaks; aws. is reserved.', maxLength: 256, default: 'shop', applies: LIVE, doc: `${API}/API_PutEventsRequestEntry.html` },
  DetailType: { type: 'text', help: 'What happened.', maxLength: 128, default: 'order placed', applies: LIVE, doc: `${API}/API_PutEventsRequestEntry.html` },
  Detail: { type: 'text', help: 'A JSON object; {key} and {seq} stand for those of the message. Its bytes are those of the message.', maxLength: 8192, default: '{"key":"{key}"}', applies: LIVE, doc: `${API}/API_PutEventsRequestEntry.html` },
  Entries: { type: 'integer', help: 'Events of one PutEvents, at most.', min: 1, max: 10, default: 1, applies: LIVE, doc: `${API}/API_PutEvents.html` },
  linger: { type: 'duration', help: 'How long an entry waits for others.', min: 0, max: 60e6, default: '100ms', applies: LIVE },
  maxAttempts: { type: 'integer', help: 'Of the client library, for a request that is throttled or fails as a whole. Entries that fail in a request that succeeds are left to the producer.', min: 1, max: 100, default: 3, applies: LIVE, doc: 'https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html' },
  ...network,
};
