import { expect, test } from 'vitest';
import type { PublishArgs, Table } from './events.ts';
import { jumpHash } from './jump-hash.ts';
import { phash2, type Term } from './phash2.ts';
import { rule } from './rules.ts';
import { only, server } from './server.test-kit.ts';

type Server = ReturnType<typeof server>;
const bind = (s: Server, queue: string, routingKey: string) => {
  s.queue(queue);
  return s.broker.queueBind('a', 1, { exchange: 'x', queue, routingKey });
};
function ring(weights: Record<string, string>, table: Table = {}): Server {
  const s = server();
  s.broker.exchangeDeclare('a', 1, { exchange: 'x', type: 'x-consistent-hash', arguments: table });
  for (const [queue, weight] of Object.entries(weights)) bind(s, queue, weight);
  s.events();
  return s;
}
/** The queue that each message goes to. */
const homes = (s: Server, messages: readonly Partial<PublishArgs>[]) => {
  s.events();
  for (const message of messages) s.send('', { exchange: 'x', ...message });
  return only(s.events(), 'enqueued').map((one) => one.queue);
};
const keys = Array.from({ length: 400 }, (_, i) => ({ routingKey: `key-${i}` }));
const atom = (name: string): Term => ({ atom: name });

test(rule('phash2'), () => {
  // What erlang:phash2/1 of OTP 25 says.
  const facts: [Term, number][] = [
    ['', 13708901],
    ['a', 112802447],
    ['Hello wörld/utf8', 4965658],
    ['0123456789ab', 115360506],
    ['0123456789abc', 67923675],
    [atom('undefined'), 45914356],
    [[], 113427502],
    [{ float: 0.1 }, 114238079],
    [{ tuple: [atom('longstr'), 'k'] }, 23777910],
    [{ tuple: [atom('signedint'), -5] }, 39932925],
    [{ tuple: [atom('signedint'), -134217728] }, 65405468],
    [{ tuple: [atom('signedint'), -134217729] }, 11977661],
    [{ tuple: [atom('long'), 9007199254740991] }, 120755072],
    [{ tuple: [atom('array'), [{ tuple: [atom('longstr'), 'x'] }]] }, 134154401],
    [{ tuple: [atom('double'), { float: -0.25 }] }, 65236080],
  ];
  for (const [term, hash] of facts) expect([term, phash2(term)]).toEqual([term, hash]);
  expect([2, 3, 10, 1000, 10000].map((buckets) => jumpHash(5, buckets))).toEqual([0, 2, 4, 125, 5954]);
  expect([jumpHash(-5, 10000), jumpHash(7, 1)]).toEqual([9169, 0]);
});
test(rule('consistent-hash'), () => {
  const found = homes(ring({ a: '1', b: '3' }), keys);
  expect(found.length).toBe(keys.length);
  expect(found.filter((queue) => queue === 'b').length / keys.length).toBeCloseTo(0.75, 1);
  const empty = ring({});
  empty.send('k', { exchange: 'x' });
  expect(only(empty.events(), 'unrouted').length).toBe(1);
});
test(rule('consistent-hash-movement'), () => {
  const s = ring({ a: '2', b: '2' });
  const before = homes(s, keys);
  bind(s, 'c', '2');
  const after = homes(s, keys);
  expect(after.filter((queue, i) => queue !== before[i]).every((queue) => queue === 'c')).toBe(true);
  s.broker.load(s.broker.save());
  expect(homes(s, keys)).toEqual(after);
});
test(rule('consistent-hash-by'), () => {
  const byHeader = ring({ a: '1', b: '1', c: '1' }, { 'hash-header': 'user' });
  const users = keys.map(({ routingKey }) => ({ routingKey: 'same', headers: { user: routingKey } }));
  expect(homes(byHeader, users)).toEqual(homes(ring({ a: '1', b: '1', c: '1' }), keys));
  expect(new Set(homes(byHeader, keys)).size).toBe(1);
  const byId = ring({ a: '1', b: '1', c: '1' }, { 'hash-property': 'message_id' });
  expect(
    homes(
      byId,
      keys.map(({ routingKey }) => ({ messageId: routingKey })),
    ),
  ).toEqual(homes(byHeader, users));
  const byTime = ring({ a: '1', b: '1', c: '1' }, { 'hash-property': 'timestamp' });
  expect(
    new Set(
      homes(
        byTime,
        keys.map((_, i) => ({ timestamp: i })),
      ),
    ).size,
  ).toBe(3);
});
test(rule('consistent-hash-one-share'), () => {
  const s = ring({ a: '1', b: '1' });
  const before = homes(s, keys);
  bind(s, 'a', '50');
  expect(homes(s, keys)).toEqual(before);
  s.broker.queueUnbind('a', 1, { exchange: 'x', queue: 'a', routingKey: '50' });
  expect(new Set(homes(s, keys))).toEqual(new Set(['b']));
  s.broker.load(s.broker.save());
  expect(new Set(homes(s, keys))).toEqual(new Set(['b']));
});
