import type { Scenario } from '../scenario/document.ts';

/** Question: one worker holds 300 tasks, the others are idle. */
export const competingConsumers: Scenario = {
  version: 1,
  title: 'One worker holds everything',
  description: 'A batch of 300 tasks arrives, and one worker takes it all, because its prefetch has no limit. At 2 s two more workers start. What will they do? At 12 s the prefetch becomes 1: watch the work being shared.',
  seed: 7,
  duration: '30s',
  nodes: [
    { id: 'batch', kind: 'producer', title: 'Nightly batch', config: { arrivals: 'by-hand', keys: { count: 12 } } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ' },
    { id: 'tasks', kind: 'rabbitmq.queue', parent: 'rabbit' },
    { id: 'worker', kind: 'consumer', title: 'Image worker', config: { instances: 1, serviceTime: { uniform: { from: '60ms', to: '140ms' } } } },
  ],
  links: [
    { id: 'submit', kind: 'publish', from: 'batch', to: 'tasks', config: { latency: '2ms' } },
    { id: 'take', kind: 'consume', from: 'tasks', to: 'worker', config: { prefetch: 0, latency: '5ms' } },
  ],
  timeline: [
    { at: '500ms', by: 'author', do: 'burst', on: 'batch', with: { count: 300 } },
    { at: '2s', by: 'author', do: 'set', on: 'worker', with: { instances: 3 } },
    { at: '12s', by: 'author', do: 'set', on: 'take', with: { prefetch: 1 } },
  ],
  invariants: [
    { check: 'no-loss', on: 'tasks' },
    { check: 'prefetch-hogging', on: 'tasks' },
  ],
  layout: { batch: [0, 80], rabbit: [240, 20, 320, 220], tasks: [280, 80], worker: [640, 40] },
};
