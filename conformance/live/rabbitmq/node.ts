import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/testing/conformance-runner.ts';
import { sleep } from '../contract.ts';
import { ended, freePort, output, programAt, Sandbox } from '../sandbox.ts';

/** One RabbitMQ node with data, configuration, ports and a port mapper of its own, all on 127.0.0.1. */

/** Not the wrapper of the same name in /usr/sbin, which changes the user. */
export const findServer = () => programAt('rabbitmq-server', 'RABBITMQ_SERVER', ['/usr/lib/rabbitmq/bin']);
const findControl = () => programAt('rabbitmqctl', 'RABBITMQCTL', ['/usr/lib/rabbitmq/bin']);
export const findMapper = () => programAt('epmd', 'EPMD');

const PLUGINS = ['rabbitmq_management', 'rabbitmq_consistent_hash_exchange'];
const PATIENCE = 120_000;
const GUEST = `Basic ${Buffer.from('guest:guest').toString('base64')}`;

export class RabbitNode {
  readonly port: number;
  readonly #management: number;
  readonly #sandbox: Sandbox;
  #env: Readonly<Record<string, string>> = {};
  #process: ChildProcess | null = null;

  private constructor(sandbox: Sandbox, port: number, management: number) {
    this.#sandbox = sandbox;
    this.port = port;
    this.#management = management;
  }
  /** @param settings variables of the application rabbit, under its own names */
  static async start(settings: JsonObject = {}): Promise<RabbitNode> {
    const sandbox = new Sandbox('rabbitmq');
    const [port, management, distribution, mapper] = [await freePort(), await freePort(), await freePort(), await freePort()];
    const node = new RabbitNode(sandbox, port, management);
    try {
      const file = (name: string, text: string) => {
        writeFileSync(join(sandbox.folder, name), text);
        return join(sandbox.folder, name);
      };
      const own = Object.entries(settings).map(([name, value]) => ` -rabbit ${name} ${String(value)}`);
      node.#env = {
        HOME: sandbox.folder,
        // Its script makes way for the server itself only when it thinks that systemd looks after it.
        NOTIFY_SOCKET: join(sandbox.folder, 'notify'),
        ERL_EPMD_ADDRESS: '127.0.0.1',
        ERL_EPMD_PORT: String(mapper),
        RABBITMQ_NODENAME: `tailrace-${port}@localhost`,
        RABBITMQ_DIST_PORT: String(distribution),
        RABBITMQ_MNESIA_BASE: join(sandbox.folder, 'data'),
        RABBITMQ_LOG_BASE: join(sandbox.folder, 'log'),
        RABBITMQ_PID_FILE: join(sandbox.folder, 'pid'),
        RABBITMQ_GENERATED_CONFIG_DIR: join(sandbox.folder, 'config'),
        RABBITMQ_CONF_ENV_FILE: join(sandbox.folder, 'none'),
        RABBITMQ_CONFIG_FILE: file('rabbitmq.conf', `listeners.tcp.1 = 127.0.0.1:${port}\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${management}\n`),
        RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', `[${PLUGINS.join(',')}].\n`),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface {127,0,0,1}${own.join('')}`,
      };
      await sandbox.start(findMapper() ?? 'epmd', ['-address', '127.0.0.1', '-port', String(mapper)], mapper, 10_000);
      await node.#begin();
      return node;
    } catch (error) {
      await node.stop();
      throw error;
    }
  }
  async #begin(): Promise<void> {
    this.#process = await this.#sandbox.start(findServer() ?? 'rabbitmq-server', [], this.port, PATIENCE, this.#env);
  }
  /** The process ends, and begins again with what is on its disk. */
  async restart(): Promise<void> {
    if (this.#process !== null) await ended(this.#process);
    await this.#begin();
  }
  async control(...words: readonly string[]): Promise<void> {
    await output(findControl() ?? 'rabbitmqctl', ['--node', this.#env['RABBITMQ_NODENAME'] ?? '', ...words], undefined, this.#env);
  }
  /** Asks the management plugin. @returns null where there is no content */
  async manage(method: 'GET' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Promise<JsonObject | null> {
    const answer = await fetch(`http://127.0.0.1:${this.#management}/api/${path}`, { method, headers: { authorization: GUEST, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
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
  stop(): Promise<void> {
    return this.#sandbox.stop();
  }
}
