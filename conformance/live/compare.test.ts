import { expect, test } from 'vitest';
import { alike, firstDifference } from './compare.ts';
import type { LiveCase } from './contract.ts';
import { difference, faults, type Row, table } from './table.ts';

const example: LiveCase = { format: 1, broker: 'nats', brokerVersion: '1', name: 'x', area: 'a', teaches: '', setup: [], steps: [{ op: 'publish' }, { op: 'publish' }], observed: [{ step: 1, result: { idle: { $ge: 0, $le: 100 } } }] };
const run = (idle: number) => [{}, { result: { idle } }];

test('all three of one mind: no difference, within what the recording allows', () => {
  expect(firstDifference(example, example.observed, run(10), run(90))).toBe(null);
});
test('the model is outside of what was recorded', () => {
  expect(firstDifference(example, example.observed, run(10), run(900))).toMatchObject({ step: 1, liveAsRecorded: true, modelAsLive: false });
});
test('the server does otherwise than recorded, and so does the model: only the recording differs', () => {
  expect(firstDifference(example, example.observed, run(200), run(210))).toMatchObject({ step: 1, liveAsRecorded: false, modelAsLive: true });
});
test('a server that shows something where nothing was recorded differs', () => {
  expect(firstDifference(example, example.observed, [{ result: 1 }, { result: { idle: 1 } }], run(1))).toMatchObject({ step: 0, modelAsLive: false });
});
test('a run that broke off differs where it ended', () => {
  expect(firstDifference(example, example.observed, [{}, { failed: 'gone' }], run(1))).toMatchObject({ step: 1, liveAsRecorded: false, modelAsLive: false });
});
test('a difference of the model is found behind one of the recording', () => {
  const live = [{ result: 1 }, { result: { idle: 1 } }];
  expect(firstDifference(example, example.observed, live, [{ result: 1 }, {}])).toMatchObject({ step: 1, modelAsLive: false });
});
test('without a model only the recording counts', () => {
  expect(firstDifference(example, example.observed, run(1), null)).toBe(null);
});
test('times, generated ids and members of a group may vary; nothing else', () => {
  expect(alike({ idle: 1000 }, { idle: 1400 })).toBe(true);
  expect(alike({ idle: 1000 }, { idle: 2000 })).toBe(false);
  expect(alike({ lag: 1 }, { lag: 2 })).toBe(false);
  expect(alike('1700000000000-0', '1800000000000-0')).toBe(true);
  expect(alike('1700000000000-0', '1700000000000-1')).toBe(false);
  expect(alike({ groups: { g: [1, 2] } }, { groups: { g: [2, 1] } })).toBe(true);
  expect(alike({ deliveries: { g: [1, 2] } }, { deliveries: { g: [2, 1] } })).toBe(false);
  expect(alike({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});
test('the table counts, and only differences of the model are faults', () => {
  const at = { step: 0, operation: null, recorded: {}, live: {}, model: {}, liveAsRecorded: false, modelAsLive: true };
  const row = (outcome: Row['outcome']): Row => ({ broker: 'nats', version: '1', area: 'a', name: 'x', outcome });
  const rows = [row({ kind: 'agree' }), row({ kind: 'differ', at }), row({ kind: 'differ', at: { ...at, modelAsLive: false } }), row({ kind: 'otherwise', at: { ...at, modelAsLive: false } }), row({ kind: 'not-run', because: '' })];
  expect(faults(rows)).toBe(1);
  expect(table(rows).split('\n').at(-1)?.trim().split(/\s+/)).toEqual(['all', '1', '1', '2', '1', '1', '0']);
  expect(difference(row({ kind: 'agree' }))).toBe(null);
  expect(difference(row({ kind: 'differ', at }))).toContain('RECORDING DIFFERS nats/x, step 0');
});
