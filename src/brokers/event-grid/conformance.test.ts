import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, runCase, runVectors } from '../../testing/conformance-runner.ts';
import { eventGridConformance } from './conformance.ts';

const FOLDER = 'conformance/cases/event-grid';
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('Event Grid as documented', () => {
  test.each(readdirSync(FOLDER).map((name): [string, ConformanceCase] => [name, read(join(FOLDER, name))]))('%s', (_, example) => {
    expect(runCase(eventGridConformance, example, 'documented')).toEqual({ outcome: 'passed' });
  });
});
test('the table of filters', () => {
  const { rows } = read('conformance/vectors/event-grid-filters.json');
  const outcomes = runVectors(eventGridConformance, 'event-grid-filters', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
