/** What is fast, as ratios within this one run: absolute times mean little on a shared machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModels } from '../src/brokers/models.ts';
import { catalog, loadRooms } from '../src/catalog.ts';
import { orderProcessing } from '../src/gallery/order-processing.ts';
import { ENTRY_BYTES } from '../src/history/history.ts';
import { Kernel } from '../src/kernel/kernel.ts';
import { RandomStream } from '../src/kernel/random.ts';
import type { Scenario } from '../src/scenario/document.ts';
import { Checkpoints } from '../src/simulation/checkpoints.ts';
import { type Run, startRun } from '../src/simulation/run.ts';
import { onOurKernel, onSimJs } from './w3.ts';

await loadRooms();
const models = await loadModels(['rabbitmq']);
const rows: { what: string; value: string; target: string; verdict: string }[] = [];
function row(what: string, value: number, target: number, atLeast: boolean, unit = ''): void {
  rows.push({ what, value: `${value >= 100 ? Math.round(value) : value.toPrecision(3)}${unit}`, target: `${atLeast ? '≥' : '≤'} ${target}${unit}`, verdict: (atLeast ? value >= target : value <= target) ? 'met' : 'missed' });
}
/** Operations a second, the best of three. */
function best(operations: number, run: () => void): number {
  let quickest = Infinity;
  for (let i = 0; i < 3; i++) {
    const from = performance.now();
    run();
    quickest = Math.min(quickest, performance.now() - from);
  }
  return (operations * 1000) / quickest;
}

// The kernel: the hold model, against the same in C++ where a compiler is present -----------------
const HOLDS = 2_000_000;
function hold(pending: number): number {
  const kernel = new Kernel();
  const luck = new RandomStream(1, 'hold');
  const handler = kernel.register(() => kernel.schedule(1 + Math.floor(luck.next() * 2000), handler, 0, 0));
  for (let i = 0; i < pending; i++) kernel.schedule(Math.floor(luck.next() * 2000), handler, 0, i);
  return best(HOLDS, () => {
    for (let i = 0; i < HOLDS; i++) kernel.step();
  });
}
const COMPILER = process.env['CXX'] ?? 'g++';
function native(): ((what: number | 'w3', count: number) => number) | null {
  try {
    const program = join(mkdtempSync(join(tmpdir(), 'tailrace-bench-')), 'heap');
    execFileSync(COMPILER, ['-O3', '-o', program, new URL('heap.cpp', import.meta.url).pathname], { stdio: 'ignore' });
    return (what, count) => Number(execFileSync(program, [String(what), String(count)], { encoding: 'utf8' }));
  } catch {
    return null;
  }
}
const cpp = native();
if (!cpp) console.log('There is no g++ here: the kernel is not compared with C++.');
for (const pending of [100, 10_000, 1_000_000]) {
  const ours = hold(pending);
  if (cpp) row(`kernel, hold model, ${pending} pending, of C++ -O3`, ours / cpp(pending, HOLDS), 0.5, true);
}
{
  const messages = 1_000_000;
  const ours = best(messages, () => onOurKernel(messages));
  if (cpp) row('kernel, W3, of C++ -O3', ours / cpp('w3', messages), 0.5, true);
  const few = 20_000;
  await onSimJs(few);
  const from = performance.now();
  await onSimJs(few);
  row('kernel, W3, of simjs', ours / ((few * 1000) / (performance.now() - from)), 5, true);
}

// The whole engine -------------------------------------------------------------------------------
const busy = (rate: number, slots: number): Scenario => ({
  ...orderProcessing,
  timeline: [],
  invariants: [],
  nodes: orderProcessing.nodes.map((n) => (n.kind === 'producer' ? { ...n, config: { ...n.config, rate } } : n.kind === 'consumer' ? { ...n, config: { ...n.config, instances: 2, concurrency: slots, failures: { rate: 0.02 } } } : n)),
  links: orderProcessing.links.map((l) => (l.kind === 'consume' ? { ...l, config: { ...l.config, prefetch: slots * 2 } } : l)),
});
function perSecond(run: Run, span: number): number {
  const { simulation } = run;
  const before = simulation.history.length;
  const from = performance.now();
  simulation.run(simulation.now + span);
  return ((simulation.history.length - before) * 1000) / (performance.now() - from);
}
const open = ({ duration: _, ...doc }: Scenario): Scenario => doc;
const full = startRun(open(busy(1000, 200)), models, catalog);
full.simulation.run(3e6);
const entries = Math.max(perSecond(full, 5e6), perSecond(full, 5e6));
row('engine entries of bare kernel calls (1 000 pending)', entries / hold(1000), 0.1, true);

function depth(waiting: number, rate: number): Scenario {
  return {
    version: 1,
    title: 'depth',
    seed: 1,
    nodes: [
      { id: 'p', kind: 'producer', config: { rate } },
      { id: 'r', kind: 'rabbitmq.cluster' },
      { id: 'q', kind: 'rabbitmq.queue', parent: 'r' },
      { id: 'c', kind: 'consumer', config: { instances: 2, concurrency: 100, serviceTime: '100ms' } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'p', to: 'q' },
      { id: 'out', kind: 'consume', from: 'q', to: 'c', config: { prefetch: 150 } },
    ],
    timeline: [{ at: '1ms', by: 'author', do: 'burst', on: 'p', with: { count: waiting } }],
  };
}
/** Entries a second while so many wait in one queue. */
function waiting(count: number): number {
  const run = startRun(depth(count, 1000), models, catalog);
  run.simulation.run(2e6);
  return Math.max(perSecond(run, 8e6), perSecond(run, 8e6), perSecond(run, 8e6));
}
// Memory and slices -------------------------------------------------------------------------------
/** Bytes that the engine holds per message in a queue, over what it holds with none; and without their entries in the history, which is a window of bounded size. Needs --expose-gc. */
function bytesPerMessage(live: number): readonly [all: number, withoutHistory: number] {
  const heap = () => {
    for (let i = 0; i < 4; i++) globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const run = startRun(depth(live, 0.001), models, catalog);
  run.simulation.run(500);
  const before = heap();
  const entries = run.simulation.history.length;
  run.simulation.run(3e6);
  const held = heap() - before;
  if (run.simulation.messages.length < live) throw new Error('they are not there');
  return [held / live, (held - (run.simulation.history.length - entries) * ENTRY_BYTES) / live];
}
if (globalThis.gc) {
  const [all, withoutHistory] = bytesPerMessage(100_000);
  row('memory per waiting message', all, 200, false, ' B');
  row("memory per waiting message, the history's entries aside", withoutHistory, 200, false, ' B');
}
{
  const run = startRun(open(busy(1000, 200)), models, catalog);
  run.simulation.run(3e6);
  const slices: number[] = [];
  for (let i = 0; i < 200; i++) {
    const from = performance.now();
    run.simulation.run(Infinity, 1000);
    slices.push(performance.now() - from);
  }
  slices.sort((a, b) => a - b);
  row('slice of 1 000 calls, 99th percentile', slices[198] as number, 20, false, ' ms');
}
const few = waiting(10);
row('cost per entry, 1 000 waiting, of 10 waiting', few / waiting(1000), 1.5, false);
row('cost per entry, 100 000 waiting, of 10 waiting', few / waiting(100_000), 1.5, false);

// Checkpoints and seeking -------------------------------------------------------------------------
{
  const doc = open(busy(200, 40));
  const run = startRun(doc, models, catalog);
  const kept = new Checkpoints();
  let longest = 0;
  const from = performance.now();
  const end = 120e6;
  for (let t = 0; t <= end; t += 100_000) {
    run.simulation.run(t);
    if (!kept.due(t)) continue;
    const began = performance.now();
    kept.add(t, run.simulation.save());
    longest = Math.max(longest, performance.now() - began);
  }
  const whole = performance.now() - from;
  let slowest = 0;
  for (const at of [7.3e6, 48.8e6, 119.9e6]) {
    const began = performance.now();
    startRun(doc, models, catalog, kept.before(at)).simulation.run(at);
    slowest = Math.max(slowest, performance.now() - began);
  }
  row(`seek in a run of ${run.simulation.history.length} entries, of the time it took to run`, slowest / whole, 0.05, false);
  row('longest checkpoint', longest, 20, false, ' ms');
}
console.log('');
console.table(rows);
