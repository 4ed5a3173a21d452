import { redisStreamsConformance } from '../../../src/brokers/redis-streams/conformance.ts';
import type { Json, Observation, Operation } from '../../../src/testing/conformance-runner.ts';
import { type LiveBroker, type LiveClient, type LiveServer, sleep } from '../contract.ts';
import { freePort, programAt, Sandbox } from '../sandbox.ts';
import { RedisConnection } from './connection.ts';
import { player } from './operations.ts';
import { shown } from './shapes.ts';

/** The connections of one case. A command that blocks is answered whenever it may be. */
class RedisClient implements LiveClient {
  readonly #port: number;
  readonly #connections = new Map<string, RedisConnection>();
  #unblocked: Record<string, Json> = {};

  constructor(port: number) {
    this.#port = port;
  }
  async run(operation: Operation, settleMs: number): Promise<Observation | null> {
    this.#unblocked = {};
    const result = await this.#do(operation);
    await sleep(settleMs);
    const seen: Record<string, Json> = result === undefined ? {} : { result };
    if (Object.keys(this.#unblocked).length > 0) seen['unblocked'] = this.#unblocked;
    return Object.keys(seen).length === 0 ? null : seen;
  }
  async close(): Promise<void> {
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
    const connection = await this.#connection(client);
    const args = Array.isArray(operation['args']) ? operation['args'].map(String) : [];
    const reply = connection.command([...op.split(' '), ...args]);
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
    const made = await RedisConnection.open(this.#port);
    this.#connections.set(name, made);
    return made;
  }
}

const find = () => programAt('redis-server', 'REDIS_SERVER');

async function start(): Promise<LiveServer> {
  const sandbox = new Sandbox('redis');
  try {
    const port = await freePort();
    await sandbox.start(find() ?? 'redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', sandbox.folder], port, 10_000);
    const admin = await RedisConnection.open(port);
    const version = /^redis_version:(\S+)/m.exec(String(await admin.must(['INFO', 'server'])))?.[1] ?? 'unknown';
    return {
      version,
      async client() {
        await admin.must(['FLUSHALL']);
        return new RedisClient(port);
      },
      async stop() {
        admin.close();
        await sandbox.stop();
      },
    };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

export const redisStreams: LiveBroker = {
  model: redisStreamsConformance,
  lanes: 4,
  missing: async () => (find() === null ? 'There is no redis-server on this machine (Debian: apt-get install redis-server), so Redis Streams was not compared.' : null),
  start,
  player,
};
