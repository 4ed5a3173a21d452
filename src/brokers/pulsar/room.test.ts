/** Clients, brokers and bookies together: what a Pulsar application lives through. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { at, type Config, models, observe, type Parts, scenarioOf, UNTIL } from './room.test-kit.ts';
import { javaStringHash } from './router.ts';
import { rule } from './rules.ts';

const run = (parts: Parts) => observe(runTwice(scenarioOf(parts), models, catalog, parts.until ?? UNTIL));
const DEAD = { maxRedeliverCount: 2, deadLetterTopic: 'dead', negativeAckRedeliveryDelayMicros: 50_000 };
const FAILS = { failures: { rate: 1 }, serviceTime: '1ms' };

describe('the plain way', () => {
  for (const subscriptionType of ['Exclusive', 'Failover', 'Shared', 'Key_Shared']) {
    it(`every message takes effect once: ${subscriptionType}`, () => {
      const { of } = run({ producer: { limit: 40 }, consume: { subscriptionType } });
      expect([of('confirmed').length, of('effect').length, of('settled', 'pulsar.ack').length]).toEqual([40, 40, 40]);
    });
  }
  it('every consumer of a failover subscription has its partitions, and a key stays in one', () => {
    const { of, found, text } = run({ producer: { limit: 60 }, topic: { partitions: 4 }, consumer: { instances: 2 }, consume: { subscriptionType: 'Failover' } });
    expect([of('effect').length, found('order')]).toEqual([60, []]);
    expect(new Set(of('effect').map((e) => text(e.actor)))).toEqual(new Set(['pay/1', 'pay/2']));
  });
  it('nothing is lost when a broker and a bookie die', () => {
    const { of, found } = run({ producer: { limit: 60 }, topic: { partitions: 3 }, consumer: { instances: 2 }, timeline: [at(1000, 'stop-node', 'pulsar/node-1'), at(1500, 'stop-bookie', 'pulsar'), at(2500, 'start-node', 'pulsar/node-1')], until: 12e6 });
    expect(new Set(of('effect').map((e) => e.message)).size).toBe(60);
    expect(found('no-loss')).toEqual([]);
  });
});
describe('producers', () => {
  it(rule('key-routing'), () => {
    const lanes = (publish: Config, keys = 4) => {
      const { simulation, of } = run({ topic: { partitions: 3 }, producer: { limit: 40, keys: { count: keys } }, publish });
      const byKey = new Map<number, Set<number>>();
      for (const e of of('enqueued')) byKey.set(simulation.messages.key(e.message), new Set([...(byKey.get(simulation.messages.key(e.message)) ?? []), e.detail]));
      return byKey;
    };
    expect([...lanes({ messageRoutingMode: 'SinglePartition' })].map(([key, partitions]) => [key, ...partitions]).sort()).toEqual(['A', 'B', 'C', 'D'].map((key, i) => [i, javaStringHash(key) % 3]));
    const all = (lane: ReadonlyMap<number, ReadonlySet<number>>) => new Set([...lane.values()].flatMap((one) => [...one])).size;
    expect([all(lanes({ key: false, messageRoutingMode: 'SinglePartition' })), all(lanes({ key: false, batchingEnabled: false }))]).toEqual([1, 3]);
    expect(['', 'a', 'Hello'].map(javaStringHash)).toEqual([0, 97, 69_609_650]);
  });
  it(rule('send-timeout'), () => {
    const { of } = run({ producer: { rate: 20 }, publish: { sendTimeoutMs: 500, batchingEnabled: false }, timeline: [at(1000, 'cut', 'in'), at(3000, 'mend', 'in')] });
    const unknown = of('unknown');
    const first = unknown[0]?.time ?? 0;
    // Those of the last half second fail with the oldest, though they have waited for less.
    expect(unknown.filter((e) => e.time === first).length).toBeGreaterThan(5);
    expect((first - 1e6) / 1e6).toBeCloseTo(0.5, 1);
  });
  it(rule('queue-full'), () => {
    const cut = [at(1000, 'cut', 'in'), at(2000, 'mend', 'in')];
    const full = (publish: Config) => run({ publish: { batchingEnabled: false, ...publish }, timeline: cut });
    expect(full({ maxPendingMessages: 3 }).of('refused', 'pulsar.ProducerQueueIsFullError').length).toBeGreaterThan(3);
    expect(full({ memoryLimitBytes: 1500 }).of('refused', 'pulsar.MemoryBufferIsFullError').length).toBeGreaterThan(3);
    const blocks = full({ maxPendingMessages: 3, blockIfQueueFull: true });
    expect([blocks.of('blocked', 'pulsar.queue_full').length, blocks.of('unblocked').length, blocks.of('refused').length]).toEqual([1, 1, 0]);
  });
  it(rule('sends-again'), () => {
    const twice = (brokerDeduplicationEnabled: boolean) => {
      const { of } = run({ cluster: { brokerDeduplicationEnabled, journalLatency: '100ms' }, producer: { rate: 50 }, publish: { batchingEnabled: false }, timeline: [at(1500, 'stop-node', 'pulsar/node-1')], until: 6e6 });
      const stored = of('enqueued').flatMap((e) => (e.reason < 0 ? [e.message] : []));
      return stored.length - new Set(stored).size;
    };
    expect(twice(false)).toBeGreaterThan(2);
    expect(twice(true)).toBe(0);
  });
  it(rule('max-message-size'), () => {
    const { of } = run({ cluster: { maxMessageSize: 100 } });
    expect([of('refused', 'pulsar.InvalidMessageException').length > 10, of('accepted')]).toEqual([true, []]);
  });
  it(rule('fenced-for-good'), () => {
    const more = { nodes: [{ id: 'desk', kind: 'producer', config: { rate: 5 } }], links: [] };
    const { of, text } = run({ more, publish: { accessMode: 'Exclusive' }, timeline: [at(1000, 'add-link', 'desk-in', { from: 'desk', to: 'orders', kind: 'publish', config: { accessMode: 'ExclusiveWithFencing' } })] });
    const refused = of('refused', 'pulsar.ProducerFenced').filter((e) => text(e.actor) === 'shop' && e.message >= 0);
    expect(refused.length).toBeGreaterThan(5);
    expect(new Set(refused.map((e) => text(e.actor)))).toEqual(new Set(['shop']));
    expect(of('accepted').some((e) => e.time > 3e6)).toBe(true);
  });
  it(rule('auto-creation'), () => {
    const { of, found } = run({ consumer: FAILS, consume: { ...DEAD, deadLetterTopic: 'nowhere' } });
    expect([of('dead-lettered').length > 5, found('unrouted').map((f) => f.place)[0]]).toEqual([true, 'nowhere']);
    const without = run({ cluster: { allowAutoTopicCreation: false }, consumer: FAILS, consume: { ...DEAD, deadLetterTopic: 'nowhere' } });
    expect([without.of('dead-lettered').length, without.of('refused', 'pulsar.TopicNotFound').length > 0]).toEqual([0, true]);
  });
});
describe('consumers', () => {
  it(rule('receiver-queue'), () => {
    const taken = (concurrency: number) => {
      const { depth, of } = run({ producer: { rate: 100 }, publish: { batchingEnabled: false }, consumer: { serviceTime: '30s', concurrency }, consume: { receiverQueueSize: 10 } });
      return [of('started').length, depth('orders#pay')?.inFlight];
    };
    // Five were taken: permits for as many.
    expect([taken(1), taken(4), taken(5)]).toEqual([
      [1, 10],
      [4, 10],
      [5, 15],
    ]);
    const greedy = run({ producer: { rate: 100 }, consumer: { instances: 2, serviceTime: '30s' } });
    expect(greedy.depth('orders#pay')?.pending).toBe(0);
  });
  it(rule('zero-queue'), () => {
    const { depth } = run({ publish: { batchingEnabled: false }, consumer: { concurrency: 3, serviceTime: '30s' }, consume: { receiverQueueSize: 0 } });
    expect(depth('orders#pay')?.inFlight).toBe(3);
    const batched = run({ publish: { batchingMaxPublishDelayMicros: 200_000 }, consume: { receiverQueueSize: 0 } });
    expect([batched.of('refused', 'pulsar.InvalidMessageException').length, batched.of('effect')]).toEqual([1, []]);
  });
  it(rule('nack-delay'), () => {
    const gaps = (consume: Config) => {
      const { at: of } = run({ producer: { limit: 1 }, consumer: FAILS, consume });
      const times = of('delivered', 'orders#pay').map((e) => e.time / 1000);
      return times.slice(1, 5).map((time, i) => Math.round(time - (times[i] ?? 0)));
    };
    // A hop each way and the work.
    expect(gaps({ negativeAckRedeliveryDelayMicros: 500_000 })).toEqual([503, 503, 503, 503]);
    expect(gaps({ negativeAckRedeliveryBackoffMinDelayMs: 100, negativeAckRedeliveryBackoffMaxDelayMs: 500 })).toEqual([103, 203, 403, 503]);
  });
  it(rule('ack-timeout'), () => {
    const { of, found } = run({ producer: { rate: 1 }, consumer: { serviceTime: '2500ms', concurrency: 8, instances: 2 }, consume: { ackTimeoutMillis: 1000 }, until: 9e6 });
    expect(of('requeued', 'pulsar.ack_timeout').length).toBeGreaterThan(3);
    // The client looks once a second, and the first work goes on.
    expect(of('requeued', 'pulsar.ack_timeout').every((e) => e.time % 1e6 < 5000)).toBe(true);
    expect(found('effect-once').length).toBeGreaterThan(0);
  });
  it(rule('dead-letter'), () => {
    const { of, text } = run({ producer: { limit: 5 }, consumer: FAILS, consume: DEAD });
    expect([of('started').length, of('dead-lettered', 'pulsar.max_redeliver_count').length]).toEqual([15, 5]);
    const accepted = of('accepted').filter((e) => text(e.place) === 'dead');
    // Published first, acknowledged after that is confirmed.
    expect(of('dead-lettered').every((e) => accepted.some((a) => a.message === e.message && a.time < e.time))).toBe(true);
  });
  it('a client that dies between the dead letter and its acknowledgment leaves two', () => {
    const { of } = run({ producer: { limit: 1 }, consumer: { ...FAILS, instances: 2, restartAfter: '200ms' }, consume: { ...DEAD, acknowledgementsGroupTimeMicros: 500_000 }, timeline: [at(400, 'crash', 'pay/1'), at(400, 'crash', 'pay/2')], until: 6e6 });
    expect(of('accepted').length).toBeGreaterThan(2);
  });
  it(rule('dead-letter-subscription'), () => {
    const dead = (initialSubscriptionName?: string) => run({ producer: { limit: 5 }, consumer: FAILS, consume: { ...DEAD, ...(initialSubscriptionName === undefined ? {} : { initialSubscriptionName }) } });
    expect([dead().of('unrouted').length, dead('undertaker').of('unrouted').length, dead('undertaker').depth('dead#undertaker')?.pending]).toEqual([5, 0, 5]);
  });
  it(rule('retry-letter'), () => {
    const { of, at: kindAt } = run({ cluster: { delayedDeliveryTickTimeMillis: 1 }, producer: { limit: 3 }, consumer: FAILS, consume: { ...DEAD, retryEnable: true, reconsumeLater: '300ms' }, until: 6e6 });
    expect([of('dead-lettered', 'pulsar.reconsume_later').length, of('dead-lettered', 'pulsar.max_redeliver_count').length, kindAt('enqueued', 'orders-pay-RETRY#pay').length]).toEqual([6, 3, 6]);
  });
  it(rule('ack-group'), () => {
    const again = (acknowledgementsGroupTimeMicros: number) => {
      const { of } = run({ consumer: { restartAfter: '100ms' }, consume: { acknowledgementsGroupTimeMicros }, timeline: [at(2000, 'crash', 'pay/1')] });
      const effects = of('effect').map((e) => e.message);
      return effects.length - new Set(effects).size;
    };
    expect([again(0), again(1_000_000) > 5]).toEqual([0, true]);
  });
  it(rule('key-based-batches'), () => {
    const wrong = (batcherBuilder: string) => {
      const { of, text, simulation } = run({ producer: { rate: 60, keys: { count: 8 } }, publish: { batcherBuilder, batchingMaxPublishDelayMicros: 100_000 }, consumer: { instances: 3 }, consume: { subscriptionType: 'Key_Shared' } });
      const readers = new Map<number, Set<string>>();
      for (const e of of('effect')) readers.set(simulation.messages.key(e.message), new Set([...(readers.get(simulation.messages.key(e.message)) ?? []), text(e.actor)]));
      return [...readers.values()].filter((one) => one.size > 1).length;
    };
    expect([wrong('KEY_BASED'), wrong('DEFAULT') > 3]).toEqual([0, true]);
  });
  it(rule('batches'), () => {
    const gaps = (publish: Config) => {
      const { of } = run({ producer: { rate: 100 }, publish: { batchingMaxPublishDelayMicros: 200_000, ...publish } });
      const times = [...new Set(of('confirmed').map((e) => e.time / 1000))].slice(2);
      return new Set(times.slice(1).map((time, i) => Math.round(time - (times[i] ?? 0))));
    };
    expect([gaps({}), gaps({ batchingMaxMessages: 5 })]).toEqual([new Set([200]), new Set([50])]);
  });
  it(rule('batch-too-large'), () => {
    const { of } = run({ cluster: { maxMessageSize: 1000 }, producer: { rate: 100, limit: 20 }, publish: { batchingMaxPublishDelayMicros: 500_000 } });
    // None of them is that large.
    expect([of('refused', 'pulsar.InvalidMessageException').length, of('accepted').length]).toEqual([20, 0]);
  });
  it(rule('closing-drops-batch'), () => {
    const { of } = run({ producer: { rate: 100 }, publish: { batchingMaxPublishDelayMicros: 500_000 }, timeline: [at(1800, 'remove-link', 'in')] });
    expect(of('refused', 'pulsar.AlreadyClosedException').length).toBeGreaterThan(10);
  });
  it('an exclusive subscription serves one instance, and the other when that one is gone', () => {
    const { of, text } = run({ consumer: { instances: 2 }, consume: { subscriptionType: 'Exclusive' }, timeline: [at(1500, 'crash', 'pay/1')] });
    expect(of('refused', 'pulsar.ConsumerBusy').length).toBeGreaterThan(2);
    expect([...new Set(of('effect').map((e) => text(e.actor)))]).toEqual(['pay/1', 'pay/2']);
  });
  it('an acknowledgment that is lost with its connection brings the message again', () => {
    const { of } = run({ consume: { acknowledgementsGroupTimeMicros: 0 }, timeline: [at(1500, 'lose-next-ack', 'pay')] });
    expect(of('requeued', 'pulsar.consumer_gone').length).toBeGreaterThan(0);
  });
});
describe('an operator', () => {
  it('moves a cursor back over what retention kept, and to the end', () => {
    const kept = { defaultRetentionTimeInMinutes: -1, defaultRetentionSizeInMB: -1 };
    const { of } = run({ cluster: kept, producer: { limit: 20 }, timeline: [at(2000, 'reset-cursor', 'orders', { subscription: 'pay', to: 'earliest' })], until: 6e6 });
    expect([of('enqueued', 'pulsar.cursor_reset').length, of('effect').length]).toEqual([20, 40]);
    const slow = run({ consumer: { serviceTime: '10s' }, timeline: [at(2000, 'reset-cursor', 'orders', { to: 'latest' })] });
    expect(slow.of('dropped', 'pulsar.cursor_reset').length).toBeGreaterThan(20);
  });
  it('clears a backlog, deletes a subscription, and moves a topic', () => {
    const slow = { serviceTime: '10s' };
    expect(run({ consumer: slow, timeline: [at(2000, 'clear-backlog', 'orders', { subscription: 'pay' })] }).of('dropped', 'pulsar.backlog_cleared').length).toBeGreaterThan(20);
    expect(run({ consumer: slow, timeline: [at(2000, 'unsubscribe', 'orders', { subscription: 'pay' })] }).of('dropped', 'pulsar.unsubscribed').length).toBeGreaterThan(20);
    const moved = run({ producer: { limit: 60 }, timeline: [at(1000, 'unload-topic', 'orders')] });
    expect([new Set(moved.of('effect').map((e) => e.message)).size, moved.of('left', 'pulsar.unloaded').length]).toEqual([60, 2]);
  });
});
describe('the picture', () => {
  it('shows cursors, holes and key ranges, within bounds', () => {
    const { look } = run({ producer: { rate: 40, keys: { count: 30 } }, consumer: { instances: 3, serviceTime: { exponential: { mean: '90ms' } } }, consume: { subscriptionType: 'Key_Shared', receiverQueueSize: 5 } });
    const lane = look('orders')?.lanes[0];
    expect([lane?.cells.length, lane?.pointers?.map(({ name }) => name)]).toEqual([20, ['pay']]);
    expect(new Set(lane?.cells.map(({ state }) => state))).toContain('held');
    expect(lane?.note).toMatch(/pay\/1 has \d+, -?\d+ permits, \d+% of the hashes \(\d+-\d+/);
    expect(
      look('orders')
        ?.gauges.map(({ name }) => name)
        .slice(0, 3),
    ).toEqual(['backlog', 'unacked', 'permits']);
    expect(look('pulsar')?.health).toBe('3 brokers · 3 bookies');
  });
});
