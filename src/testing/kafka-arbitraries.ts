/** Random but legal Kafka scenarios: topics, producers, groups, faults and edits, all from one seed. */
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { COMMON, commonHappening, consumer, Dice, entryAt, producer, wire, seeded } from './dice.ts';

export function randomKafkaScenario(seed: number): Scenario {
  const d = new Dice(seed);
  const brokers = d.pick([1, 3]);
  const nodes: ScenarioNode[] = [
    {
      id: 'kafka',
      kind: 'kafka.cluster',
      config: {
        nodes: brokers,
        'group.initial.rebalance.delay.ms': d.pick([0, 300]),
        'broker.session.timeout.ms': d.pick([300, 2000]),
        'group.consumer.session.timeout.ms': d.pick([1000, 3000]),
        'group.consumer.heartbeat.interval.ms': d.pick([100, 300]),
        'replica.lag.time.max.ms': 500,
        'log.retention.check.interval.ms': d.pick([500, 300_000]),
        ...d.some({ 'eligible.leader.replicas': [0.3, () => false], 'offsets.retention.minutes': [0.1, () => 1] }),
      },
    },
  ];
  const links: ScenarioLink[] = [];
  const topics = Array.from({ length: d.between(1, 3) }, (_, i) => `t${i}`);
  for (const id of topics)
    nodes.push({
      id,
      kind: 'kafka.topic',
      parent: 'kafka',
      config: {
        partitions: d.between(1, 5),
        'replication.factor': d.between(1, brokers),
        ...d.some({ 'min.insync.replicas': [0.4, () => d.between(1, 3)], 'unclean.leader.election.enable': [0.4, () => true], 'cleanup.policy': [0.3, () => d.pick(['compact', 'compact,delete'])], 'segment.ms': [0.4, () => 300], 'retention.ms': [0.3, () => 800] }),
      },
    });
  for (let i = d.between(1, 2); i > 0; i--) {
    const made = producer(d, `p${i}`);
    nodes.push(made);
    links.push({
      id: `l${links.length}`,
      kind: 'publish',
      from: made.id,
      to: d.pick(topics),
      config: {
        acks: d.pick(['all', '1', '0']),
        ...d.some({
          keyed: [0.2, () => false],
          'enable.idempotence': [0.4, () => false],
          'transactional.id': [0.25, () => d.pick(['one', 'two'])],
          commitInterval: [0.5, () => '300ms'],
          'batch.size': [0.4, () => d.pick([0, 2000])],
          'linger.ms': [0.4, () => d.pick([0, 50])],
          'buffer.memory': [0.2, () => 3000],
          'max.block.ms': [0.3, () => 200],
          'request.timeout.ms': [0.3, () => 400],
          'delivery.timeout.ms': [0.3, () => 900],
          retries: [0.3, () => d.below(3)],
          'metadata.max.age.ms': [0.5, () => 700],
          'transaction.timeout.ms': [0.2, () => 500],
        }),
        ...wire(d),
      },
    });
  }
  for (let i = d.between(1, 3); i > 0; i--) {
    nodes.push(consumer(d, `c${i}`));
    links.push({
      id: `l${links.length}`,
      kind: 'consume',
      from: d.pick(topics),
      to: `c${i}`,
      config: {
        'group.id': d.pick(['g', 'h']),
        'auto.offset.reset': d.pick(['latest', 'earliest']),
        'partition.assignment.strategy': d.pick(['range, cooperative-sticky', 'range', 'roundrobin', 'sticky', 'cooperative-sticky']),
        'session.timeout.ms': 6000,
        'heartbeat.interval.ms': 200,
        'group.protocol': d.pick(['classic', 'consumer', 'share']),
        ...d.some({
          'group.remote.assignor': [0.3, () => d.pick(['uniform', 'range'])],
          'share.auto.offset.reset': [0.6, () => 'earliest'],
          'share.acknowledgement.mode': [0.6, () => 'explicit'],
          acknowledge: [0.4, () => 'commitSync each record'],
          'share.acquire.mode': [0.4, () => 'record_limit'],
          'share.delivery.count.limit': [0.4, () => d.between(2, 4)],
          'share.isolation.level': [0.3, () => 'read_committed'],
          'share.record.lock.duration.ms': [0.4, () => 15_000],
          staticMembership: [0.3, () => true],
          'max.poll.interval.ms': [0.3, () => 300],
          'max.poll.records': [0.5, () => d.between(1, 8)],
          handOff: [0.2, () => true],
          'enable.auto.commit': [0.5, () => false],
          'auto.commit.interval.ms': [0.6, () => 300],
          commit: [0.7, () => d.pick(['commitSync', 'commitAsync', 'commitSync each record', 'commitSync before processing'])],
          'isolation.level': [0.4, () => 'read_committed'],
          errorBackoff: [0.6, () => '100ms'],
          deadLetterTopic: [0.3, () => d.pick(topics)],
          processAfter: [0.15, () => '200ms'],
          'metadata.max.age.ms': [0.5, () => 700],
        }),
        ...wire(d),
      },
    });
  }
  const timeline = Array.from({ length: d.below(8) }, () => happening(d, { nodes, links, topics, brokers }));
  return seeded(d, seed, { nodes, links, timeline });
}
function happening(d: Dice, there: { readonly nodes: readonly ScenarioNode[]; readonly links: readonly ScenarioLink[]; readonly topics: readonly string[]; readonly brokers: number }): TimelineEntry {
  const entry = entryAt(`${d.between(1, 4500)}ms`);
  const of = (kind: string) => there.nodes.filter((n) => n.kind === kind);
  const link = d.pick(there.links).id;
  const [c, p] = [d.pick(of('consumer')).id, d.pick(of('producer')).id];
  const broker = `kafka/node-${d.between(1, there.brokers)}`;
  const kind = d.below(COMMON + 7);
  if (kind < COMMON) return commonHappening(d, kind, entry, { consumer: c, producer: p, link });
  switch (kind - COMMON) {
    case 0:
      return entry(d.pick(['stop-node', 'shut-down-node']), broker);
    case 1:
      return entry('start-node', broker);
    case 2:
      return entry(d.pick(['stall-replication', 'replication-resumes', 'freeze-node', 'node-goes-on']), broker);
    case 3:
      return entry('refuse-next-produce', d.pick(there.topics));
    case 4:
      return entry('set', d.pick(there.topics), { partitions: d.between(3, 7), 'min.insync.replicas': d.between(1, 2) });
    case 5:
      return entry('reset-offsets', d.pick(there.topics), { group: 'g', to: d.pick(['earliest', 'latest']) });
    default:
      return d.chance(0.5) ? entry('remove-link', link) : entry('remove-node', d.pick([...there.topics, c, p]));
  }
}
