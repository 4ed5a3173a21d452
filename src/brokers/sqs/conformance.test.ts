import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ConformanceCase, runCase } from '../../testing/conformance-runner.ts';
import { SqsAdapter, sqsConformance } from './conformance.ts';

const directory = 'conformance/cases/sqs';
const cases: ConformanceCase[] = readdirSync(directory).map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')));

test.each(cases)('$name: $teaches', (example) => {
  expect(runCase(sqsConformance, example, sqsConformance.version)).toEqual({ outcome: 'passed' });
});
test('a service that is saved and loaded between all steps shows the same', () => {
  for (const example of cases) {
    const adapter = new SqsAdapter(example.record?.includes('receiveCount') === true);
    const reloading = {
      ...sqsConformance,
      adapter: () => ({
        run: (operation: ConformanceCase['steps'][number]) => {
          const shown = adapter.run(operation);
          adapter.reload();
          return shown;
        },
      }),
    };
    expect([example.name, runCase(reloading, example, sqsConformance.version)]).toEqual([example.name, { outcome: 'passed' }]);
  }
});
