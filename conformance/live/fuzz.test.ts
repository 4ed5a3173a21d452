import { expect, test } from 'vitest';
import type { ConformanceModel, Operation } from '../../src/testing/conformance-runner.ts';
import type { LiveBroker } from './contract.ts';
import { fuzz } from './fuzz.ts';

/** A sum that is told after each number. Once it has seen a 3 and then a 5, the one with the fault is one too high. */
function sum(faulty: boolean) {
  let [total, threes, wrong] = [0, false, 0];
  return ({ op, n }: Operation) => {
    if (op === 'forbidden') throw new Error('forbidden');
    threes ||= n === 3;
    if (faulty && threes && n === 5) wrong = 1;
    total += Number(n);
    return { result: total + wrong };
  };
}
const model: ConformanceModel = { broker: 'sums', version: '1', cannot: () => null, adapter: () => ({ run: sum(false) }) };
const broker = (faulty: boolean, forbidden = false): LiveBroker => ({
  model,
  lanes: 1,
  missing: async () => null,
  start: async () => ({
    version: '1',
    client: async () => {
      const run = sum(faulty);
      return { run: async (operation) => run(operation), close: async () => undefined };
    },
    stop: async () => undefined,
  }),
  player: (dice) => ({ setup: [{ op: 'add', n: 1 }], next: () => (forbidden && dice.chance(0.2) ? { op: 'forbidden' } : { op: 'add', n: dice.between(1, 6) }), shown: () => undefined }),
});
async function told(of: LiveBroker, runs: number) {
  const lines: string[] = [];
  const found = await fuzz(of, runs, 1, (text) => lines.push(text));
  return { found, lines };
}

test('a server that does what the model does differs in no random case', async () => {
  expect((await told(broker(false), 20)).found).toBe(0);
});
test('operations that neither can do are no difference', async () => {
  expect((await told(broker(false, true), 20)).found).toBe(0);
});
test('a difference is shrunk to the operations that it needs, and told as a case with what the server showed', async () => {
  const { found, lines } = await told(broker(true), 10);
  expect(found).toBeGreaterThan(2);
  const cases = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { setup: Operation[]; steps: Operation[]; observed: unknown });
  expect(cases).toHaveLength(found);
  for (const one of cases)
    expect(one).toMatchObject({
      setup: [],
      steps: [{ n: 3 }, { n: 5 }],
      observed: [
        { step: 0, result: 3 },
        { step: 1, result: 9 },
      ],
    });
});
test('the same seed invents the same cases', async () => {
  expect(await told(broker(true), 5)).toEqual(await told(broker(true), 5));
});
