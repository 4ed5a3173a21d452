/** Random scenarios: nothing throws, every copy is accounted for, a restored checkpoint tells the same history, and every reason has words. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../scenario/parse.ts';
import { RUN_FOR } from '../../testing/arbitraries.ts';
import { randomEventBridgeScenario } from '../../testing/eventbridge-arbitraries.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { catalog, models, observe } from './room.test-kit.ts';
import { reasons } from './words.ts';

const RUNS = Number(process.env['RUNS'] ?? 30);
const FROM = Number(process.env['FROM'] ?? 0);
const GROUP = 30;

describe.each(Array.from({ length: Math.ceil(RUNS / GROUP) }, (_, i) => FROM + i * GROUP))('seeds from %i', (from) => {
  it(`${GROUP} random scenarios keep their books and replay`, () => {
    for (let seed = from; seed < from + GROUP; seed++) {
      try {
        const { entries, text } = observe(runTwice(randomEventBridgeScenario(seed), models, catalog, RUN_FOR));
        const said = new Set(entries.map((e) => text(e.reason)).filter((reason) => reason.startsWith('eventbridge.')));
        expect([...said].filter((reason) => !Object.hasOwn(reasons, reason))).toEqual([]);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  }, 120_000);
});
it.each([3_000_458, 3_000_926])('what an instance left behind comes back to the queue after it was taken away (seed %i)', (seed) => {
  runTwice(randomEventBridgeScenario(seed), models, catalog, RUN_FOR);
});
it('random scenarios are legal', () => {
  const legal = Array.from({ length: 100 }, (_, seed) => parseScenario(JSON.parse(JSON.stringify(randomEventBridgeScenario(seed))), catalog).ok);
  // A random edit may name what another has removed.
  expect(legal.filter((ok) => ok).length).toBeGreaterThan(60);
});
