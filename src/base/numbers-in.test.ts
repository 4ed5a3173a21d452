import { expect, it } from 'vitest';
import { numbersIn } from './numbers-in.ts';
import { seal } from './sealed.ts';
import { weightOf } from './weight.ts';

it('finds every number of plain data, wherever it stands', () => {
  const found: number[] = [];
  numbersIn({ a: 1, b: [2, null, undefined, true], c: new Map<unknown, unknown>([[3, { d: 4 }]]), e: new Set([5]), 6: 'id 7, group-8', f: new Float64Array([9, 10]), g: seal(new Int32Array([1_000_011, 1_000_012])) }, (n) => found.push(n));
  expect([...found].sort((x, y) => x - y)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1_000_011, 1_000_012]);
});
it('does not look into what is to be skipped', () => {
  const found: number[] = [];
  numbersIn(
    { a: [1], b: { skipped: [2] }, c: [3] },
    (n) => found.push(n),
    (data) => 'skipped' in data,
  );
  expect(found).toEqual([1, 3]);
});
it('what is shared weighs once', () => {
  const rows = new Float64Array(100);
  expect(weightOf([rows])).toBe(808);
  expect(weightOf([rows, { rows }, new Map([['rows', rows]])])).toBeLessThan(808 + 100);
  expect(weightOf([rows, rows.slice()])).toBe(1616);
});
