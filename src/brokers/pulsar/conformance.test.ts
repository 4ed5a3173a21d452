import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, runCase, runVectors } from '../../testing/conformance-runner.ts';
import { pulsarConformance } from './conformance.ts';

test('the table of key hashes', () => {
  const { rows } = JSON.parse(readFileSync('conformance/vectors/pulsar-key-shared.json', 'utf8'));
  const outcomes = runVectors(pulsarConformance, 'pulsar-key-shared', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});

const directory = 'conformance/cases/pulsar';
const cases: ConformanceCase[] = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));
describe('what a real broker did', () => {
  for (const example of cases) {
    test(`${example.name}: ${example.teaches}`, () => {
      expect(runCase(pulsarConformance, example, '4.2.4')).toEqual({ outcome: 'passed' });
    });
  }
});
