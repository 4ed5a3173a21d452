import { timeless } from '../../../src/brokers/redis-streams/recorded.ts';
import type { Json, Observation, Operation } from '../../../src/testing/conformance-runner.ts';
import { type LiveClient, sleep } from '../contract.ts';
import { RedisConnection } from './connection.ts';
import type { RedisNode } from './node.ts';
import { RedisReplica } from './replica.ts';
import { shown } from './shapes.ts';

/** The connections of one case. A command that blocks is answered whenever it may be. */
export class RedisClient implements LiveClient {
  readonly #node: RedisNode;
  /** Whether the server is this case's alone. */
  readonly #own: boolean;
  readonly #connections = new Map<string, RedisConnection>();
  #replica: RedisReplica | null = null;
  #unblocked: Record<string, Json> = {};

  constructor(node: RedisNode, own: boolean) {
    this.#node = node;
    this.#own = own;
  }
  async run(operation: Operation, settleMs: number): Promise<Observation | null> {
    this.#unblocked = {};
    const result = await this.#do(operation);
    await sleep(settleMs);
    const seen: Record<string, Json> = result === undefined ? {} : { result };
    if (Object.keys(this.#unblocked).length > 0) seen['unblocked'] = this.#unblocked;
    const replicated = this.#replica?.heard() ?? [];
    if (replicated.length > 0) seen['replicated'] = replicated.map(timeless);
    return Object.keys(seen).length === 0 ? null : seen;
  }
  async close(): Promise<void> {
    this.#replica?.close();
    this.#disconnect();
    if (this.#own) await this.#node.stop();
  }
  #disconnect(): void {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }
  async #do(operation: Operation): Promise<Json | undefined> {
    const { op } = operation;
    const client = typeof operation['client'] === 'string' ? operation['client'] : 'main';
    if (op === 'advance') {
      await sleep(Number(operation['ms']));
      return undefined;
    }
    if (op === 'disconnect') {
      this.#connections.get(client)?.close();
      this.#connections.delete(client);
      return undefined;
    }
    if (op === 'restart') {
      this.#disconnect();
      await this.#node.restart();
      return undefined;
    }
    if (op === 'replicate') {
      this.#replica = await RedisReplica.open(this.#node.port);
      return undefined;
    }
    const connection = await this.#connection(client);
    if (op === 'squeeze') {
      const used = Number(/^used_memory:(\d+)/m.exec(String(await connection.must(['INFO', 'memory'])))?.[1]);
      await connection.must(['CONFIG', 'SET', 'maxmemory', String(used - Number(operation['bytes']))]);
      return undefined;
    }
    return await this.#command(connection, operation, client);
  }
  async #command(connection: RedisConnection, operation: Operation, client: string): Promise<Json | undefined> {
    const { op } = operation;
    const given = Array.isArray(operation['args']) ? operation['args'].map(String) : [];
    const args = given.map((word, i) => (i === given.length - 1 ? word.padEnd(Number(operation['bytes'] ?? 0)) : word));
    const times = Number(operation['times'] ?? 1);
    const replies = Array.from({ length: times }, (_, i) => connection.command([...op.split(' '), ...args.map((word) => word.replace('#', times > 1 ? String(i + 1) : '#'))]));
    const reply = Promise.all(replies).then((all) => all.at(-1) ?? null);
    if (operation['blocks'] !== true) return shown(op, args, await reply);
    const as = typeof operation['as'] === 'string' ? operation['as'] : client;
    reply.then(
      (answer) => (this.#unblocked[as] = shown(op, args, answer)),
      () => undefined,
    );
    return undefined;
  }
  async #connection(name: string): Promise<RedisConnection> {
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const made = await RedisConnection.open(this.#node.port);
    this.#connections.set(name, made);
    return made;
  }
}
