import type { Refusal } from '../contract.ts';

/**
 * What Pub/Sub and its client library refuse: the name and number of the gRPC status, or the library’s own error.
 * https://docs.cloud.google.com/pubsub/docs/reference/error-codes
 * The sentences of the statuses are not documented. Most of them have been seen from the service:
 * https://github.com/googleapis/nodejs-pubsub/issues/1951 (acknowledgement ids), and the answers that github.com/t-k/fireemu
 * recorded. Nobody has published those of mixed keys, filters, exactly-once push, backoffs, snapshots and throughput: here they
 * say what is wrong. The sentences of the library are its own.
 */
const CODES = { UNKNOWN: 2, INVALID_ARGUMENT: 3, NOT_FOUND: 5, ALREADY_EXISTS: 6, RESOURCE_EXHAUSTED: 8, FAILED_PRECONDITION: 9, UNAVAILABLE: 14 } as const;
/** Statuses after which the library publishes again by itself. */
const RETRIED: readonly string[] = ['UNKNOWN', 'RESOURCE_EXHAUSTED', 'UNAVAILABLE'];

const bounds = (name: string, given: number, most: number): Refusal => status('INVALID_ARGUMENT', `The value for ${name} is too large. You passed ${given} in the request, but the maximum value is ${most}.`);
const fixed = (field: string): Refusal => status('INVALID_ARGUMENT', `Invalid update_mask provided in the UpdateSubscriptionRequest: the '${field}' field in the Subscription is not mutable.`);
const deadline = (given: number, least: number): Refusal => status('INVALID_ARGUMENT', `Invalid ack deadline given (ack_deadline=${given}). The ack deadline must be between ${least} and 600 seconds.`);
const status = (name: keyof typeof CODES, text: string): Refusal => ({ refused: true, name, code: CODES[name], text, closes: 'message' });
const client = (name: string, text: string): Refusal => ({ refused: true, name, code: 0, text, closes: 'message' });

export const errors = {
  noTopic: (topic: string) => status('NOT_FOUND', `Resource not found (resource=${topic}).`),
  noSubscription: (subscription: string) => status('NOT_FOUND', `Resource not found (resource=${subscription}).`),
  noSnapshot: (snapshot: string) => status('NOT_FOUND', `Resource not found (resource=${snapshot}).`),
  exists: (name: string) => status('ALREADY_EXISTS', `Resource already exists in the project (resource=${name}).`),
  emptyMessage: () => status('INVALID_ARGUMENT', 'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.'),
  requestTooLarge: (bytes: number) => bounds('request_size', bytes, 10_000_000),
  tooManyMessages: (count: number) => bounds('message_count', count, 1000),
  attributes: () => status('INVALID_ARGUMENT', 'A message may have 100 attributes, with keys of 256 bytes that do not begin with goog, and values of 1024 bytes.'),
  orderingKey: (bytes: number) => bounds('ordering_key_size', bytes, 1024),
  mixedKeys: () => status('INVALID_ARGUMENT', 'In a single publish request, all messages must have no ordering key or they must all have the same ordering key.'),
  filter: (why: string) => status('INVALID_ARGUMENT', `The filter is invalid: ${why}.`),
  filterImmutable: () => fixed('filter'),
  orderingImmutable: () => fixed('enable_message_ordering'),
  pushExactlyOnce: () => status('INVALID_ARGUMENT', 'Exactly-once delivery is supported by pull subscriptions only.'),
  ackDeadline: (given: number) => deadline(given, 10),
  modifiedDeadline: (given: number) => deadline(given, 0),
  maxMessages: () => status('INVALID_ARGUMENT', 'You have passed an invalid argument to the service (argument=max_messages).'),
  attempts: (given: number) => (given > 100 ? bounds('max_delivery_attempts', given, 100) : status('INVALID_ARGUMENT', `The value for max_delivery_attempts is too small. You passed ${given} in the request, but the minimum value is 5.`)),
  backoff: () => status('INVALID_ARGUMENT', 'minimum_backoff must not be greater than maximum_backoff.'),
  ackId: (given: string) => status('INVALID_ARGUMENT', `You have passed an invalid ack ID to the service (ack_id=${given}).`),
  deadLetterTopic: (topic: string) => status('NOT_FOUND', `Resource not found (resource=${topic}).`),
  pullOfPush: () => status('FAILED_PRECONDITION', 'This method is not supported for this subscription type.'),
  detached: () => status('FAILED_PRECONDITION', 'The subscription is detached from its topic.'),
  snapshotTooOld: () => status('FAILED_PRECONDITION', 'The snapshot would expire within one hour of its creation.'),
  otherTopic: () => status('INVALID_ARGUMENT', 'The snapshot belongs to another topic than the subscription.'),
  throughput: () => status('RESOURCE_EXHAUSTED', 'Quota exceeded for the publisher throughput.'),
  keyThroughput: () => status('RESOURCE_EXHAUSTED', 'Publish throughput of an ordering key is limited to 1 MB/s.'),
  unavailable: () => status('UNAVAILABLE', 'The service was unable to fulfill your request. Please try again.'),
  invalidAckId: () => client('PERMANENT_FAILURE_INVALID_ACK_ID', 'Some acknowledgement ids in the request were invalid. This could be because the acknowledgement ids have expired or the acknowledgement ids were malformed.'),
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
