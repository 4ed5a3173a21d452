import type { Scenario } from '../scenario/document.ts';

/** Question: a deploy breaks one function for six seconds. What does a replay mend, and what does it break? */
export const serverlessBus: Scenario = {
  version: 1,
  title: 'A deploy breaks a function, a replay breaks the rest',
  description:
    'Orders go over a bus to two functions and a mail service, each behind a rule of its own. At 4 s a deploy breaks billing. Lambda has taken each event already, so the retries of the rule do not count; the function has none, and what fails goes to its queue. The stock function runs out of concurrency now and then, and Lambda brings those events again. At 10 s billing is mended, and at 13 s somebody replays what the archive holds of those seconds. Who gets events a second time? Billing keeps processed ids, mail does not, and the rule of stock lets no replayed event through.',
  seed: 8,
  duration: '40s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 6, keys: { count: 40 } } },
    { id: 'bus', kind: 'eventbridge.bus', title: 'Order events', config: { deliveryLatency: { lognormal: { mean: '300ms', p99: '1s' } } } },
    { id: 'history', kind: 'eventbridge.archive', title: 'Archive', config: { lag: '1s', replayRate: 20 } },
    { id: 'to-billing', kind: 'eventbridge.rule', title: 'Billing rule', config: { EventPattern: '{"source":["shop"]}', DeadLetterConfig: 'dead' } },
    { id: 'to-mail', kind: 'eventbridge.rule', title: 'Mail rule', config: { EventPattern: '{"detail-type":["order placed"]}' } },
    { id: 'to-stock', kind: 'eventbridge.rule', title: 'Stock rule', config: { EventPattern: '{"replay-name":[{"exists":false}]}' } },
    { id: 'dead', kind: 'eventbridge.dead-letter-queue', title: 'Not billed' },
    { id: 'bill', kind: 'function', title: 'Billing', config: { concurrency: 4, coldStart: '250ms', serviceTime: '120ms', idempotency: 'inbox' } },
    { id: 'mail', kind: 'consumer', title: 'Mail', config: { concurrency: 6, serviceTime: '40ms' } },
    { id: 'stock', kind: 'function', title: 'Stock', config: { concurrency: 3, coldStart: '250ms', serviceTime: '250ms' } },
  ],
  links: [
    { id: 'put', kind: 'publish', from: 'shop', to: 'bus', config: { Detail: '{"order":"{key}{seq}"}', latency: '5ms' } },
    { id: 'bus-history', kind: 'archive', from: 'bus', to: 'history' },
    { id: 'bus-billing', kind: 'rule', from: 'bus', to: 'to-billing' },
    { id: 'bus-mail', kind: 'rule', from: 'bus', to: 'to-mail' },
    { id: 'bus-stock', kind: 'rule', from: 'bus', to: 'to-stock' },
    { id: 'call-billing', kind: 'lambda', from: 'to-billing', to: 'bill', config: { functionRetryAttempts: 0, OnFailure: 'dead', latency: '10ms' } },
    { id: 'call-mail', kind: 'api-destination', from: 'to-mail', to: 'mail', config: { latency: '10ms' } },
    { id: 'call-stock', kind: 'lambda', from: 'to-stock', to: 'stock', config: { latency: '10ms' } },
  ],
  timeline: [
    { at: '4s', by: 'author', do: 'outage', on: 'bill' },
    { at: '10s', by: 'author', do: 'outage-ends', on: 'bill' },
    { at: '13s', by: 'author', do: 'start-replay', on: 'history', with: { ReplayName: 'after-the-deploy', EventStartTime: '3s', EventEndTime: '11s' } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'bill' }, { check: 'effect-once', on: 'mail' }, { check: 'effect-once', on: 'stock' }],
  layout: { shop: [0, 200], bus: [240, 192], history: [267, 360], 'to-billing': [590, 20], 'to-mail': [590, 270], 'to-stock': [590, 410], dead: [640, 150], bill: [970, 0], mail: [970, 235], stock: [970, 375] },
};
