/** Replays documented cases and tables of SNS (conformance/FORMAT.md) against the model. */
import { isObject, type Json, type JsonObject } from '../../base/json-pattern/json.ts';
import { accepts, checkedPolicy, type MessageAttributes } from './filter-policy.ts';
import { type Protocol, Sns } from './sns.ts';

interface Outcome {
  readonly row: string;
  readonly expected: Json;
  readonly actual: Json;
}
interface Operation {
  readonly op: string;
  readonly [argument: string]: Json;
}
interface Example {
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const attributesOf = (value: Json | undefined) => (isObject(value) ? value : {}) as unknown as MessageAttributes;

/** A row has attributes or a body, or says that the policy is refused. */
function answer(row: JsonObject): Json {
  const { policy = null, attributes, body } = row;
  const parsed = checkedPolicy(policy, attributes === undefined && body !== undefined ? 'MessageBody' : 'MessageAttributes', 'Subscribe');
  if ('refused' in parsed) return { invalid: true };
  return accepts(parsed, { attributes: attributesOf(attributes), body: typeof body === 'string' ? body : JSON.stringify(body ?? null) });
}

class SnsAdapter {
  #now = 0;
  readonly #sns = new Sns(() => this.#now);

  run(operation: Operation): Record<string, Json> | null {
    const result = this.#do(operation);
    return result === undefined ? null : { result };
  }
  #do(operation: Operation): Json | undefined {
    const topic = text(operation['topic']) ?? '';
    const subscription = text(operation['subscription']) ?? '';
    switch (operation.op) {
      case 'advance':
        this.#now += Number(operation['ms']) * 1000;
        return undefined;
      case 'topic': {
        const result = this.#sns.CreateTopic(topic, { FifoTopic: topic.endsWith('.fifo'), ...(isObject(operation['attributes']) ? operation['attributes'] : {}) });
        return typeof result === 'string' ? undefined : { error: result.name };
      }
      case 'subscribe': {
        const given = { ...(text(operation['filterPolicy']) === undefined ? {} : { FilterPolicy: String(operation['filterPolicy']) }), ...(text(operation['filterPolicyScope']) === undefined ? {} : { FilterPolicyScope: String(operation['filterPolicyScope']) }) };
        const result = this.#sns.Subscribe(topic, subscription, operation['protocol'] as Protocol, given, operation['endpointIsFifo'] === true);
        return typeof result === 'string' ? undefined : { error: result.name };
      }
      case 'unsubscribe':
        this.#sns.Unsubscribe(topic, subscription);
        return undefined;
      case 'publish': {
        const body = text(operation['body']) ?? 'x';
        const result = this.#sns.Publish(topic, { message: -1, body, size: Number(operation['size'] ?? body.length), attributes: attributesOf(operation['attributes']), MessageGroupId: text(operation['group']), MessageDeduplicationId: text(operation['id']) });
        if ('refused' in result) return { error: result.name };
        return result.duplicate ? { duplicate: true } : { to: result.to.map(({ id }) => id) };
      }
      default:
        throw new Error(`${operation.op} is not modelled`);
    }
  }
}
const OPERATIONS = new Set(['advance', 'topic', 'subscribe', 'unsubscribe', 'publish']);

/** The entry of SNS for the conformance runner: the API version is what AWS calls a version. */
export const snsConformance = {
  broker: 'sns',
  version: '2010-03-31',
  cannot(example: Example): string | null {
    const unknown = [...example.setup, ...example.steps].find(({ op }) => !OPERATIONS.has(op));
    return unknown === undefined ? null : `${unknown.op} is not modelled`;
  },
  adapter: () => new SnsAdapter(),
  vectors(name: string, rows: readonly JsonObject[]): readonly Outcome[] | null {
    if (name !== 'sns-filter-policy') return null;
    return rows.map((row) => ({ row: String(row['name'] ?? JSON.stringify(row['policy'])), expected: row['invalid'] === true ? { invalid: true } : (row['match'] ?? null), actual: answer(row) }));
  },
};
