/** Finds a Chromium for the browser tests, or gets one. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns {Promise<string>} the path of an executable; throws a sentence that names the command to run */
export async function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (runs(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, but there is no program of that name.`);
  }
  const found = installed() ?? (await playwrights());
  if (found) return found;
  console.log('No Chromium is installed; asking Playwright for one.');
  attempt(process.platform === 'win32' ? 'npx.cmd' : 'npx', ['playwright', 'install', 'chromium']);
  const fetched = await playwrights();
  if (fetched && starts(fetched)) return fetched;
  const root = process.getuid?.() === 0;
  if (process.platform === 'linux' && (root || process.env.CI) && onPath(['apt-get'])) {
    const apt = (...args) => (root ? attempt('apt-get', args) : attempt('sudo', ['-n', 'apt-get', ...args]));
    console.log('Installing chromium with apt-get.');
    if (apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium')) {
      const got = installed();
      if (got) return got;
    }
  }
  throw new Error('The browser tests need Chromium: install it, for instance with "npx playwright install --with-deps chromium", or set CHROMIUM_PATH to one.');
}
function installed() {
  const { env, platform } = process;
  const usual =
    platform === 'darwin'
      ? ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium', join(env.HOME ?? '', 'Applications/Google Chrome.app/Contents/MacOS/Google Chrome')]
      : platform === 'win32'
        ? [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].flatMap((base) => (base ? [join(base, 'Google/Chrome/Application/chrome.exe'), join(base, 'Chromium/Application/chrome.exe')] : []))
        : ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  // Ubuntu's chromium-browser is a script that only says to install a snap: what does not start does not count.
  return [...usual.filter(runs), ...(platform === 'win32' ? [] : all(NAMES))].find(starts);
}
async function playwrights() {
  const { chromium } = await import('@playwright/test');
  const path = chromium.executablePath();
  return path && existsSync(path) && starts(path) ? path : undefined;
}
const all = (names) => (process.env.PATH ?? '').split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)).filter(runs));
const onPath = (names) => all(names)[0];
function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
/** On Windows `--version` opens a window, so the file is taken at its word. */
function starts(path) {
  return process.platform === 'win32' || spawnSync(path, ['--version'], { timeout: 30_000 }).status === 0;
}
function attempt(command, args) {
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32', timeout: 600_000 }).status === 0;
}
