import { expect, it } from 'vitest';
import { bytesText } from './bytes.ts';
import { clockText, durationText, micros, parseDuration, spanText } from './time.ts';

it('reads durations with a unit and refuses all else', () => {
  expect([micros('80ms'), micros('1.5s'), micros('2min'), micros('250us'), micros('1h')]).toEqual([80e3, 1.5e6, 120e6, 250, 3600e6]);
  for (const bad of ['', '80', '-1s', '1e3s', 'ms', '1 fortnight']) expect(parseDuration(bad)).toBeUndefined();
});
it('writes durations that read back as the same', () => {
  for (const us of [1, 999, 1000, 1500, 80e3, 1e6, 12.411e6, 90e6, 3600e6]) expect(micros(durationText(us))).toBe(us);
  expect([clockText(12418000), clockText(3723004000), spanText(12411000), spanText(80000)]).toEqual(['00:12.418', '1:02:03.004', '12.4 s', '80 ms']);
});
it('writes sizes in the unit in which they can be read', () => {
  expect([0, 812, 3400, 999_000, 100.06e6].map(bytesText)).toEqual(['0 B', '812 B', '3 kB', '999 kB', '100.1 MB']);
});
