import { expect, it } from 'vitest';
import { addressDigits, isWithin, parseCidr } from './ip-address.ts';
import { endsIgnoringCase, equalsIgnoringCase, matchesWildcard, parseWildcard, startsIgnoringCase } from './text-match.ts';
import { utf8Bytes, utf8Length } from './utf8.ts';

it('compares text without regard to case, also where the cases differ in length', () => {
  expect([equalsIgnoringCase('Straße', 'STRASSE'), equalsIgnoringCase('Straße', 'STRASE'), equalsIgnoringCase('', '')]).toEqual([true, false, true]);
  expect([startsIgnoringCase('ß', 'SSx'), startsIgnoringCase('ab', 'a'), endsIgnoringCase('ß', 'xSS'), endsIgnoringCase('Ab', 'xaB')]).toEqual([true, false, true, true]);
});
it('cuts a wildcard pattern at its asterisks', () => {
  expect(parseWildcard('a*\\*b*')).toEqual(['a', '*b', '']);
  expect([parseWildcard('a**'), parseWildcard('é\\x'), parseWildcard('\\')]).toEqual([
    { wrong: 'consecutive', at: 1 },
    { wrong: 'escape', at: 2 },
    { wrong: 'escape', at: 0 },
  ]);
  expect(['', 'aba', 'abba', 'abxba'].map((text) => matchesWildcard(['ab', 'ba'], text))).toEqual([false, false, true, true]);
});
it('reads addresses and blocks', () => {
  expect([addressDigits('10.0.0.255'), addressDigits('256.0.0.1'), addressDigits('::ffff:a00:1'), addressDigits('1:2:3:4:5:6:7:8::')]).toEqual(['0A0000FF', null, '0A000001', null]);
  expect(parseCidr('10.0.0.200/25')).toEqual({ from: '0A000080', to: '0A0000FF' });
  const block = parseCidr('10.0.0.0/24');
  expect('wrong' in block ? [] : ['0A0000FF', '0A000100'].map((digits) => isWithin(block, digits))).toEqual([true, false]);
});
it('writes text as UTF-8', () => {
  expect(utf8Bytes('aé€😀\ud800')).toEqual([0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0x3f]);
  expect(utf8Length('aé€😀\ud800')).toBe(11);
});
