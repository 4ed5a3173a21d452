import { isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { matchesEventPattern, parseEventPattern } from './pattern.ts';
import { EventBridgeAdapter } from './recorded.ts';

interface Outcome {
  readonly row: string;
  readonly expected: Json;
  readonly actual: Json;
}

function answer(pattern: Json, event: Json | undefined): JsonObject {
  const parsed = parseEventPattern(pattern);
  if ('invalid' in parsed) return { invalid: true };
  return { match: isObject(event) && matchesEventPattern(parsed, event) };
}

/** The room's entry for the conformance runner. The service cannot be recorded here: its cases are taken from the documentation. */
export const eventbridgeConformance = {
  broker: 'eventbridge',
  version: '2026-11',
  cannot: () => null,
  adapter: () => new EventBridgeAdapter(),
  vectors(name: string, rows: readonly JsonObject[]): readonly Outcome[] | null {
    if (name !== 'eventbridge-patterns') return null;
    return rows.map((row) => {
      const { pattern = null, event, invalid, match = null } = row;
      const title = `${JSON.stringify(pattern)} ~ ${JSON.stringify(event)}`;
      return { row: title, expected: invalid === true ? { invalid: true } : { match }, actual: answer(pattern, event) };
    });
  },
};
