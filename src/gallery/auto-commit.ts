import type { Scenario } from '../scenario/document.ts';

/** Question: auto-commit lost my messages; `latest` lost the rest. */
export const autoCommit: Scenario = {
  version: 1,
  title: 'Auto-commit loses, latest loses the rest',
  description: 'Mail hands its records to other threads and polls again, and every second poll() commits what it has given out. At 8 s its process dies. Search has a new group and starts when 3 s of records are there already. Which records does each of them never see?',
  seed: 23,
  duration: '25s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 12, keys: { count: 8 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 3000 } },
    { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 3 } },
    { id: 'mail', kind: 'consumer', title: 'Mail', config: { concurrency: 20, serviceTime: '1500ms', restartAfter: '1s' } },
    { id: 'search', kind: 'consumer', title: 'Search', config: { serviceTime: '20ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '5ms' } },
    { id: 'send', kind: 'consume', from: 'orders', to: 'mail', config: { 'group.id': 'mail', latency: '5ms', 'auto.offset.reset': 'earliest', 'auto.commit.interval.ms': 1000, handOff: true, 'session.timeout.ms': 6000, 'heartbeat.interval.ms': 1000 } },
    { id: 'index', kind: 'consume', from: 'orders', to: 'search', config: { 'group.id': 'search', latency: '5ms' } },
  ],
  timeline: [{ at: '8s', by: 'author', do: 'crash', on: 'mail/1' }],
  invariants: [{ check: 'no-loss' }],
  layout: { shop: [0, 110], kafka: [230, 0, 420, 300], orders: [300, 80], mail: [720, 10], search: [720, 190] },
};
