import type { Scenario } from '../scenario/document.ts';

/** Question: the message with the short time to live left as late as the one with the long. */
export const ttlBehindTheHead: Scenario = {
  version: 1,
  title: 'The two-second message that left after twelve',
  description: 'A reminder with a time to live of 12 s lies at the head of a queue. Behind it come three with 2 s. RabbitMQ looks at per-message TTL only at the head of a classic queue: when will the three leave for the dead-letter exchange?',
  seed: 3,
  duration: '30s',
  nodes: [
    { id: 'slow', kind: 'producer', title: 'In twelve seconds', config: { arrivals: 'by-hand', keys: { count: 1 } } },
    { id: 'quick', kind: 'producer', title: 'In two seconds', config: { arrivals: 'by-hand', keys: { count: 1 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'delay', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-dead-letter-exchange': 'due' } },
    { id: 'due', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'fanout' } },
    { id: 'reminders', kind: 'rabbitmq.queue', parent: 'rabbit' },
    { id: 'sender', kind: 'consumer', title: 'Reminder sender', config: { serviceTime: '100ms' } },
  ],
  links: [
    { id: 'twelve', kind: 'publish', from: 'slow', to: 'delay', config: { expiration: 12000 } },
    { id: 'two', kind: 'publish', from: 'quick', to: 'delay', config: { expiration: 2000 } },
    { id: 'ripe', kind: 'bind', from: 'due', to: 'reminders' },
    { id: 'remind', kind: 'consume', from: 'reminders', to: 'sender' },
  ],
  timeline: [
    { at: '1s', by: 'author', do: 'send', on: 'slow', with: { count: 1, key: 'A' } },
    { at: '2s', by: 'author', do: 'send', on: 'quick', with: { count: 1, key: 'B' } },
    { at: '3s', by: 'author', do: 'send', on: 'quick', with: { count: 1, key: 'B' } },
    { at: '4s', by: 'author', do: 'send', on: 'quick', with: { count: 1, key: 'B' } },
    { at: '16s', by: 'author', do: 'send', on: 'quick', with: { count: 1, key: 'C' } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'latency', on: 'sender', quantile: 0.5, below: '3s' }],
  layout: { slow: [0, 10], quick: [0, 120], rabbit: [220, 10, 526, 285], delay: [250, 50], due: [250, 190], reminders: [480, 175], sender: [810, 165] },
};
