import { expect, type Page, test } from '@playwright/test';
import { command, dock, goTo, hash, inspector, node, numbers, openPaused, openTab, pauseButton, playButton, timeline } from './app.ts';

test('a consumer is crashed, and a message it held is followed', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 3);
  await node(page, /^Payment service/).click({ position: { x: 20, y: 10 } });
  const crash = inspector(page).getByRole('button', { name: /^(Crash|Kill)$/ });
  await crash.click();
  await expect(page.getByRole('button', { name: 'Undo' }).first()).toBeEnabled();
  await playButton(page).click();
  const again = dock(page, 'Findings')
    .getByRole('listitem')
    .filter({ hasText: /delivered again|twice/ })
    // Others come back because their work failed.
    .filter({ hasText: /connection closed before the acknowledgement/i })
    .filter({ hasText: 'Follow the message' });
  await expect(again.first()).toBeVisible();
  await pauseButton(page).click();
  await again.first().getByRole('button', { name: 'Follow the message' }).click();
  const life = dock(page, 'Messages').getByRole('list', { name: 'Life of the message' });
  await expect(life.getByRole('listitem').nth(2)).toBeVisible();
  await expect(life).toContainText(/connection closed before the acknowledgement/);
  await page.getByRole('button', { name: 'Message', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Stop following' })).toBeVisible();
});

test('the timeline is dragged back, and the same moment shows the same state', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 4);
  const [then, thenHash] = [await numbers(page), await hash(page)];
  await goTo(page, 9);
  expect(await numbers(page)).not.toEqual(then);
  await drag(page, 0.9, 0.15);
  await expect.poll(async () => Number(await timeline(page).getAttribute('aria-valuenow'))).toBeLessThan(12);
  await goTo(page, 4);
  expect(await numbers(page)).toEqual(then);
  expect(await hash(page)).toBe(thenHash);
});
/** From one share of the bar to another. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  const bar = await timeline(page).boundingBox();
  if (!bar) throw new Error('the timeline is not shown');
  const y = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width * from, y);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * to, y, { steps: 5 });
  await page.mouse.up();
}

test('settings are edited while it runs, and the edit is undone', async ({ page }) => {
  await page.goto('./');
  await expect(pauseButton(page)).toBeVisible();
  await expect(page.getByRole('timer')).toHaveText(/00:0[1-9]/);
  await command(page, 'Select Order service');
  const rate = inspector(page).getByRole('textbox', { name: /^rate/i });
  await expect(rate).toHaveValue('20');
  await rate.fill('150');
  await rate.press('Enter');
  await expect(node(page, /^Order service, Producer 150\/s/)).toBeVisible();
  await expect(pauseButton(page)).toBeVisible();
  await pauseButton(page).click();
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(node(page, /^Order service, Producer 20\/s/)).toBeVisible();
  await expect(rate).toHaveValue('20');
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(node(page, /^Order service, Producer 150\/s/)).toBeVisible();
});

test('an edit changes what comes after it, and its undo brings back the run as it was', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 3);
  await goTo(page, 6);
  const before = await hash(page);
  await goTo(page, 3);
  await command(page, 'Select Order service');
  const rate = inspector(page).getByRole('textbox', { name: /^rate/i });
  await rate.fill('60');
  await rate.press('Enter');
  await goTo(page, 6);
  expect(await hash(page)).not.toBe(before);
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(node(page, /^Order service, Producer 20\/s/)).toBeVisible();
  await openTab(page, 'Findings');
  await goTo(page, 6);
  expect(await hash(page)).toBe(before);
});
