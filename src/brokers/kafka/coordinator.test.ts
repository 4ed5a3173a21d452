/** Who coordinates a group or a transaction, and what clients live through while nobody does. */
import { describe, expect, it } from 'vitest';
import { at } from '../../testing/settings-trial.ts';
import { cluster } from './cluster.test-kit.ts';
import { groupRule } from './group/rules.ts';
import type { GroupRequest, Request, TopicPartition } from './protocol.ts';
import { run } from './room.test-kit.ts';
import { rule } from './rules.ts';
import { topicSettings } from './settings.ts';

const NOBODY = { memberId: '', groupInstanceId: null, generationOrEpoch: -1 };
const T: TopicPartition = { topic: 't', partition: 0 };
const commit = (offset: number): GroupRequest => ({ api: 'OffsetCommit', group: 'g', member: NOBODY, offsets: [{ ...T, offset }], how: 'kafka.commit_sync' });
const FETCH: GroupRequest = { api: 'OffsetFetch', group: 'g', member: NOBODY, partitions: [T], stable: false };
const FIND: Request = { api: 'FindCoordinator', group: 'g' };

describe('a group', () => {
  it(groupRule('coordinator-dies'), () => {
    const c = cluster();
    const [first] = [c.kafka.coordinator.nodeOf('g')];
    expect(c.answer(c.ask(commit(3)))).toEqual({ api: 'OffsetCommit', error: null });
    c.kafka.nodes.kill(first);
    expect(c.answer(c.ask(commit(4)))).toEqual({ api: 'Unavailable' });
    // Nobody knows yet that it is dead.
    expect(c.answer(c.ask(FIND))).toMatchObject({ error: 'NONE', node: first });
    c.advance(900);
    expect(c.kafka.coordinator.nodeOf('g')).toBe(first);
    c.advance(200);
    const second = c.kafka.coordinator.nodeOf('g');
    expect(second).not.toBe(first);
    expect(c.answer(c.ask(FETCH))).toMatchObject({ error: null, offsets: [{ offset: 3 }] });
    c.kafka.nodes.start(first);
    expect(c.answer(c.ask(commit(5), first))).toEqual({ api: 'OffsetCommit', error: 'NOT_COORDINATOR' });
    expect(c.answer(c.ask(commit(5), second))).toEqual({ api: 'OffsetCommit', error: null });
  });
  it('with a single copy of __consumer_offsets has no coordinator until the same one is back', () => {
    const c = cluster({ 'offsets.topic.replication.factor': 1 });
    const node = c.kafka.coordinator.nodeOf('g');
    c.ask(commit(3));
    c.kafka.nodes.kill(node);
    c.advance(1200);
    expect(c.answer(c.ask(FIND))).toEqual({ api: 'FindCoordinator', error: 'COORDINATOR_NOT_AVAILABLE', node: -1 });
    c.kafka.nodes.start(node);
    expect(c.answer(c.ask(FETCH))).toMatchObject({ error: null, offsets: [{ offset: 3 }] });
  });
  it('whose coordinator stands still is answered when that goes on, by then no longer the coordinator', () => {
    const c = cluster();
    const node = c.kafka.coordinator.nodeOf('g');
    c.kafka.nodes.freeze(node, true);
    const n = c.ask(commit(3), node);
    c.advance(1200);
    expect(c.answer(n)).toBeUndefined();
    expect(c.answer(c.ask(commit(4)))).toEqual({ api: 'OffsetCommit', error: null });
    c.kafka.nodes.freeze(node, false);
    c.advance(1);
    expect(c.answer(n)).toEqual({ api: 'OffsetCommit', error: 'NOT_COORDINATOR' });
  });
  const outage = [at(2000, 'stop-cluster', 'kafka'), at(5000, 'start-cluster', 'kafka')];
  it(groupRule('commit-is-tried-again'), () => {
    const seen = (consume: Readonly<Record<string, unknown>>) => run({ consume, consumer: { serviceTime: '50ms' }, timeline: outage, until: 9e6 });
    const patient = seen({ commit: 'commitSync' });
    expect(patient.of('refused', 'kafka.TimeoutException')).toEqual([]);
    // The application stands in commitSync() all the while.
    expect(patient.between(patient.of('delivered'), 2.5, 5)).toEqual([]);
    const hasty = seen({ commit: 'commitSync', 'default.api.timeout.ms': 1000 });
    // It goes on with what it had polled, and the next one fails as well.
    expect(hasty.of('refused', 'kafka.TimeoutException').map(({ time }) => Math.floor(time / 1e6))).toEqual([3, 4]);
    const careless = seen({ commit: 'commitAsync' });
    expect(careless.of('refused', 'kafka.RetriableCommitFailedException').length).toBeGreaterThan(0);
    expect(careless.of('refused', 'kafka.TimeoutException')).toEqual([]);
    for (const { of } of [patient, hasty, careless]) expect(of('effect').filter(({ time }) => time > 6e6).length).toBeGreaterThan(10);
  });
  it('is read by its members while its coordinator is dead, and loses none of them', () => {
    // Each broker in turn is away, the coordinator among them.
    const timeline = [1, 2, 3].flatMap((n) => [at(n * 5000 - 3000, 'stop-node', `kafka/node-${n}`), at(n * 5000, 'start-node', `kafka/node-${n}`)]);
    const { of, between } = run({ topic: { partitions: 6, 'replication.factor': 1 }, publish: { keyed: false }, consumer: { instances: 2, serviceTime: '5ms' }, consume: { 'enable.auto.commit': true, 'auto.commit.interval.ms': 200 }, cluster: { 'broker.session.timeout.ms': 2000 }, timeline, until: 16e6 });
    expect(between(of('left'), 2, 16)).toEqual([]);
    expect(between(of('rebalancing'), 2, 16)).toEqual([]);
    for (const from of [2, 7, 12]) expect(between(of('effect'), from, from + 2).length).toBeGreaterThan(5);
  });
});
describe('a transaction', () => {
  it(rule('transaction-coordinator'), () => {
    const c = cluster();
    const id = c.init('x', 1_500_000);
    c.produce([1], { ...id, baseSequence: 0, transactional: true });
    c.advance(5);
    const first = c.kafka.transactions.nodeOf('x');
    c.kafka.putTopic('u', topicSettings({ config: { partitions: 1, 'replication.factor': 1 } }), [[(first + 1) % 3]]);
    c.kafka.nodes.kill(first);
    expect(c.end('x', id, true)).toBe('DISCONNECTED');
    const joins = () => c.errorOf(c.produce([2], { topic: 'u', ...id, baseSequence: 0, transactional: true, acks: 1, broker: (first + 1) % 3 }));
    expect(joins()).toBe('NOT_ENOUGH_REPLICAS');
    c.advance(1200);
    expect(joins()).toBe('NONE');
    expect(c.kafka.transactions.nodeOf('x')).not.toBe(first);
    expect(c.end('x', id, true)).toBe('NONE');
  });
  it('whose coordinator stands still is ended at the next one; the first says that it is not the coordinator any more', () => {
    const c = cluster();
    const id = c.init('x');
    c.produce([1], { ...id, baseSequence: 0, transactional: true });
    c.advance(5);
    const first = c.kafka.transactions.nodeOf('x');
    c.kafka.nodes.freeze(first, true);
    const end: Request = { api: 'EndTxn', transactionalId: 'x', ...id, commit: true };
    const n = c.ask(end);
    c.advance(1200);
    expect([c.answer(n), c.end('x', id, true)]).toEqual([undefined, 'NONE']);
    c.kafka.nodes.freeze(first, false);
    c.advance(1);
    expect(c.answer(n)).toMatchObject({ error: 'NOT_COORDINATOR' });
  });
  it('that is too old when nobody coordinates it is aborted by the next coordinator', () => {
    const c = cluster({ 'transaction.state.log.replication.factor': 1 });
    const id = c.init('x', 500_000);
    c.produce([1], { ...id, baseSequence: 0, transactional: true });
    c.advance(5);
    const node = c.kafka.transactions.nodeOf('x');
    c.kafka.nodes.shutDown(node);
    c.advance(1000);
    const open = () => c.kafka.partition('t', 0)?.lastStable;
    expect([c.end('x', id, true), open()]).toEqual(['COORDINATOR_NOT_AVAILABLE', 0]);
    c.kafka.nodes.start(node);
    c.advance(20);
    expect([c.end('x', id, true), open()]).toEqual(['INVALID_TXN_STATE', 2]);
  });
  it(rule('marker-waits'), () => {
    const { c, id, away, stable } = overTwoPartitions(true);
    c.kafka.nodes.kill(away);
    expect(c.end('x', id, true)).toBe('NONE');
    c.advance(5);
    expect(stable()).toEqual([0, 2]);
    const next = { ...id, producerEpoch: id.producerEpoch + 1 };
    expect(c.errorOf(c.produce([2], { topic: 'u', partition: 1, ...next, baseSequence: 0, transactional: true, broker: c.kafka.partition('u', 1)?.leader ?? -1 }))).toBe('CONCURRENT_TRANSACTIONS');
    expect(c.init('x').producerId).toBe(-1);
    c.advance(1200);
    expect(stable()).toEqual([2, 2]);
    expect(c.init('x').producerId).toBe(id.producerId);
  });
  it(rule('marker-lost'), () => {
    const { c, id, away, stable } = overTwoPartitions(false);
    c.kafka.nodes.shutDown(away);
    expect(c.end('x', id, true)).toBe('NONE');
    c.kafka.nodes.start(away);
    c.advance(2000);
    expect(stable()).toEqual([0, 2]);
    const next = { ...id, producerEpoch: id.producerEpoch + 1 };
    c.produce([2], { topic: 'u', partition: 0, ...next, baseSequence: 0, transactional: true, broker: away });
    c.advance(5);
    expect(c.end('x', next, true)).toBe('NONE');
    c.advance(5);
    expect(stable()).toEqual([3, 2]);
  });
  /** @param replicated whether the partition of a broker that coordinates nothing has another replica */
  function overTwoPartitions(replicated: boolean) {
    const c = cluster();
    const away = (c.kafka.transactions.nodeOf('x') + 1) % 3;
    const others = [(away + 1) % 3, (away + 2) % 3];
    c.kafka.putTopic('u', topicSettings({ config: { partitions: 2, 'replication.factor': replicated ? 2 : 1 } }), replicated ? [[away, others[0] ?? 0], others] : [[away], [others[0] ?? 0]]);
    const id = c.init('x');
    for (const partition of [0, 1]) c.produce([partition], { topic: 'u', partition, ...id, baseSequence: 0, transactional: true, broker: partition === 0 ? away : (others[0] ?? 0) });
    c.advance(5);
    return { c, id, away, stable: () => [0, 1].map((index) => c.kafka.partition('u', index)?.lastStable) };
  }
});
