/** The frame of every broker's fuzz test: nothing throws, every copy is accounted for, a restored checkpoint tells the same history, and every reason has words. */
import { expect, it } from 'vitest';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import { parseScenario } from '../scenario/parse.ts';
import { startRun } from '../simulation/run.ts';
import { type RandomBroker, randomScenario, runFor } from './random-scenarios.ts';
import { runTwice } from './run-twice.ts';

const GROUP = 20;
/** Of 100 random scenarios: a random edit may name what another has removed. */
const LEGAL = 75;

/** @param seeds how many scenarios; more of them: npm run fuzz -- --broker NAME. @param regressions seeds that once broke something, with the rule that they broke */
export function fuzzTests(broker: RandomBroker, seeds: number, regressions: Readonly<Record<number, string>> = {}): void {
  const room = catalog.rooms.find((one) => one.id === broker);
  async function keepsItsBooks(seed: number): Promise<void> {
    const { simulation } = runTwice(randomScenario(broker, seed), await loadModels([broker]), catalog, runFor(broker));
    const said = new Set(Array.from({ length: simulation.history.length }, (_, id) => simulation.history.entry(id).reason));
    const wordless = [...said].map((reason) => (reason < 0 ? '' : simulation.history.text(reason))).filter((reason) => reason.startsWith(`${broker}.`) && !Object.hasOwn(room?.reasons ?? {}, reason));
    expect(wordless, 'reasons without words').toEqual([]);
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
  for (const [seed, rule] of Object.entries(regressions)) it(`${rule} (seed ${seed})`, () => keepsItsBooks(Number(seed)));
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
