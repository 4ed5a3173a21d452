import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** What the first screen may cost, bytes of gzipped JavaScript, worker and opening broker included. */
const LOAD_BUDGET = 260 * 1024;
/** Words that only the opening broker's data and model have: both are loaded before anything moves. */
const OPENING_BROKER = 'rabbitmq.message_ttl';
/** Code that the first screen must not wait for: if one of these is in the entry, splitting broke. */
const CANARIES = ['uplot', 'recharts'];
const POLICY = "default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'";

/** The page says itself what it may do, because a static host sends no headers. Not while developing: hot reload needs more. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' }],
  };
}
function loadBudget(): Plugin {
  return {
    name: 'load-budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((o) => o.type === 'chunk');
      const entry = chunks.find((c) => c.isEntry);
      if (!entry) return;
      const first = new Set<string>();
      const add = (file: string) => {
        const chunk = bundle[file];
        if (first.has(file) || chunk?.type !== 'chunk') return;
        first.add(file);
        chunk.imports.forEach(add);
      };
      add(entry.fileName);
      let bytes = 0;
      for (const file of first) {
        const chunk = bundle[file];
        if (chunk?.type !== 'chunk') continue;
        bytes += gzipSync(chunk.code).length;
        const canary = Object.keys(chunk.modules).find((m) => CANARIES.some((c) => m.includes(`/node_modules/${c}/`)));
        if (canary !== undefined) this.error(`${canary} is loaded with the first screen`);
      }
      for (const o of Object.values(bundle)) {
        if (!o.fileName.endsWith('.js') || first.has(o.fileName)) continue;
        const code = String(o.type === 'chunk' ? o.code : o.source);
        // The painter is loaded once: in its worker, or, where a browser has no canvas for a worker, on the page.
        if (/worker/.test(o.fileName) || code.includes(OPENING_BROKER)) bytes += gzipSync(code).length;
      }
      console.log(`first load: ${(bytes / 1024).toFixed(1)} kB gz of ${LOAD_BUDGET / 1024}`);
      if (bytes > LOAD_BUDGET) this.error(`the first load takes ${(bytes / 1024).toFixed(1)} kB gz, more than ${LOAD_BUDGET / 1024}`);
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [react(), contentSecurityPolicy(), loadBudget()],
  worker: { format: 'es' },
  build: { target: 'es2022', minify: 'terser', terserOptions: { ecma: 2020, compress: { passes: 3 } }, chunkSizeWarningLimit: 700 },
  preview: { port: 4173 },
  test: { include: ['src/**/*.test.{ts,tsx}', 'conformance/**/*.test.ts'], setupFiles: ['src/testing/setup.ts'], testTimeout: 60_000 },
});
