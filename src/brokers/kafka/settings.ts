/** A cluster's and its topics' settings in the model's units (µs, bytes), read from the broker's own names. */
import type { MigrationPolicy } from './groups.ts';
import { micros } from '../../base/time.ts';
import type { ScenarioNode } from '../../scenario/document.ts';
import type { GroupSettings } from './groups.ts';
import type { LogSettings } from './log.ts';
import type { Quota, QuotaLimits } from './quotas.ts';
import { racksOf } from './racks.ts';
import type { ShareGroupConfig } from './shares.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface ClusterSettings {
  readonly brokers: number;
  /** µs one way between two brokers */
  readonly replicationLatency: number;
  readonly replicaLagTimeMax: number;
  readonly brokerSessionTimeout: number;
  readonly eligibleLeaderReplicas: boolean;
  readonly retentionCheckInterval: number;
  readonly initialRebalanceDelay: number;
  readonly migrationPolicy: MigrationPolicy;
  readonly offsetsRetention: number;
  readonly offsetsTopic: InternalTopicSettings;
  readonly transactionsTopic: InternalTopicSettings;
  readonly offsetsRetentionCheckInterval: number;
  /** members of a classic group */
  readonly groupMaxSize: number;
  readonly consumerSessionTimeout: number;
  readonly consumerHeartbeatInterval: number;
  readonly shareSessionTimeout: number;
  readonly shareHeartbeatInterval: number;
  readonly producerIdExpiration: number;
  /** `broker.rack` by broker, "" without */
  readonly racks: readonly string[];
  /** µs one way, more than within a rack */
  readonly rackLatency: number;
  /** RackAwareReplicaSelector: a consumer may read from a follower. */
  readonly rackAwareReads: boolean;
  readonly quotaWindows: number;
  /** µs */
  readonly quotaWindow: number;
}
/** Of __consumer_offsets, or of __transaction_state. */
export interface InternalTopicSettings {
  readonly partitions: number;
  /** But never more than brokers. */
  readonly replicas: number;
}
export interface TopicSettings extends LogSettings {
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElection: boolean;
  /** bytes of a batch */
  readonly maxMessageBytes: number;
}
export const number = (config: Config, name: string, fallback: number): number => (typeof config[name] === 'number' ? config[name] : fallback);
/** @returns µs of a setting in ms */
export const ms = (config: Config, name: string, fallback: number): number => number(config, name, fallback) * 1000;

const POLICIES: readonly MigrationPolicy[] = ['bidirectional', 'upgrade', 'downgrade', 'disabled'];
const policyOf = (value: unknown): MigrationPolicy => POLICIES.find((one) => one === value) ?? 'bidirectional';
export function clusterSettings(config: Config, latency: number): ClusterSettings {
  return {
    brokers: number(config, 'nodes', 3),
    replicationLatency: latency,
    replicaLagTimeMax: ms(config, 'replica.lag.time.max.ms', 30_000),
    brokerSessionTimeout: ms(config, 'broker.session.timeout.ms', 9_000),
    eligibleLeaderReplicas: config['eligible.leader.replicas'] !== false,
    retentionCheckInterval: ms(config, 'log.retention.check.interval.ms', 300_000),
    migrationPolicy: policyOf(config['group.consumer.migration.policy']),
    initialRebalanceDelay: ms(config, 'group.initial.rebalance.delay.ms', 3_000),
    offsetsRetention: number(config, 'offsets.retention.minutes', 10_080) * 60e6,
    offsetsTopic: { partitions: number(config, 'offsets.topic.num.partitions', 50), replicas: number(config, 'offsets.topic.replication.factor', 3) },
    transactionsTopic: { partitions: number(config, 'transaction.state.log.num.partitions', 50), replicas: number(config, 'transaction.state.log.replication.factor', 3) },
    offsetsRetentionCheckInterval: ms(config, 'offsets.retention.check.interval.ms', 600_000),
    groupMaxSize: number(config, 'group.max.size', 2_147_483_647),
    consumerSessionTimeout: ms(config, 'group.consumer.session.timeout.ms', 45_000),
    shareSessionTimeout: ms(config, 'group.share.session.timeout.ms', 45_000),
    shareHeartbeatInterval: ms(config, 'group.share.heartbeat.interval.ms', 5_000),
    consumerHeartbeatInterval: ms(config, 'group.consumer.heartbeat.interval.ms', 5_000),
    producerIdExpiration: ms(config, 'producer.id.expiration.ms', 86_400_000),
    racks: racksOf(String(config['broker.rack'] ?? ''), number(config, 'nodes', 3)),
    rackLatency: micros(String(config['rackLatency'] ?? '0us')),
    rackAwareReads: config['replica.selector.class'] === 'RackAwareReplicaSelector',
    quotaWindows: number(config, 'quota.window.num', 11),
    quotaWindow: number(config, 'quota.window.size.seconds', 1) * 1e6,
  };
}
/** Quotas of a client-id: what kafka-configs.sh sets for it. */
export function quotaLimits(config: Config): QuotaLimits {
  const limits: { -readonly [name in Quota]?: number } = {};
  for (const name of ['producer_byte_rate', 'consumer_byte_rate'] as const) if (typeof config[name] === 'number') limits[name] = config[name];
  return limits;
}
/** Settings of a share group, by the group's own names. */
export function shareGroupConfig(config: Config): ShareGroupConfig {
  return {
    autoOffsetReset: config['share.auto.offset.reset'] === 'earliest' ? 'earliest' : 'latest',
    isolation: config['share.isolation.level'] === 'read_committed' ? 'read_committed' : 'read_uncommitted',
    'group.share.record.lock.duration.ms': number(config, 'share.record.lock.duration.ms', 30_000),
    'group.share.delivery.count.limit': number(config, 'share.delivery.count.limit', 5),
    'group.share.partition.max.record.locks': number(config, 'share.partition.max.record.locks', 2_000),
    'share.renew.acknowledge.enable': config['share.renew.acknowledge.enable'] !== false,
  };
}
/** What of a group's own settings its coordinator goes by. */
export function groupSettings(config: Config): GroupSettings {
  const names = ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms', 'consumer.assignment.interval.ms', 'share.session.timeout.ms', 'share.heartbeat.interval.ms', 'share.assignment.interval.ms'];
  return Object.fromEntries(names.flatMap((name) => (typeof config[name] === 'number' ? [[`group.${name}`, config[name]]] : [])));
}
export function topicSettings({ config = {} }: Pick<ScenarioNode, 'config'>): TopicSettings {
  const policy = String(config['cleanup.policy'] ?? 'delete');
  const bound = (name: string, fallback: number) => (number(config, name, fallback) < 0 ? -1 : number(config, name, fallback));
  const retention = bound('retention.ms', 604_800_000);
  return {
    partitions: number(config, 'partitions', 3),
    replicationFactor: number(config, 'replication.factor', 3),
    minInsyncReplicas: number(config, 'min.insync.replicas', 1),
    uncleanLeaderElection: config['unclean.leader.election.enable'] === true,
    maxMessageBytes: number(config, 'max.message.bytes', 1_048_588),
    segmentBytes: number(config, 'segment.bytes', 1_073_741_824),
    segmentTime: ms(config, 'segment.ms', 604_800_000),
    retentionTime: retention < 0 ? -1 : retention * 1000,
    retentionBytes: bound('retention.bytes', -1),
    compact: policy.includes('compact'),
    delete: policy.includes('delete'),
    deleteRetention: ms(config, 'delete.retention.ms', 86_400_000),
    minCompactionLag: ms(config, 'min.compaction.lag.ms', 0),
    maxCompactionLag: ms(config, 'max.compaction.lag.ms', Number.MAX_SAFE_INTEGER / 1000),
    minCleanableDirtyRatio: number(config, 'min.cleanable.dirty.ratio', 0.5),
  };
}
