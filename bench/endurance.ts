import { weightOf } from '../src/base/weight.ts';
import { loadModels } from '../src/brokers/models.ts';
import { catalog, loadRooms } from '../src/catalog.ts';
import { command, whole } from '../src/cli/command.ts';
import { loadClients } from '../src/simulation/clients.ts';
import { orderProcessing } from '../src/gallery/order-processing.ts';
import { Checkpoints } from '../src/simulation/checkpoints.ts';
import { startRun } from '../src/simulation/run.ts';

const [hours] = command('bench:endurance', 'Days of the opening scenario: what the state takes and what is held with its checkpoints at the end of every third hour, and how long keeping a checkpoint took.').argument('[hours]', 'simulated', whole(1), 24).parse().processedArgs as [number];
await Promise.all([loadRooms(), loadClients()]);
// Three slots of e-mail keep up; the opening scenario itself saturates on purpose.
const { duration: _, ...endless } = orderProcessing;
const doc = { ...endless, nodes: endless.nodes.map((n) => (n.kind === 'consumer' ? { ...n, config: { ...n.config, concurrency: 5 } } : n)) };
const run = startRun(doc, await loadModels(['rabbitmq']), catalog);
const held = () => {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
};
const checkpoints = new Checkpoints();
let longest = 0;
/** As the worker's loop does: a checkpoint when one is due. */
function runTo(until: number): void {
  const { simulation } = run;
  while (simulation.now < until) {
    if (checkpoints.due(simulation.now)) {
      const before = performance.now();
      checkpoints.add(simulation.now, simulation.save());
      longest = Math.max(longest, performance.now() - before);
    }
    simulation.run(Math.min(until, simulation.now + 1e6));
  }
}
const began = performance.now();
for (let hour = 1; hour <= hours; hour++) {
  runTo(hour * 3600e6);
  if (hour % 3 !== 0 && hour !== 1) continue;
  const { history, messages } = run.simulation;
  const row = {
    hour,
    entries: history.length,
    messages: messages.length,
    'MB of state': Math.round(weightOf(run.simulation.save()) / 1e6),
    'MB held, checkpoints included': Math.round(held()),
    checkpoints: checkpoints.states.length,
    'longest ms to keep one': Math.round(longest),
    'million entries per wall second': Number((history.length / (performance.now() - began) / 1000).toFixed(3)),
  };
  console.log(JSON.stringify(row));
  longest = 0;
}
