/** A cluster's settings, from the broker's own names and units to the model's. */
import { micros } from '../../base/time.ts';
import { DEFAULTS, type Options, type QuotaPolicy } from './options.ts';

type Config = Readonly<Record<string, unknown>>;
const POLICIES: readonly QuotaPolicy[] = ['producer_request_hold', 'producer_exception', 'consumer_backlog_eviction'];

export function optionsOf(config: Config): Options {
  const number = (name: string, fallback: number): number => (typeof config[name] === 'number' ? config[name] : fallback);
  /** @param unit µs of one; a negative value stays -1 */
  const span = (name: string, unit: number, fallback: number): number => {
    const value = config[name];
    return typeof value !== 'number' ? fallback : value < 0 ? -1 : value * unit;
  };
  const flag = (name: string, fallback: boolean): boolean => (typeof config[name] === 'boolean' ? config[name] : fallback);
  const duration = (name: string, fallback: number): number => (typeof config[name] === 'string' ? micros(config[name]) : fallback);
  const newer = config['version'] !== '4.0';
  return {
    brokers: number('nodes', DEFAULTS.brokers),
    bookies: number('bookies', DEFAULTS.bookies),
    ensembleSize: number('managedLedgerDefaultEnsembleSize', DEFAULTS.ensembleSize),
    writeQuorum: number('managedLedgerDefaultWriteQuorum', DEFAULTS.writeQuorum),
    ackQuorum: number('managedLedgerDefaultAckQuorum', DEFAULTS.ackQuorum),
    journalLatency: duration('journalLatency', DEFAULTS.journalLatency),
    journalJitter: duration('journalJitter', DEFAULTS.journalJitter),
    unloadTime: duration('unloadTime', DEFAULTS.unloadTime),
    sessionTimeout: span('metadataStoreSessionTimeoutMillis', 1000, DEFAULTS.sessionTimeout),
    deduplication: flag('brokerDeduplicationEnabled', DEFAULTS.deduplication),
    deduplicationInactivity: span('brokerDeduplicationProducerInactivityTimeoutMinutes', 60e6, DEFAULTS.deduplicationInactivity),
    retentionTime: span('defaultRetentionTimeInMinutes', 60e6, DEFAULTS.retentionTime),
    retentionBytes: span('defaultRetentionSizeInMB', 1_048_576, DEFAULTS.retentionBytes),
    retentionCheck: span('retentionCheckIntervalInSeconds', 1e6, DEFAULTS.retentionCheck),
    ledgerEntries: number('managedLedgerMaxEntriesPerLedger', DEFAULTS.ledgerEntries),
    ledgerBytes: span('managedLedgerMaxSizePerLedgerMbytes', 1_048_576, DEFAULTS.ledgerBytes),
    ledgerMinTime: span('managedLedgerMinLedgerRolloverTimeMinutes', 60e6, DEFAULTS.ledgerMinTime),
    ledgerMaxTime: span('managedLedgerMaxLedgerRolloverTimeMinutes', 60e6, DEFAULTS.ledgerMaxTime),
    ttl: span('ttlDurationDefaultInSeconds', 1e6, DEFAULTS.ttl),
    expiryCheck: span('messageExpiryCheckIntervalInMinutes', 60e6, DEFAULTS.expiryCheck),
    backlogBytes: number('backlogQuotaDefaultLimitBytes', DEFAULTS.backlogBytes),
    backlogTime: span('backlogQuotaDefaultLimitSecond', 1e6, DEFAULTS.backlogTime),
    preciseBacklogTime: flag('preciseTimeBasedBacklogQuotaCheck', DEFAULTS.preciseBacklogTime),
    backlogPolicy: POLICIES.find((one) => one === config['backlogQuotaDefaultRetentionPolicy']) ?? DEFAULTS.backlogPolicy,
    backlogCheck: span('backlogQuotaCheckIntervalInSeconds', 1e6, DEFAULTS.backlogCheck),
    maxUnackedPerConsumer: number('maxUnackedMessagesPerConsumer', DEFAULTS.maxUnackedPerConsumer),
    maxUnackedPerSubscription: number('maxUnackedMessagesPerSubscription', DEFAULTS.maxUnackedPerSubscription),
    delayedDelivery: flag('delayedDeliveryEnabled', DEFAULTS.delayedDelivery),
    delayedTick: span('delayedDeliveryTickTimeMillis', 1000, DEFAULTS.delayedTick),
    delayedStrict: flag('isDelayedDeliveryDeliverAtTimeStrict', DEFAULTS.delayedStrict),
    failoverDelay: span('activeConsumerFailoverDelayTimeMillis', 1000, DEFAULTS.failoverDelay),
    classicKeyShared: flag('subscriptionKeySharedUseClassicPersistentImplementation', DEFAULTS.classicKeyShared),
    consistentHashing: flag('subscriptionKeySharedUseConsistentHashing', DEFAULTS.consistentHashing),
    replicaPoints: number('subscriptionKeySharedConsistentHashingReplicaPoints', DEFAULTS.replicaPoints),
    lookAheadPerConsumer: number('keySharedLookAheadMsgInReplayThresholdPerConsumer', DEFAULTS.lookAheadPerConsumer),
    lookAheadPerSubscription: number('keySharedLookAheadMsgInReplayThresholdPerSubscription', DEFAULTS.lookAheadPerSubscription),
    batchIndexAck: flag('acknowledgmentAtBatchIndexLevelEnabled', newer),
    autoCreateTopics: flag('allowAutoTopicCreation', DEFAULTS.autoCreateTopics),
    maxMessageSize: number('maxMessageSize', DEFAULTS.maxMessageSize),
    roundRobinBatch: number('dispatcherMaxRoundRobinBatchSize', DEFAULTS.roundRobinBatch),
    markDeleteRate: number('managedLedgerDefaultMarkDeleteRateLimit', DEFAULTS.markDeleteRate),
    cursorFlush: span('managedLedgerCursorPositionFlushSeconds', 1e6, DEFAULTS.cursorFlush),
    maxUnackedRanges: number('managedLedgerMaxUnackedRangesToPersist', DEFAULTS.maxUnackedRanges),
    dispatchRate: number('dispatchThrottlingRatePerTopicInMsg', DEFAULTS.dispatchRate),
  };
}
