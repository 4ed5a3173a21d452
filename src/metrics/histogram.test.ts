import { expect, it } from 'vitest';
import { bucketOf, upperOf } from './histogram.ts';

it('a duration lies in its bucket, from below 1 µs to days', () => {
  for (let us = 0; us < 2 ** 40; us = Math.max(us + 1, Math.floor(us * 1.01))) {
    const bucket = bucketOf(us);
    expect(us).toBeLessThan(upperOf(bucket));
    if (bucket > 0) expect(us).toBeGreaterThanOrEqual(upperOf(bucket - 1));
  }
});
