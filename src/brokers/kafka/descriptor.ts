/** Apache Kafka as data: entities, settings under their own names and units, wiring, words. https://kafka.apache.org/44/ */
import type { ActionDescriptor, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Applies, Field, Fields } from '../../scenario/fields.ts';
import { reasons, remedies } from './words.ts';

const DOC = 'https://kafka.apache.org/44';
const TOPIC = `${DOC}/configuration/topic-configs/#topicconfigs_`;
const PRODUCER = `${DOC}/configuration/producer-configs/#producerconfigs_`;
const CONSUMER = `${DOC}/configuration/consumer-configs/#consumerconfigs_`;
const BROKER = `${DOC}/configuration/broker-configs/#brokerconfigs_`;
const LIVE: Applies = { how: 'live' };
const RESTART: Applies = { how: 'restart', says: 'Taken when the cluster is made: change it at the start.' };
const RECONNECT: Applies = { how: 'reconnect', says: 'The client is closed and made anew with the new setting.' };
const GROW: Applies = { how: 'live', says: 'Can only grow; a key may then go to another partition.' };
const MAX = 9_007_199_254_740_991;
const DAYS = 31_536_000_000;

const int = (page: string, name: string, help: string, min: number, max: number, fallback: number, more: Partial<Field> = {}): Field => ({ type: 'integer', help, min, max, default: fallback, applies: LIVE, doc: `${page}${name}`, ...more }) as Field;
const ms = (page: string, name: string, help: string, fallback: number, more: Partial<Field> = {}): Field => int(page, name, help, 0, DAYS, fallback, { unit: 'ms', ...more } as Partial<Field>);
const flag = (page: string, name: string, help: string, fallback: boolean, more: Partial<Field> = {}): Field => ({ type: 'flag', help, default: fallback, applies: LIVE, doc: `${page}${name}`, ...more }) as Field;

const quota = { type: 'integer', min: 1, max: MAX, unit: 'bytes/s', optional: true, applies: LIVE, doc: `${DOC}/design/design/#design_quotas`, group: 'Quota' } as const;
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '1ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
const cluster: NodeDescriptor = {
  kind: 'kafka.cluster',
  title: 'Kafka',
  about: 'A KRaft cluster of brokers that holds topics.',
  family: 'cluster',
  container: true,
  stem: 'kafka',
  doc: `${DOC}/design/design/`,
  badge: (c) => `Kafka 4.4, ${c['nodes'] ?? 3} broker${c['nodes'] === 1 ? '' : 's'}`,
  actions: ['stop-node', 'start-node', 'shut-down-node', 'stall-replication', 'replication-resumes', 'freeze-node', 'node-goes-on', 'stop-cluster', 'start-cluster'],
  fields: {
    nodes: { type: 'integer', label: 'brokers', help: 'of the cluster', min: 1, max: 9, default: 3, applies: RESTART, doc: `${DOC}/design/design/#replication` },
    replicaLatency: { type: 'duration', label: 'latency between brokers', help: 'one way; a follower has a record after one, the leader knows after two', min: 0, max: 10e6, default: '1ms', applies: RESTART, doc: `${DOC}/design/design/#replication` },
    'broker.rack': { type: 'text', help: 'of each broker in turn, as a, b, c; replicas of a partition are then in different racks', maxLength: 200, optional: true, applies: RESTART, doc: `${BROKER}broker.rack`, group: 'Racks' },
    rackLatency: { type: 'duration', label: 'latency between racks', help: 'one way, besides the latency within a rack', min: 0, max: 10e6, default: '0us', applies: RESTART, group: 'Racks' },
    'replica.selector.class': {
      type: 'choice',
      help: 'whom consumers read from: the leader, or with RackAwareReplicaSelector a replica in the rack that client.rack names',
      options: ['LeaderSelector', 'RackAwareReplicaSelector'],
      default: 'LeaderSelector',
      applies: RESTART,
      doc: `${BROKER}replica.selector.class`,
      group: 'Racks',
    },
    'replica.lag.time.max.ms': int(BROKER, 'replica.lag.time.max.ms', 'a follower that has not caught up for so long leaves the in-sync replicas', 1, DAYS, 30_000, { unit: 'ms', applies: RESTART, group: 'Replication' } as Partial<Field>),
    'broker.session.timeout.ms': int(BROKER, 'broker.session.timeout.ms', 'without a heartbeat for so long the controller takes a broker for dead', 1, 600_000, 9_000, { unit: 'ms', applies: RESTART, group: 'Replication' } as Partial<Field>),
    'eligible.leader.replicas': flag(`${DOC}/operations/eligible-leader-replicas`, '', 'since 4.1 on for new clusters: what has left the in-sync replicas with all committed records may still lead', true, { applies: RESTART, group: 'Replication' }),
    'log.retention.check.interval.ms': int(BROKER, 'log.retention.check.interval.ms', 'how often segments are looked at', 1, DAYS, 300_000, { unit: 'ms', applies: RESTART, group: 'Log' } as Partial<Field>),
    'group.consumer.migration.policy': {
      type: 'choice',
      help: 'whether a group with members goes over to the consumer protocol when one joins by it (upgrade), and back when the last of them goes (downgrade)',
      options: ['bidirectional', 'upgrade', 'downgrade', 'disabled'],
      default: 'bidirectional',
      applies: RESTART,
      doc: `${BROKER}group.consumer.migration.policy`,
      group: 'Groups',
    },
    'group.initial.rebalance.delay.ms': ms(BROKER, 'group.initial.rebalance.delay.ms', 'a new group waits so long for more members', 3_000, { applies: RESTART, group: 'Groups' }),
    'group.consumer.session.timeout.ms': int(BROKER, 'group.consumer.session.timeout.ms', 'without a heartbeat for so long a member of the consumer protocol is out', 1_000, 1_800_000, 45_000, { unit: 'ms', applies: RESTART, group: 'Groups' } as Partial<Field>),
    'group.consumer.heartbeat.interval.ms': int(BROKER, 'group.consumer.heartbeat.interval.ms', 'between two heartbeats of the consumer protocol; a new assignment is learnt with one', 100, 1_800_000, 5_000, { unit: 'ms', applies: RESTART, group: 'Groups' } as Partial<Field>),
    'group.share.heartbeat.interval.ms': int(BROKER, 'group.share.heartbeat.interval.ms', 'between two heartbeats of a share group’s member; a new group gets its partitions with the second', 100, 1_800_000, 5_000, { unit: 'ms', applies: RESTART, group: 'Groups' } as Partial<Field>),
    'quota.window.num': int(BROKER, 'quota.window.num', 'a client’s byte rate is the average over so many windows', 2, 1_000, 11, { applies: RESTART, group: 'Quotas' } as Partial<Field>),
    'quota.window.size.seconds': int(BROKER, 'quota.window.size.seconds', 'of one window', 1, 3_600, 1, { unit: 's', applies: RESTART, group: 'Quotas' } as Partial<Field>),
    'producer.id.expiration.ms': int(BROKER, 'producer.id.expiration.ms', 'an idempotent producer that is idle for so long is forgotten, and what it sent before is no longer known', 1, DAYS, 86_400_000, { unit: 'ms', applies: RESTART, group: 'Log' } as Partial<Field>),
    'offsets.topic.replication.factor': int(BROKER, 'offsets.topic.replication.factor', 'copies of __consumer_offsets: with a single one, a group has no coordinator while its broker is away', 1, 9, 3, { applies: RESTART, group: 'Groups' } as Partial<Field>),
    'transaction.state.log.replication.factor': int(BROKER, 'transaction.state.log.replication.factor', 'copies of __transaction_state: with a single one, no transaction ends while its broker is away', 1, 9, 3, { applies: RESTART, group: 'Groups' } as Partial<Field>),
    'offsets.retention.minutes': int(BROKER, 'offsets.retention.minutes', 'committed offsets of an empty group are kept', 1, 1_000_000, 10_080, { unit: 'min', applies: RESTART, group: 'Groups' } as Partial<Field>),
  },
};
const topic: NodeDescriptor = {
  kind: 'kafka.topic',
  title: 'Topic',
  about: 'A log in partitions: records stay, and every group has its own place in it.',
  family: 'queue',
  parents: ['kafka.cluster'],
  stem: 'topic',
  doc: `${DOC}/getting-started/introduction/`,
  badge: (c) => `${c['partitions'] ?? 3} partition${c['partitions'] === 1 ? '' : 's'}${c['cleanup.policy'] === undefined || c['cleanup.policy'] === 'delete' ? '' : `, ${String(c['cleanup.policy'])}`}`,
  shape: (c) => ({ lanes: typeof c['partitions'] === 'number' ? c['partitions'] : 3, labels: 22, width: 316, ends: 44 }),
  actions: ['refuse-next-produce', 'reset-offsets'],
  fields: {
    partitions: { type: 'integer', help: 'a key belongs to one of them, and its order is kept there', min: 1, max: 64, default: 3, applies: GROW, doc: `${BROKER}num.partitions` },
    'replication.factor': { type: 'integer', help: 'copies of each partition, on as many brokers', min: 1, max: 9, default: 3, applies: { how: 'recreate', says: 'Holds for partitions that are made from now on.' }, doc: `${BROKER}default.replication.factor` },
    'min.insync.replicas': int(TOPIC, 'min.insync.replicas', 'with acks=all, a record is taken only while so many are in sync', 1, 9, 1, { group: 'Durability' }),
    'unclean.leader.election.enable': flag(TOPIC, 'unclean.leader.election.enable', 'a replica that lacks committed records may lead, rather than none', false, { group: 'Durability' }),
    'max.message.bytes': int(TOPIC, 'max.message.bytes', 'of a batch', 0, 2_147_483_647, 1_048_588, { unit: 'bytes', group: 'Limits' } as Partial<Field>),
    'cleanup.policy': { type: 'choice', help: 'delete old segments, or keep the newest record of each key', options: ['delete', 'compact', 'compact,delete'], default: 'delete', applies: LIVE, doc: `${TOPIC}cleanup.policy`, group: 'Log' },
    'retention.ms': int(TOPIC, 'retention.ms', 'a segment whose records are all older than this is deleted; -1 = never', -1, MAX, 604_800_000, { unit: 'ms', group: 'Log' } as Partial<Field>),
    'retention.bytes': int(TOPIC, 'retention.bytes', 'a partition larger than this loses its oldest closed segment; -1 = no limit', -1, MAX, -1, { unit: 'bytes', group: 'Log' } as Partial<Field>),
    'segment.bytes': int(TOPIC, 'segment.bytes', 'a segment is closed at this size', 1_048_576, 2_147_483_647, 1_073_741_824, { unit: 'bytes', group: 'Log' } as Partial<Field>),
    'segment.ms': int(TOPIC, 'segment.ms', 'a segment is closed at this age', 1, DAYS, 604_800_000, { unit: 'ms', group: 'Log' } as Partial<Field>),
    'delete.retention.ms': ms(TOPIC, 'delete.retention.ms', 'a tombstone (a record without a value) is kept for so long, so that readers see it', 86_400_000, { group: 'Log' }),
    'min.compaction.lag.ms': ms(TOPIC, 'min.compaction.lag.ms', 'a record is not compacted before', 0, { group: 'Log' }),
    'max.compaction.lag.ms': int(TOPIC, 'max.compaction.lag.ms', 'the cleaner comes after so long, however little there is to clean', 1, MAX, MAX, { unit: 'ms', group: 'Log' } as Partial<Field>),
    'min.cleanable.dirty.ratio': { type: 'number', help: 'share of the log that is not yet compacted at which the cleaner comes', min: 0, max: 1, default: 0.5, applies: LIVE, doc: `${TOPIC}min.cleanable.dirty.ratio`, group: 'Log' },
    name: { type: 'text', help: 'as clients know it; empty = its id', maxLength: 249, optional: true, applies: { how: 'recreate', says: 'Another topic: the old one is deleted with its records.' } },
  },
};
const TRANSACTIONS = { group: 'Transactions' } as const;
const produce: LinkDescriptor = {
  kind: 'publish',
  title: 'Produce',
  about: 'A producer sends batches of records to the leaders of their partitions.',
  from: ['producer'],
  to: ['kafka.topic'],
  label: (c) => [c['acks'] !== undefined && c['acks'] !== 'all' ? `acks=${String(c['acks'])}` : '', typeof c['transactional.id'] === 'string' ? 'transactional' : '', c['keyed'] === false ? 'no key' : ''].filter((w) => w !== '').join(', '),
  brief: (c) => `acks=${String(c['acks'] ?? 'all')}`,
  actions: ['abort-transaction'],
  fields: {
    keyed: { type: 'flag', label: 'with a key', help: "the message's key is the record's key; without one the partition is chosen batch by batch", default: true, applies: LIVE, doc: `${PRODUCER}partitioner.class` },
    tombstones: { type: 'number', help: 'share of records without a value: in a compacted topic they delete their key', min: 0, max: 1, default: 0, applies: LIVE, doc: `${DOC}/design/design/#compaction` },
    acks: { type: 'choice', help: 'whose copy counts: nobody’s, the leader’s, that of all in-sync replicas', options: ['all', '1', '0'], default: 'all', applies: RECONNECT, doc: `${PRODUCER}acks` },
    'enable.idempotence': flag(PRODUCER, 'enable.idempotence', 'a batch that is sent again is written once, and batches keep their order', true, { applies: RECONNECT }),
    retries: int(PRODUCER, 'retries', 'of a batch that failed in a way that may pass', 0, 2_147_483_647, 2_147_483_647, { group: 'Retries' }),
    'retry.backoff.ms': ms(PRODUCER, 'retry.backoff.ms', 'before the first retry; doubles up to the maximum', 100, { group: 'Retries' }),
    'retry.backoff.max.ms': ms(PRODUCER, 'retry.backoff.max.ms', 'the longest pause between two retries', 1_000, { group: 'Retries' }),
    'request.timeout.ms': ms(PRODUCER, 'request.timeout.ms', 'an answer must come within; else the outcome is unknown, and the batch is sent again', 30_000, { group: 'Retries' }),
    'delivery.timeout.ms': ms(PRODUCER, 'delivery.timeout.ms', 'from send() to the end of all retries', 120_000, { group: 'Retries' }),
    'max.in.flight.requests.per.connection': int(PRODUCER, 'max.in.flight.requests.per.connection', 'requests without an answer; more than 1 may reorder when idempotence is off', 1, 100, 5, { group: 'Batches' }),
    'linger.ms': ms(PRODUCER, 'linger.ms', 'a batch waits so long for more records', 5, { group: 'Batches' }),
    'batch.size': int(PRODUCER, 'batch.size', 'a batch of this size goes at once', 0, 2_147_483_647, 16_384, { unit: 'bytes', group: 'Batches' } as Partial<Field>),
    'buffer.memory': int(PRODUCER, 'buffer.memory', 'for records that are not yet sent; when it is full, send() blocks', 0, MAX, 33_554_432, { unit: 'bytes', group: 'Batches' } as Partial<Field>),
    'max.block.ms': ms(PRODUCER, 'max.block.ms', 'send() blocks so long for memory or metadata, then the record fails', 60_000, { group: 'Batches' }),
    'max.request.size': int(PRODUCER, 'max.request.size', 'of one record', 0, 2_147_483_647, 1_048_576, { unit: 'bytes', group: 'Batches' } as Partial<Field>),
    'partitioner.ignore.keys': flag(PRODUCER, 'partitioner.ignore.keys', 'partitions are chosen as if there were no key', false),
    'partitioner.class': { type: 'choice', help: 'default: by key, else sticky; RoundRobinPartitioner: each record to the next partition, whatever its key', options: ['default', 'RoundRobinPartitioner'], default: 'default', applies: RECONNECT, doc: `${PRODUCER}partitioner.class` },
    'partitioner.adaptive.partitioning.enable': flag(PRODUCER, 'partitioner.adaptive.partitioning.enable', 'without a key, partitions for which fewer batches wait are chosen more often', true),
    'partitioner.availability.timeout.ms': ms(PRODUCER, 'partitioner.availability.timeout.ms', 'without a key, partitions of a broker that took nothing for so long are passed over; 0 never', 0),
    'metadata.max.age.ms': int(PRODUCER, 'metadata.max.age.ms', 'partitions that were added are seen after so long', 1, DAYS, 300_000, { unit: 'ms' } as Partial<Field>),
    'transactional.id': { type: 'text', help: 'makes records of several partitions visible together; a second producer with the same id fences this one', maxLength: 200, optional: true, applies: RECONNECT, doc: `${PRODUCER}transactional.id`, ...TRANSACTIONS },
    'transaction.timeout.ms': int(PRODUCER, 'transaction.timeout.ms', 'the coordinator aborts a transaction that is open longer', 1, 900_000, 60_000, { unit: 'ms', ...TRANSACTIONS } as Partial<Field>),
    producer_byte_rate: { ...quota, help: 'of this client-id at each broker (kafka-configs.sh --entity-type clients); above it the broker throttles, and refuses nothing' },
    commitInterval: { type: 'duration', label: 'commit every', help: 'the application commits its transaction after so long', min: 1000, max: 3600e6, default: '1s', applies: LIVE, ...TRANSACTIONS },
    ...network,
  },
};
const AUTO = { field: 'enable.auto.commit', is: [true] };
const CLASSIC = { field: 'group.protocol', is: ['classic'] };
const SHARE = { field: 'group.protocol', is: ['share'] };
const NOT_SHARED = { field: 'group.protocol', is: ['classic', 'consumer'] };
const GROUP = `${DOC}/configuration/group-configs/#groupconfigs_`;
const CONSUMER_PROTOCOL = { field: 'group.protocol', is: ['consumer'] };
const MANUAL = { field: 'enable.auto.commit', is: [false] };
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'Consume',
  about: 'Each instance is a member of the group and reads the partitions that it is assigned.',
  from: ['kafka.topic'],
  to: ['consumer'],
  label: (c) => String(c['group.id'] ?? ''),
  brief: (c) => `${c['group.protocol'] === 'share' ? 'share group' : 'group'} ${String(c['group.id'] ?? '')}`,
  actions: ['pause', 'resume', 'seek'],
  begins: (_, consumer) => ({ 'group.id': consumer.id }),
  fields: {
    'group.id': { type: 'text', help: 'members of one group share the partitions; every group reads everything', maxLength: 200, default: 'group', applies: RECONNECT, doc: `${CONSUMER}group.id` },
    'group.protocol': {
      type: 'choice',
      help: 'classic: the members stop and share out among themselves; consumer (KIP-848): the coordinator assigns, and who keeps a partition reads on; share (a KafkaShareConsumer): members share every partition, record by record',
      options: ['classic', 'consumer', 'share'],
      default: 'classic',
      applies: RECONNECT,
      doc: `${CONSUMER}group.protocol`,
      group: 'Group',
    },
    'group.remote.assignor': { type: 'choice', help: 'how the coordinator assigns; without it, uniform', options: ['uniform', 'range'], optional: true, applies: RECONNECT, doc: `${CONSUMER}group.remote.assignor`, when: CONSUMER_PROTOCOL, group: 'Group' },
    'partition.assignment.strategy': {
      type: 'choice',
      help: 'who gets which partitions; all but cooperative-sticky stop everybody during a rebalance',
      options: ['range, cooperative-sticky', 'range', 'roundrobin', 'sticky', 'cooperative-sticky'],
      default: 'range, cooperative-sticky',
      applies: RECONNECT,
      doc: `${CONSUMER}partition.assignment.strategy`,
      when: CLASSIC,
      group: 'Group',
    },
    staticMembership: { type: 'flag', label: 'group.instance.id', help: 'each instance keeps its place and its partitions across a restart within the session timeout', default: false, applies: RECONNECT, doc: `${CONSUMER}group.instance.id`, group: 'Group', when: NOT_SHARED },
    'session.timeout.ms': int(CONSUMER, 'session.timeout.ms', 'without a heartbeat for so long a member is out', 6_000, 1_800_000, 45_000, { when: CLASSIC, unit: 'ms', group: 'Group' } as Partial<Field>),
    'heartbeat.interval.ms': int(CONSUMER, 'heartbeat.interval.ms', 'between two heartbeats; a rebalance is noticed with one', 1, 1_800_000, 3_000, { when: CLASSIC, unit: 'ms', group: 'Group' } as Partial<Field>),
    'max.poll.interval.ms': int(CONSUMER, 'max.poll.interval.ms', 'between two calls of poll(); a slower application leaves the group', 1, DAYS, 300_000, { unit: 'ms', group: 'Poll loop' } as Partial<Field>),
    'max.poll.records': int(CONSUMER, 'max.poll.records', 'that one poll() gives out', 1, 100_000, 500, { group: 'Poll loop' }),
    handOff: { type: 'flag', label: 'hand work to other threads', help: 'poll() is called again before the work is done, so that an automatic commit may be ahead of it', default: false, applies: LIVE, group: 'Poll loop', when: NOT_SHARED },
    'enable.auto.commit': flag(CONSUMER, 'enable.auto.commit', 'poll() and close() commit what was given out before', true, { applies: RECONNECT, group: 'Commits', when: NOT_SHARED }),
    'auto.commit.interval.ms': ms(CONSUMER, 'auto.commit.interval.ms', 'at most so often', 5_000, { when: AUTO, group: 'Commits' } as Partial<Field>),
    commit: { type: 'choice', help: 'when the application commits', options: ['commitSync', 'commitAsync', 'commitSync each record', 'commitSync before processing'], default: 'commitSync', applies: LIVE, doc: `${DOC}/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html`, when: MANUAL, group: 'Commits' },
    'auto.offset.reset': { type: 'choice', help: 'where to begin without a committed offset, or when it is gone', options: ['latest', 'earliest', 'none'], default: 'latest', applies: LIVE, doc: `${CONSUMER}auto.offset.reset`, group: 'Commits', when: NOT_SHARED },
    'share.acknowledgement.mode': {
      type: 'choice',
      help: 'implicit: the next poll() accepts all that the last one gave, whatever became of it; explicit: the application accepts, releases or rejects each record',
      options: ['implicit', 'explicit'],
      default: 'implicit',
      applies: LIVE,
      doc: `${CONSUMER}share.acknowledgement.mode`,
      when: SHARE,
      group: 'Share group',
    },
    acknowledge: {
      type: 'choice',
      label: 'send acknowledgements',
      help: 'those of explicit mode: with the next poll(), or by commitSync() after each record',
      options: ['with the next poll()', 'commitSync each record'],
      default: 'with the next poll()',
      applies: LIVE,
      doc: `${DOC}/javadoc/org/apache/kafka/clients/consumer/KafkaShareConsumer.html`,
      when: { field: 'share.acknowledgement.mode', is: ['explicit'] },
      group: 'Share group',
    },
    'share.acquire.mode': {
      type: 'choice',
      help: 'batch_optimized: whole batches of the producer, so that a poll() may give out more than max.poll.records',
      options: ['batch_optimized', 'record_limit'],
      default: 'batch_optimized',
      applies: LIVE,
      doc: `${CONSUMER}share.acquire.mode`,
      when: SHARE,
      group: 'Share group',
    },
    'share.record.lock.duration.ms': int(GROUP, 'share.record.lock.duration.ms', 'a record that is not acknowledged for so long is given to another', 15_000, 60_000, 30_000, { unit: 'ms', when: SHARE, group: 'Share group' } as Partial<Field>),
    'share.delivery.count.limit': int(GROUP, 'share.delivery.count.limit', 'a record that was delivered so often without being accepted is archived', 2, 10, 5, { when: SHARE, group: 'Share group' }),
    'share.partition.max.record.locks': int(GROUP, 'share.partition.max.record.locks', 'of a partition between its first record that is not done with and its last that was delivered; then nothing new is delivered', 100, 10_000, 2_000, { when: SHARE, group: 'Share group' }),
    'share.auto.offset.reset': { type: 'choice', help: 'where a new share group begins', options: ['latest', 'earliest'], default: 'latest', applies: LIVE, doc: `${GROUP}share.auto.offset.reset`, when: SHARE, group: 'Share group' },
    'share.isolation.level': { type: 'choice', help: 'whether records of open and aborted transactions are delivered', options: ['read_uncommitted', 'read_committed'], default: 'read_uncommitted', applies: LIVE, doc: `${GROUP}share.isolation.level`, when: SHARE, group: 'Share group' },
    'isolation.level': { type: 'choice', help: 'whether records of open and aborted transactions are seen', options: ['read_uncommitted', 'read_committed'], default: 'read_uncommitted', applies: RECONNECT, doc: `${CONSUMER}isolation.level`, group: 'Fetch', when: NOT_SHARED },
    'client.rack': { type: 'text', help: 'of each instance in turn, as a, b, c; with RackAwareReplicaSelector it reads from a follower there', maxLength: 200, optional: true, applies: RECONNECT, doc: `${CONSUMER}client.rack`, group: 'Fetch', when: NOT_SHARED },
    'fetch.min.bytes': int(CONSUMER, 'fetch.min.bytes', 'the broker waits for so much', 0, 2_147_483_647, 1, { unit: 'bytes', group: 'Fetch' } as Partial<Field>),
    'fetch.max.wait.ms': ms(CONSUMER, 'fetch.max.wait.ms', 'but no longer than this', 500, { group: 'Fetch' }),
    'max.partition.fetch.bytes': int(CONSUMER, 'max.partition.fetch.bytes', 'of one partition in one fetch', 0, 2_147_483_647, 1_048_576, { unit: 'bytes', group: 'Fetch', when: NOT_SHARED } as Partial<Field>),
    'fetch.max.bytes': int(CONSUMER, 'fetch.max.bytes', 'of one fetch', 0, 2_147_483_647, 52_428_800, { unit: 'bytes', group: 'Fetch' } as Partial<Field>),
    consumer_byte_rate: { ...quota, help: 'of this client-id, all its instances together, at each broker; above it the broker gives nothing for a while', when: NOT_SHARED },
    errorBackoff: { type: 'duration', label: 'pause after a failure', help: 'a record that failed and is to be tried again is polled again after so long; its partition waits', min: 0, max: 3600e6, default: '1s', applies: LIVE, group: 'Failures', when: NOT_SHARED },
    deadLetterTopic: { type: 'text', label: 'dead-letter or retry topic', help: 'takes a record that the consumer rejects; without one it is skipped', maxLength: 249, optional: true, applies: LIVE, group: 'Failures' },
    processAfter: { type: 'duration', label: 'process after', help: 'a record is given out when it is so old: the delay of a retry topic', min: 0, max: 3600e6, default: '0s', applies: LIVE, group: 'Failures', when: NOT_SHARED },
    'metadata.max.age.ms': int(CONSUMER, 'metadata.max.age.ms', 'partitions that were added are seen after so long', 1, DAYS, 300_000, { unit: 'ms', when: NOT_SHARED } as Partial<Field>),
    'request.timeout.ms': ms(CONSUMER, 'request.timeout.ms', 'an answer must come within; else the connection is closed, and the coordinator or leader is asked for again', 30_000, { group: 'Retries' }),
    'default.api.timeout.ms': ms(CONSUMER, 'default.api.timeout.ms', 'commitSync() is tried for so long while nobody coordinates the group; then it fails with TimeoutException, and the application goes on', 60_000, { when: MANUAL, group: 'Retries' } as Partial<Field>),
    'retry.backoff.ms': ms(CONSUMER, 'retry.backoff.ms', 'before a request that failed is sent again', 100, { group: 'Retries' }),
    ...network,
  },
};
const act = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], per: ActionDescriptor['per'], more: Partial<ActionDescriptor> = {}): ActionDescriptor => ({ name, title, about, tone, per, fields: {}, ...more });

export const kafka: RoomDescriptor = {
  id: 'kafka',
  title: 'Apache Kafka',
  doc: DOC,
  versions: '4.4 (recorded on 4.4.0, one node and three, and documented); partitioners and assignors compared with the Java client',
  nodes: [cluster, topic],
  links: [produce, consume],
  derived: [],
  whyNot: [
    { from: 'kafka.topic', to: 'kafka.topic', says: 'Records go from topic to topic through an application: a consumer reads and a producer writes.' },
    { from: '*', to: 'kafka.cluster', says: 'A cluster is not wired itself, but the topics inside it are.' },
    { from: 'kafka.cluster', to: '*', says: 'A cluster is not wired itself, but the topics inside it are.' },
  ],
  actions: [
    act('shut-down-node', 'Shut down {on}', 'In good order: its partitions get other leaders first.', 'note', 'broker-node', { undoneBy: 'start-node' }),
    act('stall-replication', 'Stall replication at {on}', 'Its followers no longer fetch: a slow disk, a network that is too narrow.', 'bad', 'broker-node', { undoneBy: 'replication-resumes' }),
    act('replication-resumes', 'Resume replication at {on}', 'Its followers catch up.', 'ok', 'broker-node'),
    act('freeze-node', 'Freeze {on}', 'Its process stands still: a long garbage collection, a virtual machine that is moved. It answers nothing, fetches nothing and sends no heartbeats.', 'bad', 'broker-node', { undoneBy: 'node-goes-on' }),
    act('node-goes-on', 'Let {on} go on', 'It answers what lies there, and fetches what it lacks.', 'ok', 'broker-node'),
    act('refuse-next-produce', 'Refuse the next produce to {on}', 'As if its in-sync replicas had just become too few: NOT_ENOUGH_REPLICAS, once.', 'bad', 'node'),
    act('abort-transaction', 'Abort the transaction on {on}', 'The application gives up its open transaction.', 'note', 'node', { orLink: true }),
    act('pause', 'Pause {on}', 'pause() of all its partitions: it stays in the group and polls on, and is given nothing.', 'note', 'node', { orLink: true, undoneBy: 'resume' }),
    act('resume', 'Resume {on}', 'resume(): its partitions are read on.', 'ok', 'node', { orLink: true }),
    act('seek', 'Seek in {on}', 'seekToBeginning() or seekToEnd() of its partitions, before its next poll().', 'note', 'node', {
      orLink: true,
      fields: { to: { type: 'choice', label: 'To', help: 'where it goes on', options: ['earliest', 'latest'], default: 'earliest', applies: LIVE } },
    }),
    act('reset-offsets', 'Reset offsets of {on}', 'A group without members begins elsewhere (kafka-consumer-groups.sh --reset-offsets).', 'note', 'node', {
      fields: {
        group: { type: 'text', label: 'Group', help: 'its group.id', maxLength: 200, default: 'group', applies: LIVE },
        to: { type: 'choice', label: 'To', help: 'where it begins', options: ['earliest', 'latest'], default: 'earliest', applies: LIVE },
      },
    }),
  ],
  reasons,
  remedies,
  simplifications: [
    'What retention or compaction deletes counts as gone for a group that has not been handed it yet, even when a member had fetched it already and hands it to the application a moment later.',
    'An application whose transactional producer can only be closed makes a new one at once; one that was fenced by another does not.',
    'Each link is a client of its own: one producer, or one consumer per instance, with one connection.',
    'A batch is not compressed, and its size is that of its records and their headers. A request takes a batch of every partition, however large they are together (max.request.size); a batch.size above buffer.memory counts as that.',
    'A broker that stands still and goes on knows at once who leads now. An empty answer to a fetch may still come from it meanwhile.',
    'A broker has loaded its groups and transactions as soon as it is their coordinator: COORDINATOR_LOAD_IN_PROGRESS is never answered. What a coordinator writes down counts at once, before the replicas of __consumer_offsets have it, and the state of share groups (__share_group_state) is always at hand. The controller is there while any broker is.',
    'What a replica has that its new leader lacks is cut off at the election, not when the replica comes back.',
    'A member of the consumer protocol gives partitions up, and takes new ones, when its application calls poll(); it subscribes to its topic by name.',
    'A share consumer has one share session for all brokers. A share group’s settings are those of its first link. The dead-letter queue of share groups (KIP-1191), renewing a lock, and share.auto.offset.reset=by_duration are not modelled.',
    'A quota is that of a client-id: all instances that read over one link share one. request_percentage is not modelled, since requests take the brokers no time here, nor controller_mutation_rate, since topics are made by the document; consumer_byte_rate does not hold for share groups.',
    'Racks are those of brokers and consumers: a producer has none, and reaches every broker alike. range looks at racks, the sticky assignors (KIP-881) do not; with replicas in every rack they would not either.',
    'Tiered storage (remote.storage.enable, local.retention.ms) is not modelled: a read behind local retention would only be slower.',
    'Consuming, transforming and producing in one transaction (sendOffsetsToTransaction, UNSTABLE_OFFSET_COMMIT) is not modelled: it needs one application that does both, and a link here is either a producer or a consumer.',
    'Settings that contradict each other, which the client library refuses with ConfigException, are taken as they are. Sequence numbers lost within a transaction are begun anew rather than aborting it.',
    'Records carry the time at which they were sent (CreateTime), so that none is ever ahead of message.timestamp.after.max.ms; auto.offset.reset=by_duration and compression.type are not modelled.',
    'Topics are made by the document: auto.create.topics.enable counts as off, and a dead-letter topic that does not exist takes nothing. transactional.id.expiration.ms is not modelled.',
    'A schema registry, access control and encryption are not modelled.',
    'A process that is killed loses nothing that it has written: the page cache survives it. The loss of a whole machine with its page cache is not modelled.',
  ],
};
