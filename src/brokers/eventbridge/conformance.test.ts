import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConformanceCase, runCase, runVectors } from '../../testing/conformance-runner.ts';
import { eventbridgeConformance } from './conformance.ts';
import { EventBridgeAdapter } from './recorded.ts';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const folder = 'conformance/cases/eventbridge';
const cases: ConformanceCase[] = readdirSync(folder).map((name) => read(join(folder, name)));

test.each(cases.map((example) => [`${example.name}: ${example.teaches}`, example] as const))('%s', (_, example) => {
  expect(runCase(eventbridgeConformance, example, eventbridgeConformance.version)).toEqual({ outcome: 'passed' });
});
test('a service that is saved and loaded between all steps shows the same', () => {
  const reloading = {
    ...eventbridgeConformance,
    adapter: () => {
      const adapter = new EventBridgeAdapter();
      return {
        run: (operation: ConformanceCase['steps'][number]) => {
          const shown = adapter.run(operation);
          adapter.reload();
          return shown;
        },
      };
    },
  };
  for (const example of cases) expect([example.name, runCase(reloading, example, reloading.version)]).toEqual([example.name, { outcome: 'passed' }]);
});
test('the table of event patterns', () => {
  const { rows } = read('conformance/vectors/eventbridge-patterns.json');
  const outcomes = runVectors(eventbridgeConformance, 'eventbridge-patterns', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
