import { describe, expect, test } from 'vitest';
import { rule } from './rules.ts';
import { server } from './server.test-kit.ts';

const e = (...ids: readonly string[]) => ids.map((id) => [id, ['f', 'v']]);
/** Five entries, pending with `a`. */
const pending = (n = 5) => {
  const s = server();
  for (let i = 1; i <= n; i++) s.do(`XADD s ${i}-0 f v`);
  s.all('XGROUP CREATE s g 0', 'XREADGROUP GROUP g a STREAMS s >');
  return s;
};

describe('XCLAIM', () => {
  test(rule('claim'), () => {
    const s = pending(2);
    s.ms(300);
    expect([s.do('XCLAIM s g b 301 1-0'), s.do('XCLAIM s g b 300 1-0'), s.do('XCLAIM s g c 300 1-0')]).toEqual([[], e('1-0'), []]);
    expect(s.do('XPENDING s g - + 9')).toEqual([
      ['1-0', 'b', 0, 2],
      ['2-0', 'a', 300, 1],
    ]);
  });
  test(`${rule('claim')} One's own, too; in the order that was asked.`, () => {
    const s = pending(3);
    expect(s.do('XCLAIM s g a 0 3-0 1-0')).toEqual(e('3-0', '1-0'));
    expect(s.do('XPENDING s g - + 9 a')).toEqual([
      ['1-0', 'a', 0, 2],
      ['2-0', 'a', 0, 1],
      ['3-0', 'a', 0, 2],
    ]);
  });
  test(rule('claim-justid'), () => {
    const s = pending(1);
    expect(s.do('XCLAIM s g b 0 1-0 JUSTID')).toEqual(['1-0']);
    expect(s.do('XAUTOCLAIM s g c 0 0 JUSTID')).toEqual(['0-0', ['1-0'], []]);
    expect(s.do('XPENDING s g - + 9')).toEqual([['1-0', 'c', 0, 1]]);
  });
  test(rule('claim-options'), () => {
    const s = pending(2);
    s.ms(100);
    s.all('XADD s 3-0 f v', 'XADD s 4-0 f v', 'XCLAIM s g b 0 1-0 IDLE 40 RETRYCOUNT 9', `XCLAIM s g b 0 2-0 TIME ${1_767_225_600_000 + 30}`);
    expect(s.do('XPENDING s g - + 9')).toEqual([
      ['1-0', 'b', 40, 9],
      ['2-0', 'b', 70, 2],
    ]);
    expect([s.do('XCLAIM s g b 0 3-0'), s.do('XCLAIM s g b 5000 3-0 FORCE'), s.do('XCLAIM s g b 0 9-0 FORCE')]).toEqual([[], e('3-0'), []]);
    expect(s.do('XPENDING s g 3 3 9')).toEqual([['3-0', 'b', 0, 2]]);
    expect(s.do('XCLAIM s g b 0 9-0 LASTID 3-0')).toEqual([]);
    expect(s.do('XREADGROUP GROUP g a STREAMS s >')).toEqual([['s', e('4-0')]]);
    // A time in the future is taken for now.
    s.do('XCLAIM s g b 0 1-0 IDLE -5000');
    expect(s.do('XPENDING s g 1 1 9')).toEqual([['1-0', 'b', 0, 10]]);
  });
  test(rule('claim-deleted'), () => {
    const s = pending(2);
    s.do('XDEL s 1-0');
    expect([s.do('XCLAIM s g b 99999 1-0 2-0'), s.do('XPENDING s g')]).toEqual([[], [1, '2-0', '2-0', [['a', '1']]]]);
    expect(s.events('forgotten')).toHaveLength(1);
  });
  test('bad calls', () => {
    const s = pending(1);
    expect(s.do('XCLAIM s no b 0 1-0')).toBe("NOGROUP No such key 's' or consumer group 'no'");
    expect(s.do('XCLAIM s g b x 1-0')).toBe('ERR Invalid min-idle-time argument for XCLAIM');
    expect(s.do('XCLAIM s g b 0 1-0 nonsense')).toBe("ERR Unrecognized XCLAIM option 'nonsense'");
    expect(s.do('XCLAIM s g b 0 1-0 IDLE')).toBe("ERR Unrecognized XCLAIM option 'IDLE'");
    for (const option of ['IDLE', 'TIME', 'RETRYCOUNT']) expect(s.do(`XCLAIM s g b 0 1-0 ${option} x`)).toBe(`ERR Invalid ${option} option argument for XCLAIM`);
    expect(s.do('XCLAIM s g b 0 1-0 LASTID x')).toBe('ERR Invalid stream ID specified as stream command argument');
    expect(s.do('XCLAIM s g b 0')).toBe("ERR wrong number of arguments for 'xclaim' command");
    expect(s.do('XINFO CONSUMERS s g')).toHaveLength(1);
  });
});

describe('XAUTOCLAIM', () => {
  test(rule('autoclaim'), () => {
    const s = pending(5);
    s.ms(400);
    expect(s.do('XAUTOCLAIM s g b 200 0 COUNT 2')).toEqual(['3-0', e('1-0', '2-0'), []]);
    expect(s.do('XAUTOCLAIM s g b 200 (3-0 COUNT 2')).toEqual(['0-0', e('4-0', '5-0'), []]);
    expect(s.do('XAUTOCLAIM s g b 200 -')).toEqual(['0-0', e('3-0'), []]);
    expect(s.do('XAUTOCLAIM s g b 200 0 COUNT 1')).toEqual(['0-0', [], []]);
  });
  test(`${rule('autoclaim')} Young entries are passed over, but count as looks.`, () => {
    const s = pending(25);
    expect(s.do('XAUTOCLAIM s g b 200 0 COUNT 1')).toEqual(['11-0', [], []]);
    expect(s.do('XAUTOCLAIM s g b 200 11 COUNT 2')).toEqual(['0-0', [], []]);
  });
  test(rule('autoclaim-deleted'), () => {
    const s = pending(5);
    s.do('XDEL s 1-0 3-0');
    expect(s.do('XAUTOCLAIM s g b 0 0 COUNT 3')).toEqual(['4-0', e('2-0'), ['1-0', '3-0']]);
    expect(s.do('XPENDING s g')).toEqual([
      3,
      '2-0',
      '5-0',
      [
        ['a', '2'],
        ['b', '1'],
      ],
    ]);
  });
  test('bad calls', () => {
    const s = pending(1);
    expect(s.do('XAUTOCLAIM s g b x 0')).toBe('ERR Invalid min-idle-time argument for XAUTOCLAIM');
    expect(s.do('XAUTOCLAIM s g b 0 x')).toBe('ERR Invalid stream ID specified as stream command argument');
    expect(s.do('XAUTOCLAIM s g b 0 (18446744073709551615-18446744073709551615')).toBe('ERR invalid start ID for the interval');
    for (const count of ['0', '-1', 'x', '9223372036854775807']) expect(s.do(`XAUTOCLAIM s g b 0 0 COUNT ${count}`)).toBe('ERR COUNT must be > 0');
    expect(s.do('XAUTOCLAIM s g b 0 0 FORCE')).toBe('ERR syntax error');
    expect(s.do('XAUTOCLAIM none g b 0 0')).toBe("NOGROUP No such key 'none' or consumer group 'g'");
  });
});
