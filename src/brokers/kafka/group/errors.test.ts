import { expect, test } from 'vitest';
import { groupErrors, groupRefusal } from './errors.ts';
import { groupRules } from './rules.ts';

test('refusals carry Kafka’s names, codes and texts, and end nothing', () => {
  expect(groupRefusal('FENCED_MEMBER_EPOCH')).toEqual({
    refused: true,
    name: 'FENCED_MEMBER_EPOCH',
    code: 110,
    text: 'The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin.',
    closes: 'message',
  });
});
test('no two errors share a code, and those that pass by themselves are the retriable ones', () => {
  const all = Object.entries(groupErrors);
  expect(new Set(all.map(([, error]) => error.code)).size).toBe(all.length);
  expect(all.flatMap(([name, error]) => (error.retriable ? [name] : []))).toEqual(['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR', 'UNSTABLE_OFFSET_COMMIT']);
});
test('no two rules share a name, and each says where it is written', () => {
  const all = Object.values(groupRules);
  expect(new Set(all.map((rule) => rule.name)).size).toBe(all.length);
  for (const { source } of all) expect(source).toMatch(/^https:\/\//);
});
