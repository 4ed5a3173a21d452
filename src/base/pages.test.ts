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
test('a page in which nothing is left is let go of, and comes back when an old row is written late', () => {
  const pages = new Pages(0, Infinity);
  for (let row = 0; row < 10_000; row++) pages.set(row, 1);
  for (let row = 0; row < 9000; row++) pages.set(row, 0);
  expect(pages.save().pages.length).toBeLessThanOrEqual(2);
  pages.set(10, 5);
  expect([pages.at(9), pages.at(10), pages.at(8999), pages.at(9000), pages.at(9999)]).toEqual([0, 5, 0, 1, 1]);
  const other = new Pages(0, Infinity);
  other.load(pages.save());
  for (let row = 0; row < 10_000; row++) other.set(row, 0);
  expect([other.at(10), other.at(9999), pages.at(10), pages.at(9999)]).toEqual([0, 0, 5, 1]);
});
