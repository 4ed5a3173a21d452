import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, expectationFor, runCase } from '../../testing/conformance-runner.ts';
import { redisStreamsConformance } from './conformance.ts';
import type { Version } from './versions.ts';

const directory = 'conformance/cases/redis-streams';
const cases: ConformanceCase[] = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));

for (const version of ['8.0.2', '7.0.15', '8.6.3'] satisfies Version[]) {
  describe(`recorded on Redis ${version}`, () => {
    for (const example of cases) {
      if (redisStreamsConformance.cannot(example) !== null || 'skipped' in expectationFor(example, version)) continue;
      test(`${example.name}: ${example.teaches}`, () => {
        expect(runCase(redisStreamsConformance, example, version)).toEqual({ outcome: 'passed' });
      });
    }
  });
}

test('no case needs a command that is not modelled', () => {
  expect(cases.map(redisStreamsConformance.cannot).filter((because) => because !== null)).toEqual([]);
});

test('a server that is saved and loaded between all steps shows the same', () => {
  for (const example of cases) {
    if ('skipped' in expectationFor(example, '8.0.2')) continue;
    const reloading = {
      ...redisStreamsConformance,
      adapter: () => {
        const adapter = redisStreamsConformance.adapter(example, '8.0.2');
        return {
          run: (operation: ConformanceCase['steps'][number]) => {
            const shown = adapter.run(operation);
            adapter.reload();
            return shown;
          },
        };
      },
    };
    expect([example.name, runCase(reloading, example, '8.0.2')]).toEqual([example.name, { outcome: 'passed' }]);
  }
});
