/** What a long run lets go of, and that nobody misses it. */
import { expect, it } from 'vitest';
import { CHUNK } from '../base/table.ts';
import { loadModels } from '../brokers/models.ts';
import { catalog, loadRooms } from '../catalog.ts';
import type { Scenario } from '../scenario/document.ts';
import { farAlong } from '../testing/forgetful.ts';
import { Checkpoints } from './checkpoints.ts';
import { lean } from './forgetting.ts';
import { startRun } from './run.ts';

await loadRooms();
const models = await loadModels(['rabbitmq']);
/** A queue that nobody reads fills in the first half second and keeps what it has; what comes later is dropped. */
const FULL: Scenario = {
  version: 1,
  title: '',
  seed: 7,
  nodes: [
    { id: 'shop', kind: 'producer', config: { rate: 20_000 } },
    { id: 'cluster', kind: 'rabbitmq.cluster' },
    { id: 'orders', kind: 'rabbitmq.queue', parent: 'cluster', config: { 'x-max-length': 10_000, 'x-overflow': 'reject-publish' } },
  ],
  links: [{ id: 'publish', kind: 'publish', from: 'shop', to: 'orders' }],
};
/** The same, without the queue: nothing is left of any message. */
const NOWHERE: Scenario = {
  ...FULL,
  nodes: [...FULL.nodes.filter(({ id }) => id !== 'orders'), { id: 'orders', kind: 'rabbitmq.exchange', parent: 'cluster' }],
};

it('a lean checkpoint knows the messages that lie somewhere and the newest, and goes on to the same history', () => {
  const beginning = farAlong(startRun(FULL, models, catalog).simulation.save());
  const first = beginning.messages.rows.length;
  const run = startRun(FULL, models, catalog, beginning).simulation;
  run.run(2_000_000);
  const state = run.save();
  const short = lean(structuredClone(state));
  run.run(2_200_000);
  const second = startRun(FULL, models, catalog, short).simulation;
  expect(second.history.first).toBeGreaterThan(state.history.rows.length - 100_000);
  expect(second.messages.resident).toBeLessThan(state.messages.rows.full.length);
  expect([first, first + 9_999, state.messages.rows.length - 1].map(second.messages.has)).toEqual([true, true, true]);
  expect(second.messages.has(first + 20_000)).toBe(false);
  second.run(2_200_000);
  expect(second.hash()).toBe(run.hash());
});
it('a run forgets messages that nobody can speak of again', () => {
  const { simulation } = startRun(NOWHERE, models, catalog);
  simulation.run(14_000_000);
  const made = simulation.messages.length / CHUNK;
  expect(made).toBeGreaterThan(67);
  expect(simulation.messages.resident).toBeLessThan(60);
  expect(simulation.messages.has(8 * CHUNK)).toBe(false);
  expect(simulation.messages.has(simulation.messages.length - 1)).toBe(true);
}, 60_000);
it('checkpoints of a long run stay within their budget, from its beginning to its end', () => {
  const { simulation } = startRun(FULL, models, catalog);
  const checkpoints = new Checkpoints(2e6);
  const last = 8_000_000;
  for (let now = 0; now < last; now += 100_000) {
    simulation.run(now);
    // As if each were the one after a long while.
    const state = simulation.save();
    checkpoints.add(now, { ...state, history: { ...state.history, rows: { ...state.history.rows, first: Math.max(0, state.history.rows.length - 1000) } } });
  }
  const moments = checkpoints.states.map(({ history }) => history.rows.length);
  expect(moments.length).toBeGreaterThanOrEqual(12);
  expect(moments.length).toBeLessThanOrEqual(25);
  expect(checkpoints.before(1)).toBeDefined();
  expect(checkpoints.before(last)?.history.rows.length).toBeGreaterThan(moments.at(0) as number);
}, 60_000);
