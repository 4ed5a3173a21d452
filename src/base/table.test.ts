import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asIs, bytesOf, seal } from './sealed.ts';
import { CHUNK, onlyChunks, Table } from './table.ts';

it('sealed numbers are the numbers that were sealed', () => {
  const numbers = fc.oneof(
    fc.array(fc.integer({ min: -3, max: 300 }), { minLength: 1 }),
    fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 1 }),
    fc.array(fc.integer({ min: 1e12, max: 1e12 + 70_000 }), { minLength: 1 }),
    fc.array(fc.maxSafeInteger(), { minLength: 1 }),
    fc.array(fc.double(), { minLength: 1 }),
  );
  fc.assert(
    fc.property(numbers, (given) => {
      const { least, above } = seal(new Float64Array(given));
      expect(Array.from(above, (value) => least + value)).toEqual(given.map((value) => value + 0));
    }),
    { seed: 7, numRuns: 300 },
  );
});
it('they take as few bytes as they allow', () => {
  const bytes = (...numbers: number[]) => bytesOf(seal(new Float64Array(numbers)));
  expect([bytes(7, 7), bytes(1e15, 1e15 + 255), bytes(-1, 65_534), bytes(-1, 2 ** 32 - 2), bytes(0, 2 ** 32), bytes(0, 0.5), bytes(0, Infinity)]).toEqual([0, 2, 4, 8, 16, 16, 16]);
  expect(bytesOf(asIs(new Int32Array(2)))).toBe(8);
});
it('a table is the same after a checkpoint, wherever that falls, and neither changes the other', () => {
  const write = (table: Table, from: number, to: number) => {
    for (let row = from; row < to; row++) {
      const [time, key] = table.add() as [Float64Array, Int32Array];
      time[row % CHUNK] = row * 0.5;
      key[row % CHUNK] = row % 300;
    }
  };
  const rows = (table: Table) => Array.from({ length: table.length - table.first }, (_, i) => [table.at(table.first + i, 0), table.at(table.first + i, 1)]);
  for (const at of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]) {
    const table = new Table([true, false]);
    write(table, 0, at);
    const saved = table.save();
    write(table, at, at + 2 * CHUNK);
    const other = new Table([true, false]);
    other.load(structuredClone(saved));
    write(other, at, at + 2 * CHUNK);
    expect(rows(other)).toEqual(rows(table));
    table.dropBefore(CHUNK + 1);
    expect(table.first).toBe(CHUNK);
    expect(rows(table)[0]).toEqual([CHUNK * 0.5, CHUNK % 300]);
    expect(() => table.at(CHUNK - 1, 0)).toThrow(RangeError);
    expect(() => table.at(table.length, 0)).toThrow(RangeError);
  }
});
it('chunks that nobody wants are let go of, those between others too, and the table goes on', () => {
  const table = new Table([false]);
  const write = (to: number) => {
    for (let row = table.length; row < to; row++) (table.add()[0] as Int32Array)[row % CHUNK] = row;
  };
  write(5 * CHUNK + 7);
  table.load(onlyChunks(table.save(), (chunk) => chunk === 1 || chunk === 3));
  write(7 * CHUNK);
  expect([table.first, table.length, table.resident]).toEqual([CHUNK, 7 * CHUNK, 4]);
  for (const row of [CHUNK, 3 * CHUNK + 5, 5 * CHUNK, 7 * CHUNK - 1]) expect([table.has(row), table.at(row, 0)]).toEqual([true, row]);
  for (const row of [0, 2 * CHUNK, 4 * CHUNK + 1, 7 * CHUNK]) {
    expect(table.has(row)).toBe(false);
    expect(() => table.at(row, 0)).toThrow(RangeError);
  }
});
