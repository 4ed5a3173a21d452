import type { Refusal } from '../contract.ts';

/**
 * What Pub/Sub and its client library refuse: the name and number of the gRPC status, or the library’s own error. The sentences of the statuses are not documented; those of the library are its own.
 * https://docs.cloud.google.com/pubsub/docs/reference/error-codes
 */
const CODES = { UNKNOWN: 2, INVALID_ARGUMENT: 3, NOT_FOUND: 5, ALREADY_EXISTS: 6, RESOURCE_EXHAUSTED: 8, FAILED_PRECONDITION: 9, UNAVAILABLE: 14 } as const;
/** Statuses after which the library publishes again by itself. */
const RETRIED: readonly string[] = ['UNKNOWN', 'RESOURCE_EXHAUSTED', 'UNAVAILABLE'];

const status = (name: keyof typeof CODES, text: string): Refusal => ({ refused: true, name, code: CODES[name], text, closes: 'message' });
const client = (name: string, text: string): Refusal => ({ refused: true, name, code: 0, text, closes: 'message' });

export const errors = {
  noTopic: (topic: string) => status('NOT_FOUND', `Resource not found (resource=${topic}).`),
  noSubscription: (subscription: string) => status('NOT_FOUND', `Resource not found (resource=${subscription}).`),
  noSnapshot: (snapshot: string) => status('NOT_FOUND', `Resource not found (resource=${snapshot}).`),
  exists: (name: string) => status('ALREADY_EXISTS', `Resource already exists in the project (resource=${name}).`),
  emptyMessage: () => status('INVALID_ARGUMENT', 'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.'),
  requestTooLarge: () => status('INVALID_ARGUMENT', 'Request payload size exceeds the limit: 10000000 bytes.'),
  tooManyMessages: () => status('INVALID_ARGUMENT', 'The value for message_count is too large. You passed more than 1000 messages in the request.'),
  attributes: () => status('INVALID_ARGUMENT', 'A message may have 100 attributes, with keys of 256 bytes and values of 1024 bytes.'),
  orderingKey: () => status('INVALID_ARGUMENT', 'The ordering key is longer than 1024 bytes.'),
  mixedKeys: () => status('INVALID_ARGUMENT', 'In a single publish request, all messages must have no ordering key or they must all have the same ordering key.'),
  filter: (why: string) => status('INVALID_ARGUMENT', `The filter is invalid: ${why}.`),
  filterImmutable: () => status('INVALID_ARGUMENT', 'Invalid update_mask provided in the UpdateSubscriptionRequest: the filter field in the Subscription is not mutable.'),
  orderingImmutable: () => status('INVALID_ARGUMENT', 'Invalid update_mask provided in the UpdateSubscriptionRequest: the enable_message_ordering field in the Subscription is not mutable.'),
  pushExactlyOnce: () => status('INVALID_ARGUMENT', 'Exactly-once delivery is supported by pull subscriptions only.'),
  ackDeadline: () => status('INVALID_ARGUMENT', 'The ack deadline must be between 10 and 600 seconds.'),
  modifiedDeadline: () => status('INVALID_ARGUMENT', 'The ack deadline must be between 0 and 600 seconds.'),
  maxMessages: () => status('INVALID_ARGUMENT', 'max_messages must be greater than 0.'),
  attempts: () => status('INVALID_ARGUMENT', 'max_delivery_attempts must be between 5 and 100.'),
  backoff: () => status('INVALID_ARGUMENT', 'minimum_backoff must not be greater than maximum_backoff.'),
  ackId: () => status('INVALID_ARGUMENT', 'Some acknowledgement ids in the request were invalid.'),
  deadLetterTopic: (topic: string) => status('NOT_FOUND', `Resource not found (resource=${topic}).`),
  pullOfPush: () => status('FAILED_PRECONDITION', 'This method is not supported for this subscription type.'),
  detached: () => status('FAILED_PRECONDITION', 'The subscription is detached from its topic.'),
  snapshotTooOld: () => status('FAILED_PRECONDITION', 'The snapshot would expire within one hour of its creation.'),
  otherTopic: () => status('INVALID_ARGUMENT', 'The snapshot belongs to another topic than the subscription.'),
  throughput: () => status('RESOURCE_EXHAUSTED', 'Quota exceeded for the publisher throughput.'),
  keyThroughput: () => status('RESOURCE_EXHAUSTED', 'Publish throughput of an ordering key is limited to 1 MB/s.'),
  unavailable: () => status('UNAVAILABLE', 'The service was unable to fulfill your request. Please try again.'),
  invalidAckId: () => client('PERMANENT_FAILURE_INVALID_ACK_ID', 'The ack id has expired, or the message was delivered again since.'),
  outOfOrderAck: () => client('TRANSIENT_FAILURE_UNORDERED_ACK_ID', 'An earlier message of the ordering key is not acknowledged yet.'),
  paused: (key: string) => client('ErrPublishingPaused', `pubsub: Publishing for ordering key, ${key}, paused due to previous error. Call topic.ResumePublish(orderingKey) before resuming publishing`),
  oversized: () => client('ErrOversizedMessage', 'item size exceeds bundle byte limit'),
  orderingNotEnabled: () => client('errPublisherOrderingNotEnabled', 'Publisher.EnableMessageOrdering=false, but an OrderingKey was set in Message. Please remove the OrderingKey or turn on Publisher.EnableMessageOrdering'),
  flowMessages: () => client('ErrFlowControllerMaxOutstandingMessages', 'pubsub: MaxOutstandingMessages flow controller limit exceeded'),
  flowBytes: () => client('ErrFlowControllerMaxOutstandingBytes', 'pubsub: MaxOutstandingBytes flow control limit exceeded'),
};
/** The library publishes again after these, with backoff, until its timeout. */
export const isRetried = ({ name }: Refusal): boolean => RETRIED.includes(name);
export const isRefusal = (answer: unknown): answer is Refusal => typeof answer === 'object' && answer !== null && 'refused' in answer;
/** As clients and the history know it. */
export const named = (refusal: Refusal): Refusal => ({ ...refusal, name: `google-pubsub.${refusal.name}` });
