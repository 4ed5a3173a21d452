import { loadModels } from './src/brokers/models.ts';
import { catalog, loadRooms } from './src/catalog.ts';
import { randomScenario, runFor } from './src/testing/random-scenarios.ts';
import { replay } from './src/testing/replay.ts';
await loadRooms();
const models = await loadModels(['nats']);
for (const far of [false, true]) {
  const doc = randomScenario('nats', 7120);
  const { first } = replay(doc, models, catalog, runFor('nats'), far);
  console.log(far, first.simulation.history.length, JSON.stringify(first.judge.findings.filter((f) => f.check === 'conservation').slice(0, 2)));
  if (far) {
    const h = first.simulation.history;
    for (let i = 0; i < h.length && h.entry(i).time <= 1000000; i++) { const e = h.entry(i); if (h.text(e.place).startsWith('d0') ) console.log(i, e.time, e.kind, e.message, e.copy, h.text(e.place), e.actor>=0?h.text(e.actor):'', e.reason >= 0 ? h.text(e.reason) : '', e.detail, e.attempt); }
    console.log(JSON.stringify(doc.nodes.filter(n=>n.kind.startsWith('nats')), null, 0)); console.log(JSON.stringify(doc.links)); console.log(JSON.stringify(doc.timeline));
  }
}
