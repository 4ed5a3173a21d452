import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, runCase, runVectors } from '../../testing/conformance-runner.ts';
import { EventGridAdapter, eventGridConformance } from './conformance.ts';

const FOLDER = 'conformance/cases/event-grid';
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('Event Grid as documented', () => {
  test.each(readdirSync(FOLDER).map((name): [string, ConformanceCase] => [name, read(join(FOLDER, name))]))('%s', (_, example) => {
    expect(runCase(eventGridConformance, example, 'documented')).toEqual({ outcome: 'passed' });
  });
});
test('a service that is saved and loaded between all steps shows the same', () => {
  for (const name of readdirSync(FOLDER)) {
    const reloading = {
      ...eventGridConformance,
      adapter: () => {
        const adapter = new EventGridAdapter();
        return {
          run: (operation: ConformanceCase['steps'][number]) => {
            const shown = adapter.run(operation);
            adapter.reload();
            return shown;
          },
        };
      },
    };
    expect([name, runCase(reloading, read(join(FOLDER, name)), 'documented')]).toEqual([name, { outcome: 'passed' }]);
  }
});
test('the table of filters', () => {
  const { rows } = read('conformance/vectors/event-grid-filters.json');
  const outcomes = runVectors(eventGridConformance, 'event-grid-filters', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
