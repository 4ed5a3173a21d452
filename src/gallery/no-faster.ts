import type { Scenario } from '../scenario/document.ts';

/** Question: we added consumers and it got no faster, and every deploy freezes consumption. */
export const noFaster: Scenario = {
  version: 1,
  title: 'More consumers, no faster; deploys that freeze',
  description:
    'Three groups read the same three partitions with four members each. Three instances of each are restarted, one after the other: eager members all stop each time, cooperative ones go on with what they have, static ones are not missed. The bar under a member shows when it was given nothing in the last 10 s. What does the fourth member do?',
  seed: 4,
  duration: '45s',
  nodes: [
    { id: 'feed', kind: 'producer', title: 'Feed', config: { rate: 60, keys: { count: 40 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'events', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 3 } },
    { id: 'eager', kind: 'consumer', title: 'Eager (range)', config: { instances: 4, serviceTime: '32ms' } },
    { id: 'cooperative', kind: 'consumer', title: 'Cooperative', config: { instances: 4, serviceTime: '32ms' } },
    { id: 'static', kind: 'consumer', title: 'Static', config: { instances: 4, serviceTime: '32ms' } },
  ],
  links: [
    { id: 'in', kind: 'publish', from: 'feed', to: 'events', config: { latency: '5ms' } },
    { id: 'one', kind: 'consume', from: 'events', to: 'eager', config: { 'group.id': 'eager', latency: '5ms', 'auto.offset.reset': 'earliest', 'partition.assignment.strategy': 'range', 'max.poll.records': 20, 'session.timeout.ms': 6000 } },
    { id: 'two', kind: 'consume', from: 'events', to: 'cooperative', config: { 'group.id': 'cooperative', latency: '5ms', 'auto.offset.reset': 'earliest', 'partition.assignment.strategy': 'cooperative-sticky', 'max.poll.records': 20, 'session.timeout.ms': 6000 } },
    { id: 'three', kind: 'consume', from: 'events', to: 'static', config: { 'group.id': 'static', latency: '5ms', 'auto.offset.reset': 'earliest', 'max.poll.records': 20, 'session.timeout.ms': 10_000, staticMembership: true } },
  ],
  timeline: [1, 2, 3].flatMap((n) =>
    ['eager', 'cooperative', 'static'].flatMap((id) => [
      { at: `${10 + n * 4}s`, by: 'author' as const, do: 'shut-down', on: `${id}/${n}` },
      { at: `${11 + n * 4}s`, by: 'author' as const, do: 'restart', on: `${id}/${n}` },
    ]),
  ),
  invariants: [{ check: 'idle-consumer' }, { check: 'latency', on: 'static', quantile: 0.95, below: '3s' }, { check: 'latency', on: 'eager', quantile: 0.95, below: '3s' }, { check: 'latency', on: 'cooperative', quantile: 0.95, below: '3s' }],
  layout: { feed: [0, 220], kafka: [210, 130, 390, 290], events: [250, 190], eager: [640, 0], cooperative: [640, 205], static: [640, 410] },
};
