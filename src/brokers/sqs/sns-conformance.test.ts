import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConformanceCase, runCase, runVectors } from '../../testing/conformance-runner.ts';
import { snsConformance } from './sns-conformance.ts';

const directory = 'conformance/cases/sns';
const cases: ConformanceCase[] = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));

test.each(cases)('$name: $teaches', (example) => {
  expect(runCase(snsConformance, example, snsConformance.version)).toEqual({ outcome: 'passed' });
});
test('the table of filter policies', () => {
  const { rows } = JSON.parse(readFileSync('conformance/vectors/sns-filter-policy.json', 'utf8'));
  const outcomes = runVectors(snsConformance, 'sns-filter-policy', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
