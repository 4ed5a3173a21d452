import type { Scenario } from '../scenario/document.ts';

/** Question: one message of a customer fails; why do they all wait, and why is the next one in the dead-letter queue, too? */
export const blockedCustomer: Scenario = {
  version: 1,
  title: 'One failure blocked the customer, then both went to the DLQ',
  description:
    'A FIFO queue, one message group per customer. From 3 s on the payments of customer B fail. Nothing else of B can be received until the failure is over: that is what order means. But the function answers for its batch as a whole. Who else waits, whose receive count goes up, and who ends in the dead-letter queue although nobody ever began to work on it? At 14 s the payments work again, and at 22 s the dead letters are redriven: is B in order?',
  seed: 14,
  duration: '40s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 4, keys: { count: 5 } } },
    { id: 'orders', kind: 'sqs.queue', title: 'Orders', config: { FifoQueue: true, VisibilityTimeout: 2, deadLetterTargetArn: 'failed', maxReceiveCount: 3 } },
    { id: 'failed', kind: 'sqs.queue', title: 'Failed orders', config: { FifoQueue: true } },
    { id: 'charge', kind: 'function', title: 'Payments', config: { concurrency: 10, serviceTime: '150ms', coldStart: '200ms', timeout: '2s' } },
  ],
  links: [
    { id: 'place', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '5ms', MessageGroupId: '{key}', MessageDeduplicationId: '{id}' } },
    { id: 'map', kind: 'trigger', from: 'orders', to: 'charge', config: { latency: '5ms' } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'poison', on: 'charge', with: { key: 'B' } },
    { at: '14s', by: 'author', do: 'unpoison', on: 'charge', with: { key: 'B' } },
    { at: '22s', by: 'author', do: 'start-message-move-task', on: 'failed', with: { MaxNumberOfMessagesPerSecond: 5 } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'order', on: 'charge' }],
  layout: { shop: [0, 80], orders: [270, 40], failed: [440, 290], charge: [680, 0] },
};
