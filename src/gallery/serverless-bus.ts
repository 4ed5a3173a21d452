import type { Scenario } from '../scenario/document.ts';

/** Question: a deploy breaks one service for ten seconds. What does a replay mend, and what does it break? */
export const serverlessBus: Scenario = {
  version: 1,
  title: 'A deploy breaks a service, a replay breaks the rest',
  description:
    'Orders go over a bus to three services, each behind a rule of its own. At 4 s a deploy breaks billing; EventBridge tries each event three times more and then leaves it in a dead-letter queue. At 10 s billing is mended, and at 13 s somebody replays what the archive holds of those seconds. Who gets the events a second time? Billing keeps processed ids, mail does not, and the rule of stock lets no replayed event through.',
  seed: 8,
  duration: '40s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 6, keys: { count: 40 } } },
    { id: 'bus', kind: 'eventbridge.bus', title: 'Order events', config: { retryBase: '500ms', deliveryLatency: { lognormal: { mean: '300ms', p99: '1s' } } } },
    { id: 'history', kind: 'eventbridge.archive', title: 'Archive', config: { lag: '1s', replayRate: 20 } },
    { id: 'to-billing', kind: 'eventbridge.rule', title: 'Billing rule', config: { EventPattern: '{"source":["shop"]}', DeadLetterConfig: 'dead' } },
    { id: 'to-mail', kind: 'eventbridge.rule', title: 'Mail rule', config: { EventPattern: '{"detail-type":["order placed"]}' } },
    { id: 'to-stock', kind: 'eventbridge.rule', title: 'Stock rule', config: { EventPattern: '{"replay-name":[{"exists":false}]}' } },
    { id: 'dead', kind: 'eventbridge.dead-letter-queue', title: 'Not billed' },
    { id: 'bill', kind: 'consumer', title: 'Billing', config: { instances: 2, concurrency: 4, serviceTime: '60ms', idempotency: 'inbox' } },
    { id: 'mail', kind: 'consumer', title: 'Mail', config: { concurrency: 6, serviceTime: '40ms' } },
    { id: 'stock', kind: 'consumer', title: 'Stock', config: { concurrency: 6, serviceTime: '30ms' } },
  ],
  links: [
    { id: 'put', kind: 'publish', from: 'shop', to: 'bus', config: { Detail: '{"order":"{key}{seq}"}', latency: '5ms' } },
    { id: 'bus-history', kind: 'archive', from: 'bus', to: 'history' },
    { id: 'bus-billing', kind: 'rule', from: 'bus', to: 'to-billing' },
    { id: 'bus-mail', kind: 'rule', from: 'bus', to: 'to-mail' },
    { id: 'bus-stock', kind: 'rule', from: 'bus', to: 'to-stock' },
    { id: 'call-billing', kind: 'api-destination', from: 'to-billing', to: 'bill', config: { MaximumRetryAttempts: 3, latency: '10ms' } },
    { id: 'call-mail', kind: 'api-destination', from: 'to-mail', to: 'mail', config: { latency: '10ms' } },
    { id: 'call-stock', kind: 'api-destination', from: 'to-stock', to: 'stock', config: { latency: '10ms' } },
  ],
  timeline: [
    { at: '4s', by: 'author', do: 'outage', on: 'bill' },
    { at: '10s', by: 'author', do: 'outage-ends', on: 'bill' },
    { at: '13s', by: 'author', do: 'start-replay', on: 'history', with: { ReplayName: 'after-the-deploy', EventStartTime: '3s', EventEndTime: '11s' } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'bill' }, { check: 'effect-once', on: 'mail' }, { check: 'effect-once', on: 'stock' }],
  layout: { shop: [0, 190], bus: [280, 182], history: [307, 350], 'to-billing': [650, 0], dead: [720, 120], 'to-mail': [650, 240], 'to-stock': [650, 370], bill: [1040, 0], mail: [1040, 240], stock: [1040, 365] },
};
