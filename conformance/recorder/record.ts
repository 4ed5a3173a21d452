import { readFileSync, writeFileSync } from 'node:fs';
import { command } from '../../src/cli/command.ts';
import type { ConformanceCase, Json } from '../../src/testing/conformance-runner.ts';
import { liveBrokers } from '../live/brokers.ts';
import type { LiveBroker, LiveCase, LiveServer } from '../live/contract.ts';
import { compare, runLive } from '../live/replay.ts';
import { written } from './format.ts';
import { generalise } from './generalise.ts';

/** Waits after each step, ms, one for each run: what depends on them is not recorded. */
const WAITS = [40, 60, 100];

const { args } = command('conformance:record', 'Runs cases on real servers and writes what was observed into their files; of a documented case only which emulator agrees with it.').argument('<files...>', 'such as conformance/cases/kafka/one.json').parse();
const files = args.map((path) => ({ path, example: JSON.parse(readFileSync(path, 'utf8')) as LiveCase }));

/** What an emulator does proves nothing: it agrees with what is documented, or it does not. */
async function ask(server: LiveServer, { model }: LiveBroker, path: string, example: LiveCase): Promise<void> {
  const { agreesWith: _, ...rest } = example;
  const { kind } = await compare(server, model, rest);
  const { setup, steps, observed, ...about } = rest;
  writeFileSync(path, written({ ...about, ...(kind === 'agree' ? { agreesWith: server.emulator } : {}), setup, steps, observed } as unknown as Json));
  console.log(`${path}: ${server.emulator} ${{ agree: 'agrees', 'not-run': 'cannot run it', differ: 'differs', otherwise: 'differs', 'not-modelled': 'was not compared' }[kind]}`);
}
async function record(server: LiveServer, path: string, example: LiveCase): Promise<boolean> {
  try {
    const runs = [];
    for (const wait of WAITS) runs.push(await runLive(server, example, wait));
    writeFileSync(path, written(withObservation(example, server.version, generalise(runs)) as unknown as Json));
    console.log(`recorded ${path}`);
    return true;
  } catch (error) {
    console.log(`NOT RECORDED ${path}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}
/** What the case was first recorded on keeps its place; another version comes beside it. */
function withObservation(example: LiveCase, version: string, observed: ConformanceCase['observed']): LiveCase {
  if (example.brokerVersion === undefined || example.brokerVersion === version) {
    const { format, broker, otherVersions, setup, steps, observed: _, brokerVersion: __, ...rest } = example;
    return { format, broker, brokerVersion: version, ...rest, setup, steps, observed, ...(otherVersions === undefined ? {} : { otherVersions }) };
  }
  const same = JSON.stringify(observed) === JSON.stringify(example.observed);
  const others = (example.otherVersions ?? []).filter((one) => one.version !== version);
  return { ...example, otherVersions: [...others, same ? { version, same } : { version, same, observed }] };
}

let failed = 0;
for (const broker of liveBrokers) {
  const own = files.filter(({ example }) => example.broker === broker.model.broker);
  if (own.length === 0) continue;
  const missing = await broker.missing();
  if (missing !== null) {
    console.log(missing);
    failed += own.length;
    continue;
  }
  const server = await broker.start();
  try {
    for (const { path, example } of own) {
      if (server.emulator !== undefined) await ask(server, broker, path, example);
      else if (!(await record(server, path, example))) failed++;
    }
  } finally {
    await server.stop();
  }
}
process.exitCode = failed === 0 ? 0 : 1;
