import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../base/json-pattern/json.ts';
import { matchesAdvanced, parseAdvancedFilters } from './advanced-filter.ts';
import { eventOf, type Schema, valueAt } from './event.ts';
import { type FilterSettings, filterOf, matches } from './filter.ts';
import { rule } from './rules.ts';

const NONE: FilterSettings = { includedEventTypes: '', subjectBeginsWith: '', subjectEndsWith: '', isSubjectCaseSensitive: false, advancedFilters: '', enableAdvancedFilteringOnArrays: false };
const FACTS = { id: '7', key: 'A', seq: 12, producer: 'shop' };
/** Whether an event of that type and subject passes. */
function passes(settings: Partial<FilterSettings>, type: string, subject: string, data = '{}', schema: Schema = 'EventGridSchema'): boolean {
  const filter = filterOf({ ...NONE, ...settings });
  const event = eventOf({ type, subject, source: '/shop', data, topic: '' }, FACTS, schema, 'orders');
  if ('refused' in filter || 'refused' in event) throw new Error('refused');
  return matches(filter, event);
}
/** Which of the values satisfy one advanced filter, each as data.k; undefined: there is no such key. */
function takes(operatorType: string, values: Json, found: readonly (Json | undefined)[], onArrays = false): (Json | undefined)[] {
  const one = operatorType === 'BoolEquals' || /Than/.test(operatorType) ? { value: values } : operatorType.startsWith('Is') ? {} : { values };
  const filters = parseAdvancedFilters(JSON.stringify([{ operatorType, key: 'data.k', ...one }]));
  if ('refused' in filters) throw new Error(filters.text);
  return found.filter((k) => matchesAdvanced(filters, (key) => valueAt({ data: k === undefined ? {} : { k } }, 'EventGridSchema', key), onArrays));
}
const why = (filters: Json) => {
  const parsed = parseAdvancedFilters(JSON.stringify(filters));
  return 'refused' in parsed ? parsed.text : null;
};
const THINGS: readonly (Json | undefined)[] = [undefined, null, 1, 5, 'azure', true];

test(rule('filter-types'), () => {
  expect(['', 'All', 'order.placed order.paid', 'order.paid,x'].map((includedEventTypes) => passes({ includedEventTypes }, 'order.placed', '/a'))).toEqual([true, true, true, false]);
});
test(rule('filter-subject'), () => {
  const subject = '/A/B/c.JPG';
  expect([{ subjectBeginsWith: '/a/' }, { subjectBeginsWith: '/b' }, { subjectEndsWith: '.jpg' }, { subjectBeginsWith: '/a', subjectEndsWith: '.png' }].map((s) => passes(s, 't', subject))).toEqual([true, false, true, false]);
  expect([{ subjectBeginsWith: '/a/' }, { subjectBeginsWith: '/A/' }].map((s) => passes({ ...s, isSubjectCaseSensitive: true }, 't', subject))).toEqual([false, true]);
});
test(rule('filter-and-or'), () => {
  const both = (second: number) =>
    JSON.stringify([
      { operatorType: 'StringContains', key: 'Subject', values: ['/x/', '/orders/'] },
      { operatorType: 'NumberGreaterThan', key: 'data.seq', value: second },
    ]);
  expect([11, 12].map((seq) => passes({ advancedFilters: both(seq) }, 't', '/orders/A', '{"seq": {seq}}'))).toEqual([true, false]);
});
describe('operators', () => {
  test.each([
    ['NumberIn', [5, 2], [5]],
    ['NumberNotIn', [5, 2], [undefined, null, 1, 'azure', true]],
    ['NumberLessThan', 5, [1]],
    ['NumberLessThanOrEquals', 5, [1, 5]],
    ['NumberGreaterThan', 1, [5]],
    ['NumberGreaterThanOrEquals', 1, [1, 5]],
    [
      'NumberInRange',
      [
        [0, 1],
        [9, 10],
      ],
      [1],
    ],
    [
      'NumberNotInRange',
      [
        [0, 1],
        [9, 10],
      ],
      [5, 'azure', true],
    ],
    ['BoolEquals', true, [true]],
    ['StringContains', ['ZUR', 'x'], ['azure']],
    ['StringNotContains', ['ZUR', 'x'], [1, 5, true]],
    ['StringBeginsWith', ['AZ'], ['azure']],
    ['StringNotBeginsWith', ['b'], [1, 5, 'azure', true]],
    ['StringEndsWith', ['E'], ['azure']],
    ['StringNotEndsWith', ['e'], [1, 5, true]],
    ['StringIn', ['AZURE', 'b'], ['azure']],
    ['StringNotIn', ['AZURE', 'b'], [undefined, null, 1, 5, true]],
    ['IsNullOrUndefined', null, [undefined, null]],
    ['IsNotNull', null, [1, 5, 'azure', true]],
  ] as [string, Json, (Json | undefined)[]][])('%s', (operator, values, expected) => {
    expect(takes(operator, values, THINGS)).toEqual(expected);
  });
});
test(rule('filter-missing'), () => {
  const matching = ['NumberIn', 'NumberNotIn', 'NumberInRange', 'NumberNotInRange', 'StringIn', 'StringNotIn', 'StringNotContains', 'StringNotBeginsWith', 'StringNotEndsWith', 'IsNullOrUndefined', 'IsNotNull'].filter((operator) => {
    const values = operator.includes('Range') ? [[0, 1]] : operator.startsWith('Number') ? [1] : ['a'];
    return takes(operator, values, [undefined]).length > 0;
  });
  expect(matching).toEqual(['NumberNotIn', 'StringNotIn', 'IsNullOrUndefined']);
});
test(rule('filter-case'), () => {
  expect(takes('StringIn', ['Contoso'], ['CONTOSO', 'contoso', 'contos'])).toEqual(['CONTOSO', 'contoso']);
});
test(rule('filter-arrays'), () => {
  const lists: Json[] = [[1, 9], [9], ['1', 9], []];
  expect(takes('NumberIn', [1], lists, true)).toEqual([[1, 9]]);
  expect(takes('NumberNotIn', [1], lists, true)).toEqual([[9], ['1', 9], []]);
  expect(takes('NumberIn', [1], lists)).toEqual([]);
  expect(takes('StringContains', ['a'], [['xay', 3]], true)).toHaveLength(1);
});
test(rule('filter-keys'), () => {
  const event: JsonObject = { id: '1', topic: 'orders', subject: '/a', eventType: 't', dataVersion: '2', data: { a: { b: 3 } } };
  expect(['ID', 'Topic', 'Subject', 'EventType', 'DataVersion', 'data.a.b', 'Data.a.b', 'data.a.c', 'eventid'].map((key) => valueAt(event, 'EventGridSchema', key))).toEqual(['1', 'orders', '/a', 't', '2', 3, 3, undefined, undefined]);
  const cloud: JsonObject = { specversion: '1.0', id: '1', source: '/s', type: 't', comexampleothervalue: 5, data: { k: true } };
  expect(['eventid', 'source', 'eventtype', 'data.k', 'comexampleothervalue', 'ID'].map((key) => valueAt(cloud, 'CloudEventSchemaV1_0', key))).toEqual(['1', '/s', 't', true, '5', undefined]);
});
test(rule('filter-limits'), () => {
  const one = (values: number) => ({ operatorType: 'NumberIn', key: 'data.k', values: Array.from({ length: values }, (_, i) => i) });
  expect(why(Array.from({ length: 25 }, () => one(1)))).toBe(null);
  expect(why(Array.from({ length: 26 }, () => one(1)))).toMatch(/At most 25 advanced filters/);
  expect(why([one(25)])).toBe(null);
  expect(why([one(20), one(6)])).toMatch(/At most 25 filter values across all the filters/);
  const text = (length: number) => [{ operatorType: 'StringIn', key: 'data.k', values: ['x'.repeat(length)] }];
  expect(why(text(512))).toBe(null);
  expect(why(text(513))).toMatch(/at most 512 characters/);
});
test('a filter that says nothing sensible is refused with the place that is wrong', () => {
  expect(why({})).toBe('advancedFilters must be an array.');
  expect(parseAdvancedFilters('[')).toMatchObject({ refused: true, text: 'advancedFilters is not JSON.' });
  expect(why([3])).toMatch(/must be an object/);
  expect(why([{ operatorType: 'NumberAlmost', key: 'k', value: 1 }])).toMatch(/no operator "NumberAlmost"/);
  expect(why([{ operatorType: 'toString', key: 'k', value: 1 }])).toMatch(/no operator/);
  expect(why([{ operatorType: 'NumberIn', values: [1] }])).toMatch(/needs a key/);
  expect(why([{ operatorType: 'NumberIn', key: 'k', values: ['1'] }])).toMatch(/needs numbers as its values/);
  expect(why([{ operatorType: 'NumberLessThan', key: 'k', values: [1] }])).toMatch(/needs a number as its value/);
  expect(why([{ operatorType: 'NumberInRange', key: 'k', values: [[1]] }])).toMatch(/needs ranges/);
});
test('what is filled into an event', () => {
  const event = eventOf({ type: '{producer}.made', subject: '/{key}/{seq}', source: '/s', data: '{"n": [{seq}, "{key}"]}', topic: '' }, FACTS, 'EventGridSchema', 'orders');
  expect('refused' in event ? event : [event.type, event.subject, event.at('data.n'), event.at('id')]).toEqual(['shop.made', '/A/12', [12, 'A'], '7']);
});
