/** Random durations and keys out of exact operations only. */
import { exp, ln, minusLnOfRest } from './exact-math.ts';
import type { RandomStream } from './random.ts';

/** Standard normal by the polar method; draws as often as it must. */
export function normal(luck: RandomStream): number {
  for (;;) {
    const u = 2 * luck.next() - 1;
    const v = 2 * luck.next() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * ln(s)) / s);
  }
}
/** Exponential with mean 1. */
export function exponential(luck: RandomStream): number {
  return minusLnOfRest(luck.bits());
}
/** 99 % quantile of the standard normal. */
const Z99 = 2.3263478740408408;
/** μ and σ of the lognormal with this mean and 99 % quantile; the quantile is capped at what the mean allows (about 15 × the mean). */
export function lognormalShape(mean: number, p99: number): { readonly mu: number; readonly sigma: number } {
  const room = Z99 * Z99 - 2 * Math.max(0, ln(Math.max(1, p99 / mean)));
  const sigma = Z99 - Math.sqrt(Math.max(0, room));
  return { mu: ln(mean) - (sigma * sigma) / 2, sigma };
}
export function lognormal(luck: RandomStream, shape: { readonly mu: number; readonly sigma: number }): number {
  return exp(shape.mu + shape.sigma * normal(luck));
}
/** Cumulative weights of keys 0..count-1 with weight 1 / (rank + 1)^skew; skew 0 is uniform. */
export function zipfTable(count: number, skew: number): Float64Array {
  const table = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) table[k] = sum += skew === 0 ? 1 : exp(-skew * ln(k + 1));
  for (let k = 0; k < count; k++) table[k] = (table[k] as number) / sum;
  return table;
}
export function drawFrom(table: Float64Array, luck: RandomStream): number {
  const u = luck.next();
  let low = 0;
  let high = table.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((table[middle] as number) <= u) low = middle + 1;
    else high = middle;
  }
  return low;
}
