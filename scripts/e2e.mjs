/** The browser tests: finds a Chromium, builds the app, runs Playwright. Arguments go on to `playwright test`. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { findChromium } from './chromium.mjs';

const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit', env: process.env }).status ?? 1;
/** A port that nobody listens on: another run may be under way. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(String(port)));
    });
  });
}
try {
  process.env.TAILRACE_PORT = await freePort();
  process.env.TAILRACE_CHROMIUM = await findChromium();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
console.log(`Chromium: ${process.env.TAILRACE_CHROMIUM}`);
process.exitCode = run('node_modules/vite/bin/vite.js', 'build') || run('node_modules/@playwright/test/cli.js', 'test', ...process.argv.slice(2));
