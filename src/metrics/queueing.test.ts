import { expect, it } from 'vitest';
import { bucketOf, Histogram, upperOf } from './histogram.ts';
import { erlangC, meanWait } from './queueing.ts';

it('M/M/1: the wait is ρ S / (1 − ρ)', () => {
  expect(meanWait(1, 0.7, 1)).toBeCloseTo(0.7 / 0.3, 12);
  expect(meanWait(1, 1, 1)).toBe(Infinity);
});
it('Erlang C agrees with the published table: 4 servers, 2 and 3 erlangs', () => {
  expect(erlangC(4, 2)).toBeCloseTo(0.1739, 4);
  expect(erlangC(4, 3)).toBeCloseTo(0.5094, 4);
});
it('histogram buckets hold what they say, and quantiles are off by at most 6 %', () => {
  for (const us of [0, 1, 15, 16, 31, 32, 33, 1000, 123456, 9e9]) {
    expect(upperOf(bucketOf(us))).toBeGreaterThan(us);
    if (us > 0) expect(bucketOf(upperOf(bucketOf(us)) - 1)).toBe(bucketOf(us));
  }
  const h = new Histogram();
  for (let i = 1; i <= 10000; i++) h.add(i);
  expect(Math.abs((h.quantile(0.5) as number) / 5000 - 1)).toBeLessThan(0.07);
  expect(Math.abs((h.quantile(0.99) as number) / 9900 - 1)).toBeLessThan(0.07);
  expect(h.quantile(1)).toBe(10000);
});
