import { expect, test } from 'vitest';
import { classicGroup, strategy } from './group.test-kit.ts';
import { GroupOffsets, type OffsetsHost } from './offsets.ts';
import { groupRule } from './rules.ts';

const DAY = 86_400_000;
const at = (offset: number, partition = 0, topic = 't', metadata = '') => ({ topic, partition, offset, leaderEpoch: 0, metadata });

function withOffsets() {
  const g = classicGroup();
  const gone: [string[], boolean][] = [];
  const host: OffsetsHost = {
    now: () => g.clock.now(),
    after: g.clock.after.bind(g.clock),
    expired: (partitions, all) => gone.push([partitions.map(({ topic, partition }) => `${topic}-${partition}`), all]),
  };
  const offsets = new GroupOffsets(host, g.group);
  g.clock.attach((name, ref) => (name === 'offsets-retention' ? offsets.timer(name, ref) : g.group.timer(name, ref)));
  const who = (client: string) => ({ memberId: g.ids.get(client) ?? '', groupInstanceId: null, generationOrEpoch: client === '' ? -1 : g.group.generationId });
  const seen = (topic = 't', stable = false) => {
    const all = offsets.fetch({ memberId: null, memberEpoch: -1 }, [{ topic, partition: 0 }], stable);
    return typeof all === 'string' ? all : (all[0]?.error ?? all[0]?.offset);
  };
  return { g, offsets, who, gone, seen };
}

test(groupRule('commit-generation'), () => {
  const { g, offsets, who, seen } = withOffsets();
  g.stable('a', 'b');
  expect(offsets.commit(who('a'), [at(5)])).toEqual([{ topic: 't', partition: 0, error: null }]);
  expect(offsets.commit({ ...who('a'), generationOrEpoch: 0 }, [at(6)])).toBe('ILLEGAL_GENERATION');
  g.leave('b');
  expect(offsets.commit(who('b'), [at(7)])).toBe('UNKNOWN_MEMBER_ID');
  expect([seen(), offsets.committed('t', 0), seen('other')]).toEqual([5, 5, -1]);
});
test(groupRule('commit-rebalance'), () => {
  const { g, offsets, who } = withOffsets();
  g.stable('a', 'b');
  g.join('c');
  expect(offsets.commit(who('a'), [at(5)])).toEqual([{ topic: 't', partition: 0, error: null }]);
  g.join('a');
  g.join('b');
  expect(g.group.state).toBe('CompletingRebalance');
  expect(offsets.commit(who('a'), [at(6)])).toBe('REBALANCE_IN_PROGRESS');
  expect(offsets.commitInTransaction(1, who('a'), [at(6)])).toEqual([{ topic: 't', partition: 0, error: null }]);
});
test(groupRule('commit-alone'), () => {
  const { g, offsets, who } = withOffsets();
  expect(offsets.commit(who(''), [at(1)])).toEqual([{ topic: 't', partition: 0, error: null }]);
  g.stable('a');
  expect(offsets.commit(who(''), [at(2)])).toBe('UNKNOWN_MEMBER_ID');
  expect(offsets.commitInTransaction(1, who(''), [at(2)])).toEqual([{ topic: 't', partition: 0, error: null }]);
});
test(groupRule('commit-keeps-alive'), () => {
  const { g, offsets, who } = withOffsets();
  g.stable('a');
  for (let i = 0; i < 40; i++) {
    g.clock.ms(5_000);
    offsets.commit(who('a'), [at(i)]);
  }
  expect(g.group.members().length).toBe(1);
});
test(groupRule('offset-retention'), () => {
  const { g, offsets, who, gone, seen } = withOffsets();
  g.stable('a');
  offsets.commit(who('a'), [at(5)]);
  for (let i = 0; i < 10 * 24 * 60 * 2; i++) {
    g.clock.ms(30_000);
    g.heartbeat('a');
  }
  expect(seen()).toBe(5);
  g.leave('a');
  g.clock.ms(7 * DAY - 600_000);
  expect(seen()).toBe(5);
  g.clock.ms(1_200_000);
  expect([seen(), gone]).toEqual([-1, [[['t-0'], true]]]);
});
test(groupRule('offset-retention-topic'), () => {
  const { g, offsets, who, gone } = withOffsets();
  g.stable('a');
  offsets.commit(who('a'), [at(5), at(9, 0, 'old')]);
  for (let i = 0; i < 8 * 24 * 60 * 2; i++) {
    g.clock.ms(30_000);
    g.heartbeat('a');
  }
  expect([offsets.committed('t', 0), offsets.committed('old', 0), gone]).toEqual([5, -1, [[['old-0'], false]]]);
});
test('offsets that were committed without any group go seven days after their commit', () => {
  const { g, offsets, who, seen } = withOffsets();
  offsets.commit(who(''), [at(5)]);
  g.clock.ms(5 * DAY);
  offsets.commit(who(''), [at(6)]);
  g.clock.ms(6 * DAY);
  expect(seen()).toBe(6);
  g.clock.ms(DAY + 600_000);
  expect([seen(), g.clock.pending]).toEqual([-1, 0]);
});
test(groupRule('unstable-offset'), () => {
  const { g, offsets, who, seen } = withOffsets();
  g.stable('a');
  offsets.commit(who('a'), [at(5)]);
  offsets.commitInTransaction(1, who('a'), [at(8)]);
  expect([seen('t', true), seen()]).toEqual(['UNSTABLE_OFFSET_COMMIT', 5]);
});
test(groupRule('transactional-offset'), () => {
  const { g, offsets, who, seen } = withOffsets();
  g.stable('a');
  offsets.commitInTransaction(1, who('a'), [at(8)]);
  offsets.commitInTransaction(2, who('a'), [at(9, 1)]);
  offsets.endTransaction(1, 'commit');
  offsets.endTransaction(2, 'abort');
  expect([seen('t', true), offsets.committed('t', 1)]).toEqual([8, -1]);
});
test('of a transaction’s offset and one that was committed after it, the later stays when the transaction ends', () => {
  const { g, offsets, who, seen } = withOffsets();
  g.stable('a');
  offsets.commitInTransaction(1, who('a'), [at(8)]);
  offsets.commit(who('a'), [at(12)]);
  offsets.endTransaction(1, 'commit');
  expect(seen()).toBe(12);
});
test(groupRule('metadata-size'), () => {
  const { g, offsets, who } = withOffsets();
  g.stable('a');
  expect(offsets.commit(who('a'), [at(5, 0, 't', 'x'.repeat(4097)), at(6, 1, 't', 'x'.repeat(4096))])).toEqual([
    { topic: 't', partition: 0, error: 'OFFSET_METADATA_TOO_LARGE' },
    { topic: 't', partition: 1, error: null },
  ]);
});
test('offsets, open transactions and the retention check survive saving and loading', () => {
  const { g, offsets, who, gone } = withOffsets();
  offsets.commit(who(''), [at(5)]);
  offsets.commitInTransaction(1, who(''), [at(8, 1)]);
  const saved: unknown = JSON.parse(JSON.stringify(offsets.save()));
  const again = new GroupOffsets({ now: () => g.clock.now(), after: g.clock.after.bind(g.clock), expired: (partitions, all) => gone.push([partitions.map((one) => one.topic), all]) }, g.group);
  again.load(saved);
  g.clock.attach((name, ref) => again.timer(name, ref));
  again.endTransaction(1, 'commit');
  expect(again.fetch({ memberId: null, memberEpoch: -1 }, null, true)).toEqual([
    { ...at(5), error: null },
    { ...at(8, 1), error: null },
  ]);
  g.clock.ms(8 * DAY);
  expect(gone).toEqual([[['t', 't'], true]]);
});
test('a group that is dead knows of no offsets', () => {
  const { g, offsets, who, seen } = withOffsets();
  g.join('a', { protocols: strategy('range') });
  offsets.commit(who(''), [at(5)]);
  g.group.unload();
  expect([seen(), offsets.commit(who(''), [at(6)])]).toEqual([-1, 'COORDINATOR_NOT_AVAILABLE']);
});
