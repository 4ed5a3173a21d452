import { isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { accepts, checkedPolicy, type MessageAttributes } from './filter-policy.ts';

interface Outcome {
  readonly row: string;
  readonly expected: Json;
  readonly actual: Json;
}

/** A row has attributes or a body, or says that the policy is refused. */
function answer(row: JsonObject): Json {
  const { policy = null, attributes, body } = row;
  const parsed = checkedPolicy(policy, attributes === undefined && body !== undefined ? 'MessageBody' : 'MessageAttributes', 'Subscribe');
  if ('refused' in parsed) return { invalid: true };
  return accepts(parsed, { attributes: (isObject(attributes) ? attributes : {}) as unknown as MessageAttributes, body: typeof body === 'string' ? body : JSON.stringify(body ?? null) });
}

/** The entry of SNS for the conformance runner. There is a table of facts, no recorded cases. */
export const snsConformance = {
  broker: 'sns',
  version: 'SNS',
  cannot: () => 'no operation is modelled',
  adapter(): never {
    throw new Error('no operation is modelled');
  },
  vectors(name: string, rows: readonly JsonObject[]): readonly Outcome[] | null {
    if (name !== 'sns-filter-policy') return null;
    return rows.map((row) => ({ row: String(row['name'] ?? JSON.stringify(row['policy'])), expected: row['invalid'] === true ? { invalid: true } : (row['match'] ?? null), actual: answer(row) }));
  },
};
