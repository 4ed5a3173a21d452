import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runVectors } from '../../testing/conformance-runner.ts';
import { snsConformance } from './sns-conformance.ts';

test('the table of filter policies', () => {
  const { rows } = JSON.parse(readFileSync('conformance/vectors/sns-filter-policy.json', 'utf8'));
  const outcomes = runVectors(snsConformance, 'sns-filter-policy', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
