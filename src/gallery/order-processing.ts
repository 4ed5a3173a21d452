import type { Scenario } from '../scenario/document.ts';

/** The opening scenario: one order is charged twice, because an instance crashes between the charge and its acknowledgement. */
export const orderProcessing: Scenario = {
  version: 1,
  title: 'Order processing',
  description: 'A consumer finished the work, then crashed before its acknowledgement arrived. Will RabbitMQ deliver the message again, and to whom?',
  seed: 42,
  speed: 0.5,
  duration: '60s',
  nodes: [
    { id: 'shop', kind: 'producer', title: 'Order service', config: { rate: 20, arrivals: 'poisson', keys: { count: 8, skew: 0.6 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ cluster', config: { nodes: 3 } },
    { id: 'orders', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'topic' } },
    { id: 'payments', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2, 'x-dead-letter-exchange': 'dlx' } },
    { id: 'inventory', kind: 'rabbitmq.queue', parent: 'rabbit' },
    { id: 'email', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-message-ttl': 30000 } },
    { id: 'dlx', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'fanout' } },
    { id: 'payments.dlq', kind: 'rabbitmq.queue', parent: 'rabbit' },
    { id: 'pay', kind: 'consumer', title: 'Payment service', config: { instances: 2, concurrency: 2, serviceTime: { lognormal: { mean: '120ms', p99: '500ms' } }, failures: { rate: 0.02 }, restartAfter: '8s' } },
    { id: 'stock', kind: 'consumer', title: 'Inventory service', config: { concurrency: 2, serviceTime: { exponential: { mean: '60ms' } } } },
    { id: 'mail', kind: 'consumer', title: 'Email service', config: { concurrency: 2, serviceTime: { normal: { mean: '160ms', deviation: '30ms' } } } },
  ],
  links: [
    { id: 'placed', kind: 'publish', from: 'shop', to: 'orders', config: { routingKey: 'order.placed', latency: '5ms' } },
    { id: 'to-payments', kind: 'bind', from: 'orders', to: 'payments', config: { routingKey: 'order.*' } },
    { id: 'to-inventory', kind: 'bind', from: 'orders', to: 'inventory', config: { routingKey: 'order.*' } },
    { id: 'to-email', kind: 'bind', from: 'orders', to: 'email', config: { routingKey: '#' } },
    { id: 'to-dlq', kind: 'bind', from: 'dlx', to: 'payments.dlq' },
    { id: 'charge', kind: 'consume', from: 'payments', to: 'pay', config: { prefetch: 10, latency: '5ms' } },
    { id: 'reserve', kind: 'consume', from: 'inventory', to: 'stock', config: { prefetch: 5, latency: '5ms' } },
    { id: 'notify', kind: 'consume', from: 'email', to: 'mail', config: { prefetch: 4, latency: '5ms' } },
  ],
  timeline: [
    { at: '3s', by: 'author', do: 'poison', on: 'pay', with: { key: 'F' } },
    { at: '5s', by: 'author', do: 'unpoison', on: 'pay', with: { key: 'F' } },
    { at: '7s', by: 'author', do: 'crash-after-effect', on: 'pay/2' },
  ],
  invariants: [
    { check: 'no-loss', on: 'payments' },
    { check: 'effect-once', on: 'pay' },
    { check: 'latency', on: 'pay', quantile: 0.99, below: '2s' },
  ],
  layout: { shop: [0, 150], rabbit: [240, 0, 536, 490], orders: [270, 165], payments: [510, 40], inventory: [510, 150], email: [510, 260], dlx: [270, 385], 'payments.dlq': [510, 370], pay: [830, 20], stock: [830, 180], mail: [830, 315] },
};
