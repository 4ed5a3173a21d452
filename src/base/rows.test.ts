import { expect, test } from 'vitest';
import { Rows } from './rows.ts';

function filled(from: number, to: number): Rows {
  const rows = new Rows(1, 2);
  rows.restart(from);
  for (let row = from; row < to; row++) write(rows, rows.append());
  return rows;
}
function write(rows: Rows, row: number, value = row): void {
  rows.setWide(row, 0, value + 0.5);
  rows.setNarrow(row, 0, value);
  rows.setNarrow(row, 1, -value);
}
const read = (rows: Rows, row: number) => [rows.wide(row, 0), rows.narrow(row, 0), rows.narrow(row, 1)];
const whole = (rows: Rows) => Array.from({ length: rows.end - rows.first }, (_, i) => rows.narrow(rows.first + i, 0));
const from = (first: number, end: number) => Array.from({ length: end - first }, (_, i) => first + i);

test('rows hold what was written, wherever they begin', () => {
  for (const first of [0, 1, 127, 128, 1000]) {
    const rows = filled(first, first + 300);
    expect(whole(rows)).toEqual(from(first, first + 300));
    expect(read(rows, first + 200)).toEqual([first + 200.5, first + 200, -first - 200]);
    expect([first - 1, first, first + 299, first + 300].map((row) => rows.has(row))).toEqual([false, true, true, false]);
  }
});
test('what goes at the beginning is let go of, and what comes there takes its place', () => {
  const rows = filled(0, 1000);
  rows.dropBefore(900);
  expect(rows.save().blocks.length).toBe(1);
  for (let n = 0; n < 300; n++) write(rows, rows.prepend());
  expect(whole(rows)).toEqual(from(600, 1000));
  rows.dropBefore(1000);
  write(rows, rows.prepend());
  expect(whole(rows)).toEqual([999]);
  rows.dropBefore(2000);
  expect([rows.append(), rows.first, rows.end]).toEqual([2000, 2000, 2001]);
});
test('what goes at the end is written anew', () => {
  for (const end of [256, 257, 300]) {
    const rows = filled(100, 700);
    rows.cut(end);
    expect(whole(rows)).toEqual(from(100, end));
    write(rows, rows.append(), 7);
    expect(whole(rows)).toEqual([...from(100, end), 7]);
  }
  const rows = filled(100, 200);
  rows.cut(50);
  expect([rows.first, rows.end]).toEqual([50, 50]);
});
test('a checkpoint keeps its rows while others go on from it', () => {
  const rows = filled(0, 300);
  const saved = rows.save();
  write(rows, 10, 1000);
  write(rows, rows.append());
  const other = new Rows(1, 2);
  other.load(saved);
  expect(whole(other)).toEqual(from(0, 300));
  write(other, 299, 2000);
  other.dropBefore(200);
  const third = new Rows(1, 2);
  third.load(saved);
  expect(whole(third)).toEqual(from(0, 300));
  expect([rows.narrow(10, 0), rows.narrow(299, 0), rows.end, other.narrow(299, 0)]).toEqual([1000, 299, 301, 2000]);
  expect(other.save().blocks[0]).toBe(saved.blocks[1]);
});
