import { expect, it } from 'vitest';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import type { Scenario } from '../scenario/document.ts';
import { placesOf } from './picture.ts';
import { startRun } from './run.ts';

const scenario: Scenario = {
  version: 1,
  title: '',
  seed: 3,
  nodes: [
    { id: 'shop', kind: 'producer', config: { rate: 20, arrivals: 'poisson' } },
    { id: 'rabbit', kind: 'rabbitmq.cluster' },
    { id: 'orders', kind: 'rabbitmq.queue', parent: 'rabbit' },
    { id: 'pay', kind: 'consumer', config: { concurrency: 2, serviceTime: { exponential: { mean: '60ms' } } } },
  ],
  links: [
    { id: 'a', kind: 'publish', from: 'shop', to: 'orders' },
    { id: 'b', kind: 'consume', from: 'orders', to: 'pay' },
  ],
};
it('beside the measured utilisation stands λ S / c, as soon as enough was done', async () => {
  const run = startRun(scenario, await loadModels(['rabbitmq']), catalog);
  const gauges = () => new Map(placesOf(run).flatMap((p) => (p.id === 'pay' ? p.gauges.map((g) => [g.name, g.value] as const) : [])));
  run.simulation.run(0.2e6);
  expect(gauges().has('predicted')).toBe(false);
  run.simulation.run(60e6);
  const [measured, predicted] = [Number(gauges().get('utilisation')), Number(gauges().get('predicted'))];
  expect(predicted).toBeGreaterThan(0.5);
  expect(predicted).toBeLessThan(0.7);
  expect(Math.abs(measured - predicted)).toBeLessThan(0.02);
});
