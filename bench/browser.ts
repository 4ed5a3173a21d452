/** The canvas in a headless Chromium: frame times with messages in flight, as ratios to the same graph without them. Needs `npm run build` first. */
import { chromium, type CDPSession, type Page } from '@playwright/test';
import { preview } from 'vite';
import { encodeShare } from '../src/interchange/share-url.ts';
import type { Scenario, ScenarioLink, ScenarioNode } from '../src/scenario/document.ts';
import { findChromium } from '../scripts/chromium.mjs';

/** Chains of producer, queue and consumer in rows; slow links keep so many messages on their way. */
function graph(nodes: number, inFlight: number): Scenario {
  const chains = Math.floor(nodes / 3);
  const latency = 5;
  const rate = Math.max(0.001, inFlight / (chains * 2 * latency));
  const out: { nodes: ScenarioNode[]; links: ScenarioLink[]; layout: Record<string, number[]> } = { nodes: [{ id: 'r', kind: 'rabbitmq.cluster' }], links: [], layout: {} };
  const columns = Math.max(1, Math.ceil(Math.sqrt(chains / 4)));
  for (let i = 0; i < chains; i++) {
    const [x, y] = [(i % columns) * 760, Math.floor(i / columns) * 120];
    out.nodes.push({ id: `p${i}`, kind: 'producer', config: { rate, arrivals: 'constant' } }, { id: `q${i}`, kind: 'rabbitmq.queue', parent: 'r' }, { id: `c${i}`, kind: 'consumer', config: { concurrency: 100, serviceTime: '1ms' } });
    out.links.push({ id: `in${i}`, kind: 'publish', from: `p${i}`, to: `q${i}`, config: { latency: `${latency}s`, confirms: false } }, { id: `out${i}`, kind: 'consume', from: `q${i}`, to: `c${i}`, config: { latency: `${latency}s`, prefetch: 1000 } });
    Object.assign(out.layout, { [`p${i}`]: [x, y], [`q${i}`]: [x + 250, y], [`c${i}`]: [x + 500, y] });
  }
  return { version: 1, title: `${nodes} nodes`, seed: 1, speed: 1, ...out };
}
interface Measure {
  readonly p50: number;
  readonly p95: number;
  /** ms of script on the main thread per frame */
  readonly script: number;
  /** longest task seen, ms */
  readonly longest: number;
}
const SPAN = 4000;
async function measure(page: Page, cdp: CDPSession, busy: () => Promise<void>): Promise<Measure> {
  const script = async () => (await cdp.send('Performance.getMetrics')).metrics.find((m) => m.name === 'ScriptDuration')?.value ?? 0;
  const before = await script();
  const frames = page.evaluate(
    (span) =>
      new Promise<{ gaps: number[]; longest: number }>((done) => {
        const gaps: number[] = [];
        let longest = 0;
        const tasks = new PerformanceObserver((list) => list.getEntries().forEach((e) => (longest = Math.max(longest, e.duration))));
        tasks.observe({ type: 'longtask' });
        const from = performance.now();
        let last = from;
        const turn = (now: number) => {
          gaps.push(now - last);
          last = now;
          if (now - from < span) requestAnimationFrame(turn);
          else {
            tasks.disconnect();
            done({ gaps: gaps.slice(1).sort((a, b) => a - b), longest });
          }
        };
        requestAnimationFrame(turn);
      }),
    SPAN,
  );
  await busy();
  const { gaps, longest } = await frames;
  const at = (q: number) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * q))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), script: (((await script()) - before) * 1000) / gaps.length, longest };
}
async function pan(page: Page): Promise<void> {
  await page.mouse.move(700, 60);
  await page.mouse.down();
  const until = Date.now() + SPAN * 0.6;
  for (let i = 0; Date.now() < until; i++) await page.mouse.move(700 + 200 * Math.sin(i / 12), 60 + 80 * Math.sin(i / 9));
  await page.mouse.up();
  const zooming = Date.now() + SPAN * 0.3;
  for (let i = 0; Date.now() < zooming; i++) await page.mouse.wheel(0, i % 20 < 10 ? -40 : 40);
}
const server = await preview({ preview: { port: 4311, strictPort: false }, logLevel: 'error' });
const base = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({ executablePath: await findChromium(), args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
async function look(nodes: number, inFlight: number, painter: string): Promise<{ idle: Measure; panning: Measure }> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  // The runner's compiler names functions through a helper that the page does not have.
  await page.addInitScript('globalThis.__name = (f) => f');
  // Connections over such links take their time: from here on as much is sent as will be. A link opens paused.
  await page.goto(`${base}?painter=${painter}#s=${await encodeShare({ doc: graph(nodes, inFlight), at: 25e6 })}`);
  const play = page.getByRole('button', { name: /^Play/ }).first();
  await page.getByText('00:25.000').first().waitFor();
  await play.click();
  // Until as many are on their way, to the eye, as will be.
  await page.waitForTimeout(13_000);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const idle = await measure(page, cdp, async () => undefined);
  const panning = await measure(page, cdp, () => pan(page));
  await page.close();
  return { idle, panning };
}
const rows: Record<string, string>[] = [];
const ms = (value: number) => value.toFixed(1);
for (const nodes of [100, 500]) {
  const bare = await look(nodes, 0, 'worker');
  for (const painter of ['worker', 'main']) {
    const full = await look(nodes, 5000, painter);
    for (const way of ['idle', 'panning'] as const) {
      const [with_, without] = [full[way], bare[way]];
      rows.push({
        view: `${nodes} nodes, 5 000 in flight, ${way}`,
        painter,
        'p50 / p95 ms': `${ms(with_.p50)} / ${ms(with_.p95)}`,
        'without messages': `${ms(without.p50)} / ${ms(without.p95)}`,
        'p95 ratio': (with_.p95 / without.p95).toFixed(2),
        'script ms per frame, more than without': ms(with_.script - without.script),
        'longest task ms': ms(with_.longest),
      });
    }
  }
}
await browser.close();
await server.close();
console.table(rows);
