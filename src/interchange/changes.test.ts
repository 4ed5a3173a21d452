import { expect, test } from 'vitest';
import { type RuleChange, sinceThen } from './changes.ts';

const changes: readonly RuleChange[] = [
  { in: '0.2.0', says: 'a confirm waits for the disk' },
  { in: '0.10.0', says: 'priorities are two' },
];
test('a link of this version says nothing', () => {
  expect(sinceThen('0.10.0', changes, '0.10.0')).toBeNull();
});
test('an older link names what changed since, and only that', () => {
  expect(sinceThen('0.9.1', changes, '0.11.0')).toBe('This link was made with version 0.9.1. Since then: priorities are two.');
  expect(sinceThen('0.1.0', changes, '0.2.0')).toBe('This link was made with version 0.1.0. Since then: a confirm waits for the disk.');
  expect(sinceThen('0.10.0', changes, '0.10.1')).toBeNull();
});
test('a link that does not say its version counts as the oldest', () => {
  expect(sinceThen('', changes, '0.2.0')).toContain('version unknown. Since then: a confirm');
});
test('a newer link warns', () => {
  expect(sinceThen('1.0.0', changes, '0.10.0')).toContain('newer version 1.0.0');
});
