import type { Scenario } from '../scenario/document.ts';

/** Question: a bigger queue is not backpressure. */
export const biggerQueue: Scenario = {
  version: 1,
  title: 'A bigger queue is not backpressure',
  description: '120 pictures a second come in, the workers manage 100. The queue takes the rest, so all seems well. What grows, and what gives way first? Watch the age of the oldest, the memory of the cluster, and the publisher.',
  seed: 9,
  duration: '40s',
  nodes: [
    { id: 'upload', kind: 'producer', title: 'Upload', config: { rate: 120, arrivals: 'poisson', keys: { count: 12 }, size: 64000 } },
    { id: 'rabbit', kind: 'rabbitmq.cluster', title: 'RabbitMQ', config: { memory: 200, vm_memory_high_watermark: 0.6 } },
    { id: 'pictures', kind: 'rabbitmq.queue', parent: 'rabbit' },
    { id: 'resize', kind: 'consumer', title: 'Resizer', config: { instances: 2, concurrency: 5, serviceTime: '100ms' } },
  ],
  links: [
    { id: 'put', kind: 'publish', from: 'upload', to: 'pictures', config: { latency: '2ms' } },
    { id: 'take', kind: 'consume', from: 'pictures', to: 'resize', config: { prefetch: 10, latency: '2ms' } },
  ],
  invariants: [{ check: 'no-loss' }, { check: 'growing-depth', on: 'pictures' }, { check: 'backpressure', on: 'upload' }, { check: 'latency', on: 'resize', quantile: 0.99, below: '1s' }],
  layout: { upload: [0, 80], rabbit: [240, 20, 320, 220], pictures: [280, 80], resize: [640, 55] },
};
