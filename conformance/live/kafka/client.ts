import type { Json, JsonObject, Observation, Operation } from '../../../src/testing/conformance-runner.ts';
import { type LiveClient, sleep } from '../contract.ts';
import { sendByLibrdkafka } from './librdkafka.ts';
import type { KafkaServers } from './servers.ts';

/** Operations that may wait for other members of a group: their answers are shown when they come. */
const WAITING = new Set(['join', 'sync']);
/** Real time, ms, in which an answer that waits for nobody comes. */
const PROMPT = 700;
/** What the cases name, and what must not be shared between them on one server. */
const NAMES = ['topic', 'group', 'transactionalId', 'client'] as const;
/** Topics by name. */
const BY_TOPIC = ['owned'] as const;
/** What is done to a node's process, not asked of it. */
const NODE_OPERATIONS = ['kill', 'shutDown', 'start', 'stall', 'resume'] as const;
const isNodeOperation = (op: string): op is (typeof NODE_OPERATIONS)[number] => NODE_OPERATIONS.some((one) => one === op);

/** The clients of one case on Kafka. */
export class KafkaClient implements LiveClient {
  readonly #servers: KafkaServers;
  readonly #prefix: string;
  #unblocked: Record<string, Json> = {};
  #failed: Error | null = null;

  constructor(servers: KafkaServers, prefix: string) {
    this.#servers = servers;
    this.#prefix = prefix;
  }
  async run(operation: Operation, settleMs: number): Promise<Observation | null> {
    this.#unblocked = {};
    const result = await this.#do(operation);
    await sleep(settleMs);
    if (this.#failed !== null) throw this.#failed;
    const seen: Record<string, Json> = result === null ? {} : { result };
    if (Object.keys(this.#unblocked).length > 0) seen['unblocked'] = { ...this.#unblocked };
    return Object.keys(seen).length === 0 ? null : seen;
  }
  async close(): Promise<void> {
    await this.#servers.heal();
    await this.#servers.driver.ask({ op: 'reset' });
  }
  async #do(operation: Operation): Promise<Json> {
    const { op } = operation;
    if (op === 'advance') {
      await sleep(Number(operation['ms']));
      return null;
    }
    if (isNodeOperation(op)) {
      const node = operation['node'] === 'coordinator' ? await this.#servers.driver.ask({ op: 'coordinator', of: operation['transactionalId'] === undefined ? 'groups' : 'transactions' }) : operation['node'];
      await this.#servers[op](Number(node));
      return null;
    }
    const renamed = this.#renamed(operation);
    if (operation['library'] === 'librdkafka') return await sendByLibrdkafka(this.#servers.bootstrap, renamed);
    const answer = this.#servers.driver.ask(renamed).then((shown) => this.#unprefixed(shown));
    const waiter = operation['as'] ?? (WAITING.has(op) ? operation['member'] : undefined);
    if (waiter === undefined) return await answer;
    const told = answer.then(
      (shown) => (this.#unblocked[String(waiter)] = shown),
      (error: unknown) => (this.#failed = error instanceof Error ? error : new Error(String(error))),
    );
    await Promise.race([told, sleep(PROMPT)]);
    return null;
  }
  #renamed(operation: Operation): JsonObject {
    const own = (name: Json) => `${this.#prefix}${String(name)}`;
    const names = NAMES.flatMap((name) => (operation[name] === undefined ? [] : [[name, own(operation[name])] as const]));
    const byTopic = BY_TOPIC.flatMap((name) => {
      const value = operation[name];
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? [[name, Object.fromEntries(Object.entries(value).map(([topic, one]) => [own(topic), one as Json]))] as const] : [];
    });
    const { topics } = operation;
    return { ...operation, ...Object.fromEntries(names), ...Object.fromEntries(byTopic), ...(Array.isArray(topics) ? { topics: topics.map(own) } : {}) };
  }
  /** Answers name topics as the case does. */
  #unprefixed(shown: Json): Json {
    return JSON.parse(JSON.stringify(shown).replaceAll(this.#prefix, '')) as Json;
  }
}
