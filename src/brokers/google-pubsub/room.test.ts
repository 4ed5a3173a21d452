/** Pub/Sub on the canvas: what its clients and the history see. */
import { describe, expect, test } from 'vitest';
import { catalog } from '../../catalog.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, models, observe, type Parts, scenarioOf, STRICT, UNTIL } from './room.test-kit.ts';

const see = (parts: Parts, until = UNTIL) => observe(runTwice(scenarioOf({ ...parts, subscription: { ...STRICT, ...parts.subscription } }), models, catalog, until));
const KEYED = { orderingKey: '{key}' };
const rising = (all: readonly number[]) => all.every((n, i) => i === 0 || n >= (all[i - 1] as number));

describe('delivery', () => {
  test('everything is delivered once, acknowledged and done', () => {
    const seen = see({});
    expect(seen.count('effect')).toBe(seen.count('accepted'));
    expect(seen.reasons('settled')).toEqual({ 'google-pubsub.acked': seen.count('accepted') });
    expect(seen.count('requeued')).toBe(0);
  });
  test('the library extends deadlines: eleven seconds of work on a deadline of ten are done once', () => {
    const seen = see({ consumer: { serviceTime: '11s', concurrency: 4 }, producer: { limit: 4 } }, 30e6);
    expect(seen.count('requeued')).toBe(0);
    expect(seen.count('effect')).toBe(4);
  });
  test('without extension they are done again and again', () => {
    const seen = see({ consumer: { serviceTime: '11s', concurrency: 4 }, producer: { limit: 4 }, consume: { MaxExtension: '0s' } }, 60e6);
    expect(seen.reasons('requeued')['google-pubsub.ack_deadline']).toBeGreaterThan(10);
    expect(seen.twice()).toHaveLength(4);
    expect(seen.count('settled')).toBe(0);
  });
  test('with exactly-once delivery the subscriber learns that its late acknowledgement failed', () => {
    const seen = see({ consumer: { serviceTime: '11s', concurrency: 4 }, producer: { limit: 4 }, consume: { MaxExtension: '0s' }, subscription: { enableExactlyOnceDelivery: true } }, 25e6);
    expect(seen.reasons('refused')).toEqual({ 'google-pubsub.PERMANENT_FAILURE_INVALID_ACK_ID': 8 });
  });
  test('an acknowledgement that the service does not keep brings the message back after its deadline', () => {
    const seen = see({ subscription: { ackLost: 0.2 }, producer: { limit: 40 } }, 15e6);
    expect(seen.reasons('requeued')['google-pubsub.ack_not_kept']).toBeGreaterThan(0);
    expect(seen.twice().length).toBeGreaterThan(0);
  });
  test('a crash loses nothing: what was out comes again after its deadline', () => {
    const seen = see({ consumer: { serviceTime: '200ms' }, producer: { limit: 10 }, timeline: [at(450, 'crash', 'pay/1'), at(600, 'restart', 'pay/1')] }, 30e6);
    expect(new Set(seen.of('effect').map((e) => e.message)).size).toBe(10);
    expect(seen.reasons('requeued')['google-pubsub.ack_deadline']).toBeGreaterThan(0);
  });
  test('a subscriber that is shut down gives back what it has', () => {
    const seen = see({ consumer: { serviceTime: '200ms' }, producer: { limit: 10 }, timeline: [at(450, 'shut-down', 'pay/1'), at(600, 'restart', 'pay/1')] }, 8e6);
    expect(seen.reasons('requeued')['google-pubsub.nack']).toBeGreaterThan(0);
    expect(new Set(seen.of('effect').map((e) => e.message)).size).toBe(10);
  });
  test('an acknowledgement that is lost on its way: the message comes again', () => {
    const seen = see({ producer: { limit: 5 }, timeline: [at(1, 'lose-next-ack', 'pay/1')] }, 15e6);
    expect(seen.twice()).toEqual([0]);
  });
  test('a topic without a subscription keeps nothing', () => {
    const seen = see({ timeline: [at(1000, 'remove-node', 'billing')] });
    expect(seen.reasons('unrouted')['google-pubsub.no_subscription']).toBeGreaterThan(20);
  });
  test('what a filter turns away is acknowledged unseen', () => {
    const seen = see({ subscription: { filter: 'attributes.key = "A"' }, publish: { attributes: { key: '{key}' } }, producer: { keys: { count: 3 } } });
    expect(new Set(seen.of('effect').map((e) => seen.messages.key(e.message)))).toEqual(new Set([0]));
    expect(seen.count('unrouted')).toBe(0);
    expect(seen.count('enqueued')).toBeLessThan(seen.count('accepted'));
  });
  test('messages are overtaken when nothing orders them', () => {
    const seen = see({ subscription: { overtaken: 0.3 }, producer: { keys: { count: 1 } } });
    expect(seen.inOrder().every(rising)).toBe(false);
  });
});

describe('ordering keys', () => {
  test('messages of a key take effect in order, with several instances too', () => {
    const seen = see({ subscription: { enableMessageOrdering: true, overtaken: 0.3 }, publish: KEYED, producer: { rate: 60, keys: { count: 3 } }, consumer: { instances: 3, concurrency: 4, serviceTime: { uniform: { from: '5ms', to: '60ms' } } } });
    expect(seen.count('effect')).toBeGreaterThan(100);
    expect(seen.inOrder().every(rising)).toBe(true);
  });
  test('a message that fails brings back everything after it, acknowledged or not', () => {
    const seen = see({ subscription: { enableMessageOrdering: true }, publish: KEYED, producer: { limit: 12, rate: 100, keys: { count: 1 } }, consumer: { serviceTime: '100ms' }, timeline: [at(500, 'outage', 'pay'), at(650, 'outage-ends', 'pay')] }, 12e6);
    expect(seen.reasons('requeued')['google-pubsub.key_redelivered']).toBeGreaterThan(1);
    expect(new Set(seen.of('effect').map((e) => e.message)).size).toBe(12);
    expect(seen.count('settled')).toBe(12);
  });
  test('a failed publish pauses the key until ResumePublish', () => {
    const parts: Parts = { publish: { ...KEYED, Timeout: '200ms' }, producer: { keys: { count: 1 } }, timeline: [at(1000, 'pubsub-outage', 'orders'), at(1500, 'pubsub-recovers', 'orders')] };
    const paused = see(parts);
    expect(paused.reasons('refused')['google-pubsub.ErrPublishingPaused']).toBeGreaterThan(20);
    const resumed = see({ ...parts, timeline: [...(parts.timeline ?? []), at(2000, 'resume-publish', 'in')] });
    expect(resumed.of('confirmed').some((e) => e.time > 2.1e6)).toBe(true);
    expect(paused.of('confirmed').some((e) => e.time > 2.1e6)).toBe(false);
  });
});

describe('failures', () => {
  const FAILS = { failures: { rate: 1 }, serviceTime: '10ms' };
  test('without a dead-letter topic a message fails for ever', () => {
    const seen = see({ consumer: FAILS, producer: { limit: 1 } });
    expect(seen.count('requeued')).toBeGreaterThan(100);
  });
  test('after maxDeliveryAttempts it goes to the dead-letter topic, and to its subscription', () => {
    const seen = see({ consumer: FAILS, producer: { limit: 3 }, subscription: { deadLetterTopic: 'dead' } });
    expect(seen.of('dead-lettered').map((e) => e.attempt)).toEqual([5, 5, 5]);
    expect(seen.count('enqueued', 'undertaker')).toBe(3);
  });
  test('the count of attempts is approximate', () => {
    const seen = see({ consumer: FAILS, producer: { limit: 10 }, subscription: { deadLetterTopic: 'dead', uncounted: 0.5 } });
    expect(Math.max(...seen.of('dead-lettered').map((e) => e.attempt))).toBeGreaterThan(6);
  });
  test('without its roles the service cannot forward: the message stays', () => {
    const seen = see({ consumer: FAILS, producer: { limit: 1 }, subscription: { deadLetterTopic: 'dead', mayForward: false } });
    expect(seen.count('dead-lettered')).toBe(0);
    expect(seen.count('requeued')).toBeGreaterThan(100);
  });
  test('a retry policy spaces deliveries out', () => {
    const seen = see({ consumer: FAILS, producer: { limit: 1 }, subscription: { minimumBackoff: '200ms', maximumBackoff: '800ms' } }, 4e6);
    const gaps = seen.of('delivered').flatMap((e, i, all) => (i === 0 ? [] : [Math.round((e.time - (all[i - 1]?.time ?? 0)) / 1e5) / 10]));
    expect(gaps.slice(0, 4)).toEqual([0.2, 0.4, 0.8, 0.8]);
  });
});

describe('push', () => {
  const PUSH = { deliveryType: 'Push' };
  test('the instances are the endpoint; a success code acknowledges', () => {
    const seen = see({ subscription: PUSH, consumer: { instances: 2 } });
    expect(seen.count('effect')).toBe(seen.count('accepted'));
    expect(new Set(seen.of('delivered').map((e) => seen.text(e.actor)))).toEqual(new Set(['pay/1', 'pay/2']));
  });
  test('slow start: the window grows with every success', () => {
    const seen = see({ subscription: PUSH, producer: { arrivals: 'bursts', burst: { size: 40, every: '60s' } }, consumer: { concurrency: 64, serviceTime: '100ms' } });
    const starts = seen.of('delivered').map((e) => Math.floor(e.time / 1e5));
    const rounds = [...new Set(starts)].map((t) => starts.filter((one) => one === t).length);
    expect(rounds.slice(0, 4)).toEqual([3, 6, 12, 19]);
  });
  test('an endpoint that fails is called less and less', () => {
    const seen = see({ subscription: PUSH, consumer: { failures: { rate: 1 }, concurrency: 10 } }, 10e6);
    const [first, last] = [seen.of('delivered').filter((e) => e.time < 2e6).length, seen.of('delivered').filter((e) => e.time > 8e6).length];
    expect(first).toBeGreaterThan(5);
    expect(last).toBeLessThan(first);
  });
  test('a busy endpoint lets requests wait while their deadline runs, or answers 429', () => {
    const parts: Parts = { subscription: PUSH, consumer: { serviceTime: '400ms' }, producer: { rate: 10 } };
    expect(see(parts).count('requeued')).toBe(0);
    expect(see({ ...parts, consume: { whenBusy: '429' } }).reasons('requeued')['google-pubsub.push_failed']).toBeGreaterThan(0);
  });
  test('nobody at the endpoint: the requests fail, and nothing is lost', () => {
    const seen = see({ subscription: PUSH, producer: { limit: 10 }, timeline: [at(100, 'crash', 'pay/1'), at(2000, 'restart', 'pay/1')] }, 12e6);
    expect(seen.reasons('requeued')['google-pubsub.push_failed']).toBeGreaterThan(0);
    expect(new Set(seen.of('effect').map((e) => e.message)).size).toBe(10);
  });
  test('work longer than the deadline: the request is given up and sent again', () => {
    const seen = see({ subscription: PUSH, consumer: { serviceTime: '11s', concurrency: 4 }, producer: { limit: 2 } }, 25e6);
    expect(seen.reasons('requeued')['google-pubsub.push_deadline']).toBeGreaterThan(0);
    expect(seen.twice().length).toBeGreaterThan(0);
  });
  test('a function is called once for each message: environments start cold one by one as the window grows, and warm ones stay', () => {
    const { nodes } = scenarioOf({ subscription: { ...STRICT, ...PUSH }, producer: { arrivals: 'bursts', burst: { size: 40, every: '8s' } } });
    const seen = see({ more: { nodes: nodes.map((n) => (n.id === 'pay' ? { id: 'pay', kind: 'function', config: { concurrency: 30, serviceTime: '100ms', coldStart: '900ms' } } : n)) } }, 16e6);
    const starts = seen.of('started').map((e) => e.time);
    const firsts = starts.filter((time) => time < 8e6);
    // Three come up in the first second, and their answers let six more be called; nobody fails, and nothing comes twice.
    expect([firsts.filter((time) => time < 0.95e6).length, firsts.length, seen.count('requeued'), seen.twice()]).toEqual([3, 40, 0, []]);
    expect((firsts.at(-1) ?? 0) - (firsts[0] ?? 0)).toBeGreaterThan(1.2e6);
    // The second burst finds a grown window, and as many warm environments as the first one made.
    const seconds = starts.filter((time) => time >= 8e6);
    expect(seconds.filter((time) => time < 8.2e6).length).toBeGreaterThan(15);
    expect(seconds).toHaveLength(40);
  });
  test('a function without a free environment lets requests wait, or answers 429, which is a nack', () => {
    const { nodes } = scenarioOf({ subscription: { ...STRICT, ...PUSH }, producer: { rate: 30 } });
    const seen = (whenBusy: string) => see({ consume: { firstWindow: 9, whenBusy }, more: { nodes: nodes.map((n) => (n.id === 'pay' ? { id: 'pay', kind: 'function', config: { concurrency: 2, serviceTime: '300ms', coldStart: '100ms' } } : n)) } }, 20e6);
    expect(seen('429').reasons('requeued')['google-pubsub.push_failed']).toBeGreaterThan(3);
    expect(seen('waits').reasons('requeued')['google-pubsub.push_failed']).toBeUndefined();
    expect(seen('waits').count('effect')).toBeGreaterThan(50);
  });
  test('a subscription that becomes a push subscription cuts off whoever pulls', () => {
    const seen = see({ consumer: { concurrency: 4 }, timeline: [at(1000, 'set', 'billing', { deliveryType: 'Push' }), at(2000, 'set', 'billing', { deliveryType: 'Pull' })] }, 4e6);
    expect(seen.of('effect').some((e) => e.time > 1.2e6 && e.time < 2e6)).toBe(true);
    expect(seen.of('effect').some((e) => e.time > 3e6)).toBe(true);
  });
});

describe('operating', () => {
  test('a seek back delivers again what was acknowledged and retained', () => {
    const seen = see({ subscription: { retainAckedMessages: true }, timeline: [at(2000, 'seek-to-time', 'billing', { ago: '1s' })] });
    expect(seen.reasons('enqueued')['google-pubsub.seek']).toBeGreaterThan(15);
    expect(seen.twice().length).toBeGreaterThan(15);
  });
  test('a purge acknowledges what waits', () => {
    const seen = see({ consumer: { serviceTime: '500ms' }, timeline: [at(2000, 'purge-subscription', 'billing')] });
    expect(seen.reasons('dropped')['google-pubsub.seek']).toBeGreaterThan(30);
  });
  test('a seek to a snapshot brings back what was unacknowledged then, and what came since', () => {
    const seen = see({ timeline: [at(1000, 'create-snapshot', 'billing'), at(2000, 'seek-to-snapshot', 'billing')] });
    expect(seen.twice().every((m) => seen.messages.producedAt(m) > 0.9e6)).toBe(true);
    expect(seen.twice().length).toBeGreaterThan(15);
  });
  test('an outage holds publishers and subscribers up, and loses nothing', () => {
    const seen = see({ producer: { limit: 40 }, timeline: [at(500, 'pubsub-outage', 'orders'), at(1500, 'pubsub-recovers', 'orders')] }, 30e6);
    expect(seen.count('confirmed')).toBe(40);
    expect(new Set(seen.of('effect').map((e) => e.message)).size).toBe(40);
  });
  test('a filter cannot be changed', () => {
    const seen = see({ timeline: [at(1000, 'set', 'billing', { filter: 'attributes:x' })] });
    expect(seen.reasons('refused')).toEqual({ 'google-pubsub.INVALID_ARGUMENT': 1 });
    expect(seen.of('effect').some((e) => e.time > 2e6)).toBe(true);
  });
});

describe('flow control', () => {
  test('a publisher that blocks makes no new messages while as many as allowed are outstanding', () => {
    const seen = see({ publish: { latency: '300ms', LimitExceededBehavior: 'Block', MaxOutstandingMessages: 2 } });
    expect(seen.reasons('blocked')['google-pubsub.flow_control']).toBeGreaterThan(0);
    expect(seen.count('produced')).toBeLessThan(40);
  });
  test('a stream has MaxOutstandingMessages out at most', () => {
    const seen = see({ consumer: { serviceTime: '1s' }, consume: { MaxOutstandingMessages: 3 } });
    let [out, most] = [0, 0];
    for (const { kind } of seen.entries) {
      if (kind === 'delivered') most = Math.max(most, ++out);
      if (kind === 'settled' || kind === 'requeued') out--;
    }
    expect(most).toBe(3);
  });
  test('more than the quota is refused, and the library tries again', () => {
    const seen = see({ topic: { throughput: 4000 }, producer: { size: 1000, limit: 20 } }, 12e6);
    expect(seen.reasons('throttled')['google-pubsub.RESOURCE_EXHAUSTED']).toBeGreaterThan(0);
    expect(seen.count('confirmed')).toBe(20);
  });
});
