/** The settings of topics, subscriptions and links, under the names of the API and of the Go client library. */
import type { Applies, Field, Fields } from '../../scenario/fields.ts';

export const DOC = 'https://docs.cloud.google.com/pubsub/docs';
const API = `${DOC}/reference/rest/v1/projects.subscriptions`;
const GO = 'https://pkg.go.dev/cloud.google.com/go/pubsub/v2';
const LIVE: Applies = { how: 'live' };
const UPDATE: Applies = { how: 'live', says: 'subscriptions.patch: holds for what is delivered from then on.' };
const IMMUTABLE: Applies = { how: 'refused', says: 'Fixed when the subscription is created: make another one.' };
const RECREATE: Applies = { how: 'recreate', says: 'Another name is another resource: the old one is deleted with what it holds.' };
const RECONNECT: Applies = { how: 'reconnect', says: 'Set with the first request of a stream: the client opens another.' };
const MINUTE = 60e6;
const DAY = 86_400e6;

const share = (label: string, help: string, value: number, doc: string): Field => ({ type: 'number', label, help, min: 0, max: 1, default: value, applies: LIVE, doc, group: 'What nobody promises' });
const name: Field = { type: 'text', help: 'empty = its id', maxLength: 255, optional: true, applies: RECREATE };

export const topic: Fields = {
  name,
  messageRetentionDuration: { type: 'duration', help: 'what was published so recently can be brought back by a seek, by any subscription; empty = the topic keeps nothing', min: 10 * MINUTE, max: 31 * DAY, optional: true, applies: LIVE, doc: `${DOC}/reference/rest/v1/projects.topics` },
  throughput: {
    type: 'integer',
    label: 'throughput quota',
    help: 'publisher throughput that the quota of the region leaves to this topic; more is refused with RESOURCE_EXHAUSTED; empty = never reached',
    min: 1,
    max: 4_000_000_000,
    unit: 'bytes/s',
    optional: true,
    applies: LIVE,
    doc: 'https://docs.cloud.google.com/pubsub/quotas',
  },
};
export const subscription: Fields = {
  name,
  deliveryType: { type: 'choice', label: 'delivery type', help: 'Pull: subscribers ask. Push: the service calls the endpoint that is wired to it', options: ['Pull', 'Push'], default: 'Pull', applies: { how: 'live', says: 'ModifyPushConfig: whoever pulled is cut off.' }, doc: `${DOC}/subscription-overview` },
  ackDeadlineSeconds: { type: 'integer', help: 'so long a subscriber has a message before it is delivered again; for push, the timeout of the request', min: 10, max: 600, unit: 's', default: 10, applies: UPDATE, doc: API },
  enableMessageOrdering: { type: 'flag', help: 'messages of one ordering key are delivered in the order in which they were published', default: false, applies: IMMUTABLE, doc: `${DOC}/ordering` },
  enableExactlyOnceDelivery: { type: 'flag', help: 'nothing is delivered again while it is out or after it was acknowledged, and subscribers learn whether an acknowledgement worked; pull only', default: false, applies: UPDATE, doc: `${DOC}/exactly-once-delivery` },
  filter: { type: 'text', help: 'attributes.type = "order" AND NOT attributes:test; what does not match is acknowledged unseen', maxLength: 256, default: '', applies: IMMUTABLE, doc: `${DOC}/subscription-message-filter` },
  minimumBackoff: { type: 'duration', label: 'retryPolicy.minimumBackoff', help: 'until the second delivery; it doubles. Empty, and no maximum: delivered again at once', min: 0, max: 600e6, optional: true, applies: UPDATE, doc: `${DOC}/subscription-retry-policy`, group: 'Failures' },
  maximumBackoff: { type: 'duration', label: 'retryPolicy.maximumBackoff', help: 'it grows up to this; 600 s when only the minimum is given', min: 0, max: 600e6, optional: true, applies: UPDATE, doc: `${DOC}/subscription-retry-policy`, group: 'Failures' },
  deadLetterTopic: { type: 'text', label: 'deadLetterPolicy.deadLetterTopic', help: 'name of the topic to which messages go that failed too often; it needs a subscription of its own', maxLength: 255, optional: true, applies: UPDATE, doc: `${DOC}/handling-failures#dead_letter_topic`, group: 'Failures' },
  maxDeliveryAttempts: { type: 'integer', label: 'deadLetterPolicy.maxDeliveryAttempts', help: 'deliveries after which it goes there', min: 5, max: 100, default: 5, applies: UPDATE, doc: `${DOC}/handling-failures#dead_letter_topic`, group: 'Failures' },
  mayForward: { type: 'flag', label: 'service account may forward', help: 'publisher on the dead-letter topic and subscriber here; without both roles messages stay and come again', default: true, applies: LIVE, doc: `${DOC}/handling-failures#grant_forwarding_permissions`, group: 'Failures' },
  messageRetentionDuration: { type: 'duration', help: 'unacknowledged messages are kept so long', min: 10 * MINUTE, max: 31 * DAY, default: '7d', applies: UPDATE, doc: API, group: 'Keeping' },
  retainAckedMessages: { type: 'flag', help: 'acknowledged messages are kept as long, so that a seek can bring them back', default: false, applies: UPDATE, doc: `${DOC}/replay-overview`, group: 'Keeping' },
  ttl: { type: 'duration', label: 'expirationPolicy.ttl', help: 'without a subscriber for so long the subscription is deleted with its backlog; 0s = never', min: 0, max: 365 * DAY, default: '31d', applies: UPDATE, doc: API, group: 'Keeping' },
  ackLost: share('acks not kept', 'share of acknowledgements that are accepted and forgotten: the message comes again after its deadline. Never with exactly-once delivery', 0.001, `${DOC}/subscription-overview#default_properties`),
  lateAck: share('late acks that count', 'share of acknowledgements after the deadline that end the matter all the same; never with exactly-once delivery or an ordering key', 0.5, `${DOC}/reference/rest/v1/projects.subscriptions/acknowledge`),
  uncounted: share('attempts not counted', 'share of failures that the approximate count of delivery attempts misses', 0.05, `${DOC}/handling-failures#track-delivery-attempts`),
  overtaken: share('overtaken', 'share of messages without an ordering key that come up to 200 ms late, so that others pass them', 0.01, `${DOC}/ordering`),
  sticky: share('stays with a stream', 'how often the next message goes to the stream that got the one before', 0.7, `${DOC}/pull#streamingpull`),
};
/** Every link takes time. */
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '1ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
export const publish: Fields = {
  orderingKey: { type: 'text', help: '{key} stands for the key of the message; empty = none', maxLength: 1024, default: '', applies: LIVE, doc: `${DOC}/publisher#using-ordering-keys` },
  EnableMessageOrdering: { type: 'flag', help: 'of the publisher: without it a message with an ordering key is refused by the library', default: true, applies: LIVE, doc: `${DOC}/publisher#using-ordering-keys` },
  attributes: { type: 'map', help: 'what filters look at; {key} stands for the key of the message', default: {}, applies: LIVE, doc: `${DOC}/publisher#custom-attributes` },
  resumePublish: {
    type: 'choice',
    label: 'ResumePublish',
    help: 'After a failure the library refuses everything of that ordering key until the program calls ResumePublish: when the failure is reported, or never by itself',
    options: ['never', 'on failure'],
    default: 'never',
    applies: LIVE,
    doc: `${DOC}/publisher#retry_ordering`,
  },
  CountThreshold: { type: 'integer', help: 'messages of a batch', min: 1, max: 1000, default: 100, applies: LIVE, doc: `${GO}#PublishSettings`, group: 'Batching' },
  ByteThreshold: { type: 'integer', help: 'bytes of a batch', min: 1, max: 10_000_000, unit: 'bytes', default: 1_000_000, applies: LIVE, doc: `${GO}#PublishSettings`, group: 'Batching' },
  DelayThreshold: { type: 'duration', help: 'a batch waits so long to be filled', min: 0, max: 60e6, default: '10ms', applies: LIVE, doc: `${GO}#PublishSettings`, group: 'Batching' },
  LimitExceededBehavior: { type: 'choice', help: 'what Publish does while more is outstanding than allowed: nothing, wait, or report an error', options: ['Ignore', 'Block', 'SignalError'], default: 'Ignore', applies: LIVE, doc: `${DOC}/flow-control-messages`, group: 'Flow control' },
  MaxOutstandingMessages: { type: 'integer', help: 'messages that wait for their answer at most; 0 = no limit', min: 0, max: 10_000_000, default: 1000, applies: LIVE, doc: `${DOC}/flow-control-messages`, when: { field: 'LimitExceededBehavior', is: ['Block', 'SignalError'] }, group: 'Flow control' },
  MaxOutstandingBytes: { type: 'integer', help: 'their bytes; 0 = no limit', min: 0, max: 1e12, unit: 'bytes', default: 0, applies: LIVE, doc: `${DOC}/flow-control-messages`, when: { field: 'LimitExceededBehavior', is: ['Block', 'SignalError'] }, group: 'Flow control' },
  Timeout: { type: 'duration', help: 'the library tries again for so long; then nobody knows', min: 1000, max: 3600e6, default: '60s', applies: LIVE, doc: `${GO}#PublishSettings`, group: 'Flow control' },
  ...network,
};
const PULLS = { field: 'method', is: ['Pull'] };
const STREAMS = { field: 'method', is: ['StreamingPull'] };
export const consume: Fields = {
  method: { type: 'choice', help: 'StreamingPull: the client library, which extends deadlines by itself. Pull: single requests, and nobody extends', options: ['StreamingPull', 'Pull'], default: 'StreamingPull', applies: RECONNECT, doc: `${DOC}/pull`, group: 'Pull' },
  maxMessages: { type: 'integer', help: 'of one pull request', min: 1, max: 100_000, default: 10, applies: LIVE, doc: `${DOC}/pull#unary_pull`, when: PULLS, group: 'Pull' },
  MaxOutstandingMessages: { type: 'integer', help: 'messages that a stream has out at most; 0 = no limit', min: 0, max: 10_000_000, default: 1000, applies: RECONNECT, doc: `${DOC}/flow-control-messages`, when: STREAMS, group: 'Pull' },
  MaxOutstandingBytes: { type: 'integer', help: 'their bytes; 0 = no limit', min: 0, max: 1e12, unit: 'bytes', default: 1_000_000_000, applies: RECONNECT, doc: `${DOC}/flow-control-messages`, when: STREAMS, group: 'Pull' },
  streamAckDeadlineSeconds: { type: 'integer', help: 'deadline of what comes on the stream; empty = that of the subscription', min: 10, max: 600, unit: 's', optional: true, applies: RECONNECT, doc: `${DOC}/lease-management`, when: STREAMS, group: 'Lease' },
  MaxExtension: { type: 'duration', help: 'the library extends the deadline of a message for so long; 0s = never (a negative value in Go)', min: 0, max: 7 * DAY, default: '60min', applies: LIVE, doc: `${DOC}/lease-management`, when: STREAMS, group: 'Lease' },
  MinDurationPerAckExtension: { type: 'duration', help: 'each extension is at least so long; 0s = the 99th percentile of the time to acknowledge, at least 10 s, with exactly-once delivery 60 s', min: 0, max: 600e6, default: '0s', applies: LIVE, doc: `${DOC}/lease-management`, when: STREAMS, group: 'Lease' },
  MaxDurationPerAckExtension: { type: 'duration', help: 'each extension is at most so long; 0s = up to 600 s', min: 0, max: 600e6, default: '0s', applies: LIVE, doc: `${DOC}/lease-management`, when: STREAMS, group: 'Lease' },
  firstWindow: { type: 'integer', label: 'first push window', help: 'concurrent requests that slow start begins with: "a small single-digit window"', min: 1, max: 9, default: 3, applies: { how: 'live', says: 'Slow start begins again.' }, doc: `${DOC}/push#delivery_rate`, group: 'Push' },
  whenBusy: { type: 'choice', label: 'busy endpoint', help: 'with all its slots at work: requests wait there while their deadline runs, or are answered with 429', options: ['waits', '429'], default: 'waits', applies: LIVE, doc: `${DOC}/push#receive_push`, group: 'Push' },
  ...network,
};
