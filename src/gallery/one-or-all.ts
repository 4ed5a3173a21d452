import type { Scenario } from '../scenario/document.ts';

/** Question: point-to-point and publish-subscribe side by side. What does a reader that dies cost in each? */
export const oneOrAll: Scenario = {
  version: 1,
  title: 'One of them, or all of them',
  description:
    'The shop publishes each order twice. Above it goes point-to-point into one queue, and one of three packers gets it. Below it is published to a fanout exchange with three subscribers, and each gets a copy in a queue of its own. At 5 s a packer and the search service die, and nobody restarts them until 20 s. Whose work do others take over, and whose waits?',
  seed: 31,
  duration: '30s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Shop', config: { rate: 12, keys: { count: 300 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'tasks', kind: 'rabbitmq.queue', title: 'To be packed', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'placed', kind: 'rabbitmq.exchange', title: 'Order placed', parent: 'rabbit', config: { type: 'fanout' } },
    { id: 'for-mail', kind: 'rabbitmq.queue', title: 'Mail', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'for-search', kind: 'rabbitmq.queue', title: 'Search', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'for-books', kind: 'rabbitmq.queue', title: 'Books', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'pack', kind: 'consumer', title: 'Packers', config: { instances: 3, serviceTime: '120ms' } },
    { id: 'mail', kind: 'consumer', title: 'Mail service', config: { serviceTime: '40ms' } },
    { id: 'search', kind: 'consumer', title: 'Search service', config: { serviceTime: '40ms' } },
    { id: 'books', kind: 'consumer', title: 'Bookkeeping', config: { serviceTime: '40ms' } },
  ],
  links: [
    { id: 'task', kind: 'publish', from: 'shop', to: 'tasks', config: { latency: '5ms' } },
    { id: 'event', kind: 'publish', from: 'shop', to: 'placed', config: { latency: '5ms' } },
    { id: 'b1', kind: 'bind', from: 'placed', to: 'for-mail' },
    { id: 'b2', kind: 'bind', from: 'placed', to: 'for-search' },
    { id: 'b3', kind: 'bind', from: 'placed', to: 'for-books' },
    { id: 'packs', kind: 'consume', from: 'tasks', to: 'pack', config: { prefetch: 1, latency: '5ms' } },
    { id: 'mails', kind: 'consume', from: 'for-mail', to: 'mail', config: { prefetch: 4, latency: '5ms' } },
    { id: 'finds', kind: 'consume', from: 'for-search', to: 'search', config: { prefetch: 4, latency: '5ms' } },
    { id: 'keeps', kind: 'consume', from: 'for-books', to: 'books', config: { prefetch: 4, latency: '5ms' } },
  ],
  timeline: [
    { at: '5s', by: 'author', do: 'crash', on: 'pack/2' },
    { at: '5s', by: 'author', do: 'crash', on: 'search' },
    { at: '20s', by: 'author', do: 'restart', on: 'pack/2' },
    { at: '20s', by: 'author', do: 'restart', on: 'search' },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'latency', on: 'pack', quantile: 0.99, below: '2s' }, { check: 'latency', on: 'search', quantile: 0.99, below: '2s' }],
  layout: { shop: [0, 170], rabbit: [220, 0, 536, 545], tasks: [490, 40], placed: [250, 318], 'for-mail': [490, 185], 'for-search': [490, 305], 'for-books': [490, 425], pack: [810, 5], mail: [810, 180], search: [810, 305], books: [810, 430] },
};
