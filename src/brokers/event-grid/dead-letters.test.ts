/** What becomes of events that are given up. */
import { expect, test } from 'vitest';
import { runTwice } from '../../testing/run-twice.ts';
import { at, pushed, runner } from './room.test-kit.ts';
import { rule } from './rules.ts';

const run = runner(runTwice);
const REJECTS = { failures: { rate: 1 }, serviceTime: '1ms', onFailure: 'reject' };
const DEAD = { deadLetterDestination: 'dead' };

test(rule('dead-letter-delay'), () => {
  const { of, count, reasons } = run(pushed({ producer: { limit: 3 }, consumer: REJECTS, subscription: DEAD }), 310);
  expect(reasons('dead-lettered')).toEqual({ 'event-grid.not_retried_bad_request': 3 });
  expect(of('dead-lettered').map((e) => Math.round(e.time / 1e6))).toEqual([300, 300, 300]);
  expect(count('enqueued', 'dead')).toBe(3);
});
test(rule('dead-letter-unavailable'), () => {
  const parts = { producer: { limit: 1 }, consumer: REJECTS, subscription: DEAD };
  const mended = run(pushed({ ...parts, timeline: [at(0, 'storage-down', 'dead'), at(400_000, 'storage-up', 'dead')] }), 700);
  expect(mended.of('dead-lettered').map((e) => Math.round(e.time / 1e6))).toEqual([600]);
  const down = run(pushed({ ...parts, timeline: [at(0, 'storage-down', 'dead')] }), 4 * 3600 + 10);
  expect([down.reasons('dropped'), down.of('dropped').map((e) => Math.round(e.time / 1e6))]).toEqual([{ 'event-grid.dead_letter_unavailable': 1 }, [14_400]]);
  const nowhere = run(pushed({ ...parts, subscription: { deadLetterDestination: 'elsewhere' } }), 310);
  expect(nowhere.reasons('dropped')).toEqual({ 'event-grid.dead_letter_not_found': 1 });
});
test(rule('dead-letter-rehydrate'), () => {
  const cured = [at(310_000, 'unpoison', 'pay', { key: 'A' }), at(311_000, 'rehydrate', 'dead', { count: 2 })];
  const parts = { producer: { limit: 3, keys: { count: 1 } }, consumer: { serviceTime: '1ms', onFailure: 'reject' }, subscription: DEAD, timeline: [at(0, 'poison', 'pay', { key: 'A' }), ...cured] };
  const { count, reasons } = run(pushed(parts), 320);
  expect([count('effect'), reasons('settled', 'dead'), count('enqueued', 'billing')]).toEqual([2, { 'event-grid.rehydrated': 2 }, 5]);
});
test('a container that is deleted takes its events with it', () => {
  const { reasons } = run(pushed({ producer: { limit: 2 }, consumer: REJECTS, subscription: DEAD, timeline: [at(305_000, 'remove-node', 'dead')] }), 310);
  expect(reasons('dropped', 'dead')).toEqual({ 'event-grid.subscription_deleted': 2 });
});
test('a namespace topic gives up after a timeout, and after ten deliveries', () => {
  const slow = run(pushed({ producer: { limit: 1 }, consumer: { serviceTime: '40s' } }, 'namespace-topic'), 60);
  expect(slow.reasons('dropped')).toEqual({ 'event-grid.not_retried_timed_out': 1 });
  const fails = run(pushed({ producer: { limit: 1 }, consumer: { failures: { rate: 1 }, serviceTime: '1ms' } }, 'namespace-topic'), 2400);
  expect([fails.count('delivered'), fails.reasons('dropped')]).toEqual([10, { 'event-grid.max_delivery_attempts': 1 }]);
});
