/** What a function does with what it is handed, through toy brokers: scale, cold starts, throttles, batches, timeouts and dying environments. */
import { describe, expect, it } from 'vitest';
import { spanText } from '../base/time.ts';
import type { Entry } from '../history/entries.ts';
import type { TimelineEntry } from '../scenario/document.ts';
import { runTwice } from '../testing/run-twice.ts';
import { noCatalog, toyModels, toyScenario } from '../testing/toys/index.ts';

type Config = Readonly<Record<string, unknown>>;
const at = (time: string, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: time, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });

function go(toy: string, producer: Config, config: Config, { place, until = 20e6, timeline }: { place?: Config; until?: number; timeline?: readonly TimelineEntry[] } = {}) {
  const scenario = toyScenario(toy, { rate: 20, limit: 100, ...producer }, { coldStart: '0us', serviceTime: '20ms', ...config }, timeline ? { timeline } : {}, 'function', place);
  const run = runTwice(scenario, toyModels, noCatalog, until);
  const { history } = run.simulation;
  const entries = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const of = (kind: string) => entries.filter((e) => e.kind === kind);
  const why = (e: Entry) => history.text(e.reason);
  const actors = (kind: string) => new Set(of(kind).map((e) => history.text(e.actor)));
  const lanes = () => run.simulation.client('pay')?.look(10, 0);
  return { run, of, why, actors, lanes };
}
describe.each(['lease', 'log', 'webhook', 'batches'])('through a %s broker', (toy) => {
  it('every message takes effect at least once, and is confirmed', () => {
    const { of } = go(toy, {}, {}, { place: { batch: 5 } });
    expect(new Set(of('effect').map((e) => e.message)).size).toBe(100);
    expect(of('confirmed')).toHaveLength(100);
    expect(of('settled').length).toBeGreaterThanOrEqual(100);
  });
  it('never runs more invocations at once than its concurrency', () => {
    const { of, actors } = go(toy, { arrivals: 'bursts', burst: { size: 10, every: '1s' }, limit: 20 }, { concurrency: 3 }, { place: { batch: 1 } });
    expect(of('effect').length).toBeGreaterThan(0);
    const known = new Set(['pay/1', 'pay/2', 'pay/3']);
    expect([...actors('effect')].filter((name) => !known.has(name))).toEqual([]);
  });
  it('works on one message at a time in one environment', () => {
    const { of, run } = go(toy, {}, { concurrency: 2 }, { place: { batch: 4 } });
    for (const actor of ['pay/1', 'pay/2']) {
      const mine = (e: Entry) => run.simulation.history.text(e.actor) === actor;
      const starts = of('started').filter(mine);
      const ends = of('finished').filter(mine);
      starts.slice(1).forEach((e, i) => expect(e.time).toBeGreaterThanOrEqual((ends[i] as Entry).time));
    }
  });
  it('a crash after the effect gives a second effect, unless ids are kept in an inbox', () => {
    const timeline = [at('1s', 'crash-after-effect', 'pay')];
    const duplicates = (idempotency: string) => go(toy, {}, { idempotency }, { timeline }).run.judge.findings.filter((f) => f.check === 'effect-once');
    // The toy log cannot hand over one record again.
    expect(duplicates('none').length).toBe(toy === 'log' ? 0 : 1);
    expect(duplicates('inbox')).toEqual([]);
  });
});
describe('environments', () => {
  it('an invocation waits for a cold start when none is warm, and not when one is', () => {
    const { of, why } = go('webhook', { rate: 1, limit: 3 }, { coldStart: '800ms', keepWarm: '5s' });
    const begins = of('started').map((e) => e.time - (of('delivered').find((d) => d.copy === e.copy)?.time ?? 0));
    expect(begins[0]).toBeGreaterThan(800e3);
    expect(begins[1]).toBeLessThan(10e3);
    expect(of('joined').map(why)).toEqual(['clients.cold_start']);
  });
  it('an idle one ends after keepWarm, and the next message starts cold again', () => {
    const { of, why } = go('webhook', { rate: 1, limit: 3 }, { coldStart: '100ms', keepWarm: '300ms' });
    expect(of('joined')).toHaveLength(3);
    expect(of('left').map(why)).toEqual(['clients.environment_idle', 'clients.environment_idle', 'clients.environment_idle']);
    const finished = of('finished').map((e) => e.time + 300e3);
    expect(of('left').map((e) => e.time)).toEqual(finished);
  });
  it('provisioned ones are there from the beginning and do not end', () => {
    const { of, actors } = go('webhook', { arrivals: 'bursts', burst: { size: 3, every: '1s' }, limit: 9 }, { coldStart: '800ms', keepWarm: '100ms', provisioned: 2 });
    expect([...actors('joined')]).toEqual(['pay/3']);
    expect([...actors('left')]).toEqual(['pay/3']);
    expect(of('joined')).toHaveLength(3);
  });
  it('a provisioned one that dies comes up again by itself', () => {
    const { of, why } = go('webhook', { rate: 1, limit: 3 }, { coldStart: '100ms', provisioned: 1 }, { timeline: [at('500ms', 'crash', 'pay/1')] });
    expect(of('joined').map(why)).toEqual(['clients.provisioned']);
    expect(of('started')[0]?.time).toBeLessThan(1.01e6);
  });
  it('the picture tells of a cold start while it lasts', () => {
    const { lanes } = go('webhook', { rate: 1, limit: 1 }, { coldStart: '800ms' }, { until: 1.2e6 });
    expect(lanes()?.lanes[0]).toMatchObject({ label: 'pay/1', end: `cold start ${spanText(800e3)}`, cells: [{ message: 0, state: 'held' }] });
  });
});
describe('the limit', () => {
  it('an invocation above it is throttled, told so, and comes again', () => {
    const { of, why, lanes } = go('webhook', { arrivals: 'bursts', burst: { size: 5, every: '10s' }, limit: 5 }, { concurrency: 2, serviceTime: '500ms' }, { until: 700e3 });
    expect(of('throttled')).toHaveLength(3);
    expect(why(of('throttled')[0] as Entry)).toBe('clients.throttled');
    expect(of('requeued')).toHaveLength(3);
    expect(lanes()).toMatchObject({ health: 'throttled', tone: 'warn' });
  });
  it('0 throttles everything, until it is raised', () => {
    const { of } = go('webhook', { rate: 2, limit: 4 }, { concurrency: 0 }, { timeline: [at('1100ms', 'set', 'pay', { concurrency: 1 })] });
    expect(of('throttled').filter((e) => e.time < 1.1e6)).toHaveLength(2);
    expect(of('effect').every((e) => e.time > 1.1e6)).toBe(true);
    expect(of('effect')).toHaveLength(4);
  });
  it('lowering it lets what runs finish, and ends what is idle', () => {
    const { of, why, run } = go('webhook', { arrivals: 'bursts', burst: { size: 4, every: '10s' }, limit: 4 }, { concurrency: 4, serviceTime: { uniform: { from: '100ms', to: '900ms' } } }, { timeline: [at('400ms', 'set', 'pay', { concurrency: 1 })] });
    expect(of('effect')).toHaveLength(4);
    expect(of('left').map(why)).toEqual(['clients.scaled_in', 'clients.scaled_in', 'clients.scaled_in']);
    expect(run.simulation.client('pay')?.look(1, 0).gauges).toContainEqual({ name: 'environments', value: '1' });
  });
});
describe('batches', () => {
  const batch = { batch: 4 };
  /** One batch of four, its third message poisoned. */
  const BURST = { arrivals: 'bursts', burst: { size: 4, every: '10s' }, limit: 4, keys: { count: 1 } };
  it('one invocation takes a whole batch, one message after the other', () => {
    const { of, actors, run } = go('batches', BURST, {}, { place: batch });
    expect([...actors('effect')]).toEqual(['pay/1']);
    expect(of('effect').map((e) => e.time - (of('started')[0]?.time ?? 0))).toEqual([20e3, 40e3, 60e3, 80e3]);
    expect(run.simulation.client('pay')?.look(1, 0).gauges).toContainEqual({ name: 'invocations', value: '1' });
    // Answered for at its end.
    const over = of('finished')[3]?.time ?? 0;
    expect(of('settled').every((e) => e.time > over)).toBe(true);
  });
  it('a throttled batch is one throttle', () => {
    const { of } = go('batches', BURST, { concurrency: 0 }, { place: batch, until: 150e3 });
    expect(of('requeued')).toHaveLength(4);
    expect(of('throttled')).toHaveLength(1);
  });
  const rates = { failures: { rate: 0.2 } };
  const many = { rate: 100, limit: 60 };
  it('without partial answers the first failure brings the whole batch back, effects and all', () => {
    const { run, of, why } = go('batches', many, rates, { place: batch });
    const twice = run.judge.findings.filter((f) => f.check === 'effect-once');
    expect(twice.length).toBeGreaterThan(0);
    expect(new Set(twice.map((f) => f.reason))).toEqual(new Set(['clients.batch_failed']));
    expect(of('failed').map(why)).toContain('clients.batch_failed');
    expect(new Set(of('effect').map((e) => e.message)).size).toBe(60);
  });
  it('with partial answers only what failed comes back', () => {
    const { run, of } = go('batches', many, rates, { place: { ...batch, partial: true } });
    expect(run.judge.findings.filter((f) => f.check === 'effect-once')).toEqual([]);
    expect(of('failed').length).toBeGreaterThan(3);
    expect(new Set(of('effect').map((e) => e.message)).size).toBe(60);
  });
  it('where order counts, what follows a failure comes back with it', () => {
    const { of } = go('batches', many, rates, { place: { ...batch, partial: true, ordered: true } });
    for (const failed of of('failed')) {
      const after = of('started').find((e) => e.id > failed.id && e.actor === failed.actor);
      // The next work of that environment is another invocation's: not in the same instant.
      if (after) expect(after.time).toBeGreaterThan(failed.time);
    }
    expect(of('failed').length).toBeGreaterThan(3);
  });
  it('a timeout kills the invocation: nothing is settled, and what had its effect has it again', () => {
    const { run, of, why } = go('batches', BURST, { timeout: '50ms' }, { place: batch, until: 450e3 });
    expect(of('settled')).toEqual([]);
    expect(of('crashed').map(why)).toEqual(['clients.function_timeout', 'clients.function_timeout', 'clients.function_timeout']);
    const twice = run.judge.findings.filter((f) => f.check === 'effect-once');
    expect(new Set(twice.map((f) => f.reason))).toEqual(new Set(['clients.function_timeout']));
    expect(run.simulation.client('pay')?.look(1, 0).gauges).toContainEqual({ name: 'timeouts', value: '3', tone: 'bad' });
  });
  it('the timeout does not run while the environment comes up', () => {
    const { of } = go('batches', { ...BURST, limit: 1 }, { timeout: '50ms', coldStart: '2s' }, { place: batch });
    expect(of('crashed')).toEqual([]);
    expect(of('effect')).toHaveLength(1);
  });
});
describe('faults', () => {
  it.each([
    ['crash-before-effect', 0],
    ['crash-after-effect', 1],
    ['crash-before-settle', 1],
  ])('%s: the invoker learns at once, and the message comes again (%i duplicates)', (point, duplicates) => {
    const { run, of, why } = go('batches', {}, {}, { timeline: [at('1s', point, 'pay/1')] });
    expect(of('crashed').map(why)).toEqual([`clients.${point.replaceAll('-', '_')}`]);
    expect(run.judge.findings.filter((f) => f.check === 'effect-once')).toHaveLength(duplicates);
    expect(new Set(of('effect').map((e) => e.message)).size).toBe(100);
  });
  it('a crash takes the invocations of every environment, and new ones come up', () => {
    const { of } = go('batches', {}, { serviceTime: '300ms' }, { timeline: [at('1s', 'crash', 'pay')] });
    expect(of('crashed').length).toBeGreaterThan(1);
    expect(new Set(of('effect').map((e) => e.message)).size).toBe(100);
  });
  it('slow, outage and a poisoned key do what they do to a consumer', () => {
    const timeline = [at('0s', 'slow', 'pay', { factor: 3 }), at('1s', 'outage', 'pay'), at('2s', 'outage-ends', 'pay'), at('3s', 'poison', 'pay', { key: 'A' })];
    const { of, why, run } = go('batches', { keys: { count: 2 } }, {}, { timeline });
    expect(of('started')[0]?.detail).toBe(60e3);
    const failed = of('failed');
    expect(new Set(failed.filter((e) => e.time < 2.5e6).map(why))).toEqual(new Set(['clients.dependency_down']));
    expect(new Set(failed.filter((e) => e.time > 3.5e6).map((e) => `${why(e)} ${run.simulation.messages.key(e.message)}`))).toEqual(new Set(['clients.poison 0']));
  });
  it('what the broker takes back is finished as a zombie and not settled', () => {
    const { run, of } = go('lease', { rate: 1, limit: 3 }, { serviceTime: '900ms' });
    // The lease of 500 ms runs out while the work goes on.
    expect(of('requeued').length).toBeGreaterThan(0);
    expect(run.judge.findings.some((f) => f.check === 'effect-once')).toBe(true);
  });
});
