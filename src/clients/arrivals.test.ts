import { describe, expect, it } from 'vitest';
import { RandomStream } from '../kernel/random.ts';
import { type ArrivalPlan, type ArrivalState, goOn, nextArrival } from './arrivals.ts';

const plan = (over: Partial<ArrivalPlan>): ArrivalPlan => ({ arrivals: 'constant', rate: 10, burst: { size: 3, every: 1e6 }, onOff: { on: 1e6, off: 1e6 }, ramp: { to: 20, over: 10e6 }, ...over });
/** Instants of the next messages, s. */
function next(made: ArrivalPlan, from: ArrivalState, now: number, count: number): number[] {
  const luck = new RandomStream(1, 'test');
  const state = { ...from };
  let at = now;
  return Array.from({ length: count }, () => {
    at = Math.max(at, nextArrival(made, state, at, luck));
    state.count++;
    return at / 1e6;
  });
}
const fresh = { since: 0, count: 0 };

describe('a sender that was held back', () => {
  it('does not make up for what it did not produce at a constant rate', () => {
    expect(next(plan({}), goOn(plan({}), { since: 0, count: 2 }, 5e6), 5e6, 3)).toEqual([5.1, 5.2, 5.3]);
  });
  it('finishes the burst that it had begun, and the next comes a period later', () => {
    const bursts = plan({ arrivals: 'bursts' });
    expect(next(bursts, fresh, 0, 5)).toEqual([0, 0, 0, 1, 1]);
    expect(next(bursts, goOn(bursts, { since: 0, count: 1 }, 4e6), 4e6, 5)).toEqual([4, 4, 5, 5, 5]);
  });
  it('begins the next burst when it is due, or at once when that is past', () => {
    const bursts = plan({ arrivals: 'bursts' });
    expect(next(bursts, goOn(bursts, { since: 0, count: 3 }, 0.4e6), 0.4e6, 2)).toEqual([1, 1]);
    expect(next(bursts, goOn(bursts, { since: 0, count: 3 }, 2.4e6), 2.4e6, 4)).toEqual([2.4, 2.4, 2.4, 3.4]);
  });
  it('goes on in the phase and at the rate that the clock has come to', () => {
    const phases = plan({ arrivals: 'on-off' });
    expect(next(phases, goOn(phases, { since: 0, count: 1 }, 2.55e6), 2.55e6, 2)).toEqual([2.6, 2.7]);
    expect(next(phases, goOn(phases, { since: 0, count: 1 }, 3.5e6), 3.5e6, 1)).toEqual([4.1]);
    const ramp = plan({ arrivals: 'ramp' });
    const [a = 0, b = 0] = next(ramp, goOn(ramp, { since: 0, count: 1 }, 20e6), 20e6, 2);
    expect([a, b - a]).toEqual([expect.closeTo(20.05, 3), expect.closeTo(0.05, 3)]);
    for (const elapsed of [0.5e6, 3e6, 9.99e6, 15e6]) {
      const { count } = goOn(ramp, fresh, elapsed);
      expect(next(ramp, { since: 0, count }, 0, 1)[0]).toBeGreaterThanOrEqual(elapsed / 1e6 - 1e-6);
      expect(count === 0 ? 0 : next(ramp, { since: 0, count: count - 1 }, 0, 1)[0]).toBeLessThanOrEqual(elapsed / 1e6);
    }
  });
});
