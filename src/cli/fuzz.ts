import { Option } from 'commander';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import { loadClients } from '../simulation/clients.ts';
import { RANDOM_BROKERS, type RandomBroker, randomScenario, runFor } from '../testing/random-scenarios.ts';
import { replay } from '../testing/replay.ts';
import { wordless } from '../testing/wordless.ts';
import { command, whole } from './command.ts';

const wanted = command('fuzz', 'Random scenarios in numbers: prints the seeds that break something, and why; ends with 1 when one does.')
  .option('--runs <n>', 'scenarios in all, shared out evenly among the brokers', whole(1), 1000)
  .option('--from <seed>', 'the first seed', whole(0), 1000)
  .addOption(new Option('--broker <name>', 'only one broker').choices(RANDOM_BROKERS))
  .parse()
  .opts<{ runs: number; from: number; broker?: RandomBroker }>();
await Promise.all([loadRooms(), loadClients()]);
const models = await loadModels(RANDOM_BROKERS);
/** ms of processor time for a virtual second of a small system, three times over: more is a loop that goes round and round. */
const SLOW = 2_000;

/** Why a seed is bad, or null. */
function judge(broker: RandomBroker, seed: number): string | null {
  const { first, second, moment } = replay(randomScenario(broker, seed), models, catalog, runFor(broker), true);
  const unbalanced = first.judge.findings.find((f) => f.check === 'conservation');
  if (unbalanced) return `books do not balance: ${JSON.stringify(unbalanced)}`;
  if (second.simulation.hash() !== first.simulation.hash()) return `another history after a checkpoint at ${moment} µs`;
  const silent = wordless(first.simulation, catalog, broker);
  if (silent.length > 0) return `no words for ${silent.join(', ')}`;
  const judged = [first, second].map(({ judge }) => JSON.stringify([judge.findings, judge.verdicts()]));
  return judged[0] === judged[1] ? null : `judged otherwise after a checkpoint at ${moment} µs`;
}
/** Of this process so far, ms: what the machine does besides does not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
const brokers = wanted.broker === undefined ? RANDOM_BROKERS : [wanted.broker];
const each = Math.ceil(wanted.runs / brokers.length);
let runs = 0;
let bad = 0;
for (const broker of brokers) {
  for (let seed = wanted.from; seed < wanted.from + each; seed++) {
    runs++;
    const began = processorTime();
    let why: string | null;
    try {
      why = judge(broker, seed);
    } catch (error) {
      why = `threw ${(error as Error).stack}`;
    }
    const took = Math.round(processorTime() - began);
    if (why === null && took > (SLOW * runFor(broker)) / 1e6) why = `took ${took} ms`;
    if (why === null) continue;
    bad++;
    console.log(`${broker}, seed ${seed}: ${why}`);
  }
}
console.log(`${runs} runs, ${bad} bad`);
process.exitCode = bad > 0 ? 1 : 0;
