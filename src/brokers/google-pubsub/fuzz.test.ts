/** Random scenarios: nothing throws, every copy is accounted for, a restored checkpoint tells the same history, and every reason has words. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { parseScenario } from '../../scenario/parse.ts';
import { randomPubSubScenario } from '../../testing/pubsub-arbitraries.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { models, observe } from './room.test-kit.ts';
import { reasons } from './words.ts';

/** Long enough for deadlines to run out twice, µs. */
const RUN_FOR = 25e6;
const RUNS = Number(process.env['RUNS'] ?? 20);
const FROM = Number(process.env['FROM'] ?? 0);
const GROUP = 20;

describe.each(Array.from({ length: Math.ceil(RUNS / GROUP) }, (_, i) => FROM + i * GROUP))('seeds from %i', (from) => {
  it(`${GROUP} random scenarios keep their books and replay`, () => {
    for (let seed = from; seed < from + GROUP; seed++) {
      try {
        const { entries, text } = observe(runTwice(randomPubSubScenario(seed), models, catalog, RUN_FOR));
        const said = new Set(entries.map((e) => text(e.reason)).filter((reason) => reason.startsWith('google-pubsub.')));
        expect([...said].filter((reason) => !Object.hasOwn(reasons, reason))).toEqual([]);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  }, 120_000);
});
it('random scenarios are legal', () => {
  let legal = 0;
  for (let seed = 0; seed < 100; seed++) if (parseScenario(JSON.parse(JSON.stringify(randomPubSubScenario(seed))), catalog).ok) legal++;
  // A random edit may name what another has removed.
  expect(legal).toBeGreaterThan(60);
});
