/** A random duration of the document, made ready to draw from. */
import { micros } from '../base/time.ts';
import { exponential, lognormal, lognormalShape, normal } from '../kernel/distributions.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Spread } from './fields.ts';

/** Draws whole µs, never negative. */
export type Sampler = (luck: RandomStream) => number;

export function sampler(spread: Spread): Sampler {
  if (typeof spread === 'string') {
    const us = micros(spread);
    return () => us;
  }
  if ('uniform' in spread) {
    const from = micros(spread.uniform.from);
    const width = micros(spread.uniform.to) - from;
    return (luck) => Math.round(from + width * luck.next());
  }
  if ('exponential' in spread) {
    const mean = micros(spread.exponential.mean);
    return (luck) => Math.round(mean * exponential(luck));
  }
  if ('normal' in spread) {
    const mean = micros(spread.normal.mean);
    const deviation = micros(spread.normal.deviation);
    return (luck) => Math.max(0, Math.round(mean + deviation * normal(luck)));
  }
  const shape = lognormalShape(micros(spread.lognormal.mean), micros(spread.lognormal.p99));
  return (luck) => Math.round(lognormal(luck, shape));
}
