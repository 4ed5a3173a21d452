import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Json, JsonObject } from '../../src/testing/conformance-runner.ts';
import { Unavailable } from './contract.ts';

/** A program that speaks for us to a broker: one JSON object per line to it, one back with the same number under `request`. */
export class Driver {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { readonly done: (result: Json) => void; readonly fail: (error: Error) => void }>();
  #next = 0;
  #complaints = '';

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    stderr?.on('data', (chunk: Buffer) => (this.#complaints = (this.#complaints + chunk.toString()).slice(-4000)));
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#answered(line));
    this.#child.on('error', (error) => this.#broken(error.message));
    this.#child.on('exit', (code) => this.#broken(`the driver ended with ${code}\n${this.#complaints}`));
  }
  /** @throws what the driver could not do, or that it has ended; Unavailable when what it speaks to knows no such thing */
  ask(operation: JsonObject): Promise<Json> {
    const request = this.#next++;
    return new Promise((done, fail) => {
      this.#waiting.set(request, { done, fail });
      this.#child.stdin?.write(`${JSON.stringify({ ...operation, request })}\n`);
    });
  }
  stop(): void {
    this.#child.kill('SIGKILL');
  }
  #answered(line: string): void {
    if (!line.startsWith('{')) return;
    const { request, result, failed, cannot } = JSON.parse(line) as { request: number; result?: Json; failed?: string; cannot?: string };
    const waiting = this.#waiting.get(request);
    this.#waiting.delete(request);
    if (cannot !== undefined) waiting?.fail(new Unavailable(cannot));
    else if (failed !== undefined) waiting?.fail(new Error(failed));
    else waiting?.done(result ?? null);
  }
  #broken(why: string): void {
    for (const { fail } of this.#waiting.values()) fail(new Error(why));
    this.#waiting.clear();
  }
}
