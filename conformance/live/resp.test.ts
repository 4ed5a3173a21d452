import { expect, test } from 'vitest';
import { encode, RespParser } from './redis/resp.ts';
import { shown } from './redis/shapes.ts';

const all = (text: string) => new RespParser().push(Buffer.from(text));

test('every type of RESP2 is read', () => {
  expect(all('+OK\r\n:42\r\n$4\r\na\r\nb\r\n$-1\r\n*-1\r\n*0\r\n-ERR no\r\n')).toEqual(['OK', 42, 'a\r\nb', null, null, [], { error: 'ERR no' }]);
});
test('lengths count bytes, not characters', () => {
  expect(all('$3\r\n€\r\n+next\r\n')).toEqual(['€', 'next']);
  expect(encode(['SET', '€']).toString()).toBe('*2\r\n$3\r\nSET\r\n$3\r\n€\r\n');
});
test('a reply that comes byte by byte is one reply, with nested lists', () => {
  const parser = new RespParser();
  const bytes = Buffer.from('*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nv\r\n$1\r\n1\r\n');
  const replies = [...bytes].flatMap((byte) => parser.push(Buffer.from([byte])));
  expect(replies).toEqual([[['s', [['1-0', ['v', '1']]]]]]);
});
test('a type that RESP2 does not have is refused', () => {
  expect(() => all('%1\r\n')).toThrow('not RESP2');
});
test('rows of XPENDING and tables of XINFO become objects', () => {
  expect(shown('XPENDING', ['s', 'g'], [0, null, null, null])).toEqual({ count: 0, min: null, max: null, consumers: [] });
  expect(shown('XPENDING', ['s', 'g', '-', '+', '10'], [['1-0', 'a', 7, 1]])).toEqual([{ id: '1-0', consumer: 'a', idle: 7, deliveries: 1 }]);
  expect(shown('XINFO STREAM', ['s'], ['length', 1, 'radix-tree-keys', 1, 'last-entry', null])).toEqual({ length: 1 });
});
