import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Ports of 127.0.0.1 for servers. One that was free a moment ago may be taken when its server comes to listen: by another server
 * of this or of another comparison, or by an outgoing connection. So a port is this program's until its end, which a file says to
 * the others, and none is among those that the system gives to outgoing connections (32768 and up on Linux).
 */

const LOWEST = 20_000;
const HIGHEST = 32_000;

const ours = new Set<number>();
process.once('exit', () => {
  for (const port of ours) rmSync(claimOf(port), { force: true });
});
const claimOf = (port: number): string => join(tmpdir(), `tailrace-port-${port}`);

/** @param lowest the first that it may be; @param highest the one after the last */
export async function freePort(lowest = LOWEST, highest = HIGHEST): Promise<number> {
  const begin = Math.floor(Math.random() * (highest - lowest));
  for (let i = 0; i < highest - lowest; i++) {
    const port = lowest + ((begin + i) % (highest - lowest));
    if (!claimed(port)) continue;
    if (await isFree(port)) return port;
    ours.delete(port);
    rmSync(claimOf(port), { force: true });
  }
  throw new Error('no port');
}

/** Whether the port is ours from now on. What a program left behind that was killed is nobody's. */
function claimed(port: number): boolean {
  if (ours.has(port)) return false;
  for (const again of [false, true]) {
    try {
      const file = openSync(claimOf(port), 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      ours.add(port);
      return true;
    } catch {
      if (again || lives(port)) return false;
      rmSync(claimOf(port), { force: true });
    }
  }
  return false;
}
/** Whether the program that claimed a port is still there. */
function lives(port: number): boolean {
  try {
    const owner = Number(readFileSync(claimOf(port), 'utf8'));
    // A file that is still empty is being written.
    if (owner === 0) return true;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
