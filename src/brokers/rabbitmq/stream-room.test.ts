/** Streams in a scenario: who reads what, how often, and what a reader misses. */
import { describe, expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { placesOf } from '../../simulation/picture.ts';
import { loadModels } from '../models.ts';

const models = await loadModels(['rabbitmq']);
type Config = Readonly<Record<string, unknown>>;
interface Stage {
  readonly stream?: Config;
  readonly kind?: 'rabbitmq.queue' | 'rabbitmq.super-stream';
  readonly publish?: Config;
  readonly consume?: Config;
  readonly consumer?: Config;
  readonly producer?: Config;
  readonly cluster?: Config;
  readonly timeline?: readonly TimelineEntry[];
  readonly until?: number;
}
function run(stage: Stage) {
  const kind = stage.kind ?? 'rabbitmq.queue';
  const scenario: Scenario = {
    version: 1,
    title: 'stream',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, ...stage.producer } },
      { id: 'rabbit', kind: 'rabbitmq.cluster', config: stage.cluster ?? {} },
      { id: 'clicks', kind, parent: 'rabbit', config: { ...(kind === 'rabbitmq.queue' ? { 'x-queue-type': 'stream' } : {}), ...stage.stream } },
      { id: 'reader', kind: 'consumer', config: { serviceTime: '5ms', ...stage.consumer } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'clicks', config: stage.publish ?? {} },
      { id: 'out', kind: 'consume', from: 'clicks', to: 'reader', config: stage.consume ?? {} },
    ],
    timeline: stage.timeline ?? [],
  };
  const once = runTwice(scenario, models, catalog, stage.until ?? 4e6);
  const { simulation } = once;
  const { history } = simulation;
  const entries = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const of = (kind: Kind, reason?: string) => entries.filter((e) => e.kind === kind && (reason === undefined || history.text(e.reason) === reason));
  /** Messages that had their effect, and how often each. */
  const effects = new Map<number, number>();
  for (const { message } of of('effect')) effects.set(message, (effects.get(message) ?? 0) + 1);
  return { of, effects, twice: [...effects.values()].filter((n) => n > 1).length, text: (n: number) => history.text(n), simulation, lanes: () => placesOf(once).find((one) => one.id === 'clicks')?.lanes ?? [] };
}
const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });
const away = [at(1000, 'crash', 'reader/1'), at(2000, 'restart', 'reader/1')];

describe('a stream', () => {
  it('gives every consumer all that it has, each at its own pace', () => {
    const { of, text, effects } = run({ consumer: { instances: 2 }, producer: { rate: 20, limit: 30 } });
    expect([effects.size, ...effects.values()].every((n) => n === 30 || n === 2)).toBe(true);
    expect(new Set(of('delivered').map((e) => text(e.place)))).toEqual(new Set(['clicks@reader/1', 'clicks@reader/2']));
    expect(of('accepted').map((e) => e.detail)).toEqual(Array.from({ length: 30 }, () => 2));
    const [lane] = run({ consumer: { instances: 2, serviceTime: '100ms' } }).lanes();
    expect(lane?.pointers?.map((one) => one.name)).toEqual(['reader/1', 'reader/2']);
    expect(lane?.cells[0]?.state).toBe('kept');
  });
  it('read from next, loses for a client what came while it was away', () => {
    const { of, twice } = run({ timeline: away });
    expect(of('dropped', 'rabbitmq.stream_offset_passed').length).toBeGreaterThan(15);
    expect(twice).toBe(0);
  });
  it('read from first, is read all over again by a client that comes back', () => {
    const { of, twice } = run({ consume: { 'x-stream-offset': 'first' }, timeline: away });
    expect(of('dropped')).toEqual([]);
    expect(twice).toBeGreaterThan(15);
  });
  it('says of a client that left and came back that it reads again', () => {
    const { of, twice } = run({ consume: { 'x-stream-offset': 'first' }, timeline: [at(1000, 'shut-down', 'reader/1'), at(2000, 'restart', 'reader/1')] });
    expect(twice).toBeGreaterThan(15);
    expect(of('enqueued', 'rabbitmq.read_again').length).toBeGreaterThan(15);
  });
  it('is read on from the stored offset by a client with a name: what it had done since comes again', () => {
    const stored = (messageCountBeforeStorage: number, from = 'first') => run({ consume: { method: 'subscribe', name: 'billing', messageCountBeforeStorage, 'x-stream-offset': from }, timeline: away });
    const often = stored(1, 'next');
    expect(often.of('dropped')).toEqual([]);
    expect(often.twice).toBeLessThanOrEqual(1);
    const seldom = stored(10_000);
    expect(seldom.of('dropped')).toEqual([]);
    expect(seldom.twice).toBeGreaterThan(15);
    // Nothing was stored before the crash, so next means next.
    expect(stored(10_000, 'next').of('dropped', 'rabbitmq.stream_offset_passed').length).toBeGreaterThan(15);
    expect(often.of('settled').every((e) => often.text(e.place) === 'clicks@billing')).toBe(true);
  });
  it('gives nothing back: a message that fails is read past', () => {
    const { of, effects } = run({ consumer: { failures: { rate: 0.3 } }, producer: { limit: 40 } });
    const gone = of('dropped', 'rabbitmq.stream_no_return').length;
    expect(gone).toBeGreaterThan(4);
    expect(effects.size + gone).toBe(40);
  });
  it('deletes segments that a slow reader has not begun, and keeps the one that it has open', () => {
    const { of } = run({ stream: { 'x-stream-max-segment-size-bytes': 1000, 'x-max-length-bytes': 4000 }, producer: { rate: 100, size: 200 }, consumer: { serviceTime: '200ms' }, consume: { prefetch: 1 } });
    expect(of('expired', 'rabbitmq.stream_retention').length).toBeGreaterThan(100);
    const read = of('delivered').length;
    expect(read).toBeGreaterThan(10);
  });
  it('sends a filtered consumer nothing else', () => {
    const { of, text, simulation } = run({ publish: { 'x-stream-filter-value': '{key}' }, consume: { 'x-stream-filter': 'A, B' }, producer: { keys: { count: 6 } } });
    const keys = new Set(of('effect').map((e) => simulation.messages.key(e.message)));
    expect([...keys].sort()).toEqual([0, 1]);
    expect(of('accepted').some((e) => e.detail === 0)).toBe(true);
    expect(text(of('delivered')[0]?.place ?? -1)).toBe('clicks@reader/1');
  });
  it('stands by with the second consumer of a name until the first is gone', () => {
    const consume = { method: 'subscribe', name: 'billing', 'single-active-consumer': true, messageCountBeforeStorage: 1, 'x-stream-offset': 'first' };
    const { of, text, effects } = run({ consumer: { instances: 2 }, consume, timeline: [at(2000, 'crash', 'reader/1')] });
    const before = new Set(
      of('effect')
        .filter((e) => e.time < 2e6)
        .map((e) => text(e.actor)),
    );
    const after = new Set(
      of('effect')
        .filter((e) => e.time > 2.1e6)
        .map((e) => text(e.actor)),
    );
    expect([[...before], [...after]]).toEqual([['reader/1'], ['reader/2']]);
    expect(of('dropped')).toEqual([]);
    expect(effects.size).toBeGreaterThan(70);
  });
});

describe('publishing ids', () => {
  const slow = { producer: { rate: 5, retry: { attempts: 1, timeout: '200ms' } } };
  it('keep a retry from being stored twice', () => {
    const anonymous = run({ ...slow, publish: { method: 'publish', latency: '300ms' } });
    expect(anonymous.twice).toBeGreaterThan(5);
    const named = run({ ...slow, producer: { ...slow.producer, rate: 1 }, publish: { method: 'publish', name: 'shop', latency: '300ms' } });
    expect(named.of('accepted', 'rabbitmq.duplicate_publishing_id').length).toBeGreaterThan(0);
    expect(named.twice).toBe(0);
  });
  it('keep what waited for a majority, and was sent again meanwhile, from being stored twice', () => {
    const { of, effects, twice } = run({
      publish: { method: 'publish', name: 'shop' },
      producer: { rate: 20, limit: 20, retry: { attempts: 10, timeout: '300ms' } },
      cluster: { nodes: 3 },
      timeline: [at(200, 'stop-node', 'rabbit/node-2'), at(200, 'stop-node', 'rabbit/node-3'), at(1350, 'start-node', 'rabbit/node-2')],
      until: 8e6,
    });
    const swallowed = of('accepted', 'rabbitmq.duplicate_publishing_id').length;
    expect(swallowed).toBeGreaterThan(0);
    expect(of('confirmed').length).toBe(20);
    expect([effects.size, twice]).toEqual([20, 0]);
  });
});

describe('a super stream', () => {
  const kind = 'rabbitmq.super-stream';
  const publish = { method: 'publish', routingKey: '{key}' };
  const consume = { method: 'subscribe', name: 'billing', 'single-active-consumer': true, messageCountBeforeStorage: 1, 'x-stream-offset': 'first' };
  it('keeps a key in one partition, and its consumers of one name share the partitions', () => {
    const { of, text, simulation, twice, lanes } = run({ kind, publish, consume, consumer: { instances: 2 }, producer: { rate: 50, keys: { count: 9 } } });
    const partitions = new Map<number, Set<number>>();
    for (const { message, detail } of of('enqueued')) partitions.set(simulation.messages.key(message), new Set([...(partitions.get(simulation.messages.key(message)) ?? []), detail]));
    expect([...partitions.values()].every((some) => some.size === 1)).toBe(true);
    expect(new Set([...partitions.values()].flatMap((some) => [...some]))).toEqual(new Set([0, 1, 2]));
    expect(new Set(of('effect').map((e) => text(e.actor)))).toEqual(new Set(['reader/1', 'reader/2']));
    expect(twice).toBe(0);
    expect(lanes().map((lane) => [lane.label, lane.end])).toEqual([
      ['0', '1'],
      ['1', '2'],
      ['2', '1'],
    ]);
  });
  it('gives the partitions of a consumer that crashed to the others', () => {
    const { of, text, effects } = run({ kind, publish, consume, consumer: { instances: 2 }, producer: { rate: 50, keys: { count: 9 }, limit: 100 }, timeline: [at(1000, 'crash', 'reader/1')] });
    expect(effects.size).toBe(100);
    expect(
      new Set(
        of('effect')
          .filter((e) => e.time > 1.1e6)
          .map((e) => text(e.actor)),
      ),
    ).toEqual(new Set(['reader/2']));
  });
  it('is a direct exchange to AMQP, bound with the numbers of the partitions', () => {
    const { of } = run({ kind, publish: { routingKey: '1' }, consume, producer: { limit: 10 } });
    expect(new Set(of('enqueued').map((e) => e.detail))).toEqual(new Set([1]));
    expect(run({ kind, publish: { routingKey: 'A' }, consume, producer: { limit: 10 } }).of('unrouted')).toHaveLength(10);
  });
});
