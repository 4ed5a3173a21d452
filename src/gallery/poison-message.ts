import type { Scenario } from '../scenario/document.ts';

/** Question: nack with requeue burns every retry in a second; what then? */
export const poisonMessage: Scenario = {
  version: 1,
  title: 'A poison message, and back again',
  description: 'From 3 s on, orders of customer B cannot be processed. The consumer gives them back, and they return at once. How often will each be tried, and where does it end? At 10 s the bug is fixed, at 12 s the dead-letter queue is redriven.',
  seed: 11,
  duration: '25s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 8, keys: { count: 6 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'orders', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-queue-type': 'quorum', 'x-delivery-limit': 5, 'x-dead-letter-exchange': 'graveyard' } },
    { id: 'graveyard', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'fanout' } },
    { id: 'orders.dlq', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'billing', kind: 'consumer', title: 'Billing', config: { instances: 2, serviceTime: '40ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '5ms' } },
    { id: 'bury', kind: 'bind', from: 'graveyard', to: 'orders.dlq' },
    { id: 'bill', kind: 'consume', from: 'orders', to: 'billing', config: { prefetch: 4, latency: '5ms' } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'poison', on: 'billing', with: { key: 'B' } },
    { at: '10s', by: 'author', do: 'unpoison', on: 'billing', with: { key: 'B' } },
    { at: '12s', by: 'author', do: 'redrive', on: 'orders.dlq', with: { count: 1000 } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'poison-loop', on: 'orders', deliveries: 3 }, { check: 'effect-once', on: 'billing' }],
  layout: { shop: [0, 40], rabbit: [220, 0, 526, 300], orders: [250, 40], graveyard: [250, 193], 'orders.dlq': [480, 180], billing: [810, 15] },
};
