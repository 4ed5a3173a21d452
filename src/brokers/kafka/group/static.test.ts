import { expect, test } from 'vitest';
import { classicGroup, strategy } from './group.test-kit.ts';
import { groupRule } from './rules.ts';

function withStatic() {
  const g = classicGroup();
  g.join('a', { groupInstanceId: 'i' });
  g.join('b');
  g.clock.ms(6_000);
  g.settle('a', 'b');
  return g;
}

test(groupRule('static-return'), () => {
  const g = withStatic();
  const before = g.ids.get('a');
  g.join('a', { memberId: '', groupInstanceId: 'i' });
  const answer = g.joined('a');
  expect([answer.error, answer.generationId, answer.memberId === before, answer.leader === answer.memberId, answer.skipAssignment]).toEqual([null, 1, false, true, true]);
  g.sync('a', {}, 'i');
  expect([g.assigned('a'), g.heartbeat('b'), g.group.state]).toEqual([[0], null, 'Stable']);
});
test('a static member that comes back with another favourite assignor makes the group rebalance', () => {
  const g = classicGroup();
  g.join('a', { groupInstanceId: 'i', protocols: strategy('range', 'sticky') });
  g.clock.ms(3_000);
  g.settle('a');
  g.join('a', { memberId: '', groupInstanceId: 'i', protocols: strategy('sticky', 'range') });
  expect([g.joined('a').protocolName, g.group.generationId]).toEqual(['sticky', 2]);
});
test('a static member that comes back while the others wait for their assignment makes them join again', () => {
  const g = classicGroup();
  g.join('a', { groupInstanceId: 'i' });
  g.join('b');
  g.clock.ms(6_000);
  g.joined('a');
  g.joined('b');
  g.sync('b');
  g.join('a', { memberId: '', groupInstanceId: 'i' });
  expect([g.assigned('b'), g.group.state]).toEqual(['REBALANCE_IN_PROGRESS', 'PreparingRebalance']);
});
test(groupRule('static-fenced'), () => {
  const g = withStatic();
  const old = g.ids.get('a') ?? '';
  g.join('other', { memberId: '', groupInstanceId: 'i' });
  g.joined('other');
  expect(g.heartbeat('a', 'i')).toBe('FENCED_INSTANCE_ID');
  g.sync('a', {}, 'i');
  expect(g.assigned('a')).toBe('FENCED_INSTANCE_ID');
  expect(g.group.mayCommit({ memberId: old, groupInstanceId: 'i', generationOrEpoch: 1, transactional: false, partitions: [] })).toBe('FENCED_INSTANCE_ID');
  g.join('a', { memberId: old, groupInstanceId: 'i' });
  expect(g.mail.only('a', 'JoinGroup').error).toBe('FENCED_INSTANCE_ID');
});
test('a static member that waits for the rebalance when another takes its place is told so', () => {
  const g = withStatic();
  g.join('a', { groupInstanceId: 'i', protocols: strategy('range', 'sticky') });
  g.join('other', { memberId: '', groupInstanceId: 'i' });
  expect(g.mail.only('a', 'JoinGroup').error).toBe('FENCED_INSTANCE_ID');
});
test(groupRule('static-absent'), () => {
  const g = classicGroup();
  g.join('a', { groupInstanceId: 'i', sessionTimeoutMs: 60_000, rebalanceTimeoutMs: 10_000 });
  g.join('b', { rebalanceTimeoutMs: 10_000 });
  g.clock.ms(6_000);
  g.settle('a', 'b');
  g.join('b', { protocols: strategy('range', 'sticky'), rebalanceTimeoutMs: 10_000 });
  g.clock.ms(10_000);
  expect([g.joined('b').generationId, g.group.members().length]).toEqual([2, 2]);
  g.sync('b', { b: [0] });
  g.assigned('b');
  for (let i = 0; i < 20 && g.group.members().length === 2; i++) {
    g.clock.ms(3_000);
    g.heartbeat('b');
  }
  expect(g.group.members().map((member) => member.memberId)).toEqual([g.ids.get('b')]);
});
test('an administrator removes a static member by its instance id alone', () => {
  const g = withStatic();
  g.group.leave({
    client: 'admin',
    members: [
      { memberId: '', groupInstanceId: 'i' },
      { memberId: '', groupInstanceId: 'nobody' },
    ],
  });
  expect(g.mail.only('admin', 'LeaveGroup').members.map((member) => member.error)).toEqual([null, 'UNKNOWN_MEMBER_ID']);
  expect(g.heartbeat('b')).toBe('REBALANCE_IN_PROGRESS');
});
