import { expect, it } from 'vitest';
import { drawFrom, exponential, lognormal, lognormalShape, normal, zipfTable } from './distributions.ts';
import { RandomStream } from './random.ts';

const N = 40_000;
function sample(draw: (luck: RandomStream) => number): { mean: number; deviation: number; p99: number } {
  const luck = new RandomStream(3, 'sample');
  const all = Array.from({ length: N }, () => draw(luck)).sort((a, b) => a - b);
  const mean = all.reduce((a, b) => a + b, 0) / N;
  return { mean, deviation: Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / N), p99: all[Math.floor(N * 0.99)] as number };
}

it('normal has mean 0 and deviation 1, exponential mean 1 and deviation 1', () => {
  const n = sample(normal);
  const e = sample(exponential);
  expect(Math.abs(n.mean)).toBeLessThan(0.02);
  expect(Math.abs(n.deviation - 1)).toBeLessThan(0.02);
  expect(Math.abs(e.mean - 1)).toBeLessThan(0.02);
  expect(Math.abs(e.deviation - 1)).toBeLessThan(0.03);
});
it('a lognormal given by mean and 99 % quantile has both', () => {
  const shape = lognormalShape(80, 400);
  const s = sample((luck) => lognormal(luck, shape));
  expect(Math.abs(s.mean / 80 - 1)).toBeLessThan(0.03);
  expect(Math.abs(s.p99 / 400 - 1)).toBeLessThan(0.06);
});
it('Zipf keys: rank r is drawn in proportion to 1 / r^skew', () => {
  const luck = new RandomStream(1, 'keys');
  const counts = [0, 0, 0, 0];
  const table = zipfTable(4, 1);
  for (let i = 0; i < N; i++) counts[drawFrom(table, luck)]!++;
  const total = 1 + 1 / 2 + 1 / 3 + 1 / 4;
  counts.forEach((c, k) => expect(Math.abs(c / N - 1 / (k + 1) / total)).toBeLessThan(0.01));
  expect([...zipfTable(2, 0)]).toEqual([0.5, 1]);
});
