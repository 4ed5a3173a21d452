import type { Scenario } from '../scenario/document.ts';

/** Question: same key, so it is ordered. Why did order break after we added partitions? */
export const partitionsAdded: Scenario = {
  version: 1,
  title: 'Order lost when partitions are added',
  description: 'Every customer’s orders go to one partition, so they are shipped in order. At 8 s the topic grows from 2 to 5 partitions, because shipping is behind. Whose orders will be shipped in the wrong order, and why?',
  seed: 17,
  duration: '30s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 30, arrivals: 'poisson', keys: { count: 8 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 2 } },
    { id: 'shipping', kind: 'consumer', title: 'Shipping', config: { instances: 5, serviceTime: { exponential: { mean: '75ms' } } } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '5ms', 'metadata.max.age.ms': 1000 } },
    { id: 'ship', kind: 'consume', from: 'orders', to: 'shipping', config: { 'group.id': 'shipping', latency: '5ms', 'auto.offset.reset': 'earliest', 'max.poll.records': 10, 'metadata.max.age.ms': 1000, 'heartbeat.interval.ms': 500, 'partition.assignment.strategy': 'cooperative-sticky' } },
  ],
  timeline: [{ at: '8s', by: 'author', do: 'set', on: 'orders', with: { partitions: 5 } }],
  invariants: [{ check: 'order', on: 'shipping' }, { check: 'no-loss' }],
  layout: { shop: [0, 90], kafka: [230, 0, 420, 330], orders: [300, 70], shipping: [720, 20] },
};
