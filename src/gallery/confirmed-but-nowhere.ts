import type { Scenario } from '../scenario/document.ts';

/** Question: publish succeeded, the confirm arrived, nobody got it. */
export const confirmedButNowhere: Scenario = {
  version: 1,
  title: 'Confirmed, and nobody got it',
  description: 'Cancellations are published with a routing key that no binding matches. Every one is confirmed. Where are they? At 7 s the publisher sets mandatory; at 14 s the exchange gets an alternate exchange.',
  seed: 5,
  duration: '25s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 4, keys: { count: 6 } } },
    { id: 'desk', kind: 'producer', title: 'Service desk', config: { rate: 2, keys: { count: 6 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'orders', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'topic' } },
    { id: 'fulfilment', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'strays', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'fanout' } },
    { id: 'unroutable', kind: 'rabbitmq.queue', parent: 'rabbit' },
    { id: 'warehouse', kind: 'consumer', title: 'Warehouse', config: { serviceTime: '80ms' } },
  ],
  links: [
    { id: 'placed', kind: 'publish', from: 'shop', to: 'orders', config: { routingKey: 'order.placed', latency: '5ms' } },
    { id: 'cancelled', kind: 'publish', from: 'desk', to: 'orders', config: { routingKey: 'order.cancelled.web', latency: '5ms' } },
    { id: 'wanted', kind: 'bind', from: 'orders', to: 'fulfilment', config: { routingKey: 'order.*' } },
    { id: 'kept', kind: 'bind', from: 'strays', to: 'unroutable' },
    { id: 'pick', kind: 'consume', from: 'fulfilment', to: 'warehouse', config: { latency: '5ms' } },
  ],
  timeline: [
    { at: '7s', by: 'author', do: 'set', on: 'cancelled', with: { mandatory: true } },
    { at: '14s', by: 'author', do: 'set', on: 'orders', with: { 'alternate-exchange': 'strays' } },
  ],
  invariants: [
    { check: 'unrouted', on: 'orders' },
    { check: 'effect-once', on: 'warehouse' },
  ],
  layout: { shop: [0, 40], desk: [0, 160], rabbit: [220, 0, 536, 300], orders: [250, 65], fulfilment: [490, 40], strays: [250, 193], unroutable: [490, 180], warehouse: [810, 30] },
};
