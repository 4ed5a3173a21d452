import { expect, test } from 'vitest';
import { goDuration } from './config.ts';
import { timestamp } from './ingest.ts';
import { freeze, thaw } from './plain.ts';
import { hasWildcard, isSubscribable, subjectsCollide } from './subjects.ts';
import { fnv1a, isTransform, transformed } from './transform.ts';

test('subject mapping: wildcards, partitions, cuts', () => {
  const map = (dest: string, subject: string, src = 's.*') => transformed({ src, dest }, subject);
  expect(map('t.$1', 's.x')).toBe('t.x');
  expect(map('t.{{wildcard(2)}}.{{Wildcard(1)}}', 's.x.y', 's.*.*')).toBe('t.y.x');
  expect(map('t.{{wildcard(1)}}.>', 's.x.y.z', 's.*.>')).toBe('t.x.y.z');
  expect(map('t.{{partition(3,1)}}', 's.xyz')).toBe(`t.${fnv1a('xyz') % 3}`);
  expect(map('{{SplitFromLeft(1,2)}}.{{splitfromright(1,1)}}', 's.xyz')).toBe('xy.z.xy.z');
  expect(map('{{slicefromleft(1,2)}}.{{SliceFromRight(1,2)}}', 's.abcde')).toBe('ab.cd.e.a.bc.de');
  expect(map('{{left(1,2)}}.{{right(1,2)}}.{{split(1,-)}}', 's.a-bc-d')).toBe('a-.-d.a.bc.d');
  expect(map('fixed', 's.x')).toBe('fixed');
  expect(map('t.$1', 'r.x')).toBe(null);
  expect(['{{odd(1)}}', '{{wildcard()}}', '{{wildcard(3)}}', '{{left(1)}}', '{{split(1,a b)}}', 't.*', 't.>'].filter((dest) => isTransform({ src: 's.*', dest }))).toEqual([]);
  expect(isTransform({ src: 's', dest: '$1' })).toBe(false);
});

test('subjects that may be subscribed, and those that meet', () => {
  expect(['a..b', '.a', 'a.', 'a.>.b', '>.a', '.'].filter(isSubscribable)).toEqual([]);
  expect(['a b', 'a*', '>a', '*.>'].filter(isSubscribable)).toHaveLength(4);
  expect(['a.*', '>', 'a.>'].every(hasWildcard)).toBe(true);
  expect(['a*', 'a.>b', 'a.>.b'].some(hasWildcard)).toBe(false);
  expect([subjectsCollide('a.*', '*.b'), subjectsCollide('a.*.c', 'a.b'), subjectsCollide('a.>', '*.b.c'), subjectsCollide('a', 'b')]).toEqual([true, false, true, false]);
});

test('durations and times as the server prints them', () => {
  expect([0, 500, 1500, 2_500_000, 1_500_000_000, 90_000_000_000, 3_600_000_000_000].map(goDuration)).toEqual(['0s', '500ns', '1.5µs', '2.5ms', '1.5s', '1m30s', '1h0m0s']);
  expect([0, 1_500_000, 951_782_400_000_000].map(timestamp)).toEqual(['1970-01-01T00:00:00Z', '1970-01-01T00:00:01.5Z', '2000-02-29T00:00:00Z']);
});

test('Maps and Sets survive being plain data', () => {
  const state = { a: new Map([[1, { b: new Set([3, 2]) }]]), c: [null, 'x'] };
  expect(thaw(JSON.parse(JSON.stringify(freeze(state))))).toEqual(state);
});
