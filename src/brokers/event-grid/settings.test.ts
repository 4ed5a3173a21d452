/** The settings of Event Grid, on one small system. */
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { eventGrid } from './descriptor.ts';

const models = await loadModels(['event-grid']);
const of = (configs: Configs, kind: string): Config => configs[`event-grid.${kind}`] ?? {};

/** A topic and a domain that push to one endpoint each, and a namespace topic with a client that receives. */
const stage = (configs: Configs, timeline: readonly TimelineEntry[]): Scenario => {
  const { producer = {}, consumer = {}, publish = {}, subscribe = {}, push = {}, consume = {} } = configs;
  const { topic: domainTopic, ...plain } = publish;
  const client = { serviceTime: '20ms', concurrency: 4, ...consumer };
  return {
    version: 1,
    title: 'settings',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, keys: { count: 4 }, ...producer } },
      { id: 'orders', kind: 'event-grid.topic', config: of(configs, 'topic') },
      { id: 'tenants', kind: 'event-grid.domain', config: of(configs, 'domain') },
      { id: 'jobs', kind: 'event-grid.namespace-topic', config: of(configs, 'namespace-topic') },
      { id: 'billing', kind: 'event-grid.subscription', config: of(configs, 'subscription') },
      { id: 'tenant', kind: 'event-grid.subscription' },
      { id: 'work', kind: 'event-grid.queue-subscription', config: of(configs, 'queue-subscription') },
      { id: 'dead', kind: 'event-grid.blob', config: of(configs, 'blob') },
      { id: 'pay', kind: 'consumer', config: client },
      { id: 'serve', kind: 'consumer', config: client },
      { id: 'do', kind: 'consumer', config: client },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: plain },
      { id: 'in-domain', kind: 'publish', from: 'shop', to: 'tenants', config: { ...plain, ...(domainTopic === undefined ? {} : { topic: domainTopic }) } },
      { id: 'in-jobs', kind: 'publish', from: 'shop', to: 'jobs', config: plain },
      { id: 'of', kind: 'subscribe', from: 'orders', to: 'billing' },
      { id: 'of-domain', kind: 'subscribe', from: 'tenants', to: 'tenant', config: subscribe },
      { id: 'of-jobs', kind: 'subscribe', from: 'jobs', to: 'work' },
      { id: 'out', kind: 'push', from: 'billing', to: 'pay', config: push },
      { id: 'out-domain', kind: 'push', from: 'tenant', to: 'serve' },
      { id: 'take', kind: 'consume', from: 'work', to: 'do', config: consume },
    ],
    timeline,
  };
};
const FAILS: Config = { failures: { rate: 1 }, serviceTime: '1ms' };
const REJECTS: Config = { ...FAILS, onFailure: 'reject' };
const FEW: Config = { limit: 6 };
const SUBSCRIPTION = 'event-grid.subscription';
const QUEUE = 'event-grid.queue-subscription';
const LATE: Trial['with'] = { producer: FEW, consumer: { serviceTime: '35s', concurrency: 8 } };
const seqIs = (operatorType: string) => JSON.stringify([{ operatorType, key: 'data.seq', value: 3 }]);
const onList = JSON.stringify([{ operatorType: 'NumberIn', key: 'data.list', values: [1] }]);

/** Fields that matter only in special circumstances; the others are tried with two values of their range. */
const TRIALS: Readonly<Record<string, Trial>> = {
  'event-grid.topic.inputSchema': { values: ['EventGridSchema', 'CloudEventSchemaV1_0'], with: { [SUBSCRIPTION]: { advancedFilters: JSON.stringify([{ operatorType: 'StringIn', key: 'ID', values: ['1'] }]) } } },
  'event-grid.domain.inputSchema': { values: ['EventGridSchema', 'CloudEventSchemaV1_0'], with: { publish: { subject: '' } } },
  'event-grid.namespace-topic.throughputUnits': { values: [1, 2], with: { producer: { arrivals: 'bursts', burst: { size: 1100, every: '100s' } }, [QUEUE]: { includedEventTypes: 'x' }, [SUBSCRIPTION]: { includedEventTypes: 'x' } }, until: 1e6 },
  'event-grid.namespace-topic.eventRetentionInDays': { values: [1, 7], with: { [QUEUE]: { eventTimeToLive: 'P2D' } } },
  'event-grid.subscription.endpointType': { values: ['WebHook', 'AzureFunction'], with: { push: { handshake: 'none' } } },
  'event-grid.subscription.eventDeliverySchema': { values: [undefined, 'EventGridSchema'], with: { 'event-grid.topic': { inputSchema: 'CloudEventSchemaV1_0' } } },
  'event-grid.subscription.includedEventTypes': { values: ['order.placed', 'order.paid'] },
  'event-grid.subscription.subjectBeginsWith': { values: ['/orders/', '/orders/A'] },
  'event-grid.subscription.subjectEndsWith': { values: ['A', 'B'] },
  'event-grid.subscription.isSubjectCaseSensitive': { values: [true, false], with: { [SUBSCRIPTION]: { subjectBeginsWith: '/Orders' } } },
  'event-grid.subscription.advancedFilters': { values: [seqIs('NumberGreaterThan'), seqIs('NumberLessThan')] },
  'event-grid.subscription.enableAdvancedFilteringOnArrays': { values: [true, false], with: { publish: { data: '{"list": [{seq}]}' }, [SUBSCRIPTION]: { advancedFilters: onList } } },
  'event-grid.subscription.maxDeliveryAttempts': { values: [1, 3], with: { consumer: FAILS } },
  'event-grid.subscription.eventTimeToLiveInMinutes': { values: [1, 3], with: { producer: FEW, consumer: FAILS }, until: 120e6 },
  'event-grid.subscription.randomization': { values: [0, 0.5], with: { producer: FEW, consumer: FAILS }, until: 20e6 },
  'event-grid.subscription.skippedRetries': { values: [0, 1], with: { producer: FEW, consumer: FAILS, [SUBSCRIPTION]: { failuresBeforeDelay: 1 } }, until: 60e6 },
  'event-grid.subscription.lateAnswers': { values: [0, 1], with: LATE, until: 60e6 },
  'event-grid.subscription.failuresBeforeDelay': { values: [1, 1000], with: { producer: FEW, consumer: FAILS } },
  'event-grid.subscription.deliveryLatency': { values: ['10ms', '100ms'] },
  'event-grid.subscription.deadLetterDestination': { values: ['', 'dead'], with: { producer: FEW, consumer: REJECTS } },
  'event-grid.subscription.duplicates': { values: [0, 0.5] },
  'event-grid.subscription.maxEventsPerBatch': { values: [1, 10], with: { producer: { rate: 100 }, consumer: { concurrency: 50 } } },
  'event-grid.subscription.preferredBatchSizeInKilobytes': { values: [1, 64], with: { producer: { rate: 100 }, consumer: { concurrency: 50 }, [SUBSCRIPTION]: { maxEventsPerBatch: 10 } } },
  'event-grid.subscription.expirationTimeUtc': { values: ['1s', '2s'] },
  'event-grid.queue-subscription.includedEventTypes': { values: ['order.placed', 'order.paid'] },
  'event-grid.queue-subscription.subjectBeginsWith': { values: ['/orders/', '/orders/A'] },
  'event-grid.queue-subscription.subjectEndsWith': { values: ['A', 'B'] },
  'event-grid.queue-subscription.isSubjectCaseSensitive': { values: [true, false], with: { [QUEUE]: { subjectBeginsWith: '/Orders' } } },
  'event-grid.queue-subscription.advancedFilters': { values: [seqIs('NumberGreaterThan'), seqIs('NumberLessThan')] },
  'event-grid.queue-subscription.enableAdvancedFilteringOnArrays': { values: [true, false], with: { publish: { data: '{"list": [{seq}]}' }, [QUEUE]: { advancedFilters: onList } } },
  'event-grid.queue-subscription.receiveLockDurationInSeconds': { values: [60, 90], with: { producer: FEW, consumer: { serviceTime: '200s' } }, until: 100e6 },
  'event-grid.queue-subscription.maxDeliveryCount': { values: [1, 3], with: { producer: FEW, consumer: FAILS } },
  'event-grid.queue-subscription.eventTimeToLive': { values: ['PT1M', 'PT2M'], with: { producer: { limit: 50 }, consumer: { serviceTime: '200s' } }, until: 100e6 },
  'event-grid.queue-subscription.deadLetterDestination': { values: ['', 'dead'], with: { producer: FEW, consumer: REJECTS } },
  'event-grid.queue-subscription.deliveryLatency': { values: ['10ms', '100ms'] },
  'event-grid.blob.name': { values: ['dead', 'grave'], with: { producer: FEW, consumer: REJECTS, [SUBSCRIPTION]: { deadLetterDestination: 'dead' } }, until: 310e6 },
  'publish.type': { values: ['order.placed', ''] },
  'publish.subject': { values: ['/orders/{key}', ''] },
  'publish.source': { values: ['/shop', ''], with: { 'event-grid.topic': { inputSchema: 'CloudEventSchemaV1_0' } } },
  'publish.data': { values: ['{}', '{'] },
  'publish.topic': { values: ['{key}', 'B'], with: { subscribe: { topic: 'B' } } },
  'subscribe.topic': { values: ['A', 'B'] },
  'push.handshake': { values: ['validationCode', 'none'] },
  'push.failure': { values: ['500', '408'], with: { producer: FEW, consumer: FAILS }, until: 20e6 },
  'push.rejection': { values: ['400', '413'], with: { producer: FEW, consumer: REJECTS } },
  'push.busy': { values: ['503', '429'], with: { push: { backlog: 0 }, consumer: { serviceTime: '1s', concurrency: 1 }, producer: FEW }, until: 20e6 },
  'push.backlog': { values: [0, 100], with: { consumer: { serviceTime: '200ms', concurrency: 1 } } },
  'consume.maxEvents': { values: [1, 10], with: { consumer: { serviceTime: '300ms', instances: 2, concurrency: 1 } } },
  'consume.maxWaitTime': { values: [10, 20], with: { producer: { rate: 0.066 }, consume: { latency: '3s' } }, until: 60e6 },
  'consume.releaseDelayInSeconds': { values: ['0', '10'], with: { producer: FEW, consumer: FAILS } },
  'consume.renewEvery': { values: ['20s', '70s'], with: { producer: FEW, consumer: { serviceTime: '90s', concurrency: 8 } }, until: 100e6 },
};
everySettingTellsAnotherHistory(eventGrid, models, stage, TRIALS);
