import { expect, test } from 'vitest';
import type { Json } from '../../base/json-pattern/json.ts';
import { accepts, checkedPolicy, type FilterPolicy, filterPolicy, filterPolicyScope, type MessageAttributes } from './filter-policy.ts';
import { rule } from './rules.ts';

function policy(json: Json, scope: FilterPolicy['scope'] = 'MessageAttributes'): FilterPolicy {
  const checked = checkedPolicy(json, scope, 'Subscribe');
  if ('refused' in checked) throw new Error(checked.text);
  return checked;
}
const string = (Value: string) => ({ Type: 'String', Value });
const list = (...values: Json[]) => ({ Type: 'String.Array', Value: JSON.stringify(values) });
const number = (Value: string | number) => ({ Type: 'Number', Value });
const onAttributes = (json: Json, attributes: MessageAttributes) => accepts(policy(json), { attributes, body: '' });
const onBody = (json: Json, body: Json) => accepts(policy(json, 'MessageBody'), { attributes: {}, body: JSON.stringify(body) });
/** Which of the attributes a condition takes. */
const takes = (condition: Json, attributes: readonly MessageAttributes[string][]) => attributes.filter((a) => onAttributes({ a: [condition] }, { a }));
const why = (json: Json, scope: FilterPolicy['scope'] = 'MessageAttributes') => {
  const checked = checkedPolicy(json, scope, 'Subscribe');
  return 'refused' in checked ? checked.text : null;
};

test(rule('filter-and-or'), () => {
  expect(onAttributes({ kind: ['a', 'b'], size: ['s'] }, { kind: string('b'), size: string('s') })).toBe(true);
  expect(onAttributes({ kind: ['a', 'b'], size: ['s'] }, { kind: string('b') })).toBe(false);
  expect([onAttributes({}, {}), onBody({}, 'no object')]).toEqual([true, true]);
});
test(rule('filter-or-operator'), () => {
  const both = { f1: ['v1'], $or: [{ f2: ['v2'] }, { f3: ['v4'], $or: [{ f4: ['v5'] }, { f5: ['v7'] }] }] };
  expect(onAttributes(both, { f1: string('v1'), f2: string('v2') })).toBe(true);
  expect(onAttributes(both, { f1: string('v1'), f3: string('v4'), f5: string('v7') })).toBe(true);
  expect(onAttributes(both, { f1: string('v1'), f3: string('v4') })).toBe(false);
  expect(why({ $or: [{ a: ['x'] }] })).toContain('There must have at least 2 Objects');
});
test(rule('filter-string'), () => {
  expect(takes('rugby', [string('rugby'), string('Rugby'), number(1)])).toEqual([string('rugby')]);
  expect(takes({ prefix: 'bas' }, [string('basket'), string('tennis')])).toEqual([string('basket')]);
  expect(takes({ suffix: 'ball' }, [string('football'), string('balls')])).toEqual([string('football')]);
  expect(takes({ 'equals-ignore-case': 'Tennis' }, [string('TENNIS'), string('tennis2')])).toEqual([string('TENNIS')]);
  expect(takes({ cidr: '10.0.0.0/24' }, [string('10.0.0.255'), string('10.0.0.256'), string('10.1.1.0')])).toEqual([string('10.0.0.255')]);
  expect(why({ a: [{ wildcard: 'x*' }] })).toContain('FilterPolicy: Unrecognized match type wildcard');
  expect(why({ a: [{ prefix: { 'equals-ignore-case': 'x' } }] })).toContain('FilterPolicy: prefix match pattern must be a string');
});
test(rule('filter-anything-but'), () => {
  expect(takes({ 'anything-but': ['rugby', 'tennis'] }, [string('rugby'), string('golf'), list('rugby', 'baseball'), list('rugby')])).toEqual([string('golf'), list('rugby', 'baseball')]);
  expect(takes({ 'anything-but': { prefix: 'order-' } }, [string('order-1'), string('x')])).toEqual([string('x')]);
  expect(takes({ 'anything-but': [100, 500] }, [number(100), number('101')])).toEqual([number('101')]);
  expect(onAttributes({ a: [{ 'anything-but': 'x' }] }, { b: string('y') })).toBe(false);
  expect(onAttributes({ a: [{ 'anything-but': 'x' }, { exists: false }] }, { b: string('y') })).toBe(true);
  expect(why({ a: [{ 'anything-but': { suffix: 'x' } }] })).toContain('FilterPolicy: Unsupported anything-but pattern: suffix');
  expect(why({ a: [{ 'anything-but': { prefix: false } }] })).toContain('FilterPolicy: prefix match pattern must be a string');
});
test(rule('filter-numeric'), () => {
  expect(takes({ numeric: ['>', 0, '<=', 150] }, [number(0), number('122'), number(150), number(151), string('100')])).toEqual([number('122'), number(150)]);
  expect(takes(3.015e2, [number('301.5'), string('301.5')])).toEqual([number('301.5')]);
  expect(onBody({ price: [{ numeric: ['<', 10] }] }, { price: 9 })).toBe(true);
  expect(why({ a: [{ numeric: ['>', 3, '<', 1] }] })).toContain('FilterPolicy: Bottom must be less than top');
});
test(rule('filter-exists'), () => {
  expect(onAttributes({ store: [{ exists: true }] }, { store: number(99) })).toBe(true);
  expect(onAttributes({ store: [{ exists: false }] }, { other: number(99) })).toBe(true);
  expect(onAttributes({ store: [{ exists: false }] }, {})).toBe(false);
  expect([onBody({ a: [{ exists: true }] }, { a: null }), onBody({ a: [{ exists: true }] }, { a: '' }), onBody({ a: [{ exists: true }] }, { a: 0 })]).toEqual([false, false, true]);
});
test(rule('filter-attributes'), () => {
  expect(takes(true, [list('x', true), list('true'), string('true')])).toEqual([list('x', true)]);
  expect(takes('anything', [{ Type: 'String.Array', Value: "['anything']" }, list('other', 'anything')])).toEqual([list('other', 'anything')]);
  expect(
    takes('x', [
      { Type: 'Binary', Value: 'x' },
      { Type: 'String.mine', Value: 'x' },
    ]),
  ).toEqual([{ Type: 'String.mine', Value: 'x' }]);
  expect(takes(1, [{ Type: 'Number.int', Value: '1' }, number('')])).toEqual([{ Type: 'Number.int', Value: '1' }]);
  expect(why({ a: { b: ['x'] } })).toBe('Invalid parameter: Attributes Reason: Filter policy scope MessageAttributes does not support nested filter policy');
  expect(why({ $or: [{ a: { b: ['x'] } }, { c: ['y'] }] })).toContain('does not support nested');
});
test(rule('filter-body'), () => {
  const records = { Records: { s3: { object: { key: [{ prefix: 'auto-' }] } }, eventName: [{ prefix: 'ObjectCreated:' }] } };
  const record = (key: string, eventName: string) => ({ eventName, s3: { object: [[{ key }]] } });
  expect(onBody(records, { Records: [record('auto-1', 'ObjectCreated:Put'), record('home-1', 'ObjectRemoved:Delete')] })).toBe(true);
  expect(onBody(records, { Records: [record('auto-1', 'ObjectRemoved:Delete'), record('home-1', 'ObjectCreated:Put')] })).toBe(false);
  expect(onBody({ 'object.nested.test': ['v'] }, { object: { 'nested.test': 'v' } })).toBe(true);
  const text = policy({ a: ['x'] }, 'MessageBody');
  expect(['plain', '"text"', '[1]', '{"a":"x"}'].map((body) => accepts(text, { attributes: {}, body }))).toEqual([false, false, false, true]);
});
test(rule('filter-limits'), () => {
  const values = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`);
  expect(why({ a: { b: { c: values(4) } }, d: { e: values(3) }, f: values(3) }, 'MessageBody')).toBe('Invalid parameter: Attributes Reason: FilterPolicy: Filter policy is too complex');
  expect(why({ a: { b: { c: values(4) } }, d: { e: values(3) }, f: values(2) }, 'MessageBody')).toBeNull();
  const cloudwatch = (ids: number) => ({ source: values(4), $or: [{ metricName: values(6) }, { metricType: values(4), $or: [{ metricId: values(4) }, { spaceId: values(ids) }] }] });
  expect([why(cloudwatch(4)), why(cloudwatch(3))]).toEqual([expect.stringContaining('too complex'), null]);
  expect(why(Object.fromEntries(values(6).map((name) => [name, ['x']])))).toContain('FilterPolicy: Filter policy can not have more than 5 keys');
  expect(filterPolicy(`{"a":["${'é'.repeat(131_072)}"]}`, 'MessageBody', 'Subscribe')).toHaveProperty('refused', true);
});
test(rule('filter-invalid'), () => {
  expect(filterPolicy('{"key_a":"value_one"}', 'MessageBody', 'SetSubscriptionAttributes')).toMatchObject({ name: 'InvalidParameter', text: 'Invalid parameter: FilterPolicy: "key_a" must be an object or an array' });
  expect(filterPolicy('{', 'MessageBody', 'Subscribe')).toHaveProperty('refused', true);
  expect(filterPolicy('', 'MessageBody', 'Subscribe')).toEqual({ scope: 'MessageBody', pattern: null });
  expect(why({ key: [['value']] })).toBe('Invalid parameter: Attributes Reason: FilterPolicy: Match value must be String, number, true, false, or null');
  expect(why({ key: [] })).toContain('FilterPolicy: Empty arrays are not allowed');
  expect(why({ key: [{ cidr: 'xx.11.xx/8' }] })).toContain('FilterPolicy: Nonstandard IP address: xx.11.xx');
  expect(why({ key: [{ exists: 'no' }] })).toContain('FilterPolicy: exists match pattern must be either true or false.');
  expect(filterPolicyScope('RandomValue', 'SetSubscriptionAttributes')).toMatchObject({ text: 'Invalid parameter: FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes' });
  expect(filterPolicyScope('MessageBody', 'Subscribe')).toBe('MessageBody');
});
