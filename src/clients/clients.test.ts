/** One suite of client behaviour, passed by three brokers of very different kinds. */
import { describe, expect, it } from 'vitest';
import { runTwice } from '../testing/run-twice.ts';
import { noCatalog, toyModels, toyScenario } from '../testing/toys/index.ts';

const kinds = (run: ReturnType<typeof runTwice>, kind: string) => {
  const { history } = run.simulation;
  return Array.from({ length: history.length }, (_, id) => history.entry(id)).filter((e) => e.kind === kind);
};
describe.each(['lease', 'log', 'webhook'])('through a %s broker', (toy) => {
  const go = (producer: object, consumer: object, more: object = {}, until = 20e6) => runTwice(toyScenario(toy, { rate: 20, limit: 100, ...producer }, { instances: 2, concurrency: 4, serviceTime: '20ms', ...consumer }, more), toyModels, noCatalog, until);

  it('every message takes effect at least once, and is confirmed', () => {
    const run = go({}, toy === 'log' ? { instances: 1 } : {});
    expect(new Set(kinds(run, 'effect').map((e) => e.message)).size).toBe(100);
    expect(kinds(run, 'confirmed')).toHaveLength(100);
  });
  it('the seed decides: another one, another history', () => {
    const hash = (seed: number) => go({ arrivals: 'poisson' }, {}, { seed }).simulation.hash();
    expect(hash(1)).toBe(hash(1));
    expect(hash(1)).not.toBe(hash(2));
  });
  it('a crash after the effect and before settling gives a second effect, unless ids are kept in an inbox', () => {
    const timeline = [
      { at: '2s', by: 'author', do: 'crash-after-effect', on: 'pay/1' },
      { at: '3s', by: 'author', do: 'restart', on: 'pay/1' },
    ];
    const duplicates = (idempotency: string) => go({}, { instances: 1, idempotency }, { timeline }).judge.findings.filter((f) => f.check === 'effect-once');
    expect(duplicates('none').length).toBeGreaterThan(0);
    expect(duplicates('none')[0]?.facts['crashedAt']).toBeGreaterThan(2e6);
    expect(duplicates('inbox')).toEqual([]);
  });
  it('a cut link holds everything back and lets it through when mended', () => {
    const run = go(
      {},
      {},
      {
        timeline: [
          { at: '1s', by: 'author', do: 'cut', on: 'in' },
          { at: '4s', by: 'author', do: 'mend', on: 'in' },
        ],
      },
    );
    const accepted = kinds(run, 'accepted').map((e) => e.time);
    expect(accepted.filter((t) => t > 1.01e6 && t < 4e6)).toEqual([]);
    expect(accepted).toHaveLength(100);
  });
  it('an edit while it runs adds what it names', () => {
    const run = go({ limit: 300 }, {}, { timeline: [{ at: '2s', by: 'live', do: 'set', on: 'shop', with: { rate: 100 } }] });
    const made = kinds(run, 'produced').map((e) => e.time);
    expect(made.filter((t) => t > 3e6 && t <= 4e6).length).toBe(100);
  });
});
describe('producers', () => {
  const produced = (config: object, until: number) => kinds(runTwice(toyScenario('lease', config as never, {}), toyModels, noCatalog, until), 'produced').map((e) => e.time);
  it('constant: the n-th at n / rate, no drift', () => expect(produced({ rate: 3 }, 3e6)).toEqual([333333, 666666, 1e6, 1333333, 1666666, 2e6, 2333333, 2666666, 3e6]));
  it('bursts: so many at once, every so often', () => expect(produced({ arrivals: 'bursts', burst: { size: 2, every: '1s' } }, 1.5e6)).toEqual([0, 0, 1e6, 1e6]));
  it('on/off: the rate while on, nothing while off', () => expect(produced({ arrivals: 'on-off', rate: 2, onOff: { on: '1s', off: '2s' } }, 4.9e6)).toEqual([5e5, 1e6, 3.5e6, 4e6]));
  it('ramp: from one rate to the other', () => {
    const times = produced({ arrivals: 'ramp', rate: 0, ramp: { to: 20, over: '2s' } }, 4e6);
    expect(times.filter((t) => t <= 2e6)).toHaveLength(20);
    expect(times.filter((t) => t > 2e6)).toHaveLength(40);
  });
  it('by hand: only what the timeline sends', () => {
    const run = runTwice(toyScenario('lease', { arrivals: 'by-hand' }, {}, { timeline: [{ at: '1s', by: 'live', do: 'send', on: 'shop', with: { key: 'C', count: 2 } }] }), toyModels, noCatalog, 2e6);
    expect(kinds(run, 'produced').map((e) => run.simulation.messages.key(e.message))).toEqual([2, 2]);
  });
  it('skewed keys: with skew 2 the first key has most', () => {
    const run = runTwice(toyScenario('lease', { rate: 200, keys: { count: 10, skew: 2 } }, {}), toyModels, noCatalog, 5e6);
    const first = kinds(run, 'produced').filter((e) => run.simulation.messages.key(e.message) === 0).length;
    expect(first / 1000).toBeGreaterThan(0.55);
    expect(first / 1000).toBeLessThan(0.75);
  });
});
it('more instances than a card has lanes: the last share one, and nobody is left out', () => {
  const look = (more: object) =>
    runTwice(toyScenario('lease', { rate: 200, limit: 400 }, { instances: 9, concurrency: 2, serviceTime: '400ms', ...more }, { timeline: [{ at: '1s', by: 'author', do: 'crash', on: 'pay/8' }] }), toyModels, noCatalog, 1.5e6)
      .simulation.client('pay')
      ?.look(14, 0);
  const lanes = look({})?.lanes ?? [];
  expect(lanes.map((l) => l.label)).toEqual(['pay/1', 'pay/2', 'pay/3', 'pay/4', 'pay/5', '+4', 'just processed']);
  expect(lanes[5]).toMatchObject({ tone: 'bad', note: '1 of these 4 down' });
  expect(look({ instances: 6 })?.lanes).toHaveLength(7);
});
