/** Random scenarios in numbers: `fuzz --runs 10000 [--from SEED]`. Prints the seeds that break something, and why. */
import { parseArgs } from 'node:util';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import { startRun } from '../simulation/run.ts';
import { RUN_FOR, randomScenario } from '../testing/arbitraries.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, from: { type: 'string', default: '1000' } } });
const models = await loadModels(['rabbitmq']);
const from = Number(values.from);
let bad = 0;

/** Why a seed is bad, or null. */
function judge(seed: number): string | null {
  const scenario = randomScenario(seed);
  const whole = startRun(scenario, models, catalog);
  whole.simulation.run(RUN_FOR);
  const unbalanced = whole.judge.findings.find((f) => f.check === 'conservation');
  if (unbalanced) return `books do not balance: ${JSON.stringify(unbalanced)}`;
  const moment = (seed * 7919) % RUN_FOR;
  const before = startRun(scenario, models, catalog);
  before.simulation.run(moment);
  const after = startRun(JSON.parse(JSON.stringify(scenario)), models, catalog, structuredClone(before.simulation.save()));
  after.simulation.run(RUN_FOR);
  return after.simulation.hash() === whole.simulation.hash() ? null : `another history after a checkpoint at ${moment} µs`;
}
for (let seed = from; seed < from + Number(values.runs); seed++) {
  let why: string | null;
  try {
    why = judge(seed);
  } catch (error) {
    why = `threw ${(error as Error).stack}`;
  }
  if (why === null) continue;
  bad++;
  console.log(`seed ${seed}: ${why}`);
}
console.log(`${values.runs} runs, ${bad} bad`);
process.exitCode = bad > 0 ? 1 : 0;
