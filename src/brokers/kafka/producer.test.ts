/** A producer's batches: when they go, what memory they hold, and which partition is next. */
import { describe, expect, it } from 'vitest';
import { adapter } from './conformance-cases.ts';
import type { Json, JsonObject } from './recorded.ts';
import { rule } from './rules.ts';

/** A producer of a topic at one broker, which may stand still. */
function producer(config: JsonObject, partitions = 1) {
  const kafka = adapter({ setup: [], steps: [] });
  const result = (op: string, more: JsonObject = {}): JsonObject => (kafka.run({ op, producer: 'p', ...more })?.['result'] ?? {}) as JsonObject;
  kafka.run({ op: 'topic', topic: 't', partitions });
  result('openProducer', { topic: 't', config });
  return {
    send: (values: readonly string[], more: JsonObject = {}) => result('sendRecords', { values, ...more }),
    called: () => (result('callbacks')['callbacks'] as readonly JsonObject[]).map(({ value }) => value ?? null),
    errors: (): Json => (result('callbacks')['callbacks'] as readonly JsonObject[]).flatMap(({ value, error }) => (error === undefined ? [] : [[value ?? null, error]])),
    advance: (ms: number) => kafka.run({ op: 'advance', ms }),
    freeze: () => kafka.run({ op: 'stall', node: 0 }),
    goOn: () => kafka.run({ op: 'resume', node: 0 }),
  };
}
describe('batches of a producer', () => {
  it(rule('linger'), () => {
    const p = producer({ 'batch.size': 1000, 'linger.ms': 300 });
    p.send(['a'], { bytes: 800 });
    p.advance(100);
    expect(p.called()).toEqual([]);
    p.send(['b'], { bytes: 800 });
    p.advance(1);
    expect(p.called()).toEqual(['a']);
    p.advance(300);
    expect(p.called()).toEqual(['b']);
  });
  it(rule('due-takes-along'), () => {
    const p = producer({ 'batch.size': 1000, 'linger.ms': 30_000 }, 2);
    p.send(['a'], { key: 'a' });
    p.send(['d', 'e'], { key: 'd', bytes: 800 });
    p.advance(1);
    expect(p.called()).toEqual(['a', 'd']);
  });
  it(rule('buffer-by-batch'), () => {
    const p = producer({ 'buffer.memory': 2000, 'batch.size': 1000, 'linger.ms': 0, 'max.block.ms': 500, 'max.in.flight.requests.per.connection': 1 }, 2);
    p.send(['warm'], { key: 'a' });
    p.advance(1);
    p.called();
    p.freeze();
    p.send(['a'], { key: 'a' });
    p.send(['b'], { key: 'a' });
    p.send(['c'], { key: 'a', bytes: 100 });
    p.send(['d'], { key: 'd' });
    expect(p.errors()).toEqual([['d', 'BufferExhaustedException']]);
    p.goOn();
    p.advance(1);
    expect(p.send(['e'], { key: 'd' })).toEqual({ ok: true });
    p.advance(1);
    expect(p.called()).toEqual(['a', 'b', 'c', 'e']);
  });
});
