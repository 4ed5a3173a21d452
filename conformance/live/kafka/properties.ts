import { join } from 'node:path';

/** Where one node of a cluster listens and keeps its data: each is broker and controller. */
export interface NodePlace {
  readonly node: number;
  readonly port: number;
  readonly controller: number;
  readonly folder: string;
}

/** server.properties as the cases suppose (conformance/FORMAT.md). What is not named has Kafka's default. */
export function properties({ node, port, controller, folder }: NodePlace, all: readonly NodePlace[], own: Readonly<Record<string, string>>): string {
  const single = all.length === 1;
  const replicas = String(all.length);
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(node),
    'controller.quorum.voters': all.map((one) => `${one.node}@127.0.0.1:${one.controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '100',
    'log.cleaner.backoff.ms': '200',
    'log.retention.check.interval.ms': '500',
    'log.initial.task.delay.ms': '500',
  };
  return lines({ ...settings, ...(single ? SINGLE : CLUSTER), ...(single ? {} : { 'broker.rack': RACKS[node] ?? '' }), ...own });
}
const SINGLE = {
  'group.initial.rebalance.delay.ms': '0',
  'group.max.size': '3',
  'group.consumer.session.timeout.ms': '6000',
  'group.consumer.min.session.timeout.ms': '6000',
  'group.share.session.timeout.ms': '6000',
  'group.share.min.session.timeout.ms': '6000',
  'group.share.min.record.lock.duration.ms': '1000',
  'offsets.retention.minutes': '1',
  'offsets.retention.check.interval.ms': '10000',
  'producer.id.expiration.check.interval.ms': '200',
};
const CLUSTER = {
  'replica.lag.time.max.ms': '3000',
  'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
  'auto.leader.rebalance.enable': 'false',
};
/** Of the nodes of a cluster. */
const RACKS = ['a', 'a', 'b'];

const lines = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
