/** What topics and domains take, refuse and route. */
import { describe, expect, test } from 'vitest';
import { runTwice } from '../../testing/run-twice.ts';
import { at, pushed, runner } from './room.test-kit.ts';
import { rule } from './rules.ts';
import { pushPlan, service } from './server.test-kit.ts';

const run = runner(runTwice);
const refusedFor = (parts: Parameters<typeof pushed>[0], seconds = 3, kind?: Parameters<typeof pushed>[1]) => run(pushed(parts, kind), seconds).reasons('refused', 'shop');

test(rule('publish-format'), () => {
  const one = { producer: { limit: 1 } };
  const bad = [{ type: '' }, { subject: '' }, { data: '{"n": {key}}' }].map((publish) => refusedFor({ ...one, publish }));
  expect(bad).toEqual([{ 'event-grid.BadRequest': 1 }, { 'event-grid.BadRequest': 1 }, { 'event-grid.BadRequest': 1 }]);
  const cloud = { ...one, topic: { inputSchema: 'CloudEventSchemaV1_0' } };
  expect([refusedFor({ ...cloud, publish: { subject: '' } }), refusedFor({ ...cloud, publish: { source: '' } })]).toEqual([{}, { 'event-grid.BadRequest': 1 }]);
  expect(refusedFor({ ...one, publish: { topic: '' } }, 3, 'domain')).toEqual({ 'event-grid.BadRequest': 1 });
});
test(rule('publish-size'), () => {
  expect(refusedFor({ producer: { limit: 1, size: 1_048_577 } })).toEqual({ 'event-grid.PayloadTooLarge': 1 });
  expect(refusedFor({ producer: { limit: 1, size: 1_048_576 } })).toEqual({});
});
test(rule('publish-rate'), () => {
  const s = service(pushPlan());
  const taken = (n: number, bytes: number) => Array.from({ length: n }, () => s.publish(bytes)).filter((refused) => refused === undefined).length;
  expect(taken(5001, 100)).toBe(5000);
  expect(s.publish()).toMatchObject({ name: 'TooManyRequests', code: 429 });
  s.advance(1);
  // 5 MB, and no event counts less than once per 64 KB.
  expect(taken(60, 100_000)).toBe(50);
  s.advance(1);
  const small = service(pushPlan(), { topic: { events: 10, bytes: 5_000_000 } });
  expect(Array.from({ length: 6 }, () => small.publish(65_537)).filter((refused) => refused === undefined)).toHaveLength(5);
});
test(rule('namespace-rate'), () => {
  const burst = { arrivals: 'bursts', burst: { size: 2500, every: '100s' }, size: 10 };
  const refused = (throughputUnits: number) => refusedFor({ producer: burst, subscription: { includedEventTypes: 'none' }, topic: { throughputUnits } }, 1, 'namespace-topic')['event-grid.TooManyRequests'];
  expect([refused(1), refused(2), refused(3)]).toEqual([1500, 500, undefined]);
});
test(rule('publish-key'), () => {
  const timeline = [at(1000, 'regenerate-key', 'orders'), at(2000, 'hand-out-key', 'orders')];
  const refused = refusedFor({ timeline });
  expect(Object.keys(refused)).toEqual(['event-grid.Unauthorized']);
  expect(refused['event-grid.Unauthorized']).toBeCloseTo(10, 0);
});
test('a topic that is unavailable answers 503; one that is gone answers 404', () => {
  expect(Object.keys(refusedFor({ timeline: [at(1000, 'topic-unavailable', 'orders')] }))).toEqual(['event-grid.ServiceUnavailable']);
  expect(refusedFor({ publish: { latency: '500ms' }, timeline: [at(1250, 'remove-node', 'orders')] })).toEqual({});
  expect(service(pushPlan()).grid.publish('elsewhere', { message: 0, bytes: 1, origin: 'in', view: { type: 't', subject: '', at: () => undefined }, domainTopic: '' })).toMatchObject({ name: 'NotFound', code: 404 });
});
test('an event that nobody has subscribed to is accepted, and goes nowhere', () => {
  const { reasons, count } = run(pushed({ producer: { limit: 4 }, subscription: { includedEventTypes: 'else' } }), 2);
  expect([reasons('unrouted'), count('confirmed'), count('enqueued')]).toEqual([{ 'event-grid.unmatched': 4 }, 4, 0]);
});
test(rule('domain-topics'), () => {
  const audit = {
    nodes: [
      { id: 'all', kind: 'event-grid.subscription', config: { deliveryLatency: '1ms', duplicates: 0 } },
      { id: 'note', kind: 'consumer', config: { concurrency: 10 } },
    ],
    links: [
      { id: 'of-all', kind: 'subscribe', from: 'orders', to: 'all' },
      { id: 'notes', kind: 'push', from: 'all', to: 'note' },
    ],
  };
  const { count, of, first } = run(pushed({ producer: { limit: 40, keys: { count: 4 } }, subscribe: { topic: 'B' }, more: audit }, 'domain'), 8);
  expect(count('enqueued', 'all')).toBe(40);
  const keys = new Set(of('enqueued', 'billing').map((e) => first.simulation.messages.key(e.message)));
  expect(keys).toEqual(new Set([1]));
});
describe('subscriptions that are refused', () => {
  test(rule('schema-compatibility'), () => {
    const { reasons, count } = run(pushed({ topic: { inputSchema: 'CloudEventSchemaV1_0' }, subscription: { eventDeliverySchema: 'EventGridSchema' } }), 1);
    expect([reasons('refused'), count('enqueued')]).toEqual([{ 'event-grid.InvalidRequest': 1 }, 0]);
    expect(run(pushed({ topic: { inputSchema: 'CloudEventSchemaV1_0' } }), 1).count('enqueued')).toBeGreaterThan(5);
    expect(run(pushed({ subscription: { eventDeliverySchema: 'CloudEventSchemaV1_0' } }), 1).count('enqueued')).toBeGreaterThan(5);
  });
  test('a change that is refused leaves the subscription as it was, and is told once', () => {
    const timeline = [at(1000, 'set', 'billing', { advancedFilters: '[' }), at(1500, 'set', 'pay', { serviceTime: '6ms' })];
    const { reasons, of } = run(pushed({ timeline }), 3);
    expect(reasons('refused')).toEqual({ 'event-grid.InvalidRequest': 1 });
    expect(of('enqueued').filter((e) => e.time > 2e6).length).toBeGreaterThan(5);
  });
  test(rule('expiration'), () => {
    const { reasons, of } = run(pushed({ consumer: { failures: { rate: 1 } }, subscription: { expirationTimeUtc: '2s' } }), 4);
    expect(Object.keys(reasons('dropped'))).toEqual(['event-grid.subscription_expired']);
    expect(of('enqueued').filter((e) => e.time > 2e6)).toEqual([]);
    expect(reasons('unrouted')['event-grid.unmatched']).toBeGreaterThan(10);
    const past = run(pushed({ timeline: [at(3000, 'set', 'billing', { expirationTimeUtc: '2s' })] }), 4);
    expect(past.reasons('refused')).toEqual({ 'event-grid.InvalidRequest': 1 });
  });
});
