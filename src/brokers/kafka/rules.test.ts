import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groupRules } from './group/rules.ts';
import { partitionerRules } from './partitioner-rules.ts';
import { rules } from './rules.ts';

const tests = readdirSync('src/brokers/kafka', { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(`src/brokers/kafka/${name}`, 'utf8'))
  .join('\n');
test.each([
  ['rule', rules],
  ['groupRule', groupRules],
  ['partitionerRule', partitionerRules],
])('every %s is proved by a test, and every source is an address', (cites, all) => {
  const unproved = Object.values(all).filter(({ name }) => !tests.includes(`${cites}('${name}')`));
  expect(unproved.map(({ name }) => name)).toEqual([]);
  expect(Object.values(all).filter(({ source }) => !source.startsWith('https://'))).toEqual([]);
  expect(new Set(Object.values(all).map(({ name }) => name)).size).toBe(Object.keys(all).length);
});
