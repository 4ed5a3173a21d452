/** Client quotas, by requests and as clients live through them. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { loadModels } from '../models.ts';
import { cluster } from './cluster.test-kit.ts';
import { rule } from './rules.ts';

const models = await loadModels(['kafka']);
const BATCH = 61;

describe('a quota', () => {
  const throttleOf = (c: ReturnType<typeof cluster>, request: number) => {
    const response = c.answer(request);
    return response?.api === 'Produce' || response?.api === 'Fetch' ? response.throttle / 1000 : undefined;
  };
  it(rule('quota'), () => {
    const c = cluster();
    c.kafka.quotas.configure('c', { producer_byte_rate: 1000 });
    // Ten windows count whole from the start: 10 000 bytes are within the quota, whenever they come.
    const within = c.produce([1], { acks: 1, size: 10_000 - BATCH });
    expect(throttleOf(c, within)).toBe(0);
    c.advance(500);
    const over = c.produce([2], { acks: 1, size: 1050 - BATCH });
    expect(c.errorOf(over)).toBe('NONE');
    // 11 050 bytes in 10.5 s are back at 1000 a second after 11.05 s.
    expect(throttleOf(c, over)).toBe(550);
    expect(c.events.filter((e) => e.kind === 'throttled')).toEqual([{ kind: 'throttled', quota: 'producer_byte_rate', client: '', broker: 0, pause: 550_000, bytes: 1050 }]);
    // After eleven windows the first is forgotten.
    c.advance(11_500, 100);
    expect(throttleOf(c, c.produce([3], { acks: 1, size: 9_000 }))).toBe(0);
  });
  it(rule('quota-fetch'), () => {
    const c = cluster();
    c.kafka.quotas.configure('c', { consumer_byte_rate: 100 });
    c.produce([1], { size: 900 });
    c.produce([2], { size: 900 });
    c.produce([3], { size: 900 });
    c.advance(5);
    // One fetch takes at most what ten windows allow.
    const first = c.fetch(0);
    expect(c.messages(first)).toEqual([1]);
    const second = c.fetch(1);
    expect(c.messages(second)).toEqual([]);
    // Two batches in the first of ten seconds.
    expect(throttleOf(c, second)).toBe((2 * (900 + BATCH)) / 0.1 - 10_000);
    // Only then is the first, of which eleven windows keep count, forgotten.
    c.advance(11_100, 100);
    expect(c.messages(c.fetch(1))).toEqual([2]);
  });
  it(rule('quota-mute'), () => {
    const c = cluster();
    c.kafka.quotas.configure('c', { producer_byte_rate: 1000 });
    c.produce([1], { acks: 1, size: 12_000 - BATCH });
    const waits = c.produce([2], { acks: 1, size: 100 });
    c.advance(1990);
    expect(c.answer(waits)).toBeUndefined();
    c.advance(20);
    expect(c.errorOf(waits)).toBe('NONE');
  });
});
it('a throttled producer fills its buffer, a throttled reader falls behind, and nothing is refused or lost', () => {
  const run = (publish: Readonly<Record<string, unknown>>, consume: Readonly<Record<string, unknown>>) => {
    const { simulation } = runTwice(
      {
        version: 1,
        title: 'quotas',
        seed: 3,
        nodes: [
          { id: 'shop', kind: 'producer', config: { rate: 50, size: 1000, keys: { count: 6 } } },
          { id: 'kafka', kind: 'kafka.cluster', config: { 'group.initial.rebalance.delay.ms': 100, 'quota.window.num': 2 } },
          { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 3 } },
          { id: 'pay', kind: 'consumer', config: { serviceTime: '1ms' } },
        ],
        links: [
          { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: publish },
          { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { 'group.id': 'pay', 'auto.offset.reset': 'earliest', ...consume } },
        ],
        timeline: [],
      },
      models,
      catalog,
      10e6,
    );
    const { history } = simulation;
    const all = Array.from({ length: history.length }, (_, id) => history.entry(id));
    const count = (kind: string) => all.filter((e) => e.kind === kind).length;
    return {
      count,
      reasons: new Set(all.filter((e) => e.kind === 'throttled').map((e) => history.text(e.reason))),
      gauges: simulation.rooms
        .get('kafka')
        ?.look('orders', 5)
        ?.gauges.map((g) => g.name),
    };
  };
  const free = run({}, {});
  expect(free.count('effect')).toBeGreaterThan(450);
  expect(free.reasons.size).toBe(0);
  const writes = run({ producer_byte_rate: 5000, 'buffer.memory': 50_000 }, {});
  expect([...writes.reasons]).toEqual(['kafka.producer_byte_rate']);
  expect(writes.count('blocked')).toBeGreaterThan(0);
  expect(writes.count('refused')).toBe(0);
  // 5000 bytes a second at each of three brokers.
  expect(writes.count('accepted') / 10).toBeLessThan(16 + 5);
  expect(writes.gauges).toContain('shop throttled');
  const reads = run({}, { consumer_byte_rate: 5000 });
  expect([...reads.reasons]).toEqual(['kafka.consumer_byte_rate']);
  expect(reads.count('accepted')).toBeGreaterThan(450);
  expect(reads.count('effect') / 10).toBeLessThan(16 + 5);
  expect(reads.count('refused')).toBe(0);
  expect(reads.gauges).toContain('pay throttled');
});
