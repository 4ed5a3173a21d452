import { describe, expect, test } from 'vitest';
import { matches, parseFilter } from './filter.ts';
import { rule } from './rules.ts';

const all: readonly Readonly<Record<string, string>>[] = [
  { lang: 'en', name: 'com', timezone: 'UTC' },
  { lang: 'en', name: 'net', timezone: 'UTC' },
  { lang: 'jp', name: 'co' },
  { lang: 'jp', timezone: 'UTC' },
  { みんな: 'dummy', 'iana.org/language_tag': 'en' },
];
function matching(text: string): number[] | string {
  const filter = parseFilter(text);
  return typeof filter === 'string' ? filter : all.flatMap((attributes, i) => (matches(filter, attributes) ? [i] : []));
}
describe(rule('filter-language'), () => {
  test.each([
    ['', [0, 1, 2, 3, 4]],
    ['attributes:name', [0, 1, 2]],
    ['attributes.name = "com"', [0]],
    ['attributes.name="com"', [0]],
    ['attributes.name = "COM"', []],
    ['attributes.name != "com"', [1, 2, 3, 4]],
    ['hasPrefix(attributes.name, "co")', [0, 2]],
    ['NOT attributes:name', [3, 4]],
    ['-attributes:name', [3, 4]],
    ['attributes.lang = "en" AND attributes.name = "com"', [0]],
    ['attributes.lang = "en" AND attributes:name AND -attributes.name = "com"', [1]],
    ['attributes.name = "com" OR attributes.name = "net"', [0, 1]],
    ['attributes:timezone AND (attributes.name = "com" OR NOT attributes:name)', [0, 3]],
    ['NOT (attributes:name OR attributes.lang = "jp")', [4]],
    ['attributes:"iana.org/language_tag"', [4]],
    ['attributes:"\\u307F\\u3093\\u306A"', [4]],
    ['attributes:"\\343\\201\\277\\343\\202\\223\\343\\201\\252"', [4]],
  ])('%s', (text, found) => {
    expect(matching(text)).toEqual(found);
  });
  test.each([
    'attributes',
    'attributes.name',
    'attributes.name = com',
    'attributes.name < "a"',
    'data = "x"',
    'attributes:name AND',
    '(attributes:name',
    'attributes:name)',
    'attributes:name and attributes:lang',
    'hasPrefix(attributes.name)',
    'attributes:iana.org/language_tag',
    'attributes:a AND attributes:b OR attributes:c',
    'attributes.name = "com',
    'attributes:name AND $',
  ])('%s is refused', (text) => {
    expect(typeof parseFilter(text)).toBe('string');
  });
});
