/** The wires of SQS and SNS: publish, subscribe, receive, and the event source mapping of Lambda. */
import type { End, LinkDescriptor } from '../../scenario/descriptor.ts';
import type { Field, Fields } from '../../scenario/fields.ts';
import { API, LIVE } from './queue-fields.ts';

const SNS = 'https://docs.aws.amazon.com/sns/latest';
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg';
const PARAMETERS = `${LAMBDA}/services-sqs-parameters.html`;

/** Every wire takes time. */
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '5ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
const template = (help: string, page: string, more: Partial<Field> = {}): Field => ({ type: 'text', help: `${help}; {key}, {id} and {size} stand for those of the message`, maxLength: 128, optional: true, applies: LIVE, doc: page, ...more }) as Field;
const seconds = (help: string, page: string, min: number, max: number, more: Partial<Field> = {}): Field => ({ type: 'integer', help, min, max, unit: 's', optional: true, applies: LIVE, doc: page, ...more }) as Field;
const isFifo = (end: End) => end.config?.['FifoQueue'] === true || end.config?.['FifoTopic'] === true;

export const publish: LinkDescriptor = {
  kind: 'publish',
  title: 'SendMessage, Publish',
  about: 'Sends each message to the queue, or publishes it to the topic.',
  from: ['producer'],
  to: ['sqs.queue', 'sqs.topic'],
  label: (c) => (typeof c['MessageGroupId'] === 'string' && c['MessageGroupId'] !== '' ? `group ${c['MessageGroupId']}` : ''),
  // A FIFO queue takes nothing without a group, and nothing without an id to know it by.
  begins: (_, to) => (isFifo(to) ? { MessageGroupId: '{key}', MessageDeduplicationId: '{id}' } : undefined),
  fields: {
    MessageGroupId: template('order of a FIFO queue holds within a group; a standard queue shares fairly among groups', `${API}/API_SendMessage.html`),
    MessageDeduplicationId: template('FIFO: what was sent under the same id in the last five minutes is accepted and goes nowhere', `${API}/API_SendMessage.html`),
    DelaySeconds: seconds('held back for so long instead of as long as the queue says; not on FIFO queues', `${API}/API_SendMessage.html`, 0, 900),
    MessageAttributes: { type: 'map', help: 'what filter policies look at; {key}, {id} and {size} stand for those of the message', optional: true, applies: LIVE, doc: `${SNS}/dg/sns-message-attributes.html` },
    MessageBody: template('JSON for filter policies on bodies, and for deduplication by content; empty = every message has another body', `${API}/API_SendMessage.html`, { maxLength: 1024 }),
    batch: { type: 'integer', help: 'messages of one SendMessageBatch; 1 = SendMessage for each', min: 1, max: 10, default: 1, applies: LIVE, doc: `${API}/API_SendMessageBatch.html`, group: 'Batches' },
    linger: { type: 'duration', help: 'a batch that is not full is sent after this', min: 0, max: 60e6, default: '200ms', applies: LIVE, group: 'Batches' },
    ...network,
  },
};
const filter: Fields = {
  FilterPolicy: { type: 'text', help: 'JSON: what does not match is not delivered; empty = everything is', maxLength: 10_000, optional: true, applies: LIVE, doc: `${SNS}/dg/sns-subscription-filter-policies.html`, group: 'Filter' },
  FilterPolicyScope: { type: 'choice', help: 'what the policy looks at', options: ['MessageAttributes', 'MessageBody'], default: 'MessageAttributes', applies: LIVE, doc: `${SNS}/dg/sns-message-filtering-scope.html`, group: 'Filter' },
};
const deadLetters: Fields = {
  deadLetterTargetArn: { type: 'text', help: 'name of the queue for what could not be delivered; empty = it is dropped', maxLength: 80, optional: true, applies: LIVE, doc: `${SNS}/dg/sns-dead-letter-queues.html`, group: 'RedrivePolicy' },
};
const raw: Fields = {
  RawMessageDelivery: { type: 'flag', help: 'the message as it is, instead of a JSON text around it', default: false, applies: LIVE, doc: `${SNS}/dg/sns-large-payload-raw-message-delivery.html` },
};
const filterLabel = (c: Readonly<Record<string, unknown>>) => (typeof c['FilterPolicy'] === 'string' ? c['FilterPolicy'].slice(0, 40) : '');
const FIFO_TO_QUEUES = 'A FIFO topic delivers to queues only: put an SQS queue between them.';

export const subscribe: LinkDescriptor = {
  kind: 'subscribe',
  title: 'Subscription of a queue',
  about: 'What is published to the topic is sent to the queue.',
  from: ['sqs.topic'],
  to: ['sqs.queue'],
  label: filterLabel,
  refuses: (from, to) => (isFifo(to) && !isFifo(from) ? 'A FIFO queue cannot be subscribed to a standard topic.' : undefined),
  fields: { ...filter, ...raw, ...deadLetters, ...network },
};
export const notify: LinkDescriptor = {
  kind: 'notify',
  title: 'Subscription of an HTTP endpoint',
  about: 'SNS calls the endpoint with each message, and again when it fails, by the delivery policy.',
  from: ['sqs.topic'],
  to: ['consumer'],
  label: filterLabel,
  refuses: (from) => (isFifo(from) ? FIFO_TO_QUEUES : undefined),
  fields: {
    ...filter,
    ...deadLetters,
    numRetries: { type: 'integer', help: 'further attempts, of all phases', min: 0, max: 100, default: 3, applies: LIVE, doc: `${SNS}/dg/sns-message-delivery-retries.html`, group: 'healthyRetryPolicy' },
    numNoDelayRetries: { type: 'integer', help: 'of them at once', min: 0, max: 100, default: 0, applies: LIVE, doc: `${SNS}/dg/sns-message-delivery-retries.html`, group: 'healthyRetryPolicy' },
    numMinDelayRetries: { type: 'integer', help: 'then so many after minDelayTarget', min: 0, max: 100, default: 0, applies: LIVE, doc: `${SNS}/dg/sns-message-delivery-retries.html`, group: 'healthyRetryPolicy' },
    numMaxDelayRetries: { type: 'integer', help: 'and at the end so many after maxDelayTarget; between them the delay grows', min: 0, max: 100, default: 0, applies: LIVE, doc: `${SNS}/dg/sns-message-delivery-retries.html`, group: 'healthyRetryPolicy' },
    minDelayTarget: { type: 'integer', help: 'the least delay', min: 1, max: 3600, unit: 's', default: 20, applies: LIVE, doc: `${SNS}/dg/sns-message-delivery-retries.html`, group: 'healthyRetryPolicy' },
    maxDelayTarget: { type: 'integer', help: 'the greatest delay', min: 1, max: 3600, unit: 's', default: 20, applies: LIVE, doc: `${SNS}/dg/sns-message-delivery-retries.html`, group: 'healthyRetryPolicy' },
    backoffFunction: { type: 'choice', help: 'how the delay grows from the least to the greatest', options: ['linear', 'arithmetic', 'geometric', 'exponential'], default: 'linear', applies: LIVE, doc: `${SNS}/dg/sns-message-delivery-retries.html`, group: 'healthyRetryPolicy' },
    ...network,
  },
};
export const invoke: LinkDescriptor = {
  kind: 'invoke',
  title: 'Subscription of a Lambda function',
  about: 'SNS gives each message to Lambda, which calls the function, and again when it fails.',
  from: ['sqs.topic'],
  to: ['function'],
  label: filterLabel,
  refuses: (from) => (isFifo(from) ? FIFO_TO_QUEUES : undefined),
  fields: {
    ...filter,
    ...deadLetters,
    MaximumRetryAttempts: { type: 'integer', help: 'further calls after the function failed: after one minute, then after two', min: 0, max: 2, default: 2, applies: LIVE, doc: `${LAMBDA}/invocation-async-error-handling.html`, group: 'Asynchronous invocation' },
    MaximumEventAgeInSeconds: { type: 'integer', help: 'how long Lambda keeps an event, above all while it is throttled', min: 60, max: 21_600, unit: 's', default: 21_600, applies: LIVE, doc: `${LAMBDA}/invocation-async-error-handling.html`, group: 'Asynchronous invocation' },
    ...network,
  },
};
export const trigger: LinkDescriptor = {
  kind: 'trigger',
  title: 'Event source mapping',
  about: 'Lambda polls the queue and calls the function with batches; what the function was done with is deleted.',
  from: ['sqs.queue'],
  to: ['function'],
  label: (c) => [`batches of ${c['BatchSize'] ?? 10}`, ...(typeof c['MaximumConcurrency'] === 'number' ? [`at most ${c['MaximumConcurrency']}`] : [])].join(', '),
  fields: {
    BatchSize: { type: 'integer', help: 'messages of one invocation at most; above 10 it needs a window, and FIFO queues have at most 10', min: 1, max: 10_000, default: 10, applies: LIVE, doc: PARAMETERS },
    MaximumBatchingWindowInSeconds: { type: 'integer', help: 'how long a batch may be gathered; not on FIFO queues', min: 0, max: 300, unit: 's', default: 0, applies: LIVE, doc: PARAMETERS },
    FunctionResponseTypes: { type: 'choice', help: 'ReportBatchItemFailures: of a batch only what failed comes again; otherwise all of it', options: ['none', 'ReportBatchItemFailures'], default: 'none', applies: LIVE, doc: `${LAMBDA}/services-sqs-errorhandling.html` },
    FilterCriteria: {
      type: 'text',
      help: 'JSON, as in {"Filters":[{"Pattern":"{\\"body\\":{\\"key\\":[\\"A\\"]}}"}]}: what none of up to five filters lets through is deleted, and the function is not called with it; empty = everything',
      maxLength: 10_000,
      optional: true,
      applies: LIVE,
      doc: `${LAMBDA}/with-sqs-filtering.html`,
      group: 'Filter',
    },
    MaximumConcurrency: { type: 'integer', help: 'invocations at the same time from this queue; empty = as many as the function may have', min: 2, max: 1000, optional: true, applies: LIVE, doc: `${LAMBDA}/services-sqs-scaling.html`, group: 'ScalingConfig' },
    ...network,
  },
};
export const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'ReceiveMessage',
  about: 'Each instance receives, works, and deletes.',
  from: ['sqs.queue'],
  to: ['consumer'],
  label: (c) => [...(c['WaitTimeSeconds'] === 0 ? ['short polls'] : []), ...(typeof c['VisibilityTimeout'] === 'number' ? [`hidden for ${c['VisibilityTimeout']} s`] : []), ...(typeof c['heartbeat'] === 'string' ? [`heartbeat ${c['heartbeat']}`] : [])].join(', '),
  brief: (c) => `up to ${c['MaxNumberOfMessages'] ?? 1}`,
  begins: () => ({ MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }),
  fields: {
    MaxNumberOfMessages: { type: 'integer', help: 'messages of one receive at most; those that wait for their turn are hidden, too, and their time runs', min: 1, max: 10, default: 1, applies: LIVE, doc: `${API}/API_ReceiveMessage.html` },
    WaitTimeSeconds: seconds('above 0 a long poll; empty = what the queue says', `${API}/API_ReceiveMessage.html`, 0, 20),
    VisibilityTimeout: seconds('hidden for so long; empty = what the queue says', `${API}/API_ReceiveMessage.html`, 0, 43_200),
    pause: { type: 'duration', help: 'after a short poll that found nothing', min: 1000, max: 3600e6, default: '1s', applies: LIVE },
    deletes: { type: 'choice', help: 'before the work: what a crash interrupts is lost', options: ['after the work', 'before the work'], default: 'after the work', applies: LIVE, doc: `${API}/API_DeleteMessage.html` },
    visibilityAfterFailure: seconds('when the work fails, ChangeMessageVisibility to so much; empty = nothing is said and the timeout runs out', `${API}/API_ChangeMessageVisibility.html`, 0, 43_200, { label: 'after a failure' }),
    heartbeat: { type: 'duration', help: 'while it works, ChangeMessageVisibility so often; empty = never', min: 1000, max: 43_200e6, optional: true, applies: LIVE, doc: `${API}/API_ChangeMessageVisibility.html`, group: 'Heartbeat' },
    heartbeatTo: seconds('each makes the timeout so long from then on; empty = the VisibilityTimeout above, or 30 s', `${API}/API_ChangeMessageVisibility.html`, 0, 43_200, { label: 'to', group: 'Heartbeat' }),
    ...network,
  },
};
