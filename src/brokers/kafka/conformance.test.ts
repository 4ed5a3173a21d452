import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type ConformanceModel, type JsonObject, runVectors } from '../../testing/conformance-runner.ts';
import { kafkaConformance } from './conformance.ts';

const model: ConformanceModel = kafkaConformance;

for (const name of ['kafka-partitioner', 'kafka-assignors']) {
  test(`the table ${name}`, () => {
    const { rows } = JSON.parse(readFileSync(`conformance/vectors/${name}.json`, 'utf8')) as { rows: readonly JsonObject[] };
    const outcomes = runVectors(model, name, rows) ?? [];
    expect(outcomes.length).toBe(rows.length);
    expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
  });
}
test('a table of something else is not looked at', () => {
  expect(runVectors(model, 'nats-subjects', [])).toBe(null);
});
test('an assignor that nobody knows fails its row', () => {
  expect(runVectors(model, 'kafka-assignors', [{ assignor: 'fair', name: 'x', topics: {}, members: {}, expected: {} }])?.map((one) => one.outcome)).toEqual(['failed']);
});
test('a wrong fact fails its row', () => {
  expect(runVectors(model, 'kafka-partitioner', [{ key: 'a', murmur2: 1 }])?.map((one) => one.outcome)).toEqual(['failed']);
});
