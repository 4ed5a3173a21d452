/** The engine without a browser: run a scenario file, or check it. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parseDuration, spanText } from '../base/time.ts';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import { loadClients } from '../simulation/clients.ts';
import { familyOf, type Scenario } from '../scenario/document.ts';
import { parseScenario } from '../scenario/parse.ts';
import { startRun } from '../simulation/run.ts';
import { exitCode, type Summary, summaryOf } from '../simulation/summary.ts';
import { command, INVALID, whole } from './command.ts';

/** An endless scenario is run for so long unless --until says otherwise, µs. */
const ENDLESS = 60e6;

class Invalid extends Error {}

function read(file: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Invalid(`${file}: ${(error as Error).message}\n`);
  }
  const parsed = parseScenario(value, catalog);
  if (!parsed.ok) throw new Invalid(parsed.problems.map((p) => `${file}: ${p.path} ${p.says}\n`).join(''));
  for (const w of parsed.warnings) process.stderr.write(`${file}: warning: ${w.path} ${w.says}\n`);
  return parsed.value;
}
function duration(text: string): number {
  const span = parseDuration(text);
  if (span === undefined) throw new InvalidArgumentError('It must be a duration such as 60s.');
  return span;
}
function validate(file: string): void {
  const doc = read(file);
  process.stdout.write(`${file}: "${doc.title}" is a scenario of ${doc.nodes.length} nodes and ${doc.links.length} links\n`);
}
async function run(file: string, { seed, until, json = false }: { seed?: number; until?: number; json?: boolean }): Promise<void> {
  const given = read(file);
  const doc = { ...given, seed: seed ?? given.seed };
  const added = (doc.timeline ?? []).flatMap((e) => (e.do === 'add-node' ? [String(e.with?.['kind'] ?? '')] : []));
  const started = startRun(doc, await loadModels([...doc.nodes.map((n) => n.kind), ...added].map(familyOf)), catalog);
  // With a duration the run ends by itself: at the latest when its time to drain is over.
  started.simulation.run(until ?? (doc.duration === undefined ? ENDLESS : Number.MAX_SAFE_INTEGER));
  const summary = summaryOf(started, catalog);
  process.stdout.write(json ? `${JSON.stringify(summary, null, 2)}\n` : asText(summary));
  process.exitCode = exitCode(summary);
}
function asText(s: Summary): string {
  const counts = (row: Readonly<Record<string, number>>) =>
    Object.entries(row)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ');
  const lines = [
    `${s.title}, seed ${s.seed}: ${spanText(s.until)} simulated${s.ended ? ', drained and judged' : ''}`,
    `history ${s.hash}, ${s.entries} entries`,
    `publications  ${counts(s.publications)}`,
    'copies',
    ...Object.entries(s.copies).map(([place, row]) => `  ${place.padEnd(20)} ${counts(row)}`),
    'findings',
    ...Object.entries(s.findings).map(([check, row]) => `  ${check.padEnd(20)} ${counts(row)}`),
    'invariants',
    ...s.verdicts.map((v) => `  ${v.verdict.padEnd(8)} ${v.check}${v.on === undefined ? '' : ` on ${v.on}`}: ${v.says}`),
    'milliseconds             count       p50       p99       max',
    ...s.metrics.map((m) => `  ${`${m.place} ${m.stage}`.padEnd(22)} ${String(m.count).padStart(5)} ${m.p50.toFixed(1).padStart(9)} ${m.p99.toFixed(1).padStart(9)} ${m.max.toFixed(1).padStart(9)}`),
  ];
  return `${lines.join('\n')}\n`;
}

const sim = command('sim', 'The engine without a browser. Both commands end with 64 when the file is not a scenario.');
sim
  .command('run')
  .description('prints a summary; ends with 0 when every invariant holds, 1 when one is broken, 2 when one is unknown')
  .argument('<file>', 'a scenario, JSON')
  .option('--seed <n>', 'another luck than that of the file', whole(0))
  .option('--until <span>', 'how much is simulated, such as 60s', duration)
  .option('--json', 'the summary as JSON')
  .action(run);
sim.command('validate').description('prints what is wrong with the file').argument('<file>', 'a scenario, JSON').action(validate);

await Promise.all([loadRooms(), loadClients()]);
await sim.parseAsync().catch((error: unknown) => {
  if (!(error instanceof Invalid)) throw error;
  process.stderr.write(error.message);
  process.exitCode = INVALID;
});
