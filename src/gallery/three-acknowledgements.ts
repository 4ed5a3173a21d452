import type { Scenario } from '../scenario/document.ts';

/** Question: three servers have acknowledged each order, and the power fails for a second. Which orders are gone? */
export const threeAcknowledgements: Scenario = {
  version: 1,
  title: 'Acknowledged by three servers, gone with the power',
  description:
    'A stream with three replicas: an order is acknowledged when a majority of the servers has it. At 2 s the server that leads loses power for a second; at 12 s the whole rack does, while the warehouse is closed and reads nothing. Which orders will it find when it opens at 15 s: those that were acknowledged, or those that were not?',
  seed: 5,
  duration: '28s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 10, arrivals: 'poisson', keys: { count: 20_000 }, retry: { attempts: 40, timeout: '2s', base: '500ms', max: '500ms' } } },
    { id: 'rack', kind: 'nats.cluster', title: 'One rack', config: { nodes: 3 } },
    { id: 'orders', kind: 'nats.stream', title: 'Orders', parent: 'rack', config: { subjects: 'orders.*', num_replicas: 3 } },
    { id: 'packing', kind: 'nats.consumer', title: 'To be packed', parent: 'rack' },
    { id: 'warehouse', kind: 'consumer', title: 'Warehouse', config: { serviceTime: '20ms' } },
  ],
  links: [
    { id: 'order', kind: 'publish', from: 'shop', to: 'orders', config: { subject: 'orders.{key}', 'Nats-Msg-Id': true, latency: '2ms' } },
    { id: 'all', kind: 'filter', from: 'orders', to: 'packing' },
    { id: 'pack', kind: 'consume', from: 'packing', to: 'warehouse', config: { latency: '2ms' } },
  ],
  timeline: [
    { at: '2s', by: 'author', do: 'power-loss-node', on: 'rack/node-1' },
    { at: '3s', by: 'author', do: 'start-node', on: 'rack/node-1' },
    { at: '9s', by: 'author', do: 'shut-down', on: 'warehouse/1' },
    { at: '12s', by: 'author', do: 'power-loss-nats-server', on: 'rack' },
    { at: '13s', by: 'author', do: 'start-nats-server', on: 'rack' },
    { at: '15s', by: 'author', do: 'restart', on: 'warehouse/1' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'warehouse' }],
  layout: { shop: [0, 120], rack: [240, 30, 640, 250], orders: [280, 100], packing: [600, 100], warehouse: [940, 100] },
};
