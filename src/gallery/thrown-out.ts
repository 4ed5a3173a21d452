import type { Scenario } from '../scenario/document.ts';

/** Question: the consumer did the work, was thrown out of the group, and everything ran again. */
export const thrownOut: Scenario = {
  version: 1,
  title: 'Thrown out, and everything again',
  description: 'One poll gives out up to 50 invoices of 200 ms each, and max.poll.interval.ms is 5 s. At 4 s the printer becomes slower. What happens to the invoices that were printed when the consumer asks for more too late? At 22 s it is given no more than 5 at a time.',
  seed: 5,
  duration: '45s',
  nodes: [
    { id: 'office', kind: 'producer', title: 'Office', config: { rate: 6, keys: { count: 6 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'invoices', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 2 } },
    { id: 'printer', kind: 'consumer', title: 'Printer', config: { instances: 2, serviceTime: '200ms' } },
  ],
  links: [
    { id: 'write', kind: 'publish', from: 'office', to: 'invoices', config: { latency: '5ms' } },
    { id: 'print', kind: 'consume', from: 'invoices', to: 'printer', config: { 'group.id': 'printing', latency: '5ms', 'auto.offset.reset': 'earliest', 'enable.auto.commit': false, 'max.poll.records': 50, 'max.poll.interval.ms': 5000, 'heartbeat.interval.ms': 500 } },
  ],
  timeline: [
    { at: '4s', by: 'author', do: 'slow', on: 'printer', with: { factor: 6 } },
    { at: '22s', by: 'author', do: 'normal-speed', on: 'printer' },
    { at: '22s', by: 'author', do: 'set', on: 'print', with: { 'max.poll.records': 5 } },
  ],
  invariants: [{ check: 'effect-once', on: 'printer' }, { check: 'no-loss' }],
  layout: { office: [0, 80], kafka: [230, 0, 420, 240], invoices: [300, 60], printer: [720, 60] },
};
