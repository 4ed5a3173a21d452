/** The frame of every broker's fuzz test: nothing throws, every copy is accounted for, a restored checkpoint tells the same history, and every reason has words. */
import { expect, it } from 'vitest';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import { parseScenario } from '../scenario/parse.ts';
import { startRun } from '../simulation/run.ts';
import { type RandomBroker, randomScenario, runFor } from './random-scenarios.ts';
import { runTwice } from './run-twice.ts';
import { wordless } from './wordless.ts';

const GROUP = 20;
/** Of 100 random scenarios: a random edit may name what another has removed. */
const LEGAL = 75;

/** @param seeds how many scenarios; more of them: npm run fuzz -- --broker NAME. @param regressions what was once broken, by some seeds */
export function fuzzTests(broker: RandomBroker, seeds: number, regressions: Readonly<Record<string, readonly number[]>> = {}): void {
  async function keepsItsBooks(seed: number): Promise<void> {
    const { simulation } = runTwice(randomScenario(broker, seed), await loadModels([broker]), catalog, runFor(broker), true);
    expect(wordless(simulation, catalog, broker), 'reasons without words').toEqual([]);
  }
  it.each(Array.from({ length: Math.ceil(seeds / GROUP) }, (_, i) => i * GROUP))(
    'random scenarios keep their books and replay: seeds from %i',
    async (from) => {
      for (let seed = from; seed < Math.min(from + GROUP, seeds); seed++) {
        await keepsItsBooks(seed).catch((error: unknown) => {
          throw new Error(`seed ${seed}`, { cause: error });
        });
      }
    },
    240_000,
  );
  for (const [rule, found] of Object.entries(regressions)) it.each(found)(`${rule} (seed %i)`, keepsItsBooks);
  it('random scenarios are legal, and something happens in them', async () => {
    const models = await loadModels([broker]);
    let [legal, busy] = [0, 0];
    for (let seed = 0; seed < 100; seed++) {
      const scenario = randomScenario(broker, seed);
      if (!parseScenario(JSON.parse(JSON.stringify(scenario)), catalog).ok) continue;
      legal++;
      const { meter, simulation } = startRun(scenario, models, catalog);
      simulation.run(runFor(broker));
      if (scenario.nodes.some((node) => meter.totals(node.id).effect !== undefined)) busy++;
    }
    expect(legal).toBeGreaterThan(LEGAL);
    expect(busy).toBeGreaterThan(legal / 4);
  });
}
