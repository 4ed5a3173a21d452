import { type AddressRange, addressDigits, isWithin, parseCidr } from '../ip-address.ts';
import { endsIgnoringCase, equalsIgnoringCase, matchesWildcard, parseWildcard, startsIgnoringCase, type Wildcard } from '../text-match.ts';
import { isList, isObject, type Json, type JsonObject, type Leaf } from './json.ts';

/** One element of a field's list in a pattern, and when a value satisfies it. */

/** What the readers of patterns differ in. */
export interface Dialect {
  readonly wildcard: boolean;
  /** Whether prefix and suffix go with equals-ignore-case. */
  readonly ignoringCase: boolean;
  /** The operators that anything-but may negate. */
  readonly negated: readonly TextTest['kind'][];
  /** Whether a negated operator may have a list of texts. */
  readonly negatedLists: boolean;
  /** Whether null and '' count as existing. */
  readonly emptyExists: boolean;
  /** How many ways through all `$or` together there may be, and what is said of more. */
  readonly most: { readonly alternatives: number; readonly says: string };
}

export type TextTest = { readonly kind: 'prefix' | 'suffix' | 'equals-ignore-case' | 'prefix-ignore-case' | 'suffix-ignore-case'; readonly text: string } | { readonly kind: 'wildcard'; readonly pieces: Wildcard };
export type Condition =
  | TextTest
  | { readonly kind: 'exactly'; readonly value: Leaf }
  | { readonly kind: 'address'; readonly range: AddressRange }
  | { readonly kind: 'numeric'; readonly from: number; readonly aboveFrom: boolean; readonly to: number; readonly belowTo: boolean }
  | { readonly kind: 'anything-but'; readonly values: readonly Leaf[] }
  | { readonly kind: 'anything-but-text'; readonly tests: readonly TextTest[] }
  | { readonly kind: 'exists'; readonly evenEmpty: boolean }
  | { readonly kind: 'absent' };

/** Why a pattern is none, in the words of the library that reads it. */
export class InvalidPattern extends Error {}
export function invalid(why: string): never {
  throw new InvalidPattern(why);
}

const ONE_KEY = 'Only one key allowed in match expression';
const TOO_MANY = 'Too many elements in numeric expression';

/** Throws InvalidPattern. */
export function parseCondition(value: Json, dialect: Dialect): Condition {
  if (isObject(value)) return expression(value, dialect);
  if (isList(value)) return invalid('Match value must be String, number, true, false, or null');
  // An address stands for all its spellings.
  const digits = typeof value === 'string' ? addressDigits(value) : null;
  return digits === null ? { kind: 'exactly', value } : { kind: 'address', range: { from: digits, to: digits } };
}

function expression(given: JsonObject, dialect: Dialect): Condition {
  const [type, ...more] = Object.keys(given);
  if (type === undefined) return invalid('Match expression name not found');
  const reader = readers[type];
  if (reader === undefined || (type === 'wildcard' && !dialect.wildcard)) return invalid(`Unrecognized match type ${type}`);
  const condition = reader(given[type] as Json, dialect);
  if (more.length > 0) invalid(type === 'numeric' || type === 'anything-but' ? TOO_MANY : ONE_KEY);
  return condition;
}

type Reader = (value: Json, dialect: Dialect) => Condition;
const readers: Readonly<Record<string, Reader>> = Object.assign(Object.create(null) as object, {
  exactly: (value: Json) => ({ kind: 'exactly', value: text(value, 'exact match pattern must be a string') }),
  prefix: (value: Json, dialect: Dialect) => (isObject(value) && dialect.ignoringCase ? { kind: 'prefix-ignore-case', text: ignoringCase(value, 'Prefix', 'prefix') } : { kind: 'prefix', text: text(value, 'prefix match pattern must be a string') }),
  suffix: (value: Json, dialect: Dialect) => (isObject(value) && dialect.ignoringCase ? { kind: 'suffix-ignore-case', text: ignoringCase(value, 'Suffix', 'suffix') } : { kind: 'suffix', text: text(value, 'suffix match pattern must be a string') }),
  'equals-ignore-case': (value: Json) => ({ kind: 'equals-ignore-case', text: text(value, 'equals-ignore-case match pattern must be a string') }),
  wildcard: (value: Json) => wildcard(value),
  numeric: (value: Json) => (isList(value) ? numeric(value) : invalid('Value of numeric must be an array.')),
  'anything-but': (value: Json, dialect: Dialect) => anythingBut(value, dialect),
  exists: (value: Json, dialect: Dialect) => {
    if (typeof value !== 'boolean') return invalid('exists match pattern must be either true or false.');
    return value ? { kind: 'exists', evenEmpty: dialect.emptyExists } : { kind: 'absent' };
  },
  cidr: (value: Json) => {
    const range = parseCidr(text(value, 'prefix match pattern must be a string'));
    return 'wrong' in range ? invalid(range.wrong) : { kind: 'address', range };
  },
} satisfies Record<string, Reader>);

function text(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' ? value : invalid(otherwise);
}

function ignoringCase(given: JsonObject, Name: string, name: string): string {
  const [type, ...more] = Object.keys(given);
  if (type === undefined) return invalid(`${Name} expression name not found`);
  if (type !== 'equals-ignore-case') return invalid(`Unsupported ${name} pattern: ${type}`);
  const found = text(given[type], 'equals-ignore-case match pattern must be a string');
  return more.length > 0 ? invalid(ONE_KEY) : found;
}

function wildcard(value: Json): TextTest {
  const pieces = parseWildcard(text(value, 'wildcard match pattern must be a string'));
  // The library counts the opening quotation mark.
  if ('wrong' in pieces) return invalid(`${pieces.wrong === 'escape' ? 'Invalid escape character' : 'Consecutive wildcard characters'} at pos ${pieces.at + 1}`);
  return { kind: 'wildcard', pieces };
}

const comparable = (value: number) => (Number.isFinite(value) ? value : invalid(`Cannot compare number : ${value}`));
function number(value: Json | undefined, operator: string): number {
  return typeof value === 'number' ? comparable(value) : invalid(`Value of ${operator} must be numeric`);
}
function shown(value: Json | undefined): string {
  if (value === undefined) return ']';
  if (isList(value)) return '[';
  return isObject(value) ? '{' : typeof value === 'number' ? asJava(value) : String(value);
}
/** As Java writes it: fractions from ten millions on, and below a thousandth, with an exponent. */
function asJava(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) || (size >= 1e-3 && size < 1e7)) return String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

function numeric(given: readonly Json[]): Condition {
  const [operator, bound, second] = given;
  if (typeof operator !== 'string') return invalid(`Invalid member in numeric match: ${shown(operator)}`);
  const [from, to] = [-Number.MAX_VALUE, Number.MAX_VALUE];
  if (!['=', '<', '<=', '>', '>='].includes(operator)) return invalid(`Unrecognized numeric range operator: ${operator}`);
  const value = number(bound, operator === '=' ? 'equals' : operator);
  if (operator === '=' || operator === '<' || operator === '<=') {
    if (given.length > 2) return invalid(TOO_MANY);
    return { kind: 'numeric', from: operator === '=' ? value : from, aboveFrom: false, to: value, belowTo: operator === '<' };
  }
  const aboveFrom = operator === '>';
  if (given.length === 2) return { kind: 'numeric', from: value, aboveFrom, to, belowTo: false };
  if (typeof second !== 'string') return invalid(`Bad value in numeric range: ${shown(second)}`);
  if (second !== '<' && second !== '<=') return invalid(`Bad numeric range operator: ${second}`);
  const top = number(given[3], second);
  if (given.length > 4) return invalid('Too many terms in numeric range expression');
  return value < top ? { kind: 'numeric', from: value, aboveFrom, to: top, belowTo: second === '<' } : invalid('Bottom must be less than top');
}

const EITHER = 'Inside anything but list, either all values are number or string, mixed type is not supported';
function anythingBut(given: Json, dialect: Dialect): Condition {
  if (isObject(given)) return anythingButText(given, dialect);
  if (typeof given === 'string') return { kind: 'anything-but', values: [given] };
  if (typeof given === 'number') return { kind: 'anything-but', values: [comparable(given)] };
  if (!isList(given)) return invalid('Value of anything-but must be an array or single string/number value.');
  const values = given.map((value) => {
    if (typeof value === 'number') return comparable(value);
    return text(value, 'Inside anything but list, start|null|boolean is not supported.');
  });
  if (new Set(values.map((value) => typeof value)).size !== 1) return invalid(EITHER);
  return { kind: 'anything-but', values };
}

function anythingButText(given: JsonObject, dialect: Dialect): Condition {
  const [type, ...more] = Object.keys(given);
  if (type === undefined) return invalid('Anything-But expression name not found');
  const kind = dialect.negated.find((one) => one === type);
  if (kind === undefined) return invalid(`Unsupported anything-but pattern: ${type}`);
  const value = given[type] as Json;
  if (!dialect.negatedLists) text(value, `${type} match pattern must be a string`);
  if (typeof value !== 'string' && typeof value !== 'number' && !isList(value)) return invalid('Value of anything-but must be an array or single string/number value.');
  const tests = (isList(value) ? value : [value]).map((one): TextTest => {
    if (kind === 'wildcard') return wildcard(one);
    if (kind === 'equals-ignore-case') return { kind, text: text(one, 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.') };
    const found = text(one, 'prefix/suffix match pattern must be a string');
    return found === '' ? invalid('Null prefix/suffix not allowed') : { kind, text: found };
  });
  if (more.length > 0) return invalid(TOO_MANY);
  return tests.length === 0 ? invalid('Empty arrays are not allowed') : { kind: 'anything-but-text', tests };
}

function passes(test: TextTest, value: string): boolean {
  switch (test.kind) {
    case 'prefix':
      return value.startsWith(test.text);
    case 'suffix':
      return value.endsWith(test.text);
    case 'equals-ignore-case':
      return equalsIgnoringCase(test.text, value);
    case 'prefix-ignore-case':
      return startsIgnoringCase(test.text, value);
    case 'suffix-ignore-case':
      return endsIgnoringCase(test.text, value);
    case 'wildcard':
      return matchesWildcard(test.pieces, value);
  }
}

/** Whether a value that is there satisfies the condition; that it is missing is asked elsewhere. */
export function holds(condition: Condition, value: Leaf): boolean {
  switch (condition.kind) {
    case 'exists':
      return condition.evenEmpty || (value !== null && value !== '');
    case 'absent':
      return false;
    case 'exactly':
      return value === condition.value;
    case 'anything-but':
      return !condition.values.includes(value);
    case 'anything-but-text':
      return typeof value !== 'string' || !condition.tests.some((test) => passes(test, value));
    case 'numeric': {
      if (typeof value !== 'number' || !Number.isFinite(value)) return false;
      const { from, to, aboveFrom, belowTo } = condition;
      return (aboveFrom ? value > from : value >= from) && (belowTo ? value < to : value <= to);
    }
    case 'address': {
      const digits = typeof value === 'string' ? addressDigits(value) : null;
      return digits !== null && isWithin(condition.range, digits);
    }
    default:
      return typeof value === 'string' && passes(condition, value);
  }
}
