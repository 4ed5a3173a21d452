import type { Json, JsonObject, Observation, Operation } from '../../../src/testing/conformance-runner.ts';
import { type LiveClient, sleep } from '../contract.ts';
import type { Driver } from '../driver.ts';
import { Admin } from './admin.ts';
import type { Standalone } from './standalone.ts';

const text = (value: Json | undefined, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** ms that an entry may take from its bookie to its consumers, on a busy machine. */
const SETTLE = 200;

/** The clients of one case on Pulsar. */
export class PulsarClient implements LiveClient {
  readonly #server: Standalone;
  readonly #driver: Driver;
  /** Topics that are not kept, without their partitions. */
  readonly #passing = new Set<string>();

  private constructor(server: Standalone, driver: Driver) {
    this.#server = server;
    this.#driver = driver;
  }
  static async open(server: Standalone, driver: Driver): Promise<PulsarClient> {
    const client = new PulsarClient(server, driver);
    await client.close();
    return client;
  }
  async run(operation: Operation, settleMs: number): Promise<Observation | null> {
    const result = await this.#do(operation);
    await sleep(SETTLE + settleMs);
    const seen = (await this.#driver.ask({ op: 'seen' })) as JsonObject;
    const shown = result === null ? seen : { result, ...seen };
    return Object.keys(shown).length === 0 ? null : shown;
  }
  async close(): Promise<void> {
    await this.#driver.ask({ op: 'reset', port: this.#server.port });
    await this.#server.admin.deleteEverything();
  }

  async #do(operation: Operation): Promise<Json> {
    const { admin } = this.#server;
    const topic = text(operation['topic'], 't');
    switch (operation.op) {
      case 'settings':
        // The server has been started with them.
        return null;
      case 'advance':
        await sleep(Number(operation['ms']));
        return null;
      case 'topic': {
        const known = this.#passing.has(topic);
        if (operation['persistent'] === false && !known) {
          this.#passing.add(topic);
          await this.#driver.ask({ op: 'nonPersistent', topic });
        }
        await admin.createTopic(this.#path(topic), Number(operation['partitions'] ?? 0));
        return null;
      }
      case 'addPartitions':
        await admin.addPartitions(this.#path(topic), Number(operation['partitions']));
        return null;
      case 'unload':
        await admin.unload(this.#path(topic));
        return null;
      case 'crashBroker':
        await this.#server.kill();
        await this.#server.begin();
        return null;
      case 'stats':
        return statsOf(await admin.stats(this.#path(topic)), text(operation['subscription'], 's'));
      default:
        return await this.#driver.ask(operation);
    }
  }
  #path(topic: string): string {
    return Admin.path(topic, !this.#passing.has(topic.replace(/-partition-\d+$/, '')));
  }
}
function statsOf({ subscriptions }: JsonObject, name: string): Json {
  const found = (subscriptions as { readonly [name: string]: JsonObject })[name];
  if (found === undefined) return null;
  const { msgBacklog = null, unackedMessages = null, consumers } = found;
  return { msgBacklog, unackedMessages, consumers: (consumers as readonly Json[]).length };
}
