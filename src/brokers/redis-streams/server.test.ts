import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { server } from './server.test-kit.ts';

describe('XINFO', () => {
  const fields = (reply: unknown): Record<string, unknown> => {
    const list = reply as readonly unknown[];
    return Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[String(name), list[i + 1]]] : [])));
  };
  test(rule('xinfo'), () => {
    const s = server({ epoch: 5000 });
    s.all('XADD s 1-0 f v', 'XADD s 2-0 f v', 'XADD s 3-0 f v', 'XDEL s 2-0', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c COUNT 1 STREAMS s >');
    expect(fields(s.do('XINFO STREAM s'))).toEqual({
      ...{ length: 2, 'radix-tree-keys': 1, 'last-generated-id': '3-0', 'max-deleted-entry-id': '2-0', 'entries-added': 3, 'recorded-first-entry-id': '1-0', groups: 1 },
      ...{ 'first-entry': ['1-0', ['f', 'v']], 'last-entry': ['3-0', ['f', 'v']] },
    });
    const full = fields(s.do('XINFO STREAM s FULL COUNT 1'));
    expect(full['entries']).toEqual([['1-0', ['f', 'v']]]);
    const group = fields((full['groups'] as unknown[])[0]);
    expect(group).toMatchObject({ name: 'g', 'last-delivered-id': '1-0', 'pel-count': 1, pending: [['1-0', 'c', 5000, 1]] });
    expect((group['consumers'] as unknown[]).map(fields)).toEqual([{ name: 'c', 'seen-time': 5000, 'active-time': 5000, 'pel-count': 1, pending: [['1-0', 5000, 1]] }]);
  });
  test(`${rule('xinfo')} What is not there and what is no option.`, () => {
    const s = server();
    s.do('XADD s 1-0 f v');
    for (const sub of ['STREAM none', 'GROUPS none', 'CONSUMERS none g']) expect(s.do(`XINFO ${sub}`)).toBe('ERR no such key');
    expect(s.do('XINFO CONSUMERS s no')).toBe("NOGROUP No such consumer group 'no' for key name 's'");
    for (const rest of ['PART', 'FULL COUNT', 'FULL LIMIT 1', 'FULL COUNT 1 2']) expect(s.do(`XINFO STREAM s ${rest}`)).toBe("ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO HELP.");
    expect(s.do('XINFO GROUPS s g')).toBe("ERR wrong number of arguments for 'xinfo|groups' command");
    expect(s.do('XINFO SHARDS s')).toBe("ERR unknown subcommand 'SHARDS'. Try XINFO HELP.");
    expect(s.do('XNONSENSE a b')).toBe("ERR unknown command 'XNONSENSE', with args beginning with: 'a' 'b' ");
  });
  test(rule('lag'), () => {
    const s = server();
    for (let i = 1; i <= 5; i++) s.do(`XADD s ${i}-0 f v`);
    s.all('XGROUP CREATE s all 0', 'XGROUP CREATE s mid 2', 'XGROUP CREATE s end $', 'XGROUP CREATE s told 2 ENTRIESREAD 2');
    const lags = () => Object.fromEntries(s.rows('XINFO GROUPS s').map(({ name, lag, 'entries-read': read }) => [String(name), [read, lag]]));
    expect(lags()).toEqual({ all: [null, 5], end: [null, 0], mid: [null, null], told: [2, 3] });
    for (const name of ['all', 'mid', 'told']) s.do(`XREADGROUP GROUP ${name} c COUNT 1 STREAMS s >`);
    expect(lags()).toEqual({ all: [1, 4], end: [null, 0], mid: [null, null], told: [3, 2] });
    s.do('XDEL s 4-0');
    expect(lags()).toEqual({ all: [1, null], end: [null, 0], mid: [null, null], told: [3, null] });
    for (const name of ['all', 'mid']) s.do(`XREADGROUP GROUP ${name} c STREAMS s >`);
    expect(lags()).toMatchObject({ all: [5, 0], mid: [5, 0] });
    s.all('XADD s 6-0 f v', 'XTRIM s MAXLEN 1');
    expect(lags()).toMatchObject({ all: [5, 1], told: [3, 1], end: [null, 1] });
    s.do('XTRIM s MAXLEN 0');
    expect(lags()).toMatchObject({ all: [5, 0], told: [3, 0] });
  });
});

describe('keys', () => {
  test(rule('wrong-type'), () => {
    const s = server();
    s.do('SET k v');
    const lines = [
      ...['XADD k 1-0 f v', 'XLEN k', 'XTRIM k MAXLEN 1', 'XDEL k 1-0', 'XSETID k 1-0', 'XRANGE k - +', 'XREVRANGE k + -', 'XREAD STREAMS k 0', 'XREADGROUP GROUP g c STREAMS k >'],
      ...['XACK k g 1-0', 'XPENDING k g', 'XCLAIM k g c 0 1-0', 'XAUTOCLAIM k g c 0 0', 'XGROUP CREATE k g 0', 'XGROUP DESTROY k g', 'XGROUP DELCONSUMER k g c', 'XINFO STREAM k', 'XINFO GROUPS k'],
    ];
    for (const line of lines) expect([line, s.do(line)]).toEqual([line, 'WRONGTYPE Operation against a key holding the wrong kind of value']);
    expect(s.all('XADD t 1-0 f v', 'GET t')).toBe('WRONGTYPE Operation against a key holding the wrong kind of value');
    expect([s.do('GET k'), s.do('GET none'), s.do('TYPE k'), s.do('TYPE t'), s.do('TYPE none')]).toEqual(['v', null, 'string', 'stream', 'none']);
  });
  test(rule('del'), () => {
    const s = server();
    s.all('XADD s 1-0 f v', 'XGROUP CREATE s g 0', 'XADD t 1-0 f v');
    expect([s.do('DEL s none'), s.do('XLEN s'), s.do('XPENDING s g')]).toEqual([1, 0, "NOGROUP No such key 's' or consumer group 'g'"]);
    expect(s.events('removed')).toMatchObject([{ key: 's', why: 'del', entries: [[expect.any(String), { texts: ['f', 'v'] }]] }]);
    expect([s.do('RENAME t u'), s.do('EXISTS t u'), s.do('RENAME t u'), s.do('XLEN u')]).toEqual(['OK', 1, 'ERR no such key', 1]);
    expect([s.do('FLUSHALL'), s.do('EXISTS u')]).toEqual(['OK', 0]);
  });
  test(`${rule('del')} Its time can be told, taken back and moved.`, () => {
    const s = server();
    s.all('XADD s 1-0 f v', 'PEXPIRE s 1500');
    expect([s.do('PTTL s'), s.do('TTL s'), s.do('PERSIST s'), s.do('PERSIST s'), s.do('TTL s'), s.do('TTL none'), s.do('EXPIRE none 1')]).toEqual([1500, 2, 1, 0, -1, -2, 0]);
    s.ms(2000);
    expect([s.do('EXISTS s'), s.do('EXPIRE s 1'), s.do('RENAME s t')]).toEqual([1, 1, 'OK']);
    s.ms(999);
    expect(s.do('EXISTS t')).toBe(1);
    s.ms(1);
    expect([s.do('EXISTS t'), s.events('removed').map(({ why }) => why)]).toEqual([0, ['expired']]);
  });
});

describe('limits of the server', () => {
  test(rule('maxmemory'), () => {
    const s = server({ config: { maxmemory: 5000 } });
    for (let i = 1; i < 6; i++) s.do(`XADD s ${i}-0 f v`, 'main', { weight: 1000 });
    expect(s.do('XADD s 9-0 f v')).toContain('OOM command not allowed');
    expect([s.do('XGROUP CREATE s g 0'), s.do('XLEN s'), s.do('XTRIM s MAXLEN 1')]).toEqual(["OOM command not allowed when used memory > 'maxmemory'.", 5, 4]);
    expect(s.do('XADD s 9-0 f v')).toBe('9-0');
  });
  test(rule('eviction'), () => {
    const s = server({ config: { maxmemory: 5000, 'maxmemory-policy': 'allkeys-lru' } });
    s.all('XGROUP CREATE s g 0 MKSTREAM', 'XADD t 1-0 f v', 'XLEN s');
    for (let i = 2; i < 7; i++) s.do(`XADD t ${i}-0 f v`, 'main', { weight: 1000 });
    expect([s.do('XADD u 1-0 f v'), s.do('EXISTS s'), s.do('EXISTS t'), s.do('XLEN u')]).toEqual(['1-0', 0, 0, 1]);
    expect(s.events('removed').map(({ key, why }) => [key, why])).toEqual([['t', 'evicted']]);
  });
  test(rule('min-replicas'), () => {
    const s = server({ config: { 'min-replicas-to-write': 1 } });
    expect([s.do('XADD s 1-0 f v'), s.do('XLEN s')]).toEqual(['NOREPLICAS Not enough good replicas to write.', 0]);
    s.redis.goodReplicas = 1;
    expect(s.do('XADD s 1-0 f v')).toBe('1-0');
  });
});

const SCENE = [
  ...['XADD s * f v', 'XADD s MAXLEN ~ 3 * f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g a COUNT 1 STREAMS s >', 'XADD s 9999999999999-* f v', 'XADD s * f v', 'XADD s * f v'],
  ...['XREADGROUP GROUP g b COUNT 2 STREAMS s >', 'XCLAIM s g c 0 9999999999999-0 RETRYCOUNT 4', 'XREADGROUP GROUP g b NOACK COUNT 1 STREAMS s >', 'XDEL s 9999999999999-1', 'XTRIM s MAXLEN ~ 1'],
  // A consumer that is made by a claim that finds nothing is not told of.
  ...['XGROUP CREATECONSUMER s g d', 'XAUTOCLAIM s g d 0 -', 'XGROUP CREATE s h $ ENTRIESREAD 4', 'XACK s g 9999999999999-0', 'XGROUP CREATECONSUMER s h x', 'XADD t 1-0 f v', 'PEXPIRE t 50', 'XADD u 1-0 f v', 'RENAME u w', 'XSETID w 5-0 ENTRIESADDED 7', 'XGROUP SETID s h 0'],
];
const TIMES = /"(seen-time|active-time)",-?\d+/g;
const LOOKS = ['XINFO STREAM s FULL COUNT 0', 'XINFO STREAM w FULL COUNT 0', 'EXISTS s t u w'];

test(rule('replication'), () => {
  const master = server({ config: { 'stream-node-max-entries': 2 } });
  const replica = server({ config: { 'stream-node-max-entries': 2 } });
  for (const line of SCENE) {
    master.do(line);
    for (const { argv } of master.redis.written.splice(0)) replica.redis.execute('master', argv, { obeyed: true });
    for (const one of [master, replica]) one.ms(1);
    const states = [master, replica].map((one) => LOOKS.map((look) => JSON.stringify(one.do(look)).replace(TIMES, '')));
    expect([line, states[1]]).toEqual([line, states[0]]);
  }
  master.ms(100);
  expect(master.redis.written).toEqual([{ argv: ['DEL', 't'], weight: 0 }]);
});

test(rule('restart'), () => {
  for (let at = 0; at < SCENE.length; at += 3) {
    const one = server();
    const other = server();
    for (const line of SCENE.slice(0, at)) one.do(line);
    one.do('XREAD BLOCK 500 STREAMS new 0', 'k');
    const saved = JSON.parse(JSON.stringify(one.redis.save()));
    other.redis.load(saved);
    expect(other.redis.save()).toEqual(saved);
    for (const line of SCENE.slice(at)) expect(other.do(line)).toEqual(one.do(line));
    other.do('XADD new 1-0 f v');
    expect(other.woken()).toEqual([['k', [['new', [['1-0', ['f', 'v']]]]]]]);
  }
});
