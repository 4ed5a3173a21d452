/** Every refusal, and how a client comes by it. */
import { expect, test } from 'vitest';
import { filterCriteria } from './filter-criteria.ts';
import type { Refusal } from '../contract.ts';
import type { errors } from './errors.ts';
import { letter, service } from './server.test-kit.ts';
import { Sns } from './sns.ts';

type Service = ReturnType<typeof service>;
const queue = (s: Service, attributes: Parameters<Service['create']>[1] = {}, conduct: Parameters<Service['create']>[2] = {}) => (s.create('q', attributes, conduct), s);
const fifo = (s: Service, attributes: Parameters<Service['create']>[1] = {}) => (s.create('q.fifo', attributes), s);
const send = (s: Service, one: Parameters<typeof letter>[0] = {}) => queue(s).sqs.SendMessage('q', letter(one));
const sendFifo = (s: Service, one: Parameters<typeof letter>[0], attributes: Parameters<Service['create']>[1] = {}) => fifo(s, attributes).sqs.SendMessage('q.fifo', letter(one));
const redrive = (deadLetterTargetArn: string, maxReceiveCount = 3) => ({ RedrivePolicy: { deadLetterTargetArn, maxReceiveCount } });
const entries = (...ids: string[]) => ids.map((Id) => ({ Id, sent: letter({ size: 600_000 }) }));
const held = (s: Service) => {
  queue(s).send('q', {});
  return s.take('q');
};
const dlq = (s: Service) => {
  s.create('dlq');
  s.create('q', redrive('dlq', 1));
  return s;
};
const topic = (attributes: Parameters<Sns['CreateTopic']>[1] = {}) => {
  const sns = new Sns(() => 0);
  sns.CreateTopic(attributes.FifoTopic === true ? 't.fifo' : 't', attributes);
  return sns;
};
const many = (times: number, call: (i: number) => unknown): unknown => Array.from({ length: times }, (_, i) => call(i)).at(-1);

const ways: Record<keyof typeof errors, readonly [name: string, way: (s: Service) => unknown]> = {
  noQueue: ['QueueDoesNotExist', (s) => s.sqs.SendMessage('q', letter({}))],
  nameExists: ['QueueNameExists', (s) => queue(s).create('q', { DelaySeconds: 5 })],
  deletedRecently: ['QueueDeletedRecently', (s) => (queue(s).sqs.DeleteQueue('q'), s.create('q'))],
  queueName: ['InvalidParameterValue', (s) => s.create('q', { FifoQueue: true })],
  attributeName: ['InvalidAttributeName', (s) => s.create('q', { ContentBasedDeduplication: true })],
  attributeValue: ['InvalidAttributeValue', (s) => s.create('q', { VisibilityTimeout: -1 })],
  perGroupNeedsScope: ['InvalidParameterValue', (s) => s.create('q.fifo', { FifoThroughputLimit: 'perMessageGroupId' })],
  noDeadLetterQueue: ['InvalidParameterValue', (s) => s.create('q', redrive('nowhere'))],
  deadLetterKind: ['InvalidParameterValue', (s) => fifo(s).create('q', redrive('q.fifo'))],
  maxReceiveCount: ['InvalidParameterValue', (s) => queue(s).create('p', redrive('q', 1001))],
  redriveDenied: ['InvalidParameterValue', (s) => queue(s, { RedriveAllowPolicy: { redrivePermission: 'denyAll', sourceQueueArns: [] } }).create('p', redrive('q'))],
  empty: ['MissingParameter', (s) => send(s, { body: '' })],
  tooLong: ['InvalidParameterValue', (s) => send(s, { size: 1_048_577 })],
  noGroup: ['MissingParameter', (s) => sendFifo(s, { id: 'x' })],
  noDeduplication: ['InvalidParameterValue', (s) => sendFifo(s, { group: 'g' })],
  notForThisQueue: ['InvalidParameterValue', (s) => send(s, { id: 'x' })],
  delay: ['InvalidParameterValue', (s) => send(s, { delay: 901 })],
  longId: ['InvalidParameterValue', (s) => send(s, { group: 'x'.repeat(129) })],
  attributeCount: ['InvalidParameterValue', (s) => send(s, { attributes: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`a${i}`, { Type: 'String', Value: 'x' }])) })],
  readCount: ['InvalidParameterValue', (s) => queue(s).receive('q', { MaxNumberOfMessages: 0 })],
  waitTime: ['InvalidParameterValue', (s) => queue(s).receive('q', { WaitTimeSeconds: 21 })],
  visibility: ['InvalidParameterValue', (s) => queue(s).receive('q', { VisibilityTimeout: 43_201 })],
  visibilityTotal: [
    'InvalidParameterValue',
    (s) => {
      const handle = held(s);
      s.seconds(1);
      return s.sqs.ChangeMessageVisibility('q', handle, 43_200);
    },
  ],
  overLimit: [
    'OverLimit',
    (s) => {
      queue(s, {}, { inFlight: 1 }).send('q', {}, {});
      s.take('q');
      return s.receive('q');
    },
  ],
  throttled: ['ThrottlingException', (s) => many(301, (i) => sendFifo(s, { group: 'g', id: `${i}` }))],
  handle: ['ReceiptHandleIsInvalid', (s) => queue(s).sqs.DeleteMessage('q', 'nonsense')],
  handleExpired: [
    'InvalidParameterValue',
    (s) => {
      sendFifo(s, { group: 'g', id: 'x' });
      const handle = s.take('q.fifo');
      s.seconds(30);
      return s.sqs.DeleteMessage('q.fifo', handle);
    },
  ],
  notInFlight: [
    'MessageNotInflight',
    (s) => {
      const handle = held(s);
      s.sqs.DeleteMessage('q', handle);
      return s.sqs.ChangeMessageVisibility('q', handle, 5);
    },
  ],
  purging: ['PurgeQueueInProgress', (s) => (queue(s).sqs.PurgeQueue('q'), s.sqs.PurgeQueue('q'))],
  emptyBatch: ['EmptyBatchRequest', (s) => queue(s).sqs.DeleteMessageBatch('q', [])],
  manyEntries: [
    'TooManyEntriesInBatchRequest',
    (s) =>
      queue(s).sqs.DeleteMessageBatch(
        'q',
        Array.from({ length: 11 }, () => '0-1'),
      ),
  ],
  sameEntryIds: [
    'BatchEntryIdsNotDistinct',
    (s) =>
      queue(s).sqs.SendMessageBatch(
        'q',
        entries('a', 'a').map((one) => ({ ...one, sent: letter({}) })),
      ),
  ],
  entryId: ['InvalidBatchEntryId', (s) => queue(s).sqs.SendMessageBatch('q', [{ Id: 'a b', sent: letter({}) }])],
  batchTooLong: ['BatchRequestTooLong', (s) => queue(s).sqs.SendMessageBatch('q', entries('a', 'b'))],
  notADeadLetterQueue: ['InvalidParameterValue', (s) => queue(s).sqs.StartMessageMoveTask('q')],
  moving: ['InvalidParameterValue', (s) => (dlq(s).sqs.StartMessageMoveTask('dlq'), s.sqs.StartMessageMoveTask('dlq'))],
  moveRate: ['InvalidParameterValue', (s) => dlq(s).sqs.StartMessageMoveTask('dlq', { MaxNumberOfMessagesPerSecond: 0 })],
  noMoveTask: ['ResourceNotFoundException', (s) => dlq(s).sqs.CancelMessageMoveTask('dlq')],
  filterPattern: ['InvalidParameterValueException', () => filterCriteria('{}')],
  filterCount: ['InvalidParameterValueException', () => filterCriteria(JSON.stringify({ Filters: [1, 2, 3, 4, 5, 6] }))],
  noTopic: ['NotFound', () => topic().Publish('nowhere', letter({}))],
  topicParameter: ['InvalidParameter', () => topic().Publish('t', letter({ body: '' }))],
  snsThrottled: [
    'ThrottledException',
    () => {
      const sns = topic({ FifoTopic: true, messagesPerSecond: 1 });
      return many(2, (i) => sns.Publish('t.fifo', letter({ group: 'g', id: `${i}` })));
    },
  ],
};
test.each(Object.entries(ways))('%s', (_, [name, way]) => {
  const refusal = way(service()) as Refusal;
  expect(refusal).toMatchObject({ refused: true, name });
  expect(refusal.text.length).toBeGreaterThan(8);
});
