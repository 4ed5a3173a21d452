import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, JsonObject } from '../../../src/testing/conformance-runner.ts';
import type { LiveCase } from '../contract.ts';
import { ended, freePort, programAt, Sandbox } from '../sandbox.ts';
import { object, text } from './shapes.ts';

/** One nats-server with files and a port of its own, on 127.0.0.1. */

export const findServer = () => programAt('nats-server', 'NATS_SERVER');
const PATIENCE = 10_000;
/** Whoever names nobody is this user; a client with permissions is the user of its name. */
export const PASSWORD = 'tailrace';
const ANYBODY = 'anybody';

export class NatsNode {
  readonly port: number;
  readonly #sandbox: Sandbox;
  readonly #config: string;
  #process: ChildProcess | null = null;

  private constructor(sandbox: Sandbox, port: number) {
    this.#sandbox = sandbox;
    this.port = port;
    this.#config = join(sandbox.folder, 'server.conf');
  }
  static async start(settings: JsonObject): Promise<NatsNode> {
    const sandbox = new Sandbox('nats');
    const node = new NatsNode(sandbox, await freePort());
    try {
      // JSON is a form of its configuration language.
      writeFileSync(node.#config, JSON.stringify({ host: '127.0.0.1', port: node.port, ...settings, ...(settings['jetstream'] === undefined ? {} : { jetstream: { store_dir: sandbox.folder } }) }));
      await node.#begin();
      return node;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }
  async #begin(): Promise<void> {
    this.#process = await this.#sandbox.start(findServer() ?? 'nats-server', ['-c', this.#config], this.port, PATIENCE);
  }
  /** The process ends, and begins again with its files. */
  async restart(): Promise<void> {
    if (this.#process !== null) await ended(this.#process);
    await this.#begin();
  }
  stop(): Promise<void> {
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
