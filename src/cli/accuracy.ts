import { readdirSync, readFileSync } from 'node:fs';
import { catalog, loadRooms } from '../catalog.ts';
import { loadClients } from '../simulation/clients.ts';
import { parseScenario } from '../scenario/parse.ts';
import { measure, theory } from '../testing/accuracy.ts';
import { command, whole } from './command.ts';

const { runs, messages } = command('accuracy', 'The engine against queueing theory, with 99 % intervals; ends with 1 when they do not agree.')
  .option('--runs <n>', 'independent runs of each system, at least two for an interval', whole(2), 10)
  .option('--messages <n>', 'in each run', whole(1000), 250_000)
  .parse()
  .opts<{ runs: number; messages: number }>();
const folder = new URL('../../bench/queues/', import.meta.url);
/** Student's t, 99 %, two sides, by degrees of freedom. */
const T99: Readonly<Record<number, number>> = { 2: 9.925, 4: 4.604, 9: 3.25, 19: 2.861, 29: 2.756 };
await Promise.all([loadRooms(), loadClients()]);
const rows: Record<string, string>[] = [];
let bad = 0;
for (const file of readdirSync(folder).sort()) {
  const parsed = parseScenario(JSON.parse(readFileSync(new URL(file, folder), 'utf8')), catalog);
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.problems)}`);
  const should = theory(parsed.value);
  const all = Array.from({ length: runs }, (_, i) => measure(parsed.value, messages, i + 1));
  for (const quantity of ['wait', 'length'] as const) {
    const samples = all.map((m) => m[quantity]);
    const mean = samples.reduce((a, b) => a + b, 0) / runs;
    const deviation = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, runs - 1));
    const half = ((T99[runs - 1] ?? 3) * deviation) / Math.sqrt(runs);
    const off = mean / should[quantity] - 1;
    const fine = Math.abs(off) <= 0.02 && Math.abs(mean - should[quantity]) <= half;
    if (!fine) bad++;
    rows.push({ model: parsed.value.title, quantity: quantity === 'wait' ? 'mean wait, ms' : 'mean queue length', theory: scaled(should[quantity], quantity), measured: `${scaled(mean, quantity)} ± ${scaled(half, quantity)}`, off: `${(off * 100).toFixed(2)} %`, verdict: fine ? 'agrees' : 'does not agree' });
  }
}
function scaled(value: number, quantity: string): string {
  return (quantity === 'wait' ? value * 1000 : value).toFixed(3);
}
console.table(rows);
process.exitCode = bad > 0 ? 1 : 0;
