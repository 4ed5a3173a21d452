import type { Scenario } from '../scenario/document.ts';

/** Ride matching at city scale: the key is the region, and one region is hot. */
export const rideMatching: Scenario = {
  version: 1,
  title: 'Ride matching with a hot region',
  description: 'Riders’ requests are keyed by region, so that each region is matched in order. A concert ends: most requests come from one region. Matching and surge pricing read the same log. Which of the twelve partitions falls behind, and would more members help?',
  seed: 77,
  duration: '30s',
  nodes: [
    { id: 'riders', kind: 'producer', title: 'Riders', config: { rate: 90, arrivals: 'poisson', keys: { count: 24, skew: 1.4 } } },
    { id: 'drivers', kind: 'producer', title: 'Drivers', config: { rate: 60, arrivals: 'poisson', keys: { count: 24 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'requests', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 12, 'min.insync.replicas': 2 } },
    { id: 'positions', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 3, 'cleanup.policy': 'compact' } },
    { id: 'matching', kind: 'consumer', title: 'Matching', config: { instances: 6, serviceTime: { exponential: { mean: '50ms' } } } },
    { id: 'surge', kind: 'consumer', title: 'Surge pricing', config: { instances: 2, serviceTime: '8ms' } },
    { id: 'map', kind: 'consumer', title: 'Map', config: { instances: 2, serviceTime: '8ms' } },
  ],
  links: [
    { id: 'ask', kind: 'publish', from: 'riders', to: 'requests', config: { latency: '20ms', jitter: '20ms' } },
    { id: 'report', kind: 'publish', from: 'drivers', to: 'positions', config: { latency: '20ms', jitter: '20ms' } },
    { id: 'match', kind: 'consume', from: 'requests', to: 'matching', config: { 'group.id': 'matching', latency: '5ms', 'auto.offset.reset': 'earliest', 'max.poll.records': 20, 'partition.assignment.strategy': 'cooperative-sticky' } },
    { id: 'price', kind: 'consume', from: 'requests', to: 'surge', config: { 'group.id': 'surge', latency: '5ms', 'auto.offset.reset': 'earliest' } },
    { id: 'see', kind: 'consume', from: 'positions', to: 'map', config: { 'group.id': 'map', latency: '5ms', 'auto.offset.reset': 'earliest' } },
  ],
  invariants: [{ check: 'growing-depth', on: 'requests' }, { check: 'order', on: 'matching' }, { check: 'no-loss' }],
  layout: { riders: [0, 110], drivers: [0, 440], kafka: [240, 0, 376, 570], requests: [270, 40], positions: [270, 400], matching: [700, 0], surge: [700, 260], map: [700, 420] },
};
