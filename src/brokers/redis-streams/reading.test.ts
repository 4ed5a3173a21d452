import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { server } from './server.test-kit.ts';

const e = (...ids: readonly string[]) => ids.map((id) => [id, ['f', 'v']]);
const NOGROUP = "NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option";
const filled = (n = 3, options: Parameters<typeof server>[0] = {}) => {
  const s = server(options);
  for (let i = 1; i <= n; i++) s.do(`XADD s ${i}-0 f v`);
  return s;
};

describe('XRANGE', () => {
  test(rule('range'), () => {
    const s = server();
    s.all('XADD s 1-0 f v', 'XADD s 1-7 f v', 'XADD s 2-0 f v', 'XADD s 3-0 f v');
    expect(s.do('XRANGE s 1 1')).toEqual(e('1-0', '1-7'));
    expect(s.do('XRANGE s (1-0 (3')).toEqual(e('1-7', '2-0', '3-0'));
    expect(s.do('XRANGE s (1-0 (3-0')).toEqual(e('1-7', '2-0'));
    expect(s.do('XREVRANGE s + - COUNT 2')).toEqual(e('3-0', '2-0'));
    expect(s.do('XREVRANGE s (3-0 (1-0')).toEqual(e('2-0', '1-7'));
    expect([s.do('XRANGE s 3 1'), s.do('XREVRANGE s 1 3'), s.do('XRANGE none - +')]).toEqual([[], [], []]);
    expect([s.do('XRANGE s - + COUNT 0'), s.do('XRANGE s - + COUNT -5'), s.do('XRANGE none - + COUNT 0')]).toEqual([null, null, []]);
  });
  test('what is no range', () => {
    const s = filled();
    expect(s.do('XRANGE s (18446744073709551615-18446744073709551615 +')).toBe('ERR invalid start ID for the interval');
    expect(s.do('XRANGE s - (0-0')).toBe('ERR invalid end ID for the interval');
    for (const line of ['XRANGE s (- +', 'XRANGE s ( +', 'XRANGE s x +', 'XRANGE s - 1-*']) expect(s.do(line)).toBe('ERR Invalid stream ID specified as stream command argument');
    expect(s.do('XRANGE s - + COUNT')).toBe('ERR syntax error');
    expect(s.do('XRANGE s - + LIMIT 1')).toBe('ERR syntax error');
    expect(s.do('XRANGE s -')).toBe("ERR wrong number of arguments for 'xrange' command");
  });
  test('a range goes over nodes and the gaps in them', () => {
    const s = filled(12, { config: { 'stream-node-max-entries': 3 } });
    s.all('XDEL s 4-0 5-0 6-0 8-0');
    expect(s.do('XRANGE s 3-1 9-0')).toEqual(e('7-0', '9-0'));
    expect(s.do('XREVRANGE s 6-5 2-0')).toEqual(e('3-0', '2-0'));
  });
});

describe('XREAD', () => {
  test(rule('xread'), () => {
    const s = filled();
    s.all('XADD t 1-0 f v');
    const both = [
      ['s', e('2-0', '3-0')],
      ['t', e('1-0')],
    ];
    expect([s.do('XREAD STREAMS s t 1 0', 'a'), s.do('XREAD STREAMS s t 1-0 0-0', 'b')]).toEqual([both, both]);
    expect(s.do('XREAD COUNT 1 STREAMS s t none 0 0 0')).toEqual([
      ['s', e('1-0')],
      ['t', e('1-0')],
    ]);
    expect(s.do('XREAD COUNT 0 STREAMS s 1-0')).toEqual([['s', e('2-0', '3-0')]]);
    expect(s.do('XREAD STREAMS s 3-0')).toBe(null);
  });
  test(rule('xread-dollar'), () => {
    const s = filled();
    expect(s.do('XREAD STREAMS s $')).toBe(null);
    expect(s.do('XREAD BLOCK 0 STREAMS s $', 'a')).toBe('waits');
    s.do('XADD s 4-0 f v');
    expect(s.woken()).toEqual([['a', [['s', e('4-0')]]]]);
    s.do('XADD s 5-0 f v');
    expect(s.do('XREAD BLOCK 1 STREAMS s $', 'a')).toBe('waits');
  });
  test(rule('xread-plus'), () => {
    const s = filled();
    expect(s.do('XREAD STREAMS s none + +')).toEqual([['s', e('3-0')]]);
    expect(s.all('XDEL s 3-0', 'XREAD COUNT 5 STREAMS s +')).toEqual([['s', e('2-0')]]);
    expect(s.all('XTRIM s MAXLEN 0', 'XREAD STREAMS s +')).toBe(null);
    expect(s.do('XREAD BLOCK 0 STREAMS s +', 'a')).toBe('waits');
    s.do('XADD s 9-0 f v');
    expect(s.woken()).toEqual([['a', [['s', e('9-0')]]]]);
    expect(filled(1, { version: '7.0.15' }).do('XREAD STREAMS s +')).toBe('ERR Invalid stream ID specified as stream command argument');
  });
  test('bad calls', () => {
    const s = filled();
    expect(s.do('XREAD STREAMS s t 0')).toBe("ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' must be specified.");
    expect(server({ version: '7.0.15' }).do('XREAD STREAMS s t 0')).toBe("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");
    expect(s.do('XREAD COUNT x STREAMS s 0')).toBe('ERR value is not an integer or out of range');
    expect(s.do('XREAD BLOCK x STREAMS s 0')).toBe('ERR timeout is not an integer or out of range');
    expect(s.do('XREAD BLOCK -1 STREAMS s 0')).toBe('ERR timeout is negative');
    expect(s.do('XREAD BLOCK 9223372036854775807 STREAMS s 0')).toBe('ERR timeout is out of range');
    expect(s.do('XREAD GROUP g c STREAMS s 0')).toBe('ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.');
    expect(s.do('XREAD NOACK STREAMS s 0')).toBe('ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.');
    expect(s.do('XREAD STREAMS s >')).toBe('ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.');
    expect(s.do('XREAD COUNT 1 COUNT 2')).toBe('ERR syntax error');
    expect(s.do('XREAD s 0 STREAMS')).toBe('ERR syntax error');
    expect(s.do('XREAD STREAMS s')).toBe("ERR wrong number of arguments for 'xread' command");
  });
});

describe('waiting', () => {
  test(rule('block'), () => {
    const s = server();
    expect([s.do('XREAD BLOCK 300 STREAMS s t 0 0', 'a'), s.do('XREAD BLOCK 0 STREAMS t 0', 'b')]).toEqual(['waits', 'waits']);
    s.ms(299);
    expect(s.woken()).toEqual([]);
    s.ms(1);
    expect(s.woken()).toEqual([['a', null]]);
    s.ms(10_000_000);
    s.do('XADD t 1-0 f v');
    expect(s.woken()).toEqual([['b', [['t', e('1-0')]]]]);
    expect(s.do('XREAD BLOCK 0 STREAMS t 0', 'b')).toEqual([['t', e('1-0')]]);
  });
  test(`${rule('block')} The time runs on while others are served.`, () => {
    const s = server();
    s.all('XGROUP CREATE s g $ MKSTREAM');
    s.do('XREADGROUP GROUP g a BLOCK 500 STREAMS s >', 'a');
    s.do('XREADGROUP GROUP g b BLOCK 500 STREAMS s >', 'b');
    s.ms(400);
    s.do('XADD s 1-0 f v');
    expect(s.woken().map(([client]) => client)).toEqual(['a']);
    s.ms(100);
    expect(s.woken()).toEqual([['b', null]]);
  });
  test(rule('block-order'), () => {
    const s = server();
    s.all('XGROUP CREATE s g $ MKSTREAM');
    for (const [client, line] of [
      ['x', 'XREAD BLOCK 0 STREAMS s 0'],
      ['b', 'XREADGROUP GROUP g b BLOCK 0 STREAMS s >'],
      ['a', 'XREADGROUP GROUP g a BLOCK 0 STREAMS s >'],
      ['y', 'XREAD BLOCK 0 STREAMS s $'],
    ])
      s.do(line ?? '', client);
    s.do('XADD s 1-0 f v');
    expect(s.woken().map(([client]) => client)).toEqual(['x', 'b', 'y']);
    s.do('XADD s 2-0 f v');
    expect(s.woken()).toEqual([['a', [['s', e('2-0')]]]]);
  });
  test(`${rule('block-order')} Who was woken for nothing goes to the end.`, () => {
    const s = server();
    s.all('XGROUP CREATE s g $ MKSTREAM', 'XGROUP CREATE t g $ MKSTREAM');
    s.do('XREADGROUP GROUP g a BLOCK 0 STREAMS s t > >', 'a');
    s.do('XREADGROUP GROUP g b BLOCK 0 STREAMS s >', 'b');
    s.all('XADD t MAXLEN 0 1-0 f v', 'XADD s 1-0 f v');
    expect(s.woken().map(([client]) => client)).toEqual(['b']);
  });
  test(`${rule('block-order')} An entry that is trimmed at once wakes nobody.`, () => {
    const s = server();
    s.do('XREAD BLOCK 0 STREAMS s 0', 'a');
    s.do('XADD s MAXLEN 0 1-0 f v');
    expect(s.woken()).toEqual([]);
    s.do('XADD s 2-0 f v');
    expect(s.woken()).toEqual([['a', [['s', e('2-0')]]]]);
  });
  test(rule('block-gone'), () => {
    for (const [line, said] of [
      ['DEL s', NOGROUP],
      ['UNLINK s', NOGROUP],
      ['FLUSHALL', NOGROUP],
      ['XGROUP DESTROY s g', NOGROUP],
      ['RENAME s t', NOGROUP],
      ['PEXPIRE s 0', NOGROUP],
      ['SET s x', 'WRONGTYPE Operation against a key holding the wrong kind of value'],
    ]) {
      const s = server();
      s.all('XGROUP CREATE s g $ MKSTREAM');
      s.do('XREADGROUP GROUP g a BLOCK 0 STREAMS s >', 'a');
      s.do('XREAD BLOCK 0 STREAMS s $', 'b');
      s.do(line ?? '');
      expect([line, s.woken()]).toEqual([line, [['a', said]]]);
    }
  });
  test(`${rule('block-gone')} Also when it expires.`, () => {
    const s = server();
    s.all('XGROUP CREATE s g $ MKSTREAM', 'PEXPIRE s 100');
    s.do('XREADGROUP GROUP g a BLOCK 0 STREAMS s >', 'a');
    s.ms(99);
    expect(s.woken()).toEqual([]);
    s.ms(1);
    expect(s.woken()).toEqual([['a', NOGROUP]]);
  });
  test(`${rule('block-gone')} Until 7.2 in other words.`, () => {
    for (const [line, said] of [
      ['DEL s', 'UNBLOCKED the stream key no longer exists'],
      ['XGROUP DESTROY s g', 'NOGROUP the consumer group this client was blocked on no longer exists'],
    ]) {
      const s = server({ version: '7.0.15' });
      s.all('XGROUP CREATE s g $ MKSTREAM', 'XGROUP CREATE t g $ MKSTREAM');
      s.do('XREADGROUP GROUP g a BLOCK 0 STREAMS t s > >', 'a');
      s.do(line ?? '');
      expect(s.woken()).toEqual([['a', said]]);
    }
  });
  test('a client that disconnects waits no more, and nobody is told', () => {
    const s = server();
    s.do('XREAD BLOCK 100 STREAMS s t 0 0', 'a');
    s.redis.disconnect('a');
    s.do('XADD s 1-0 f v');
    s.ms(200);
    expect(s.woken()).toEqual([]);
    expect(s.do('XREAD STREAMS s 0', 'a')).toEqual([['s', e('1-0')]]);
  });
  test('a client that waits can ask for nothing else', () => {
    const s = server();
    s.do('XREAD BLOCK 0 STREAMS s 0', 'a');
    expect(() => s.do('XLEN s', 'a')).toThrow('a waits');
  });
});
