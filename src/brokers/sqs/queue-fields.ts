/** Settings of queues and topics, under the names that CreateQueue and CreateTopic know them by. */
import type { Applies, Field, Fields } from '../../scenario/fields.ts';
import { DEFAULTS, POLITE, RANGES } from './attributes.ts';

const GUIDE = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide';
export const API = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference';
const SNS = 'https://docs.aws.amazon.com/sns/latest';
export const LIVE: Applies = { how: 'live' };
const RECREATE: Applies = { how: 'recreate', says: 'Another name is another queue: the old one is deleted with what it holds.' };
const KIND: Applies = { how: 'recreate', says: 'A queue cannot change its kind: it is deleted with what it holds and made anew.' };
const TOPIC_KIND: Applies = { how: 'recreate', says: 'A topic cannot change its kind: it is deleted and made anew.' };

/** A setting whose range and default stand in `attributes.ts`. */
function attribute(name: 'VisibilityTimeout' | 'DelaySeconds' | 'MessageRetentionPeriod' | 'ReceiveMessageWaitTimeSeconds' | 'MaximumMessageSize', help: string, unit: string, more: Partial<Field> = {}): Field {
  const [min, max] = RANGES[name] as readonly [number, number];
  return { type: 'integer', help, min, max, unit, default: DEFAULTS[name], applies: LIVE, doc: `${API}/API_SetQueueAttributes.html`, ...more } as Field;
}
const FIFO = { field: 'FifoQueue', is: [true] };
const STANDARD = { field: 'FifoQueue', is: [false] };

export const queueFields: Fields = {
  name: { type: 'text', help: 'empty = its id; the name of a FIFO queue ends in .fifo', maxLength: 80, optional: true, applies: RECREATE, doc: `${API}/API_CreateQueue.html` },
  FifoQueue: { type: 'flag', help: 'order within message groups, and no duplicates within five minutes', default: false, applies: KIND, doc: `${GUIDE}/sqs-fifo-queues.html` },
  VisibilityTimeout: attribute('VisibilityTimeout', 'how long a received message stays hidden; then it can be received again, whoever still works on it', 's', { doc: `${GUIDE}/sqs-visibility-timeout.html` }),
  DelaySeconds: attribute('DelaySeconds', 'how long a message is held back when it is sent', 's', { applies: { how: 'live', says: 'Of a standard queue: for what is sent from now on. Of a FIFO queue: also for what is there.' }, doc: `${GUIDE}/sqs-delay-queues.html` }),
  MessageRetentionPeriod: attribute('MessageRetentionPeriod', 'what is not deleted in that time is gone', 's', { applies: { how: 'live', says: 'Holds for what is there: shorter may delete at once.' } }),
  ReceiveMessageWaitTimeSeconds: attribute('ReceiveMessageWaitTimeSeconds', 'above 0 a receive waits for messages and asks all servers (long poll); 0 is a short poll', 's', { doc: `${GUIDE}/sqs-short-and-long-polling.html` }),
  MaximumMessageSize: attribute('MaximumMessageSize', 'larger messages are refused', 'bytes'),
  ContentBasedDeduplication: { type: 'flag', help: 'without a MessageDeduplicationId the body decides', default: false, applies: LIVE, doc: `${API}/API_SetQueueAttributes.html`, when: FIFO, group: 'FIFO' },
  DeduplicationScope: { type: 'choice', help: 'where a deduplication id is known: in the queue, or in each message group', options: ['queue', 'messageGroup'], default: 'queue', applies: LIVE, doc: `${GUIDE}/high-throughput-fifo.html`, when: FIFO, group: 'FIFO' },
  FifoThroughputLimit: { type: 'choice', help: 'for what the quota of calls counts: the queue, or each message group (with DeduplicationScope messageGroup only)', options: ['perQueue', 'perMessageGroupId'], default: 'perQueue', applies: LIVE, doc: `${GUIDE}/high-throughput-fifo.html`, when: FIFO, group: 'FIFO' },
  deadLetterTargetArn: { type: 'text', help: 'name of the queue to which messages go that were received too often', maxLength: 80, optional: true, applies: LIVE, doc: `${GUIDE}/sqs-dead-letter-queues.html`, group: 'RedrivePolicy' },
  maxReceiveCount: { type: 'integer', help: 'received so often, a message is moved instead of being handed out once more', min: 1, max: 1000, default: 10, applies: LIVE, doc: `${GUIDE}/sqs-dead-letter-queues.html`, group: 'RedrivePolicy' },
  redrivePermission: { type: 'choice', help: 'which queues may name this one as their dead-letter queue', options: ['allowAll', 'denyAll', 'byQueue'], default: 'allowAll', applies: LIVE, doc: `${API}/API_SetQueueAttributes.html`, group: 'RedriveAllowPolicy' },
  sourceQueueArns: { type: 'text', help: 'names of those queues, with commas between them; at most 10', maxLength: 900, optional: true, applies: LIVE, doc: `${API}/API_SetQueueAttributes.html`, when: { field: 'redrivePermission', is: ['byQueue'] }, group: 'RedriveAllowPolicy' },
  duplicates: {
    type: 'number',
    help: 'share of receives and deletes that miss a server which has another copy: the message comes again, even after it was deleted',
    min: 0,
    max: 1,
    default: 0.001,
    applies: LIVE,
    doc: `${GUIDE}/standard-queues-at-least-once-delivery.html`,
    when: STANDARD,
    group: 'What AWS does not rule out',
  },
  reordering: { type: 'number', help: 'share of receives that do not take the oldest message', min: 0, max: 1, default: 0.01, applies: LIVE, doc: `${GUIDE}/standard-queues-message-order.html`, when: STANDARD, group: 'What AWS does not rule out' },
  servers: { type: 'integer', help: 'servers among which the messages are spread', min: 1, max: 16, default: 4, applies: LIVE, doc: `${GUIDE}/sqs-basic-architecture.html`, when: STANDARD, group: 'What AWS does not rule out' },
  asked: { type: 'integer', label: 'asked by a short poll', help: 'servers that a short poll asks: what lies on the others is not found', min: 1, max: 16, default: 3, applies: LIVE, doc: `${GUIDE}/sqs-short-and-long-polling.html`, when: STANDARD, group: 'What AWS does not rule out' },
  purgeTakes: { type: 'duration', label: 'purge takes', help: 'until a purge is done: what comes in meanwhile goes, too', min: 0, max: 60e6, default: '5s', applies: LIVE, doc: `${API}/API_PurgeQueue.html`, group: 'What AWS does not rule out' },
  inFlight: { type: 'integer', label: 'in flight', help: 'messages in flight at most: beyond, a standard queue refuses short polls with OverLimit, and everybody else receives nothing', min: 1, max: POLITE.inFlight, default: POLITE.inFlight, applies: LIVE, doc: `${GUIDE}/quotas-queues.html`, group: 'Quotas' },
  calls: { type: 'integer', label: 'calls', help: 'a second, for each of sending, receiving and deleting; in high throughput mode sends and deletes of each message group', min: 1, max: 100_000, default: POLITE.calls, unit: '/s', applies: LIVE, doc: `${GUIDE}/quotas-messages.html`, when: FIFO, group: 'Quotas' },
};
const FIFO_TOPIC = { field: 'FifoTopic', is: [true] };
export const topicFields: Fields = {
  name: { type: 'text', help: 'empty = its id; the name of a FIFO topic ends in .fifo', maxLength: 256, optional: true, applies: { how: 'recreate', says: 'Another name is another topic.' }, doc: `${SNS}/api/API_CreateTopic.html` },
  FifoTopic: { type: 'flag', help: 'order within message groups, and no duplicates within five minutes; delivers to queues only', default: false, applies: TOPIC_KIND, doc: `${SNS}/dg/sns-fifo-topics.html` },
  MaximumMessageSize: { type: 'integer', help: 'larger messages are refused', min: 1024, max: 1_048_576, unit: 'bytes', default: 262_144, applies: LIVE, doc: `${SNS}/api/API_CreateTopic.html` },
  ContentBasedDeduplication: { type: 'flag', help: 'without a MessageDeduplicationId the body decides', default: false, applies: LIVE, doc: `${SNS}/dg/fifo-message-dedup.html`, when: FIFO_TOPIC, group: 'FIFO' },
  FifoThroughputScope: { type: 'choice', help: 'for what throughput and deduplication count: the topic, or each message group (300 messages a second of each)', options: ['Topic', 'MessageGroup'], default: 'Topic', applies: LIVE, doc: `${SNS}/dg/fifo-high-throughput.html`, when: FIFO_TOPIC, group: 'FIFO' },
  messagesPerSecond: { type: 'integer', label: 'messages', help: 'a second that the topic takes', min: 1, max: 100_000, unit: '/s', default: 3000, applies: LIVE, doc: `${SNS}/dg/fifo-high-throughput.html`, when: FIFO_TOPIC, group: 'Quotas' },
};
