/** The consumer protocol (KIP-848) in a whole cluster: the coordinator assigns, and whoever keeps a partition reads on. */
import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { loadModels } from '../models.ts';
import { groupRule } from './group/rules.ts';

const models = await loadModels(['kafka']);
type Config = Readonly<Record<string, unknown>>;
interface More {
  readonly protocol?: string;
  readonly consume?: Config;
  readonly consumer?: Config;
  readonly other?: Config;
  readonly cluster?: Config;
  readonly topic?: Config;
  readonly timeline?: readonly TimelineEntry[];
  readonly until?: number;
}
function run(more: More) {
  const scenario: Scenario = {
    version: 1,
    title: 'groups',
    seed: 3,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 60, keys: { count: 24 } } },
      { id: 'kafka', kind: 'kafka.cluster', config: { 'group.initial.rebalance.delay.ms': 100, 'group.consumer.heartbeat.interval.ms': 500, ...more.cluster } },
      { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 6, ...more.topic } },
      { id: 'pay', kind: 'consumer', config: { instances: 2, serviceTime: '5ms', ...more.consumer } },
      ...(more.other ? [{ id: 'late', kind: 'consumer', config: { serviceTime: '5ms' } }] : []),
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders' },
      { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { 'group.id': 'g', 'auto.offset.reset': 'earliest', 'group.protocol': more.protocol ?? 'consumer', 'heartbeat.interval.ms': 500, ...more.consume } },
      ...(more.other ? [{ id: 'late-out', kind: 'consume', from: 'orders', to: 'late', config: { 'group.id': 'g', ...more.other } }] : []),
    ],
    timeline: more.timeline ?? [],
  };
  const { simulation } = runTwice(scenario, models, catalog, more.until ?? 10e6);
  const { history } = simulation;
  const all = Array.from({ length: history.length }, (_, id) => history.entry(id)).map((e) => ({ ...e, actor: history.text(e.actor), reason: history.text(e.reason), place: history.text(e.place) }));
  return { of: (kind: Kind, actor?: string) => all.filter((e) => e.kind === kind && (actor === undefined || e.actor === actor)) };
}
const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });
const third = [at(3000, 'set', 'pay', { instances: 3 })];
it(groupRule('incremental'), () => {
  const modern = run({ timeline: third, until: 6e6 });
  const assigned = modern.of('assigned').filter((e) => e.time > 3e6);
  expect(assigned.filter((e) => e.actor === 'pay/3').at(-1)?.detail).toBe(2);
  // Each of the others gives up one partition and reads the other two all the while.
  expect(
    modern
      .of('revoked')
      .filter((e) => e.time > 3e6)
      .map((e) => [e.actor, e.detail, e.reason]),
  ).toEqual(
    expect.arrayContaining([
      ['pay/1', 1, 'kafka.partitions_revoked'],
      ['pay/2', 1, 'kafka.partitions_revoked'],
    ]),
  );
  const classic = run({ timeline: third, until: 6e6, protocol: 'classic', consume: { 'partition.assignment.strategy': 'range' } });
  expect(
    classic
      .of('revoked')
      .filter((e) => e.time > 3e6)
      .map((e) => e.detail),
  ).toEqual([3, 3]);
});
it('what is revoked is committed first, so nobody reads it again', () => {
  const { of } = run({ timeline: third });
  expect(of('effect').length).toBeGreaterThan(500);
  expect(of('requeued')).toEqual([]);
});
it('a member that the coordinator has not heard for group.consumer.session.timeout.ms is out; it is told when it beats again, and begins anew', () => {
  const { of } = run({ cluster: { 'group.consumer.session.timeout.ms': 1500 }, timeline: [at(2000, 'cut', 'out'), at(5000, 'mend', 'out')] });
  expect(
    of('left')
      .filter((e) => e.reason === 'kafka.session_timeout')
      .map((e) => e.actor)
      .sort(),
  ).toEqual(['pay/1', 'pay/2']);
  const lost = of('revoked').filter((e) => e.reason === 'kafka.partitions_lost');
  expect(lost.map((e) => e.actor).sort()).toEqual(['pay/1', 'pay/2']);
  expect(of('joined').filter((e) => e.time > 5e6).length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...of('effect').map((e) => e.time))).toBeGreaterThan(9.5e6);
});
it('the commit of a member that was thrown out is refused', () => {
  const { of } = run({ cluster: { 'group.consumer.session.timeout.ms': 1500 }, consumer: { serviceTime: '40ms' }, consume: { 'enable.auto.commit': false, 'max.poll.records': 5 }, timeline: [at(2000, 'cut', 'out'), at(5000, 'mend', 'out')] });
  expect(
    new Set(
      of('refused')
        .filter((e) => e.place.startsWith('orders@'))
        .map((e) => e.reason),
    ),
  ).toEqual(new Set(['kafka.CommitFailedException']));
});
it('max.poll.interval.ms counts as before: whoever works longer leaves with his partitions', () => {
  const { of } = run({ consumer: { instances: 2, serviceTime: '300ms' }, consume: { 'max.poll.interval.ms': 1000, 'max.poll.records': 20 } });
  expect(of('left').length).toBeGreaterThan(0);
  expect(of('revoked').some((e) => e.reason === 'kafka.partitions_lost')).toBe(true);
});
it(groupRule('static-leave'), () => {
  const { of } = run({ consume: { staticMembership: true }, timeline: [at(3000, 'shut-down', 'pay/1'), at(5000, 'restart', 'pay/1')] });
  // It takes back what was kept for it: nobody else was given anything.
  expect(of('assigned', 'pay/2').filter((e) => e.time > 3e6)).toEqual([]);
  expect(
    of('assigned', 'pay/1')
      .filter((e) => e.time > 5e6)
      .map((e) => e.detail),
  ).toEqual([3]);
});
it('a static member that died keeps others out with UNRELEASED_INSTANCE_ID until its session ends', () => {
  const { of } = run({ cluster: { 'group.consumer.session.timeout.ms': 3000 }, consume: { staticMembership: true }, timeline: [at(3000, 'crash', 'pay/1'), at(3500, 'restart', 'pay/1')], until: 12e6 });
  expect(of('refused', 'pay/1').map((e) => e.reason)).toEqual(['kafka.UNRELEASED_INSTANCE_ID']);
  expect(of('assigned', 'pay/1').at(-1)).toMatchObject({ detail: 3 });
});
it('without migration a group that has members refuses one of another protocol: GROUP_ID_NOT_FOUND, or INCONSISTENT_GROUP_PROTOCOL', () => {
  const reasons = (more: More) =>
    new Set(
      run(more)
        .of('refused', 'late/1')
        .map((e) => e.reason),
    );
  const late = { latency: '50ms' };
  const cluster = { 'group.consumer.migration.policy': 'disabled' };
  expect(reasons({ cluster, protocol: 'classic', other: { ...late, 'group.protocol': 'consumer' } })).toEqual(new Set(['kafka.GROUP_ID_NOT_FOUND']));
  expect(reasons({ cluster, protocol: 'consumer', other: { ...late, 'group.protocol': 'classic' } })).toEqual(new Set(['kafka.INCONSISTENT_GROUP_PROTOCOL']));
});
it('a group is migrated member by member: those of both protocols read on, and share the partitions', () => {
  for (const [protocol, other] of [
    ['classic', 'consumer'],
    ['consumer', 'classic'],
  ] as const) {
    const { of } = run({ protocol, other: { 'group.protocol': other, latency: '50ms', 'auto.offset.reset': 'earliest', 'heartbeat.interval.ms': 500 }, timeline: [at(6000, 'shut-down', 'late/1')] });
    expect(of('refused').map((e) => e.reason)).toEqual([]);
    expect(of('effect', 'late/1').length).toBeGreaterThan(50);
    expect(of('assigned', 'late/1').at(-1)?.detail).toBe(2);
    // When it has gone, the others have everything again.
    expect(['pay/1', 'pay/2'].map((actor) => of('assigned', actor).at(-1)?.detail)).toEqual([3, 3]);
    expect(Math.max(...of('effect').map((e) => e.time))).toBeGreaterThan(9.5e6);
  }
});
it('new partitions are assigned with the next heartbeat, whatever the members know', () => {
  const { of } = run({ timeline: [at(3000, 'set', 'orders', { partitions: 8 })] });
  expect(['pay/1', 'pay/2'].map((actor) => of('assigned', actor).at(-1)?.detail)).toEqual([4, 4]);
});
it('another protocol is taken by leaving the group and joining it again, from the committed offsets', () => {
  const { of } = run({ protocol: 'classic', timeline: [at(3000, 'set', 'out', { 'group.protocol': 'consumer' })] });
  expect(of('refused').filter((e) => e.actor.startsWith('pay'))).toEqual([]);
  expect(of('requeued').length).toBeLessThan(4);
  expect(Math.max(...of('effect').map((e) => e.time))).toBeGreaterThan(9.5e6);
});
