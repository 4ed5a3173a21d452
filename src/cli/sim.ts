/** The engine without a browser: run a scenario file, or check it. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseDuration, spanText } from '../base/time.ts';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import { loadClients } from '../simulation/clients.ts';
import { familyOf, type Scenario } from '../scenario/document.ts';
import { parseScenario } from '../scenario/parse.ts';
import { startRun } from '../simulation/run.ts';
import { exitCode, type Summary, summaryOf } from '../simulation/summary.ts';

const USAGE = `sim run FILE.json [--seed N] [--until 60s] [--json]
sim validate FILE.json

run       prints a summary; ends with 0 when every invariant holds, 1 when one is broken, 2 when one is unknown
validate  prints what is wrong with the document
Both end with 64 when the document is not a scenario.
`;
/** As sysexits.h: the command was used wrongly, or its data are wrong. */
const INVALID = 64;
/** An endless scenario is run for so long unless --until says otherwise, µs. */
const ENDLESS = 60e6;

class Invalid extends Error {}

function read(file: string | undefined): Scenario {
  if (file === undefined) throw new Invalid(USAGE);
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
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string' }, until: { type: 'string' }, json: { type: 'boolean' } } });
  const [command, file] = positionals;
  await Promise.all([loadRooms(), loadClients()]);
  if (command === 'validate') {
    const doc = read(file);
    process.stdout.write(`${file}: "${doc.title}" is a scenario of ${doc.nodes.length} nodes and ${doc.links.length} links\n`);
    return 0;
  }
  if (command !== 'run') throw new Invalid(USAGE);
  const given = read(file);
  const seed = values.seed === undefined ? given.seed : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new Invalid(`--seed must be a whole number ≥ 0, got ${values.seed}\n`);
  const until = values.until === undefined ? undefined : parseDuration(values.until);
  if (values.until !== undefined && until === undefined) throw new Invalid(`--until must be a duration such as 60s, got ${values.until}\n`);
  const doc = { ...given, seed };
  const added = (doc.timeline ?? []).flatMap((e) => (e.do === 'add-node' ? [String(e.with?.['kind'] ?? '')] : []));
  const run = startRun(doc, await loadModels([...doc.nodes.map((n) => n.kind), ...added].map(familyOf)), catalog);
  // With a duration the run ends by itself: at the latest when its time to drain is over.
  run.simulation.run(until ?? (doc.duration === undefined ? ENDLESS : Number.MAX_SAFE_INTEGER));
  const summary = summaryOf(run, catalog);
  process.stdout.write(values.json ? `${JSON.stringify(summary, null, 2)}\n` : asText(summary));
  return exitCode(summary);
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
main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    if (!(error instanceof Invalid) && !(error instanceof TypeError && 'code' in error)) throw error;
    process.stderr.write(error.message);
    process.exitCode = INVALID;
  },
);
