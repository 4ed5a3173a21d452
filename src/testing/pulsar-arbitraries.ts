/** Random but legal Pulsar scenarios: topics, subscriptions, settings, faults, interventions and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';

const TYPES = ['Exclusive', 'Failover', 'Shared', 'Shared', 'Key_Shared', 'Key_Shared'];
const cluster = (d: Dice): ScenarioNode => ({
  id: 'pulsar',
  kind: 'pulsar.cluster',
  config: {
    metadataStoreSessionTimeoutMillis: d.pick([100, 800]),
    unloadTime: d.pick(['10ms', '300ms']),
    activeConsumerFailoverDelayTimeMillis: d.pick([0, 200]),
    ...d.some({
      version: [0.3, () => '4.0'],
      nodes: [0.5, () => d.between(1, 3)],
      bookies: [0.5, () => d.between(1, 4)],
      managedLedgerDefaultEnsembleSize: [0.4, () => d.between(1, 3)],
      managedLedgerDefaultWriteQuorum: [0.4, () => d.between(1, 3)],
      managedLedgerDefaultAckQuorum: [0.4, () => d.between(1, 3)],
      journalJitter: [0.5, () => '20ms'],
      allowAutoTopicCreation: [0.2, () => false],
      brokerDeduplicationEnabled: [0.4, () => true],
      defaultRetentionTimeInMinutes: [0.3, () => -1],
      defaultRetentionSizeInMB: [0.3, () => d.pick([-1, 1])],
      retentionCheckIntervalInSeconds: [0.5, () => 1],
      ttlDurationDefaultInSeconds: [0.2, () => d.between(1, 2)],
      messageExpiryCheckIntervalInMinutes: [0.9, () => 1],
      backlogQuotaDefaultLimitBytes: [0.2, () => d.between(500, 20_000)],
      backlogQuotaDefaultLimitSecond: [0.2, () => 1],
      backlogQuotaDefaultRetentionPolicy: [0.8, () => d.pick(['producer_request_hold', 'producer_exception', 'consumer_backlog_eviction'])],
      backlogQuotaCheckIntervalInSeconds: [0.9, () => 1],
      maxUnackedMessagesPerConsumer: [0.3, () => d.between(1, 8)],
      maxUnackedMessagesPerSubscription: [0.3, () => d.between(1, 12)],
      dispatcherMaxRoundRobinBatchSize: [0.4, () => d.between(1, 5)],
      dispatchThrottlingRatePerTopicInMsg: [0.2, () => d.between(1, 40)],
      subscriptionKeySharedUseClassicPersistentImplementation: [0.4, () => true],
      subscriptionKeySharedUseConsistentHashing: [0.3, () => false],
      keySharedLookAheadMsgInReplayThresholdPerConsumer: [0.3, () => d.between(1, 10)],
      delayedDeliveryEnabled: [0.1, () => false],
      delayedDeliveryTickTimeMillis: [0.6, () => d.pick([1, 100])],
      isDelayedDeliveryDeliverAtTimeStrict: [0.5, () => true],
      managedLedgerDefaultMarkDeleteRateLimit: [0.5, () => d.pick([0.2, 10])],
      managedLedgerCursorPositionFlushSeconds: [0.3, () => 1],
      managedLedgerMaxUnackedRangesToPersist: [0.3, () => d.between(0, 3)],
    }),
  },
});
const publishing = (d: Dice) => ({
  ...d.some({
    key: [0.2, () => false],
    messageRoutingMode: [0.3, () => 'SinglePartition'],
    hashingScheme: [0.3, () => 'Murmur3_32Hash'],
    accessMode: [0.25, () => d.pick(['Exclusive', 'ExclusiveWithFencing', 'WaitForExclusive'])],
    producerName: [0.1, () => 'one'],
    batchingEnabled: [0.4, () => false],
    batcherBuilder: [0.4, () => 'KEY_BASED'],
    batchingMaxPublishDelayMicros: [0.5, () => d.pick([1000, 100_000, 400_000])],
    batchingMaxMessages: [0.4, () => d.between(1, 6)],
    sendTimeoutMs: [0.4, () => d.pick([0, 200, 2000])],
    maxPendingMessages: [0.4, () => d.between(1, 10)],
    blockIfQueueFull: [0.5, () => true],
    deliverAfter: [0.25, () => d.pick([50, 900])],
  }),
  ...wire(d),
});
const reading = (d: Dice, subscriptionName: string) => ({
  subscriptionName,
  subscriptionType: d.pick(TYPES),
  ...d.some({
    subscriptionInitialPosition: [0.4, () => 'Earliest'],
    priorityLevel: [0.2, () => d.below(2)],
    receiverQueueSize: [0.6, () => d.pick([0, 1, 3, 20])],
    keySharedMode: [0.2, () => 'STICKY'],
    stickyHashRanges: [0.5, () => d.pick(['0-32767', '32768-65535', '5-1', '0-65535'])],
    allowOutOfOrderDelivery: [0.2, () => true],
    ackType: [0.4, () => 'Cumulative'],
    acknowledgementsGroupTimeMicros: [0.5, () => d.pick([0, 400_000])],
    maxAcknowledgmentGroupSize: [0.3, () => d.between(1, 5)],
    batchIndexAckEnabled: [0.5, () => true],
    ackTimeoutMillis: [0.3, () => 1000],
    tickDurationMillis: [0.5, () => 100],
    ackTimeoutRedeliveryBackoffMinDelayMs: [0.2, () => 100],
    maxRedeliverCount: [0.5, () => d.between(1, 3)],
    deadLetterTopic: [0.5, () => d.pick(['t0', 't1', 'nowhere'])],
    initialSubscriptionName: [0.4, () => 'undertaker'],
    retryEnable: [0.3, () => true],
    reconsumeLater: [0.9, () => d.pick(['0s', '300ms'])],
    negativeAckRedeliveryBackoffMinDelayMs: [0.3, () => 20],
  }),
  negativeAckRedeliveryDelayMicros: d.pick([0, 1000, 200_000]),
  autoUpdatePartitionsInterval: 1,
  ...wire(d),
});
export function randomPulsarScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const nodes: ScenarioNode[] = [cluster(d)];
  const links: ScenarioLink[] = [];
  const topics = Array.from({ length: d.between(1, 3) }, (_, i) => `t${i}`);
  for (const id of topics) nodes.push({ id, kind: 'pulsar.topic', parent: 'pulsar', config: d.some({ partitions: [0.5, () => d.between(0, 3)], persistence: [0.12, () => 'non-persistent'], name: [0.08, () => 'same'] }) });
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(producer(d, `p${i}`));
    links.push({ id: `l${links.length}`, kind: 'publish', from: `p${i}`, to: d.pick(topics), config: publishing(d) });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    for (const from of new Set([d.pick(topics), d.pick(topics)])) links.push({ id: `l${links.length}`, kind: 'consume', from, to: `c${i}`, config: reading(d, d.pick(['a', 'b'])) });
  }
  const timeline = Array.from({ length: d.below(10) }, (_, i) => happening(d, i, nodes, links));
  return seeded(d, seed, { nodes, links, timeline });
}
function happening(d: Dice, i: number, nodes: readonly ScenarioNode[], links: readonly ScenarioLink[]): TimelineEntry {
  const entry = entryAt(`${d.between(1, 4500)}ms`);
  const one = (kind: string) => d.pick(nodes.filter((n) => n.kind === kind)).id;
  const [topic, c, p] = [one('pulsar.topic'), one('consumer'), one('producer')];
  const link = d.pick(links);
  const node = `pulsar/node-${d.between(1, 3)}`;
  const kind = d.below(COMMON + 12);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link: link.id });
  const subscription = d.pick(['a', 'b', '']);
  switch (kind - COMMON) {
    case 0:
      return entry('lose-next-ack', d.chance(0.5) ? `${c}/1` : c);
    case 1:
      return entry('stop-node', node);
    case 2:
      return entry('start-node', node);
    case 3:
      return entry(d.pick(['stop-cluster', 'start-cluster']), 'pulsar');
    case 4:
      return entry('stop-bookie', 'pulsar', { bookie: d.between(1, 3) });
    case 5:
      return entry(d.pick(['start-bookie', 'slow-bookie', 'bookies-at-speed']), 'pulsar');
    case 6:
      return entry('unload-topic', topic);
    case 7:
      return entry('reset-cursor', topic, { subscription, to: d.pick(['earliest', 'latest']) });
    case 8:
      return entry(d.pick(['clear-backlog', 'unsubscribe']), topic, { subscription });
    case 9:
      return link.kind === 'consume' ? entry('set', link.id, { subscriptionType: d.pick(TYPES), receiverQueueSize: d.pick([1, 50]) }) : entry('set', link.id, { batchingEnabled: d.chance(0.5), accessMode: d.pick(['Shared', 'ExclusiveWithFencing']) });
    case 10:
      return entry('set', topic, d.chance(0.6) ? { partitions: d.between(1, 5) } : { name: d.pick(['other', null]) });
    default:
      return d.chance(0.5) ? entry('remove-link', link.id) : d.chance(0.5) ? entry('remove-node', d.pick([topic, c, p, 'pulsar'])) : entry('add-node', `extra${i}`, { kind: 'pulsar.topic', parent: 'pulsar' });
  }
}
