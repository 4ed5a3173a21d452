import { expect, test } from 'vitest';
import { Clock, Mail } from './group.test-kit.ts';
import { groupRule } from './rules.ts';
import { ShareGroup, type ShareHeartbeat, type ShareHeartbeatResponse, type shareGroupDefaults } from './share-group.ts';

function shareGroup(partitions = 4, settings: Partial<typeof shareGroupDefaults> = { 'group.share.assignment.interval.ms': 0 }) {
  const clock = new Clock();
  const mail = new Mail<ShareHeartbeatResponse>();
  const topics = new Map([['t', partitions]]);
  const group = new ShareGroup({ groupId: 's', now: () => clock.now(), after: clock.after.bind(clock), send: mail.send, topics: () => topics }, settings);
  clock.attach((name, ref) => group.timer(name, ref));
  const epochs = new Map<string, number>();
  const beat = (memberId: string, more: Partial<ShareHeartbeat> = {}): string => {
    group.heartbeat({ client: memberId, memberId, memberEpoch: epochs.get(memberId) ?? 0, subscribedTopicNames: null, ...more });
    const answer = mail.only(memberId, 'ShareGroupHeartbeat');
    if (answer.error !== null) return answer.error;
    epochs.set(memberId, answer.memberEpoch);
    return `${answer.memberEpoch}: ${
      answer.assignment
        ?.map(({ partition }) => partition)
        .sort()
        .join(' ') ?? 'unchanged'
    }`;
  };
  return { clock, group, topics, epochs, beat, join: (memberId: string) => beat(memberId, { memberEpoch: 0, subscribedTopicNames: ['t'] }) };
}
/** One that a member has been in: its partitions have their state. */
function known(partitions = 4, settings?: Parameters<typeof shareGroup>[1]) {
  const s = shareGroup(partitions, settings);
  s.join('a');
  s.beat('a');
  return s;
}

test(groupRule('share-state-first'), () => {
  const s = shareGroup();
  expect([s.join('a'), s.beat('a'), s.beat('a')]).toEqual(['2: ', '3: 0 1 2 3', '3: unchanged']);
  expect(s.join('b').slice(0, 3)).toBe('4: ');
  expect(s.group.members().map((member) => member.assigned.length)).toEqual([4, 2]);
});

test(groupRule('share-member'), () => {
  const s = known();
  const assigned = () => s.group.members().map((member) => member.assigned.length);
  expect(assigned()).toEqual([4]);
  expect([s.join('b').slice(0, 3), assigned()]).toEqual(['4: ', [4, 2]]);
  expect([s.beat('a').slice(0, 3), assigned(), s.beat('a')]).toEqual(['4: ', [2, 2], '4: unchanged']);
  expect(s.beat('b', { memberEpoch: -1 })).toBe('-1: unchanged');
  expect([s.beat('a'), s.group.mayDelete()]).toEqual(['5: 0 1 2 3', 'NON_EMPTY_GROUP']);
});
test(groupRule('simple'), () => {
  const s = shareGroup(2);
  for (const member of ['a', 'b', 'c', 'd', 'e']) s.join(member);
  for (const member of ['a', 'b', 'c', 'd', 'e']) s.beat(member);
  const counts = [0, 1].map((partition) => s.group.members().filter((member) => member.assigned.some((one) => one.partition === partition)).length);
  expect([Math.min(...s.group.members().map((member) => member.assigned.length)), counts]).toEqual([1, [3, 3]]);
});
test(groupRule('share-session'), () => {
  const s = shareGroup();
  s.join('a');
  s.clock.ms(44_999);
  expect(s.group.members()).toHaveLength(1);
  s.clock.ms(1);
  expect([s.group.members(), s.beat('a'), s.group.mayDelete()]).toEqual([[], 'UNKNOWN_MEMBER_ID', null]);
});
test('new partitions are shared out when they have a state, with the heartbeat after the next', () => {
  const s = known(1);
  s.topics.set('t', 2);
  expect([s.beat('a'), s.beat('a')]).toEqual(['4: unchanged', '5: 0 1']);
});
test('a new target waits for the assignment interval', () => {
  const s = shareGroup(2, {});
  s.join('a');
  expect(s.join('b')).toBe('2: ');
  s.clock.ms(1_000);
  expect(s.beat('b')).toMatch(/^3: [01]$/);
});
test('refusals: unknown, fenced, invalid, full', () => {
  const s = shareGroup(2, { 'group.share.max.size': 1 });
  s.join('a');
  expect([s.beat('x', { memberEpoch: 1 }), s.beat('a', { memberEpoch: 7 }), s.beat('a', { memberEpoch: -2 }), s.beat('b', { memberEpoch: 0 }), s.join('b')]).toEqual(['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH', 'INVALID_REQUEST', 'INVALID_REQUEST', 'GROUP_MAX_SIZE_REACHED']);
});
