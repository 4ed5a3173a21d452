/** The settings of SQS and SNS, on one small system. */
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { at, type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { sqs } from './descriptor.ts';
import { POLITE } from './room.test-kit.ts';

const models = await loadModels(['sqs']);

/** shop → orders → pay; shop → events → copies, hook and fn (where wired); orders dead-letters to dead. A kind of wire may be left out. */
const stage = (configs: Configs, timeline: readonly TimelineEntry[]): Scenario => {
  const { producer = {}, consumer = {}, publish = {}, ...kinds } = configs;
  const queue: Config = { ...POLITE, ...kinds['sqs.queue'] };
  const topic: Config = { ...kinds['sqs.topic'] };
  const fifo = queue['FifoQueue'] === true;
  const to = topic['FifoTopic'] === true ? { FifoQueue: true } : {};
  const of = (kind: string): Config => ({ latency: '1ms', ...kinds[kind] });
  const group = fifo ? { MessageGroupId: '{key}', MessageDeduplicationId: '{id}' } : {};
  return {
    version: 1,
    title: 'sqs',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, keys: { count: 3 }, ...producer } },
      { id: 'dead', kind: 'sqs.queue', config: { ...(fifo ? { FifoQueue: true } : {}), ...kinds['dead'] } },
      { id: 'orders', kind: 'sqs.queue', config: queue },
      { id: 'events', kind: 'sqs.topic', config: topic },
      { id: 'copies', kind: 'sqs.queue', config: { ...POLITE, ...to, ...kinds['copies'] } },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '20ms', concurrency: 10, ...consumer } },
      { id: 'hook', kind: 'consumer', config: { serviceTime: '5ms', ...kinds['hook'] } },
      { id: 'fn', kind: 'function', config: { coldStart: '10ms', serviceTime: '20ms', concurrency: 100, ...kinds['fn'] } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '1ms', ...group, ...publish } },
      { id: 'up', kind: 'publish', from: 'shop', to: 'events', config: { latency: '1ms', ...(topic['FifoTopic'] === true ? { MessageGroupId: '{key}', MessageDeduplicationId: '{id}' } : {}), MessageAttributes: { customer: '{key}' }, ...publish, ...kinds['up'] } },
      { id: 'copy', kind: 'subscribe', from: 'events', to: 'copies', config: of('subscribe') },
      ...(kinds['notify'] === undefined ? [] : [{ id: 'call', kind: 'notify', from: 'events', to: 'hook', config: of('notify') }]),
      ...(kinds['invoke'] === undefined ? [] : [{ id: 'run', kind: 'invoke', from: 'events', to: 'fn', config: of('invoke') }]),
      ...(kinds['trigger'] === undefined ? [] : [{ id: 'map', kind: 'trigger', from: 'orders', to: 'fn', config: of('trigger') }]),
      ...(kinds['trigger'] === undefined ? [{ id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { MaxNumberOfMessages: 10, WaitTimeSeconds: 20, ...of('consume') } }] : []),
    ],
    timeline,
  };
};
const FAILS: Config = { failures: { rate: 1 } };
const SHORT = { WaitTimeSeconds: 0, pause: '50ms' };
const FIFO: Config = { FifoQueue: true };
const FIFO_TOPIC: Config = { FifoTopic: true };
/** Nothing of the group or the id is filled in by default. */
const BARE: Config = { MessageGroupId: 'g', MessageDeduplicationId: undefined };
const HOOK_FAILS: Configs = { hook: FAILS, notify: { numRetries: 6, minDelayTarget: 1, maxDelayTarget: 3 } };
const retries = (name: string, values: readonly [unknown, unknown], more: Config = {}): Record<string, Trial> => ({ [`notify.${name}`]: { values, with: { ...HOOK_FAILS, notify: { ...HOOK_FAILS['notify'], ...more } }, until: 12e6 } });

const ONLY = (key: string) => JSON.stringify({ Filters: [{ Pattern: JSON.stringify({ body: { key: [key] } }) }] });
/** Fields that matter only in special circumstances; the others are tried with two values of their range. */
const TRIALS: Readonly<Record<string, Trial>> = {
  'sqs.queue.name': { values: ['jobs', 'tasks'], timeline: [at(1000, 'set', 'orders', { name: 'jobs' })] },
  'sqs.queue.FifoQueue': { values: [true, false], with: { consumer: FAILS } },
  'sqs.queue.VisibilityTimeout': { values: [1, 5], with: { consumer: FAILS } },
  'sqs.queue.DelaySeconds': { values: [0, 1] },
  'sqs.queue.MessageRetentionPeriod': { values: [60, 120], with: { consumer: FAILS, producer: { rate: 1 } }, until: 75e6 },
  'sqs.queue.ReceiveMessageWaitTimeSeconds': { values: [0, 1], with: { consume: { WaitTimeSeconds: undefined } } },
  'sqs.queue.MaximumMessageSize': { values: [1024, 4096], with: { producer: { size: 2000 } } },
  'sqs.queue.ContentBasedDeduplication': { values: [true, false], with: { 'sqs.queue': FIFO, publish: BARE } },
  'sqs.queue.DeduplicationScope': { values: ['queue', 'messageGroup'], with: { 'sqs.queue': FIFO, publish: { MessageGroupId: '{key}', MessageDeduplicationId: 'same' } } },
  'sqs.queue.FifoThroughputLimit': { values: ['perQueue', 'perMessageGroupId'], with: { 'sqs.queue': { ...FIFO, DeduplicationScope: 'messageGroup', calls: 10 } } },
  'sqs.queue.deadLetterTargetArn': { values: ['dead', undefined], with: { consumer: FAILS, 'sqs.queue': { maxReceiveCount: 1, VisibilityTimeout: 1 } } },
  'sqs.queue.maxReceiveCount': { values: [1, 2], with: { consumer: FAILS, 'sqs.queue': { deadLetterTargetArn: 'dead', VisibilityTimeout: 1 } }, until: 5e6 },
  'sqs.queue.redrivePermission': { values: ['allowAll', 'denyAll'], with: { 'sqs.queue': { deadLetterTargetArn: 'orders', maxReceiveCount: 1, VisibilityTimeout: 1 }, consumer: FAILS } },
  'sqs.queue.sourceQueueArns': { values: ['orders', 'others'], with: { 'sqs.queue': { redrivePermission: 'byQueue', deadLetterTargetArn: 'orders', maxReceiveCount: 1, VisibilityTimeout: 1 }, consumer: FAILS } },
  'sqs.queue.duplicates': { values: [0, 0.5] },
  'sqs.queue.reordering': { values: [0, 1], with: { 'sqs.queue': { servers: 4 }, consumer: { concurrency: 1, serviceTime: '100ms' } } },
  'sqs.queue.servers': { values: [1, 4], with: { 'sqs.queue': { asked: 1 }, consume: SHORT } },
  'sqs.queue.asked': { values: [1, 4], with: { 'sqs.queue': { servers: 4 }, consume: SHORT } },
  'sqs.queue.purgeTakes': { values: ['10ms', '1s'], with: { consumer: { serviceTime: '500ms' } }, timeline: [at(1000, 'purge-queue', 'orders')] },
  'sqs.queue.inFlight': { values: [2, 100], with: { consumer: { serviceTime: '500ms' } } },
  'sqs.queue.calls': { values: [5, 300], with: { 'sqs.queue': FIFO } },
  'sqs.topic.name': { values: ['news', 'events'], with: { 'sqs.topic': FIFO_TOPIC, up: { MessageDeduplicationId: 'same' } }, timeline: [at(1000, 'set', 'events', { name: 'events' })] },
  'sqs.topic.FifoTopic': { values: [true, false], with: { up: { MessageGroupId: '{key}', MessageDeduplicationId: 'same' } } },
  'sqs.topic.MaximumMessageSize': { values: [1024, 4096], with: { producer: { size: 2000 } } },
  'sqs.topic.ContentBasedDeduplication': { values: [true, false], with: { 'sqs.topic': FIFO_TOPIC, up: BARE } },
  'sqs.topic.FifoThroughputScope': { values: ['Topic', 'MessageGroup'], with: { 'sqs.topic': { ...FIFO_TOPIC, messagesPerSecond: 5 } } },
  'sqs.topic.messagesPerSecond': { values: [5, 300], with: { 'sqs.topic': FIFO_TOPIC } },
  'publish.MessageGroupId': { values: ['{key}', 'all'], with: { 'sqs.queue': FIFO, consumer: { serviceTime: '300ms' } } },
  'publish.MessageDeduplicationId': { values: ['{id}', '{key}'], with: { 'sqs.queue': FIFO } },
  'publish.DelaySeconds': { values: [0, 1] },
  'publish.MessageAttributes': { values: [{ tone: 'red' }, { tone: 'blue' }], with: { subscribe: { FilterPolicy: '{"tone":["red"]}' } } },
  'publish.MessageBody': { values: ['{"key":"{key}"}', '{"key":"x"}'], with: { subscribe: { FilterPolicy: '{"key":["A"]}', FilterPolicyScope: 'MessageBody' } } },
  'publish.batch': { values: [1, 5] },
  'publish.linger': { values: ['10ms', '90ms'], with: { publish: { batch: 10 } } },
  'subscribe.FilterPolicy': { values: ['{"customer":["A"]}', '{"customer":["B"]}'] },
  'subscribe.FilterPolicyScope': { values: ['MessageAttributes', 'MessageBody'], with: { subscribe: { FilterPolicy: '{"customer":["A"]}' } } },
  'subscribe.RawMessageDelivery': { values: [true, false], with: { copies: { MaximumMessageSize: 1024 } } },
  'subscribe.deadLetterTargetArn': { values: ['dead', undefined], with: { copies: { MaximumMessageSize: 1024 } } },
  'notify.FilterPolicy': { values: ['{"customer":["A"]}', '{"customer":["B"]}'] },
  'notify.FilterPolicyScope': { values: ['MessageAttributes', 'MessageBody'], with: { notify: { FilterPolicy: '{"customer":["A"]}' } } },
  'notify.deadLetterTargetArn': { values: ['dead', undefined], with: { hook: { ...FAILS, onFailure: 'reject' } } },
  ...retries('numRetries', [1, 3]),
  ...retries('numNoDelayRetries', [0, 2]),
  ...retries('numMinDelayRetries', [0, 3]),
  ...retries('numMaxDelayRetries', [0, 3]),
  ...retries('minDelayTarget', [1, 2]),
  ...retries('maxDelayTarget', [2, 4]),
  ...retries('backoffFunction', ['linear', 'exponential']),
  'invoke.FilterPolicy': { values: ['{"customer":["A"]}', '{"customer":["B"]}'] },
  'invoke.FilterPolicyScope': { values: ['MessageAttributes', 'MessageBody'], with: { invoke: { FilterPolicy: '{"customer":["A"]}' } } },
  'invoke.deadLetterTargetArn': { values: ['dead', undefined], with: { fn: FAILS, invoke: { MaximumRetryAttempts: 0 } } },
  'invoke.MaximumRetryAttempts': { values: [0, 1], with: { fn: FAILS }, until: 70e6 },
  'invoke.MaximumEventAgeInSeconds': { values: [60, 600], with: { fn: FAILS }, until: 130e6 },
  'trigger.BatchSize': { values: [1, 10], with: { producer: { rate: 200 }, fn: { serviceTime: '300ms' } } },
  'trigger.MaximumBatchingWindowInSeconds': { values: [0, 1], with: { trigger: { BatchSize: 10 } } },
  'trigger.FunctionResponseTypes': { values: ['none', 'ReportBatchItemFailures'], with: { fn: { failures: { rate: 0.4 } }, trigger: { MaximumBatchingWindowInSeconds: 1 } } },
  'trigger.FilterCriteria': { values: [ONLY('A'), ONLY('B')], with: { publish: { MessageBody: '{"key":"{key}"}' } } },
  'trigger.MaximumConcurrency': { values: [2, 10], with: { producer: { rate: 200 }, fn: { serviceTime: '500ms' } } },
  'consume.MaxNumberOfMessages': { values: [1, 10], with: { consumer: { concurrency: 1, serviceTime: '60ms' } } },
  'consume.WaitTimeSeconds': { values: [0, 5] },
  'consume.VisibilityTimeout': { values: [1, 5], with: { consumer: FAILS } },
  'consume.pause': { values: ['100ms', '900ms'], with: { consume: { WaitTimeSeconds: 0 } } },
  'consume.deletes': { values: ['after the work', 'before the work'] },
  'consume.visibilityAfterFailure': { values: [0, 1], with: { consumer: FAILS } },
  'consume.heartbeat': { values: ['300ms', undefined], with: { 'sqs.queue': { VisibilityTimeout: 1 }, consumer: { serviceTime: '1500ms' } } },
  'consume.heartbeatTo': { values: [1, 5], with: { consume: { heartbeat: '900ms' }, 'sqs.queue': { VisibilityTimeout: 1 }, consumer: { serviceTime: '2500ms', failures: { rate: 1 } } }, until: 8e6 },
};
everySettingTellsAnotherHistory(sqs, models, stage, TRIALS);
