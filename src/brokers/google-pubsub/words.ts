/** What Pub/Sub's reasons mean and what prevents them, in sentences. */
import type { Remedy, Words } from '../../scenario/descriptor.ts';
import { DOC } from './settings.ts';

const at = (page: string): string => `${DOC}/${page}`;
const words = (says: string, page: string): Words => ({ says, rule: at(page) });

export const reasons: Readonly<Record<string, Words>> = {
  'google-pubsub.acked': words('acknowledged.', 'pull'),
  'google-pubsub.late_ack': words('acknowledged after its deadline, which counted all the same.', 'lease-management'),
  'google-pubsub.ack_deadline': words('Its ack deadline ran out before it was acknowledged or extended, so it was delivered again; whoever had it was not told and worked on.', 'lease-management'),
  'google-pubsub.nack': words('The subscriber gave it back.', 'handling-failures'),
  'google-pubsub.ack_not_kept': words('It had been acknowledged, but acknowledgements are kept on a best-effort basis: this one was not, and the message came again after its deadline.', 'subscription-overview#default_properties'),
  'google-pubsub.key_redelivered': words('An earlier message of its ordering key was delivered again, and with it everything after it, acknowledged or not.', 'ordering#considerations'),
  'google-pubsub.push_failed': words('The endpoint did not answer with a success code, which is a nack.', 'push#receive_push'),
  'google-pubsub.push_deadline': words('The endpoint did not answer within the ack deadline, so the request was given up and sent again.', 'push#receive_push'),
  'google-pubsub.max_delivery_attempts': words('It had failed as often as maxDeliveryAttempts allows, by a count that is approximate.', 'handling-failures#dead_letter_topic'),
  'google-pubsub.seek': words('The subscription was moved by a seek: back delivers again what was acknowledged, forward acknowledges what was not.', 'replay-overview'),
  'google-pubsub.retention': words('It had waited for longer than messageRetentionDuration.', 'subscription-properties#message_retention'),
  'google-pubsub.subscription_deleted': words('The subscription was deleted, and its backlog with it.', 'create-subscription'),
  'google-pubsub.subscription_expired': words('The subscription had no subscriber for as long as its expirationPolicy says, and was deleted with its backlog.', 'subscription-properties#expiration_period'),
  'google-pubsub.detached': words('The subscription was detached from its topic, and lost its backlog.', 'detach-subscriptions'),
  'google-pubsub.no_subscription': words('The topic had no subscription: what is published before there is one is kept for nobody.', 'subscription-overview'),
  'google-pubsub.stream_closed': words('The stream closed. What it had stays out until the deadlines run out.', 'pull'),
  'google-pubsub.flow_control': words('As many messages as the publisher’s flow control allows wait for their answer.', 'flow-control-messages'),
  'google-pubsub.NOT_FOUND': words('NOT_FOUND: no such topic or subscription.', 'reference/error-codes'),
  'google-pubsub.ALREADY_EXISTS': words('ALREADY_EXISTS: a resource of that name exists.', 'reference/error-codes'),
  'google-pubsub.INVALID_ARGUMENT': words('INVALID_ARGUMENT: a message, a filter or another setting is not allowed so.', 'reference/error-codes'),
  'google-pubsub.FAILED_PRECONDITION': words('FAILED_PRECONDITION: the subscription is detached, or not of the kind that can be pulled from.', 'reference/error-codes'),
  'google-pubsub.RESOURCE_EXHAUSTED': words('RESOURCE_EXHAUSTED: more is published than the quota, or the 1 MB/s of one ordering key, allows. The library tries again.', 'reference/error-codes'),
  'google-pubsub.UNAVAILABLE': words('UNAVAILABLE: the service does not answer. The library tries again.', 'reference/error-codes'),
  'google-pubsub.PERMANENT_FAILURE_INVALID_ACK_ID': words('The acknowledgement failed for good: its ack id had expired, or the message had been delivered again since. It will come again.', 'exactly-once-delivery'),
  'google-pubsub.ErrPublishingPaused': words('The library refuses everything of an ordering key after a failure, until ResumePublish is called for it.', 'publisher#retry_ordering'),
  'google-pubsub.ErrOversizedMessage': words('The message is larger than a publish request may be.', 'publisher'),
  'google-pubsub.errPublisherOrderingNotEnabled': words('The message has an ordering key, and the publisher is not set up for ordering.', 'publisher#using-ordering-keys'),
  'google-pubsub.ErrFlowControllerMaxOutstandingMessages': words('More messages wait for their answer than the publisher’s flow control allows.', 'flow-control-messages'),
  'google-pubsub.ErrFlowControllerMaxOutstandingBytes': words('More bytes wait for their answer than the publisher’s flow control allows.', 'flow-control-messages'),
};
export const remedies: Readonly<Record<string, Remedy>> = {
  'delivered-once': { says: 'Pub/Sub delivers at least once. Let the client library extend deadlines (MaxExtension), make ackDeadlineSeconds longer than the work, and the effect idempotent; exactly-once delivery helps against redelivery, not against publishing twice.' },
  'effect-once': { says: 'Make the ack deadline longer than the work, or let the library extend it, and keep processed ids: a deadline cannot know whether a subscriber is dead or slow.' },
  'effect-once google-pubsub.key_redelivered': { says: 'Acknowledge in time: one message that comes again brings the rest of its ordering key with it. Keep processed ids.' },
  order: { says: 'Give messages an ordering key, turn enableMessageOrdering on, and let one slot work on a key at a time.' },
  'no-loss': { says: 'Create the subscription before anything is published, keep topic retention for a seek, and give the dead-letter topic a subscription.' },
  unrouted: { says: 'Create the subscription first, or let the topic keep its messages (messageRetentionDuration) so that a seek can bring them back.', edit: { field: 'messageRetentionDuration', value: '1d' } },
  dropped: { says: 'A seek forward acknowledges for everybody: take a snapshot first.' },
  expired: { says: 'Raise messageRetentionDuration, and have somebody look at the age of the oldest unacknowledged message.' },
  'dead-lettered': { says: 'Look into the dead-letter topic, mend the cause, publish again. The order of an ordering key is not kept on the way there.' },
  'poison-loop': { says: 'Set a dead-letter topic and a retry policy: by default a failing message comes again at once, for as long as it is retained.', edit: { field: 'minimumBackoff', value: '10s' } },
  'growing-depth': { says: 'Add instances or slots, make the work faster, or slow the publishers: Pub/Sub itself pushes nobody back.' },
  'prefetch-hogging': { says: 'Lower MaxOutstandingMessages: what a stream has been sent stays with it.', edit: { field: 'MaxOutstandingMessages', value: 10 } },
  'idle-consumer': { says: 'Lower MaxOutstandingMessages, so that messages go to whoever is free; an ordering key stays with the stream that has it.' },
  backpressure: { says: 'Let the publisher’s flow control wait, not fail, and see what slows the answers.' },
};
