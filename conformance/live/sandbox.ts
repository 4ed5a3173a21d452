import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { sleep } from './contract.ts';

/** Server processes with a data folder of its own under the system's temporary folder: both are gone afterwards, whatever happens. */

const open = new Set<Sandbox>();
process.once('exit', () => {
  for (const one of open) one.abandon();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

export class Sandbox {
  readonly folder: string;
  /** In the order in which they were started. */
  readonly #children: ChildProcess[] = [];

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `tailrace-${name}-`));
    open.add(this);
  }
  /** Starts the server and waits until something listens on the port. @returns its process @throws with the end of its log when it ends or stays silent */
  async start(program: string, args: readonly string[], port: number, patienceMs: number, env: Readonly<Record<string, string>> = {}): Promise<ChildProcess> {
    const log = join(this.folder, 'server.log');
    const out = openSync(log, 'a');
    const child = spawn(program, args, { cwd: this.folder, stdio: ['ignore', out, out], env: { ...process.env, ...env } });
    this.#children.push(child);
    let failed: string | null = null;
    child.once('error', (error) => (failed = error.message));
    child.once('exit', (code) => (failed ??= `it ended with ${code}`));
    for (const deadline = Date.now() + patienceMs; ; await sleep(25)) {
      if (failed !== null || Date.now() > deadline) throw new Error(`${program} did not start: ${failed ?? 'nobody listens'}\n${readFileSync(log, 'utf8').slice(-2000)}`);
      if (await listens(port)) return child;
    }
  }
  async stop(): Promise<void> {
    for (const child of this.#children.reverse()) await ended(child);
    this.#remove();
  }
  /** The program is ending: no time to be polite. */
  abandon(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    this.#remove();
  }
  #remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    open.delete(this);
  }
}

/** Asks a process to end, or kills it, and waits until it has ended. */
export async function ended(child: ChildProcess, how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill(how);
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await gone;
  clearTimeout(late);
}

const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });

/** Where a program is: the value of the variable if set, else the first of that name in the folders given, on the PATH or in the usual folders for servers. */
export function programAt(name: string, variable: string, before: readonly string[] = []): string | null {
  const named = process.env[variable];
  const folders = [...before, ...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
  const candidates = named === undefined || named === '' ? folders.map((folder) => join(folder, name)) : [named];
  return candidates.find(executable) ?? null;
}
function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a program prints, standard output and error together. @throws with that text when it fails */
export const output = (program: string, args: readonly string[], cwd?: string, env?: Readonly<Record<string, string>>): Promise<string> =>
  new Promise((done, fail) => {
    execFile(program, [...args], { maxBuffer: 1 << 24, ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env: { ...process.env, ...env } }) }, (error, out, err) => (error === null ? done(out + err) : fail(new Error(`${program}: ${error.message}\n${out}${err}`.slice(0, 4000)))));
  });
