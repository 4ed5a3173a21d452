/** Random scenarios: nothing throws, every copy is accounted for, a restored checkpoint tells the same history, and every reason has words. */
import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { randomEventGridScenario } from '../../testing/event-grid-arbitraries.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { models, observe } from './room.test-kit.ts';
import { reasons } from './words.ts';

/** Long enough for retries, timeouts and locks that run out. */
const RUN_FOR = 75e6;
const SEEDS = 40;

it(`${SEEDS} random scenarios keep their books and replay`, () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    try {
      const { entries, text } = observe(runTwice(randomEventGridScenario(seed), models, catalog, RUN_FOR));
      const said = new Set(entries.map((e) => text(e.reason)).filter((reason) => reason.startsWith('event-grid.')));
      expect([...said].filter((reason) => !Object.hasOwn(reasons, reason))).toEqual([]);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}, 240_000);
it('random scenarios are legal', () => {
  let legal = 0;
  for (let seed = 0; seed < 100; seed++) if (parseScenario(JSON.parse(JSON.stringify(randomEventGridScenario(seed))), catalog).ok) legal++;
  // A random edit may name what another has removed.
  expect(legal).toBeGreaterThan(60);
});
