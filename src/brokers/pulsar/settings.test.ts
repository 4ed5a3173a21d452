/** The settings of Pulsar, on one small system. */
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { at, type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { pulsar } from './descriptor.ts';
import { scenarioOf } from './room.test-kit.ts';

const models = await loadModels(['pulsar']);

/** A second producer and a second subscription, for settings that need more than one. */
const MORE = {
  nodes: [
    { id: 'desk', kind: 'producer', config: { rate: 10 } },
    { id: 'late', kind: 'consumer', config: { serviceTime: '1ms' } },
  ],
  links: [{ id: 'desk-in', kind: 'publish', from: 'desk', to: 'orders', config: { producerName: 'desk' } }],
};
const stage = ({ producer = {}, consumer = {}, publish = {}, consume = {}, ...kinds }: Configs, timeline: readonly TimelineEntry[]): Scenario => scenarioOf({ producer, consumer, publish, consume, timeline, cluster: kinds['pulsar.cluster'] ?? {}, topic: kinds['pulsar.topic'] ?? {}, more: MORE });

const FAILS: Config = { failures: { rate: 1 }, serviceTime: '1ms' };
const SLOW: Config = { serviceTime: '300ms' };
const TWO: Config = { instances: 2, serviceTime: '80ms' };
const CRASH = [at(1500, 'stop-node', 'pulsar/node-1')];
const UNLOAD = [at(1500, 'unload-topic', 'orders')];
const BATCH: Config = { batchingMaxPublishDelayMicros: 400_000 };
const JOINS = [at(1000, 'set', 'pay', { instances: 2 })];
const KEY_SHARED: Config = { subscriptionType: 'Key_Shared' };
/** A second cursor that begins at the earliest message that is there. */
const LATE = [at(1500, 'add-link', 'later', { from: 'orders', to: 'late', kind: 'consume', config: { subscriptionName: 'late', subscriptionInitialPosition: 'Earliest' } })];
const DEAD: Config = { maxRedeliverCount: 1, negativeAckRedeliveryDelayMicros: 10_000 };
/** Ledgers that are closed with every few entries. */
const LEDGERS: Config = { managedLedgerMaxEntriesPerLedger: 2, managedLedgerMinLedgerRolloverTimeMinutes: 0 };
const QUOTA: Config = { backlogQuotaDefaultLimitBytes: 4000, backlogQuotaCheckIntervalInSeconds: 1 };
const IN_BIG_BATCHES: Configs = { publish: { batchingMaxPublishDelayMicros: 200_000 } };

/** Fields that matter only in special circumstances; the others are tried with two values of their range. */
const TRIALS: Readonly<Record<string, Trial>> = {
  'pulsar.cluster.version': { values: ['4.0', '4.2.4'], with: { publish: BATCH, consumer: { ...FAILS, failures: { rate: 0.5 } }, consume: { batchIndexAckEnabled: true } } },
  'pulsar.cluster.nodes': { values: [1, 3], timeline: CRASH, until: 6e6 },
  'pulsar.cluster.bookies': { values: [2, 3], timeline: [at(1000, 'stop-bookie', 'pulsar')] },
  'pulsar.cluster.managedLedgerDefaultEnsembleSize': { values: [2, 3], timeline: [at(1000, 'stop-bookie', 'pulsar')] },
  'pulsar.cluster.managedLedgerDefaultWriteQuorum': { values: [1, 2], with: { 'pulsar.cluster': { managedLedgerDefaultAckQuorum: 1 }, consumer: SLOW, consume: { receiverQueueSize: 1 } }, timeline: [at(1000, 'stop-bookie', 'pulsar')] },
  'pulsar.cluster.managedLedgerDefaultAckQuorum': { values: [1, 2], with: { 'pulsar.cluster': { journalJitter: '20ms' } } },
  'pulsar.cluster.metadataStoreSessionTimeoutMillis': { values: [100, 900], timeline: CRASH },
  'pulsar.cluster.unloadTime': { values: ['100ms', '900ms'], timeline: UNLOAD },
  'pulsar.cluster.allowAutoTopicCreation': { values: [true, false], with: { consumer: FAILS, consume: DEAD } },
  'pulsar.cluster.maxMessageSize': { values: [100, 1000] },
  'pulsar.cluster.brokerDeduplicationEnabled': { values: [true, false], with: { publish: { latency: '60ms', batchingEnabled: false }, 'pulsar.cluster': { journalLatency: '100ms' }, producer: { rate: 60 } }, timeline: CRASH },
  'pulsar.cluster.brokerDeduplicationProducerInactivityTimeoutMinutes': {
    values: [1, 60],
    with: { 'pulsar.cluster': { brokerDeduplicationEnabled: true, messageExpiryCheckIntervalInMinutes: 1 }, publish: { producerName: 'one' }, producer: { limit: 20 } },
    timeline: [at(2000, 'remove-link', 'in'), at(150_000, 'add-link', 'again', { from: 'shop', to: 'orders', kind: 'publish', config: { producerName: 'one' } }), at(151_000, 'send', 'shop', { count: 5 })],
    until: 155e6,
  },
  'pulsar.cluster.managedLedgerMaxEntriesPerLedger': { values: [1, 50_000], with: { 'pulsar.cluster': { managedLedgerMinLedgerRolloverTimeMinutes: 0 } }, timeline: LATE },
  'pulsar.cluster.managedLedgerMaxSizePerLedgerMbytes': { values: [1, 2048], with: { 'pulsar.cluster': { managedLedgerMinLedgerRolloverTimeMinutes: 0 }, producer: { size: 200_000 } }, timeline: LATE },
  'pulsar.cluster.managedLedgerMinLedgerRolloverTimeMinutes': { values: [0, 10], with: { 'pulsar.cluster': { managedLedgerMaxEntriesPerLedger: 1 } }, timeline: LATE },
  'pulsar.cluster.managedLedgerMaxLedgerRolloverTimeMinutes': { values: [1, 240], with: { 'pulsar.cluster': { managedLedgerMinLedgerRolloverTimeMinutes: 0, retentionCheckIntervalInSeconds: 1 }, producer: { limit: 20 } }, timeline: [{ ...(LATE[0] as TimelineEntry), at: '65s' }], until: 70e6 },
  'pulsar.cluster.preciseTimeBasedBacklogQuotaCheck': { values: [true, false], with: { 'pulsar.cluster': { backlogQuotaDefaultLimitSecond: 1, backlogQuotaCheckIntervalInSeconds: 1 }, consumer: SLOW } },
  'pulsar.cluster.defaultRetentionTimeInMinutes': { values: [0, -1], with: { 'pulsar.cluster': { ...LEDGERS, defaultRetentionSizeInMB: -1 } }, timeline: LATE },
  'pulsar.cluster.defaultRetentionSizeInMB': { values: [1, -1], with: { 'pulsar.cluster': { ...LEDGERS, defaultRetentionTimeInMinutes: -1, retentionCheckIntervalInSeconds: 1 }, producer: { size: 200_000 } }, timeline: LATE },
  'pulsar.cluster.retentionCheckIntervalInSeconds': { values: [1, 100], with: { 'pulsar.cluster': { ...LEDGERS, defaultRetentionTimeInMinutes: 1, defaultRetentionSizeInMB: -1 }, producer: { limit: 20 } }, timeline: [{ ...(LATE[0] as TimelineEntry), at: '65s' }], until: 70e6 },
  'pulsar.cluster.ttlDurationDefaultInSeconds': { values: [1, 0], with: { 'pulsar.cluster': { messageExpiryCheckIntervalInMinutes: 1 }, consumer: SLOW, consume: { receiverQueueSize: 1 } }, until: 62e6 },
  'pulsar.cluster.messageExpiryCheckIntervalInMinutes': { values: [1, 2], with: { 'pulsar.cluster': { ttlDurationDefaultInSeconds: 1 }, consumer: SLOW, consume: { receiverQueueSize: 1 } }, until: 62e6 },
  'pulsar.cluster.backlogQuotaDefaultLimitBytes': { values: [1000, 1_000_000], with: { 'pulsar.cluster': { backlogQuotaCheckIntervalInSeconds: 1 }, consumer: SLOW } },
  'pulsar.cluster.backlogQuotaDefaultLimitSecond': { values: [1, 100], with: { 'pulsar.cluster': { preciseTimeBasedBacklogQuotaCheck: true, backlogQuotaCheckIntervalInSeconds: 1 }, consumer: SLOW } },
  'pulsar.cluster.backlogQuotaDefaultRetentionPolicy': { values: ['producer_request_hold', 'consumer_backlog_eviction'], with: { 'pulsar.cluster': QUOTA, consumer: SLOW } },
  'pulsar.cluster.backlogQuotaCheckIntervalInSeconds': { values: [1, 2], with: { 'pulsar.cluster': QUOTA, consumer: SLOW } },
  'pulsar.cluster.maxUnackedMessagesPerConsumer': { values: [2, 20], with: { consumer: SLOW } },
  'pulsar.cluster.maxUnackedMessagesPerSubscription': { values: [2, 20], with: { consumer: SLOW } },
  'pulsar.cluster.dispatcherMaxRoundRobinBatchSize': { values: [1, 20], with: { producer: { arrivals: 'bursts', burst: { size: 30, every: '1s' } }, publish: { batchingEnabled: false }, consumer: { ...TWO, instances: 3 }, consume: { subscriptionType: 'Shared' } }, timeline: [at(1200, 'crash', 'pay/1')] },
  'pulsar.cluster.dispatchThrottlingRatePerTopicInMsg': { values: [5, 0] },
  'pulsar.cluster.activeConsumerFailoverDelayTimeMillis': { values: [100, 900], with: { consume: { subscriptionType: 'Failover' } } },
  'pulsar.cluster.subscriptionKeySharedUseClassicPersistentImplementation': { values: [true, false], with: { consume: KEY_SHARED, consumer: SLOW }, timeline: JOINS },
  'pulsar.cluster.subscriptionKeySharedUseConsistentHashing': { values: [true, false], with: { consume: KEY_SHARED, consumer: TWO } },
  'pulsar.cluster.subscriptionKeySharedConsistentHashingReplicaPoints': { values: [1, 100], with: { consume: KEY_SHARED, consumer: TWO } },
  'pulsar.cluster.keySharedLookAheadMsgInReplayThresholdPerConsumer': { values: [1, 2000], with: { consume: { ...KEY_SHARED, receiverQueueSize: 1 }, consumer: TWO, producer: { rate: 60 } } },
  'pulsar.cluster.keySharedLookAheadMsgInReplayThresholdPerSubscription': { values: [1, 2000], with: { consume: { ...KEY_SHARED, receiverQueueSize: 1 }, consumer: TWO, producer: { rate: 60 } } },
  'pulsar.cluster.delayedDeliveryEnabled': { values: [true, false], with: { publish: { deliverAfter: 1500 } } },
  'pulsar.cluster.delayedDeliveryTickTimeMillis': { values: [1, 1000], with: { publish: { deliverAfter: 1500 } } },
  'pulsar.cluster.isDelayedDeliveryDeliverAtTimeStrict': { values: [true, false], with: { publish: { deliverAfter: 1500 } } },
  'pulsar.cluster.acknowledgmentAtBatchIndexLevelEnabled': { values: [true, false], with: { publish: BATCH, consumer: { ...FAILS, failures: { rate: 0.5 } }, consume: { batchIndexAckEnabled: true } } },
  'pulsar.cluster.managedLedgerDefaultMarkDeleteRateLimit': { values: [0.1, 100], with: { 'pulsar.cluster': { defaultRetentionTimeInMinutes: -1, defaultRetentionSizeInMB: -1 } }, timeline: CRASH },
  'pulsar.cluster.managedLedgerCursorPositionFlushSeconds': { values: [1, 60], with: { 'pulsar.cluster': { managedLedgerDefaultMarkDeleteRateLimit: 0.01 } }, timeline: CRASH },
  'pulsar.cluster.managedLedgerMaxUnackedRangesToPersist': { values: [0, 1000], with: { consumer: { failures: { rate: 0.5 }, serviceTime: '1ms' }, consume: { negativeAckRedeliveryDelayMicros: 60_000_000 } }, timeline: UNLOAD },
  'pulsar.topic.partitions': { values: [0, 3] },
  'pulsar.topic.persistence': { values: ['persistent', 'non-persistent'], with: { consumer: SLOW, consume: { receiverQueueSize: 1 } } },
  'pulsar.topic.name': { values: ['jobs', 'tasks'], timeline: [at(1000, 'set', 'orders', { name: 'jobs' })] },
  'publish.key': { values: [true, false], with: { 'pulsar.topic': { partitions: 3 } } },
  'publish.messageRoutingMode': { values: ['RoundRobinPartition', 'SinglePartition'], with: { 'pulsar.topic': { partitions: 3 }, publish: { key: false } } },
  'publish.hashingScheme': { values: ['JavaStringHash', 'Murmur3_32Hash'], with: { 'pulsar.topic': { partitions: 3 } } },
  'publish.accessMode': { values: ['Shared', 'ExclusiveWithFencing'] },
  'publish.producerName': { values: ['desk', 'shop'] },
  'publish.batchingEnabled': { values: [true, false] },
  'publish.batcherBuilder': { values: ['DEFAULT', 'KEY_BASED'], with: { ...IN_BIG_BATCHES, consume: KEY_SHARED, consumer: { instances: 2 } } },
  'publish.batchingMaxPublishDelayMicros': { values: [1000, 300_000] },
  'publish.batchingMaxMessages': { values: [1, 3], with: { publish: BATCH } },
  'publish.batchingMaxBytes': { values: [512, 2000], with: { publish: BATCH } },
  'publish.sendTimeoutMs': { values: [200, 0], timeline: [at(1000, 'cut', 'in'), at(2000, 'mend', 'in')] },
  'publish.maxPendingMessages': { values: [2, 0], timeline: [at(1000, 'cut', 'in'), at(2000, 'mend', 'in')] },
  'publish.memoryLimitBytes': { values: [1500, 0], timeline: [at(1000, 'cut', 'in'), at(2000, 'mend', 'in')] },
  'publish.blockIfQueueFull': { values: [true, false], with: { publish: { maxPendingMessages: 2 } }, timeline: [at(1000, 'cut', 'in'), at(2000, 'mend', 'in')] },
  'publish.deliverAfter': { values: [0, 1500] },
  'publish.autoUpdatePartitionsInterval': { values: [1, 60], timeline: [at(500, 'set', 'orders', { partitions: 4 })], with: { 'pulsar.topic': { partitions: 1 } } },
  'consume.subscriptionInitialPosition': { values: ['Latest', 'Earliest'], with: { 'pulsar.cluster': { defaultRetentionTimeInMinutes: -1, defaultRetentionSizeInMB: -1 } }, timeline: [at(1000, 'unsubscribe', 'orders')] },
  'consume.priorityLevel': { values: [0, 1], with: { consumer: { instances: 2 } }, timeline: [at(500, 'add-link', 'out2', { from: 'orders', to: 'late', kind: 'consume', config: { subscriptionName: 'pay', subscriptionType: 'Shared', priorityLevel: 0 } })] },
  'consume.receiverQueueSize': { values: [1, 100], with: { consumer: SLOW } },
  'consume.maxTotalReceiverQueueSizeAcrossPartitions': { values: [1, 100], with: { consumer: SLOW } },
  'consume.keySharedMode': { values: ['AUTO_SPLIT', 'STICKY'], with: { consume: { ...KEY_SHARED, stickyHashRanges: '0-30000' } } },
  'consume.stickyHashRanges': { values: ['0-30000', '0-65535'], with: { consume: { ...KEY_SHARED, keySharedMode: 'STICKY' } } },
  'consume.allowOutOfOrderDelivery': { values: [true, false], with: { consume: KEY_SHARED, consumer: SLOW, 'pulsar.cluster': { subscriptionKeySharedUseClassicPersistentImplementation: true } }, timeline: JOINS },
  'consume.ackType': { values: ['Individual', 'Cumulative'], with: { consume: { subscriptionType: 'Exclusive' }, consumer: { concurrency: 4, serviceTime: { exponential: { mean: '100ms' } } } } },
  'consume.acknowledgementsGroupTimeMicros': { values: [0, 300_000] },
  'consume.maxAcknowledgmentGroupSize': { values: [1, 1000], with: { producer: { rate: 100 } } },
  'consume.batchIndexAckEnabled': { values: [true, false], with: { publish: BATCH, consumer: { serviceTime: '50ms' } } },
  'consume.negativeAckRedeliveryDelayMicros': { values: [10_000, 400_000], with: { consumer: FAILS } },
  'consume.negativeAckRedeliveryBackoffMinDelayMs': { values: [0, 20], with: { consumer: FAILS } },
  'consume.negativeAckRedeliveryBackoffMaxDelayMs': { values: [30, 1000], with: { consumer: FAILS, consume: { negativeAckRedeliveryBackoffMinDelayMs: 20 } } },
  'consume.negativeAckRedeliveryBackoffMultiplier': { values: [1, 3], with: { consumer: FAILS, consume: { negativeAckRedeliveryBackoffMinDelayMs: 20 } } },
  'consume.ackTimeoutMillis': { values: [0, 1000], with: { consumer: { serviceTime: '2500ms' } }, until: 6e6 },
  'consume.tickDurationMillis': { values: [100, 1000], with: { consumer: { serviceTime: '1800ms' }, consume: { ackTimeoutMillis: 1000 } } },
  'consume.ackTimeoutRedeliveryBackoffMinDelayMs': { values: [0, 300], with: { consumer: { serviceTime: '1800ms' }, consume: { ackTimeoutMillis: 1000, tickDurationMillis: 100 } } },
  'consume.ackTimeoutRedeliveryBackoffMaxDelayMs': { values: [100, 900], with: { consumer: { serviceTime: '1800ms' }, consume: { ackTimeoutMillis: 1000, tickDurationMillis: 100, ackTimeoutRedeliveryBackoffMinDelayMs: 300 } } },
  'consume.ackTimeoutRedeliveryBackoffMultiplier': { values: [1, 5], with: { producer: { limit: 1 }, consumer: { serviceTime: '9s', concurrency: 8 }, consume: { ackTimeoutMillis: 1000, tickDurationMillis: 100, ackTimeoutRedeliveryBackoffMinDelayMs: 300 } }, until: 6e6 },
  'consume.maxRedeliverCount': { values: [1, 3], with: { consumer: FAILS, consume: { negativeAckRedeliveryDelayMicros: 10_000 } } },
  'consume.deadLetterTopic': { values: ['dead', undefined], with: { consumer: FAILS, consume: DEAD } },
  'consume.initialSubscriptionName': { values: ['undertaker', undefined], with: { consumer: FAILS, consume: DEAD } },
  'consume.retryEnable': { values: [true, false], with: { consumer: FAILS, consume: { ...DEAD, reconsumeLater: '100ms' } } },
  'consume.reconsumeLater': { values: ['100ms', '3s'], with: { 'pulsar.cluster': { delayedDeliveryTickTimeMillis: 1 }, consumer: FAILS, consume: { ...DEAD, retryEnable: true } } },
  'consume.retryLetterTopic': { values: ['dead', undefined], with: { consumer: FAILS, consume: { ...DEAD, retryEnable: true, reconsumeLater: '100ms' } } },
  'consume.autoUpdatePartitionsInterval': { values: [1, 60], timeline: [at(500, 'set', 'orders', { partitions: 4 })], with: { 'pulsar.topic': { partitions: 1 }, publish: { autoUpdatePartitionsInterval: 1 } } },
};
everySettingTellsAnotherHistory(pulsar, models, stage, TRIALS);
