import { expect, test } from 'vitest';
import { cutAt, emptyRow, endOf, itemAt, putBefore, setItem, takeFirst } from './row.ts';

const nothing = () => 'none';
test('a row begins where its first item is set, and fills gaps on either side', () => {
  const row = emptyRow<string>(0);
  setItem(row, 5, 'five', nothing);
  expect([row.base, endOf(row)]).toEqual([5, 6]);
  setItem(row, 8, 'eight', nothing);
  setItem(row, 3, 'three', nothing);
  expect([2, 3, 4, 5, 6, 7, 8, 9].map((o) => itemAt(row, o))).toEqual([undefined, 'three', 'none', 'five', 'none', 'none', 'eight', undefined]);
});
test('what was taken is gone, and what comes before takes its place', () => {
  const row = emptyRow<string>(0);
  for (let o = 0; o < 10; o++) setItem(row, o, `${o}`, nothing);
  expect(takeFirst(row, 4)).toEqual(['0', '1', '2', '3']);
  expect([row.base, itemAt(row, 3), itemAt(row, 4)]).toEqual([4, undefined, '4']);
  putBefore(row, 'again');
  expect([row.base, itemAt(row, 3)]).toEqual([3, 'again']);
  cutAt(row, 6);
  expect([endOf(row), itemAt(row, 5), itemAt(row, 6)]).toEqual([6, '5', undefined]);
  expect(takeFirst(row, 99)).toEqual(['again', '4', '5']);
  expect(endOf(row)).toBe(row.base);
});
test('what is gone is let go of', () => {
  const row = emptyRow<number>(0);
  for (let o = 0; o < 10_000; o++) setItem(row, o, o, () => -1);
  takeFirst(row, 9000);
  expect(row.items.length).toBe(1000);
  expect([itemAt(row, 8999), itemAt(row, 9000), endOf(row)]).toEqual([undefined, 9000, 10_000]);
});
