import { expect, it, test } from 'vitest';
import { catalog } from '../../catalog.ts';
import type { Scenario } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { loadModels } from '../models.ts';
import { rule } from './rules.ts';
import { messages, only, server } from './server.test-kit.ts';

/** A server whose channel 2 is transactional, with two messages out on it. */
function transactional() {
  const s = server();
  s.queue('q');
  for (let i = 0; i < 4; i++) s.send('q');
  s.broker.openChannel('a', 2);
  s.broker.txSelect('a', 2);
  s.broker.basicQos('a', 2, { prefetchCount: 2 });
  s.broker.basicConsume('a', 2, { queue: 'q', consumerTag: 'c' });
  s.queue('out');
  s.events();
  return s;
}
const publish = (s: ReturnType<typeof server>, message: number) => s.broker.publish('a', 2, { exchange: '', routingKey: 'out', message, mandatory: true });

test(rule('tx'), () => {
  const s = transactional();
  publish(s, 50);
  s.broker.basicAck('a', 2, { deliveryTag: 1 });
  expect(s.broker.queueCounts('out')?.ready).toBe(0);
  // The prefetch is not free before the commit.
  expect(messages(s.events(), 'c')).toEqual([]);
  s.broker.queueDelete('a', 1, { queue: 'out' });
  s.broker.txCommit('a', 2);
  const events = s.events();
  expect(only(events, 'transaction')).toMatchObject([{ how: 'commit', messages: 1 }]);
  // It was routed before its queue went.
  expect(only(events, 'return')).toEqual([]);
  expect(messages(events, 'c')).toEqual([2]);
  s.broker.basicReject('a', 2, { deliveryTag: 2, requeue: false });
  publish(s, 51);
  s.broker.txRollback('a', 2);
  expect(only(s.events(), 'transaction')).toMatchObject([{ how: 'rollback', messages: 1 }]);
  expect(s.broker.basicAck('a', 2, { deliveryTag: 2 })).toMatchObject({ refused: false });
  s.broker.closeChannel('a', 2);
  expect(only(s.events(), 'requeued').map((one) => one.message)).toEqual([1, 2]);
});
test(rule('tx-or-confirm'), () => {
  const s = server();
  expect(s.broker.txSelect('a', 1)).toMatchObject({ refused: true, code: 406 });
});
test('A server that is saved in a transaction goes on with it.', () => {
  const s = transactional();
  publish(s, 50);
  s.broker.basicAck('a', 2, { deliveryTag: 1 });
  s.events();
  const saved: unknown = structuredClone(s.broker.save());
  s.broker.txCommit('a', 2);
  const committed = JSON.stringify(s.events());
  s.broker.load(saved);
  s.events();
  s.broker.txCommit('a', 2);
  expect(JSON.stringify(s.events())).toBe(committed);
});

const models = await loadModels(['rabbitmq']);
function run(publishing: Readonly<Record<string, unknown>>, timeline: Scenario['timeline'] = []) {
  const scenario: Scenario = {
    version: 1,
    title: 'transactions',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 100, limit: 100 } },
      { id: 'rabbit', kind: 'rabbitmq.cluster' },
      { id: 'jobs', kind: 'rabbitmq.queue', parent: 'rabbit' },
    ],
    links: [{ id: 'in', kind: 'publish', from: 'shop', to: 'jobs', config: publishing }],
    timeline,
  };
  const { history } = runTwice(scenario, models, catalog, 20e6).simulation;
  const entries = Array.from({ length: history.length }, (_, id) => history.entry(id));
  return { of: (kind: string) => entries.filter((e) => e.kind === kind) };
}
it('a publisher in transactions waits for each commit: a round trip and the disk', () => {
  const last = (publishing: Readonly<Record<string, unknown>>) =>
    Math.max(
      ...run(publishing)
        .of('confirmed')
        .map((e) => e.time),
    );
  const [confirms, every, tens] = [last({}), last({ tx: 1, sync: '20ms' }), last({ tx: 10, sync: '20ms' })];
  expect(confirms).toBeLessThan(1.01e6);
  expect(every).toBeGreaterThan(2.1e6);
  expect(tens).toBeLessThan(1.2e6);
});
it('what is not committed when the broker goes is lost, and its publisher does not know', () => {
  const { of } = run({ tx: 8 }, [
    { at: '500ms', by: 'author', do: 'stop-cluster', on: 'rabbit' },
    { at: '600ms', by: 'author', do: 'start-cluster', on: 'rabbit' },
  ]);
  const [gone] = of('aborted');
  expect(gone?.detail).toBeGreaterThan(0);
  expect(of('unknown').length).toBeGreaterThanOrEqual(gone?.detail ?? 0);
  expect(of('committed').every((e) => e.detail === 8)).toBe(true);
});
