import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rules } from './rules.ts';

test('every rule is proved by a test, and every source is an address', () => {
  const tests = readdirSync('src/brokers/sqs').filter((name) => name.endsWith('.test.ts'));
  const cited = tests.map((name) => readFileSync(`src/brokers/sqs/${name}`, 'utf8')).join('\n');
  expect(Object.values(rules).filter(({ name }) => !cited.includes(`rule('${name}')`))).toEqual([]);
  expect(Object.values(rules).filter(({ source }) => !source.startsWith('https://'))).toEqual([]);
  expect(new Set(Object.values(rules).map(({ name }) => name)).size).toBe(Object.keys(rules).length);
});
