import type { Scenario } from '../scenario/document.ts';

/** Question: we wrote 1, 2, 3 and the log has 2, 3, 1. */
export const twoThreeOne: Scenario = {
  version: 1,
  title: '1, 2, 3 written as 2, 3, 1',
  description: 'Two meters send their readings, each with up to five requests under way. At 6 s the broker refuses one request of each, because a replica has just fallen out of sync for a moment. One producer is idempotent, the other is not. Whose readings change their order?',
  seed: 31,
  duration: '20s',
  nodes: [
    { id: 'old', kind: 'producer', title: 'Meter, not idempotent', config: { rate: 40, keys: { count: 2 } } },
    { id: 'new', kind: 'producer', title: 'Meter, idempotent', config: { rate: 40, keys: { count: 2 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'readings-old', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 1, 'min.insync.replicas': 2 } },
    { id: 'readings-new', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 1, 'min.insync.replicas': 2 } },
    { id: 'chart-old', kind: 'consumer', title: 'Chart of the first', config: { serviceTime: '2ms' } },
    { id: 'chart-new', kind: 'consumer', title: 'Chart of the second', config: { serviceTime: '2ms' } },
  ],
  links: [
    { id: 'send-old', kind: 'publish', from: 'old', to: 'readings-old', config: { latency: '40ms', 'enable.idempotence': false, 'linger.ms': 0, 'batch.size': 0 } },
    { id: 'send-new', kind: 'publish', from: 'new', to: 'readings-new', config: { latency: '40ms', 'linger.ms': 0, 'batch.size': 0 } },
    { id: 'draw-old', kind: 'consume', from: 'readings-old', to: 'chart-old', config: { 'group.id': 'chart-old', latency: '5ms', 'auto.offset.reset': 'earliest' } },
    { id: 'draw-new', kind: 'consume', from: 'readings-new', to: 'chart-new', config: { 'group.id': 'chart-new', latency: '5ms', 'auto.offset.reset': 'earliest' } },
  ],
  timeline: [
    { at: '6s', by: 'author', do: 'refuse-next-produce', on: 'readings-old' },
    { at: '6s', by: 'author', do: 'refuse-next-produce', on: 'readings-new' },
  ],
  invariants: [
    { check: 'order', on: 'chart-old' },
    { check: 'order', on: 'chart-new' },
  ],
  layout: { old: [0, 50], new: [0, 230], kafka: [250, 0, 400, 340], 'readings-old': [310, 50], 'readings-new': [310, 210], 'chart-old': [720, 40], 'chart-new': [720, 220] },
};
