/** Advanced filters: https://learn.microsoft.com/azure/event-grid/event-filtering#advanced-filtering */
import { isList, isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { errors } from './errors.ts';
import type { Refusal } from '../contract.ts';

type Values = readonly Json[];
interface Operator {
  /** What `values` (or `value`) must hold; null: the operator takes none. */
  readonly takes: 'number' | 'string' | 'boolean' | 'range' | null;
  /** Only one value, under the name `value`. */
  readonly one?: boolean;
  /** True when a value of the event counts against the filter instead of for it. */
  readonly not?: boolean;
  /** What the filter says when the event has no such key. */
  readonly missing: boolean;
  /** Whether one value of the event meets one value of the filter. */
  readonly meets: (key: Json, filter: Json) => boolean;
}
const text = (compare: (key: string, filter: string) => boolean) => (key: Json, filter: Json) => typeof key === 'string' && compare(key.toLowerCase(), String(filter).toLowerCase());
const number = (compare: (key: number, filter: number) => boolean) => (key: Json, filter: Json) => typeof key === 'number' && compare(key, Number(filter));
const within = (key: Json, range: Json) => typeof key === 'number' && isList(range) && key >= Number(range[0]) && key <= Number(range[1]);
const contains = text((key, filter) => key.includes(filter));
const begins = text((key, filter) => key.startsWith(filter));
const ends = text((key, filter) => key.endsWith(filter));
const same = text((key, filter) => key === filter);
const equal = number((key, filter) => key === filter);

const OPERATORS: Readonly<Record<string, Operator>> = {
  NumberIn: { takes: 'number', missing: false, meets: equal },
  NumberNotIn: { takes: 'number', not: true, missing: true, meets: equal },
  NumberLessThan: { takes: 'number', one: true, missing: false, meets: number((key, filter) => key < filter) },
  NumberGreaterThan: { takes: 'number', one: true, missing: false, meets: number((key, filter) => key > filter) },
  NumberLessThanOrEquals: { takes: 'number', one: true, missing: false, meets: number((key, filter) => key <= filter) },
  NumberGreaterThanOrEquals: { takes: 'number', one: true, missing: false, meets: number((key, filter) => key >= filter) },
  NumberInRange: { takes: 'range', missing: false, meets: within },
  NumberNotInRange: { takes: 'range', not: true, missing: false, meets: within },
  BoolEquals: { takes: 'boolean', one: true, missing: false, meets: (key, filter) => key === filter },
  StringContains: { takes: 'string', missing: false, meets: contains },
  StringNotContains: { takes: 'string', not: true, missing: false, meets: contains },
  StringBeginsWith: { takes: 'string', missing: false, meets: begins },
  StringNotBeginsWith: { takes: 'string', not: true, missing: false, meets: begins },
  StringEndsWith: { takes: 'string', missing: false, meets: ends },
  StringNotEndsWith: { takes: 'string', not: true, missing: false, meets: ends },
  StringIn: { takes: 'string', missing: false, meets: same },
  StringNotIn: { takes: 'string', not: true, missing: true, meets: same },
  IsNullOrUndefined: { takes: null, missing: true, meets: () => false },
  IsNotNull: { takes: null, missing: false, meets: () => true },
};
export interface AdvancedFilter {
  readonly operatorType: string;
  readonly key: string;
  readonly values: Values;
}
/** "25 advanced filters and 25 filter values across all the filters", "512 characters per string value". */
const MOST_FILTERS = 25;
const MOST_VALUES = 25;
const LONGEST = 512;

/** The `advancedFilters` of a subscription: a JSON array as text. */
export function parseAdvancedFilters(json: string): readonly AdvancedFilter[] | Refusal {
  let given: Json;
  try {
    given = json.trim() === '' ? [] : (JSON.parse(json) as Json);
  } catch {
    return errors.badSubscription('advancedFilters is not JSON.');
  }
  if (!isList(given)) return errors.badSubscription('advancedFilters must be an array.');
  if (given.length > MOST_FILTERS) return errors.badSubscription(`At most ${MOST_FILTERS} advanced filters per Event Grid subscription.`);
  const filters: AdvancedFilter[] = [];
  for (const one of given) {
    const filter = isObject(one) ? filterOf(one) : 'an advanced filter must be an object';
    if (typeof filter === 'string') return errors.badSubscription(`advancedFilters: ${filter}.`);
    filters.push(filter);
  }
  const values = filters.reduce((sum, filter) => sum + filter.values.length, 0);
  if (values > MOST_VALUES) return errors.badSubscription(`At most ${MOST_VALUES} filter values across all the filters per Event Grid subscription.`);
  return filters;
}
function filterOf(given: JsonObject): AdvancedFilter | string {
  const { operatorType, key, value, values } = given;
  const operator = typeof operatorType === 'string' && Object.hasOwn(OPERATORS, operatorType) ? OPERATORS[operatorType] : undefined;
  if (operator === undefined || typeof operatorType !== 'string') return `there is no operator ${JSON.stringify(operatorType ?? null)}`;
  if (typeof key !== 'string' || key === '') return `${operatorType} needs a key`;
  if (operator.takes === null) return { operatorType, key, values: [null] };
  if (operator.one) return fits(operator, value) ? { operatorType, key, values: [value as Json] } : `${operatorType} needs a ${operator.takes} as its value`;
  if (!isList(values) || values.length === 0 || !values.every((v) => fits(operator, v))) return `${operatorType} needs ${operator.takes}s as its values`;
  if (values.some((v) => typeof v === 'string' && v.length > LONGEST)) return `a string value has at most ${LONGEST} characters`;
  return { operatorType, key, values };
}
function fits({ takes }: Operator, value: Json | undefined): boolean {
  return takes === 'range' ? isList(value) && value.length === 2 && value.every((end) => typeof end === 'number') : typeof value === takes;
}

/**
 * @param of the value of a key in the event; undefined when there is none
 * @param onArrays `enableAdvancedFilteringOnArrays`: any element of an array may match, or speak against it. Otherwise an array is no value to filter on.
 */
export function matchesAdvanced(filters: readonly AdvancedFilter[], of: (key: string) => Json | undefined, onArrays: boolean): boolean {
  return filters.every((filter) => matchesOne(filter, of(filter.key), onArrays));
}
function matchesOne({ operatorType, values }: AdvancedFilter, key: Json | undefined, onArrays: boolean): boolean {
  const operator = OPERATORS[operatorType] as Operator;
  if (key === undefined || key === null || (isList(key) && !onArrays && operator.takes !== null)) return operator.missing;
  const found = isList(key) ? key : [key];
  const met = operator.takes === null ? operator.meets(key, null) : values.some((filter) => found.some((one) => operator.meets(one, filter)));
  return operator.not ? !met : met;
}
