import type { Dialect } from '../../base/json-pattern/condition.ts';
import { isList, isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { type JsonPattern, matchesPattern, parsePattern } from '../../base/json-pattern/pattern.ts';
import { utf8Length } from '../../base/utf8.ts';
import type { Refusal } from '../contract.ts';

/** SNS subscription filter policies: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */

export type FilterPolicyScope = 'MessageAttributes' | 'MessageBody';
export interface FilterPolicy {
  readonly scope: FilterPolicyScope;
  /** null lets everything through. */
  readonly pattern: JsonPattern | null;
}
/** As `Publish` takes it. `Value` of a String.Array is a JSON list as text. */
export interface MessageAttribute {
  readonly Type: string;
  readonly Value: string | number;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;
const LARGEST = 256 * 1024;
const TOO_COMPLEX = 'Filter policy is too complex';
const dialect: Dialect = { wildcard: false, ignoringCase: false, negated: ['prefix'], negatedLists: false, emptyExists: false, most: { alternatives: MOST_COMBINATIONS, says: TOO_COMPLEX } };

/** Which call brings the policy: they word refusals differently. */
export type FilterPolicyCall = 'Subscribe' | 'SetSubscriptionAttributes';
function invalidParameter(call: FilterPolicyCall, why: string): Refusal {
  return { refused: true, name: 'InvalidParameter', code: 400, text: `Invalid parameter: ${call === 'Subscribe' ? 'Attributes Reason: ' : ''}${why}`, closes: 'message' };
}

export function filterPolicyScope(value: string, call: FilterPolicyCall): FilterPolicyScope | Refusal {
  if (value === 'MessageAttributes' || value === 'MessageBody') return value;
  return invalidParameter(call, `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`);
}

/** The `FilterPolicy` attribute of a subscription: JSON as text; nothing and {} take the policy away. */
export function filterPolicy(text: string, scope: FilterPolicyScope, call: FilterPolicyCall): FilterPolicy | Refusal {
  if (text === '') return { scope, pattern: null };
  if (utf8Length(text) > LARGEST) return invalidParameter(call, 'FilterPolicy: Filter policy is too large');
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return invalidParameter(call, 'FilterPolicy: failed to parse JSON.');
  }
  return checkedPolicy(json, scope, call);
}

export function checkedPolicy(json: Json, scope: FilterPolicyScope, call: FilterPolicyCall): FilterPolicy | Refusal {
  if (isObject(json) && Object.keys(json).length === 0) return { scope, pattern: null };
  const pattern = parsePattern(json, dialect);
  if ('invalid' in pattern) return invalidParameter(call, `FilterPolicy: ${pattern.invalid}`);
  const policy = json as JsonObject;
  if (Object.keys(policy).length > MOST_KEYS) return invalidParameter(call, `FilterPolicy: Filter policy can not have more than ${MOST_KEYS} keys`);
  if (scope === 'MessageAttributes' && isNested(policy)) return invalidParameter(call, 'Filter policy scope MessageAttributes does not support nested filter policy');
  if (combinations(policy, 1) > MOST_COMBINATIONS) return invalidParameter(call, `FilterPolicy: ${TOO_COMPLEX}`);
  return { scope, pattern };
}

const branchesOf = (name: string, value: Json): readonly JsonObject[] | null => (name === '$or' && isList(value) ? value.filter(isObject) : null);

/** The numbers of values multiplied, each times the depth of its key; the branches of `$or` added up. */
function combinations(policy: JsonObject, depth: number): number {
  let product = 1;
  for (const [name, value] of Object.entries(policy)) {
    const branches = branchesOf(name, value);
    if (branches !== null) product *= branches.reduce((sum, branch) => sum + combinations(branch, depth), 0);
    else if (isObject(value)) product *= combinations(value, depth + 1);
    else if (isList(value)) product *= value.length * depth;
  }
  return product;
}
function isNested(policy: JsonObject): boolean {
  return Object.entries(policy).some(([name, value]) => branchesOf(name, value)?.some(isNested) ?? isObject(value));
}

/** What a policy compares an attribute with; undefined for one that it does not look at. */
function comparable({ Type, Value }: MessageAttribute): Json | undefined {
  // A type may have a suffix of the publisher's own: Number.byte.
  if (Type === 'String.Array') {
    try {
      const list = JSON.parse(String(Value)) as Json;
      return isList(list) ? list : undefined;
    } catch {
      return undefined;
    }
  }
  const [type] = Type.split('.');
  if (type === 'String') return String(Value);
  const number = Number(Value);
  return type === 'Number' && String(Value).trim() !== '' && Number.isFinite(number) ? number : undefined;
}

/** Whether the subscription gets the message. A body that is no JSON object goes through no policy on bodies. */
export function accepts(policy: FilterPolicy, message: { readonly attributes: MessageAttributes; readonly body: string }): boolean {
  if (policy.pattern === null) return true;
  if (policy.scope === 'MessageAttributes') {
    const seen = Object.entries(message.attributes).flatMap(([name, attribute]): [string, Json][] => {
      const value = comparable(attribute);
      return value === undefined ? [] : [[name, value]];
    });
    // exists:false needs at least one attribute, too.
    return seen.length > 0 && matchesPattern(policy.pattern, Object.fromEntries(seen));
  }
  let body: Json;
  try {
    body = JSON.parse(message.body) as Json;
  } catch {
    return false;
  }
  return isObject(body) && matchesPattern(policy.pattern, body);
}
