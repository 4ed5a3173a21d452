/** The filter criteria of an event source mapping: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
import type { Dialect } from '../../base/json-pattern/condition.ts';
import { isList, isObject, type Json } from '../../base/json-pattern/json.ts';
import { type JsonPattern, matchesPattern, parsePattern } from '../../base/json-pattern/pattern.ts';
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';

/** Of filters one is enough. */
export type FilterCriteria = readonly Filter[];
/** What a body must match: a pattern, which takes JSON only, or one of a list of texts, which takes bodies that are no JSON only. Null: any. */
type Filter = { readonly json: JsonPattern } | { readonly texts: readonly string[] } | null;

const MOST_FILTERS = 5;
const LONGEST_PATTERN = 4096;
/** "Filter rule syntax" knows exists, prefix, suffix, numeric, anything-but, equals-ignore-case and $or. */
const dialect: Dialect = { wildcard: false, ignoringCase: false, negated: ['prefix', 'suffix'], negatedLists: false, emptyExists: true, most: { alternatives: 1000, says: '' } };

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
/** @param text {"Filters":[{"Pattern":"…"}]}; nothing lets everything through */
export function filterCriteria(text: string): FilterCriteria | Refusal {
  if (text === '') return [];
  const criteria = parsed(text);
  const list = isObject(criteria) ? criteria['Filters'] : undefined;
  if (!isList(list)) return errors.filterPattern();
  if (list.length > MOST_FILTERS) return errors.filterCount(list.length);
  const filters: Filter[] = [];
  for (const one of list) {
    const filter = isObject(one) && typeof one['Pattern'] === 'string' ? filterOf(one['Pattern']) : undefined;
    if (filter === undefined) return errors.filterPattern();
    filters.push(filter);
  }
  return filters;
}
function filterOf(pattern: string): Filter | undefined {
  const json = pattern.length > LONGEST_PATTERN ? undefined : parsed(pattern);
  if (!isObject(json)) return undefined;
  const { body, ...more } = json;
  // Of SQS, Lambda filters on bodies only.
  if (Object.keys(more).length > 0) return undefined;
  if (body === undefined) return null;
  if (isList(body)) return body.length > 0 && body.every((one) => typeof one === 'string') ? { texts: body as string[] } : undefined;
  const found = parsePattern(body, dialect);
  return 'invalid' in found ? undefined : { json: found };
}
/** Whether the function is called with a message of this body. Text and JSON do not match each other. */
export function lets(criteria: FilterCriteria, body: string): boolean {
  if (criteria.length === 0) return true;
  const json = parsed(body);
  return criteria.some((filter) => filter === null || ('texts' in filter ? !isObject(json) && filter.texts.includes(body) : isObject(json) && matchesPattern(filter.json, json)));
}
