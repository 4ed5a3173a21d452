import { Option } from 'commander';
import { command, whole } from '../../src/cli/command.ts';
import { liveBrokers } from './brokers.ts';
import { casesIn } from './cases.ts';
import { type LiveBroker, type LiveCase, type LiveServer, Unavailable } from './contract.ts';
import { fuzz } from './fuzz.ts';
import { compare } from './replay.ts';
import { difference, faults, type Row, table } from './table.ts';

const known = liveBrokers.map(({ model }) => model.broker);
const values = command('conformance:live', 'Replays the recorded cases against real servers on this machine and against the models; ends with 1 when they differ.')
  .addOption(new Option('--broker <name>', 'only one broker').choices(known))
  .option('--cases <folder>', 'cases, JSON', 'conformance/cases')
  .option('--only-differences', 'no table', false)
  .option('--fuzz <n>', 'random sequences of operations in place of the recorded cases', whole(1))
  .option('--seed <seed>', 'the first of the random sequences', whole(0), 1)
  .option('--about <kind>', 'what the random operations are about, where a broker has several kinds')
  .option('--whole', 'keep every operation of a sequence that differs', false)
  .parse()
  .opts<{ broker?: string; cases: string; onlyDifferences: boolean; fuzz?: number; seed: number; about?: string; whole: boolean }>();

/** One lane: a server of its own and the next case until none is left. */
async function lane(broker: LiveBroker, left: LiveCase[], rows: Row[]): Promise<void> {
  const server: LiveServer = await broker.start();
  try {
    for (let example = left.shift(); example !== undefined; example = left.shift()) {
      const outcome = await compare(server, broker.model, example);
      rows.push({ broker: example.broker, version: server.emulator ?? server.version, area: example.area, name: example.name, outcome });
      console.error(`${rows.length}  ${example.broker}/${example.name}  ${outcome.kind}`);
    }
  } finally {
    await server.stop();
  }
}

/** Cases that want the same settings come one after the other: for others a server may have to start anew. */
function inTurn(cases: readonly LiveCase[]): LiveCase[] {
  const settingsOf = ({ setup: [first], server }: LiveCase) => JSON.stringify([first?.op === 'settings' ? first : null, server]);
  return [...new Set(cases.map(settingsOf))].flatMap((settings) => cases.filter((example) => settingsOf(example) === settings));
}

async function compareBroker(broker: LiveBroker, cases: readonly LiveCase[]): Promise<number> {
  const missing = await broker.missing();
  if (missing !== null) {
    console.log(missing);
    return 0;
  }
  const rows: Row[] = [];
  const left = inTurn(cases);
  const lanes = Array.from({ length: Math.min(broker.lanes, left.length) }, () => lane(broker, left, rows));
  const failed = (await Promise.allSettled(lanes)).find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    if (!(failed.reason instanceof Unavailable)) throw failed.reason;
    console.log(failed.reason.message);
    return 0;
  }
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  const differences = rows.flatMap((row) => difference(row) ?? []);
  if (differences.length > 0) console.log(differences.join('\n'));
  if (!values.onlyDifferences) console.log(`${table(rows)}\n`);
  return faults(rows);
}

async function fuzzBroker(broker: LiveBroker, sequences: number): Promise<number> {
  const missing = await broker.missing();
  if (missing === null && broker.player !== undefined) return await fuzz(broker, sequences, values.seed, console.log, values);
  console.log(missing ?? `There are no random operations of ${broker.model.broker}.`);
  return 0;
}

const cases = casesIn(values.cases);
const wanted = (name: string) => values.broker === undefined || values.broker === name;
const chosen = liveBrokers.filter(({ model }) => wanted(model.broker));
for (const name of new Set(cases.map((example) => example.broker))) {
  if (wanted(name) && !known.includes(name)) console.log(`There is no live client for ${name}, so it was not compared; known are ${known.join(', ')}.`);
}
let differing = 0;
for (const broker of chosen) {
  const own = cases.filter((example) => example.broker === broker.model.broker);
  if (values.fuzz !== undefined) {
    differing += await fuzzBroker(broker, values.fuzz);
    continue;
  }
  if (own.length === 0) console.log(`There are no recorded cases of ${broker.model.broker} under ${values.cases}.`);
  else differing += await compareBroker(broker, own);
}
process.exitCode = differing === 0 ? 0 : 1;
