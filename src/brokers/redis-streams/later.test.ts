import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { server } from './server.test-kit.ts';

/** What came after 8.0.2. */
const e = (...ids: readonly string[]) => ids.map((id) => [id, ['f', 'v']]);
const NEWEST = { version: '8.6.3' } as const;
/** Entries, and two groups that have read them all. */
const read = (n = 3) => {
  const s = server(NEWEST);
  for (let i = 1; i <= n; i++) s.do(`XADD s ${i}-0 f v`);
  s.all('XGROUP CREATE s g 0', 'XGROUP CREATE s h 0', 'XREADGROUP GROUP g a STREAMS s >', 'XREADGROUP GROUP h b STREAMS s >');
  return s;
};
const pending = (s: ReturnType<typeof server>, group: string) => (s.do(`XPENDING s ${group}`) as readonly unknown[])[0];

describe('references', () => {
  test(rule('references'), () => {
    const keep = read();
    expect([keep.do('XTRIM s MAXLEN 1'), pending(keep, 'g')]).toEqual([2, 3]);
    const forget = read();
    expect([forget.do('XTRIM s DELREF MAXLEN 1'), pending(forget, 'g'), pending(forget, 'h')]).toEqual([2, 1, 1]);
    expect(forget.events('forgotten')).toHaveLength(4);
    const acked = read();
    acked.all('XACK s g 1-0 2-0 3-0', 'XACK s h 2-0');
    expect([acked.do('XADD s MAXLEN 1 ACKED 4-0 f v'), acked.do('XRANGE s - +')]).toEqual(['4-0', e('1-0', '3-0', '4-0')]);
    expect([acked.do('XACK s h 1-0'), acked.do('XTRIM s ACKED MAXLEN 0'), acked.do('XRANGE s - +')]).toEqual([1, 1, e('3-0', '4-0')]);
  });
  test(`${rule('references')} Unless KEEPREF, ~ does not keep nodes whole.`, () => {
    const s = read(5);
    expect([s.do('XTRIM s MAXLEN ~ 2'), s.do('XTRIM s MAXLEN ~ 2 DELREF')]).toEqual([0, 3]);
    expect(s.do('XTRIM s MAXLEN 1 KEEPREF DELREF')).toBe('ERR syntax error');
  });
  test(rule('xdelex'), () => {
    const s = read();
    s.do('XACK s g 1-0 2-0');
    s.do('XACK s h 1-0');
    expect(s.do('XDELEX s ACKED IDS 3 1-0 2-0 9-0')).toEqual([1, 2, 2]);
    expect(s.do('XDELEX s IDS 2 2-0 9-0 DELREF')).toEqual([1, -1]);
    expect([pending(s, 'g'), pending(s, 'h'), s.do('XDELEX s KEEPREF IDS 1 3-0'), pending(s, 'h'), s.do('XDELEX none IDS 1 1-0')]).toEqual([1, 1, [1], 1, [-1]]);
  });
  test(rule('xackdel'), () => {
    const s = read();
    expect([s.do('XACKDEL s g ACKED IDS 2 1-0 1-0'), s.do('XACKDEL s h ACKED IDS 1 1-0')]).toEqual([[2, -1], [1]]);
    expect([s.do('XACKDEL s g IDS 1 2-0'), pending(s, 'h'), s.do('XACKDEL s h IDS 1 2-0')]).toEqual([[1], 2, [1]]);
    expect([s.do('XACKDEL s g DELREF IDS 1 3-0'), pending(s, 'h'), s.do('XLEN s'), s.do('XACKDEL s no IDS 1 3-0')]).toEqual([[1], 0, 0, [-1]]);
  });
});

describe('XREADGROUP CLAIM', () => {
  const scene = () => {
    const s = server(NEWEST);
    for (let i = 1; i <= 4; i++) s.do(`XADD s ${i}-0 f v`);
    s.all('XGROUP CREATE s g 0', 'XREADGROUP GROUP g a COUNT 2 STREAMS s >');
    s.ms(100);
    s.all('XREADGROUP GROUP g a COUNT 1 STREAMS s >', 'XREADGROUP GROUP g a COUNT 1 STREAMS s 0');
    s.ms(100);
    return s;
  };
  test(rule('read-claim'), () => {
    const s = scene();
    // 2-0 has waited for 200 ms, 3-0 and then 1-0, which was read again, for 100.
    const all = [
      [
        's',
        [
          ['2-0', ['f', 'v'], 200, 1],
          ['3-0', ['f', 'v'], 100, 1],
          ['1-0', ['f', 'v'], 100, 2],
          ['4-0', ['f', 'v'], 0, 0],
        ],
      ],
    ];
    expect([s.do('XREADGROUP GROUP g b CLAIM 100 STREAMS s >'), s.do('XREADGROUP GROUP g b CLAIM 100 STREAMS s >')]).toEqual([all, null]);
    expect(s.do('XPENDING s g')).toEqual([4, '1-0', '4-0', [['b', '4']]]);
  });
  test(`${rule('read-claim')} COUNT is for both.`, () => {
    const s = scene();
    const ids = (line: string) => (s.do(line) as readonly (readonly [string, readonly (readonly unknown[])[]])[])[0]![1].map(([id]) => id);
    expect(ids('XREADGROUP GROUP g b COUNT 2 CLAIM 100 STREAMS s >')).toEqual(['2-0', '3-0']);
    expect(ids('XREADGROUP GROUP g b COUNT 2 CLAIM 100 NOACK STREAMS s >')).toEqual(['1-0', '4-0']);
    expect(s.do('XPENDING s g')).toEqual([3, '1-0', '3-0', [['b', '3']]]);
  });
  test(`${rule('read-claim')} It is ignored for a history, passes over what was deleted, and is for groups only.`, () => {
    const s = scene();
    s.all('XDEL s 2-0 4-0');
    expect(s.do('XREADGROUP GROUP g b CLAIM 150 STREAMS s >')).toBe(null);
    expect(s.do('XREADGROUP GROUP g b CLAIM 0 STREAMS s 0')).toEqual([['s', []]]);
    expect(s.do('XREAD CLAIM 5 STREAMS s 0')).toBe('ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.');
    expect(s.do('XREADGROUP GROUP g b CLAIM x STREAMS s >')).toBe('ERR min-idle-time is not an integer or out of range');
    expect(s.do('XREADGROUP GROUP g b CLAIM -1 STREAMS s >')).toBe('ERR min-idle-time must be a positive integer');
    expect(server().do('XREADGROUP GROUP g b CLAIM 1 STREAMS s >')).toBe('ERR syntax error');
  });
  test(rule('read-claim-block'), () => {
    const s = scene();
    s.all('XDEL s 4-0', 'XREADGROUP GROUP g a COUNT 1 STREAMS s >');
    expect(s.do('XREADGROUP GROUP g b BLOCK 0 COUNT 1 CLAIM 500 STREAMS s >', 'k')).toBe('waits');
    s.ms(300);
    expect(s.woken()).toEqual([]);
    s.ms(1);
    expect(s.woken()).toEqual([['k', [['s', [['2-0', ['f', 'v'], 501, 1]]]]]]);
  });
  test(`${rule('read-claim-block')} What another has taken in between is waited for anew.`, () => {
    const s = scene();
    s.do('XDEL s 1-0 3-0 4-0');
    s.do('XREADGROUP GROUP g b BLOCK 0 CLAIM 500 STREAMS s >', 'k');
    s.ms(200);
    s.do('XCLAIM s g c 0 2-0');
    s.ms(500);
    expect(s.woken()).toEqual([]);
    s.ms(1);
    expect(s.woken()).toEqual([['k', [['s', [['2-0', ['f', 'v'], 501, 2]]]]]]);
  });
});

describe('idempotent production', () => {
  test(rule('idempotence'), () => {
    const s = server(NEWEST);
    const first = s.do('XADD s IDMP p 1 * f v');
    expect([s.do('XADD s IDMP p 1 * f other'), s.do('XADD s IDMP q 1 * f v') === first, s.do('XLEN s')]).toEqual([first, false, 2]);
    const auto = s.do('XADD s IDMPAUTO p * f 1 g 2');
    expect([s.do('XADD s IDMPAUTO p * g 2 f 1'), s.do('XADD s IDMPAUTO p * f 2 g 1') === auto, s.do('XLEN s')]).toEqual([auto, false, 4]);
    expect(s.do('XADD s IDMP p 5 1-0 f v')).toBe('ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs');
    expect(s.do('XADD s IDMP p 5 IDMPAUTO p * f v')).toBe('ERR syntax error, IDMP/IDMPAUTO specified multiple times');
    expect(s.do('XADD s IDMPAUTO "" * f v')).toBe('ERR syntax error, IDMPAUTO requires a non-empty producer ID');
    expect(s.do('XADD s IDMP p "" * f v')).toBe('ERR syntax error, IDMP requires a non-empty idempotent ID');
    expect(server().do('XADD s IDMP p 1 * f v')).toBe('ERR Invalid stream ID specified as stream command argument');
  });
  test(rule('idempotence-window'), () => {
    const s = server(NEWEST);
    const add = (name: string) => {
      s.do(`XADD s IDMP p ${name} * f v`);
      s.ms(10);
      return s.do('XLEN s');
    };
    add('0');
    expect([s.do('XCFGSET s IDMP-MAXSIZE 2 IDMP-DURATION 1'), add('1'), add('2'), add('3'), add('2'), add('1')]).toEqual(['OK', 2, 3, 4, 4, 5]);
    s.ms(960);
    expect([add('1'), add('3')]).toEqual([5, 6]);
    expect([s.do('XCFGSET s IDMP-DURATION 1'), add('3'), s.do('XCFGSET s IDMP-DURATION 2'), add('3')]).toEqual(['OK', 6, 'OK', 7]);
    expect(s.do('XCFGSET s IDMP-DURATION 0')).toBe('ERR IDMP-DURATION must be between 1 and 86400 seconds');
    expect(s.do('XCFGSET s IDMP-MAXSIZE 10001')).toBe('ERR IDMP-MAXSIZE must be between 1 and 10000 entries');
    expect(s.do('XCFGSET s')).toBe('ERR At least one parameter must be specified');
    expect(s.do('XCFGSET none IDMP-MAXSIZE 1')).toBe('ERR no such key');
    expect(s.do('XCFGSET s IDMP-MAXSIZE 1 IDMP-MAXSIZE 1')).toBe('ERR IDMP-MAXSIZE specified multiple times');
  });
});

test(rule('entries-read-cap'), () => {
  const reads = (version: '8.0.2' | '8.6.3') => {
    const s = server({ version });
    s.all('XADD s 1-0 f v', 'XGROUP CREATE s g $ ENTRIESREAD 99');
    return s.rows('XINFO GROUPS s').map((row) => row['entries-read']);
  };
  expect([reads('8.0.2'), reads('8.6.3')]).toEqual([[99], [1]]);
});

test('a command that a version does not have is unknown to it', () => {
  expect(server().do('XDELEX s IDS 1 1-0')).toBe("ERR unknown command 'XDELEX', with args beginning with: 's' 'IDS' '1' '1-0' ");
});
