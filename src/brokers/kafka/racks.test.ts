/** Racks: where replicas are, whom consumers read from, who is assigned what. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { range } from './assignors/range.ts';
import { cluster } from './cluster.test-kit.ts';
import { groupRule } from './group/rules.ts';
import { rackOfInstance, racksOf, spread } from './racks.ts';
import { rule } from './rules.ts';

const models = await loadModels(['kafka']);
const RACKS = { 'broker.rack': 'a, b, c', 'replica.selector.class': 'RackAwareReplicaSelector' };

describe('racks', () => {
  it('are those of brokers and of instances in turn', () => {
    expect(racksOf('a, b', 3)).toEqual(['a', 'b', 'a']);
    expect(racksOf('', 2)).toEqual(['', '']);
    expect(rackOfInstance('a, b', 'pay/2')).toBe('b');
    expect(rackOfInstance('a, b', 'pay/3')).toBe('a');
  });
  it(rule('rack-spread'), () => {
    const c = cluster({ nodes: 4, 'broker.rack': 'a, a, b, b'.replace('a, a, b, b', 'a, b') }, { partitions: 4, 'replication.factor': 2 });
    for (let p = 0; p < 4; p++) expect(new Set(c.kafka.partition('t', p)?.replicas.map((r) => r.broker % 2)).size).toBe(2);
  });
  it('replicas are in different racks also where one has more brokers than the other, and where there are more replicas than racks', () => {
    expect([0, 1, 2].map((turn) => spread(['a', 'a', 'b'], 2, turn))).toEqual([
      [0, 2],
      [2, 1],
      [1, 2],
    ]);
    expect(spread(['a', 'a', 'b', 'b'], 3, 0)).toEqual([0, 2, 1]);
    expect(spread(['', '', ''], 2, 2)).toEqual([2, 0]);
  });
  it(rule('preferred-replica'), () => {
    const c = cluster(RACKS, { 'replication.factor': 2 });
    const leader = c.kafka.partition('t', 0)?.leader ?? -1;
    const follower = c.kafka.partition('t', 0)?.replicas.find((r) => r.broker !== leader)?.broker ?? -1;
    c.produce([1]);
    c.advance(5);
    const sent = c.answer(c.fetch(0, 'read_uncommitted', { rack: ['a', 'b', 'c'][follower] ?? '' }));
    expect(sent?.api === 'Fetch' && sent.results[0]).toMatchObject({ error: 'NONE', preferred: follower, records: { messages: [] } });
    const there = { api: 'Fetch', isolation: 'read_uncommitted', maxWait: 100_000, minBytes: 1, maxBytes: 1e6, maxPartitionBytes: 1e6, rack: 'b', partitions: [{ topic: 't', partition: 0, offset: 0 }] } as const;
    expect(c.messages(c.ask(there, follower))).toEqual([1]);
    // In a rack without a replica the leader is read.
    expect(c.messages(c.fetch(0, 'read_uncommitted', { rack: 'd' }))).toEqual([1]);
    const elsewhere = c.answer(c.ask(there, 3 - leader - follower));
    expect(elsewhere?.api === 'Fetch' && elsewhere.results[0]?.error).toBe('NOT_LEADER_OR_FOLLOWER');
  });
  it(rule('follower-watermark'), () => {
    const c = cluster(RACKS, { 'replication.factor': 2 });
    const leader = c.kafka.partition('t', 0)?.leader ?? -1;
    const follower = c.kafka.partition('t', 0)?.replicas.find((r) => r.broker !== leader)?.broker ?? -1;
    const read = (broker: number) => c.ask({ api: 'Fetch', isolation: 'read_uncommitted', maxWait: 50_000, minBytes: 1, maxBytes: 1e6, maxPartitionBytes: 1e6, rack: '', partitions: [{ topic: 't', partition: 0, offset: 0 }] }, broker);
    const [near, far] = [read(follower), read(leader)];
    c.produce([1]);
    c.advance(2);
    expect([c.messages(far), c.messages(near)]).toEqual([[1], undefined]);
    c.advance(1);
    expect(c.messages(near)).toEqual([1]);
  });
  it(groupRule('range-racks'), () => {
    const racks = ({ partition }: { readonly partition: number }) => new Set([['a', 'b', 'c'][partition % 3] ?? '']);
    const members = ['a', 'b', 'c'].map((rack, i) => ({ memberId: `m${2 - i}`, topics: ['t'], rack }));
    const given = range(new Map([['t', 6]]), members, racks);
    for (const { memberId, rack } of members) expect(given.get(memberId)?.map((p) => [...racks(p)][0])).toEqual([rack, rack]);
    // Even comes first: three readers of one rack share what is not there, too.
    const one = range(
      new Map([['t', 6]]),
      members.map((m) => ({ ...m, rack: 'a' })),
      racks,
    );
    expect([...one.values()].map((p) => p.length)).toEqual([2, 2, 2]);
    // Partition n of both topics goes to one member.
    const both = range(
      new Map([
        ['t', 3],
        ['u', 3],
      ]),
      members.map((m) => ({ ...m, topics: ['t', 'u'] })),
      racks,
    );
    for (const { memberId, rack } of members) expect(both.get(memberId)?.map((p) => `${p.topic} ${[...racks(p)][0]}`)).toEqual([`t ${rack}`, `u ${rack}`]);
    // Where every rack has everything it is as without racks.
    const all = () => new Set(['a', 'b', 'c']);
    expect(range(new Map([['t', 6]]), members, all)).toEqual(range(new Map([['t', 6]]), members));
  });
});
it('reading in its own rack saves the way to another, and survives the loss of the replica', () => {
  const run = (selector: string, timeline: Parameters<typeof at>[] = []) => {
    const { simulation } = runTwice(
      {
        version: 1,
        title: 'racks',
        seed: 3,
        nodes: [
          { id: 'shop', kind: 'producer', config: { rate: 50, keys: { count: 6 } } },
          { id: 'kafka', kind: 'kafka.cluster', config: { 'group.initial.rebalance.delay.ms': 100, 'broker.session.timeout.ms': 500, ...RACKS, rackLatency: '40ms', 'replica.selector.class': selector } },
          { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 3 } },
          { id: 'pay', kind: 'consumer', config: { serviceTime: '1ms', instances: 3 } },
        ],
        links: [
          { id: 'in', kind: 'publish', from: 'shop', to: 'orders' },
          { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { 'group.id': 'pay', 'auto.offset.reset': 'earliest', 'client.rack': 'c, a, b', 'metadata.max.age.ms': 3000 } },
        ],
        timeline: timeline.map((one) => at(...one)),
      },
      models,
      catalog,
      12e6,
    );
    const { history } = simulation;
    const all = Array.from({ length: history.length }, (_, id) => history.entry(id));
    const accepted = new Map(all.filter((e) => e.kind === 'accepted').map((e) => [e.message, e.time]));
    const waits = all.filter((e) => e.kind === 'effect' && e.time > 4e6).map((e) => e.time - (accepted.get(e.message) ?? 0));
    return { mean: waits.reduce((sum, w) => sum + w, 0) / waits.length, lost: all.filter((e) => e.kind === 'lost').length, effects: new Set(all.filter((e) => e.kind === 'effect').map((e) => e.message)).size, accepted };
  };
  const [leader, near] = [run('LeaderSelector'), run('RackAwareReplicaSelector')];
  expect(near.mean).toBeLessThan(leader.mean);
  const failing = run('RackAwareReplicaSelector', [
    [5000, 'stop-node', 'kafka/node-2'],
    [8000, 'start-node', 'kafka/node-2'],
  ]);
  expect(failing.lost).toBe(0);
  expect(failing.effects).toBeGreaterThan(failing.accepted.size - 30);
});
