import type { Scenario } from '../scenario/document.ts';

/** Question: one bad record stopped the whole partition; the retry topic then broke the order. */
export const badRecord: Scenario = {
  version: 1,
  title: 'One bad record stops a partition',
  description: 'From 4 s on, work on customer B fails. The first consumer tries the same record again and again, the second sends it to a retry topic and goes on. Who else waits behind B, and what does the retry topic cost?',
  seed: 8,
  duration: '40s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 12, keys: { count: 8 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 3 } },
    { id: 'orders.retry', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 1 } },
    { id: 'strict', kind: 'consumer', title: 'Again and again', config: { serviceTime: '30ms', onFailure: 'requeue' } },
    { id: 'lenient', kind: 'consumer', title: 'Retry topic', config: { serviceTime: '30ms', onFailure: 'reject' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '5ms' } },
    { id: 'first', kind: 'consume', from: 'orders', to: 'strict', config: { 'group.id': 'strict', latency: '5ms', 'auto.offset.reset': 'earliest', 'enable.auto.commit': false, errorBackoff: '500ms' } },
    { id: 'second', kind: 'consume', from: 'orders', to: 'lenient', config: { 'group.id': 'lenient', latency: '5ms', 'auto.offset.reset': 'earliest', 'enable.auto.commit': false, deadLetterTopic: 'orders.retry' } },
    { id: 'retry', kind: 'consume', from: 'orders.retry', to: 'lenient', config: { 'group.id': 'lenient.retry', latency: '5ms', 'auto.offset.reset': 'earliest', 'enable.auto.commit': false, deadLetterTopic: 'orders.retry', processAfter: '3s' } },
  ],
  timeline: [
    { at: '4s', by: 'author', do: 'poison', on: 'strict', with: { key: 'B' } },
    { at: '4s', by: 'author', do: 'poison', on: 'lenient', with: { key: 'B' } },
    { at: '16s', by: 'author', do: 'unpoison', on: 'strict', with: { key: 'B' } },
    { at: '16s', by: 'author', do: 'unpoison', on: 'lenient', with: { key: 'B' } },
  ],
  invariants: [{ check: 'order', on: 'strict' }, { check: 'order', on: 'lenient' }, { check: 'latency', on: 'lenient', quantile: 0.8, below: '2s' }, { check: 'latency', on: 'strict', quantile: 0.8, below: '2s' }, { check: 'no-loss' }],
  layout: { shop: [0, 120], kafka: [230, 0, 420, 360], orders: [300, 60], 'orders.retry': [300, 250], strict: [730, 20], lenient: [730, 210] },
};
