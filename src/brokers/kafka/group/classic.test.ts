import { describe, expect, test } from 'vitest';
import { classicGroup, strategy } from './group.test-kit.ts';
import { groupRule } from './rules.ts';

describe('joining', () => {
  test(groupRule('member-id'), () => {
    const g = classicGroup();
    const request = { client: 'a', memberId: '', groupInstanceId: null, clientId: 'a', sessionTimeoutMs: 45_000, rebalanceTimeoutMs: 300_000, protocolType: 'consumer', protocols: strategy('range') };
    g.group.join(request);
    const { error, memberId } = g.mail.only('a', 'JoinGroup');
    expect([error, memberId.startsWith('a-'), g.group.members().length]).toEqual(['MEMBER_ID_REQUIRED', true, 0]);
    g.group.join({ ...request, memberId });
    expect(g.group.members().map((member) => member.memberId)).toEqual([memberId]);
  });
  test('an id that was given out and not used is forgotten after the session timeout', () => {
    const g = classicGroup();
    const request = { client: 'a', memberId: '', groupInstanceId: null, clientId: 'a', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 300_000, protocolType: 'consumer', protocols: strategy('range') };
    g.group.join(request);
    const { memberId } = g.mail.only('a', 'JoinGroup');
    g.clock.ms(10_000);
    g.group.join({ ...request, memberId });
    expect(g.mail.only('a', 'JoinGroup').error).toBe('UNKNOWN_MEMBER_ID');
  });
  test(groupRule('initial-delay'), () => {
    const g = classicGroup();
    g.join('a');
    g.clock.ms(2_999);
    g.join('b');
    g.clock.ms(1);
    expect(g.group.state).toBe('PreparingRebalance');
    g.clock.ms(2_999);
    expect(g.mail.take('a')).toEqual([]);
    g.clock.ms(1);
    expect([g.joined('a').generationId, g.joined('b').generationId, g.group.state]).toEqual([1, 1, 'CompletingRebalance']);
  });
  test('the initial delay never grows beyond the rebalance timeout', () => {
    const g = classicGroup();
    for (const [i, client] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      g.join(client, { rebalanceTimeoutMs: 7_000 });
      g.clock.ms(i < 4 ? 1_700 : 0);
    }
    g.clock.ms(7_000 - 4 * 1_700 - 1);
    expect(g.group.state).toBe('PreparingRebalance');
    g.clock.ms(1);
    expect(g.group.state).toBe('CompletingRebalance');
  });
  test(groupRule('leader-assigns'), () => {
    const g = classicGroup();
    g.join('a');
    g.join('b');
    g.clock.ms(6_000);
    const [a, b] = [g.joined('a'), g.joined('b')];
    expect([a.leader, b.leader, b.members]).toEqual([a.memberId, a.memberId, []]);
    expect(a.members.map((member) => member.memberId).sort()).toEqual([a.memberId, b.memberId].sort());
    g.sync('b');
    expect(g.mail.take('b')).toEqual([]);
    g.sync('a', { a: [0], b: [1] });
    expect([g.assigned('a'), g.assigned('b'), g.group.state]).toEqual([[0], [1], 'Stable']);
  });
  test('a member that the leader left out gets nothing, and a follower that syncs late gets what is its own', () => {
    const g = classicGroup();
    g.join('a');
    g.join('b');
    g.clock.ms(6_000);
    g.joined('a');
    g.joined('b');
    g.sync('a', { a: [0, 1] });
    g.sync('b');
    expect([g.assigned('a'), g.assigned('b')]).toEqual([[0, 1], []]);
  });
  test(groupRule('protocol-vote'), () => {
    const g = classicGroup();
    g.join('a', { protocols: strategy('range', 'sticky') });
    g.join('b', { protocols: strategy('sticky', 'range') });
    g.join('c', { protocols: strategy('cooperative-sticky', 'sticky', 'range') });
    g.clock.ms(9_000);
    expect(g.joined('c').protocolName).toBe('sticky');
  });
  test(groupRule('inconsistent-protocol'), () => {
    const g = classicGroup();
    g.join('a', { protocols: strategy('range') });
    g.join('b', { protocols: strategy('sticky') });
    expect(g.mail.only('b', 'JoinGroup').error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    g.join('c', { protocols: [] });
    expect(g.mail.only('c', 'JoinGroup').error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });
  test(groupRule('session-bounds'), () => {
    const g = classicGroup();
    for (const sessionTimeoutMs of [5_999, 1_800_001]) {
      g.join('a', { sessionTimeoutMs });
      expect(g.mail.only('a', 'JoinGroup').error).toBe('INVALID_SESSION_TIMEOUT');
    }
  });
  test(groupRule('group-max-size'), () => {
    const g = classicGroup({ 'group.max.size': 2 });
    g.stable('a', 'b');
    g.join('c');
    expect(g.mail.only('c', 'JoinGroup').error).toBe('GROUP_MAX_SIZE_REACHED');
    expect(g.heartbeat('a')).toBe(null);
  });
  test(groupRule('follower-rejoin'), () => {
    const g = classicGroup();
    g.stable('a', 'b');
    g.join('b');
    expect([g.joined('b').generationId, g.group.state]).toEqual([1, 'Stable']);
    g.join('b', { protocols: strategy('range', 'sticky') });
    expect(g.group.state).toBe('PreparingRebalance');
    const h = classicGroup();
    h.stable('a', 'b');
    h.join('a');
    expect(h.group.state).toBe('PreparingRebalance');
  });
});

describe('rebalancing', () => {
  test(groupRule('rejoin'), () => {
    const g = classicGroup();
    g.stable('a', 'b');
    expect(g.heartbeat('a')).toBe(null);
    g.join('c');
    expect([g.heartbeat('a'), g.heartbeat('b')]).toEqual(['REBALANCE_IN_PROGRESS', 'REBALANCE_IN_PROGRESS']);
    g.join('a');
    expect(g.group.state).toBe('PreparingRebalance');
    g.join('b');
    g.settle('a', 'b', 'c');
    expect([g.group.state, g.group.generationId, g.heartbeat('c')]).toEqual(['Stable', 2, null]);
  });
  test(groupRule('rebalance-timeout'), () => {
    const g = classicGroup();
    g.join('a', { rebalanceTimeoutMs: 20_000 });
    g.join('b', { rebalanceTimeoutMs: 30_000 });
    g.clock.ms(6_000);
    g.settle('a', 'b');
    g.join('c', { rebalanceTimeoutMs: 10_000 });
    g.join('a');
    for (let i = 0; i < 29; i++) {
      g.clock.ms(1_000);
      g.heartbeat('b');
    }
    expect(g.group.state).toBe('PreparingRebalance');
    g.clock.ms(1_000);
    expect([g.joined('a').generationId, g.joined('c').generationId, g.heartbeat('b')]).toEqual([2, 2, 'UNKNOWN_MEMBER_ID']);
  });
  test(groupRule('session-timeout'), () => {
    const g = classicGroup();
    g.stable('a', 'b');
    for (let i = 0; i < 14; i++) {
      g.clock.ms(3_000);
      g.heartbeat('a');
    }
    expect(g.group.members().length).toBe(2);
    g.clock.ms(3_000);
    expect([g.heartbeat('a'), g.group.members().length]).toEqual(['REBALANCE_IN_PROGRESS', 1]);
    expect(g.heartbeat('b')).toBe('UNKNOWN_MEMBER_ID');
  });
  test('a member that waits for the others to join need not send heartbeats', () => {
    const g = classicGroup();
    g.stable('a', 'b');
    g.join('a');
    for (let i = 0; i < 30; i++) {
      g.clock.ms(3_000);
      g.heartbeat('b');
    }
    expect(g.group.members().map((member) => member.memberId)).toContain(g.ids.get('a'));
  });
  test('a new member that waits five minutes in vain is told that it is not known', () => {
    const g = classicGroup();
    g.join('a', { rebalanceTimeoutMs: 900_000 });
    g.clock.ms(3_000);
    g.settle('a');
    g.join('b', { rebalanceTimeoutMs: 900_000 });
    for (let i = 0; i < 100; i++) {
      g.clock.ms(3_000);
      g.heartbeat('a');
    }
    expect(g.mail.only('b', 'JoinGroup').error).toBe('UNKNOWN_MEMBER_ID');
  });
  test(groupRule('sync-timeout'), () => {
    const g = classicGroup();
    g.join('a', { rebalanceTimeoutMs: 20_000 });
    g.join('b', { rebalanceTimeoutMs: 20_000 });
    g.clock.ms(6_000);
    g.joined('a');
    g.joined('b');
    g.sync('a', { a: [0], b: [1] });
    g.assigned('a');
    for (let i = 0; i < 20; i++) {
      expect([g.heartbeat('a'), g.heartbeat('b')]).toEqual([null, null]);
      g.clock.ms(1_000);
    }
    expect([g.heartbeat('a'), g.heartbeat('b')]).toEqual(['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID']);
  });
  test(groupRule('generation'), () => {
    const g = classicGroup();
    g.stable('a');
    const memberId = g.ids.get('a') ?? '';
    g.group.heartbeat({ client: 'a', memberId, groupInstanceId: null, generationId: 7 });
    expect(g.mail.only('a', 'Heartbeat').error).toBe('ILLEGAL_GENERATION');
    g.group.sync({ client: 'a', memberId, groupInstanceId: null, generationId: 0, protocolType: 'consumer', protocolName: 'range', assignments: [] });
    expect(g.mail.only('a', 'SyncGroup').error).toBe('ILLEGAL_GENERATION');
  });
  test('a sync for another assignor than the one chosen is refused', () => {
    const g = classicGroup();
    g.stable('a');
    g.group.sync({ client: 'a', memberId: g.ids.get('a') ?? '', groupInstanceId: null, generationId: 1, protocolType: 'consumer', protocolName: 'sticky', assignments: [] });
    expect(g.mail.only('a', 'SyncGroup').error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  });
  test(groupRule('leave'), () => {
    const g = classicGroup();
    g.stable('a', 'b');
    g.leave('b');
    expect(g.mail.only('b', 'LeaveGroup').members.map((member) => member.error)).toEqual([null]);
    expect(g.heartbeat('a')).toBe('REBALANCE_IN_PROGRESS');
    g.join('a');
    expect(g.joined('a').members.length).toBe(1);
    g.leave('b');
    expect(g.mail.only('b', 'LeaveGroup').members.map((member) => member.error)).toEqual(['UNKNOWN_MEMBER_ID']);
  });
  test('a group whose last member leaves is empty, and begins with the initial delay again', () => {
    const g = classicGroup();
    g.stable('a');
    g.leave('a');
    expect([g.group.state, g.group.generationId]).toEqual(['Empty', 2]);
    g.join('b');
    g.clock.ms(2_999);
    expect(g.mail.take('b')).toEqual([]);
    g.clock.ms(1);
    expect(g.joined('b').generationId).toBe(3);
  });
  test(groupRule('unknown-member'), () => {
    const g = classicGroup();
    g.stable('a');
    expect(g.heartbeat('x')).toBe('UNKNOWN_MEMBER_ID');
    g.sync('x');
    expect(g.assigned('x')).toBe('UNKNOWN_MEMBER_ID');
    g.join('x', { memberId: 'x-99' });
    expect(g.mail.only('x', 'JoinGroup').error).toBe('UNKNOWN_MEMBER_ID');
  });
  test(groupRule('join-during-sync'), () => {
    const g = classicGroup();
    g.join('a');
    g.join('b');
    g.clock.ms(6_000);
    g.joined('a');
    g.joined('b');
    g.sync('b');
    g.join('c');
    expect([g.assigned('b'), g.group.state]).toEqual(['REBALANCE_IN_PROGRESS', 'PreparingRebalance']);
    g.sync('a', { a: [0] });
    expect(g.assigned('a')).toBe('REBALANCE_IN_PROGRESS');
  });
  test(groupRule('new-leader'), () => {
    const g = classicGroup();
    g.stable('a', 'b');
    g.leave('a');
    expect(g.group.leader).toBe(g.ids.get('b'));
    g.join('b');
    expect(g.joined('b').leader).toBe(g.ids.get('b'));
  });
  test(groupRule('coordinator-gone'), () => {
    const g = classicGroup();
    g.stable('a', 'b');
    g.join('b', { protocols: strategy('range', 'sticky') });
    const generation = g.group.generationId;
    expect(g.heartbeat('a')).toBe('REBALANCE_IN_PROGRESS');
    g.group.handOver();
    expect(g.mail.only('b', 'JoinGroup').error).toBe('NOT_COORDINATOR');
    expect([g.group.state, g.group.generationId, g.heartbeat('a')]).toEqual(['Stable', generation, null]);
  });
});
