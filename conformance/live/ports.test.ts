import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from './ports.ts';

const claim = (port: number) => join(tmpdir(), `tailrace-port-${port}`);

test('no port is given twice, however many are asked for at once', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(200);
  // Below those of outgoing connections.
  expect(Math.max(...ports)).toBeLessThan(32_768);
});
test('a port can be listened on, and says to other programs whose it is', async () => {
  const port = await freePort();
  expect(existsSync(claim(port))).toBe(true);
  await new Promise<void>((done) => {
    const server = createServer().listen(port, '127.0.0.1', () => server.close(() => done()));
  });
});
test('another program does not get what this one has, and its own are free again after its end', async () => {
  const script = `const { freePort } = await import(${JSON.stringify(new URL('./ports.ts', import.meta.url).href)}); for (let i = 0; i < 50; i++) console.log(await freePort());`;
  const mine = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  const theirs = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8' }).stdout.trim().split('\n').map(Number);
  expect(new Set(theirs).size).toBe(50);
  expect(theirs.filter((port) => mine.includes(port))).toEqual([]);
  expect(theirs.filter((port) => existsSync(claim(port)))).toEqual([]);
});
test('a port is refused while its owner lives, and given again when it was killed', async () => {
  // Outside of what is given usually.
  const port = 32_100;
  writeFileSync(claim(port), String(process.ppid));
  await expect(freePort(port, port + 1)).rejects.toThrow('no port');
  // Nobody has that number.
  writeFileSync(claim(port), '99999999');
  expect(await freePort(port, port + 1)).toBe(port);
});
