/** Push subscriptions in a whole system: what happens to events at a webhook that fails, is slow, or is gone. */
import { describe, expect, test } from 'vitest';
import { runTwice } from '../../testing/run-twice.ts';
import { at, type Parts, pushed, runner } from './room.test-kit.ts';
import { rule } from './rules.ts';

const run = runner(runTwice);
const ONE = { limit: 1, rate: 10 };
const FAILS = { failures: { rate: 1 }, serviceTime: '1ms' };
const push = (parts: Parts, seconds: number) => run(pushed(parts), seconds);

describe('retries', () => {
  test('in a whole system they come on the schedule, and randomization makes each wait longer', () => {
    expect(push({ producer: ONE, consumer: FAILS }, 2600).times('delivered', 0)).toEqual([0.1, 10.1, 40.1, 100.1, 400.1, 1000.1].map((t) => expect.closeTo(t, 0)));
    const [first = 0, second = 0] = push({ producer: ONE, consumer: FAILS, subscription: { randomization: 0.5 } }, 20).times('delivered', 0);
    expect(second - first).toBeGreaterThan(10.5);
    expect(second - first).toBeLessThan(15.1);
  });
  test(rule('push-attempts'), () => {
    const { count, reasons } = push({ producer: ONE, consumer: FAILS, subscription: { maxDeliveryAttempts: 3 } }, 200);
    expect([count('delivered'), reasons('dropped')]).toEqual([3, { 'event-grid.max_delivery_attempts': 1 }]);
  });
  test(rule('push-time-to-live'), () => {
    const { of, times } = push({ producer: ONE, consumer: FAILS, subscription: { eventTimeToLiveInMinutes: 1 } }, 200);
    // It was over at 60 s; the attempt after the one at 40 s is due at 100 s.
    expect(times('delivered', 0)).toHaveLength(3);
    expect(of('expired').map((e) => Math.round(e.time / 1e6))).toEqual([100]);
  });
  test('what is never retried is dropped at once, and other events go on', () => {
    const { reasons, count } = push({ producer: { limit: 5 }, consumer: { ...FAILS, onFailure: 'reject' } }, 20);
    expect([reasons('dropped'), count('delivered')]).toEqual([{ 'event-grid.not_retried_bad_request': 5 }, 5]);
    expect(push({ producer: ONE, consumer: { ...FAILS, onFailure: 'reject' }, push: { rejection: '401' }, subscription: { endpointType: 'AzureFunction' } }, 400).count('delivered')).toBe(2);
  });
  test('an endpoint that is down gives no answer: it is tried again', () => {
    const { reasons, count } = push({ producer: ONE, timeline: [at(50, 'crash', 'pay/1'), at(5000, 'restart', 'pay/1')] }, 20);
    expect([reasons('requeued'), count('settled')]).toEqual([{ 'event-grid.failed_socket_error': 1 }, 1]);
  });
  test('a crash in the middle of the work resets the connection', () => {
    const { reasons, twice } = push({ producer: ONE, consumer: { serviceTime: '1s', effectAt: 0 }, timeline: [at(500, 'crash', 'pay/1'), at(600, 'restart', 'pay/1')] }, 20);
    expect([reasons('requeued'), twice()]).toEqual([{ 'event-grid.failed_socket_error': 1 }, [0]]);
  });
  test('an endpoint that is taken away is not tried again', () => {
    const { reasons } = push({ producer: ONE, consumer: FAILS, timeline: [at(2000, 'remove-link', 'out')] }, 20);
    expect(reasons('dropped')).toEqual({ 'event-grid.not_retried_resolution_error': 1 });
  });
});

describe('no answer', () => {
  const SLOW = { serviceTime: '40s', concurrency: 5 };
  test(rule('push-timeout'), () => {
    const { times, twice, reasons } = push({ producer: ONE, consumer: SLOW }, 160);
    expect(times('delivered', 0)).toEqual([0.1, 40.1, 100.1].map((t) => expect.closeTo(t, 0)));
    expect(reasons('requeued')).toEqual({ 'event-grid.timed_out': 2 });
    expect(twice()).toEqual([0]);
  });
  test(rule('push-late-answer'), () => {
    const late = { producer: ONE, consumer: { ...SLOW, serviceTime: '35s' } };
    expect(push({ ...late, subscription: { lateAnswers: 1 } }, 100).reasons('settled')).toEqual({ 'event-grid.answered_late': 1 });
    expect(push({ ...late, subscription: { lateAnswers: 0 } }, 60).count('delivered')).toBe(2);
    // After three minutes nobody listens any more.
    expect(push({ ...late, consumer: { ...SLOW, serviceTime: '200s' }, subscription: { lateAnswers: 1 } }, 300).reasons('settled')).toEqual({});
  });
  test('a lost answer is a timeout', () => {
    const { reasons, twice } = push({ producer: ONE, timeline: [at(10, 'lose-next-ack', 'pay/1')] }, 60);
    expect([reasons('requeued'), twice()]).toEqual([{ 'event-grid.timed_out': 1 }, [0]]);
  });
  test('a request that the service has given up does not arrive any more', () => {
    const { count, reasons } = push({ producer: ONE, timeline: [at(50, 'cut', 'out'), at(35_000, 'mend', 'out')] }, 100);
    expect([count('started'), count('settled'), reasons('requeued')]).toEqual([1, 1, { 'event-grid.timed_out': 1 }]);
  });
});

test(rule('push-at-least-once'), () => {
  const { reasons, twice, count } = push({ producer: { limit: 20 }, subscription: { duplicates: 0.3 } }, 60);
  expect(reasons('requeued')['event-grid.at_least_once']).toBeGreaterThan(2);
  expect(twice().length).toBeGreaterThan(2);
  expect(count('settled')).toBe(20);
});
test(rule('push-no-order'), () => {
  const { of } = push({ producer: { rate: 100, limit: 200 }, consumer: { concurrency: 50 }, subscription: { deliveryLatency: { lognormal: { mean: '120ms', p99: '800ms' } } } }, 10);
  const order = of('delivered').map((e) => e.message);
  expect(order.filter((message, i) => message < (order[i - 1] ?? -1)).length).toBeGreaterThan(20);
});

describe('batches', () => {
  const BURST = { arrivals: 'bursts', burst: { size: 25, every: '100s' }, size: 1000 };
  const sizes = (parts: Parts) => {
    const { of } = push(parts, 5);
    const at = of('delivered').map((e) => e.time);
    return [...new Set(at)].map((time) => at.filter((one) => one === time).length);
  };
  test(rule('push-batch'), () => {
    const spread = { uniform: { from: '10ms', to: '50ms' } };
    const consumer = { concurrency: 100 };
    expect(sizes({ producer: BURST, consumer, subscription: { maxEventsPerBatch: 10, deliveryLatency: spread } })).toEqual([10, 10, 5]);
    expect(sizes({ producer: BURST, consumer, subscription: { maxEventsPerBatch: 10, preferredBatchSizeInKilobytes: 4, deliveryLatency: spread } })).toEqual([4, 4, 4, 4, 4, 4, 1]);
    expect(sizes({ producer: { ...BURST, size: 9000 }, consumer, subscription: { maxEventsPerBatch: 10, preferredBatchSizeInKilobytes: 4, deliveryLatency: spread } })).toEqual(Array.from({ length: 25 }, () => 1));
    // It waits for nothing: events that come one by one go one by one.
    expect(new Set(sizes({ producer: { limit: 10 }, subscription: { maxEventsPerBatch: 10 } }))).toEqual(new Set([1]));
  });
  test(rule('push-batch-whole'), () => {
    const poison = { arrivals: 'by-hand', keys: { count: 3 } };
    const timeline = [at(10, 'poison', 'shop', { key: 'A' }), at(20, 'send', 'shop', { key: 'A' }), at(20, 'send', 'shop', { key: 'B', count: 4 })];
    const { reasons, twice } = push({ producer: poison, consumer: { concurrency: 10 }, subscription: { maxEventsPerBatch: 10 }, timeline }, 8);
    expect(reasons('requeued')).toEqual({ 'event-grid.failed_error': 5 });
    expect(twice()).toEqual([]);
    const later = push({ producer: poison, consumer: { concurrency: 10 }, subscription: { maxEventsPerBatch: 10 }, timeline }, 20);
    expect(later.twice()).toHaveLength(4);
  });
});

describe('an endpoint that keeps failing', () => {
  test('after ten failures nothing is sent for a while, and then all of it', () => {
    const outage = [at(0, 'outage', 'pay'), at(5000, 'outage-ends', 'pay')];
    const { of, count } = push({ producer: { limit: 60 }, consumer: { concurrency: 100 }, push: { failure: '503' }, timeline: outage }, 60);
    const seconds = of('delivered').map((e) => Math.floor(e.time / 1e6));
    expect(seconds.filter((second) => second >= 2 && second < 11)).toEqual([]);
    // New events were held back for the ten seconds of a busy endpoint; then all came at once.
    expect(seconds.filter((second) => second === 11).length).toBeGreaterThan(40);
    expect(count('settled')).toBe(60);
  });
  test(rule('push-skipped'), () => {
    const parts = (skippedRetries: number): Parts => ({ producer: { limit: 10 }, consumer: FAILS, subscription: { skippedRetries, failuresBeforeDelay: 1 } });
    expect(push(parts(1), 120).count('delivered')).toBeLessThan(push(parts(0), 120).count('delivered'));
  });
  test('a function that is throttled answers 429, and its events come again', () => {
    const scenario = pushed({ producer: { arrivals: 'bursts', burst: { size: 6, every: '100s' } }, subscription: { endpointType: 'AzureFunction' }, push: { backlog: 0, busy: '429' } });
    const nodes = scenario.nodes.map((n) => (n.id === 'pay' ? { id: 'pay', kind: 'function', config: { concurrency: 2, serviceTime: '500ms' } } : n));
    const { reasons, count } = run({ ...scenario, nodes }, 60);
    expect([reasons('requeued'), count('settled'), count('effect')]).toEqual([{ 'event-grid.failed_busy': 6 }, 6, 6]);
  });
  test('requests wait at the endpoint for a free slot, and when too many do it is busy', () => {
    const burst = { arrivals: 'bursts', burst: { size: 12, every: '100s' } };
    expect(push({ producer: burst, consumer: { serviceTime: '100ms' }, push: { backlog: 20 } }, 5).count('settled')).toBe(12);
    const { reasons } = push({ producer: burst, consumer: { serviceTime: '100ms' }, push: { backlog: 3 } }, 5);
    expect(reasons('requeued')).toEqual({ 'event-grid.failed_busy': 8 });
  });
});
