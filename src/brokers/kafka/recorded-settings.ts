import { type JsonObject, number, object, type Operation, text } from './recorded.ts';

/** What an administrator is refused: values that no setting has. https://kafka.apache.org/44/configuration/topic-configs/, https://kafka.apache.org/44/configuration/group-configs/ */

interface Range {
  readonly least: number;
  readonly most?: number;
}
type Allowed = Range | readonly string[];
const any: Range = { least: Number.NEGATIVE_INFINITY };
const POLICIES = ['delete', 'compact'];
const TRUTH = ['true', 'false'];

const TOPIC: Readonly<Record<string, Allowed>> = {
  'cleanup.policy': [...POLICIES, 'delete,compact', 'compact,delete'],
  'delete.retention.ms': { least: 0 },
  'max.compaction.lag.ms': { least: 1 },
  'max.message.bytes': { least: 0 },
  'min.cleanable.dirty.ratio': { least: 0, most: 1 },
  'min.compaction.lag.ms': { least: 0 },
  'min.insync.replicas': { least: 1 },
  'retention.bytes': any,
  'retention.ms': { least: -1 },
  'segment.bytes': { least: 1_048_576 },
  'segment.jitter.ms': { least: 0 },
  'segment.ms': { least: 1 },
  'unclean.leader.election.enable': TRUTH,
};
const SESSION = { least: 45_000, most: 60_000 };
const HEARTBEAT = { least: 5_000, most: 15_000 };
const INTERVAL = { least: 0, most: 15_000 };
const GROUP: Readonly<Record<string, Allowed>> = {
  'consumer.session.timeout.ms': SESSION,
  'consumer.heartbeat.interval.ms': HEARTBEAT,
  'consumer.assignment.interval.ms': INTERVAL,
  'share.session.timeout.ms': SESSION,
  'share.heartbeat.interval.ms': HEARTBEAT,
  'share.assignment.interval.ms': INTERVAL,
  'share.record.lock.duration.ms': { least: 15_000, most: 3_600_000 },
  'share.delivery.count.limit': { least: 2, most: 10 },
  'share.partition.max.record.locks': { least: 100, most: 4_000 },
  'share.auto.offset.reset': ['earliest', 'latest'],
  'share.isolation.level': ['read_committed', 'read_uncommitted'],
  'share.renew.acknowledge.enable': TRUTH,
};
/** One node lets sessions and locks be shorter (conformance/FORMAT.md). */
const SHORTER: Readonly<Record<string, Allowed>> = {
  'consumer.session.timeout.ms': { ...SESSION, least: 6_000 },
  'share.session.timeout.ms': { ...SESSION, least: 6_000 },
  'share.record.lock.duration.ms': { least: 1_000, most: 3_600_000 },
};
const fits = (allowed: Allowed | undefined, value: string): boolean => {
  if (allowed === undefined) return false;
  if (!('least' in allowed)) return allowed.includes(value.replaceAll(' ', ''));
  return value !== '' && Number(value) >= allowed.least && Number(value) <= (allowed.most ?? Number.POSITIVE_INFINITY);
};
const allFit = (config: JsonObject, allowed: Readonly<Record<string, Allowed>>) => Object.entries(config).every(([name, value]) => fits(allowed[name], String(value)));

/** In the order in which the controller looks at a topic (ReplicationControlManager.createTopics). */
export function refusalOfTopic(operation: Operation, exists: boolean): string | null {
  const name = text(operation['topic']);
  if (!/^[\w.-]{1,249}$/.test(name) || name === '.' || name === '..') return 'INVALID_TOPIC_EXCEPTION';
  if (exists) return 'TOPIC_ALREADY_EXISTS';
  if (!allFit(object(operation['config']), TOPIC)) return 'INVALID_CONFIG';
  if (operation['replicas'] !== undefined) return null;
  if (number(operation['replicationFactor'], 1) < 1) return 'INVALID_REPLICATION_FACTOR';
  return number(operation['partitions'], 1) < 1 ? 'INVALID_PARTITIONS' : null;
}
/** @param config what the group has of its own, with what is new */
export function refusalOfGroupConfig(config: JsonObject, nodes: number): string | null {
  const allowed = nodes === 1 ? { ...GROUP, ...SHORTER } : GROUP;
  const session = nodes === 1 ? 6_000 : 45_000;
  const longer = (protocol: string) => Number(config[`${protocol}.session.timeout.ms`] ?? session) > Number(config[`${protocol}.heartbeat.interval.ms`] ?? 5_000);
  const byDuration = /^by_duration:P/.test(text(config['share.auto.offset.reset']));
  const known = byDuration ? { ...config, 'share.auto.offset.reset': 'latest' } : config;
  return allFit(known, allowed) && longer('consumer') && longer('share') ? null : 'INVALID_CONFIG';
}
