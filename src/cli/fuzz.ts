/** Random scenarios in numbers: `fuzz --runs 10000 [--from SEED] [--broker kafka]`. Prints the seeds that break something, and why. */
import { parseArgs } from 'node:util';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import type { Scenario } from '../scenario/document.ts';
import { startRun } from '../simulation/run.ts';
import { RUN_FOR, randomScenario } from '../testing/arbitraries.ts';
import { randomEventGridScenario } from '../testing/event-grid-arbitraries.ts';
import { randomEventBridgeScenario } from '../testing/eventbridge-arbitraries.ts';
import { randomKafkaScenario } from '../testing/kafka-arbitraries.ts';
import { randomPubSubScenario } from '../testing/pubsub-arbitraries.ts';
import { randomPulsarScenario } from '../testing/pulsar-arbitraries.ts';
import { randomRedisScenario } from '../testing/redis-arbitraries.ts';
import { randomSqsScenario } from '../testing/sqs-arbitraries.ts';
import { varied } from '../testing/variety.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '1000' }, from: { type: 'string', default: '1000' }, broker: { type: 'string', default: 'all' } } });
const RANDOM = { rabbitmq: randomScenario, eventbridge: randomEventBridgeScenario, kafka: randomKafkaScenario, pulsar: randomPulsarScenario, 'redis-streams': randomRedisScenario, sqs: randomSqsScenario, 'event-grid': randomEventGridScenario, 'google-pubsub': randomPubSubScenario };
await loadRooms();
const models = await loadModels(Object.keys(RANDOM));
const from = Number(values.from);
let bad = 0;
/** ms for five seconds of a small system, twice: more is a loop that goes round and round. */
const SLOW = 5_000;

/** Why a seed is bad, or null. */
function judge(scenario: Scenario, seed: number): string | null {
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
let runs = 0;
for (const [broker, random] of Object.entries(RANDOM)) {
  if (values.broker !== 'all' && values.broker !== broker) continue;
  for (let seed = from; seed < from + Number(values.runs); seed++) {
    runs++;
    const began = performance.now();
    let why: string | null;
    try {
      // Every second one with other clients as well.
      why = judge(seed % 2 === 0 ? random(seed) : varied(random(seed)), seed);
    } catch (error) {
      why = `threw ${(error as Error).stack}`;
    }
    if (why === null && performance.now() - began > SLOW) why = `took ${Math.round(performance.now() - began)} ms`;
    if (why === null) continue;
    bad++;
    console.log(`${broker}, seed ${seed}: ${why}`);
  }
}
console.log(`${runs} runs, ${bad} bad`);
process.exitCode = bad > 0 ? 1 : 0;
