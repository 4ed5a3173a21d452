import { describe, expect, it } from 'vitest';
import { filterCriteria, lets } from './filter-criteria.ts';
import { rule } from './rules.ts';

const of = (...patterns: readonly unknown[]) => filterCriteria(JSON.stringify({ Filters: patterns.map((pattern) => ({ Pattern: typeof pattern === 'string' ? pattern : JSON.stringify(pattern) })) }));
function passes(body: string, ...patterns: readonly unknown[]): boolean {
  const criteria = of(...patterns);
  if ('refused' in criteria) throw new Error(criteria.text);
  return lets(criteria, body);
}
const refused = (criteria: ReturnType<typeof filterCriteria>) => ('refused' in criteria ? [criteria.name, criteria.text] : []);
const NO_PATTERN = ['InvalidParameterValueException', 'Invalid filter pattern definition.'];

describe('filter criteria of a mapping', () => {
  it(rule('mapping-filter-body'), () => {
    // The table of "Properly filtering Amazon SQS messages": text or JSON, in the message and in the pattern.
    expect(passes('BBBB', { body: ['AAAA', 'BBBB'] })).toBe(true);
    expect(passes('CCCC', { body: ['AAAA', 'BBBB'] })).toBe(false);
    expect(passes('BBBB', { body: { code: ['BBBB'] } })).toBe(false);
    expect(passes('{"code":"BBBB"}', { body: ['BBBB'] })).toBe(false);
    expect(passes('{"code":"BBBB"}', { body: { code: ['BBBB'] } })).toBe(true);
    expect(passes('{"code":"AAAA"}', { body: { code: ['BBBB'] } })).toBe(false);
    // One of the filters is enough; without any, and with none for the body, everything passes.
    expect(passes('{"code":"AAAA"}', { body: { code: ['BBBB'] } }, { body: { code: [{ prefix: 'AA' }] } })).toBe(true);
    expect(lets([], 'anything')).toBe(true);
    expect(passes('anything', {})).toBe(true);
    expect(passes('{"n":7,"state":"new"}', { body: { n: [{ numeric: ['>', 5, '<=', 7] }], state: [{ 'anything-but': ['old'] }], gone: [{ exists: false }] } })).toBe(true);
  });
  it(rule('mapping-filter-refused'), () => {
    expect(refused(filterCriteria('no JSON'))).toEqual(NO_PATTERN);
    expect(refused(filterCriteria('{"Filters":{}}'))).toEqual(NO_PATTERN);
    expect(refused(of('{'))).toEqual(NO_PATTERN);
    expect(refused(of({ body: { code: 'BBBB' } }))).toEqual(NO_PATTERN);
    expect(refused(of({ body: { code: [{ wildcard: '*' }] } }))).toEqual(NO_PATTERN);
    expect(refused(of({ body: [] }))).toEqual(NO_PATTERN);
    expect(refused(of({ messageId: ['x'] }))).toEqual(NO_PATTERN);
    expect(refused(of({ body: { code: ['x'.repeat(5000)] } }))).toEqual(NO_PATTERN);
    expect(refused(of(...Array.from({ length: 6 }, () => ({ body: ['a'] }))))[0]).toBe('InvalidParameterValueException');
    expect(of({ body: ['a'] })).toHaveLength(1);
  });
});
