import type { Scenario } from '../scenario/document.ts';

/** Question: nobody fails and nobody crashes; why is every second order billed twice? */
export const ackWaitInTheBuffer: Scenario = {
  version: 1,
  title: 'The ack wait runs in the buffer',
  description:
    'Billing keeps up easily: 8 orders a second, room for 20. At 3 s two hundred and fifty orders come at once. Each instance has ordered up to 500 messages and takes what it can get; the ack wait of 5 s begins when a message is sent, not when work on it begins. What happens to those that lie in the buffer for longer? At 20 s the instances begin to order four at a time: when does it end?',
  seed: 5,
  duration: '50s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 8, keys: { count: 12 }, retry: { attempts: 3, timeout: '2s' } } },
    { id: 'nats', kind: 'nats.cluster', title: 'NATS' },
    { id: 'orders', kind: 'nats.stream', parent: 'nats', config: { subjects: 'orders.*', max_msgs: 10_000 } },
    { id: 'billing', kind: 'nats.consumer', parent: 'nats', config: { ack_wait: '5s' } },
    { id: 'bill', kind: 'consumer', title: 'Billing', config: { instances: 2, serviceTime: '100ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { 'Nats-Msg-Id': true, latency: '5ms' } },
    { id: 'of', kind: 'filter', from: 'orders', to: 'billing' },
    { id: 'take', kind: 'consume', from: 'billing', to: 'bill', config: { latency: '5ms' } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'burst', on: 'shop', with: { count: 250 } },
    { at: '20s', by: 'author', do: 'set', on: 'take', with: { PullMaxMessages: 4 } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'bill' }, { check: 'delivered-once', on: 'billing' }],
  layout: { shop: [0, 40], nats: [220, 0, 596, 160], orders: [250, 40], billing: [550, 40], bill: [880, 15] },
};
