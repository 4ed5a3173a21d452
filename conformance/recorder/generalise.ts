import type { ConformanceCase, Json, JsonObject } from '../../src/testing/conformance-runner.ts';
import type { Run } from '../live/compare.ts';

/** Several runs of a case, made into one recording: what may vary becomes a matcher, anything else must be the same. */

/** ms that a slower or quicker machine may need besides */
const [EARLIER, LATER] = [400, 250];
const TIMED = new Set(['idle', 'inactive']);
const AUTO_ID = /^\d{12,}-(\d+)$/;

/** @throws with the step in which the runs do not agree */
export function generalise(runs: readonly Run[]): ConformanceCase['observed'] {
  const length = Math.max(...runs.map((run) => run.length));
  const observed: (JsonObject & { readonly step: number })[] = [];
  for (let step = 0; step < length; step++) {
    const shown = merge(
      runs.map((run) => run[step] ?? {}),
      `step ${step}`,
      '',
    );
    if (isObject(shown) && 'failed' in shown) throw new Error(`step ${step} failed: ${String(shown['failed'])}`);
    if (isObject(shown) && Object.keys(shown).length > 0) observed.push({ step, ...shown });
  }
  return observed;
}

function merge(values: readonly Json[], where: string, name: string): Json {
  const [first = null] = values;
  const differ = () => new Error(`the runs do not agree at ${where}: ${values.map((value) => JSON.stringify(value)).join(' | ')}`);
  if (TIMED.has(name) && values.every((value) => typeof value === 'number')) {
    const numbers = values as readonly number[];
    return { $ge: Math.max(0, Math.min(...numbers) - EARLIER), $le: Math.max(...numbers) + LATER };
  }
  if (typeof first === 'string') {
    const sequences = values.map((value) => (typeof value === 'string' ? AUTO_ID.exec(value)?.[1] : undefined));
    if (sequences[0] !== undefined && sequences.every((one) => one === sequences[0]) && values.some((value) => value !== first)) return { $autoId: true, seq: Number(sequences[0]) };
  }
  if (isList(first)) {
    const lists = values.filter(isList);
    if (lists.length < values.length || lists.some((list) => list.length !== first.length)) throw differ();
    return first.map((_, i) =>
      merge(
        lists.map((list) => list[i] ?? null),
        `${where}[${i}]`,
        '',
      ),
    );
  }
  if (isObject(first)) {
    const objects = values.filter(isObject);
    const names = Object.keys(first);
    if (objects.length < values.length || objects.some((one) => Object.keys(one).length !== names.length || names.some((key) => !(key in one)))) throw differ();
    return Object.fromEntries(
      names.map((key) => {
        const inner = merge(
          objects.map((one) => one[key] ?? null),
          `${where}.${key}`,
          key,
        );
        // Who of a group got what is chance: the lists come sorted.
        return [key, name === 'groups' ? { $multiset: inner } : inner];
      }),
    );
  }
  if (values.some((value) => value !== first)) throw differ();
  return first;
}
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
