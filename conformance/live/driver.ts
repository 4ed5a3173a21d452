import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Json, JsonObject } from '../../src/testing/conformance-runner.ts';
import type { JavaProgram } from './java.ts';

/** The Java side (its class `Driver`): one JSON object per line to it, one back with the same id. */
export class Driver {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { readonly done: (result: Json) => void; readonly fail: (error: Error) => void }>();
  #next = 0;
  #complaints = '';

  constructor({ program, jars }: JavaProgram, options: readonly string[], args: readonly string[]) {
    this.#child = spawn(program, [...options, '-cp', jars, 'Driver', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    stderr?.on('data', (chunk: Buffer) => (this.#complaints = (this.#complaints + chunk.toString()).slice(-4000)));
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#answered(line));
    this.#child.on('error', (error) => this.#broken(error.message));
    this.#child.on('exit', (code) => this.#broken(`the driver ended with ${code}\n${this.#complaints}`));
  }
  /** @throws what the driver could not do, or that it has ended */
  ask(operation: JsonObject): Promise<Json> {
    const id = this.#next++;
    return new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail });
      this.#child.stdin?.write(`${JSON.stringify({ ...operation, id })}\n`);
    });
  }
  stop(): void {
    this.#child.kill('SIGKILL');
  }
  #answered(line: string): void {
    if (!line.startsWith('{')) return;
    const { id, result, failed } = JSON.parse(line) as { id: number; result?: Json; failed?: string };
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (failed === undefined) waiting?.done(result ?? null);
    else waiting?.fail(new Error(failed));
  }
  #broken(why: string): void {
    for (const { fail } of this.#waiting.values()) fail(new Error(why));
    this.#waiting.clear();
  }
}
