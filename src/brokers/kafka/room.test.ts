/** Clients and brokers together: what a Kafka application lives through. */
import { describe, expect, it } from 'vitest';
import { at, type Config } from '../../testing/settings-trial.ts';
import { run } from './room.test-kit.ts';
import { rule } from './rules.ts';

describe('a commit that is lost with its connection', () => {
  const lost = (consume: Config) => run({ consume, until: 12e6, timeline: [at(2000, 'lose-next-ack', 'pay'), at(2950, 'crash', 'pay/1'), at(3000, 'restart', 'pay/1')] });
  const again = ({ of }: ReturnType<typeof run>) => of('delivered').filter(({ attempt }) => attempt > 1).length;
  const often = { 'max.poll.records': 1 };
  it('is covered by the next one, unless the process dies before: then its records come again', () => {
    const automatic = { ...often, 'enable.auto.commit': true, 'auto.commit.interval.ms': 1000 };
    const seen = lost(automatic);
    expect(seen.of('refused', 'kafka.RetriableCommitFailedException')).toHaveLength(1);
    expect(again(seen)).toBeGreaterThan(again(run({ consume: automatic, until: 12e6, timeline: [at(2950, 'crash', 'pay/1'), at(3000, 'restart', 'pay/1')] })));
  });
  it('is sent again by commitSync, and left to the next one by commitAsync', () => {
    expect(lost({ ...often, commit: 'commitSync' }).of('refused', 'kafka.RetriableCommitFailedException')).toEqual([]);
    expect(lost({ ...often, commit: 'commitAsync' }).of('refused', 'kafka.RetriableCommitFailedException')).toHaveLength(1);
  });
});
describe('producing', () => {
  it('every message takes effect once, is confirmed, and its copy is settled by a commit', () => {
    const { of } = run({ producer: { limit: 60 } });
    expect(of('effect')).toHaveLength(60);
    expect(of('confirmed')).toHaveLength(60);
    expect(of('settled', 'kafka.commit_sync')).toHaveLength(60);
  });
  it(rule('retry-reorders'), () => {
    const order = (idempotent: boolean) => run({ topic: { partitions: 1 }, producer: { rate: 100 }, publish: { latency: '40ms', 'linger.ms': 0, 'batch.size': 0, 'enable.idempotence': idempotent }, timeline: [at(2000, 'refuse-next-produce', 'orders')] }).judge.findings.filter((f) => f.check === 'order');
    expect(order(false).map((f) => f.reason)).toEqual([
      'clients.written_late',
      ...order(false)
        .slice(1)
        .map((f) => f.reason),
    ]);
    expect(order(false).length).toBeGreaterThan(0);
    expect(order(true)).toEqual([]);
  });
  it(rule('max-block'), () => {
    const { of, text } = run({ producer: { rate: 100 }, publish: { 'buffer.memory': 2000, 'max.block.ms': 500 }, timeline: [at(1000, 'cut', 'in'), at(4000, 'mend', 'in')] });
    expect(of('blocked', 'kafka.buffer_memory').length).toBeGreaterThan(0);
    const thrown = of('refused', 'kafka.BufferExhaustedException');
    expect(thrown.length).toBeGreaterThan(2);
    expect(text(thrown[0]?.actor ?? -1)).toBe('shop');
    expect((thrown[0]?.time ?? 0) - (of('blocked')[0]?.time ?? 0)).toBe(500_000);
  });
  it(rule('delivery-timeout'), () => {
    const { of } = run({ publish: { 'delivery.timeout.ms': 800, 'request.timeout.ms': 500 }, timeline: [at(1000, 'cut', 'in'), at(4000, 'mend', 'in')], until: 6e6 });
    expect(of('unknown').length).toBeGreaterThan(0);
  });
  it('a request that is lost with its connection is sent again: with idempotence it is written once', () => {
    const twice = (idempotent: boolean) => {
      const { of } = run({ publish: { 'enable.idempotence': idempotent, 'request.timeout.ms': 300 }, timeline: [at(1000, 'delay', 'in', { by: '400ms' }), at(3000, 'undelay', 'in')] });
      const accepted = of('accepted').map((e) => e.message);
      return accepted.length - new Set(accepted).size;
    };
    expect(twice(false)).toBeGreaterThan(0);
    expect(twice(true)).toBe(0);
  });
  it('a killed leader is waited out, and nothing that was confirmed with acks=all is lost', () => {
    const { of, simulation } = run({ cluster: { 'broker.session.timeout.ms': 500 }, topic: { 'min.insync.replicas': 2 }, timeline: [at(1000, 'stop-node', 'kafka/node-1'), at(4000, 'start-node', 'kafka/node-1')], until: 12e6 });
    expect(of('lost')).toEqual([]);
    expect(of('elected').length).toBeGreaterThan(0);
    const confirmed = new Set(of('confirmed').map((e) => e.message));
    const done = new Set(of('effect').map((e) => e.message));
    const late = simulation.messages.producedAt(Math.max(...confirmed)) - 2e6;
    expect([...confirmed].filter((m) => simulation.messages.producedAt(m) < late && !done.has(m))).toEqual([]);
  });
});
describe('consuming', () => {
  it(rule('offset-reset'), () => {
    const skipped = (reset: string) => run({ cluster: { 'group.initial.rebalance.delay.ms': 1000 }, consume: { 'auto.offset.reset': reset } }).of('dropped', 'kafka.auto_offset_reset_latest').length;
    expect(skipped('latest')).toBeGreaterThan(10);
    expect(skipped('earliest')).toBe(0);
  });
  it(rule('auto-commit'), () => {
    const { of } = run({ consume: { 'enable.auto.commit': true, 'auto.commit.interval.ms': 1000 } });
    const commits = [...new Set(of('settled', 'kafka.auto_commit').map((e) => e.time))];
    expect(commits.length).toBeGreaterThan(2);
    for (let i = 1; i < commits.length; i++) expect((commits[i] ?? 0) - (commits[i - 1] ?? 0)).toBeGreaterThan(900_000);
  });
  it('committing before the work loses it with the process, committing after it does it again', () => {
    const crash = [at(2000, 'crash', 'pay/1'), at(2300, 'restart', 'pay/1')];
    const found = (commit: string) => {
      const { judge } = run({ consumer: { serviceTime: '100ms' }, consume: { commit, staticMembership: true }, timeline: crash, until: 9e6 });
      return { lost: judge.findings.filter((f) => f.check === 'no-loss').length, twice: judge.totals['delivered-once'] ?? 0 };
    };
    expect(found('commitSync before processing').lost).toBeGreaterThan(0);
    expect(found('commitSync').lost).toBe(0);
    expect(found('commitSync').twice).toBeGreaterThan(0);
  });
  it(rule('max-poll'), () => {
    const { of, judge } = run({ producer: { rate: 30 }, consumer: { serviceTime: '200ms', instances: 2 }, consume: { 'max.poll.interval.ms': 1500 }, until: 12e6 });
    expect(of('revoked', 'kafka.partitions_lost').length).toBeGreaterThan(0);
    expect(of('refused', 'kafka.CommitFailedException').length).toBeGreaterThan(0);
    expect(judge.findings.some((f) => f.check === 'effect-once')).toBe(true);
  });
  it(rule('silent'), () => {
    const { of, between } = run({ consumer: { instances: 2, serviceTime: '5ms' }, timeline: [at(3000, 'crash', 'pay/1')], until: 14e6 });
    const [left] = of('left', 'kafka.session_timeout');
    expect((left?.time ?? 0) / 1e6).toBeGreaterThan(8.7);
    expect((left?.time ?? 0) / 1e6).toBeLessThan(9.3);
    // One of two partitions lies still until then.
    expect(between(of('effect'), 4, 8).length).toBeLessThan(between(of('effect'), 11, 14).length + between(of('effect'), 10, 11).length);
  });
  it(rule('static'), () => {
    const rebalances = (fixed: boolean) => {
      const { of, between } = run({ consumer: { instances: 2 }, consume: { staticMembership: fixed }, timeline: [at(5000, 'shut-down', 'pay/1'), at(6000, 'restart', 'pay/1')], until: 10e6 });
      return between(of('rebalancing'), 5, 10).length;
    };
    expect(rebalances(true)).toBe(0);
    expect(rebalances(false)).toBeGreaterThan(0);
  });
  it('an eager rebalance stops everybody; a cooperative one takes only what moves', () => {
    const revoked = (strategy: string) => {
      const { of, between } = run({ topic: { partitions: 6 }, consumer: { instances: 2 }, consume: { 'partition.assignment.strategy': strategy }, timeline: [at(5000, 'set', 'pay', { instances: 3 })], until: 10e6 });
      return between(of('revoked'), 5, 10).reduce((sum, e) => sum + e.detail, 0);
    };
    // All six, against one of each.
    expect(revoked('range')).toBe(6);
    expect(revoked('cooperative-sticky')).toBe(2);
  });
  it(rule('pause'), () => {
    const { of, between } = run({ timeline: [at(2000, 'pause', 'pay/1'), at(6000, 'resume', 'out')], consume: { 'max.poll.interval.ms': 1500 }, until: 8e6 });
    expect(between(of('effect'), 2.2, 6)).toEqual([]);
    expect(between(of('effect'), 6, 8).length).toBeGreaterThan(80);
    expect(of('left')).toEqual([]);
  });
  it(rule('seek'), () => {
    const back = run({ timeline: [at(3000, 'seek', 'pay', { to: 'earliest' })], producer: { limit: 40 } });
    expect(back.of('effect')).toHaveLength(80);
    expect(back.simulation.rooms.get('kafka')?.depths()).toMatchObject([{ pending: 0, inFlight: 0 }]);
    const ahead = run({ consumer: { serviceTime: '200ms' }, consume: { 'max.poll.records': 1 }, timeline: [at(3000, 'seek', 'pay/1', { to: 'latest' })] });
    expect(ahead.of('dropped', 'kafka.sought').length).toBeGreaterThan(20);
  });
  it('a partition belongs to one member: the third of three has nothing of two partitions', () => {
    const { of, text } = run({ consumer: { instances: 3 } });
    expect(new Set(of('effect').map((e) => text(e.actor))).size).toBeLessThanOrEqual(2);
  });
  it('a record that fails and is to be tried again holds up its partition', () => {
    const { of, simulation } = run({ topic: { partitions: 1 }, consumer: { onFailure: 'requeue', serviceTime: '10ms' }, consume: { errorBackoff: '300ms' }, timeline: [at(1000, 'poison', 'pay', { key: 'A' })] });
    const late = of('effect').filter((e) => e.time > 2e6);
    expect(late).toEqual([]);
    expect(of('requeued', 'kafka.seek_after_failure').length).toBeGreaterThan(5);
    expect(simulation.rooms.get('kafka')?.depths()[0]?.pending).toBeGreaterThan(20);
  });
  it('a record that is rejected goes to the dead-letter topic as a new copy, or is skipped where there is none', () => {
    const fails = { onFailure: 'reject', failures: { rate: 0.3 } };
    const skipped = run({ consumer: fails });
    expect(skipped.of('dropped', 'kafka.given_up').length).toBeGreaterThan(5);
    const sent = run({ consumer: fails, consume: { deadLetterTopic: 'orders' }, producer: { limit: 40 } });
    expect(sent.of('dead-lettered', 'kafka.sent_to_other_topic').length).toBeGreaterThan(5);
    expect(sent.of('dropped')).toEqual([]);
  });
  it('partitions that are added are read by somebody, and keys move', () => {
    const { of } = run({ publish: { 'metadata.max.age.ms': 500 }, consume: { 'metadata.max.age.ms': 500 }, producer: { keys: { count: 30 } }, timeline: [at(2000, 'set', 'orders', { partitions: 6 })], until: 8e6 });
    const lanes = new Set(
      of('enqueued')
        .filter((e) => e.time > 4e6)
        .map((e) => e.detail),
    );
    expect(lanes.size).toBe(6);
    const read = new Set(of('effect').map((e) => e.message));
    expect(of('accepted').filter((e) => e.time > 4e6 && e.time < 7e6 && !read.has(e.message))).toEqual([]);
  });
});
