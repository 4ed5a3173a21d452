import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runVectors } from '../../testing/conformance-runner.ts';
import { eventbridgeConformance } from './conformance.ts';

test('the table of event patterns', () => {
  const { rows } = JSON.parse(readFileSync('conformance/vectors/eventbridge-patterns.json', 'utf8'));
  const outcomes = runVectors(eventbridgeConformance, 'eventbridge-patterns', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
