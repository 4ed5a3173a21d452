import { expect, type Locator, type Page, test } from '@playwright/test';
import { choose, command, inspector, node, numbers, openTab, pauseButton, playButton } from './app.ts';

async function pull(page: Page, from: Locator, to: Locator): Promise<void> {
  const a = await from.locator('.react-flow__handle.source').boundingBox();
  const b = await to.locator('.react-flow__handle.target').boundingBox();
  if (!a || !b) throw new Error('a handle is not shown');
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2, { steps: 4 });
  await page.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 4 });
  await page.mouse.up();
}
/** The consumer's own number grows while the run plays. */
async function expectWork(page: Page): Promise<void> {
  const row = (await openTab(page, 'As text')).getByRole('row').filter({ hasText: 'consumer-1' });
  await expect(row).toContainText(/processed [1-9]/);
  await expect(row).toContainText(/processed [1-9]\d/);
  await pauseButton(page).click();
  await expect(playButton(page)).toBeVisible();
  expect((await numbers(page)).join('\n')).toContain('consumer-1');
}

test('a topology is built by mouse from an empty canvas, and works', async ({ page }) => {
  await page.goto('./');
  await choose(page, 'New');
  await expect(page.getByText('Drag something here from the palette')).toBeVisible();
  const palette = page.getByRole('navigation', { name: 'Gallery and palette' });
  for (const kind of ['Producer', 'Exchange', 'Queue', 'Consumer']) {
    await palette.getByRole('button', { name: kind, exact: true }).click();
    await expect(inspector(page)).toContainText(kind);
  }
  await page.getByRole('button', { name: 'Fit everything' }).click();
  const [producer, exchange, queue, consumer] = [node(page, /^producer-1/), node(page, /^exchange-1/), node(page, /^queue-1/), node(page, /^consumer-1/)];
  await expect(consumer).toBeVisible();
  for (const [from, to, title] of [
    [producer, exchange, 'exchange-1'],
    [exchange, queue, 'queue-1'],
    [queue, consumer, 'consumer-1'],
  ] as const) {
    await pull(page, from, to);
    await expect(inspector(page).getByRole('heading', { level: 2 })).toContainText(`→ ${title}`);
  }
  if (await playButton(page).isVisible()) await playButton(page).click();
  await expectWork(page);
});

test('a topology is built by keyboard alone, and works', async ({ page }) => {
  await page.goto('./');
  await expect(pauseButton(page)).toBeVisible();
  await command(page, 'New scenario');
  await expect(page.getByText('Drag something here from the palette')).toBeVisible();
  for (const kind of ['Add Producer', 'Add Exchange', 'Add Queue', 'Add Consumer']) await command(page, kind);
  for (const [from, to] of [
    ['producer-1', 'exchange-1'],
    ['exchange-1', 'queue-1'],
    ['queue-1', 'consumer-1'],
  ] as const) {
    await tabTo(page, node(page, new RegExp(`^${from}`)));
    await page.keyboard.press('Enter');
    await page.keyboard.press('w');
    await expect(page.getByRole('combobox', { name: `Wire ${from} to` })).toBeFocused();
    await page.keyboard.type(to);
    await page.keyboard.press('Enter');
    await expect(inspector(page).getByRole('heading', { level: 2 })).toContainText(`${from} → ${to}`);
  }
  await tabTo(page, node(page, /^queue-1/));
  if (await playButton(page).isVisible()) await page.keyboard.press('Space');
  await expect(pauseButton(page)).toBeVisible();
  await expectWork(page);
});
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await target.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}
