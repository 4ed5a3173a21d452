/** Transactional producers as applications meet them. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Kind } from '../../history/entries.ts';
import type { TimelineEntry } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at } from '../../testing/settings-trial.ts';
import { loadModels } from '../models.ts';
import { rule } from './rules.ts';

const models = await loadModels(['kafka']);
type Config = Readonly<Record<string, unknown>>;
/** Two producers, of which the second is optional, and a reader of committed records. */
function run({ publish = {}, second = false, timeline = [], until = 5e6 }: { publish?: Config; second?: boolean; timeline?: readonly TimelineEntry[]; until?: number }) {
  const producers = second ? ['old', 'new'] : ['old'];
  const { simulation } = runTwice(
    {
      version: 1,
      title: 'transactions',
      seed: 3,
      nodes: [
        ...producers.map((id) => ({ id, kind: 'producer', config: { rate: 20, keys: { count: 4 } } })),
        { id: 'kafka', kind: 'kafka.cluster', config: { 'group.initial.rebalance.delay.ms': 100 } },
        { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 2 } },
        { id: 'pay', kind: 'consumer', config: { serviceTime: '1ms' } },
      ],
      links: [
        ...producers.map((id) => ({ id: `${id}-in`, kind: 'publish', from: id, to: 'orders', config: { 'transactional.id': 'shop', commitInterval: '500ms', ...publish, ...(id === 'new' ? { latency: '20ms' } : {}) } })),
        { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { 'group.id': 'pay', 'auto.offset.reset': 'earliest', 'isolation.level': 'read_committed' } },
      ],
      timeline,
    },
    models,
    catalog,
    until,
  );
  const { history } = simulation;
  const all = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const text = (n: number) => (n < 0 ? '' : history.text(n));
  return (kind: Kind, reason = '', actor = '') => all.filter((e) => e.kind === kind && (reason === '' || text(e.reason) === reason) && (actor === '' || text(e.actor) === actor));
}
describe('a transactional producer', () => {
  it('that is fenced has its batch refused with INVALID_PRODUCER_EPOCH, learns why when it aborts, and may not go on', () => {
    const of = run({ second: true });
    const [batch] = of('refused', 'kafka.INVALID_PRODUCER_EPOCH', 'old');
    const [end] = of('refused', 'kafka.PRODUCER_FENCED', 'old');
    expect(batch?.time).toBeLessThan(end?.time ?? 0);
    expect(of('confirmed', '', 'old')).toEqual([]);
    expect(of('refused', 'kafka.PRODUCER_FENCED', 'old').length).toBeGreaterThan(50);
    expect(of('confirmed', '', 'new').length).toBeGreaterThan(50);
  });
  it('whose transaction timed out cannot commit it, and goes on with the next', () => {
    const of = run({ publish: { 'transaction.timeout.ms': 700 }, timeline: [at(1000, 'cut', 'old-in'), at(2200, 'mend', 'old-in')] });
    expect([...of('refused', 'kafka.INVALID_PRODUCER_EPOCH'), ...of('refused', 'kafka.INVALID_TXN_STATE')].length).toBeGreaterThan(0);
    expect(of('confirmed').filter((e) => e.time > 3e6).length).toBeGreaterThan(20);
    const aborted = new Set(of('refused', 'kafka.TransactionAbortedException').map((e) => e.message));
    expect(aborted.size).toBeGreaterThan(0);
    expect(of('effect').filter((e) => aborted.has(e.message))).toEqual([]);
  });
  it(rule('abortable'), () => {
    const of = run({ publish: { 'delivery.timeout.ms': 400, 'request.timeout.ms': 300 }, timeline: [at(1200, 'cut', 'old-in'), at(2000, 'mend', 'old-in')] });
    const failed = of('unknown');
    expect(failed.length).toBeGreaterThan(0);
    const lost = new Set([...failed, ...of('refused', 'kafka.TransactionAbortedException')].map((e) => e.message));
    expect(of('effect').filter((e) => lost.has(e.message))).toEqual([]);
    expect(of('confirmed').filter((e) => e.time > 3e6).length).toBeGreaterThan(20);
  });
});
