import { expect, test } from 'vitest';
import type { RabbitOptions } from './api.ts';
import { rule } from './rules.ts';
import { messages, only, server } from './server.test-kit.ts';

const quorum = { 'x-queue-type': 'quorum' };
const SECOND = 1000;

test(rule('killed-node'), () => {
  const redelivered = (how?: 'killed') => {
    const s = server({ nodes: ['n1', 'n2'] });
    s.queue('q');
    for (let i = 0; i < 3; i++) s.send('q');
    s.broker.basicGet('a', 1, { queue: 'q' });
    s.broker.stopNode('n1', how);
    s.broker.startNode('n1');
    s.open('b', 1, 'n2');
    return [1, 2, 3].map(() => (s.broker.basicGet('b', 1, { queue: 'q', noAck: true }) as unknown as { redelivered: boolean }).redelivered);
  };
  expect(redelivered()).toEqual([true, false, false]);
  expect(redelivered('killed')).toEqual([true, true, true]);
});

test('what clients of other nodes have out when its node stops in order, a classic queue of 4.3 does not flag, and keeps in its place', () => {
  const flags = (version: RabbitOptions['version'], how?: 'killed') => {
    const s = server({ version, nodes: ['n1', 'n2'] });
    s.queue('q');
    for (let i = 0; i < 3; i++) s.send('q');
    s.open('b', 1, 'n2');
    for (let i = 0; i < 2; i++) s.broker.basicGet('b', 1, { queue: 'q' });
    s.broker.basicNack('b', 1, { deliveryTag: 2 });
    s.broker.stopNode('n1', how);
    s.broker.startNode('n1');
    return s.broker.peek('q', 9).ready.map(({ message, redelivered }) => [message, redelivered]);
  };
  const all = [0, 1, 2].map((message) => [message, true]);
  expect(flags('4.0.5')).toEqual([...all.slice(0, 2), [2, false]]);
  expect(flags('4.3')).toEqual([
    [0, false],
    [1, true],
    [2, false],
  ]);
  expect(flags('4.3', 'killed')).toEqual(all);
});

/** Two consumers of a third node, one of which has messages 0 and 1, and one of another node. */
function killed(version: RabbitOptions['version'], args = {}, how?: 'killed') {
  const s = server({ version, nodes: ['n1', 'n2', 'n3'] });
  s.queue('q', { ...quorum, ...args });
  s.open('b', 1, 'n3');
  s.consume('q', 'c', { connection: 'b', prefetch: 2 });
  s.consume('q', 'idle', { connection: 'b', prefetch: 2, arguments: { 'x-priority': -1 } });
  for (let i = 0; i < 2; i++) s.send('q');
  s.open('d', 1, 'n2');
  s.consume('q', 'other', { connection: 'd', prefetch: 5, arguments: { 'x-priority': -2 } });
  s.events();
  s.broker.stopNode('n3', how);
  const consumers = () => s.broker.queueCounts('q')?.consumers;
  return { s, consumers };
}
test(rule('suspects'), () => {
  const orderly = killed('4.3');
  expect(messages(orderly.s.events(), 'other')).toEqual([0, 1]);
  expect(orderly.consumers()).toBe(1);

  const atOnce = killed('4.0.5', {}, 'killed');
  expect(messages(atOnce.s.events(), 'other')).toEqual([0, 1]);
  expect(atOnce.consumers()).toBe(3);
  atOnce.s.broker.startNode('n3');
  expect(atOnce.consumers()).toBe(1);

  const { s, consumers } = killed('4.3', {}, 'killed');
  expect(messages(s.events(), 'other')).toEqual([]);
  expect(consumers()).toBe(3);
  // Over a checkpoint, too.
  s.broker.load(JSON.parse(JSON.stringify(s.broker.save())));
  s.broker.startNode('n3');
  expect(only(s.events(), 'deliver').map(({ message, deliveryCount, redelivered }) => [message, deliveryCount, redelivered])).toEqual([
    [0, 1, true],
    [1, 1, true],
  ]);
  expect(consumers()).toBe(1);
});
test('4.3 waits a minute for what is out on a killed node, or as long as the queue says; that is not held against the messages, and the consumers still count', () => {
  for (const [args, seconds] of [
    [{}, 60],
    [{ 'x-consumer-disconnected-timeout': 5 * SECOND }, 5],
  ] as const) {
    const { s, consumers } = killed('4.3', args, 'killed');
    s.ms(seconds * SECOND - 1);
    expect(messages(s.events(), 'other')).toEqual([]);
    s.ms(1);
    expect(only(s.events(), 'deliver').map(({ message, deliveryCount }) => [message, deliveryCount])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(consumers()).toBe(3);
    s.broker.startNode('n3');
    expect(consumers()).toBe(1);
  }
});
test('4.3: while the single active consumer is on a killed node nobody else is served', () => {
  const { s } = killed('4.3', { 'x-single-active-consumer': true }, 'killed');
  s.send('q');
  expect(messages(s.events(), 'other')).toEqual([]);
  s.ms(60 * SECOND);
  expect(messages(s.events(), 'other')).toEqual([0, 1, 2]);
});

test(rule('killed-exclusive'), () => {
  const after = (version: RabbitOptions['version']) => {
    const s = server({ version, nodes: ['n1', 'n2', 'n3'] });
    s.open('b', 1, 'n2');
    s.queue('own', {}, { exclusive: true, connection: 'b' });
    s.send('own');
    s.broker.stopNode('n2', 'killed');
    s.events();
    const mine = () => {
      s.open('c', 1, 'n3');
      const outcome = s.queue('own', {}, { exclusive: true, connection: 'c' });
      return outcome.refused ? outcome.name : outcome.messageCount;
    };
    s.send('own', { mandatory: true });
    const events = s.events();
    const before = mine();
    s.broker.startNode('n2');
    return { acks: only(events, 'confirm').map(({ ack }) => ack), returned: only(events, 'return').length, before, back: mine() };
  };
  expect(after('4.0.5')).toMatchObject({ acks: [true], returned: 1, before: 0 });
  expect(after('4.3')).toEqual({ acks: [false], returned: 0, before: 'RESOURCE_LOCKED', back: 0 });
});

test(rule('first-publish'), () => {
  const s = server();
  s.queue('a', { 'x-max-length': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'b' });
  s.queue('b', quorum);
  s.broker.exchangeDeclare('a', 1, { exchange: 'x', type: 'fanout' });
  for (const queue of ['b', 'a']) s.broker.queueBind('a', 1, { exchange: 'x', queue });
  s.send('a');
  const order = () => {
    s.send('', { exchange: 'x' });
    return only(s.events(), 'enqueued').flatMap(({ queue, message }) => (queue === 'b' ? [message] : []));
  };
  s.events();
  expect(order()).toEqual([0, 1]);
  s.broker.load(s.broker.save());
  expect(order()).toEqual([2, 1]);
});

test(rule('kill-under-way'), () => {
  /** Three before the kill and two after it, then the queue's node is back. */
  const through = (table: Record<string, string>, persistent: boolean) => {
    const s = server({ nodes: ['n1', 'n2', 'n3'] });
    s.open('b', 1, 'n2');
    s.queue('q', table);
    for (let i = 0; i < 3; i++) s.send('q', { connection: 'b', persistent });
    s.broker.stopNode('n1', 'killed');
    for (let i = 0; i < 2; i++) s.send('q', { connection: 'b', persistent });
    s.broker.load(s.broker.save());
    s.broker.startNode('n1');
    return { confirms: only(s.events(), 'confirm').map(({ ack }) => ack), kept: s.broker.peek('q', 9).ready.map(({ message }) => message) };
  };
  expect(through(quorum, true)).toEqual({ confirms: [true, true, true, true, true], kept: [0, 1, 2, 3, 4] });
  expect(through({}, true)).toEqual({ confirms: [true, true, true, false, false], kept: [0, 1, 2] });
  expect(through({}, false)).toEqual({ confirms: [true, true, true, false, false], kept: [] });
});

test(rule('home-away'), () => {
  const away = (version: RabbitOptions['version']) => {
    const s = server({ version, nodes: ['n1', 'n2'] });
    s.open('b', 1, 'n2');
    s.queue('q');
    s.broker.stopNode('n1', 'killed');
    s.events();
    s.send('q', { connection: 'b', mandatory: true });
    const events = s.events();
    return [only(events, 'confirm').map(({ ack }) => ack), only(events, 'return').length, only(events, 'unrouted').map(({ because }) => because)];
  };
  expect(away('3.10.8')).toEqual([[true], 1, ['rabbitmq.queue_unavailable']]);
  expect(away('4.0.5')).toEqual([[false], 0, []]);
});
