import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import type { Json } from './json.ts';
import { type EventPattern, parsePattern } from './pattern.ts';

/** What the service asks of a pattern beside its syntax. */
export interface PatternQuotas {
  /** "Event pattern size" of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html, in characters. */
  readonly size: number;
}
export const patternQuotas: PatternQuotas = { size: 2048 };
/** Ways through all `$or` together. */
const COMBINATIONS = 1000;

/** The `EventPattern` of PutRule, CreateArchive or TestEventPattern: JSON as text. */
export function eventPattern(text: string, quotas: PatternQuotas = patternQuotas): EventPattern | Refusal {
  if ([...text].length > quotas.size) return errors.limitExceeded();
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    // What a parser says differs from one browser to the next.
    return errors.invalidEventPattern('it is not JSON');
  }
  const pattern = parsePattern(json);
  if ('invalid' in pattern) return errors.invalidEventPattern(pattern.invalid);
  if (pattern.alternatives.length > COMBINATIONS) return errors.invalidEventPattern(`$or results in over ${COMBINATIONS} rule combinations`);
  return pattern;
}
