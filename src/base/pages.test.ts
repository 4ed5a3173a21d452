import { expect, test } from 'vitest';
import { Pages } from './pages.ts';

test('what was never written is absent', () => {
  const pages = new Pages(-1, 10_000);
  pages.set(5000, 7);
  expect([pages.at(0), pages.at(5000), pages.at(5001), pages.at(1e6)]).toEqual([-1, 7, -1, -1]);
});
test('a checkpoint keeps its numbers while the pages go on', () => {
  const pages = new Pages(-1, 10_000);
  pages.set(1, 10);
  const saved = pages.save();
  pages.set(1, 11);
  const other = new Pages(-1, 10_000);
  other.load(saved);
  other.set(2, 12);
  const third = new Pages(-1, 10_000);
  third.load(saved);
  expect([pages.at(1), other.at(1), other.at(2), third.at(1), third.at(2)]).toEqual([11, 10, 12, 10, -1]);
});
test('only so many of the newest rows are remembered', () => {
  const pages = new Pages(-1, 2048);
  for (let row = 0; row < 100_000; row++) pages.set(row, row);
  expect([pages.at(0), pages.at(99_999 - 2048), pages.at(99_999)]).toEqual([-1, 97_951, 99_999]);
  pages.set(0, 1);
  expect(pages.at(0)).toBe(-1);
  expect(pages.save().pages.length).toBeLessThanOrEqual(3);
});
