import type { Scenario } from '../scenario/document.ts';

/** Question: what can one message that is not acknowledged hold up? */
export const oneUnacked: Scenario = {
  version: 1,
  title: 'One unacked message starves the new consumers',
  description:
    'Two clusters get the same orders, and each gives them to one consumer of a Key_Shared subscription, which is too slow. At 3 s one order of customer D fails and is put off by the default negative acknowledgment delay of a minute: it is not acknowledged. At 5 s two more consumers join on both sides. Above, the dispatcher from before 4.0 gives them nothing that was sent after they joined, for any key, until everything before is acknowledged. Below, only the hash of that one order has to drain. Which side catches up?',
  seed: 7,
  duration: '80s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 36, keys: { count: 16 } } },
    { id: 'classic', kind: 'pulsar.cluster', title: 'Before 4.0', config: { version: '4.0', subscriptionKeySharedUseClassicPersistentImplementation: true } },
    { id: 'orders', kind: 'pulsar.topic', title: 'Orders', parent: 'classic' },
    { id: 'modern', kind: 'pulsar.cluster', title: 'From 4.0', config: { version: '4.0' } },
    { id: 'sales', kind: 'pulsar.topic', title: 'Orders', parent: 'modern' },
    { id: 'pack', kind: 'consumer', title: 'Packing, classic', config: { serviceTime: '50ms' } },
    { id: 'ship', kind: 'consumer', title: 'Packing, draining', config: { serviceTime: '50ms' } },
  ],
  links: [
    { id: 'to-orders', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '2ms', batcherBuilder: 'KEY_BASED' } },
    { id: 'to-sales', kind: 'publish', from: 'shop', to: 'sales', config: { latency: '2ms', batcherBuilder: 'KEY_BASED' } },
    { id: 'packs', kind: 'consume', from: 'orders', to: 'pack', config: { latency: '2ms', subscriptionName: 'packing', subscriptionType: 'Key_Shared', receiverQueueSize: 10 } },
    { id: 'ships', kind: 'consume', from: 'sales', to: 'ship', config: { latency: '2ms', subscriptionName: 'packing', subscriptionType: 'Key_Shared', receiverQueueSize: 10 } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'poison', on: 'pack', with: { key: 'D' } },
    { at: '3s', by: 'author', do: 'poison', on: 'ship', with: { key: 'D' } },
    { at: '3500ms', by: 'author', do: 'unpoison', on: 'pack', with: { key: 'D' } },
    { at: '3500ms', by: 'author', do: 'unpoison', on: 'ship', with: { key: 'D' } },
    { at: '5s', by: 'author', do: 'set', on: 'pack', with: { instances: 3 } },
    { at: '5s', by: 'author', do: 'set', on: 'ship', with: { instances: 3 } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'latency', on: 'pack', quantile: 0.9, below: '3s' }, { check: 'latency', on: 'ship', quantile: 0.9, below: '3s' }],
  layout: { shop: [0, 250], classic: [220, 0, 420, 250], orders: [260, 70], modern: [220, 300, 420, 250], sales: [260, 370], pack: [720, 30], ship: [720, 330] },
};
