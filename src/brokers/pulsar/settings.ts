/** The settings of a cluster, its topics and its clients, under Pulsar's own names, units and defaults. */
import type { ScenarioLink } from '../../scenario/document.ts';
import type { Applies, Field, Fields } from '../../scenario/fields.ts';

export const DOC = 'https://pulsar.apache.org/docs/4.0.x';
const REFERENCE = 'https://pulsar.apache.org/reference/#/4.0.x';
const BROKER = `${REFERENCE}/config/reference-configuration-broker`;
const CONSUMER = `${REFERENCE}/client/client-configuration-consumer`;
const PRODUCER = `${REFERENCE}/client/client-configuration-producer`;
const MESSAGING = `${DOC}/concepts-messaging`;
const LIVE: Applies = { how: 'live' };
const DYNAMIC: Applies = { how: 'live', says: 'Holds from the next time that brokers look at it.' };
const RESTART: Applies = { how: 'restart', says: 'Taken when the cluster is made: change it at the start.' };
const RECREATE: Applies = { how: 'recreate', says: 'Another name is another topic: the old one is deleted with what it holds.' };
const BUILT: Applies = { how: 'reconnect', says: 'Given to the builder: the client closes and is built anew.' };
const MOST = 2_000_000_000;
const DAYS = 86_400_000;

const int = (help: string, doc: string, fallback: number, more: Partial<Field> = {}): Field => ({ type: 'integer', help, min: 0, max: MOST, default: fallback, applies: LIVE, doc, ...more }) as Field;
const flag = (help: string, doc: string, fallback: boolean, more: Partial<Field> = {}): Field => ({ type: 'flag', help, default: fallback, applies: LIVE, doc, ...more }) as Field;
const text = (help: string, doc: string, more: Partial<Field> = {}): Field => ({ type: 'text', help, maxLength: 255, optional: true, applies: LIVE, doc, ...more }) as Field;
const span = (help: string, fallback: string, more: Partial<Field> = {}): Field => ({ type: 'duration', help, min: 0, max: 3600e6, default: fallback, applies: LIVE, ...more }) as Field;
const broker = (help: string, fallback: number, more: Partial<Field> = {}): Field => int(help, BROKER, fallback, { applies: DYNAMIC, ...more });

/** Every link takes time. */
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '1ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
const STORAGE = 'Storage';
const POLICY = 'Retention and quotas';
const LEDGERS = 'Ledgers';
const KEY_SHARED = 'Key_Shared';
const DISPATCH = 'Dispatch';
const CURSOR = 'Cursors';
const DELAYED = 'Delayed delivery';
export const cluster: Fields = {
  version: { type: 'choice', help: 'whose defaults hold: from 4.1 on, acknowledgments count for single messages of a batch', options: ['4.2.4', '4.0'], default: '4.2.4', applies: RESTART, doc: 'https://pulsar.apache.org/release-notes/versioned/pulsar-4.1.0/' },
  nodes: int('brokers: each topic, or partition, is served by one of them', `${DOC}/concepts-architecture-overview/#brokers`, 3, { label: 'brokers', min: 1, max: 20, applies: RESTART }),
  bookies: int('servers that keep the entries', `${DOC}/concepts-architecture-overview/#apache-bookkeeper`, 3, { min: 1, max: 20, applies: RESTART, group: STORAGE }),
  managedLedgerDefaultEnsembleSize: broker('bookies over which a topic is spread; fewer that are up, and nothing can be written', 2, { min: 1, max: 20, group: STORAGE }),
  managedLedgerDefaultWriteQuorum: broker('copies of each entry', 2, { min: 1, max: 20, group: STORAGE }),
  managedLedgerDefaultAckQuorum: broker('copies that must be written before a producer gets its receipt', 2, { min: 1, max: 20, group: STORAGE }),
  journalLatency: span('until a bookie has an entry in its journal', '2ms', { label: 'journal latency', group: STORAGE }),
  journalJitter: span('up to so much more, drawn for each entry and bookie', '0us', { label: 'journal jitter', group: STORAGE }),
  metadataStoreSessionTimeoutMillis: broker('until the others notice that a broker is dead, and take its topics', 30_000, { unit: 'ms', group: 'Brokers' }),
  unloadTime: span('how long a topic that moves to another broker is served by nobody', '500ms', { label: 'unload time', group: 'Brokers' }),
  allowAutoTopicCreation: flag('a topic that a client asks for, a dead letter topic too, is made when it does not exist', BROKER, true, { applies: DYNAMIC, group: 'Brokers' }),
  maxMessageSize: broker('of one message', 5_242_880, { min: 1, unit: 'bytes', group: 'Brokers' }),
  brokerDeduplicationEnabled: flag('what a producer sends again after a lost connection is not stored again', `${MESSAGING}/#message-deduplication`, false, { applies: DYNAMIC, group: 'Deduplication' }),
  brokerDeduplicationProducerInactivityTimeoutMinutes: broker('a producer that is silent for so long is forgotten', 360, { min: 1, unit: 'min', when: { field: 'brokerDeduplicationEnabled', is: [true] }, group: 'Deduplication' }),
  defaultRetentionTimeInMinutes: broker('acknowledged messages stay so long; 0 = they may go at once, -1 = for ever', 0, { min: -1, max: 10_000_000, unit: 'min', doc: `${DOC}/cookbooks-retention-expiry/#retention-policies`, group: POLICY }),
  defaultRetentionSizeInMB: broker('and so many of them at most; -1 = no limit', 0, { min: -1, unit: 'MB', doc: `${DOC}/cookbooks-retention-expiry/#retention-policies`, group: POLICY }),
  retentionCheckIntervalInSeconds: broker('how often that is looked at', 120, { min: 1, max: 86_400, unit: 's', group: POLICY }),
  managedLedgerMaxEntriesPerLedger: broker('a ledger with so many entries is closed; what all subscriptions have acknowledged goes with its whole ledger, once that is closed', 50_000, { min: 1, group: LEDGERS }),
  managedLedgerMaxSizePerLedgerMbytes: broker('or with so many MB', 2048, { min: 1, unit: 'MB', group: LEDGERS }),
  managedLedgerMinLedgerRolloverTimeMinutes: broker('but not before it is so old; 0 = at once', 10, { max: 100_000, unit: 'min', group: LEDGERS }),
  managedLedgerMaxLedgerRolloverTimeMinutes: broker('and when it is so old, however little it has', 240, { min: 1, max: 100_000, unit: 'min', group: LEDGERS }),
  ttlDurationDefaultInSeconds: broker('what is not acknowledged for so long is acknowledged by the broker; 0 = never', 0, { max: 100_000_000, unit: 's', doc: `${DOC}/cookbooks-retention-expiry/#time-to-live-ttl`, group: POLICY }),
  messageExpiryCheckIntervalInMinutes: broker('how often that is looked at', 5, { min: 1, max: 1440, unit: 'min', group: POLICY }),
  backlogQuotaDefaultLimitBytes: broker('of the largest backlog of a topic; -1 = no limit', -1, { min: -1, unit: 'bytes', doc: `${DOC}/cookbooks-retention-expiry/#backlog-quotas`, group: POLICY }),
  backlogQuotaDefaultLimitSecond: broker('age of the oldest message that is not acknowledged; -1 = no limit', -1, { min: -1, max: 100_000_000, unit: 's', doc: `${DOC}/cookbooks-retention-expiry/#backlog-quotas`, group: POLICY }),
  preciseTimeBasedBacklogQuotaCheck: flag('age of the message itself; off: messages of the ledger that is written to have no age, others have been as old since it was closed', BROKER, false, { applies: DYNAMIC, group: POLICY }),
  backlogQuotaDefaultRetentionPolicy: {
    type: 'choice',
    help: 'hold: producers wait, and their sends time out; exception: their sends fail; eviction: the oldest messages of the slowest subscription are gone',
    options: ['producer_request_hold', 'producer_exception', 'consumer_backlog_eviction'],
    default: 'producer_request_hold',
    applies: DYNAMIC,
    doc: `${DOC}/cookbooks-retention-expiry/#backlog-quotas`,
    group: POLICY,
  },
  backlogQuotaCheckIntervalInSeconds: broker('how often quotas are looked at: until then there may be more', 60, { min: 1, max: 86_400, unit: 's', group: POLICY }),
  maxUnackedMessagesPerConsumer: broker('with so many unacknowledged a shared consumer gets nothing more, until half are; 0 = no limit', 50_000, { group: DISPATCH }),
  maxUnackedMessagesPerSubscription: broker('of all its consumers together', 200_000, { group: DISPATCH }),
  dispatcherMaxRoundRobinBatchSize: broker('entries that a shared consumer gets before it is the next one’s turn', 20, { min: 1, group: DISPATCH }),
  dispatchThrottlingRatePerTopicInMsg: broker('messages a second that a topic gives out; 0 = no limit', 0, { unit: '/s', group: DISPATCH }),
  activeConsumerFailoverDelayTimeMillis: broker('a new active consumer of a failover subscription is served after so long', 1000, { max: DAYS, unit: 'ms', group: DISPATCH }),
  subscriptionKeySharedUseClassicPersistentImplementation: flag('the dispatcher from before 4.0: a consumer that joins gets nothing new until all that was sent before is acknowledged', BROKER, false, { applies: { how: 'live', says: 'Holds when the first consumer connects.' }, group: KEY_SHARED }),
  subscriptionKeySharedUseConsistentHashing: flag('points on a ring; off: a consumer that joins takes half of the largest range', BROKER, true, { applies: { how: 'live', says: 'Holds when the first consumer connects.' }, group: KEY_SHARED }),
  subscriptionKeySharedConsistentHashingReplicaPoints: broker('points of each consumer on the ring', 100, { min: 1, max: 1000, applies: { how: 'live', says: 'Holds when the first consumer connects.' }, when: { field: 'subscriptionKeySharedUseConsistentHashing', is: [true] }, group: KEY_SHARED }),
  keySharedLookAheadMsgInReplayThresholdPerConsumer: broker('messages that are read ahead for each consumer while others cannot take theirs', 2000, { min: 1, group: KEY_SHARED }),
  keySharedLookAheadMsgInReplayThresholdPerSubscription: broker('of a subscription', 20_000, { min: 1, group: KEY_SHARED }),
  delayedDeliveryEnabled: flag('off: what is to be delivered later is delivered at once', `${MESSAGING}/#delayed-message-delivery`, true, { applies: DYNAMIC, group: DELAYED }),
  delayedDeliveryTickTimeMillis: broker('how exact it is', 1000, { min: 1, max: DAYS, unit: 'ms', doc: `${MESSAGING}/#delayed-message-delivery`, group: DELAYED }),
  isDelayedDeliveryDeliverAtTimeStrict: flag('never before its time; off: up to a tick before', BROKER, false, { applies: DYNAMIC, group: DELAYED }),
  acknowledgmentAtBatchIndexLevelEnabled: { type: 'flag', help: 'brokers count acknowledgments of single messages of a batch; on from 4.1 unless set', optional: true, applies: DYNAMIC, doc: BROKER, group: CURSOR },
  managedLedgerDefaultMarkDeleteRateLimit: { type: 'number', help: 'how often a second a cursor’s position is written: acknowledgments since then are lost with the broker', min: 0.01, max: 1000, default: 1, applies: DYNAMIC, doc: BROKER, group: CURSOR },
  managedLedgerCursorPositionFlushSeconds: broker('a position that stays unwritten is written after so long', 60, { min: 1, max: 86_400, unit: 's', group: CURSOR }),
  managedLedgerMaxUnackedRangesToPersist: broker('ranges of acknowledged messages that survive the broker; those beyond come again', 10_000, { group: CURSOR }),
};
export const topic: Fields = {
  partitions: int('0 = one topic without partitions; more can be added, none taken away', `${MESSAGING}/#partitioned-topics`, 0, { max: 64, applies: { how: 'live', says: 'Partitions can only be added: keys change theirs, and order is lost.' } }),
  persistence: { type: 'choice', help: 'non-persistent: nothing is kept; who has no room for a message does not get it', options: ['persistent', 'non-persistent'], default: 'persistent', applies: { how: 'recreate', says: 'Part of the name: taken when the topic is made.' }, doc: `${MESSAGING}/#non-persistent-topics` },
  name: text('of the topic; empty = its id', `${MESSAGING}/#topics`, { applies: RECREATE }),
};
const BATCHES = { field: 'batchingEnabled', is: [true] };
const BATCHING = 'Batches';
const QUEUE = 'Send queue';
export const produce: Fields = {
  key: flag('messages carry their key; off: they have none', `${MESSAGING}/#ordering-key`, true, { label: 'with key' }),
  messageRoutingMode: { type: 'choice', help: 'to which partition a message without a key goes: each in turn, or one that is drawn at the start', options: ['RoundRobinPartition', 'SinglePartition'], default: 'RoundRobinPartition', applies: LIVE, doc: `${MESSAGING}/#routing-modes`, when: { field: 'key', is: [false] } },
  hashingScheme: { type: 'choice', help: 'from the key to the partition', options: ['JavaStringHash', 'Murmur3_32Hash'], default: 'JavaStringHash', applies: LIVE, doc: PRODUCER, when: { field: 'key', is: [true] } },
  accessMode: { type: 'choice', help: 'Exclusive: nobody else may produce; with fencing it throws the others out; WaitForExclusive waits until they are gone', options: ['Shared', 'Exclusive', 'ExclusiveWithFencing', 'WaitForExclusive'], default: 'Shared', applies: BUILT, doc: `${MESSAGING}/#access-mode` },
  producerName: text('two producers of one name: the second is refused; deduplication goes by it', PRODUCER, { applies: BUILT }),
  batchingEnabled: flag('messages go together, as one entry', `${MESSAGING}/#batching`, true, { group: BATCHING }),
  batcherBuilder: { type: 'choice', help: 'KEY_BASED: a batch has messages of one key only; DEFAULT: Key_Shared gives the whole batch to the consumer of its first key', options: ['DEFAULT', 'KEY_BASED'], default: 'DEFAULT', applies: LIVE, doc: `${MESSAGING}/#key_shared`, when: BATCHES, group: BATCHING },
  batchingMaxPublishDelayMicros: int('a batch goes after so long', PRODUCER, 1000, { min: 1000, unit: 'µs', when: BATCHES, group: BATCHING }),
  batchingMaxMessages: int('or with so many messages', PRODUCER, 1000, { min: 1, when: BATCHES, group: BATCHING }),
  batchingMaxBytes: int('or with so many bytes', PRODUCER, 131_072, { min: 1, unit: 'bytes', when: BATCHES, group: BATCHING }),
  sendTimeoutMs: int('without a receipt for so long all that waits is given up; 0 = never', PRODUCER, 30_000, { max: DAYS, unit: 'ms', group: QUEUE }),
  maxPendingMessages: int('messages without a receipt, for each partition; 0 = no limit but memory', PRODUCER, 0, { group: QUEUE }),
  memoryLimitBytes: int('of messages without a receipt, and one more; 0 = no limit', `${REFERENCE}/client/client-configuration-client`, 67_108_864, { unit: 'bytes', group: QUEUE }),
  blockIfQueueFull: flag('send() blocks when the queue is full; off: it fails', PRODUCER, false, { group: QUEUE }),
  deliverAfter: int('each message is delivered so much later; shared subscriptions only', `${MESSAGING}/#delayed-message-delivery`, 0, { unit: 'ms' }),
  autoUpdatePartitionsInterval: int('partitions that were added are seen after so long', PRODUCER, 60, { min: 1, max: 86_400, unit: 's' }),
  ...network,
};
const SHARED = { field: 'subscriptionType', is: ['Shared', 'Key_Shared'] };
const SINGLE = { field: 'subscriptionType', is: ['Exclusive', 'Failover'] };
const KEYED = { field: 'subscriptionType', is: ['Key_Shared'] };
const ACK = 'Acknowledgment';
const AGAIN = 'Redelivery';
const DEAD = 'Dead letters';
const RETRY = { field: 'retryEnable', is: [true] };
export const consume: Fields = {
  subscriptionName: text('consumers of one name share what it has to read; a durable subscription stays when they are gone', CONSUMER, { default: 'subscription', optional: false, applies: BUILT }),
  subscriptionType: {
    type: 'choice',
    help: 'Exclusive: one consumer; Failover: one, and others stand by; Shared: each message to any of them; Key_Shared: each key to one of them',
    options: ['Exclusive', 'Failover', 'Shared', 'Key_Shared'],
    default: 'Exclusive',
    applies: BUILT,
    doc: `${MESSAGING}/#subscription-types`,
  },
  subscriptionInitialPosition: { type: 'choice', help: 'where a subscription begins when its first consumer makes it', options: ['Latest', 'Earliest'], default: 'Latest', applies: BUILT, doc: CONSUMER },
  priorityLevel: int('0 is the highest: others get something only when these have no room (Shared), or are gone (Failover)', `${MESSAGING}/#failover`, 0, { max: 100, applies: BUILT }),
  receiverQueueSize: int('messages that it takes in advance, of each partition; 0 = none', CONSUMER, 1000, { max: 1_000_000, group: 'Queue', applies: BUILT }),
  maxTotalReceiverQueueSizeAcrossPartitions: int('of all partitions together', CONSUMER, 50_000, { min: 1, group: 'Queue', applies: BUILT }),
  keySharedMode: { type: 'choice', help: 'AUTO_SPLIT: the broker shares hashes out; STICKY: each consumer names its own', options: ['AUTO_SPLIT', 'STICKY'], default: 'AUTO_SPLIT', applies: BUILT, doc: `${MESSAGING}/#key_shared`, when: KEYED, group: KEY_SHARED },
  stickyHashRanges: text('ranges of hashes, 0 to 65535: 0-32767 40000-50000', `${MESSAGING}/#sticky`, { applies: BUILT, when: { field: 'keySharedMode', is: ['STICKY'] }, group: KEY_SHARED }),
  allowOutOfOrderDelivery: flag('a hash that changes hands need not wait for what its old consumer has', `${MESSAGING}/#key_shared`, false, { applies: BUILT, when: KEYED, group: KEY_SHARED }),
  ackType: { type: 'choice', help: 'Cumulative: an acknowledgment covers everything before', options: ['Individual', 'Cumulative'], default: 'Individual', applies: LIVE, doc: `${MESSAGING}/#acknowledgment`, when: SINGLE, group: ACK },
  acknowledgementsGroupTimeMicros: int('acknowledgments are sent together after so long; 0 = each at once. A crash loses those that wait', CONSUMER, 100_000, { unit: 'µs', group: ACK }),
  maxAcknowledgmentGroupSize: int('or when so many wait', CONSUMER, 1000, { min: 1, group: ACK }),
  batchIndexAckEnabled: flag('acknowledges single messages of a batch, which brokers of 4.0 ignore unless set; off: a batch comes again as a whole', `${MESSAGING}/#acknowledgment-at-batch-index-level`, true, { label: 'enableBatchIndexAcknowledgment', group: ACK }),
  negativeAckRedeliveryDelayMicros: int('what failed comes again after so long', CONSUMER, 60_000_000, { unit: 'µs', group: AGAIN }),
  negativeAckRedeliveryBackoffMinDelayMs: int('instead: so long the first time, and longer each time; 0 = not', `${MESSAGING}/#negative-redelivery-backoff`, 0, { max: DAYS, unit: 'ms', group: AGAIN }),
  negativeAckRedeliveryBackoffMaxDelayMs: int('at most', `${MESSAGING}/#negative-redelivery-backoff`, 600_000, { max: DAYS, unit: 'ms', group: AGAIN }),
  negativeAckRedeliveryBackoffMultiplier: { type: 'number', help: 'times longer', min: 1, max: 100, default: 2, applies: LIVE, doc: `${MESSAGING}/#negative-redelivery-backoff`, group: AGAIN },
  ackTimeoutMillis: int('what is not acknowledged for so long comes again, worked on or not; 0 = never, at least 1000', CONSUMER, 0, { max: DAYS, unit: 'ms', group: AGAIN }),
  tickDurationMillis: int('how exact that is', CONSUMER, 1000, { min: 1, max: DAYS, unit: 'ms', group: AGAIN }),
  ackTimeoutRedeliveryBackoffMinDelayMs: int('instead: so long the first time, and longer each time; 0 = not', `${MESSAGING}/#acknowledgment-timeout`, 0, { max: DAYS, unit: 'ms', group: AGAIN }),
  ackTimeoutRedeliveryBackoffMaxDelayMs: int('at most', `${MESSAGING}/#acknowledgment-timeout`, 600_000, { max: DAYS, unit: 'ms', group: AGAIN }),
  ackTimeoutRedeliveryBackoffMultiplier: { type: 'number', help: 'times longer', min: 1, max: 100, default: 2, applies: LIVE, doc: `${MESSAGING}/#acknowledgment-timeout`, group: AGAIN },
  maxRedeliverCount: int('after so many redeliveries the client publishes a message to the dead letter topic and acknowledges it; empty = never', `${MESSAGING}/#dead-letter-topic`, 0, {
    min: 1,
    default: undefined,
    optional: true,
    label: 'deadLetterPolicy.maxRedeliverCount',
    when: SHARED,
    group: DEAD,
  } as Partial<Field>),
  deadLetterTopic: text('empty = {topic}-{subscription}-DLQ', `${MESSAGING}/#dead-letter-topic`, { label: 'deadLetterPolicy.deadLetterTopic', when: SHARED, group: DEAD }),
  initialSubscriptionName: text('a subscription that is made with the dead letter topic: without any, what goes there is deleted at once', `${MESSAGING}/#dead-letter-topic`, { label: 'deadLetterPolicy.initialSubscriptionName', when: SHARED, group: DEAD }),
  retryEnable: flag('what failed is put off to the retry letter topic (reconsumeLater), which the consumer reads, too', `${MESSAGING}/#retry-letter-topic`, false, { applies: BUILT, when: SHARED, group: DEAD }),
  reconsumeLater: span('for so long', '10s', { label: 'reconsumeLater delay', doc: `${MESSAGING}/#retry-letter-topic`, when: RETRY, group: DEAD }),
  retryLetterTopic: text('empty = {topic}-{subscription}-RETRY', `${MESSAGING}/#retry-letter-topic`, { label: 'deadLetterPolicy.retryLetterTopic', applies: BUILT, when: RETRY, group: DEAD }),
  autoUpdatePartitionsInterval: int('partitions that were added are seen after so long', CONSUMER, 60, { min: 1, max: 86_400, unit: 's' }),
  ...network,
};

const BUILDER = [produce, consume].map((fields) => Object.entries(fields).flatMap(([name, field]) => (field.applies.how === 'reconnect' ? [name] : [])));
/** Whether a client has to be built anew. */
export function needsReconnect(was: ScenarioLink | undefined, is: ScenarioLink | undefined): boolean {
  return was !== undefined && is !== undefined && (BUILDER[is.kind === 'consume' ? 1 : 0] ?? []).some((name) => was.config?.[name] !== is.config?.[name]);
}
