import type { Rules } from '../contract.ts';

const GUIDE = 'https://docs.aws.amazon.com/sns/latest/dg';
const SQS = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
const API = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg';

/** What the model holds to be true of SQS (Q), SNS (N) and event source mappings (L), and where that is written. Tests are titled by these. */
export const rules = {
  Q01: { name: 'receive-hides', says: 'A received message stays in the queue, hidden for its visibility timeout; then it can be received again.', source: `${SQS}/sqs-visibility-timeout.html` },
  Q02: { name: 'receive-timeout', says: 'A receive may name a visibility timeout of its own; it holds for that receive only.', source: `${API}/API_ReceiveMessage.html` },
  Q03: { name: 'change-visibility', says: 'ChangeMessageVisibility counts from now on; 0 makes the message visible at once; it fails when the message is not in flight.', source: `${API}/API_ChangeMessageVisibility.html` },
  Q04: { name: 'twelve-hours', says: 'A message is hidden for at most 12 hours from when it was received.', source: `${SQS}/sqs-visibility-timeout.html` },
  Q05: { name: 'stale-delete', says: 'On a standard queue a delete with an old receipt handle succeeds and deletes nothing; with the newest it deletes, even when the timeout is over.', source: `${API}/API_DeleteMessage.html` },
  Q06: { name: 'fifo-stale-delete', says: 'On a FIFO queue a delete fails once the visibility timeout is over.', source: `${API}/API_DeleteMessage.html` },
  Q07: { name: 'short-poll', says: 'A short poll asks some of the servers and may find nothing although messages wait; it answers at once.', source: `${SQS}/sqs-short-and-long-polling.html` },
  Q08: { name: 'long-poll', says: 'A long poll asks all servers, answers as soon as there is a message, and empty when its time is over.', source: `${SQS}/sqs-short-and-long-polling.html` },
  Q09: { name: 'at-least-once', says: 'A standard queue delivers at least once: a server that was not there when a message was received or deleted may give its copy out again.', source: `${SQS}/standard-queues-at-least-once-delivery.html` },
  Q10: { name: 'best-effort-order', says: 'A standard queue tries to keep order and does not promise it; what was received three times goes to the back.', source: `${SQS}/sqs-available-cloudwatch-metrics.html` },
  Q11: { name: 'in-flight-standard', says: 'At its quota in flight a standard queue refuses short polls with OverLimit, and long polls receive nothing.', source: `${SQS}/quotas-queues.html` },
  Q12: { name: 'in-flight-fifo', says: 'At its quota in flight a FIFO queue returns no error: fewer messages come, or none.', source: `${SQS}/quotas-fifo.html` },
  Q13: { name: 'delay', says: 'A delayed message can be received when its delay is over: that of the message, else that of the queue. Changing the delay of a standard queue leaves what is there alone.', source: `${SQS}/sqs-delay-queues.html` },
  Q14: { name: 'fifo-delay', says: 'A FIFO queue takes no delay with a message; changing the delay of the queue changes that of what is there.', source: `${SQS}/sqs-delay-queues.html` },
  Q15: { name: 'retention', says: 'What is older than the retention period is gone, in flight or not; a shorter period holds for what is there.', source: `${API}/API_SetQueueAttributes.html` },
  Q16: { name: 'fifo-order', says: 'Within a message group of a FIFO queue messages come in the order in which they were sent; one receive takes as many of a group as it can.', source: `${SQS}/FIFO-queues-understanding-logic.html` },
  Q17: { name: 'fifo-blocks', says: 'While a message of a group is in flight nothing else of the group can be received; other groups go on.', source: `${SQS}/FIFO-queues-understanding-logic.html` },
  Q18: { name: 'deduplication', says: 'A message whose deduplication id was sent within five minutes is accepted and not stored, even when the first was deleted already.', source: `${SQS}/FIFO-queues-exactly-once-processing.html` },
  Q19: { name: 'content-deduplication', says: 'With ContentBasedDeduplication the body stands for a missing id; attributes do not count.', source: `${SQS}/using-messagededuplicationid-property.html` },
  Q20: { name: 'deduplication-scope', says: 'DeduplicationScope messageGroup knows ids within each group.', source: `${SQS}/high-throughput-fifo.html` },
  Q21: { name: 'fifo-scan', says: 'A FIFO queue looks for groups among its oldest 120 000 messages: a backlog of one group hides groups that were sent later.', source: `${SQS}/avoid-backlog-with-the-same-message-group-id.html` },
  Q22: { name: 'fifo-throttle', says: 'A FIFO queue takes 300 calls a second of each action; a batch is one call.', source: `${SQS}/troubleshooting-fifo-throttling-issues.html` },
  Q23: { name: 'high-throughput', says: 'With FifoThroughputLimit perMessageGroupId the calls of each group count for themselves; it needs DeduplicationScope messageGroup.', source: `${SQS}/high-throughput-fifo.html` },
  Q24: { name: 'redrive', says: 'A message that was received maxReceiveCount times is moved to the dead-letter queue by the next receive, instead of being handed out.', source: `${SQS}/sqs-dead-letter-queues.html` },
  Q25: { name: 'redrive-kind', says: 'A dead-letter queue must exist, be of the same kind, and allow its source.', source: `${API}/API_SetQueueAttributes.html` },
  Q26: { name: 'dlq-age', says: 'In the dead-letter queue of a standard queue a message keeps its age; in that of a FIFO queue it begins anew.', source: `${SQS}/sqs-dead-letter-queues.html` },
  Q27: { name: 'move-task', says: 'A move task takes dead letters back to their sources at a rate, as new messages; one task at a time, and of dead-letter queues only.', source: `${API}/API_StartMessageMoveTask.html` },
  Q28: { name: 'purge', says: 'A purge takes everything, in flight and sent meanwhile too; another within 60 seconds is refused.', source: `${API}/API_PurgeQueue.html` },
  Q29: { name: 'delete-queue', says: 'A deleted queue takes its messages along, and its name is free after 60 seconds.', source: `${API}/API_DeleteQueue.html` },
  Q30: { name: 'create-again', says: 'Creating a queue that exists is no error, unless attributes differ.', source: `${API}/API_CreateQueue.html` },
  Q31: { name: 'fair', says: 'Of a standard queue, groups with more than a tenth of what is in flight, and at least 30 messages, wait while others have something; a noisy group is quiet again when its backlog is gone.', source: `${SQS}/sqs-fair-queues-detailed.html` },
  Q32: { name: 'batch', says: 'A batch has one to ten entries of at most 1 MiB together, and each entry fares on its own.', source: `${API}/API_SendMessageBatch.html` },
  Q33: { name: 'charges', says: 'Every call is a request, empty receives too; so is each further 64 KiB of payload.', source: 'https://aws.amazon.com/sqs/pricing/' },
  Q34: { name: 'size', says: 'MaximumMessageSize counts body and attributes.', source: `${SQS}/quotas-messages.html` },
  Q35: { name: 'saved', says: 'Saved and loaded, queues go on as if nothing had been.', source: `${SQS}/sqs-basic-architecture.html` },
  L01: { name: 'mapping', says: 'An event source mapping polls a queue, calls a function with batches, and deletes what the function was done with.', source: `${LAMBDA}/with-sqs.html` },
  L02: { name: 'mapping-scale', says: 'It works on five batches at first, and on up to 300 more each minute while messages wait.', source: `${LAMBDA}/services-sqs-scaling.html` },
  L03: { name: 'mapping-concurrency', says: 'MaximumConcurrency limits the invocations of one mapping.', source: `${LAMBDA}/services-sqs-scaling.html` },
  L04: { name: 'mapping-window', says: 'A batch is handed over when its window is over or it is full.', source: `${LAMBDA}/services-sqs-parameters.html` },
  L05: { name: 'mapping-failure', says: 'When a function fails, all of its batch comes again; with ReportBatchItemFailures only what it names.', source: `${LAMBDA}/services-sqs-errorhandling.html` },
  L06: { name: 'mapping-throttle', says: 'A batch that finds no room comes back after its visibility timeout, received once more.', source: `${LAMBDA}/services-sqs-scaling.html` },
  L07: { name: 'mapping-fifo', says: 'Of a FIFO queue a function stops at the first failure and reports what follows as failed, so that order holds.', source: `${LAMBDA}/services-sqs-errorhandling.html` },
  L08: { name: 'mapping-refused', says: 'A batch of more than ten needs a window of at least a second; of FIFO queues a batch has at most ten and no window.', source: `${LAMBDA}/services-sqs-parameters.html` },
  L10: { name: 'mapping-filter', says: 'What none of its filters lets through a mapping deletes from the queue, without the function being called.', source: `${LAMBDA}/invocation-eventfiltering.html` },
  L11: { name: 'mapping-filter-body', says: 'Filters of SQS look at the body: patterns take JSON bodies, lists of texts take bodies that are none.', source: `${LAMBDA}/with-sqs-filtering.html` },
  L12: { name: 'mapping-filter-refused', says: 'Criteria that are no patterns, or more than five, are refused.', source: `${LAMBDA}/invocation-eventfiltering.html` },
  L09: { name: 'async-retry', says: 'A function that SNS calls is called again after one minute and after two, or until its event is too old; then the event is dropped or goes to a dead-letter queue.', source: `${LAMBDA}/invocation-async-error-handling.html` },
  N01: { name: 'filter-and-or', says: 'Every property of a policy must match, of each property any one of its values; a policy that is empty lets everything through.', source: `${GUIDE}/and-or-logic.html` },
  N02: { name: 'filter-or-operator', says: '$or holds at least two objects, one of which must match beside the properties around it.', source: `${GUIDE}/and-or-logic.html#or-operator` },
  N03: { name: 'filter-string', says: 'Strings are matched exactly, by prefix or suffix, ignoring case, or by a network; wildcards are not known.', source: `${GUIDE}/string-value-matching.html` },
  N04: { name: 'filter-anything-but', says: 'Anything-but takes a value, a list or a prefix, and needs the property to be there.', source: `${GUIDE}/string-value-matching.html#string-anything-but-matching` },
  N05: { name: 'filter-numeric', says: 'Numbers are matched exactly or by range, and only with attributes of type Number or numbers of a body.', source: `${GUIDE}/numeric-value-matching.html` },
  N06: { name: 'filter-exists', says: 'Exists asks for a leaf that is neither null nor empty; exists:false asks that the name is not there, but that some attribute is.', source: `${GUIDE}/attribute-key-matching.html` },
  N07: { name: 'filter-attributes', says: 'On attributes a policy compares String, String.Array and Number; of an array any element may match.', source: `${GUIDE}/subscription-filter-policy-constraints.html` },
  N08: { name: 'filter-body', says: 'On bodies a policy may nest; a body that is no JSON object is not delivered.', source: `${GUIDE}/sns-message-filtering.html` },
  N09: { name: 'filter-limits', says: 'A policy has at most 5 keys, 150 combinations of values and 256 KB; nested keys multiply by their depth.', source: `${GUIDE}/subscription-filter-policy-constraints.html` },
  N11: { name: 'fan-out', says: 'A topic gives a copy to each subscription whose policy lets the message through; what none lets through is in no dead-letter queue.', source: `${GUIDE}/welcome.html` },
  N12: { name: 'sns-order', says: 'A standard topic may deliver in another order than messages were published; a FIFO topic keeps the order of each group.', source: `${GUIDE}/sns-fifo-topics.html` },
  N13: { name: 'sns-fifo', says: 'A FIFO topic asks for a group and a deduplication id, and knows ids for five minutes.', source: `${GUIDE}/fifo-message-dedup.html` },
  N14: { name: 'sns-endpoints', says: 'A FIFO queue cannot be subscribed to a standard topic, nor anything but queues to a FIFO topic.', source: `${GUIDE}/fifo-topic-message-delivery.html` },
  N15: { name: 'http-retries', says: 'HTTP endpoints are called again by the delivery policy, by default three times 20 s apart; then the copy goes to the dead-letter queue of the subscription or is dropped.', source: `${GUIDE}/sns-message-delivery-retries.html` },
  N16: { name: 'client-errors', says: 'What an endpoint rejects, and an endpoint that is gone, is not tried again.', source: `${GUIDE}/sns-message-delivery-retries.html` },
  N17: { name: 'http-timeout', says: 'An endpoint that does not answer within 15 seconds has failed.', source: `${GUIDE}/sns-http-https-endpoint-as-subscriber.html` },
  N18: { name: 'aws-retries', says: 'Queues and functions are tried 100 015 times over 23 days: at once, after a second, with growing delays, then every 20 seconds.', source: `${GUIDE}/sns-message-delivery-retries.html` },
  N19: { name: 'sns-size', says: 'A topic takes messages of up to 256 KiB unless it is told otherwise.', source: 'https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html' },
  N20: { name: 'sns-throughput', says: 'A FIFO topic takes 3000 messages a second, or 300 of each group.', source: `${GUIDE}/fifo-high-throughput.html` },
  N10: { name: 'filter-invalid', says: 'What is no policy is refused with InvalidParameter and the reason.', source: 'https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html' },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
