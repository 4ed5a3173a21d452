/** A simulated day of the opening scenario: what the engine holds at the end of every third hour. `node --expose-gc --import tsx bench/endurance.ts [hours]` */
import { loadModels } from '../src/brokers/models.ts';
import { catalog, loadRooms } from '../src/catalog.ts';
import { orderProcessing } from '../src/gallery/order-processing.ts';
import { startRun } from '../src/simulation/run.ts';

const hours = Number(process.argv[2] ?? 24);
await loadRooms();
// Three slots of e-mail keep up; the opening scenario itself saturates on purpose.
const { duration: _, ...endless } = orderProcessing;
const doc = { ...endless, nodes: endless.nodes.map((n) => (n.kind === 'consumer' ? { ...n, config: { ...n.config, concurrency: 5 } } : n)) };
const run = startRun(doc, await loadModels(['rabbitmq']), catalog);
const held = () => {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
};
const rows: Record<string, string | number>[] = [];
const began = performance.now();
for (let hour = 1; hour <= hours; hour++) {
  run.simulation.run(hour * 3600e6);
  if (hour % 3 !== 0 && hour !== 1) continue;
  const { history, messages } = run.simulation;
  rows.push({ hour, entries: history.length, messages: messages.length, 'MB held': Math.round(held()), 'million entries per wall second': (history.length / (performance.now() - began) / 1000).toFixed(3) });
}
console.table(rows);
