import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ConformanceCase, runCase } from '../../testing/conformance-runner.ts';
import { KafkaAdapter } from './conformance-cases.ts';
import { kafkaConformance } from './conformance.ts';

const folder = 'conformance/cases/kafka';
const examples = readdirSync(folder).map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as ConformanceCase);

describe('recorded on Kafka 4.4.0', () => {
  test.each(examples.map((example) => [example.name, example] as const))('%s', (_, example) => {
    expect(runCase(kafkaConformance, example, kafkaConformance.version)).toEqual({ outcome: 'passed' });
  });
  test('a cluster made from the saved state goes on as if nothing had happened', () => {
    for (const example of examples) {
      const [straight, broken] = [new KafkaAdapter(example), new KafkaAdapter(example)];
      for (const operation of [...example.setup, ...example.steps]) {
        const shown = straight.run(operation);
        broken.reload();
        expect(broken.run(operation), `${example.name}: ${JSON.stringify(operation)}`).toEqual(shown);
      }
    }
  });
  test('an operation that nobody knows is not modelled', () => {
    expect(kafkaConformance.cannot({ setup: [], steps: [{ op: 'share' }] })).toBe('operation share is not modelled');
  });
});
