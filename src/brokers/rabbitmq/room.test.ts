/** What the room adds to the server: connections of clients, and what belongs to a connection. */
import { expect, it } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { loadModels } from '../models.ts';

const models = await loadModels(['rabbitmq']);
type Config = Readonly<Record<string, unknown>>;
function run(more: { readonly queue?: Config; readonly consume?: Config; readonly consumer?: Config; readonly producer?: Config; readonly cluster?: Config; readonly timeline?: readonly TimelineEntry[]; readonly until?: number }) {
  const scenario: Scenario = {
    version: 1,
    title: 'room',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, ...more.producer } },
      { id: 'rabbit', kind: 'rabbitmq.cluster', config: more.cluster ?? {} },
      { id: 'news', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'fanout' } },
      { id: 'mine', kind: 'rabbitmq.queue', parent: 'rabbit', config: more.queue ?? {} },
      { id: 'reader', kind: 'consumer', config: { serviceTime: '5ms', ...more.consumer } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'news' },
      { id: 'bound', kind: 'bind', from: 'news', to: 'mine' },
      { id: 'out', kind: 'consume', from: 'mine', to: 'reader', config: more.consume ?? {} },
    ],
    timeline: more.timeline ?? [],
  };
  const { simulation } = runTwice(scenario, models, catalog, more.until ?? 3e6);
  const { history } = simulation;
  const of = (kind: Kind) => Array.from({ length: history.length }, (_, id) => history.entry(id)).filter((e) => e.kind === kind);
  return { of, text: (n: number) => history.text(n) };
}
const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });

it('an exclusive queue is declared and bound by the connection that consumes from it, and goes with it', () => {
  const { of, text } = run({ queue: { exclusive: true }, timeline: [at(1000, 'crash', 'reader/1'), at(2000, 'restart', 'reader/1')] });
  expect(of('effect').length).toBeGreaterThan(30);
  // While nobody holds the queue, the exchange has no binding.
  const gone = of('unrouted')
    .map((e) => e.time)
    .filter((t) => t > 0.1e6);
  expect(gone.length).toBeGreaterThan(15);
  expect(Math.min(...gone)).toBeGreaterThan(1e6);
  expect(Math.max(...gone)).toBeLessThan(2.1e6);
  expect(of('refused').map((e) => text(e.reason))).toEqual([]);
});
it('a second connection is refused an exclusive queue with RESOURCE_LOCKED', () => {
  const { of, text } = run({ queue: { exclusive: true }, consumer: { instances: 2 } });
  expect(new Set(of('refused').map((e) => text(e.reason)))).toEqual(new Set(['rabbitmq.RESOURCE_LOCKED']));
  expect(new Set(of('effect').map((e) => text(e.actor)))).toEqual(new Set(['reader/1']));
});
it('basic.get hands over one message per question, and asks an empty queue again after a pause', () => {
  const { of } = run({ consume: { method: 'basic.get', interval: '500ms' }, producer: { rate: 1 }, until: 6e6 });
  const waits = of('delivered').map((e) => e.time);
  expect(waits.length).toBeGreaterThanOrEqual(4);
  // Seen at the next look, up to half a second and two hops later: never pushed at once.
  const produced = of('produced').map((e) => e.time);
  expect(Math.max(...waits.map((t, i) => t - (produced[i] as number)))).toBeGreaterThan(50_000);
  expect(of('effect').length).toBe(waits.length);
});
it('basic.get with two free slots has one question under way at a time', () => {
  const { of } = run({ consume: { method: 'basic.get', interval: '100ms' }, consumer: { concurrency: 2, serviceTime: '300ms' }, producer: { rate: 50 } });
  const started = of('started').length;
  expect(started).toBeGreaterThan(14);
  expect(started).toBeLessThan(24);
});
it('a publisher 400 messages ahead of a queue process is held by credit flow until 200 are left', () => {
  const { of, text } = run({ cluster: { queueIntakeRate: 100 }, producer: { rate: 1000 }, until: 6e6 });
  const flow = of('throttled').filter((e) => text(e.reason) === 'rabbitmq.credit_flow');
  expect(flow.map((e) => e.detail).slice(0, 2)).toEqual([1, 0]);
  const [on = 0, off = 0] = flow.map((e) => e.time);
  expect((off - on) / 1e6).toBeGreaterThan(1.5);
});
it('a new latency does not end the subscription, a new prefetch does', () => {
  const timeline = (setting: Config) => [at(1000, 'set', 'out', setting)];
  const joined = (setting: Config) =>
    run({ timeline: timeline(setting) })
      .of('joined')
      .filter((e) => e.detail === 1).length;
  expect(joined({ latency: '20ms' })).toBe(1);
  expect(joined({ prefetch: 3 })).toBe(2);
});

/** One instance that reads from two queues, three messages of each being there; how many it has in hands at once. */
function inHands(consume: Config, more: { readonly cluster?: Config; readonly timeline?: readonly TimelineEntry[]; readonly until?: number } = {}) {
  const scenario: Scenario = {
    version: 1,
    title: 'two queues',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20 } },
      { id: 'rabbit', kind: 'rabbitmq.cluster', config: more.cluster ?? {} },
      { id: 'news', kind: 'rabbitmq.exchange', parent: 'rabbit', config: { type: 'fanout' } },
      { id: 'mine', kind: 'rabbitmq.queue', parent: 'rabbit' },
      { id: 'yours', kind: 'rabbitmq.queue', parent: 'rabbit' },
      { id: 'reader', kind: 'consumer', config: { serviceTime: '300ms', concurrency: 20 } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'news' },
      { id: 'bound', kind: 'bind', from: 'news', to: 'mine' },
      { id: 'bound too', kind: 'bind', from: 'news', to: 'yours' },
      { id: 'out', kind: 'consume', from: 'mine', to: 'reader', config: consume },
      { id: 'out too', kind: 'consume', from: 'yours', to: 'reader', config: consume },
    ],
    timeline: more.timeline ?? [],
  };
  const { simulation } = runTwice(scenario, models, catalog, more.until ?? 3e6);
  const { history } = simulation;
  let [now, most] = [0, 0];
  const joined: number[] = [];
  for (let id = 0; id < history.length; id++) {
    const { kind, detail, time } = history.entry(id);
    if (kind === 'delivered') most = Math.max(most, ++now);
    else if (kind === 'settled' || kind === 'requeued') now--;
    else if (kind === 'joined' && detail === 1) joined.push(time);
  }
  return { most, joined };
}
it('a global prefetch is shared by what one instance consumes from several queues, a plain one is not', () => {
  expect(inHands({ prefetch: 3 }).most).toBe(6);
  expect(inHands({ prefetch: 3, global: true }).most).toBe(3);
});
it('from 4.3 a global prefetch is taken for one of each consumer', () => {
  expect(inHands({ prefetch: 3, global: true }, { cluster: { version: '4.3' } }).most).toBe(6);
});
it('subscriptions that share a channel lose it together and come back together', () => {
  const again = (consume: Config) => inHands(consume, { timeline: [at(1000, 'lose-next-ack', 'out')], until: 9e6 }).joined.filter((time) => time > 1e6).length;
  expect(again({ prefetch: 3 })).toBe(1);
  expect(again({ prefetch: 3, global: true })).toBe(2);
  const alone = inHands({ prefetch: 3, global: true }, { timeline: [at(1000, 'remove-link', 'out')], until: 9e6 });
  expect(alone.joined.filter((time) => time > 1e6)).toHaveLength(1);
});
