import type { ChildProcess } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';
import { type LiveCase, sleep } from '../contract.ts';
import { freePort } from '../ports.ts';
import { ended, programAt, Sandbox } from '../sandbox.ts';
import { NatsConnection } from './connection.ts';
import { placeable } from './jetstream.ts';
import { list, object, text } from './shapes.ts';

/** One nats-server with files and a port of its own, on 127.0.0.1. */

export const findServer = () => programAt('nats-server', 'NATS_SERVER');
const PATIENCE = 10_000;
/** Whoever names nobody is this user; a client with permissions is the user of its name. */
export const PASSWORD = 'tailrace';
const ANYBODY = 'anybody';

type ServersByName = Readonly<Record<string, JsonObject>>;

/** Where a server listens. */
interface Ports {
  readonly client: number;
  readonly leaf: number;
  readonly route: number;
  readonly monitor: number;
}
const freePorts = async (): Promise<Ports> => ({ client: await freePort(), leaf: await freePort(), route: await freePort(), monitor: await freePort() });

export class NatsNode {
  readonly port: number;
  readonly #ports: Ports;
  readonly #sandbox: Sandbox;
  readonly #config: string;
  #process: ChildProcess | null = null;

  private constructor(ports: Ports, settings: JsonObject) {
    this.#sandbox = new Sandbox('nats');
    this.#ports = ports;
    this.port = ports.client;
    this.#config = join(this.#sandbox.folder, 'server.conf');
    const { jetstream, ...rest } = settings;
    // JSON is a form of its configuration language.
    const config = { host: '127.0.0.1', port: ports.client, ...rest, ...(jetstream === undefined ? {} : { jetstream: { store_dir: this.#sandbox.folder, ...object(jetstream) } }) };
    writeFileSync(this.#config, JSON.stringify(config));
  }
  static async start(settings: JsonObject): Promise<NatsNode> {
    const node = new NatsNode(await freePorts(), settings);
    try {
      await node.start();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }
  /** Servers by name: leaf nodes of their remotes, members of their clusters. Unless they are to be started later, all their connections are there. */
  static async startAll(common: JsonObject, servers: ServersByName): Promise<Map<string, NatsNode>> {
    const ports = new Map<string, Ports>();
    for (const name of Object.keys(servers)) ports.set(name, await freePorts());
    const nodes = new Map<string, NatsNode>();
    try {
      for (const name of Object.keys(servers)) nodes.set(name, new NatsNode(ports.get(name) as Ports, configOf(common, servers, ports, name)));
      const there = [...nodes].filter(([name]) => servers[name]?.['started'] !== false);
      for (const [, node] of there) await node.start();
      for (const [name, node] of there) await node.#reaches(list(servers[name]?.['remotes']).filter((hub) => servers[text(hub)]?.['started'] !== false).length);
      for (const [first = '', ...others] of common['jetstream'] === undefined ? [] : clustersOf(servers)) await (nodes.get(first) as NatsNode).#isLed(1 + others.length);
      return nodes;
    } catch (error) {
      for (const node of nodes.values()) await node.stop();
      throw error;
    }
  }
  async start(): Promise<void> {
    this.#process = await this.#sandbox.start(findServer() ?? 'nats-server', ['-c', this.#config], this.port, PATIENCE);
  }
  /** Until its connections to its hubs are there. */
  async #reaches(hubs: number): Promise<void> {
    for (const deadline = Date.now() + PATIENCE; hubs > 0; await sleep(25)) {
      if ((await this.leafz()) >= hubs) return;
      if (Date.now() > deadline) throw new Error('a leaf node did not reach its hub');
    }
  }
  /** How many leaf connections it has, in either direction. */
  async leafz(): Promise<number> {
    const seen = (await fetch(`http://127.0.0.1:${this.#ports.monitor}/leafz`).then((answer) => answer.json())) as { readonly leafnodes?: number };
    return seen.leafnodes ?? 0;
  }
  /** Until its cluster can be given streams. */
  async #isLed(servers: number): Promise<void> {
    const ignore = () => undefined;
    const connection = await NatsConnection.open(this.port, {}, ignore, ignore);
    await placeable(connection, servers);
    connection.close();
  }
  /** What its files hold now outlasts a loss of power. */
  sync(): void {
    rmSync(this.#kept, { recursive: true, force: true });
    cpSync(this.#files, this.#kept, { recursive: true });
  }
  /** SIGKILL, and its files hold what they did when they were synced. */
  async powerLoss(): Promise<void> {
    await this.kill();
    rmSync(this.#files, { recursive: true, force: true });
    cpSync(this.#kept, this.#files, { recursive: true });
  }
  get #files(): string {
    return join(this.#sandbox.folder, 'jetstream');
  }
  get #kept(): string {
    return join(this.#sandbox.folder, 'synced');
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

/** The configuration of one of several servers. */
function configOf(common: JsonObject, servers: ServersByName, ports: ReadonlyMap<string, Ports>, name: string): JsonObject {
  const { remotes, reconnect, domain, cluster, started: _, ...settings } = servers[name] ?? {};
  const at = (which: keyof Ports, of: Json = name) => `127.0.0.1:${ports.get(text(of))?.[which] ?? 0}`;
  const members = Object.keys(servers).filter((one) => cluster !== undefined && servers[one]?.['cluster'] === cluster);
  return {
    ...settings,
    ...(common['jetstream'] === undefined ? {} : { jetstream: domain === undefined ? {} : { domain } }),
    server_name: name,
    http: at('monitor'),
    ...(cluster === undefined
      ? { leafnodes: { listen: at('leaf'), remotes: list(remotes).map((hub) => ({ urls: [`nats-leaf://${at('leaf', hub)}`] })), ...(reconnect === undefined ? {} : { reconnect }) } }
      : { cluster: { name: cluster, listen: at('route'), routes: members.map((one) => `nats://${at('route', one)}`) } }),
  };
}
/** The names of those that are in each cluster. */
function clustersOf(servers: ServersByName): string[][] {
  const members = new Map<string, string[]>();
  for (const [name, { cluster }] of Object.entries(servers)) if (cluster !== undefined) members.set(text(cluster), [...(members.get(text(cluster)) ?? []), name]);
  return [...members.values()];
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
