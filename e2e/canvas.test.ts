import { deflateRawSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import { command, goTo, inspector, node, openPaused, playButton } from './app.ts';

const cluster = (page: Page) => page.locator('.react-flow__node-cluster').first();
async function box(page: Page) {
  const found = await cluster(page).boundingBox();
  if (!found) throw new Error('no cluster is shown');
  return found;
}

test('a container is stretched by its corner, and the stretch is undone', async ({ page }) => {
  await openPaused(page);
  await cluster(page).click({ position: { x: 30, y: 14 } });
  const before = await box(page);
  const corner = await cluster(page).locator('.react-flow__resize-control.handle.bottom.right').boundingBox();
  if (!corner) throw new Error('no corner is shown');
  await page.mouse.move(corner.x + corner.width / 2, corner.y + corner.height / 2);
  await page.mouse.down();
  await page.mouse.move(corner.x + 20, corner.y + 30, { steps: 4 });
  await page.mouse.move(corner.x + 40, corner.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await box(page)).height).toBeGreaterThan(before.height + 40);
  await page.keyboard.press('Control+z');
  await expect.poll(async () => Math.round((await box(page)).height)).toBe(Math.round(before.height));
});

test('arrow keys go from a node to its neighbour', async ({ page }) => {
  await openPaused(page);
  const first = page.locator('.react-flow__node-card').first();
  await first.focus();
  const id = await first.getAttribute('data-id');
  await page.keyboard.press('ArrowRight');
  const there = page.locator('.react-flow__node:focus');
  await expect(there).toHaveCount(1);
  await expect(there).not.toHaveAttribute('data-id', id ?? '');
  const [from, to] = [await first.boundingBox(), await there.boundingBox()];
  expect((to?.x ?? 0) + (to?.width ?? 0) / 2).toBeGreaterThan((from?.x ?? 0) + (from?.width ?? 0) / 2);
});

test('the theme that was chosen is there on the next visit', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openPaused(page);
  await command(page, 'Light theme');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('a node is duplicated with its settings', async ({ page }) => {
  await openPaused(page);
  const cards = page.locator('.react-flow__node-card');
  const count = await cards.count();
  await cards.first().click();
  const settings = () =>
    inspector(page)
      .locator('input:not([type="checkbox"])')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
  await expect.poll(async () => (await settings()).length).toBeGreaterThan(3);
  const before = await settings();
  await page.keyboard.press('Control+d');
  await expect(cards).toHaveCount(count + 1);
  // Only what names it differs.
  await expect.poll(async () => (await settings()).filter((value, i) => value !== before[i]).length).toBeLessThanOrEqual(2);
  expect((await settings()).length).toBe(before.length);
  await page.keyboard.press('Control+z');
  await expect(cards).toHaveCount(count);
});

test('what was changed up to a moment becomes the start', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 3);
  await command(page, 'Add Queue');
  await expect(node(page, /^queue-1/)).toBeVisible();
  await command(page, 'Make this the start');
  await expect(page.getByRole('timer')).toContainText('00:00');
  await expect(node(page, /^queue-1/)).toBeVisible();
});

test('it runs under any path, its workers too', async ({ page, context, baseURL }) => {
  await context.route('**/deep/down/here/**', async (route) => {
    const wanted = new URL(route.request().url()).pathname.split('/deep/down/here/')[1] ?? '';
    await route.fulfill({ response: await route.fetch({ url: new URL(wanted, baseURL).href }) });
  });
  const outside: string[] = [];
  page.on('request', (r) => void (r.url().startsWith('http') && !r.url().includes('/deep/down/here/') && outside.push(r.url())));
  await page.goto('deep/down/here/');
  await expect(page.getByRole('timer')).toContainText(/00:0[2-9]/, { timeout: 20_000 });
  expect(outside).toEqual([]);
});

test('with reduced motion nothing flies, and the numbers go on', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./');
  await expect(page.getByRole('timer')).toContainText(/00:0[3-9]/, { timeout: 20_000 });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('main', { name: 'Canvas' })).toContainText(/[1-9]/);
  expect(await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length)).toBe(0);
});

test('a link that unfolds to far more than it may gives a sentence at once', async ({ page }) => {
  await openPaused(page);
  const bomb = deflateRawSync(Buffer.alloc(20_000_000, 0x20)).toString('base64url');
  expect(bomb.length).toBeLessThan(32_000);
  await page.evaluate((text) => void (location.hash = `s=1.${text}`), bomb);
  await expect(page.getByText('It unfolds to more than 1000000 bytes')).toBeVisible({ timeout: 2000 });
  await page.getByRole('button', { name: 'Go on without it' }).click();
  await page.evaluate(() => void (location.hash = `s=1.${'A'.repeat(1_900_000)}`));
  await expect(page.getByText('a link has at most 32768')).toBeVisible({ timeout: 2000 });
  await page.getByRole('button', { name: 'Go on without it' }).click();
  await expect(playButton(page)).toBeVisible();
});
