import { type Condition, type Dialect, holds, InvalidPattern, invalid, parseCondition } from './condition.ts';
import { isList, isObject, type Json, type JsonObject, type Leaf } from './json.ts';

/** Patterns over JSON objects, as github.com/aws/event-ruler reads them: fields and-ed, values of a field or-ed. */

/** Each way through `$or` by itself: dotted path → what one of its values has to satisfy. */
type Alternative = ReadonlyMap<string, readonly Condition[]>;
export interface JsonPattern {
  readonly alternatives: readonly (readonly (readonly [path: string, conditions: readonly Condition[]])[])[];
}

const OR = '$or';
/** Names that may become operators cannot be fields inside `$or`. */
const RESERVED = new Set('exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >= regex not-wildcard not-equals-ignore-case date-after date-on-or-after date-before date-on-or-before in-date-range ip-address-in-range ip-address-not-in-range'.split(' '));

/** The pattern, or why it is none. */
export function parsePattern(pattern: Json, dialect: Dialect): JsonPattern | { readonly invalid: string } {
  try {
    if (!isObject(pattern)) invalid('Filter is not an object');
    const alternatives = fields(pattern, '', [], { dialect, insideOr: false });
    return { alternatives: alternatives.map((one) => [...one].sort(([a], [b]) => (a < b ? -1 : 1))) };
  } catch (error) {
    if (error instanceof InvalidPattern) return { invalid: error.message };
    throw error;
  }
}

interface Place {
  readonly dialect: Dialect;
  readonly insideOr: boolean;
}
/** Adds an object's fields to each of the alternatives so far. A path that is named twice counts as it was named last. */
function fields(object: JsonObject, prefix: string, before: readonly Alternative[], place: Place): readonly Alternative[] {
  const entries = Object.entries(object);
  if (entries.length === 0) invalid('Empty objects are not allowed');
  let alternatives = before;
  for (const [name, value] of entries) {
    if (name === OR) {
      alternatives = either(value, prefix, alternatives, place);
      continue;
    }
    if (place.insideOr && RESERVED.has(name)) invalid(`${name} is Ruler reserved fieldName which cannot be used inside ${OR}.`);
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (isObject(value)) alternatives = fields(value, path, alternatives, place);
    else if (isList(value)) {
      const conditions = value.map((one) => parseCondition(one, place.dialect));
      if (conditions.length === 0) invalid('Empty arrays are not allowed');
      alternatives = (alternatives.length === 0 ? [new Map()] : alternatives).map((one) => new Map(one).set(path, conditions));
    } else invalid(`"${name}" must be an object or an array`);
  }
  return alternatives;
}
function either(value: Json, prefix: string, before: readonly Alternative[], place: Place): readonly Alternative[] {
  if (!isList(value)) return invalid(`It must be an Array followed with ${OR}.`);
  const all: Alternative[] = [];
  for (const branch of value) {
    if (!isObject(branch)) return invalid(`Only JSON object is allowed in array of ${OR} relationship.`);
    all.push(...fields(branch, prefix, before.length === 0 ? [new Map()] : before, { ...place, insideOr: true }));
    if (all.length > place.dialect.most.alternatives) return invalid(place.dialect.most.says);
  }
  return value.length < 2 ? invalid(`There must have at least 2 Objects in ${OR} relationship.`) : all;
}

/** Which element of which array a value stands in: array number → index. */
type Membership = ReadonlyMap<number, number>;
interface Found {
  readonly value: Leaf;
  readonly membership: Membership;
}

/** Every leaf of the object under its dotted path; arrays leave no trace in the path. */
function leaves(object: JsonObject): ReadonlyMap<string, readonly Found[]> {
  const found = new Map<string, Found[]>();
  let arrays = 0;
  const visit = (value: Json, path: string, membership: Membership): void => {
    if (isList(value)) {
      const array = arrays++;
      // Plain elements belong to no element of their array: any two of them may match together.
      for (const [index, element] of value.entries()) {
        visit(element, path, typeof element === 'object' && element !== null ? new Map(membership).set(array, index) : membership);
      }
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === '' ? name : `${path}.${name}`, membership);
    } else {
      const known = found.get(path);
      if (known === undefined) found.set(path, [{ value, membership }]);
      else known.push({ value, membership });
    }
  };
  visit(object, '', new Map());
  return found;
}

/** Both together, or null when they name different elements of one array. */
function joined(a: Membership, b: Membership): Membership | null {
  if (b.size === 0) return a;
  let both: Map<number, number> | null = null;
  for (const [array, index] of b) {
    const other = a.get(array);
    if (other === undefined) both = (both ?? new Map(a)).set(array, index);
    else if (other !== index) return null;
  }
  return both ?? a;
}

/** Fields are and-ed, the conditions of one field or-ed, alternatives or-ed. */
export function matchesPattern(pattern: JsonPattern, object: JsonObject): boolean {
  const found = leaves(object);
  return pattern.alternatives.some((conditions) => matchesFrom(conditions, 0, found, new Map()));
}
function matchesFrom(fields: JsonPattern['alternatives'][number], at: number, found: ReadonlyMap<string, readonly Found[]>, membership: Membership): boolean {
  const field = fields[at];
  if (field === undefined) return true;
  const [path, conditions] = field;
  const consistent = (found.get(path) ?? []).flatMap(({ value, membership: own }) => {
    const both = joined(membership, own);
    return both === null ? [] : [{ value, both }];
  });
  if (consistent.length === 0) return conditions.some(({ kind }) => kind === 'absent') && matchesFrom(fields, at + 1, found, membership);
  const tried = new Set<Membership>();
  for (const { value, both } of consistent) {
    if (tried.has(both) || !conditions.some((condition) => holds(condition, value))) continue;
    if (matchesFrom(fields, at + 1, found, both)) return true;
    tried.add(both);
  }
  return false;
}
