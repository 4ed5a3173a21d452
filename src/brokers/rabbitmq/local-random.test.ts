import { expect, test } from 'vitest';
import { rule } from './rules.ts';
import { only, server } from './server.test-kit.ts';

const nodes = ['n1', 'n2', 'n3'];
type Server = ReturnType<typeof server>;

/** Queues on the nodes given, bound to the exchange "x" of this type, and a client on each node. */
function bound(type: string, homes: Readonly<Record<string, string>>, version: '4.0.5' | '4.3' = '4.0.5'): Server {
  const s = server({ version, nodes });
  for (const node of nodes) s.open(node, 1, node);
  s.broker.exchangeDeclare('a', 1, { exchange: 'x', type });
  for (const [queue, connection] of Object.entries(homes)) {
    s.queue(queue, {}, { connection });
    s.broker.queueBind('a', 1, { exchange: 'x', queue });
  }
  s.events();
  return s;
}
/** The queues that so many messages come to from a client at this node. */
function taken(s: Server, connection: string, times = 1): string[] {
  for (let i = 0; i < times; i++) s.send(`key-${i}`, { exchange: 'x', connection });
  return only(s.events(), 'enqueued').map((one) => one.queue);
}

test(rule('local-random'), () => {
  const s = bound('x-local-random', { a1: 'n1', b1: 'n1', a2: 'n2' });
  const found = taken(s, 'n1', 200);
  expect(found.length).toBe(200);
  expect(found.filter((queue) => queue === 'a1').length).toBeGreaterThan(70);
  expect(found.filter((queue) => queue === 'b1').length).toBeGreaterThan(70);
  expect(new Set(taken(s, 'n2', 5))).toEqual(new Set(['a2']));
  s.send('k', { exchange: 'x', connection: 'n3', mandatory: true });
  expect(only(s.events(), 'return').map((one) => one.replyText)).toEqual(['NO_ROUTE']);
  // A dead letter is routed where it died.
  s.queue('dying', { 'x-message-ttl': 0, 'x-dead-letter-exchange': 'x' }, { connection: 'n2' });
  s.events();
  s.send('dying', { connection: 'n1' });
  expect(only(s.events(), 'enqueued').map((one) => one.queue)).toEqual(['dying', 'a2']);
  // What its node takes with it is not local to anybody.
  s.broker.stopNode('n2');
  s.broker.load(s.broker.save());
  expect(taken(s, 'n1', 3).every((queue) => queue !== 'a2')).toBe(true);
});
test(rule('local-random-bindings'), () => {
  const s = bound('x-local-random', { a1: 'n1' });
  const bind = (queue: string, routingKey = '') => {
    s.open('again', 1, 'n1');
    const answer = s.broker.queueBind('again', 1, { exchange: 'x', queue, routingKey });
    return answer.refused ? answer.name : 'bound';
  };
  s.queue('quorum', { 'x-queue-type': 'quorum' });
  s.queue('stream', { 'x-queue-type': 'stream' });
  s.queue('classic');
  expect([bind('classic'), bind('classic', 'k'), bind('quorum'), bind('stream')]).toEqual(['bound', 'PRECONDITION_FAILED', 'PRECONDITION_FAILED', 'PRECONDITION_FAILED']);
  s.open('again', 1, 'n1');
  expect(s.broker.exchangeBind('again', 1, { source: 'x', destination: 'amq.fanout' })).toMatchObject({ name: 'PRECONDITION_FAILED' });
  const old = server({ version: '3.10.8' });
  expect(old.broker.exchangeDeclare('a', 1, { exchange: 'x', type: 'x-local-random' })).toMatchObject({ name: 'COMMAND_INVALID' });
});
test(rule('modulus-hash'), () => {
  const s = bound('x-modulus-hash', { a: 'n1', b: 'n2', c: 'n3' }, '4.3');
  const found = taken(s, 'n1', 300);
  expect(found.length).toBe(300);
  for (const queue of ['a', 'b', 'c']) expect(found.filter((one) => one === queue).length).toBeGreaterThan(70);
  expect(taken(s, 'n2', 300)).toEqual(found);
  s.broker.load(s.broker.save());
  expect(taken(s, 'n3', 300)).toEqual(found);
  // A queue that is bound once more counts once more.
  s.broker.queueBind('a', 1, { exchange: 'x', queue: 'b', routingKey: 'whatever' });
  expect(taken(s, 'n1', 400).filter((one) => one === 'b').length).toBeGreaterThan(160);
  expect(server().broker.exchangeDeclare('a', 1, { exchange: 'x', type: 'x-modulus-hash' })).toMatchObject({ name: 'PRECONDITION_FAILED' });
});
test(rule('leader-locator'), () => {
  const s = server({ nodes });
  const home = (queue: string) => s.broker.queues().find((one) => one.queue === queue)?.node;
  s.open('b', 1, 'n2');
  s.queue('here', {}, { connection: 'b' });
  expect(home('here')).toBe('n2');
  const balanced = { 'x-queue-leader-locator': 'balanced' };
  for (const queue of ['1', '2', '3']) s.queue(queue, balanced, { connection: 'b' });
  expect(['1', '2', '3'].map(home)).toEqual(['n1', 'n3', 'n1']);
  // Only queues of its type are counted, and a quorum queue is led from one of its members.
  const quorum = { 'x-queue-type': 'quorum', 'x-quorum-initial-group-size': 1, ...balanced };
  for (const queue of ['4', '5']) s.queue(queue, quorum, { connection: 'b' });
  expect(['4', '5'].map(home)).toEqual(['n2', 'n2']);
});
