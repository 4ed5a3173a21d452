import type { Scenario } from '../scenario/document.ts';

/** Question: what does a negative acknowledgment do to order, and where do dead letters go? */
export const deadLettersGone: Scenario = {
  version: 1,
  title: 'Put off, out of order, and gone',
  description:
    'Payments of a shared subscription. From 3 s on every payment of customer B fails, for four seconds: its consumer acknowledges it negatively, and a second later it comes again, behind what was sent meanwhile. After two redeliveries the client publishes it to the dead letter topic and acknowledges it. The dead letter topic is there, and nobody has subscribed to it. Where are the dead letters?',
  seed: 4,
  duration: '20s',
  nodes: [
    { id: 'till', kind: 'producer', title: 'Till', config: { rate: 12, keys: { count: 4 } } },
    { id: 'pulsar', kind: 'pulsar.cluster', title: 'Pulsar' },
    { id: 'payments', kind: 'pulsar.topic', title: 'Payments', parent: 'pulsar' },
    { id: 'dead', kind: 'pulsar.topic', title: 'Dead letters', parent: 'pulsar', config: { name: 'payments-ledger-DLQ' } },
    { id: 'book', kind: 'consumer', title: 'Ledger', config: { instances: 2, serviceTime: '40ms' } },
  ],
  links: [
    { id: 'in', kind: 'publish', from: 'till', to: 'payments', config: { latency: '2ms' } },
    { id: 'out', kind: 'consume', from: 'payments', to: 'book', config: { latency: '2ms', subscriptionName: 'ledger', subscriptionType: 'Shared', negativeAckRedeliveryDelayMicros: 1_000_000, maxRedeliverCount: 2 } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'poison', on: 'book', with: { key: 'B' } },
    { at: '7s', by: 'author', do: 'unpoison', on: 'book', with: { key: 'B' } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'order', on: 'book' }, { check: 'unrouted' }],
  layout: { till: [0, 90], pulsar: [220, 0, 420, 330], payments: [260, 70], dead: [260, 220], book: [720, 70] },
};
