import { type ConformanceCase, type Json, type JsonObject, matches, type Operation } from '../../src/testing/conformance-runner.ts';

/** Recording, live server and model, step by step. Knows no broker and does nothing. */

export interface Step {
  readonly step: number;
  readonly operation: Operation | null;
  readonly recorded: JsonObject;
  readonly live: JsonObject;
  /** Null when the model was not run. */
  readonly model: JsonObject | null;
  readonly liveAsRecorded: boolean;
  readonly modelAsLive: boolean;
}
/** What one run of a case showed, one entry per step. A run that broke off ends with `{failed: why}`. */
export type Run = readonly JsonObject[];

/** The first step in which the three are not of one mind, or null. */
export function firstDifference(example: ConformanceCase, observed: ConformanceCase['observed'], live: Run, model: Run | null): Step | null {
  const expected = new Map(observed.map(({ step, ...rest }) => [step, rest as JsonObject]));
  let first: Step | null = null;
  for (const [step, operation] of example.steps.entries()) {
    const recorded = expected.get(step) ?? {};
    const seen = live[step] ?? {};
    const modelled = model === null ? null : (model[step] ?? {});
    const liveAsRecorded = matches(recorded, seen);
    const modelAsLive = modelled === null || (liveAsRecorded && matches(recorded, modelled)) || alike(seen, modelled);
    if (liveAsRecorded && modelAsLive) continue;
    const found = { step, operation, recorded, live: seen, model: modelled, liveAsRecorded, modelAsLive };
    // What the model gets wrong weighs more than what only the recording has otherwise.
    if (!modelAsLive) return found;
    first ??= found;
  }
  return first;
}

/** Real time is never quite virtual time: ms. */
const TOLERANCE = 500;
const TIMED = new Set(['idle', 'inactive', 'delta', 'seen-time', 'active-time', 'delivery-time']);
/** ms since 1970: now, by either clock. */
const MOMENT = 1e12;
const AUTO_ID = /^\d{12,}-(\d+)$/;

/** The same, where no recording says what may vary: times by their names, generated IDs, and who of a group got what. */
export function alike(live: Json, model: Json, name = ''): boolean {
  if (typeof live === 'number' && typeof model === 'number') return live === model || (TIMED.has(name) && Math.abs(live - model) <= TOLERANCE) || Math.min(live, model) > MOMENT;
  if (typeof live === 'string' && typeof model === 'string') {
    const [one, other] = [AUTO_ID.exec(live), AUTO_ID.exec(model)];
    return live === model || (one !== null && other !== null && one[1] === other[1]);
  }
  if (isList(live) && isList(model)) return live.length === model.length && live.every((one, i) => alike(one, model[i] ?? null));
  if (isObject(live) && isObject(model)) {
    const names = Object.keys(live);
    if (names.length !== Object.keys(model).length) return false;
    return names.every((key) => key in model && (name === 'groups' ? matches({ $multiset: live[key] ?? [] }, model[key]) : alike(live[key] ?? null, model[key] ?? null, key)));
  }
  return live === model;
}
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
