import type { Json, JsonObject, Observation, Operation } from '../../../src/testing/conformance-runner.ts';
import { type LiveClient, sleep } from '../contract.ts';
import type { Driver } from './driver.ts';

/** Operations that may wait for other members of a group: their answers are shown when they come. */
const WAITING = new Set(['join', 'sync']);
/** What the cases name, and what must not be shared between them on one server. */
const NAMES = ['topic', 'group', 'transactionalId', 'client'] as const;

/** The clients of one case on Kafka. */
export class KafkaClient implements LiveClient {
  readonly #driver: Driver;
  readonly #prefix: string;
  #unblocked: Record<string, Json> = {};
  #failed: Error | null = null;

  constructor(driver: Driver, prefix: string) {
    this.#driver = driver;
    this.#prefix = prefix;
  }
  async run(operation: Operation, settleMs: number): Promise<Observation | null> {
    this.#unblocked = {};
    const result = await this.#do(operation);
    await sleep(settleMs);
    if (this.#failed !== null) throw this.#failed;
    const seen: Record<string, Json> = result === null ? {} : { result };
    if (Object.keys(this.#unblocked).length > 0) seen['unblocked'] = this.#unblocked;
    return Object.keys(seen).length === 0 ? null : seen;
  }
  async close(): Promise<void> {
    await this.#driver.ask({ op: 'reset' });
  }
  async #do(operation: Operation): Promise<Json> {
    const { op } = operation;
    if (op === 'advance') {
      await sleep(Number(operation['ms']));
      return null;
    }
    const answer = this.#driver.ask(this.#renamed(operation));
    if (!WAITING.has(op)) return await answer;
    const member = String(operation['member']);
    answer.then(
      (shown) => (this.#unblocked[member] = shown),
      (error: unknown) => (this.#failed = error instanceof Error ? error : new Error(String(error))),
    );
    return null;
  }
  #renamed(operation: Operation): JsonObject {
    const own = (name: Json) => `${this.#prefix}${String(name)}`;
    const names = NAMES.flatMap((name) => (operation[name] === undefined ? [] : [[name, own(operation[name])] as const]));
    const { topics } = operation;
    return { ...operation, ...Object.fromEntries(names), ...(Array.isArray(topics) ? { topics: topics.map(own) } : {}) };
  }
}
