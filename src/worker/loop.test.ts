/** The loop on a clock that only work moves on: what a turn takes can be told exactly. */
import { expect, test } from 'vitest';
import type { Room } from '../brokers/contract.ts';
import { startRun } from '../simulation/run.ts';
import type { Models } from '../simulation/simulation.ts';
import { noCatalog, toyModels, toyScenario } from '../testing/toys/index.ts';
import { EngineLoop } from './loop.ts';

/** ms that a call of the room takes, and a checkpoint of it. */
const [CALL, CHECKPOINT] = [0.25, 12];
/** ms that a turn may take: its budget and sixteen calls more, or a checkpoint. */
const MOST = Math.max(8, CHECKPOINT) + 16 * CALL;
const scenario = toyScenario('lease', { rate: 200 }, { concurrency: 2, serviceTime: '4ms' });

function slowed() {
  let now = 0;
  const takes = <T extends (...of: never[]) => unknown>(ms: number, call: T): T => ((...of) => ((now += ms), call(...of))) as T;
  const models: Models = Object.fromEntries(
    Object.entries(toyModels).map(([toy, make]) => [
      toy,
      (...of) => {
        const room: Room = make(...of);
        return Object.assign(room, { wake: takes(CALL, room.wake.bind(room)), arrive: takes(CALL, room.arrive.bind(room)), save: takes(CHECKPOINT, room.save.bind(room)) });
      },
    ]),
  );
  const due: (() => void)[] = [];
  const turns: number[] = [];
  const loop = new EngineLoop({ clock: () => now, soon: (call) => due.push(call), post: () => true, models: async () => models }, noCatalog);
  const turn = (): boolean => {
    const call = due.shift();
    const from = now;
    call?.();
    if (call) turns.push(now - from);
    return call !== undefined;
  };
  return { loop, turn, turns };
}
const hashAt = (at: number): string => {
  const { simulation } = startRun(scenario, toyModels, noCatalog);
  simulation.run(at);
  return simulation.hash();
};
test('no turn takes much longer than its budget or a checkpoint, playing flat out or seeking', async () => {
  const { loop, turn, turns } = slowed();
  await loop.open(scenario, 0);
  while (turn());
  loop.play(Infinity);
  for (let n = 0; n < 400; n++) turn();
  loop.pause();
  while (turn());
  loop.seek(9_500_000);
  while (turn());
  expect(Math.max(...turns)).toBeLessThanOrEqual(MOST);
  expect(turns.filter((ms) => ms >= CHECKPOINT).length).toBeGreaterThan(8);
});
test('a seek shows the moment as it was, from a checkpoint or from the start', async () => {
  const { loop, turn } = slowed();
  await loop.open(scenario, 7_000_000);
  while (turn());
  for (const at of [4_200_000, 1_000_000, 6_999_999, 0]) {
    loop.seek(at);
    while (turn());
    expect(loop.hash(), `at ${at} µs`).toBe(hashAt(at));
  }
});
test('a pause is heard between two turns: nothing runs after it', async () => {
  const { loop, turn } = slowed();
  await loop.open(scenario, 0);
  while (turn());
  loop.play(Infinity);
  for (let n = 0; n < 20; n++) turn();
  loop.pause();
  const hash = loop.hash();
  while (turn());
  expect(loop.hash()).toBe(hash);
});
