import type { Scenario } from '../scenario/document.ts';

/** Question: who reads the partitions of a super stream when a reader goes? */
export const superStream: Scenario = {
  version: 1,
  title: 'One reader per partition',
  description:
    'A super stream is three streams behind one name: a customer’s orders always go to the same one. Two instances of Billing are single active consumers of one name, so each partition has one reader at a time. At 5 s the first instance crashes, and the second takes over its partitions behind the offset that was stored last. What does a customer notice, and what changes when the first is back at 10 s?',
  seed: 3,
  duration: '18s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 30, keys: { count: 12 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'orders', kind: 'rabbitmq.super-stream', title: 'Orders', parent: 'rabbit', config: { partitions: 3 } },
    { id: 'billing', kind: 'consumer', title: 'Billing', config: { instances: 2, serviceTime: '25ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { method: 'publish', routingKey: '{key}', name: 'shop', latency: '2ms' } },
    { id: 'bills', kind: 'consume', from: 'orders', to: 'billing', config: { method: 'subscribe', name: 'billing', 'single-active-consumer': true, 'x-stream-offset': 'first', messageCountBeforeStorage: 25, latency: '2ms' } },
  ],
  timeline: [
    { at: '5s', by: 'author', do: 'crash', on: 'billing/1' },
    { at: '10s', by: 'author', do: 'restart', on: 'billing/1' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'billing' }],
  layout: { shop: [0, 150], rabbit: [220, 20, 420, 330], orders: [262, 110], billing: [730, 110] },
};
