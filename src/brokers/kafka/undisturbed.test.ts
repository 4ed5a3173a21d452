/** Who keeps partitions in a rebalance goes on reading them: under the consumer protocol and under cooperative-sticky, not in an eager one. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { groupRule } from './group/rules.ts';

const models = await loadModels(['kafka']);
type Config = Readonly<Record<string, unknown>>;
const PARTITIONS = 6;

/** Two members have more to do than they can; at 5 s a third joins, or none does. @returns of the time from then on: the readers of each partition, and the longest time between two effects of each of the two, ms */
function run(consume: Config, third: boolean) {
  const { simulation } = runTwice(
    {
      version: 1,
      title: 'undisturbed',
      seed: 3,
      nodes: [
        { id: 'shop', kind: 'producer', config: { rate: 300, keys: { count: 60 } } },
        { id: 'kafka', kind: 'kafka.cluster', config: { 'group.initial.rebalance.delay.ms': 100, 'group.consumer.heartbeat.interval.ms': 500 } },
        { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: PARTITIONS } },
        { id: 'pay', kind: 'consumer', config: { serviceTime: '10ms', instances: 1 } },
      ],
      links: [
        { id: 'in', kind: 'publish', from: 'shop', to: 'orders' },
        { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { 'group.id': 'pay', 'auto.offset.reset': 'earliest', 'heartbeat.interval.ms': 500, 'session.timeout.ms': 6000, 'max.poll.records': 10, ...consume } },
      ],
      // The second comes by itself, so that the two do not beat together.
      timeline: [at(1300, 'set', 'pay', { instances: 2 }), ...(third ? [at(5000, 'set', 'pay', { instances: 3 })] : [])],
    },
    models,
    catalog,
    7.5e6,
  );
  const { history } = simulation;
  const lanes = new Map<number, number>();
  const readers = new Map<number, Set<string>>();
  const last = new Map<string, number>();
  const gaps = { 'pay/1': 0, 'pay/2': 0, 'pay/3': 0 };
  for (let id = 0; id < history.length; id++) {
    const { kind, message, detail, time, actor } = history.entry(id);
    if (kind === 'enqueued') lanes.set(message, detail);
    if (kind !== 'effect' || time < 4.9e6) continue;
    const lane = lanes.get(message) ?? -1;
    const who = history.text(actor) as keyof typeof gaps;
    readers.set(lane, (readers.get(lane) ?? new Set()).add(who));
    gaps[who] = Math.max(gaps[who], (time - (last.get(who) ?? time)) / 1000);
    last.set(who, time);
  }
  return { readers: [...readers.values()], gaps: [gaps['pay/1'], gaps['pay/2']] };
}
const COOPERATIVE = { 'partition.assignment.strategy': 'cooperative-sticky' };
const MODERN = { 'group.protocol': 'consumer' };
const EAGER = { 'partition.assignment.strategy': 'range' };

describe('a third member joins', () => {
  it.each([
    [groupRule('incremental'), MODERN],
    [groupRule('cooperative'), COOPERATIVE],
  ])('%s Who keeps partitions works on without a pause.', (_, consume) => {
    const quiet = Math.max(...run(consume, false).gaps);
    const joined = run(consume, true);
    expect(joined.readers.filter((readers) => readers.size === 1).length).toBeGreaterThanOrEqual(4);
    for (const gap of joined.gaps) expect(gap).toBeLessThan(quiet + 10);
  });
  it('an eager rebalance stops everybody until the last has noticed', () => {
    const quiet = Math.max(...run(EAGER, false).gaps);
    expect(Math.max(...run(EAGER, true).gaps)).toBeGreaterThan(quiet + 100);
  });
});
