import type { Scenario } from '../scenario/document.ts';

/** Question: three webhooks have a bad minute each; which of them loses, which repeats, and which gets everything late? */
export const webhookAnswers: Scenario = {
  version: 1,
  title: 'What a webhook answers',
  description:
    'Every order goes to three webhooks. For less than a second the ledger answers 400 to orders of customer D. An instance of billing crashes when it has charged and not yet answered. The mail service answers 503 for seven seconds. Three kinds of trouble, three fates: whose events are gone for good, whose are done twice, and whose come back in a burst and out of order? Watch the waits of each subscription.',
  seed: 7,
  duration: '60s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 8, keys: { count: 40 } } },
    { id: 'orders', kind: 'event-grid.topic', title: 'Orders' },
    { id: 'to-ledger', kind: 'event-grid.subscription', title: 'Ledger' },
    { id: 'to-billing', kind: 'event-grid.subscription', title: 'Billing' },
    { id: 'to-mail', kind: 'event-grid.subscription', title: 'Mail' },
    { id: 'book', kind: 'consumer', title: 'Ledger webhook', config: { instances: 2, concurrency: 4, serviceTime: '80ms', onFailure: 'reject' } },
    { id: 'bill', kind: 'consumer', title: 'Billing webhook', config: { instances: 2, concurrency: 4, serviceTime: '80ms' } },
    { id: 'send', kind: 'consumer', title: 'Mail webhook', config: { instances: 2, concurrency: 4, serviceTime: '120ms' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '20ms', subject: '/customers/{key}' } },
    { id: 'of-ledger', kind: 'subscribe', from: 'orders', to: 'to-ledger' },
    { id: 'of-billing', kind: 'subscribe', from: 'orders', to: 'to-billing' },
    { id: 'of-mail', kind: 'subscribe', from: 'orders', to: 'to-mail' },
    { id: 'books', kind: 'push', from: 'to-ledger', to: 'book', config: { rejection: '400' } },
    { id: 'bills', kind: 'push', from: 'to-billing', to: 'bill' },
    { id: 'sends', kind: 'push', from: 'to-mail', to: 'send', config: { failure: '503' } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'poison', on: 'book', with: { key: 'D' } },
    { at: '3800ms', by: 'author', do: 'unpoison', on: 'book', with: { key: 'D' } },
    { at: '4s', by: 'author', do: 'crash-after-effect', on: 'bill/1' },
    { at: '5s', by: 'author', do: 'outage', on: 'send' },
    { at: '6s', by: 'author', do: 'restart', on: 'bill/1' },
    { at: '12s', by: 'author', do: 'outage-ends', on: 'send' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'bill' }, { check: 'order', on: 'send' }],
  layout: { shop: [0, 252], orders: [240, 265], 'to-ledger': [490, 0], 'to-billing': [490, 202], 'to-mail': [490, 404], book: [860, 25], bill: [860, 227], send: [860, 429] },
};
