/** The event source mapping of Lambda, with functions. */
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, catalog, type Config, models, observe, type Parts, scenarioOf, UNTIL } from './room.test-kit.ts';
import { rule } from './rules.ts';

/** @param until µs */
const run = (scenario: Scenario, until = UNTIL) => observe(runTwice(scenario, models, catalog, until));

function lambda(fn: Config, trigger: Config, parts: Parts = {}): Scenario {
  const base = scenarioOf(parts);
  return {
    ...base,
    nodes: [...base.nodes.filter((n) => n.id !== 'pay'), { id: 'fn', kind: 'function', config: { coldStart: '0us', serviceTime: '50ms', concurrency: 100, ...fn } }],
    links: [...base.links.filter((l) => l.id !== 'out'), { id: 'map', kind: 'trigger', from: 'orders', to: 'fn', config: { latency: '1ms', ...trigger } }],
  };
}
/** A burst at 1 s, and nothing else. */
const BURST = (count: number): Parts => ({ producer: { arrivals: 'by-hand', keys: { count: 1 } }, timeline: [at(1000, 'burst', 'shop', { count })] });

describe('an event source mapping', () => {
  it(rule('mapping'), () => {
    const { count, reasons, twice } = run(lambda({}, {}));
    expect(count('effect')).toBeGreaterThan(50);
    expect([reasons('settled'), twice(), count('requeued')]).toEqual([{ 'sqs.deleted': count('effect') }, [], 0]);
  });
  it(rule('mapping-scale'), () => {
    const { of } = run(lambda({ serviceTime: '30s', timeout: '60s', concurrency: 1000 }, { BatchSize: 1 }, { ...BURST(200), queue: { VisibilityTimeout: 360 } }), 6e6);
    const by = (second: number) => of('started', 'fn').filter((e) => e.time < second * 1e6).length;
    expect([by(1.9), by(2.9), by(3.9), by(4.9)]).toEqual([5, 10, 15, 20]);
  });
  it(rule('mapping-concurrency'), () => {
    const { of } = run(lambda({ serviceTime: '30s', timeout: '60s' }, { BatchSize: 1, MaximumConcurrency: 2 }, { ...BURST(50), queue: { VisibilityTimeout: 360 } }), 6e6);
    expect(of('started', 'fn').length).toBe(2);
  });
  it(rule('mapping-window'), () => {
    const { of } = run(lambda({}, { BatchSize: 100, MaximumBatchingWindowInSeconds: 2 }, { producer: { rate: 20, limit: 10 } }), 6e6);
    const [first] = of('delivered', 'orders');
    expect((of('started', 'fn')[0]?.time ?? 0) - (first?.time ?? 0)).toBeGreaterThanOrEqual(2e6);
    const full = run(lambda({}, { BatchSize: 10, MaximumBatchingWindowInSeconds: 20 }, BURST(100)), 3e6);
    expect(full.count('effect')).toBeGreaterThan(40);
  });
  it(rule('mapping-failure'), () => {
    const poisoned: Parts = { producer: { arrivals: 'by-hand', keys: { count: 2 } }, queue: { VisibilityTimeout: 2 }, timeline: [at(900, 'poison', 'fn', { key: 'B' }), at(1000, 'burst', 'shop', { count: 10 })] };
    const whole = run(lambda({ timeout: '2s' }, {}, poisoned), 6e6);
    const some = run(lambda({ timeout: '2s' }, { FunctionResponseTypes: 'ReportBatchItemFailures' }, poisoned), 6e6);
    expect(whole.twice().length).toBeGreaterThan(0);
    expect(some.twice()).toEqual([]);
    expect(some.count('settled', 'orders')).toBeGreaterThan(0);
  });
  it(rule('mapping-throttle'), () => {
    const { count, reasons } = run(lambda({ concurrency: 0 }, { BatchSize: 1 }, { ...BURST(3), queue: { VisibilityTimeout: 1, deadLetterTargetArn: 'dead', maxReceiveCount: 2 } }), 12e6);
    expect([count('started'), count('dead-lettered', 'orders')]).toEqual([0, 3]);
    expect(reasons('throttled')['sqs.invoke_throttled']).toBe(6);
  });
  it(rule('mapping-fifo'), () => {
    const parts: Parts = { queue: { FifoQueue: true, VisibilityTimeout: 2 }, publish: { MessageGroupId: '{key}', MessageDeduplicationId: '{id}' }, producer: { arrivals: 'by-hand', keys: { count: 1 } }, timeline: [at(900, 'outage', 'fn'), at(1000, 'burst', 'shop', { count: 5 }), at(3500, 'outage-ends', 'fn')] };
    const { of } = run(lambda({ timeout: '2s' }, { FunctionResponseTypes: 'ReportBatchItemFailures' }, parts), 20e6);
    const effects = of('effect').map((e) => e.message);
    expect(effects).toEqual([0, 1, 2, 3, 4]);
  });
  it(rule('mapping-filter'), () => {
    const FilterCriteria = JSON.stringify({ Filters: [{ Pattern: '{"body":{"key":["A"]}}' }, { Pattern: '{"body":{"key":["C"]}}' }] });
    const parts: Parts = { producer: { rate: 40, keys: { count: 4 } } };
    const { of, count, reasons, first } = run(lambda({}, { FilterCriteria }, parts));
    const key = (message: number) => first.simulation.messages.key(message);
    expect(new Set(of('effect').map((e) => key(e.message)))).toEqual(new Set([0, 2]));
    const passed = of('skipped', 'fn');
    expect(new Set(passed.map((e) => key(e.message)))).toEqual(new Set([1, 3]));
    expect(passed.length).toBeGreaterThan(20);
    expect(reasons('skipped')).toEqual({ 'sqs.filter_criteria': passed.length });
    // All of it has left the queue, and nothing of it is missed.
    expect(reasons('settled')['sqs.deleted']).toBeGreaterThanOrEqual(count('effect') + passed.length - 10);
    expect(first.judge.findings.filter((f) => f.check === 'no-loss')).toEqual([]);
  });
  it(rule('mapping-filter-refused'), () => {
    const { reasons, count } = run(lambda({}, { FilterCriteria: '{"Filters":[{"Pattern":"{"}]}' }));
    expect([reasons('refused'), count('effect')]).toEqual([{ 'sqs.InvalidParameterValueException': 1 }, 0]);
  });
  it(rule('mapping-refused'), () => {
    const { reasons, count } = run(lambda({}, { BatchSize: 20 }));
    expect([reasons('refused'), count('effect')]).toEqual([{ 'sqs.InvalidParameterValueException': 1 }, 0]);
  });
});
