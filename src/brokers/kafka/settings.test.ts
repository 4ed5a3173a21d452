/** Kafka's settings, on one small system. */
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { at, type Config, type Configs, everySettingTellsAnotherHistory, type Trial } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { kafka } from './descriptor.ts';

const models = await loadModels(['kafka']);

function stage(configs: Configs, timeline: readonly TimelineEntry[]): Scenario {
  const c = (id: string, base: Config = {}) => ({ ...base, ...configs[id] });
  return {
    version: 1,
    title: 'settings',
    seed: 5,
    nodes: [
      { id: 'producer', kind: 'producer', config: c('producer', { rate: 50, keys: { count: 6 } }) },
      { id: 'kafka.cluster', kind: 'kafka.cluster', config: c('kafka.cluster', { 'group.initial.rebalance.delay.ms': 100 }) },
      { id: 'kafka.topic', kind: 'kafka.topic', parent: 'kafka.cluster', config: c('kafka.topic') },
      { id: 'other', kind: 'kafka.topic', parent: 'kafka.cluster' },
      { id: 'consumer', kind: 'consumer', config: c('consumer', { instances: 2, serviceTime: '10ms' }) },
      { id: 'second', kind: 'consumer', config: { serviceTime: '10ms' } },
    ],
    links: [
      { id: 'publish', kind: 'publish', from: 'producer', to: 'kafka.topic', config: c('publish') },
      { id: 'consume', kind: 'consume', from: 'kafka.topic', to: 'consumer', config: c('consume', { 'group.id': 'one', 'auto.offset.reset': 'earliest' }) },
      { id: 'rest', kind: 'consume', from: 'other', to: 'second', config: c('rest', { 'group.id': 'rest', 'auto.offset.reset': 'earliest' }) },
    ],
    timeline,
  };
}
const MANUAL: Configs = { consume: { 'group.id': 'one', 'auto.offset.reset': 'earliest', 'enable.auto.commit': false } };
const consuming = (more: Config): Configs => ({ consume: { ...MANUAL['consume'], ...more } });
const MODERN: Configs = { consume: { 'group.id': 'one', 'auto.offset.reset': 'earliest', 'group.protocol': 'consumer' } };
const sharing = (more: Config): Configs => ({ 'kafka.cluster': { 'group.share.heartbeat.interval.ms': 1000 }, consume: { 'group.id': 'one', 'group.protocol': 'share', 'share.auto.offset.reset': 'earliest', ...more } });
const REFUSED = [at(500, 'refuse-next-produce', 'kafka.topic'), at(510, 'refuse-next-produce', 'kafka.topic'), at(700, 'refuse-next-produce', 'kafka.topic')];
const CRASH = [at(1000, 'crash', 'consumer/1'), at(1500, 'restart', 'consumer/1')];
const KILL = [at(800, 'stop-node', 'kafka.cluster/node-1'), at(2500, 'start-node', 'kafka.cluster/node-1')];
const CUT = [at(600, 'cut', 'publish'), at(2400, 'mend', 'publish')];
const SMALL: Config = { 'segment.ms': 200, 'retention.ms': 300 };
const OFTEN: Config = { 'group.initial.rebalance.delay.ms': 2500, 'log.retention.check.interval.ms': 200 };
const GROWS = [at(500, 'set', 'kafka.topic', { partitions: 6 })];
const UNEVEN: Configs = { publish: { keyed: false, 'batch.size': 100, 'linger.ms': 0, 'max.in.flight.requests.per.connection': 2 } };
const FROZEN = [at(600, 'freeze-node', 'kafka.cluster/node-1'), at(2400, 'node-goes-on', 'kafka.cluster/node-1')];

const OUTAGE = [at(800, 'stop-cluster', 'kafka.cluster'), at(4000, 'start-cluster', 'kafka.cluster')];
/** One broker after the other is away. */
const ROLLING = [1, 2, 3].flatMap((n) => [at(n * 1000, 'shut-down-node', `kafka.cluster/node-${n}`), at(n * 1000 + 500, 'start-node', `kafka.cluster/node-${n}`)]);

const TRIALS: Readonly<Record<string, Trial>> = {
  'kafka.cluster.nodes': { values: [3, 1] },
  'kafka.cluster.replica.lag.time.max.ms': { values: [300, 30_000], with: { 'kafka.topic': { 'min.insync.replicas': 3 } }, timeline: [at(500, 'stall-replication', 'kafka.cluster/node-2')] },
  'kafka.cluster.broker.session.timeout.ms': { values: [500, 5000], timeline: KILL, until: 8e6 },
  'kafka.cluster.eligible.leader.replicas': {
    values: [true, false],
    with: { 'kafka.cluster': { 'broker.session.timeout.ms': 300 }, 'kafka.topic': { 'min.insync.replicas': 2 }, publish: { acks: '1' } },
    timeline: [at(400, 'shut-down-node', 'kafka.cluster/node-1'), at(800, 'shut-down-node', 'kafka.cluster/node-2'), at(1200, 'stop-node', 'kafka.cluster/node-3'), at(1800, 'start-node', 'kafka.cluster/node-2')],
    until: 6e6,
  },
  'kafka.cluster.log.retention.check.interval.ms': { values: [200, 2000], with: { 'kafka.cluster': { 'group.initial.rebalance.delay.ms': 2500 }, 'kafka.topic': SMALL } },
  'kafka.cluster.group.consumer.migration.policy': { values: ['bidirectional', 'disabled'], with: { rest: { 'group.id': 'one', 'group.protocol': 'consumer', latency: '200ms' } } },
  'kafka.cluster.group.initial.rebalance.delay.ms': { values: [0, 1000] },
  'kafka.cluster.broker.rack': { values: [undefined, 'a, b'], with: { 'kafka.cluster': { nodes: 4, rackLatency: '20ms' }, 'kafka.topic': { 'replication.factor': 2 }, consume: { 'group.id': 'one', 'auto.offset.reset': 'earliest', 'client.rack': 'b' } } },
  'kafka.cluster.rackLatency': { values: ['0us', '50ms'], with: { 'kafka.cluster': { 'broker.rack': 'a, b, c' } } },
  'kafka.cluster.replica.selector.class': { values: ['LeaderSelector', 'RackAwareReplicaSelector'], with: { 'kafka.cluster': { 'broker.rack': 'a, b, c', rackLatency: '50ms' }, consume: { 'group.id': 'one', 'auto.offset.reset': 'earliest', 'client.rack': 'b' } } },
  'consume.client.rack': { values: [undefined, 'b'], with: { 'kafka.cluster': { 'broker.rack': 'a, b, c', rackLatency: '50ms' } } },
  'kafka.cluster.producer.id.expiration.ms': { values: [200, 86_400_000], with: { 'kafka.cluster': { 'log.retention.check.interval.ms': 100 }, producer: { rate: 2 }, publish: { latency: '1s', 'request.timeout.ms': 1500 } }, until: 12e6 },
  'kafka.topic.delete.retention.ms': { values: [100, 86_400_000], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 100, 'cleanup.policy': 'compact' }, publish: { tombstones: 0.5 } } },
  'kafka.topic.min.compaction.lag.ms': { values: [0, 10_000], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 100, 'cleanup.policy': 'compact' } } },
  'kafka.topic.max.compaction.lag.ms': { values: [200, 1_000_000], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 100, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': 1 } } },
  'publish.tombstones': { values: [0, 0.5], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 100, 'cleanup.policy': 'compact', 'delete.retention.ms': 100 } } },
  'kafka.cluster.quota.window.num': { values: [2, 11], with: { publish: { producer_byte_rate: 500 } } },
  'kafka.cluster.quota.window.size.seconds': { values: [1, 3], with: { publish: { producer_byte_rate: 100 } } },
  'publish.producer_byte_rate': { values: [undefined, 100] },
  'consume.consumer_byte_rate': { values: [undefined, 100] },
  'kafka.cluster.offsets.topic.replication.factor': { values: [1, 3], with: consuming({ commit: 'commitSync each record' }), timeline: ROLLING, until: 6e6 },
  'kafka.cluster.transaction.state.log.replication.factor': { values: [1, 3], with: { publish: { 'transactional.id': 'shop', commitInterval: '100ms' } }, timeline: ROLLING, until: 6e6 },
  'kafka.cluster.offsets.retention.minutes': { values: [1, 30], with: { producer: { rate: 3 }, ...consuming({ 'auto.offset.reset': 'latest' }) }, timeline: [at(9000, 'shut-down', 'consumer'), at(1_300_000, 'restart', 'consumer')], until: 1305e6 },
  'kafka.cluster.group.consumer.session.timeout.ms': { values: [2000, 6000], with: { 'kafka.cluster': { 'group.consumer.heartbeat.interval.ms': 500 }, ...MODERN }, timeline: [at(1000, 'crash', 'consumer/1')], until: 10e6 },
  'kafka.cluster.group.consumer.heartbeat.interval.ms': { values: [200, 3000], with: MODERN, timeline: [at(1000, 'set', 'consumer', { instances: 3 })], until: 8e6 },
  'kafka.topic.partitions': { values: [2, 5] },
  'kafka.topic.replication.factor': { values: [1, 3], timeline: KILL },
  'kafka.topic.min.insync.replicas': { values: [1, 3], with: { 'kafka.cluster': { 'broker.session.timeout.ms': 200 } }, timeline: KILL },
  'kafka.topic.unclean.leader.election.enable': {
    values: [true, false],
    with: { 'kafka.cluster': { 'broker.session.timeout.ms': 200, 'eligible.leader.replicas': false } },
    timeline: [at(400, 'stop-node', 'kafka.cluster/node-1'), at(1000, 'stop-node', 'kafka.cluster/node-2'), at(1600, 'stop-node', 'kafka.cluster/node-3'), at(2200, 'start-node', 'kafka.cluster/node-1')],
    until: 6e6,
  },
  'kafka.topic.max.message.bytes': { values: [300, 1_048_588] },
  'kafka.topic.cleanup.policy': { values: ['delete', 'compact'], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 200 } } },
  'kafka.topic.retention.ms': { values: [300, 5000], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 200 } } },
  'kafka.topic.retention.bytes': { values: [2000, 1_000_000], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 200 } } },
  'kafka.topic.segment.bytes': { values: [1_048_576, 100_000_000], with: { producer: { rate: 50, size: 200_000 }, 'kafka.cluster': OFTEN, 'kafka.topic': { 'retention.ms': 300 } } },
  'kafka.topic.segment.ms': { values: [200, 5000], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'retention.ms': 300 } } },
  'kafka.topic.min.cleanable.dirty.ratio': { values: [0.01, 0.99], with: { 'kafka.cluster': OFTEN, 'kafka.topic': { 'segment.ms': 100, 'cleanup.policy': 'compact' } } },
  'kafka.topic.name': { values: ['orders', 'jobs'], timeline: [at(300, 'set', 'kafka.topic', { name: 'orders' })] },
  'publish.acks': { values: ['all', '0'] },
  'publish.enable.idempotence': { values: [true, false], with: { publish: { latency: '50ms', 'linger.ms': 0, 'batch.size': 0 } }, timeline: REFUSED },
  'publish.retries': { values: [0, 5], with: { publish: { 'enable.idempotence': false } }, timeline: REFUSED },
  'publish.retry.backoff.ms': { values: [50, 500], timeline: REFUSED },
  'publish.retry.backoff.max.ms': { values: [100, 2000], with: { publish: { 'retry.backoff.ms': 100 }, 'kafka.topic': { partitions: 1 } }, timeline: Array.from({ length: 5 }, () => at(500, 'refuse-next-produce', 'kafka.topic')) },
  'publish.request.timeout.ms': { values: [300, 5000], timeline: CUT },
  'publish.delivery.timeout.ms': { values: [500, 60_000], timeline: CUT },
  'publish.max.in.flight.requests.per.connection': { values: [1, 5], with: { publish: { latency: '100ms', 'linger.ms': 0 } } },
  'publish.linger.ms': { values: [0, 200] },
  'publish.batch.size': { values: [0, 16_384], with: { publish: { 'linger.ms': 300 } } },
  'publish.buffer.memory': { values: [2000, 100_000], timeline: CUT },
  'publish.max.block.ms': { values: [300, 60_000], with: { publish: { 'buffer.memory': 2000 } }, timeline: CUT },
  'publish.max.request.size': { values: [100, 1_048_576] },
  'publish.partitioner.class': { values: ['default', 'RoundRobinPartitioner'] },
  'publish.partitioner.adaptive.partitioning.enable': { values: [true, false], with: UNEVEN, timeline: FROZEN },
  'publish.partitioner.availability.timeout.ms': { values: [0, 50], with: UNEVEN, timeline: FROZEN },
  'publish.metadata.max.age.ms': { values: [300, 300_000], timeline: GROWS },
  'publish.transactional.id': { values: [undefined, 'shop'] },
  'publish.transaction.timeout.ms': { values: [200, 60_000], with: { publish: { 'transactional.id': 'shop', commitInterval: '1s' } } },
  'publish.commitInterval': { values: ['200ms', '1s'], with: { publish: { 'transactional.id': 'shop' }, ...consuming({ 'isolation.level': 'read_committed' }) } },
  'consume.group.protocol': { values: ['classic', 'consumer'] },
  'kafka.cluster.group.share.heartbeat.interval.ms': { values: [1000, 3000], with: { consume: { 'group.id': 'one', 'group.protocol': 'share', 'share.auto.offset.reset': 'earliest' } }, until: 8e6 },
  'consume.share.acknowledgement.mode': { values: ['implicit', 'explicit'], with: { ...sharing({}), consumer: { failures: { rate: 0.3 }, serviceTime: '10ms' } } },
  'consume.acknowledge': { values: ['with the next poll()', 'commitSync each record'], with: { ...sharing({ 'share.acknowledgement.mode': 'explicit' }), consumer: { serviceTime: '60ms' } } },
  'consume.share.acquire.mode': { values: ['batch_optimized', 'record_limit'], with: { ...sharing({ 'max.poll.records': 2 }), publish: { 'linger.ms': 300 } } },
  'consume.share.record.lock.duration.ms': { values: [15_000, 30_000], with: { ...sharing({}), producer: { rate: 2 }, consumer: { instances: 2, serviceTime: '18s' } }, until: 40e6 },
  'consume.share.delivery.count.limit': { values: [2, 5], with: { ...sharing({ 'share.acknowledgement.mode': 'explicit' }), consumer: { failures: { rate: 0.5 }, serviceTime: '10ms' } } },
  'consume.share.partition.max.record.locks': { values: [100, 2000], with: { ...sharing({ 'max.poll.records': 100 }), producer: { rate: 500 }, 'kafka.topic': { partitions: 1 }, consumer: { instances: 3, serviceTime: '100ms' } }, until: 7e6 },
  'consume.share.auto.offset.reset': { values: ['latest', 'earliest'], with: { ...sharing({ latency: '200ms' }) } },
  'consume.share.isolation.level': { values: ['read_uncommitted', 'read_committed'], with: { ...sharing({}), publish: { 'transactional.id': 'shop', commitInterval: '500ms' } } },
  'consume.group.remote.assignor': { values: ['uniform', 'range'], with: { ...MODERN, consumer: { instances: 3, serviceTime: '10ms' }, 'kafka.topic': { partitions: 6 } }, timeline: [at(1500, 'shut-down', 'consumer/1')], until: 12e6 },
  'consume.partition.assignment.strategy': { values: ['range', 'cooperative-sticky'], timeline: [at(1000, 'set', 'consumer', { instances: 3 })], until: 8e6 },
  'consume.staticMembership': { values: [true, false], timeline: CRASH, until: 12e6 },
  'consume.session.timeout.ms': { values: [6000, 12_000], timeline: [at(1000, 'crash', 'consumer/1')], until: 20e6 },
  'consume.heartbeat.interval.ms': { values: [100, 3000], timeline: [at(1000, 'set', 'consumer', { instances: 3 })], until: 8e6 },
  'consume.max.poll.interval.ms': { values: [400, 60_000], with: { consumer: { serviceTime: '300ms' } }, until: 8e6 },
  'consume.max.poll.records': { values: [1, 500], with: { consumer: { serviceTime: '40ms' } } },
  'consume.handOff': { values: [true, false], with: { consumer: { serviceTime: '200ms' } } },
  'consume.enable.auto.commit': { values: [true, false], until: 8e6 },
  'consume.auto.commit.interval.ms': { values: [200, 2000] },
  'consume.commit': { values: ['commitSync', 'commitSync before processing'], with: MANUAL },
  'consume.auto.offset.reset': { values: ['latest', 'earliest'] },
  'consume.isolation.level': { values: ['read_uncommitted', 'read_committed'], with: { publish: { 'transactional.id': 'shop', commitInterval: '500ms' } } },
  'consume.fetch.min.bytes': { values: [1, 5000] },
  'consume.fetch.max.wait.ms': { values: [50, 1000], with: consuming({ 'fetch.min.bytes': 100_000 }) },
  'consume.max.partition.fetch.bytes': { values: [500, 1_000_000], with: { consumer: { instances: 2, serviceTime: '60ms' } } },
  'consume.fetch.max.bytes': { values: [500, 1_000_000], with: { consumer: { instances: 2, serviceTime: '60ms' } } },
  'consume.errorBackoff': { values: ['100ms', '1s'], with: { ...MANUAL, consumer: { failures: { rate: 0.3 }, serviceTime: '10ms' } } },
  'consume.deadLetterTopic': { values: [undefined, 'other'], with: { ...MANUAL, consumer: { failures: { rate: 0.3 }, onFailure: 'reject', serviceTime: '10ms' } } },
  'consume.processAfter': { values: ['0s', '500ms'] },
  'consume.metadata.max.age.ms': { values: [300, 300_000], with: { publish: { 'metadata.max.age.ms': 300 } }, timeline: GROWS, until: 8e6 },
  'consume.request.timeout.ms': { values: [300, 30_000], timeline: FROZEN },
  'consume.default.api.timeout.ms': { values: [500, 60_000], with: MANUAL, timeline: OUTAGE, until: 8e6 },
  'consume.retry.backoff.ms': { values: [20, 900], with: { 'kafka.topic': { 'replication.factor': 1 } }, timeline: KILL, until: 6e6 },
};
everySettingTellsAnotherHistory(kafka, models, stage, TRIALS);
