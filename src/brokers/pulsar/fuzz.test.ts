/** Random scenarios: nothing throws, every copy is accounted for, and a restored checkpoint tells the same history. More of them: npm run fuzz -- --broker pulsar. */
import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { RUN_FOR } from '../../testing/arbitraries.ts';
import { randomPulsarScenario } from '../../testing/pulsar-arbitraries.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { models } from './room.test-kit.ts';

const GROUP = 20;
it.each([0, 20, 40])(
  `seeds from %i: ${GROUP} random scenarios keep their books and replay`,
  (from) => {
    for (let seed = from; seed < from + GROUP; seed++) {
      try {
        runTwice(randomPulsarScenario(seed), models, catalog, RUN_FOR);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  },
  120_000,
);
it('random scenarios are legal, and something happens in them', () => {
  let [legal, effects] = [0, 0];
  for (let seed = 0; seed < 60; seed++) {
    const scenario = randomPulsarScenario(seed);
    // A random edit may name what another has removed.
    if (!parseScenario(JSON.parse(JSON.stringify(scenario)), catalog).ok) continue;
    legal++;
    const run = runTwice(scenario, models, catalog, 2e6);
    if (run.meter.totals('c1').effect !== undefined) effects++;
  }
  expect(legal).toBeGreaterThan(35);
  expect(effects).toBeGreaterThan(legal / 2);
}, 120_000);
