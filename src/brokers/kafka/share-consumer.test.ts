/** Share groups (KIP-932) in a whole cluster: a queue on a log, with locks, delivery counts and acknowledgements of single records. */
import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { loadModels } from '../models.ts';
import { groupRule } from './group/rules.ts';

const models = await loadModels(['kafka']);
type Config = Readonly<Record<string, unknown>>;
function run(more: { readonly consume?: Config; readonly consumer?: Config; readonly producer?: Config; readonly publish?: Config; readonly cluster?: Config; readonly timeline?: readonly TimelineEntry[]; readonly until?: number }) {
  const scenario: Scenario = {
    version: 1,
    title: 'share group',
    seed: 3,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, keys: { count: 6 }, ...more.producer } },
      { id: 'kafka', kind: 'kafka.cluster', config: { 'broker.session.timeout.ms': 500, 'group.share.heartbeat.interval.ms': 1000, ...more.cluster } },
      { id: 'jobs', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 1 } },
      { id: 'dead', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 1 } },
      { id: 'worker', kind: 'consumer', config: { instances: 3, serviceTime: '20ms', ...more.consumer } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'jobs', config: more.publish ?? {} },
      { id: 'out', kind: 'consume', from: 'jobs', to: 'worker', config: { 'group.id': 'g', 'group.protocol': 'share', 'share.auto.offset.reset': 'earliest', 'max.poll.records': 1, ...more.consume } },
    ],
    timeline: more.timeline ?? [],
  };
  const { simulation } = runTwice(scenario, models, catalog, more.until ?? 6e6);
  const { history } = simulation;
  const all = Array.from({ length: history.length }, (_, id) => history.entry(id)).map((e) => ({ ...e, actor: history.text(e.actor), reason: history.text(e.reason), place: history.text(e.place) }));
  return { of: (kind: Kind, place?: string) => all.filter((e) => e.kind === kind && (place === undefined || e.place === place)) };
}
const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });
const EXPLICIT = { 'share.acknowledgement.mode': 'explicit' };

it('all members of a share group read the one partition, and each record is accepted once', () => {
  const { of } = run({});
  expect(new Set(of('effect').map((e) => e.actor))).toEqual(new Set(['worker/1', 'worker/2', 'worker/3']));
  const settled = of('settled');
  expect(settled.length).toBeGreaterThan(80);
  expect(new Set(settled.map((e) => e.reason))).toEqual(new Set(['kafka.accepted']));
  expect(new Set(of('effect').map((e) => e.message)).size).toBe(of('effect').length);
});
it(groupRule('share-state-first'), () => {
  const first = (interval: number) => run({ cluster: { 'group.share.heartbeat.interval.ms': interval }, until: 7e6 }).of('delivered')[0]?.time ?? 0;
  expect(first(1000)).toBeGreaterThan(1e6);
  expect(first(5000)).toBeGreaterThan(5e6);
});
it(groupRule('lock-timeout'), () => {
  const { of } = run({ producer: { rate: 1, limit: 6 }, consumer: { instances: 2, serviceTime: '20s' }, consume: { 'share.record.lock.duration.ms': 15_000 }, until: 70e6 });
  const back = of('requeued').filter((e) => e.reason === 'kafka.lock_timeout');
  expect(back.length).toBeGreaterThan(1);
  const first = of('delivered').find((e) => e.copy === back[0]?.copy);
  expect((back[0]?.time ?? 0) - (first?.time ?? 0)).toBe(15e6);
  expect(of('delivered').some((e) => e.attempt === 2)).toBe(true);
  // Who worked on it accepts it too late.
  expect(of('refused').map((e) => e.reason)).toContain('kafka.INVALID_RECORD_STATE');
});
it(groupRule('delivery-limit'), () => {
  const { of } = run({ consumer: { failures: { rate: 1 } }, consume: { ...EXPLICIT, 'share.delivery.count.limit': 3 } });
  const dropped = of('dropped').filter((e) => e.reason === 'kafka.delivery_limit');
  expect(dropped.length).toBeGreaterThan(20);
  expect(new Set(dropped.map((e) => e.attempt))).toEqual(new Set([3]));
});
it(groupRule('reject'), () => {
  const rejecting = { failures: { rate: 1 }, onFailure: 'reject' };
  const { of } = run({ consumer: rejecting, consume: EXPLICIT });
  expect(new Set(of('dropped').map((e) => [e.reason, e.attempt].join(' ')))).toEqual(new Set(['kafka.rejected 1']));
  const sent = run({ consumer: rejecting, consume: { ...EXPLICIT, deadLetterTopic: 'dead' } });
  expect(sent.of('dropped')).toEqual([]);
  expect(sent.of('dead-lettered').length).toBeGreaterThan(50);
});
it('an acknowledgement that is lost with its connection ends the share session: the record, and what else is held, is given out again', () => {
  const lost = (consume: Config) => run({ producer: { rate: 1, limit: 4 }, consumer: { instances: 1 }, consume, timeline: [at(2500, 'lose-next-ack', 'worker/1')], until: 12e6 });
  for (const consume of [{}, { ...EXPLICIT, acknowledge: 'commitSync each record' }]) {
    const { of } = lost(consume);
    expect(of('refused').filter((e) => e.reason === 'kafka.DISCONNECTED')).toHaveLength(1);
    const again = of('delivered').filter((e) => e.attempt === 2);
    expect(again).toHaveLength(1);
    expect(of('requeued').map((e) => e.reason)).toEqual(['kafka.share_session_closed']);
    // Its effect comes twice, and in the end it is accepted.
    expect(of('effect').filter((e) => e.message === again[0]?.message)).toHaveLength(2);
    expect(of('settled')).toHaveLength(4);
  }
});
it('in implicit mode the next poll() accepts a record whatever became of it', () => {
  const { of } = run({ consumer: { failures: { rate: 1 } } });
  expect(of('failed').length).toBeGreaterThan(50);
  expect(of('requeued')).toEqual([]);
  expect(new Set(of('settled').map((e) => e.reason))).toEqual(new Set(['kafka.accepted']));
});
it(groupRule('session-close'), () => {
  const { of } = run({ consumer: { serviceTime: '400ms' }, timeline: [at(2000, 'crash', 'worker/1')] });
  expect(of('requeued').map((e) => e.reason)).toEqual(['kafka.share_session_closed']);
});
it(groupRule('batch-optimized'), () => {
  const most = (mode: string) => {
    const { of } = run({ producer: { rate: 100 }, consumer: { serviceTime: '5ms' }, publish: { 'linger.ms': 200 }, consume: { 'share.acquire.mode': mode } });
    const delivered = of('delivered');
    return Math.max(...delivered.map((e) => delivered.filter((x) => x.time === e.time && x.actor === e.actor).length));
  };
  expect(most('batch_optimized')).toBeGreaterThan(5);
  expect(most('record_limit')).toBe(1);
});
it('a new leader does not know what was being delivered: those records come again, as often as before', () => {
  const { of } = run({ consumer: { serviceTime: '1500ms' }, timeline: [at(2500, 'shut-down-node', 'kafka/node-2'), at(2600, 'shut-down-node', 'kafka/node-1')] });
  expect(of('requeued').some((e) => e.reason === 'kafka.share_leader_changed')).toBe(true);
  expect(Math.max(...of('settled').map((e) => e.time))).toBeGreaterThan(4e6);
});
it(groupRule('held-without-membership'), () => {
  const { of } = run({ producer: { rate: 1, limit: 1 }, consumer: { instances: 2, serviceTime: '60s' }, consume: { 'max.poll.interval.ms': 3000, 'share.record.lock.duration.ms': 20_000 }, until: 40e6 });
  const [delivered] = of('delivered');
  const left = of('left').find((e) => e.actor === delivered?.actor);
  expect(left).toBeDefined();
  expect((left?.time ?? 0) - (delivered?.time ?? 0)).toBeLessThan(4e6);
  const [back] = of('requeued');
  expect(back?.reason).toBe('kafka.lock_timeout');
  expect((back?.time ?? 0) - (delivered?.time ?? 0)).toBeCloseTo(20e6, -4);
});
it('a slow record holds up nobody but its own consumer', () => {
  const { of } = run({ consumer: { serviceTime: { lognormal: { mean: '60ms', p99: '900ms' } } }, until: 12e6 });
  const slow = of('started')
    .filter((e) => e.time > 6e6 && e.time < 10e6)
    .reduce((most, e) => (e.detail > most.detail ? e : most));
  const meanwhile = of('finished').filter((e) => e.time > slow.time && e.time < slow.time + slow.detail);
  expect(meanwhile.length).toBeGreaterThan(3);
  expect(new Set(meanwhile.map((e) => e.actor)).has(slow.actor)).toBe(false);
});
it('whoever was out for longer than a share session is told, and joins anew', () => {
  const { of } = run({ timeline: [at(1000, 'cut', 'out'), at(50_000, 'mend', 'out')], producer: { rate: 2 }, until: 60e6 });
  expect(of('left').filter((e) => e.reason === 'kafka.session_timeout').length).toBe(3);
  expect(Math.max(...of('effect').map((e) => e.time))).toBeGreaterThan(59e6);
});
it('a consumer of another kind in a share group is refused', () => {
  const { of } = run({ timeline: [at(2000, 'set', 'out', { 'group.protocol': 'classic' })], until: 4e6 });
  expect(new Set(of('refused').map((e) => e.reason))).toEqual(new Set(['kafka.INCONSISTENT_GROUP_PROTOCOL']));
});
