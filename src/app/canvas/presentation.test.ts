import { expect, it } from 'vitest';
import { launch, LONGEST, progress, SHORTEST } from './presentation.ts';

const flight = (us: number) => ({ id: 1, link: 'l', message: 1, key: 0, seq: 1, departs: 1000, arrives: 1000 + us });
it('a hop of a millisecond is seen for at least 350 ms, a slow one for as long as it takes', () => {
  expect(launch(flight(1000), 'q', 0, 1).lasts).toBe(SHORTEST);
  expect(launch(flight(2e6), 'q', 0, 1).lasts).toBe(2000);
  expect(launch(flight(2e6), 'q', 0, 4).lasts).toBe(500);
  expect(launch(flight(2e6), 'q', 0, 0.01).lasts).toBe(LONGEST);
});
it('it starts where it departs and lands once', () => {
  const a = launch(flight(1000), 'q', 100, 1);
  expect(progress(a, 100)).toBe(0);
  expect(progress(a, 100 + SHORTEST / 2)).toBeCloseTo(0.5);
  expect(progress(a, 100 + SHORTEST)).toBeGreaterThanOrEqual(1);
});
