import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/testing/conformance-runner.ts';
import { sleep } from '../contract.ts';
import { freePort } from '../ports.ts';
import { ended, output, programAt, Sandbox } from '../sandbox.ts';

/** RabbitMQ nodes with data, configuration, ports and a port mapper of their own, all on 127.0.0.1: one alone, or several that are a cluster. */

/** Not the wrapper of the same name in /usr/sbin, which changes the user. */
export const findServer = () => programAt('rabbitmq-server', 'RABBITMQ_SERVER', ['/usr/lib/rabbitmq/bin']);
const findControl = () => programAt('rabbitmqctl', 'RABBITMQCTL', ['/usr/lib/rabbitmq/bin']);
export const findMapper = () => programAt('epmd', 'EPMD');

const PLUGINS = ['rabbitmq_management', 'rabbitmq_consistent_hash_exchange', 'rabbitmq_stream'];
const PATIENCE = 120_000;
const GUEST = `Basic ${Buffer.from('guest:guest').toString('base64')}`;

/** Where a node listens. */
interface Ports {
  readonly amqp: number;
  readonly stream: number;
  readonly management: number;
  readonly distribution: number;
}
const freePorts = async (): Promise<Ports> => ({ amqp: await freePort(), stream: await freePort(), management: await freePort(), distribution: await freePort() });

/** Where nodes that know each other live: one folder, one port mapper, one cookie. */
interface Home {
  readonly sandbox: Sandbox;
  readonly mapper: number;
}
async function build(): Promise<Home> {
  const sandbox = new Sandbox('rabbitmq');
  const mapper = await freePort();
  await sandbox.start(findMapper() ?? 'epmd', ['-address', '127.0.0.1', '-port', String(mapper)], mapper, 10_000);
  return { sandbox, mapper };
}

export class RabbitNode {
  /** As Erlang calls it. */
  readonly name: string;
  readonly #ports: Ports;
  readonly #sandbox: Sandbox;
  readonly #env: Readonly<Record<string, string>>;
  #process: ChildProcess | null = null;

  /** @param settings variables of the application rabbit, under its own names; @param seed a node whose cluster it joins when it begins for the first time */
  private constructor({ sandbox, mapper }: Home, name: string, ports: Ports, settings: JsonObject, seed: RabbitNode | null) {
    this.#sandbox = sandbox;
    this.#ports = ports;
    this.name = `tailrace-${name}-${ports.amqp}@localhost`;
    const at = (file: string) => join(sandbox.folder, name, file);
    const file = (path: string, lines: readonly string[]) => {
      writeFileSync(at(path), `${lines.join('\n')}\n`);
      return at(path);
    };
    mkdirSync(join(sandbox.folder, name));
    const own = Object.entries(settings).map(([variable, value]) => ` -rabbit ${variable} ${String(value)}`);
    const listeners = [`listeners.tcp.1 = 127.0.0.1:${ports.amqp}`, `stream.listeners.tcp.1 = 127.0.0.1:${ports.stream}`, 'management.tcp.ip = 127.0.0.1', `management.tcp.port = ${ports.management}`];
    const joins = seed === null ? [] : ['cluster_formation.peer_discovery_backend = classic_config', `cluster_formation.classic_config.nodes.1 = ${seed.name}`, `cluster_formation.classic_config.nodes.2 = ${this.name}`];
    this.#env = {
      HOME: sandbox.folder,
      // Its script makes way for the server itself only when it thinks that systemd looks after it.
      NOTIFY_SOCKET: at('notify'),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(mapper),
      RABBITMQ_NODENAME: this.name,
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_MNESIA_BASE: at('data'),
      RABBITMQ_LOG_BASE: at('log'),
      RABBITMQ_PID_FILE: at('pid'),
      RABBITMQ_GENERATED_CONFIG_DIR: at('config'),
      RABBITMQ_CONF_ENV_FILE: at('none'),
      RABBITMQ_CONFIG_FILE: file('rabbitmq.conf', [...listeners, ...joins]),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', [`[${PLUGINS.join(',')}].`]),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface {127,0,0,1}${own.join('')}`,
    };
  }
  static async start(settings: JsonObject = {}): Promise<RabbitNode> {
    const [node] = (await RabbitNode.startAll({ node: settings })).values();
    return node as RabbitNode;
  }
  /** Nodes by name, all of one cluster. */
  static async startAll(servers: Readonly<Record<string, JsonObject>>): Promise<Map<string, RabbitNode>> {
    const home = await build();
    const nodes = new Map<string, RabbitNode>();
    try {
      for (const [name, settings] of Object.entries(servers)) {
        const [seed = null] = nodes.values();
        const node = new RabbitNode(home, name, await freePorts(), settings, seed);
        await node.start();
        nodes.set(name, node);
      }
      return nodes;
    } catch (error) {
      await home.sandbox.stop();
      throw error;
    }
  }
  get port(): number {
    return this.#ports.amqp;
  }
  get streamPort(): number {
    return this.#ports.stream;
  }
  get isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }
  /** Begins with what is on its disk. */
  async start(): Promise<void> {
    this.#process = await this.#sandbox.start(findServer() ?? 'rabbitmq-server', [], this.port, PATIENCE, this.#env);
    await this.version();
  }
  /** SIGKILL */
  async kill(): Promise<void> {
    if (this.#process !== null) await ended(this.#process, 'SIGKILL');
  }
  /** As when its operator stops it. */
  async shutDown(): Promise<void> {
    if (this.#process !== null) await ended(this.#process);
  }
  /** The process ends, and begins again with what is on its disk. */
  async restart(): Promise<void> {
    await this.shutDown();
    await this.start();
  }
  control(...words: readonly string[]): Promise<string> {
    return output(findControl() ?? 'rabbitmqctl', ['--node', this.name, ...words], undefined, this.#env);
  }
  /** Asks the management plugin. @returns null where there is no content */
  async manage(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Promise<JsonObject | null> {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.management}/api/${path}`, { method, headers: { authorization: GUEST, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as JsonObject);
  }
  /** The plugin comes up a little later than the listener. */
  async version(): Promise<string> {
    for (const deadline = Date.now() + PATIENCE; ; await sleep(200)) {
      try {
        return String((await this.manage('GET', 'overview'))?.['rabbitmq_version']);
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }
  /** All that live with it stop, too. */
  stop(): Promise<void> {
    return this.#sandbox.stop();
  }
}
