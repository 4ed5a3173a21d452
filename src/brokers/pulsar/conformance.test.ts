import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runVectors } from '../../testing/conformance-runner.ts';
import { pulsarConformance } from './conformance.ts';

test('the table of key hashes', () => {
  const { rows } = JSON.parse(readFileSync('conformance/vectors/pulsar-key-shared.json', 'utf8'));
  const outcomes = runVectors(pulsarConformance, 'pulsar-key-shared', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
