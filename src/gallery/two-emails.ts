import type { Scenario } from '../scenario/document.ts';

/** Question: we have exactly-once, why two e-mails? */
export const twoEmails: Scenario = {
  version: 1,
  title: 'Exactly-once, yet two e-mails',
  description: 'The producer writes in transactions, and both readers see only what was committed. At 7 s one transaction is aborted: nobody ever sees it. At 10 s each reader dies right after its work and before its commit. Who does it twice?',
  seed: 9,
  duration: '35s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 10, keys: { count: 6 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 2 } },
    { id: 'mail', kind: 'consumer', title: 'Mail', config: { serviceTime: '40ms', restartAfter: '500ms' } },
    { id: 'stock', kind: 'consumer', title: 'Stock, with an inbox', config: { serviceTime: '40ms', idempotency: 'inbox', restartAfter: '500ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '5ms', 'transactional.id': 'shop', commitInterval: '500ms' } },
    { id: 'send', kind: 'consume', from: 'orders', to: 'mail', config: { 'group.id': 'mail', latency: '5ms', 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed', 'enable.auto.commit': false, 'session.timeout.ms': 6000, staticMembership: true } },
    { id: 'take', kind: 'consume', from: 'orders', to: 'stock', config: { 'group.id': 'stock', latency: '5ms', 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed', 'enable.auto.commit': false, 'session.timeout.ms': 6000, staticMembership: true } },
  ],
  timeline: [
    { at: '7s', by: 'author', do: 'abort-transaction', on: 'place' },
    { at: '10s', by: 'author', do: 'crash-after-effect', on: 'mail/1' },
    { at: '10s', by: 'author', do: 'crash-after-effect', on: 'stock/1' },
  ],
  invariants: [{ check: 'effect-once', on: 'mail' }, { check: 'effect-once', on: 'stock' }, { check: 'no-loss' }],
  layout: { shop: [0, 110], kafka: [230, 0, 420, 300], orders: [300, 80], mail: [720, 10], stock: [720, 190] },
};
