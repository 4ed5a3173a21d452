/** Random scenarios that once told another history after a checkpoint, or never came to an end. */
import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { startRun } from '../../simulation/run.ts';
import { randomKafkaScenario } from '../../testing/kafka-arbitraries.ts';
import { runFor } from '../../testing/random-scenarios.ts';
import { loadModels } from '../models.ts';

const RUN_FOR = runFor('kafka');
const models = await loadModels(['kafka']);
it.each([
  // An instance that was taken away leaves its group when its session ends, and the history says so.
  [20_366, 1_278_354],
])('seed %i goes on from a checkpoint at %i µs as if there had been none', (seed, moment) => {
  const scenario = randomKafkaScenario(seed);
  const whole = startRun(scenario, models, catalog);
  whole.simulation.run(RUN_FOR);
  const before = startRun(scenario, models, catalog);
  before.simulation.run(moment);
  const after = startRun(scenario, models, catalog, structuredClone(before.simulation.save()));
  after.simulation.run(RUN_FOR);
  expect(after.simulation.hash()).toBe(whole.simulation.hash());
});

it('a burst whose every message is refused at once comes to an end', () => {
  const { simulation } = startRun(randomKafkaScenario(3_000_122), models, catalog);
  expect(simulation.run(RUN_FOR, 200_000)).toBe(true);
});
