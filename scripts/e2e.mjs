/** The browser tests: finds a Chromium, builds the app, runs Playwright. Arguments go on to `playwright test`. */
import { spawnSync } from 'node:child_process';
import { findChromium } from './chromium.mjs';

const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit', env: process.env }).status ?? 1;
try {
  process.env.TAILRACE_CHROMIUM = await findChromium();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
console.log(`Chromium: ${process.env.TAILRACE_CHROMIUM}`);
process.exitCode = run('node_modules/vite/bin/vite.js', 'build') || run('node_modules/@playwright/test/cli.js', 'test', ...process.argv.slice(2));
