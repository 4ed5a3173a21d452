import type { Scenario } from '../scenario/document.ts';

/** Question: why do the entries of a dead consumer never move by themselves? */
export const deadConsumer: Scenario = {
  version: 1,
  title: 'What a dead consumer leaves behind',
  description:
    'Three groups read the same stream, and in each the second instance dies just after 4 s. Nobody of Billing claims what it had. Mail claims what has been pending for half a second, and its consumers read ten at a time. Audit claims after 20 s, and at 10 s its operator deletes the consumer that is gone. Which entries come again, and to whom?',
  seed: 16,
  duration: '40s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { arrivals: 'bursts', burst: { size: 16, every: '2s' }, keys: { count: 500 } } },
    { id: 'redis', kind: 'redis-streams.server', title: 'Redis' },
    { id: 'orders', kind: 'redis-streams.stream', title: 'Orders', parent: 'redis' },
    { id: 'billing', kind: 'redis-streams.group', title: 'Billing', parent: 'redis' },
    { id: 'mail', kind: 'redis-streams.group', title: 'Mail', parent: 'redis' },
    { id: 'audit', kind: 'redis-streams.group', title: 'Audit', parent: 'redis' },
    { id: 'bill', kind: 'consumer', title: 'Billing service', config: { instances: 2, concurrency: 2, serviceTime: '200ms', restartAfter: '2s' } },
    { id: 'send', kind: 'consumer', title: 'Mail service', config: { instances: 2, concurrency: 2, serviceTime: '200ms' } },
    { id: 'note', kind: 'consumer', title: 'Audit service', config: { instances: 2, concurrency: 2, serviceTime: '200ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '2ms' } },
    { id: 'to-billing', kind: 'read', from: 'orders', to: 'billing' },
    { id: 'to-mail', kind: 'read', from: 'orders', to: 'mail' },
    { id: 'to-audit', kind: 'read', from: 'orders', to: 'audit' },
    { id: 'bills', kind: 'consume', from: 'billing', to: 'bill', config: { latency: '2ms', COUNT: 10, BLOCK: 5000, ownPending: false } },
    { id: 'mails', kind: 'consume', from: 'mail', to: 'send', config: { latency: '2ms', COUNT: 10, BLOCK: 5000, claim: 'XAUTOCLAIM', 'min-idle-time': 500, claimEvery: '1s' } },
    { id: 'notes', kind: 'consume', from: 'audit', to: 'note', config: { latency: '2ms', COUNT: 10, BLOCK: 5000, claim: 'XAUTOCLAIM', 'min-idle-time': 20_000, claimEvery: '2s' } },
  ],
  timeline: [
    { at: '4100ms', by: 'author', do: 'crash', on: 'bill/2' },
    { at: '4100ms', by: 'author', do: 'crash', on: 'send/2' },
    { at: '4100ms', by: 'author', do: 'crash', on: 'note/2' },
    { at: '10s', by: 'author', do: 'xgroup-delconsumer', on: 'audit', with: { consumer: 'note/2' } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'send' }],
  layout: { shop: [0, 257], redis: [210, 0, 704, 595], orders: [240, 257], billing: [568, 40], mail: [568, 220], audit: [568, 400], bill: [960, 52], send: [960, 232], note: [960, 412] },
};
