import type { Dialect } from '../../base/json-pattern/condition.ts';
import type { Json, JsonObject } from '../../base/json-pattern/json.ts';
import { type JsonPattern, matchesPattern, parsePattern } from '../../base/json-pattern/pattern.ts';
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';

/** Event patterns: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */

const dialect: Dialect = {
  wildcard: true,
  ignoringCase: true,
  negated: ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'],
  negatedLists: true,
  emptyExists: true,
  most: { alternatives: 1000, says: '$or results in over 1000 rule combinations' },
};
export const parseEventPattern = (pattern: Json) => parsePattern(pattern, dialect);
export const matchesEventPattern = (pattern: JsonPattern, event: JsonObject): boolean => matchesPattern(pattern, event);

/** What the service asks of a pattern beside its syntax. */
export interface PatternQuotas {
  /** "Event pattern size" of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html, in characters. */
  readonly size: number;
}
export const patternQuotas: PatternQuotas = { size: 2048 };

/** The `EventPattern` of PutRule, CreateArchive or TestEventPattern: JSON as text. */
export function eventPattern(text: string, quotas: PatternQuotas = patternQuotas): JsonPattern | Refusal {
  if ([...text].length > quotas.size) return errors.limitExceeded();
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    // What a parser says differs from one browser to the next.
    return errors.invalidEventPattern('it is not JSON');
  }
  const pattern = parseEventPattern(json);
  return 'invalid' in pattern ? errors.invalidEventPattern(pattern.invalid) : pattern;
}
