import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { server } from './server.test-kit.ts';

const SMALLER = 'ERR The ID specified in XADD is equal or smaller than the target stream top item';
const MAX = '18446744073709551615';

describe('IDs', () => {
  test(rule('id-grows'), () => {
    const s = server();
    expect(s.all('XADD s 5-1 f v', 'XDEL s 5-1', 'XADD s 5-1 f v')).toBe(SMALLER);
    expect(s.do('XADD s 5-2 f v')).toBe('5-2');
    expect(s.do('XADD s 0-0 f v')).toBe('ERR The ID specified in XADD must be greater than 0-0');
    expect(s.do('XADD new 0 f v')).toBe('ERR The ID specified in XADD must be greater than 0-0');
    expect(s.do('EXISTS new')).toBe(0);
  });
  test(rule('id-automatic'), () => {
    const s = server({ epoch: 1000 });
    expect([s.do('XADD s * f v'), s.do('XADD s * f v')]).toEqual(['1000-0', '1000-1']);
    s.ms(5);
    expect([s.do('XADD s * f v'), s.do('XADD s 9000-3 f v'), s.do('XADD s * f v')]).toEqual(['1005-0', '9000-3', '9000-4']);
    expect(s.all(`XADD t 2000-${MAX} f v`, 'XADD t * f v')).toBe('2001-0');
  });
  test(rule('id-partial'), () => {
    const s = server();
    expect([s.do('XADD s 7-* f v'), s.do('XADD s 7-* f v'), s.do('XADD s 6-* f v')]).toEqual(['7-0', '7-1', SMALLER]);
    expect(s.all(`XADD s 8-${MAX} f v`, 'XADD s 8-* f v')).toBe(SMALLER);
    expect(s.do('XADD t 0-* f v')).toBe('0-1');
  });
  test(rule('id-exhausted'), () => {
    const s = server();
    expect(s.do(`XADD s ${MAX}-${MAX} f v`)).toBe(`${MAX}-${MAX}`);
    for (const id of ['*', '1-0', `${MAX}-*`]) expect(s.do(`XADD s ${id} f v`)).toBe('ERR The stream has exhausted the last possible ID, unable to add more items');
    expect(s.do('XRANGE s + +')).toEqual([[`${MAX}-${MAX}`, ['f', 'v']]]);
  });
  test('numbers are read as C reads them: signs and leading zeros pass, what is beyond 64 bits does not', () => {
    const s = server();
    expect(s.do('XADD s 007-+3 f v')).toBe('7-3');
    for (const id of [`${MAX}0-0`, '18446744073709551616', '-5', '5-', '5-*0', 'x', '', '-', '+', '1.5']) {
      expect(s.do(`XADD s "${id}" f v`)).toBe('ERR Invalid stream ID specified as stream command argument');
    }
  });
});

describe('XADD', () => {
  test(rule('xadd-makes'), () => {
    const s = server();
    expect(s.all('XADD s NOMKSTREAM * f v')).toBe(null);
    expect(s.all('XADD s 1-0 f v', 'XADD s nomkstream 2-0 f v', 'XLEN s')).toBe(2);
  });
  test(rule('xadd-pairs'), () => {
    const s = server();
    for (const line of ['XADD s 1-0 f', 'XADD s 1-0 f v g', 'XADD s NOMKSTREAM *', 'XADD s MAXLEN 5 1-0']) {
      expect(s.do(line)).toBe("ERR wrong number of arguments for 'xadd' command");
    }
    expect(s.all('XADD s 1-0 f a f b', 'XRANGE s - +')).toEqual([['1-0', ['f', 'a', 'f', 'b']]]);
  });
  test(rule('xsetid'), () => {
    const s = server();
    s.all('XADD s 1-0 f v', 'XADD s 5-0 f v', 'XDEL s 5-0');
    expect(s.do('XSETID s 3-0')).toBe('ERR The ID specified in XSETID is smaller than current max_deleted_entry_id');
    expect(s.do('XSETID s 6-0 MAXDELETEDID 7-0')).toBe('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
    expect(s.do('XSETID s 6-0 ENTRIESADDED 0')).toBe('ERR The entries_added specified in XSETID is smaller than the target stream length');
    expect([s.do('XSETID s 6-0'), s.do('XADD s 5-9 f v'), s.do('XADD s 6-1 f v')]).toEqual(['OK', SMALLER, '6-1']);
    expect(s.do('XSETID s 6-0')).toBe('ERR The ID specified in XSETID is smaller than the target stream top item');
  });
  test(`${rule('xsetid')} Until 7.2 the deleted ones did not count.`, () => {
    const s = server({ version: '7.0.15' });
    expect(s.all('XADD s 1-0 f v', 'XADD s 5-0 f v', 'XDEL s 5-0', 'XSETID s 3-0')).toBe('OK');
  });
});

describe('trimming', () => {
  const filled = (n: number, options: Parameters<typeof server>[0] = {}) => {
    const s = server(options);
    for (let i = 1; i <= n; i++) s.do(`XADD s ${i}-0 f v`);
    return s;
  };
  test(rule('trim-exact'), () => {
    const s = filled(10);
    expect([s.do('XTRIM s MAXLEN 8'), s.do('XTRIM s MINID 5'), s.do('XTRIM s MINID = 5-1'), s.do('XLEN s')]).toEqual([2, 2, 1, 5]);
    expect(s.all('XADD s MAXLEN = 2 11-0 f v', 'XRANGE s - +')).toEqual([
      ['10-0', ['f', 'v']],
      ['11-0', ['f', 'v']],
    ]);
    expect(s.all('XADD s MINID 99 12-0 f v', 'XLEN s')).toBe(0);
    expect(s.events('removed').map(({ why, entries }) => [why, entries.length])).toEqual([
      ['maxlen', 2],
      ['minid', 2],
      ['minid', 1],
      ['maxlen', 4],
      ['minid', 3],
    ]);
  });
  test(rule('trim-approximate'), () => {
    const s = filled(250);
    expect([s.do('XTRIM s MAXLEN ~ 200'), s.do('XTRIM s MAXLEN ~ 150'), s.do('XLEN s')]).toEqual([0, 100, 150]);
    expect([s.do('XTRIM s MINID ~ 200'), s.do('XTRIM s MINID ~ 201'), s.do('XLEN s')]).toEqual([0, 100, 50]);
    expect([s.do('XTRIM s MAXLEN ~ 49'), s.do('XTRIM s MAXLEN ~ 0')]).toEqual([0, 50]);
  });
  test(`${rule('trim-approximate')} The first node goes when what is left still has the length.`, () => {
    const s = filled(20, { config: { 'stream-node-max-entries': 5 } });
    expect([s.do('XADD s MAXLEN ~ 11 21-0 f v'), s.do('XLEN s')]).toEqual(['21-0', 11]);
  });
  test(rule('trim-limit'), () => {
    const s = filled(30, { config: { 'stream-node-max-entries': 5 } });
    expect([s.do('XTRIM s MAXLEN ~ 0 LIMIT 4'), s.do('XTRIM s MAXLEN ~ 0 LIMIT 14'), s.do('XTRIM s MAXLEN ~ 0 LIMIT 0')]).toEqual([0, 10, 20]);
    for (const line of ['XTRIM s MAXLEN 5 LIMIT 1', 'XTRIM s MINID = 5 LIMIT 0', 'XADD s MAXLEN 5 LIMIT 2 99-0 f v']) expect(s.do(line)).toBe('ERR syntax error, LIMIT cannot be used without the special ~ option');
    expect(s.do('XADD s LIMIT 5 99-0 f v')).toBe('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
  });
  test(`${rule('trim-limit')} The default is 100 nodes.`, () => {
    const s = filled(250, { config: { 'stream-node-max-entries': 2 } });
    expect([s.do('XTRIM s MAXLEN ~ 0'), s.do('XTRIM s MAXLEN ~ 0')]).toEqual([200, 50]);
  });
  test(rule('trim-order'), () => {
    const s = filled(4);
    s.all('XGROUP CREATE s g 0', 'XREADGROUP GROUP g c COUNT 1 STREAMS s >', 'XTRIM s MAXLEN 1');
    expect(s.do('XREADGROUP GROUP g c STREAMS s >')).toEqual([['s', [['4-0', ['f', 'v']]]]]);
    expect(s.do('XREADGROUP GROUP g c STREAMS s 0')).toEqual([
      [
        's',
        [
          ['1-0', null],
          ['4-0', ['f', 'v']],
        ],
      ],
    ]);
  });
  test(rule('node-full'), () => {
    const nodes = (s: ReturnType<typeof server>) => (s.do('XINFO STREAM s') as readonly unknown[])[3];
    const s = filled(99);
    s.do('XDEL s 50-0');
    expect([nodes(s), s.do('XADD s 100-0 f v'), nodes(s), s.do('XADD s 101-0 f v'), nodes(s)]).toEqual([1, '100-0', 1, '101-0', 2]);
    // 4096 bytes: of 1000-byte values four make a node.
    const t = server();
    for (let i = 1; i <= 9; i++) t.do(`XADD s ${i}-0 f ${'x'.repeat(1000)}`);
    expect(nodes(t)).toBe(3);
    // The same bytes when the payload is only a size.
    const u = server();
    for (let i = 1; i <= 9; i++) u.do(`XADD s ${i}-0 f`.concat(' 1'), 'main', { weight: 997 });
    expect(nodes(u)).toBe(3);
  });
  test('a bad number, a second strategy and none at all', () => {
    const s = filled(1);
    expect(s.do('XTRIM s MAXLEN x')).toBe('ERR value is not an integer or out of range');
    expect(s.do('XTRIM s MAXLEN -1')).toBe('ERR The MAXLEN argument must be >= 0.');
    expect(s.do('XTRIM s MAXLEN ~ 1 LIMIT -1')).toBe('ERR The LIMIT argument must be >= 0.');
    expect(s.do('XTRIM s MAXLEN 1 MINID 1')).toBe('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
    expect(s.do('XTRIM s LIMIT 0')).toBe('ERR syntax error, XTRIM must be called with a trimming strategy');
    expect(s.do('XTRIM s MAXLEN')).toBe("ERR wrong number of arguments for 'xtrim' command");
    expect(s.do('XTRIM s MAXLEN ~')).toBe('ERR value is not an integer or out of range');
    expect(s.do('XTRIM s LENGTH 5')).toBe('ERR syntax error');
    expect(s.do('XTRIM s MINID +')).toBe('ERR Invalid stream ID specified as stream command argument');
  });
});

describe('XDEL', () => {
  test(rule('xdel'), () => {
    const s = server();
    s.all('XADD s 1-0 f v', 'XADD s 2-0 f v', 'XADD s 3-0 f v');
    expect([s.do('XDEL s 2-0 2 9-9'), s.do('XDEL none 1-0'), s.do('XDEL s 1-0 x')]).toEqual([1, 0, 'ERR Invalid stream ID specified as stream command argument']);
    expect(s.do('XLEN s')).toBe(2);
  });
  test(rule('empty-stream'), () => {
    const s = server();
    s.all('XADD s 1-0 f v', 'XGROUP CREATE s g 0', 'XDEL s 1-0');
    expect([s.do('EXISTS s'), s.do('XLEN s'), s.do('XADD s 1-0 f v')]).toEqual([1, 0, SMALLER]);
    expect(s.rows('XINFO GROUPS s')).toMatchObject([{ name: 'g', lag: 0 }]);
  });
});
