/** Amazon SQS and SNS as data: queues, topics, subscriptions, the event source mapping of Lambda, and words. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/welcome.html */
import { parseDuration } from '../../base/time.ts';
import type { ActionDescriptor, Doubt, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Scenario } from '../../scenario/document.ts';
import type { Fields } from '../../scenario/fields.ts';
import { LIVE, queueFields, topicFields } from './queue-fields.ts';
import { GROUP_LANES } from './shape.ts';
import { consume, invoke, notify, publish, subscribe, trigger } from './wires.ts';
import { reasons, remedies } from './words.ts';

const DOC = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/welcome.html';

const queue: NodeDescriptor = {
  kind: 'sqs.queue',
  title: 'SQS queue',
  about: 'Keeps messages until they are deleted. A received message is only hidden for a while.',
  family: 'queue',
  stem: 'queue',
  doc: DOC,
  badge: (c) => [c['FifoQueue'] === true ? 'FIFO' : 'standard', ...(typeof c['VisibilityTimeout'] === 'number' && c['VisibilityTimeout'] !== 30 ? [`hides ${c['VisibilityTimeout']} s`] : [])].join(', '),
  shape: (c) => (c['FifoQueue'] === true ? { lanes: GROUP_LANES + 1, labels: 46, width: 316, ends: 48 } : { lanes: Number(c['DelaySeconds'] ?? 0) > 0 ? 3 : 2, labels: 50, width: 316, ends: 48 }),
  actions: ['purge-queue', 'start-message-move-task', 'cancel-message-move-task'],
  fields: queueFields,
};
const topic: NodeDescriptor = {
  kind: 'sqs.topic',
  title: 'SNS topic',
  about: 'Gives every message to each subscription whose filter lets it through.',
  family: 'router',
  stem: 'topic',
  doc: 'https://docs.aws.amazon.com/sns/latest/dg/welcome.html',
  badge: (c) => (c['FifoTopic'] === true ? 'SNS FIFO' : 'SNS'),
  shape: () => ({ lanes: 1, labels: 0, width: 236 }),
  actions: [],
  fields: topicFields,
};
const action = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per: 'node', fields });

/** What AWS refuses although each setting is legal by itself, and what it only advises against. */
function doubts({ nodes, links }: Scenario): Doubt[] {
  const found: Doubt[] = [];
  const queues = nodes.filter((n) => n.kind === queue.kind);
  const isFifo = (config: Readonly<Record<string, unknown>> = {}) => config['FifoQueue'] === true || config['FifoTopic'] === true;
  const named = (name: unknown) => queues.find((n) => n.config?.['name'] === name || n.id === name || `${n.id}.fifo` === name);
  for (const { id, config = {} } of queues) {
    const target = config['deadLetterTargetArn'];
    if (typeof target !== 'string' || target === '') continue;
    const there = named(target);
    if (there === undefined) found.push({ on: id, says: `there is no queue ${target}: the RedrivePolicy is refused` });
    else if (isFifo(there.config) !== isFifo(config)) found.push({ on: id, says: 'a dead-letter queue must be of the same kind, standard or FIFO: the RedrivePolicy is refused' });
  }
  for (const { id, config = {} } of queues) if (config['FifoThroughputLimit'] === 'perMessageGroupId' && config['DeduplicationScope'] !== 'messageGroup') found.push({ on: id, says: 'FifoThroughputLimit perMessageGroupId needs DeduplicationScope messageGroup: it is refused' });
  for (const link of links) {
    const { config = {} } = link;
    const [from, to] = [nodes.find((n) => n.id === link.from), nodes.find((n) => n.id === link.to)];
    if (link.kind === 'publish' && to !== undefined && (to.kind === queue.kind || to.kind === topic.kind) && isFifo(to.config) && !config['MessageGroupId']) found.push({ on: link.id, says: 'a FIFO queue or topic takes nothing without a MessageGroupId' });
    if (link.kind !== 'trigger' || from?.kind !== queue.kind) continue;
    const [hidden, timeout] = [Number(from.config?.['VisibilityTimeout'] ?? 30) * 1e6, parseDuration(String(to?.config?.['timeout'] ?? '30s')) ?? 0];
    if (timeout > hidden) found.push({ on: link.id, says: 'the timeout of the function is longer than the VisibilityTimeout of the queue: Lambda refuses such a mapping, and advises six times as much' });
    const [size, window] = [Number(config['BatchSize'] ?? 10), Number(config['MaximumBatchingWindowInSeconds'] ?? 0)];
    if (isFifo(from.config) && (size > 10 || window > 0)) found.push({ on: link.id, says: 'of a FIFO queue a batch has at most 10 messages and no window: the mapping is refused' });
    else if (size > 10 && window === 0) found.push({ on: link.id, says: 'a batch of more than 10 messages needs a window of at least 1 s: the mapping is refused' });
  }
  return found;
}

export const sqs: RoomDescriptor = {
  id: 'sqs',
  title: 'Amazon SQS and SNS',
  doc: DOC,
  versions: 'as documented in November 2026',
  nodes: [queue, topic],
  // What is narrower comes first: a function fits every wire of a consumer, too.
  links: [publish, subscribe, trigger, invoke, consume, notify],
  derived: [{ kind: 'dead-letter', from: queue.kind, field: 'deadLetterTargetArn', to: queue.kind, title: 'received too often' }],
  whyNot: [
    { from: queue.kind, to: queue.kind, says: 'A queue sends to no queue: name the other as its dead-letter queue, or let a consumer send.' },
    { from: queue.kind, to: topic.kind, says: 'A queue publishes nothing: a consumer must read it and publish.' },
    { from: topic.kind, to: topic.kind, says: 'A topic cannot be subscribed to a topic.' },
  ],
  doubts,
  actions: [
    action('purge-queue', 'PurgeQueue {on}', 'Everything in the queue goes, and what comes in while it goes on. Once in 60 s.', 'bad'),
    action('start-message-move-task', 'Redrive {on}', 'Moves dead letters back to the queues they came from. They count as new messages there.', 'ok', {
      MaxNumberOfMessagesPerSecond: { type: 'integer', help: 'empty = as the service sees fit', min: 1, max: 500, optional: true, applies: LIVE },
    }),
    action('cancel-message-move-task', 'Stop the redrive of {on}', 'What has been moved stays where it is.', 'note'),
  ],
  reasons,
  remedies,
  simplifications: [
    'Changes of attributes and filter policies hold at once; AWS allows itself 60 s, and 15 minutes for retention periods and filter policies.',
    'Of the two measures of fair queues only the share of messages in flight is modelled, not the share of processing time.',
    'Retention deletes to within a second. ReceiveRequestAttemptId is not modelled.',
    'The retries of the AWS SDK are those of the producer: a refused call is one attempt.',
    'FIFO quotas count by the second, from full second to full second; standard queues and topics have none.',
    'SNS delivers to queues, HTTP endpoints and Lambda; e-mail, SMS, mobile push and Firehose, message archives and replays are not modelled. Between its delays the backoff functions are drawn as their names say: AWS shows only curves.',
    'When traffic is low a mapping goes back to five batches at the same time; Lambda may go down to two.',
    'Event source mappings have no provisioned pollers, and do not slow down when a function returns errors. That Lambda refuses one whose function may run for longer than the visibility timeout is said beside the wire; here it runs. Filters on other keys than the body are refused: what AWS does with them is not documented.',
    'Queues have no access policies and no keys of their own (KMS).',
    'A client with a cut link waits for it, and does not give the request up.',
  ],
};
