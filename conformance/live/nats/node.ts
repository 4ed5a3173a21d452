import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';
import { type LiveCase, sleep } from '../contract.ts';
import { ended, freePort, programAt, Sandbox } from '../sandbox.ts';
import { list, number, object, text } from './shapes.ts';

/** One nats-server with files and a port of its own, on 127.0.0.1. */

export const findServer = () => programAt('nats-server', 'NATS_SERVER');
const PATIENCE = 10_000;
/** Whoever names nobody is this user; a client with permissions is the user of its name. */
export const PASSWORD = 'tailrace';
const ANYBODY = 'anybody';

/** What a server has of a case's own: settings by their names, and the servers of which it is a leaf node. */
interface Wish {
  readonly settings: JsonObject;
  readonly name?: string;
  readonly domain?: string;
  /** s */
  readonly reconnect?: number;
  readonly hubs?: readonly NatsNode[];
}
export class NatsNode {
  readonly port: number;
  readonly #leafPort: number;
  readonly #monitor: number;
  readonly #hubs: number;
  readonly #sandbox: Sandbox;
  readonly #config: string;
  #process: ChildProcess | null = null;

  private constructor(sandbox: Sandbox, ports: readonly [client: number, leaf: number, monitor: number], { settings, name, domain, reconnect, hubs = [] }: Wish) {
    this.#sandbox = sandbox;
    [this.port, this.#leafPort, this.#monitor] = ports;
    this.#hubs = hubs.length;
    this.#config = join(sandbox.folder, 'server.conf');
    const remotes = hubs.map((hub) => ({ urls: [`nats-leaf://127.0.0.1:${hub.#leafPort}`] }));
    const { jetstream, ...rest } = settings;
    // JSON is a form of its configuration language.
    const config = {
      host: '127.0.0.1',
      port: this.port,
      ...rest,
      ...(jetstream === undefined ? {} : { jetstream: { store_dir: sandbox.folder, ...(domain === undefined ? {} : { domain }) } }),
      ...(name === undefined ? {} : { server_name: name, http: `127.0.0.1:${this.#monitor}`, leafnodes: { host: '127.0.0.1', port: this.#leafPort, remotes, ...(reconnect === undefined ? {} : { reconnect }) } }),
    };
    writeFileSync(this.#config, JSON.stringify(config));
  }
  static async start(settings: JsonObject): Promise<NatsNode> {
    return await NatsNode.#started({ settings });
  }
  /** Servers by name, each a leaf node of its remotes, which stand before it. All leaf connections are there. */
  static async startAll(common: JsonObject, servers: Readonly<Record<string, JsonObject>>): Promise<Map<string, NatsNode>> {
    const nodes = new Map<string, NatsNode>();
    try {
      for (const [name, { remotes, reconnect, domain, ...settings }] of Object.entries(servers)) {
        const hubs = list(remotes).flatMap((hub) => nodes.get(text(hub)) ?? []);
        nodes.set(name, await NatsNode.#started({ settings: { ...common, ...settings }, name, hubs, ...(reconnect === undefined ? {} : { reconnect: number(reconnect) }), ...(domain === undefined ? {} : { domain: text(domain) }) }));
      }
      for (const node of nodes.values()) await node.#connected();
      return nodes;
    } catch (error) {
      for (const node of nodes.values()) await node.stop();
      throw error;
    }
  }
  static async #started(wish: Wish): Promise<NatsNode> {
    const sandbox = new Sandbox('nats');
    try {
      const node = new NatsNode(sandbox, [await freePort(), await freePort(), await freePort()], wish);
      await node.start();
      return node;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }
  async start(): Promise<void> {
    this.#process = await this.#sandbox.start(findServer() ?? 'nats-server', ['-c', this.#config], this.port, PATIENCE);
  }
  /** Until its connections to its hubs are there. */
  async #connected(): Promise<void> {
    for (const deadline = Date.now() + PATIENCE; this.#hubs > 0; await sleep(25)) {
      const seen = (await fetch(`http://127.0.0.1:${this.#monitor}/leafz`).then((answer) => answer.json())) as { readonly leafnodes?: number };
      if ((seen.leafnodes ?? 0) >= this.#hubs) return;
      if (Date.now() > deadline) throw new Error('a leaf node did not reach its hub');
    }
  }
  /** SIGKILL */
  async kill(): Promise<void> {
    if (this.#process !== null) await ended(this.#process, 'SIGKILL');
  }
  /** SIGSTOP: it reads nothing and says nothing. */
  stall(): void {
    this.#process?.kill('SIGSTOP');
  }
  resume(): void {
    this.#process?.kill('SIGCONT');
  }
  /** The process ends, and begins again with its files. */
  async restart(): Promise<void> {
    if (this.#process !== null) await ended(this.#process);
    await this.start();
  }
  stop(): Promise<void> {
    this.resume();
    return this.#sandbox.stop();
  }
}

/** What a case wants of the server besides what all have, or null when any server will do. */
export function wanted({ server, setup, steps }: LiveCase): JsonObject | null {
  const operations = [...setup, ...steps];
  const users = operations.flatMap(({ op, client, options }): Json[] => {
    const { permissions } = object(options);
    return op !== 'connect' || permissions === undefined ? [] : [{ user: text(client, 'main'), password: PASSWORD, permissions }];
  });
  if (server === undefined && users.length === 0 && !operations.some(({ op }) => op === 'restart')) return null;
  const authorization = { users: [{ user: ANYBODY, password: PASSWORD }, ...users] };
  return { ...server, ...(users.length === 0 ? {} : { authorization, no_auth_user: ANYBODY }) };
}
