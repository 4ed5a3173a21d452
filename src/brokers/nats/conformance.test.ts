import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, expectationFor, runCase, runVectors } from '../../testing/conformance-runner.ts';
import type { Version } from './config.ts';
import { jetstreamConformance, NatsAdapter, natsConformance } from './conformance.ts';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const models = [natsConformance, jetstreamConformance];
const casesOf = (broker: string): ConformanceCase[] => readdirSync(`conformance/cases/${broker}`).map((name) => read(join(`conformance/cases/${broker}`, name)));

for (const version of ['2.10.27', '2.9.10', '2.14.5'] satisfies Version[]) {
  for (const model of models) {
    describe(`${model.broker} as recorded on nats-server ${version}`, () => {
      for (const example of casesOf(model.broker)) {
        if ('skipped' in expectationFor(example, version)) continue;
        test(`${example.name}: ${example.teaches}`, () => {
          expect(runCase(model, example, version)).toEqual({ outcome: 'passed' });
        });
      }
    });
  }
}

test('a server that is saved and loaded between all steps shows the same', () => {
  for (const model of models) {
    for (const example of casesOf(model.broker)) {
      if ('skipped' in expectationFor(example, '2.10.27')) continue;
      const reloading = {
        ...model,
        adapter: () => {
          const adapter = new NatsAdapter(example, model.broker, '2.10.27');
          return {
            run: (operation: ConformanceCase['steps'][number]) => {
              const shown = adapter.run(operation);
              adapter.reload();
              return shown;
            },
          };
        },
      };
      expect([example.name, runCase(reloading, example, '2.10.27')]).toEqual([example.name, { outcome: 'passed' }]);
    }
  }
});

test('the tables of subjects', () => {
  const { rows } = read('conformance/vectors/nats-subjects.json');
  const outcomes = runVectors(natsConformance, 'nats-subjects', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
