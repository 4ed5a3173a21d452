/** The whole engine, with history, checks and metrics, through one broker. */
import type { Models } from '../src/simulation/simulation.ts';
import { catalog } from '../src/catalog.ts';
import { Checkpoints } from '../src/simulation/checkpoints.ts';
import { beginRun, type Run, startRun } from '../src/simulation/run.ts';
import { EngineLoop } from '../src/worker/loop.ts';
import type { Frame } from '../src/worker/protocol.ts';
import { hold } from './kernel.ts';
import { quickest, ratio, type Table } from './table.ts';
import type { Topology } from './topologies.ts';

/** When a run goes on from its own checkpoint, µs. */
const SEASONED = 1e6;
/** Entries a second over a span of virtual time, µs. */
function perSecond({ simulation }: Run, span: number): number {
  const before = simulation.history.length;
  const from = performance.now();
  simulation.run(simulation.now + span);
  return ((simulation.history.length - before) * 1000) / (performance.now() - from);
}
/** Bytes that the engine holds per message that waits, and without their entries in the history, which is a window of bounded size. Needs --expose-gc. */
function bytesPerMessage(topology: Topology, models: Models, live: number): readonly [all: number, withoutHistory: number] {
  const heap = () => {
    for (let i = 0; i < 4; i++) globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const { simulation } = startRun(topology.deep(live, 0.001), models, catalog);
  simulation.run(999_999);
  const before = heap();
  const { bytes } = simulation.history;
  simulation.run(4e6);
  const held = heap() - before;
  if (simulation.messages.length < live) throw new Error('they are not there');
  return [held / live, (held - (simulation.history.bytes - bytes)) / live];
}
/** How the loop of the worker does when it plays flat out, ms: its turns, after each of which it hears what was asked, and the longest of many waits until a pause is acknowledged. */
async function playFlatOut(topology: Topology, models: Models): Promise<{ readonly turns: readonly number[]; readonly slowestPause: number }> {
  const turns: number[] = [];
  const turn = (call: () => void) => {
    const from = performance.now();
    call();
    turns.push(performance.now() - from);
  };
  // What is posted to a page is copied.
  const post = (frame: Frame) => structuredClone(frame) !== undefined;
  const loop = new EngineLoop({ clock: () => performance.now(), soon: (call) => setImmediate(turn, call), post, models: async () => models }, catalog);
  await loop.open(topology.busy(1000), 0);
  const waits: number[] = [];
  for (let i = 0; i < 60; i++) {
    loop.play(Infinity);
    await new Promise((done) => setTimeout(done, 40));
    // Asked at some instant of the engine's turn, as a message to a worker is: heard when the turn is over.
    const asked = performance.now();
    await new Promise((done) => setImmediate(done));
    loop.pause();
    waits.push(performance.now() - asked);
  }
  return { turns: turns.sort((a, b) => a - b), slowestPause: Math.max(...waits) };
}
export async function measureEngine(table: Table, topology: Topology, models: Models): Promise<void> {
  const { broker } = topology;
  const start = (doc: ReturnType<Topology['busy']>) => startRun(doc, models, catalog);
  const full = start(topology.busy(1000));
  full.simulation.run(3e6);
  table.atLeast(
    `${broker}: entries a second, of bare kernel calls with 1 000 pending`,
    ratio(() => quickest(() => perSecond(full, 5e6)), hold(1000)),
    0.1,
  );

  if (globalThis.gc) {
    const [all, withoutHistory] = bytesPerMessage(topology, models, 100_000);
    table.atMost(`${broker}: memory per waiting message`, all, 200, ' B');
    table.atMost(`${broker}: memory per waiting message, the history's window aside`, withoutHistory, 200, ' B');
  }
  const { turns, slowestPause } = await playFlatOut(topology, models);
  table.atMost(`${broker}: a turn of the loop while running flat out, 99th percentile of ${turns.length}`, turns[Math.floor(turns.length * 0.99)] as number, 20, ' ms');
  table.atMost(`${broker}: a pause acknowledged while running flat out, the slowest of 60`, slowestPause, 20, ' ms');

  const waiting = (count: number): (() => number) => {
    const run = start(topology.deep(count, 1000));
    run.simulation.run(3e6);
    return () => perSecond(run, 8e6);
  };
  const few = waiting(10);
  for (const count of [1000, 100_000]) table.atMost(`${broker}: cost per entry with ${count} waiting, of 10 waiting`, ratio(few, waiting(count)), 1.5);

  const doc = topology.busy(200);
  let run = beginRun(doc, models, catalog);
  const kept = new Checkpoints();
  let longest = 0;
  const from = performance.now();
  for (let t = 0; t <= 120e6; t += 100_000) {
    run.simulation.run(t);
    if (!kept.due(t)) continue;
    const began = performance.now();
    const state = run.simulation.save();
    kept.add(t, state);
    longest = Math.max(longest, performance.now() - began);
    // As the loop of the worker does.
    if (t === SEASONED) run = startRun(doc, models, catalog, state);
  }
  const whole = performance.now() - from;
  let slowest = 0;
  for (const at of [7.3e6, 48.8e6, 119.9e6]) {
    const began = performance.now();
    startRun(doc, models, catalog, kept.before(at)).simulation.run(at);
    slowest = Math.max(slowest, performance.now() - began);
  }
  table.atMost(`${broker}: seek in a run of ${Math.round(run.simulation.history.length / 1000)} 000 entries, of the time it took to run`, slowest / whole, 0.05);
  table.atMost(`${broker}: longest checkpoint`, longest, 20, ' ms');
}
