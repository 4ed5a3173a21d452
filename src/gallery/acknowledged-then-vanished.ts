import type { Scenario } from '../scenario/document.ts';

/** Question: the broker acknowledged it, then it vanished. */
export const acknowledgedThenVanished: Scenario = {
  version: 1,
  title: 'Acknowledged, then vanished',
  description: 'Two topics with three copies of everything. The first producer asks only the leader (acks=1), the second asks all in-sync replicas. At 8 s the broker that leads both is killed. Which of the confirmed payments are still there when a follower takes over?',
  seed: 13,
  duration: '40s',
  nodes: [
    { id: 'till', kind: 'producer', title: 'Till, acks=1', config: { rate: 40, arrivals: 'poisson', keys: { count: 6 } } },
    { id: 'bank', kind: 'producer', title: 'Bank, acks=all', config: { rate: 40, arrivals: 'poisson', keys: { count: 6 } } },
    { id: 'kafka', kind: 'kafka.cluster', title: 'Kafka', config: { replicaLatency: '60ms', 'broker.session.timeout.ms': 3000, 'group.initial.rebalance.delay.ms': 500 } },
    { id: 'cash', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 1, 'min.insync.replicas': 2 } },
    { id: 'transfers', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 3, 'min.insync.replicas': 2 } },
    { id: 'books', kind: 'consumer', title: 'Books', config: { concurrency: 2, serviceTime: '5ms' } },
    { id: 'ledger', kind: 'consumer', title: 'Ledger', config: { concurrency: 2, serviceTime: '5ms' } },
  ],
  links: [
    { id: 'pay-cash', kind: 'publish', from: 'till', to: 'cash', config: { latency: '5ms', acks: '1', 'linger.ms': 0 } },
    { id: 'pay-bank', kind: 'publish', from: 'bank', to: 'transfers', config: { latency: '5ms' } },
    { id: 'read-cash', kind: 'consume', from: 'cash', to: 'books', config: { 'group.id': 'books', latency: '5ms', 'auto.offset.reset': 'earliest' } },
    { id: 'read-bank', kind: 'consume', from: 'transfers', to: 'ledger', config: { 'group.id': 'ledger', latency: '5ms', 'auto.offset.reset': 'earliest' } },
  ],
  timeline: [
    { at: '8s', by: 'author', do: 'stop-node', on: 'kafka/node-1' },
    { at: '20s', by: 'author', do: 'start-node', on: 'kafka/node-1' },
  ],
  invariants: [
    { check: 'no-loss', on: 'cash' },
    { check: 'no-loss', on: 'transfers' },
  ],
  layout: { till: [0, 50], bank: [0, 230], kafka: [240, 0, 420, 400], cash: [310, 50], transfers: [310, 210], books: [730, 40], ledger: [730, 230] },
};
