/** Groups that go from one protocol to the other while they are in use (KIP-848), in the words of the recorded requests. */
import { describe, expect, it } from 'vitest';
import { adapter } from './conformance-cases.ts';
import { groupRule } from './group/rules.ts';
import type { Json, JsonObject } from './recorded.ts';

const SOON = { 'consumer.assignment.interval.ms': '0' };

/** A group that reads a topic of four partitions. */
function group(policy = 'bidirectional') {
  const kafka = adapter({ setup: [], steps: [], server: { 'group.consumer.migration.policy': policy } });
  const ask = (op: string, member: string, more: JsonObject = {}): Json => {
    const shown = kafka.run({ op, member, group: 'g', topic: 't', ...more }) ?? {};
    // Nothing may be lost by a checkpoint in between.
    kafka.reload();
    return shown['result'] ?? (shown['unblocked'] as JsonObject | undefined)?.[member] ?? null;
  };
  kafka.run({ op: 'topic', topic: 't', partitions: 4 });
  kafka.run({ op: 'groupConfig', group: 'g', config: SOON });
  const g = {
    advance: (ms: number) => kafka.run({ op: 'advance', ms }),
    join: (member: string, owned: readonly number[] = [], more: JsonObject = {}) => ask('join', member, { topics: ['t'], owned: { t: owned }, ...more }),
    sync: (member: string, assignments: JsonObject | null = null) => ask('sync', member, assignments === null ? {} : { assignments }),
    heartbeat: (member: string) => ask('heartbeat', member),
    leave: (member: string) => ask('leave', member),
    commit: (member: string, generation: number) => ask('commit', member, { partition: 0, offset: 1, generation }),
    /** ConsumerGroupHeartbeat */
    beat: (member: string, more: JsonObject = {}) => ask('consumerHeartbeat', member, more),
    enter: (member: string) => ask('consumerHeartbeat', member, { topics: ['t'], epoch: 0 }),
    /** A member of the classic protocol that has all partitions. */
    classic(member: string, more: JsonObject = {}): void {
      g.join(member, [], more);
      g.join(member, [], more);
      g.sync(member, { [member]: [0, 1, 2, 3] });
    },
  };
  return g;
}
const REBALANCE = { error: 'REBALANCE_IN_PROGRESS' };

describe('a group that is migrated', () => {
  it(groupRule('upgrade'), () => {
    const g = group();
    g.classic('a');
    expect(g.enter('b')).toEqual({ epoch: 2, assignment: {} });
    expect(g.heartbeat('a')).toEqual(REBALANCE);
    expect(g.join('a', [0, 1, 2, 3])).toEqual({ generation: 1, protocol: 'range', leader: '' });
    expect(g.sync('a')).toEqual({ assignment: [0, 1] });
    // It has yet to say that it gave something up.
    expect(g.heartbeat('a')).toEqual(REBALANCE);
    expect(g.join('a', [0, 1])).toEqual({ generation: 2, protocol: 'range', leader: '' });
    expect([g.sync('a'), g.heartbeat('a')]).toEqual([{ assignment: [0, 1] }, { ok: true }]);
    expect(g.beat('b', { owned: {} })).toEqual({ epoch: 2, assignment: { t: [2, 3] } });
  });
  it(groupRule('downgrade'), () => {
    const g = group();
    g.enter('b');
    g.join('a');
    g.join('a');
    g.sync('a');
    expect(g.beat('b', { epoch: -1 })).toEqual({ epoch: -1 });
    expect(g.heartbeat('a')).toEqual(REBALANCE);
    expect(g.join('a')).toEqual({ generation: 4, protocol: 'range', leader: 'a', members: ['a'] });
    expect(g.sync('a', { a: [0, 1, 2, 3] })).toEqual({ assignment: [0, 1, 2, 3] });
    // From there it may go on as before.
    expect(g.enter('c')).toMatchObject({ assignment: {} });
  });
  it(groupRule('migration-policy'), () => {
    const upgraded = (policy: string) => {
      const g = group(policy);
      g.classic('a');
      return g.enter('b');
    };
    const refused = { error: 'GROUP_ID_NOT_FOUND' };
    const taken = { epoch: 2, assignment: {} };
    expect(['bidirectional', 'upgrade', 'downgrade', 'disabled'].map(upgraded)).toEqual([taken, taken, refused, refused]);
    const joined = (policy: string) => {
      const g = group(policy);
      g.enter('b');
      return g.join('a');
    };
    const asked = { error: 'MEMBER_ID_REQUIRED' };
    expect(['bidirectional', 'upgrade', 'downgrade', 'disabled'].map(joined)).toEqual([asked, asked, asked, { error: 'INCONSISTENT_GROUP_PROTOCOL' }]);
    const g = group('upgrade');
    g.classic('a');
    g.enter('b');
    g.join('a', [0, 1, 2, 3]);
    g.beat('b', { epoch: -1 });
    expect(g.join('a', [0, 1])).toMatchObject({ leader: '' });
  });
  it(groupRule('classic-in-consumer-group'), () => {
    const g = group();
    g.enter('c');
    g.join('a');
    expect(g.join('a')).toEqual({ generation: 3, protocol: 'range', leader: '' });
    expect([g.sync('a'), g.heartbeat('a')]).toEqual([{ assignment: [] }, { ok: true }]);
    g.beat('c', { owned: { t: [0, 1, 2, 3] } });
    expect(g.heartbeat('a')).toEqual({ ok: true });
    g.beat('c', { owned: { t: [0, 1] } });
    expect(g.heartbeat('a')).toEqual(REBALANCE);
    g.join('a');
    expect(g.sync('a')).toEqual({ assignment: [2, 3] });
    expect(g.commit('a', 4)).toEqual({ error: 'ILLEGAL_GENERATION' });
    expect(g.join('d', [], { protocols: ['roundrobin'] })).toEqual({ error: 'INCONSISTENT_GROUP_PROTOCOL' });
    expect(g.join('a', [], { protocols: ['roundrobin'] })).toEqual({ error: 'INCONSISTENT_GROUP_PROTOCOL' });
    expect(g.leave('a')).toEqual({ ok: true });
    expect(g.beat('c', { owned: { t: [0, 1] } })).toEqual({ epoch: 4, assignment: { t: [0, 1, 2, 3] } });
    expect([g.heartbeat('a'), g.sync('a'), g.heartbeat('c')]).toEqual([{ error: 'UNKNOWN_MEMBER_ID' }, { error: 'UNKNOWN_MEMBER_ID' }, { error: 'UNKNOWN_MEMBER_ID' }]);
  });
  it(groupRule('classic-join-again'), () => {
    const g = group();
    g.classic('a', { rebalanceTimeoutMs: 2000 });
    g.enter('b');
    g.heartbeat('a');
    g.advance(1900);
    expect(g.heartbeat('a')).toEqual(REBALANCE);
    g.advance(200);
    expect(g.heartbeat('a')).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
    const late = group();
    late.enter('b');
    late.join('a', [], { rebalanceTimeoutMs: 2000 });
    late.join('a', [], { rebalanceTimeoutMs: 2000 });
    late.advance(2100);
    expect(late.sync('a')).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
  });
  it('a first heartbeat that says too little converts nothing', () => {
    const g = group();
    g.classic('a');
    expect(g.beat('b')).toEqual({ error: 'INVALID_REQUEST' });
    expect(g.heartbeat('a')).toEqual({ ok: true });
    expect(g.beat('b', { epoch: -1 })).toEqual({ error: 'GROUP_ID_NOT_FOUND' });
  });
  it('the session of a member of the classic protocol is its own', () => {
    const g = group();
    g.enter('b');
    g.join('a', [], { sessionTimeoutMs: 10_000 });
    g.join('a', [], { sessionTimeoutMs: 10_000 });
    g.sync('a');
    for (let i = 0; i < 2; i++) {
      g.advance(5_500);
      g.beat('b');
    }
    expect(g.heartbeat('a')).toEqual({ error: 'UNKNOWN_MEMBER_ID' });
  });
});
