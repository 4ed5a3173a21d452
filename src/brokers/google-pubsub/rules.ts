import type { Rules } from '../contract.ts';
import { DOC } from './settings.ts';

const API = `${DOC}/reference/rest/v1/projects.subscriptions`;
const ORDERING = `${DOC}/ordering`;
const REPLAY = `${DOC}/replay-overview`;
const FAILURES = `${DOC}/handling-failures`;
const PUSH = `${DOC}/push`;
const EXACTLY_ONCE = `${DOC}/exactly-once-delivery`;
const FILTER = `${DOC}/subscription-message-filter`;
const QUOTAS = 'https://docs.cloud.google.com/pubsub/quotas';

/** What the model holds to be true of Pub/Sub, and where that is written. Tests are titled by these. */
export const rules = {
  P01: { name: 'fan-out', says: 'Every subscription of a topic gets every message; subscribers of one subscription share them.', source: `${DOC}/overview` },
  P02: { name: 'from-creation', says: 'A subscription gets what is published after it was created; without one a message is kept for nobody.', source: `${DOC}/subscription-overview` },
  P03: { name: 'request-limits', says: 'A publish request holds 1 000 messages and 10 MB at most; it is taken as a whole or not at all.', source: `${QUOTAS}#resource_limits` },
  P04: { name: 'empty-message', says: 'A message has data or at least one attribute.', source: `${DOC}/reference/rest/v1/PubsubMessage` },
  P05: { name: 'attribute-limits', says: 'A message has at most 100 attributes, keys of 256 bytes that do not begin with goog, and values of 1 024 bytes; an ordering key has 1 024 bytes.', source: `${QUOTAS}#resource_limits` },
  P06: { name: 'one-key-per-request', says: 'All messages of a publish request have the same ordering key.', source: `${DOC}/reference/rest/v1/PubsubMessage` },
  P07: { name: 'key-throughput', says: 'An ordering key takes 1 MB/s; beyond that, and beyond the quota of the region, publishing fails with RESOURCE_EXHAUSTED.', source: `${QUOTAS}#quotas` },
  P10: { name: 'deadline', says: 'What is not acknowledged within the ack deadline is delivered again; meanwhile it is outstanding and nobody else gets it.', source: API },
  P11: { name: 'deadline-range', says: 'The ack deadline of a subscription is 10 to 600 seconds, that of one message 0 to 600.', source: API },
  P12: { name: 'modify', says: 'ModifyAckDeadline counts from its arrival: it makes a deadline later or earlier.', source: `${API}/modifyAckDeadline` },
  P13: { name: 'nack', says: 'A deadline of 0 makes the message available at once.', source: `${API}/modifyAckDeadline` },
  P14: { name: 'late-ack', says: 'Acknowledging after the deadline may succeed, and is no error; the message may come again all the same.', source: `${API}/acknowledge` },
  P15: { name: 'ack-twice', says: 'Acknowledging twice is no error.', source: `${API}/acknowledge` },
  P16: { name: 'at-least-once', says: 'An acknowledgement may be accepted and not kept: the message comes again after its deadline.', source: `${DOC}/subscription-overview#default_properties` },
  P17: { name: 'pull-batch', says: 'A pull gets at most maxMessages and may get fewer; when there is none it waits for a bounded time.', source: `${API}/pull` },
  P18: { name: 'flow-control', says: 'A stream is sent nothing more while max_outstanding_messages or max_outstanding_bytes are out on it.', source: `${DOC}/flow-control-messages` },
  P19: { name: 'stream-closes', says: 'When a stream closes, what it had stays out until its deadlines.', source: `${DOC}/pull` },
  P20: { name: 'any-order', says: 'Without ordering messages may be delivered in any order.', source: ORDERING },
  P21: { name: 'key-order', says: 'With ordering, messages of one key come in the order in which they were published; other keys are independent.', source: ORDERING },
  P22: { name: 'key-redelivery', says: 'When a message of a key is delivered again, so is every later one of the key, even if it was acknowledged.', source: ORDERING },
  P23: { name: 'key-affinity', says: 'While messages of a key are out on a stream, the next of the key go to the same stream.', source: ORDERING },
  P24: { name: 'key-pull', says: 'By pull, one batch of a key is out at a time.', source: ORDERING },
  P25: { name: 'key-push', says: 'By push, one message of a key is out at a time.', source: ORDERING },
  P26: { name: 'no-key', says: 'A message without a key is not ordered.', source: ORDERING },
  P30: { name: 'exactly-once', says: 'With exactly-once delivery nothing comes again while it is out or after it was acknowledged.', source: EXACTLY_ONCE },
  P31: { name: 'stale-ack-id', says: 'Only the latest ack id counts: an expired or superseded one fails for good, for acknowledging and for extending.', source: EXACTLY_ONCE },
  P32: { name: 'ordered-acks', says: 'With ordering, an acknowledgement before that of an earlier message of the key fails for the moment.', source: EXACTLY_ONCE },
  P33: { name: 'exactly-once-pull', says: 'Exactly-once delivery is for pull only.', source: EXACTLY_ONCE },
  P40: { name: 'retry-immediate', says: 'By default a message that failed is delivered again at once.', source: `${DOC}/subscription-retry-policy` },
  P41: { name: 'retry-backoff', says: 'With a retry policy the delay doubles from minimumBackoff to maximumBackoff, by message.', source: `${DOC}/subscription-retry-policy` },
  P42: { name: 'retry-key', says: 'With ordering the backoff of a message holds its whole key.', source: `${DOC}/subscription-retry-policy` },
  P43: { name: 'dead-letter', says: 'After maxDeliveryAttempts a message is published to the dead-letter topic and acknowledged here.', source: FAILURES },
  P44: { name: 'attempts', says: 'Delivery attempts are 1 plus nacks plus deadlines that ran out, approximately; without a policy nobody is told a number.', source: `${DOC}/reference/rest/v1/ReceivedMessage` },
  P45: { name: 'attempts-range', says: 'maxDeliveryAttempts is 5 to 100, and the topic must exist.', source: API },
  P46: { name: 'forward-roles', says: 'Without the service account’s roles the message is not forwarded and comes again.', source: FAILURES },
  P47: { name: 'dead-letter-attributes', says: 'A dead letter says where it came from and how often it was delivered.', source: FAILURES },
  P50: { name: 'filter-language', says: 'Filters look at attributes: has, equals, differs, hasPrefix, with AND, OR, NOT and parentheses.', source: FILTER },
  P51: { name: 'filter-unseen', says: 'What does not match is acknowledged unseen: it never waits, and never becomes a dead letter.', source: FILTER },
  P52: { name: 'filter-limits', says: 'A filter has 256 bytes at most and cannot be changed.', source: FILTER },
  P60: { name: 'retention', says: 'What waits for longer than messageRetentionDuration is gone.', source: API },
  P61: { name: 'seek-time', says: 'A seek to a time acknowledges what was published before it and unacknowledges what is retained and was published since.', source: REPLAY },
  P62: { name: 'retain-acked', says: 'Acknowledged messages can be replayed only if the subscription retains them, or the topic does.', source: REPLAY },
  P63: { name: 'snapshot', says: 'A snapshot keeps what is unacknowledged when it is made, and everything that comes after.', source: REPLAY },
  P64: { name: 'snapshot-life', says: 'A snapshot lives for 7 days less the age of the oldest unacknowledged message; one that would expire within an hour is refused.', source: REPLAY },
  P65: { name: 'snapshot-topic', says: 'A subscription can seek to snapshots of its own topic only.', source: `${API}/seek` },
  P66: { name: 'expiration', says: 'A subscription without a subscriber for expirationPolicy.ttl is deleted.', source: API },
  P67: { name: 'detached', says: 'A detached subscription gets nothing, keeps nothing, and refuses pulls.', source: `${API}/detach` },
  P68: { name: 'topic-deleted', says: 'When its topic is deleted a subscription keeps what it has.', source: `${DOC}/delete-topic` },
  P70: { name: 'push-codes', says: '102, 200, 201, 202 and 204 acknowledge; any other answer is a nack.', source: `${PUSH}#receive_push` },
  P71: { name: 'push-timeout', says: 'A request that is not answered within the ack deadline is given up and sent again.', source: API },
  P72: { name: 'slow-start', says: 'The push window begins with a single-digit number of concurrent requests, grows with successes and shrinks with failures.', source: `${PUSH}#delivery_rate` },
  P73: { name: 'push-backoff', says: 'After failures nothing is sent for 100 ms to 60 s.', source: `${PUSH}#push_backoff` },
  P74: { name: 'push-or-pull', says: 'A push subscription refuses pulls.', source: `${DOC}/subscription-overview` },
  P80: { name: 'names', says: 'Topics, subscriptions and snapshots have names of their own; one that is taken, or not there, is refused.', source: `${DOC}/reference/error-codes` },
  P81: { name: 'unavailable', says: 'While the service is unavailable everything is refused; what is out stays out, and deadlines run.', source: `${DOC}/reference/error-codes` },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
