import type { Scenario } from '../scenario/document.ts';

/** Question: both brokers deliver at least once and lose nothing, so why two mails for one view? */
export const duplicatesAtTheSeam: Scenario = {
  version: 1,
  title: 'Duplicates at the seam',
  description:
    'Viewing events wait in a Kafka topic; a bridge puts each into a RabbitMQ queue, from which workers send mails with recommendations. The bridge commits its offsets when RabbitMQ has confirmed. At 9 s it dies between a confirm and the commit, and comes back. Nothing is lost, and no transaction spans the two brokers: what was published and not committed is published twice. Mail workers and archive have a queue each; only the archive remembers ids.',
  seed: 11,
  duration: '25s',
  nodes: [
    { id: 'views', kind: 'producer', title: 'Viewing events', config: { arrivals: 'bursts', burst: { size: 8, every: '500ms' }, keys: { count: 400 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'viewed', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 2 } },
    { id: 'relay', kind: 'bridge', title: 'Bridge', config: { serviceTime: '10ms', restartAfter: '600ms' } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'suggest', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'fanout' } },
    { id: 'tasks', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'history', kind: 'rabbitmq.queue', parent: 'rabbit', config: { 'x-queue-type': 'quorum' } },
    { id: 'mail', kind: 'consumer', title: 'Mail workers', config: { instances: 3, serviceTime: '120ms' } },
    { id: 'archive', kind: 'consumer', title: 'Archive, with an inbox', config: { serviceTime: '20ms', idempotency: 'inbox' } },
  ],
  links: [
    { id: 'view', kind: 'publish', from: 'views', to: 'viewed', config: { latency: '5ms' } },
    { id: 'take', kind: 'consume', from: 'viewed', to: 'relay', config: { 'group.id': 'relay', latency: '5ms', 'auto.offset.reset': 'earliest', 'enable.auto.commit': false, 'session.timeout.ms': 6000, staticMembership: true } },
    { id: 'pass', kind: 'publish', from: 'relay', to: 'suggest', config: { latency: '5ms' } },
    { id: 'b1', kind: 'bind', from: 'suggest', to: 'tasks' },
    { id: 'b2', kind: 'bind', from: 'suggest', to: 'history' },
    { id: 'work', kind: 'consume', from: 'tasks', to: 'mail', config: { prefetch: 2, latency: '5ms' } },
    { id: 'keep', kind: 'consume', from: 'history', to: 'archive', config: { prefetch: 10, latency: '5ms' } },
  ],
  timeline: [{ at: '9060ms', by: 'author', do: 'crash-after-effect', on: 'relay/1' }],
  invariants: [{ check: 'no-loss' }, { check: 'effect-once', on: 'relay' }, { check: 'effect-once', on: 'mail' }, { check: 'effect-once', on: 'archive' }],
  layout: { views: [0, 50], kafka: [220, 0, 376, 195], viewed: [250, 40], relay: [700, 40], rabbit: [220, 235, 536, 270], suggest: [250, 345], tasks: [490, 275], history: [490, 385], mail: [810, 225], archive: [810, 400] },
};
