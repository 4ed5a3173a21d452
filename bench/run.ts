import { Argument } from 'commander';
import { loadModels } from '../src/brokers/models.ts';
import { loadRooms } from '../src/catalog.ts';
import { command } from '../src/cli/command.ts';
import { loadClients } from '../src/simulation/clients.ts';
import { measureEngine } from './engine.ts';
import { measureKernel } from './kernel.ts';
import { Table } from './table.ts';
import { topologies } from './topologies.ts';

const { args: chosen } = command('bench', 'What is fast, as ratios within this one run: absolute times mean little on a shared machine.')
  .addArgument(new Argument('[brokers...]', 'only the engine, with these').choices(topologies.map(({ broker }) => broker)))
  .parse();
await Promise.all([loadRooms(), loadClients()]);
const table = new Table();
if (chosen.length === 0) await measureKernel(table);
for (const topology of topologies) {
  if (chosen.length > 0 && !chosen.includes(topology.broker)) continue;
  await measureEngine(table, topology, await loadModels([topology.broker]));
}
table.print();
