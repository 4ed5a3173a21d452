import type { ChildProcess } from 'node:child_process';
import type { JsonObject } from '../../../src/testing/conformance-runner.ts';
import type { LiveCase } from '../contract.ts';
import { freePort } from '../ports.ts';
import { ended, programAt, Sandbox } from '../sandbox.ts';
import { RedisConnection } from './connection.ts';

/** One redis-server with a folder and a port of its own, on 127.0.0.1. It saves when it is told to. */

export const findServer = () => programAt('redis-server', 'REDIS_SERVER');
const PATIENCE = 10_000;

export class RedisNode {
  readonly port: number;
  readonly #sandbox: Sandbox;
  readonly #arguments: readonly string[];
  #process: ChildProcess | null = null;

  private constructor(sandbox: Sandbox, port: number, settings: JsonObject) {
    this.#sandbox = sandbox;
    this.port = port;
    const own = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#arguments = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--repl-diskless-sync', 'no', '--dir', sandbox.folder, ...own];
  }
  static async start(settings: JsonObject = {}): Promise<RedisNode> {
    const sandbox = new Sandbox('redis');
    const node = new RedisNode(sandbox, await freePort(), settings);
    try {
      await node.#begin();
      return node;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }
  async #begin(): Promise<void> {
    this.#process = await this.#sandbox.start(findServer() ?? 'redis-server', this.#arguments, this.port, PATIENCE);
  }
  /** Saves, ends, and begins again with what was saved. */
  async restart(): Promise<void> {
    const admin = await RedisConnection.open(this.port);
    await admin.must(['SAVE']);
    admin.close();
    if (this.#process !== null) await ended(this.#process);
    await this.#begin();
  }
  stop(): Promise<void> {
    return this.#sandbox.stop();
  }
}
const CHANGES = new Set(['CONFIG SET', 'squeeze', 'restart', 'replicate']);

/** Whether a case must not share its server. */
export const wantsOwn = ({ server, setup, steps }: LiveCase): boolean => server !== undefined || [...setup, ...steps].some(({ op }) => CHANGES.has(op));
