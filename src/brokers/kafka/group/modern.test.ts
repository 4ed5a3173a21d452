import { describe, expect, test } from 'vitest';
import { Clock, Mail } from './group.test-kit.ts';
import { ModernGroup } from './modern.ts';
import type { ConsumerHeartbeat, ConsumerHeartbeatResponse, ModernSettings } from './modern-state.ts';
import { groupRule } from './rules.ts';

/** Consumers that do as they are told: they own what the last answer gave them. */
function consumerGroup(settings: Partial<ModernSettings> = { 'group.consumer.assignment.interval.ms': 0 }) {
  const clock = new Clock();
  const mail = new Mail<ConsumerHeartbeatResponse>();
  const topics = new Map([['t', 4]]);
  const host = { groupId: 'g', now: () => clock.now(), after: clock.after.bind(clock), send: mail.send, topics: () => topics };
  const group = new ModernGroup(host, settings);
  clock.attach((name, ref) => group.timer(name, ref));
  const epochs = new Map<string, number>();
  const owned = new Map<string, readonly { topic: string; partition: number }[]>();
  const kit = {
    clock,
    group,
    topics,
    owned,
    epochs,
    /** @returns the epoch and the partitions given, or why it was refused */
    beat(memberId: string, more: Partial<ConsumerHeartbeat> = {}): string {
      const nothing = { instanceId: null, rebalanceTimeoutMs: null, subscribedTopicNames: null, serverAssignor: null, topicPartitions: owned.get(memberId) ?? [] };
      group.heartbeat({ client: memberId, memberId, memberEpoch: epochs.get(memberId) ?? 0, ...nothing, ...more });
      const answer = mail.only(memberId, 'ConsumerGroupHeartbeat');
      if (answer.error !== null) return answer.error;
      epochs.set(memberId, answer.memberEpoch);
      if (answer.assignment !== null) owned.set(memberId, answer.assignment);
      const given = answer.assignment?.map(({ topic, partition }) => (topic === 't' ? `${partition}` : `${topic}${partition}`)).sort();
      return `${answer.memberEpoch}: ${given?.join(' ') ?? 'unchanged'}`;
    },
    join: (memberId: string, more: Partial<ConsumerHeartbeat> = {}) => kit.beat(memberId, { memberEpoch: 0, rebalanceTimeoutMs: 300_000, subscribedTopicNames: ['t'], topicPartitions: [], ...more }),
    commit: (memberId: string, generationOrEpoch: number, ...partitions: number[]) => group.mayCommit({ memberId, groupInstanceId: null, generationOrEpoch, transactional: false, partitions: partitions.map((partition) => ({ topic: 't', partition })) }),
  };
  return kit;
}

describe('epochs and targets', () => {
  test(groupRule('tied-assignors'), () => {
    const g = consumerGroup();
    g.join('a', { serverAssignor: 'uniform' });
    g.join('b', { serverAssignor: 'range' });
    const epochAfter = (member: string) => {
      g.beat(member);
      return g.group.groupEpoch;
    };
    expect(['a', 'b', 'a', 'b', 'a'].map(epochAfter)).toEqual([4, 4, 5, 5, 6]);
    // With a third voter there is no tie.
    g.join('c', { serverAssignor: 'range' });
    const settled = epochAfter('a');
    expect(['a', 'b', 'c'].map(epochAfter)).toEqual([settled, settled, settled]);
  });
  test(groupRule('epoch'), () => {
    const g = consumerGroup();
    expect(g.join('a')).toBe('2: 0 1 2 3');
    expect(g.beat('a')).toBe('2: unchanged');
    expect(g.group.state).toBe('Stable');
  });
  test(groupRule('target'), () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    expect(g.group.groupEpoch).toBe(3);
    g.beat('b', { memberEpoch: -1 });
    expect([g.group.groupEpoch, g.group.state]).toEqual([4, 'Assigning']);
    g.beat('a', { subscribedTopicNames: ['t', 'u'] });
    expect(g.group.groupEpoch).toBe(5);
    g.beat('a', { subscribedTopicNames: ['u', 't'] });
    expect(g.group.groupEpoch).toBe(5);
  });
  test('new partitions of a topic bump the epoch with the next heartbeat', () => {
    const g = consumerGroup();
    g.join('a');
    g.topics.set('t', 5);
    g.topics.set('other', 1);
    g.group.topicsChanged();
    expect(g.beat('a')).toBe('3: 0 1 2 3 4');
    g.topics.set('other', 2);
    g.group.topicsChanged();
    expect(g.beat('a')).toBe('3: unchanged');
  });
  test(groupRule('revoke-first'), () => {
    const g = consumerGroup();
    g.join('a');
    expect(g.join('b')).toBe('3: ');
    const all = g.owned.get('a');
    expect(g.beat('a')).toBe('2: 0 1');
    expect(g.group.members().map((member) => member.state)).toEqual(['UNREVOKED_PARTITIONS', 'UNRELEASED_PARTITIONS']);
    expect(g.beat('a', { topicPartitions: all ?? [] })).toBe('2: unchanged');
    expect(g.beat('b')).toBe('3: unchanged');
    expect(g.beat('a')).toBe('3: unchanged');
    expect(g.beat('b')).toBe('3: 2 3');
    expect(g.group.state).toBe('Stable');
  });
  test(groupRule('incremental'), () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    g.beat('a');
    g.beat('a');
    g.beat('b');
    expect(g.join('c')).toBe('4: ');
    expect([g.beat('a'), g.beat('b')]).toEqual(['4: unchanged', '3: 2']);
    expect(g.group.members().map(({ memberId, memberEpoch, assigned }) => `${memberId} ${memberEpoch} ${assigned.map((one) => one.partition).join()}`)).toEqual(['a 4 0,1', 'b 3 2', 'c 4 ']);
  });
  test(groupRule('assignment-interval'), () => {
    const g = consumerGroup({});
    expect(g.join('a')).toBe('2: 0 1 2 3');
    expect(g.join('b')).toBe('2: ');
    expect(g.group.state).toBe('Assigning');
    g.clock.ms(999);
    expect(g.beat('a')).toBe('2: unchanged');
    g.clock.ms(1);
    expect(g.beat('a')).toBe('2: 0 1');
    expect(g.group.state).toBe('Reconciling');
  });
  test('a group that was left by all assigns at once when somebody comes', () => {
    const g = consumerGroup({});
    g.join('a');
    g.beat('a', { memberEpoch: -1 });
    expect([g.group.state, g.join('b')]).toEqual(['Empty', '4: 0 1 2 3']);
  });
  test(groupRule('only-changes'), () => {
    const g = consumerGroup();
    g.join('a');
    expect(g.beat('a')).toBe('2: unchanged');
    expect(g.beat('a', { rebalanceTimeoutMs: 300_000, subscribedTopicNames: ['t'] })).toBe('2: 0 1 2 3');
  });
  test('topics that a member no longer subscribes to go at once, even while the next target has to wait', () => {
    const g = consumerGroup({});
    g.topics.set('u', 2);
    g.join('a', { subscribedTopicNames: ['t', 'u'] });
    expect(g.beat('a', { subscribedTopicNames: ['u'] })).toBe('2: u0 u1');
    expect(g.group.members()[0]?.state).toBe('UNREVOKED_PARTITIONS');
    expect(g.beat('a')).toBe('2: unchanged');
    expect(g.group.members()[0]?.state).toBe('STABLE');
  });
});

describe('refusals', () => {
  test(groupRule('fenced-epoch'), () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    g.beat('a');
    g.beat('a');
    expect([g.beat('a', { memberEpoch: 4 }), g.beat('a', { memberEpoch: 2, topicPartitions: null })]).toEqual(['FENCED_MEMBER_EPOCH', 'FENCED_MEMBER_EPOCH']);
    expect(g.beat('nobody', { memberEpoch: 1 })).toBe('UNKNOWN_MEMBER_ID');
  });
  test(groupRule('lost-answer'), () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    g.beat('a');
    expect(g.beat('a')).toBe('3: unchanged');
    expect(g.beat('a', { memberEpoch: 2 })).toBe('3: unchanged');
    const stranger = [{ topic: 't', partition: 3 }];
    expect(g.beat('a', { memberEpoch: 2, topicPartitions: stranger })).toBe('FENCED_MEMBER_EPOCH');
  });
  test(groupRule('invalid-heartbeat'), () => {
    const g = consumerGroup();
    expect([g.join('a', { rebalanceTimeoutMs: null }), g.join('a', { subscribedTopicNames: null }), g.join('a', { topicPartitions: null }), g.join('a', { topicPartitions: [{ topic: 't', partition: 0 }] }), g.join('', {}), g.join('a', { memberEpoch: -3 }), g.beat('a', { memberEpoch: -2 })]).toEqual(
      Array(7).fill('INVALID_REQUEST'),
    );
  });
  test(groupRule('assignor'), () => {
    const g = consumerGroup();
    g.topics.set('u', 4);
    expect(g.join('a', { serverAssignor: 'sticky' })).toBe('UNSUPPORTED_ASSIGNOR');
    g.join('a', { subscribedTopicNames: ['t', 'u'], serverAssignor: 'range' });
    g.join('b', { subscribedTopicNames: ['t', 'u'] });
    expect(g.beat('a')).toBe('2: 0 1 u0 u1');
  });
  test('a member that asks for another assignor makes the group’s epoch rise when that is now the most wanted', () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    g.beat('a', { serverAssignor: 'range' });
    expect(g.group.groupEpoch).toBe(4);
    g.beat('b', { serverAssignor: 'range' });
    expect(g.group.groupEpoch).toBe(4);
  });
  test('a group takes at most group.consumer.max.size members', () => {
    const g = consumerGroup({ 'group.consumer.max.size': 1 });
    g.join('a');
    expect([g.join('b'), g.beat('a')]).toEqual(['GROUP_MAX_SIZE_REACHED', '2: unchanged']);
  });
  test('a static member may take the place of its predecessor even in a full group', () => {
    const g = consumerGroup({ 'group.consumer.max.size': 1 });
    g.join('a', { instanceId: 'i' });
    g.beat('a', { memberEpoch: -2, instanceId: 'i' });
    expect([g.join('a2', { instanceId: 'i' }), g.join('b')]).toEqual(['2: 0 1 2 3', 'GROUP_MAX_SIZE_REACHED']);
  });
});

describe('members that go', () => {
  test(groupRule('leave-epoch'), () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    expect(g.beat('a', { memberEpoch: -1 })).toBe('-1: unchanged');
    expect(g.beat('b')).toBe('4: 0 1 2 3');
    expect(g.beat('a', { memberEpoch: -1 })).toBe('UNKNOWN_MEMBER_ID');
  });
  test(groupRule('session-848'), () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    for (let i = 0; i < 8; i++) {
      g.clock.ms(5_000);
      g.beat('b');
    }
    g.clock.ms(4_999);
    expect(g.group.members().length).toBe(2);
    g.clock.ms(1);
    expect([g.beat('b'), g.beat('a')]).toEqual(['4: 0 1 2 3', 'UNKNOWN_MEMBER_ID']);
  });
  test(groupRule('rebalance-timeout-848'), () => {
    const g = consumerGroup();
    g.join('a', { rebalanceTimeoutMs: 20_000 });
    g.join('b');
    const all = g.owned.get('a') ?? [];
    g.beat('a');
    for (let i = 0; i < 3; i++) {
      g.clock.ms(5_000);
      g.beat('a', { topicPartitions: all });
    }
    g.clock.ms(5_000);
    expect([g.beat('a', { topicPartitions: all }), g.beat('b')]).toEqual(['UNKNOWN_MEMBER_ID', '4: 0 1 2 3']);
  });
  test(groupRule('static-leave'), () => {
    const g = consumerGroup();
    g.join('a', { instanceId: 'i' });
    g.join('b');
    g.beat('a', { instanceId: 'i' });
    g.beat('a', { instanceId: 'i' });
    g.beat('b');
    expect(g.beat('a', { memberEpoch: -2, instanceId: 'i' })).toBe('-2: unchanged');
    expect([g.beat('b'), g.group.groupEpoch]).toEqual(['3: unchanged', 3]);
    expect(g.join('a2', { instanceId: 'i' })).toBe('3: 0 1');
    expect(g.group.groupEpoch).toBe(3);
  });
  test('a static member that does not come back loses its partitions when its session ends', () => {
    const g = consumerGroup();
    g.join('a', { instanceId: 'i' });
    g.join('b');
    g.beat('a', { memberEpoch: -2, instanceId: 'i' });
    for (let i = 0; i < 9; i++) {
      g.clock.ms(5_000);
      g.beat('b');
    }
    expect([...(g.owned.get('b') ?? [])].length).toBe(4);
  });
  test(groupRule('unreleased'), () => {
    const g = consumerGroup();
    g.join('a', { instanceId: 'i' });
    expect(g.join('a2', { instanceId: 'i' })).toBe('UNRELEASED_INSTANCE_ID');
  });
  test(groupRule('static-fenced-848'), () => {
    const g = consumerGroup();
    g.join('a', { instanceId: 'i' });
    g.beat('a', { memberEpoch: -2, instanceId: 'i' });
    g.join('a2', { instanceId: 'i' });
    expect([g.beat('a', { memberEpoch: 1, instanceId: 'i' }), g.beat('a', { memberEpoch: -1, instanceId: 'i' })]).toEqual(['FENCED_INSTANCE_ID', 'FENCED_INSTANCE_ID']);
    expect(g.beat('x', { memberEpoch: 1, instanceId: 'other' })).toBe('UNKNOWN_MEMBER_ID');
  });
});

describe('commits', () => {
  test(groupRule('stale-commit'), () => {
    const g = consumerGroup();
    g.join('a');
    g.join('b');
    g.beat('a');
    expect([g.commit('a', 2, 0), g.commit('a', 2, 3), g.commit('a', 3, 0)]).toEqual([null, null, 'STALE_MEMBER_EPOCH']);
    g.beat('a');
    g.beat('b');
    expect([g.commit('a', 3, 0), g.commit('a', 2, 0), g.commit('a', 2, 3), g.commit('b', 2, 3), g.commit('b', 3, 3)]).toEqual([null, null, 'STALE_MEMBER_EPOCH', 'STALE_MEMBER_EPOCH', null]);
    expect(g.commit('nobody', 3, 0)).toBe('UNKNOWN_MEMBER_ID');
  });
  test('without a membership one may commit while the group is empty', () => {
    const g = consumerGroup();
    expect(g.commit('', -1, 0)).toBe(null);
    g.join('a');
    expect(g.commit('', -1, 0)).toBe('UNKNOWN_MEMBER_ID');
  });
  test('a member that reads its offsets does so with its epoch', () => {
    const g = consumerGroup();
    g.join('a');
    expect([g.group.mayFetch('a', 2), g.group.mayFetch('a', 0), g.group.mayFetch('x', 1), g.group.mayFetch(null, -1)]).toEqual([null, 'STALE_MEMBER_EPOCH', 'UNKNOWN_MEMBER_ID', null]);
  });
  test(groupRule('offset-retention-topic'), () => {
    const g = consumerGroup();
    g.join('a');
    const { from, keeps } = g.group.offsetExpiry();
    expect([from, keeps('t'), keeps('other')]).toEqual(['commit', true, false]);
  });
});
