import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { written } from './format.ts';
import { generalise } from './generalise.ts';

test('steps that showed nothing are left out', () => {
  expect(
    generalise([
      [{}, { result: 1 }],
      [{}, { result: 1 }],
    ]),
  ).toEqual([{ step: 1, result: 1 }]);
});
test('times become ranges, generated ids and groups matchers', () => {
  const run = (idle: number, id: string) => [{ result: { idle, id }, groups: { g: [1, 2] } }];
  expect(generalise([run(1500, '1700000000000-0'), run(1600, '1800000000000-0')])).toEqual([{ step: 0, result: { idle: { $ge: 1100, $le: 1850 }, id: { $autoId: true, seq: 0 } }, groups: { g: { $multiset: [1, 2] } } }]);
});
test.each([
  [{ result: 1 }, { result: 2 }],
  [{ result: [1] }, { result: [1, 2] }],
  [{ result: { a: 1 } }, { result: { a: 1, b: 1 } }],
  [{ result: '1-0' }, { result: '1-1' }],
  [{}, { result: 1 }],
])('runs that differ are not recorded: %j, %j', (one, other) => {
  expect(() => generalise([[one], [other]])).toThrow('do not agree');
});
test('a run that failed is not recorded', () => {
  expect(() => generalise([[{ failed: 'gone' }], [{ failed: 'gone' }]])).toThrow('gone');
});
test('a case is written as the corpus is', () => {
  expect(written({ format: 1, steps: [{ op: 'a' }] })).toBe('{\n  "format": 1,\n  "steps": [{"op":"a"}]\n}\n');
  for (const name of readdirSync('conformance/cases/kafka')) {
    const text = readFileSync(`conformance/cases/kafka/${name}`, 'utf8');
    expect(written(JSON.parse(text))).toBe(text);
  }
});
