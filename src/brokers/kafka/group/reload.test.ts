import { expect, test } from 'vitest';
import { Clock, classicGroup, strategy } from './group.test-kit.ts';
import { ModernGroup } from './modern.ts';
import type { ConsumerHeartbeatResponse, ModernGroupHost } from './modern-state.ts';

/** A small seeded generator: the same sequence in every run. */
function dice(seed: number) {
  let state = seed >>> 0;
  return (n: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % n;
  };
}
const CLIENTS = ['a', 'b', 'c', 'd'];

test('a classic group that is saved and loaded after every request goes on as it was', () => {
  const run = (seed: number, reload: boolean) => {
    const g = classicGroup();
    const roll = dice(seed);
    const seen: unknown[] = [];
    for (let i = 0; i < 400; i++) {
      const client = CLIENTS[roll(4)] ?? 'a';
      const what = roll(12);
      const groupInstanceId = client === 'd' ? 'i' : null;
      if (what < 3) g.join(client, { sessionTimeoutMs: 9_000, rebalanceTimeoutMs: 12_000, protocols: roll(5) === 0 ? strategy('sticky', 'range') : strategy('range', 'sticky'), groupInstanceId, memberId: roll(6) === 0 ? '' : (g.ids.get(client) ?? '') });
      else if (what < 6) g.sync(client, { a: [0], b: [1] }, groupInstanceId);
      else if (what < 8) seen.push(g.heartbeat(client, groupInstanceId));
      else if (what === 8 && roll(3) === 0) g.leave(client);
      else g.clock.ms(roll(4_000));
      for (const one of CLIENTS) {
        const answers = g.mail.take(one);
        for (const answer of answers) if (answer.kind === 'JoinGroup' && answer.memberId !== '') g.ids.set(one, answer.memberId);
        if (answers.length > 0) seen.push([one, answers]);
      }
      seen.push([g.group.state, g.group.generationId, g.group.leader]);
      if (reload) g.reload();
    }
    return seen;
  };
  for (let seed = 1; seed <= 20; seed++) expect(run(seed, true)).toEqual(run(seed, false));
});

test('a group of the consumer protocol likewise', () => {
  const run = (seed: number, reload: boolean) => {
    const clock = new Clock();
    const roll = dice(seed);
    const topics = new Map([
      ['t', 3],
      ['u', 2],
    ]);
    const seen: ConsumerHeartbeatResponse[] = [];
    const host: ModernGroupHost = { groupId: 'g', now: () => clock.now(), after: clock.after.bind(clock), topics: () => topics, send: (_client, response) => void seen.push(response) };
    let group = new ModernGroup(host);
    clock.attach((name, ref) => group.timer(name, ref));
    const epochs = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const memberId = CLIENTS[roll(4)] ?? 'a';
      const what = roll(10);
      const epoch = what === 0 ? -1 : (epochs.get(memberId) ?? 0);
      const fresh = epoch === 0;
      const owned = group.members().find((member) => member.memberId === memberId)?.assigned ?? [];
      group.heartbeat({
        client: memberId,
        memberId,
        memberEpoch: epoch,
        instanceId: null,
        rebalanceTimeoutMs: fresh ? 20_000 : null,
        subscribedTopicNames: fresh || roll(9) === 0 ? (roll(2) === 0 ? ['t'] : ['t', 'u']) : null,
        serverAssignor: null,
        topicPartitions: fresh ? [] : owned.map(({ topic, partition }) => ({ topic, partition })),
      });
      const answer = seen.at(-1);
      epochs.set(memberId, answer?.error === null ? Math.max(0, answer.memberEpoch) : 0);
      if (roll(3) === 0) clock.ms(roll(9_000));
      if (roll(40) === 0) {
        topics.set('t', (topics.get('t') ?? 0) + 1);
        group.topicsChanged();
      }
      if (!reload) continue;
      const saved: unknown = JSON.parse(JSON.stringify(group.save()));
      group = new ModernGroup(host);
      group.load(saved);
    }
    return [seen, group.members(), group.groupEpoch];
  };
  for (let seed = 1; seed <= 20; seed++) expect(run(seed, true)).toEqual(run(seed, false));
});
test('no partition ever has two owners in a group of the consumer protocol, and in the end all have one', () => {
  const clock = new Clock();
  const topics = new Map([['t', 7]]);
  const owned = new Map<string, ConsumerHeartbeatResponse['assignment']>();
  const epochs = new Map<string, number>();
  let last: ConsumerHeartbeatResponse | null = null;
  const group = new ModernGroup({ groupId: 'g', now: () => clock.now(), after: clock.after.bind(clock), topics: () => topics, send: (_client, response) => (last = response) });
  clock.attach((name, ref) => group.timer(name, ref));
  const roll = dice(4);
  const beat = (memberId: string, memberEpoch = epochs.get(memberId) ?? 0) => {
    const fresh = memberEpoch === 0;
    group.heartbeat({ client: memberId, memberId, memberEpoch, instanceId: null, rebalanceTimeoutMs: fresh ? 60_000 : null, subscribedTopicNames: fresh ? ['t'] : null, serverAssignor: null, topicPartitions: fresh ? [] : (owned.get(memberId) ?? []) });
    const gone = memberEpoch < 0 || last?.error !== null;
    epochs.set(memberId, gone ? 0 : (last?.memberEpoch ?? 0));
    if (gone) owned.delete(memberId);
    else if (last?.assignment != null) owned.set(memberId, last.assignment);
  };
  for (let i = 0; i < 2_000; i++) {
    const memberId = CLIENTS[roll(4)] ?? 'a';
    beat(memberId, roll(30) === 0 && epochs.get(memberId) ? -1 : undefined);
    clock.ms(roll(2_000));
    const all = [...owned.values()].flatMap((mine) => mine ?? []).map(({ partition }) => partition);
    expect(new Set(all).size).toBe(all.length);
  }
  for (let i = 0; i < 20; i++) {
    for (const memberId of CLIENTS) beat(memberId);
    clock.ms(1_000);
  }
  expect([...owned.values()].flatMap((mine) => mine ?? []).length).toBe(7);
  expect(group.state).toBe('Stable');
});
