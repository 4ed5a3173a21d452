import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, expectationFor, runCase, runVectors } from '../../testing/conformance-runner.ts';
import { RabbitAdapter, rabbitmqConformance } from './conformance.ts';

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const directory = 'conformance/cases/rabbitmq';
const cases: ConformanceCase[] = readdirSync(directory).map((name) => read(join(directory, name)));

for (const version of ['4.0.5', '3.10.8', '4.3.6']) {
  describe(`recorded on RabbitMQ ${version}`, () => {
    for (const example of cases) {
      const because = rabbitmqConformance.cannot(example);
      if (because !== null || 'skipped' in expectationFor(example, version)) continue;
      test(`${example.name}: ${example.teaches}`, () => {
        expect(runCase(rabbitmqConformance, example, version)).toEqual({ outcome: 'passed' });
      });
    }
  });
}

test('a server that is saved and loaded between all steps shows the same', () => {
  for (const example of cases) {
    if (rabbitmqConformance.cannot(example) !== null || 'skipped' in expectationFor(example, '4.0.5')) continue;
    const reloading = {
      ...rabbitmqConformance,
      adapter: () => {
        const adapter = new RabbitAdapter(example, '4.0.5');
        return {
          run: (operation: ConformanceCase['steps'][number]) => {
            const shown = adapter.run(operation);
            adapter.reload();
            return shown;
          },
        };
      },
    };
    expect([example.name, runCase(reloading, example, '4.0.5')]).toEqual([example.name, { outcome: 'passed' }]);
  }
});

test('the table of topic patterns', () => {
  const { rows } = read('conformance/vectors/rabbitmq-topic.json');
  const outcomes = runVectors(rabbitmqConformance, 'rabbitmq-topic', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});

test('the table of consistent hashing', () => {
  const { rows } = read('conformance/vectors/rabbitmq-consistent-hash.json');
  const outcomes = runVectors(rabbitmqConformance, 'rabbitmq-consistent-hash', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});

test('the table of partitions of super streams', () => {
  const { rows } = read('conformance/vectors/rabbitmq-super-stream.json');
  const outcomes = runVectors(rabbitmqConformance, 'rabbitmq-super-stream', rows) ?? [];
  expect(outcomes.length).toBe(rows.length);
  expect(outcomes.filter((one) => one.outcome !== 'passed')).toEqual([]);
});
