import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { server } from './server.test-kit.ts';

const e = (...ids: readonly string[]) => ids.map((id) => [id, ['f', 'v']]);
const group = (n = 3, options: Parameters<typeof server>[0] = {}) => {
  const s = server(options);
  for (let i = 1; i <= n; i++) s.do(`XADD s ${i}-0 f v`);
  s.do('XGROUP CREATE s g 0');
  return s;
};
const read = (s: ReturnType<typeof server>, consumer: string, count: number, from = '>') => {
  const reply = s.do(`XREADGROUP GROUP g ${consumer} COUNT ${count} STREAMS s ${from}`) as readonly (readonly [string, readonly (readonly [string, unknown])[]])[] | null;
  return reply?.[0]?.[1].map(([id]) => id) ?? null;
};
const NEEDS_KEY = 'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.';

describe('groups', () => {
  test(rule('group-position'), () => {
    const s = group();
    s.all('XGROUP CREATE s new $', 'XGROUP CREATE s mid 2', 'XADD s 4-0 f v');
    const of = (name: string) => s.do(`XREADGROUP GROUP ${name} c STREAMS s >`);
    expect([of('g'), of('new'), of('mid')]).toEqual([[['s', e('1-0', '2-0', '3-0', '4-0')]], [['s', e('4-0')]], [['s', e('3-0', '4-0')]]]);
  });
  test(rule('group-names'), () => {
    const s = server();
    expect(s.do('XGROUP CREATE s g $')).toBe(NEEDS_KEY);
    expect([s.do('XGROUP CREATE s g $ mkstream'), s.do('XGROUP CREATE s g 0'), s.do('XGROUP CREATE s g 0 MKSTREAM')]).toEqual(['OK', 'BUSYGROUP Consumer Group name already exists', 'BUSYGROUP Consumer Group name already exists']);
    for (const verb of ['SETID s no 0', 'CREATECONSUMER s no c', 'DELCONSUMER s no c']) expect(s.do(`XGROUP ${verb}`)).toBe("NOGROUP No such consumer group 'no' for key name 's'");
    for (const verb of ['SETID x g 0', 'CREATECONSUMER x g c', 'DELCONSUMER x g c', 'DESTROY x g']) expect(s.do(`XGROUP ${verb}`)).toBe(NEEDS_KEY);
    expect(s.do('XGROUP DESTROY s no')).toBe(0);
  });
  test(rule('group-share'), () => {
    const s = group(5);
    s.do('XGROUP CREATE s h 0');
    expect([read(s, 'a', 2), read(s, 'b', 2), read(s, 'a', 2), read(s, 'b', 2)]).toEqual([['1-0', '2-0'], ['3-0', '4-0'], ['5-0'], null]);
    expect(s.do('XREADGROUP GROUP h a COUNT 1 STREAMS s >')).toEqual([['s', e('1-0')]]);
  });
  test(rule('group-setid'), () => {
    const s = group();
    read(s, 'a', 2);
    expect([s.do('XGROUP SETID s g 0'), read(s, 'b', 1)]).toEqual(['OK', ['1-0']]);
    expect(s.do('XPENDING s g')).toEqual([
      2,
      '1-0',
      '2-0',
      [
        ['a', '1'],
        ['b', '1'],
      ],
    ]);
    expect([s.do('XGROUP SETID s g $'), read(s, 'b', 9)]).toEqual(['OK', null]);
    expect([s.do('XGROUP SETID s g -'), read(s, 'b', 1)]).toEqual(['OK', ['1-0']]);
  });
  test(rule('group-destroyed'), () => {
    const s = group();
    read(s, 'a', 2);
    expect([s.do('XGROUP DESTROY s g'), s.do('XACK s g 1-0'), s.do('XGROUP CREATE s g 0'), s.do('XPENDING s g')]).toEqual([1, 0, 'OK', [0, null, null, null]]);
    expect(s.events('forgotten')).toMatchObject([{ key: 's', group: 'g', ids: [{}, {}].map(() => expect.any(String)) }]);
  });
  test('bad calls', () => {
    const s = group();
    expect(s.do('XGROUP')).toBe("ERR wrong number of arguments for 'xgroup' command");
    expect(s.do('XGROUP CREATE s g2')).toBe("ERR wrong number of arguments for 'xgroup|create' command");
    expect(s.do('XGROUP DESTROY s g x')).toBe("ERR wrong number of arguments for 'xgroup|destroy' command");
    expect(s.do('xgroup nonsense s g')).toBe("ERR unknown subcommand 'nonsense'. Try XGROUP HELP.");
    expect(s.do('XGROUP CREATE s g2 0 FOO')).toBe("ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.");
    expect(s.do('XGROUP SETID s g 0 ENTRIESREAD')).toBe("ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.");
    expect(s.do('XGROUP SETID s g 0 MKSTREAM')).toBe("ERR unknown subcommand or wrong number of arguments for 'SETID'. Try XGROUP HELP.");
    expect(s.do('XGROUP CREATE s g2 0 ENTRIESREAD -2')).toBe('ERR value for ENTRIESREAD must be positive or -1');
    expect(s.do('XGROUP CREATE s g2 +')).toBe('ERR Invalid stream ID specified as stream command argument');
    expect(s.do('XREADGROUP GROUP g c STREAMS s $')).toContain('ERR The $ ID is meaningless in the context of XREADGROUP');
    expect(s.do('XREADGROUP GROUP g c STREAMS s +')).toContain('ERR The + ID is meaningless in the context of XREADGROUP');
    expect(s.do('XREADGROUP COUNT 1 BLOCK 1 STREAMS s >')).toBe('ERR Missing GROUP option for XREADGROUP');
    expect(s.do('XREADGROUP GROUP g c STREAMS s t >')).toBe("ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must be specified.");
  });
  test('nothing is read when one of the streams is refused', () => {
    const s = group();
    expect(s.do('XREADGROUP GROUP g c STREAMS s t > >')).toBe("NOGROUP No such key 't' or consumer group 'g' in XREADGROUP with GROUP option");
    expect(s.do('XPENDING s g')).toEqual([0, null, null, null]);
  });
});

describe('what is pending', () => {
  test(rule('pending'), () => {
    const s = group();
    s.do('XREADGROUP GROUP g a COUNT 2 STREAMS s >', 'k1');
    s.redis.disconnect('k1');
    expect([s.do('XPENDING s g'), s.do('XREADGROUP GROUP g a STREAMS s 0', 'k2')]).toEqual([[2, '1-0', '2-0', [['a', '2']]], [['s', e('1-0', '2-0')]]]);
  });
  test(rule('noack'), () => {
    const s = group();
    s.do('XREADGROUP GROUP g a NOACK COUNT 2 STREAMS s >');
    expect([s.do('XPENDING s g'), read(s, 'a', 5)]).toEqual([[0, null, null, null], ['3-0']]);
  });
  test(rule('history'), () => {
    const s = group();
    read(s, 'a', 2);
    read(s, 'b', 1);
    expect([read(s, 'a', 9, '0'), read(s, 'a', 9, '1-0'), read(s, 'b', 9, '0'), read(s, 'c', 9, '0'), read(s, 'a', 1, '0')]).toEqual([['1-0', '2-0'], ['2-0'], ['3-0'], [], ['1-0']]);
    expect(s.do('XREADGROUP GROUP g a BLOCK 0 STREAMS s 2-0', 'k')).toEqual([['s', []]]);
    expect(s.do('XPENDING s g - + 9')).toEqual([
      ['1-0', 'a', 0, 3],
      ['2-0', 'a', 0, 3],
      ['3-0', 'b', 0, 2],
    ]);
  });
  test(rule('history-deleted'), () => {
    const s = group();
    read(s, 'a', 2);
    s.ms(50);
    s.do('XDEL s 1-0');
    expect(s.do('XREADGROUP GROUP g a STREAMS s 0')).toEqual([
      [
        's',
        [
          ['1-0', null],
          ['2-0', ['f', 'v']],
        ],
      ],
    ]);
    expect(s.do('XPENDING s g - + 9')).toEqual([
      ['1-0', 'a', 50, 1],
      ['2-0', 'a', 0, 2],
    ]);
    expect(s.do('XACK s g 1-0')).toBe(1);
  });
  test(rule('xack'), () => {
    const s = group();
    read(s, 'a', 2);
    expect([s.do('XACK s g 1-0 1-0 3-0 9-9'), s.do('XACK s no 2-0'), s.do('XACK none g 2-0')]).toEqual([1, 0, 0]);
    expect([s.do('XACK s g 2-0 x'), s.do('XPENDING s g')]).toEqual(['ERR Invalid stream ID specified as stream command argument', [1, '2-0', '2-0', [['a', '1']]]]);
    expect([s.do('XACK none no x'), s.do('XACK s g 2')]).toEqual([0, 1]);
  });
  test(rule('xpending'), () => {
    const s = group(4);
    read(s, 'b', 1);
    s.ms(1000);
    read(s, 'a', 3);
    const ids = (line: string) => ((s.do(line) ?? []) as readonly (readonly unknown[])[]).map(([id]) => id);
    expect(s.do('XPENDING s g')).toEqual([
      4,
      '1-0',
      '4-0',
      [
        ['a', '3'],
        ['b', '1'],
      ],
    ]);
    expect([ids('XPENDING s g - + 2'), ids('XPENDING s g (1-0 3 9'), ids('XPENDING s g - + 9 b'), ids('XPENDING s g - + 9 nobody'), ids('XPENDING s g - + 0')]).toEqual([['1-0', '2-0'], ['2-0', '3-0'], ['1-0'], [], []]);
    expect([ids('XPENDING s g IDLE 1000 - + 9'), ids('XPENDING s g IDLE 1001 - + 9'), ids('XPENDING s g idle 0 - + 9 a')]).toEqual([['1-0'], [], ['2-0', '3-0', '4-0']]);
    expect(s.do('XPENDING s g - +')).toBe('ERR syntax error');
    expect(s.do('XPENDING s g IDLE 5 - +')).toBe('ERR syntax error');
    expect(s.do('XPENDING s g - + x')).toBe('ERR value is not an integer or out of range');
    expect(s.do('XPENDING s no')).toBe("NOGROUP No such key 's' or consumer group 'no'");
  });
});

describe('consumers', () => {
  test(rule('consumer-made'), () => {
    const s = group();
    expect([s.do('XGROUP CREATECONSUMER s g x'), s.do('XGROUP CREATECONSUMER s g x')]).toEqual([1, 0]);
    read(s, 'b', 1);
    s.all('XCLAIM s g y 0 9-9', 'XAUTOCLAIM s g z 9999 0');
    expect(s.rows('XINFO CONSUMERS s g').map(({ name }) => name)).toEqual(['b', 'x', 'y', 'z']);
  });
  test(rule('consumer-made-empty'), () => {
    const s = group(0, { version: '8.0.2' });
    s.all('XGROUP CREATE e g $ MKSTREAM', 'XREADGROUP GROUP g a STREAMS e >');
    expect(s.rows('XINFO GROUPS e')).toMatchObject([{ consumers: 1 }]);
    const old = server({ version: '7.0.15' });
    old.all('XGROUP CREATE s g $ MKSTREAM', 'XREADGROUP GROUP g a STREAMS s >', 'XCLAIM s g b 0 1-0', 'XAUTOCLAIM s g c 0 0');
    expect(old.rows('XINFO GROUPS s')).toMatchObject([{ consumers: 0 }]);
  });
  test(rule('consumer-deleted'), () => {
    const s = group();
    read(s, 'a', 2);
    expect([s.do('XGROUP DELCONSUMER s g a'), s.do('XGROUP DELCONSUMER s g a'), read(s, 'b', 9), s.do('XPENDING s g')]).toEqual([2, 0, ['3-0'], [1, '3-0', '3-0', [['b', '1']]]]);
  });
  test(rule('idle-inactive'), () => {
    const s = group(1);
    read(s, 'a', 1);
    s.do('XGROUP CREATECONSUMER s g b');
    s.ms(100);
    read(s, 'a', 1);
    expect(s.rows('XINFO CONSUMERS s g')).toEqual([
      { name: 'a', pending: 1, idle: 0, inactive: 100 },
      { name: 'b', pending: 0, idle: 100, inactive: -1 },
    ]);
    const old = group(1, { version: '7.0.15' });
    read(old, 'a', 1);
    expect(old.rows('XINFO CONSUMERS s g')).toEqual([{ name: 'a', pending: 1, idle: 0 }]);
  });
});
