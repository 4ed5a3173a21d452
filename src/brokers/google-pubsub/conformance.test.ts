import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, runCase } from '../../testing/conformance-runner.ts';
import { googlePubsubConformance, PubSubAdapter } from './conformance.ts';

const directory = 'conformance/cases/google-pubsub';
const cases: ConformanceCase[] = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));

describe('as documented', () => {
  for (const example of cases) {
    test(`${example.name}: ${example.teaches}`, () => {
      expect(runCase(googlePubsubConformance, example, googlePubsubConformance.version)).toEqual({ outcome: 'passed' });
    });
  }
});
test('every case names the page that it was written from', () => {
  expect(cases.filter((one) => !/^https:/.test(String((one as unknown as Record<string, unknown>)['page'])))).toEqual([]);
});
test('a service that is saved and loaded between all steps shows the same', () => {
  for (const example of cases) {
    const reloading = {
      ...googlePubsubConformance,
      adapter: () => {
        const adapter = new PubSubAdapter();
        return {
          run: (operation: ConformanceCase['steps'][number]) => {
            const shown = adapter.run(operation);
            adapter.reload();
            return shown;
          },
        };
      },
    };
    expect([example.name, runCase(reloading, example, googlePubsubConformance.version)]).toEqual([example.name, { outcome: 'passed' }]);
  }
});
