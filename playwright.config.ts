import { defineConfig } from '@playwright/test';

const PORT = process.env['TAILRACE_PORT'] ?? '4174';
const CI = Boolean(process.env['CI']);
const executablePath = process.env['TAILRACE_CHROMIUM'] ?? process.env['CHROMIUM_PATH'];
const args = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
if (process.getuid?.() === 0) args.push('--no-sandbox');

export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  retries: CI ? 1 : 0,
  forbidOnly: CI,
  timeout: 60_000,
  expect: { timeout: 30_000 },
  reporter: CI ? [['list'], ['html', { open: 'never' }]] : 'list',
  use: {
    baseURL: `http://localhost:${PORT}/`,
    viewport: { width: 1280, height: 720 },
    locale: 'en',
    trace: 'retain-on-failure',
    actionTimeout: 15_000,
    launchOptions: { ...(executablePath ? { executablePath } : {}), args },
  },
  webServer: { command: `npx vite preview --port ${PORT} --strictPort`, url: `http://localhost:${PORT}/`, timeout: 30_000, reuseExistingServer: false },
});
