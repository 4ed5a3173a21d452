/** Replays recorded cases of real brokers against a model (conformance/FORMAT.md). Knows no broker. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export interface Operation {
  readonly op: string;
  readonly [argument: string]: Json;
}
/** What one step showed: its result, and everything that happened during it. */
export interface Observation {
  readonly [aspect: string]: Json;
}
export interface ConformanceCase {
  readonly format: 1;
  readonly broker: string;
  readonly brokerVersion: string;
  readonly name: string;
  readonly area: string;
  readonly teaches: string;
  readonly record?: readonly string[];
  readonly omit?: readonly string[];
  /** Settings of the server itself, under its own names. */
  readonly server?: JsonObject;
  /** Several servers by name, each with its settings. */
  readonly servers?: Readonly<Record<string, JsonObject>>;
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
  readonly observed: readonly (Observation & { readonly step: number })[];
  readonly otherVersions?: readonly {
    readonly version: string;
    readonly same?: boolean;
    readonly observed?: readonly (Observation & { readonly step: number })[];
    readonly notRunnable?: Json;
    readonly unstable?: Json;
  }[];
}

/** One model, ready for one case. */
export interface ConformanceAdapter {
  /** Does the operation with all its consequences; null when there is nothing to show. */
  run(operation: Operation): Observation | null;
}
export interface ConformanceModel {
  readonly broker: string;
  /** The recorded version that the model follows when none is asked for. */
  readonly version: string;
  /** All that it can follow. */
  readonly versions?: readonly string[];
  /** Why the model cannot run this case, or null. */
  cannot(example: ConformanceCase): string | null;
  adapter(example: ConformanceCase, version: string): ConformanceAdapter;
  /** Checks the rows of a table of facts; null when the table is not about this broker or not modelled. */
  vectors?(name: string, rows: readonly JsonObject[]): readonly VectorOutcome[] | null;
}
export interface VectorOutcome {
  readonly row: string;
  readonly expected: Json;
  readonly actual: Json;
}

export interface Difference {
  readonly step: number;
  readonly operation: Operation | null;
  readonly expected: Json;
  readonly actual: Json;
}
export type CaseOutcome = { readonly outcome: 'passed' } | { readonly outcome: 'failed'; readonly difference: Difference } | { readonly outcome: 'skipped'; readonly because: string };

/** The observations that count for a version, or why the case says nothing about it. */
export function expectationFor(example: ConformanceCase, version: string): { observed: ConformanceCase['observed'] } | { skipped: string } {
  if (example.brokerVersion === version) return { observed: example.observed };
  const other = example.otherVersions?.find((one) => one.version === version);
  if (other === undefined) return { skipped: `says nothing about ${version}` };
  if (other.same === true) return { observed: example.observed };
  if (other.observed !== undefined) return { observed: other.observed };
  return { skipped: other.notRunnable === undefined ? `unstable on ${version}` : `not runnable on ${version}` };
}

export function runCase(model: ConformanceModel, example: ConformanceCase, version: string): CaseOutcome {
  const expectation = expectationFor(example, version);
  if ('skipped' in expectation) return { outcome: 'skipped', because: expectation.skipped };
  const because = model.cannot(example);
  if (because !== null) return { outcome: 'skipped', because };
  const expected = new Map(expectation.observed.map(({ step, ...rest }) => [step, rest as JsonObject]));
  const adapter = model.adapter(example, version);
  for (const operation of example.setup) {
    const shown = adapter.run(operation);
    const result = shown?.['result'];
    if (isObject(result) && 'error' in result) {
      return { outcome: 'failed', difference: { step: -1, operation, expected: null, actual: result } };
    }
  }
  for (const [step, operation] of example.steps.entries()) {
    const actual: JsonObject = adapter.run(operation) ?? {};
    const wanted = expected.get(step) ?? {};
    if (!matches(wanted, actual)) return { outcome: 'failed', difference: { step, operation, expected: wanted, actual } };
  }
  return { outcome: 'passed' };
}

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Exact, without regard to key order, except for the matchers of the format. */
export function matches(expected: Json | undefined, actual: Json | undefined): boolean {
  if (isObject(expected)) {
    if ('$ge' in expected || '$le' in expected) {
      if (typeof actual !== 'number') return false;
      return (typeof expected['$ge'] !== 'number' || actual >= expected['$ge']) && (typeof expected['$le'] !== 'number' || actual <= expected['$le']);
    }
    const multiset = expected['$multiset'];
    if (isList(multiset)) return isList(actual) && sameMultiset(multiset, actual);
    if (expected['$autoId'] === true) return typeof actual === 'string' && actual.endsWith(`-${String(expected['seq'] ?? 0)}`) && /^\d+-\d+$/.test(actual);
    if (!isObject(actual)) return false;
    const names = Object.keys(expected);
    return names.length === Object.keys(actual).length && names.every((name) => name in actual && matches(expected[name], actual[name]));
  }
  if (isList(expected)) return isList(actual) && expected.length === actual.length && expected.every((one, i) => matches(one, actual[i]));
  return expected === actual;
}

function sameMultiset(expected: readonly Json[], actual: readonly Json[]): boolean {
  if (expected.length !== actual.length) return false;
  const left = [...actual];
  return expected.every((one) => {
    const at = left.findIndex((candidate) => matches(one, candidate));
    if (at < 0) return false;
    left.splice(at, 1);
    return true;
  });
}

export function runVectors(model: ConformanceModel, name: string, rows: readonly JsonObject[]): CaseOutcome[] | null {
  const outcomes = model.vectors?.(name, rows) ?? null;
  if (outcomes === null) return null;
  return outcomes.map(({ row, expected, actual }, step) => (matches(expected, actual) ? { outcome: 'passed' } : { outcome: 'failed', difference: { step, operation: { op: row }, expected, actual } }));
}
