/** How an endpoint proves that it wants events. */
import { expect, test } from 'vitest';
import { runTwice } from '../../testing/run-twice.ts';
import { at, pushed, runner } from './room.test-kit.ts';
import { rule } from './rules.ts';
import { pushPlan, service } from './server.test-kit.ts';

const run = runner(runTwice);
const ADDED = (config = {}) => [
  at(1000, 'add-node', 'more', { kind: 'event-grid.subscription', config: { deliveryLatency: '0us' } }),
  at(1000, 'add-link', 'of-more', { kind: 'subscribe', from: 'orders', to: 'more' }),
  at(1000, 'add-link', 'more-out', { kind: 'push', from: 'more', to: 'pay', config: { latency: '200ms', ...config } }),
];

test(rule('handshake'), () => {
  const { of } = run(pushed({ timeline: ADDED() }), 3);
  // There and back.
  expect(Math.min(...of('enqueued', 'more').map((e) => e.time)) / 1e6).toBeCloseTo(1.4, 1);
  const never = run(pushed({ push: { handshake: 'none' } }), 3);
  expect(never.count('enqueued')).toBe(0);
  expect(run(pushed({ push: { handshake: 'none' }, subscription: { endpointType: 'AzureFunction' } }), 3).count('enqueued')).toBeGreaterThan(20);
});
test(rule('handshake-manual'), () => {
  const parts = { push: { handshake: 'validationUrl' } };
  const opened = run(pushed({ ...parts, timeline: [at(2000, 'validate', 'billing')] }), 4);
  expect(Math.min(...opened.of('enqueued').map((e) => e.time))).toBeGreaterThan(2e6);
  expect(opened.count('enqueued')).toBeGreaterThan(10);
  const late = run(pushed({ ...parts, producer: { rate: 1 }, timeline: [at(605_000, 'validate', 'billing')] }), 610);
  expect([late.count('enqueued'), late.reasons('refused')]).toEqual([0, { 'event-grid.UrlValidation': 1 }]);
});
test(rule('handshake-failed'), () => {
  const { grid, advance, happened } = service(pushPlan({ handshake: 'none' }));
  advance(0);
  expect(happened('validate').map(({ attempt }) => attempt)).toEqual([1]);
  advance(34);
  expect(happened('validate')).toEqual([]);
  advance(1);
  expect(happened('validate').map(({ attempt }) => attempt)).toEqual([2]);
  advance(35);
  expect(happened('validate').map(({ attempt }) => attempt)).toEqual([3]);
  advance(30);
  const [failed] = happened('subscription');
  expect(failed).toMatchObject({ state: 'Failed', refusal: { name: 'UrlValidation', text: expect.stringMatching(/^The attempt to validate the provided endpoint/) } });
  grid.recreate('billing', pushPlan({ handshake: 'none' }));
  advance(0);
  const [asked] = happened('validate');
  grid.validation.answered('billing', asked?.attempt ?? -1, 'code');
  expect(grid.push('billing')?.provisioning).toBe('Succeeded');
});
test('an endpoint that is down fails the attempt at once, and may come in time for the next', () => {
  const { count, of } = run(pushed({ timeline: [at(500, 'crash', 'pay/1'), ...ADDED(), at(3000, 'restart', 'pay/1')] }), 9);
  expect(count('enqueued', 'more')).toBeGreaterThan(10);
  expect(Math.min(...of('enqueued', 'more').map((e) => e.time))).toBeGreaterThan(6e6);
});
test('another way to prove it is asked for anew', () => {
  const { of } = run(pushed({ timeline: [at(1000, 'set', 'out', { handshake: 'none' })] }), 3);
  expect(Math.max(...of('enqueued').map((e) => e.time))).toBeLessThan(1.1e6);
});
