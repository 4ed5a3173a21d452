/** What a stranger meets: on a small laptop, in a lecture hall, with a mouse or without. */
import { expect, type Page, test } from '@playwright/test';
import { command, dock, goTo, inspector, node, openPaused, openScenario, palette, pauseButton, playButton } from './app.ts';

const news = (page: Page) => page.getByRole('status').filter({ hasText: 'Why?' });

test('the first visitor is told what went wrong within 20 seconds, and asks why with one click', async ({ page }) => {
  await page.goto('./');
  await expect(news(page)).toContainText('took effect twice', { timeout: 20_000 });
  await news(page).getByRole('button', { name: 'Why?' }).click();
  const answer = inspector(page).getByRole('region', { name: 'Why' });
  await expect(answer).toContainText(/crashed at .* acknowledgement/);
  await expect(answer).toBeInViewport();
  await expect(playButton(page)).toBeVisible();
  await expect(inspector(page).getByRole('textbox', { name: 'Title' })).toHaveValue('Payment service');
  // Another node has the inspector to itself.
  await node(page, /^email/).click({ position: { x: 20, y: 10 } });
  await expect(answer).toBeHidden();
  await node(page, /^Payment service/).click({ position: { x: 20, y: 10 } });
  await expect(answer).toBeVisible();
  // The remedy is at hand, and the run with it has no such finding.
  await answer.getByRole('button', { name: /^Set .* and run again$/ }).click();
  await expect(page.getByRole('button', { name: 'Undo', exact: true }).first()).toBeEnabled();
});

test('what somebody has put away is not said again', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 3);
  await expect(news(page)).toContainText('took effect before');
  await news(page).getByRole('button', { name: 'Put it away' }).click();
  await expect(news(page)).toBeHidden();
});

test('on a small screen a long description leaves room for the gallery and the palette', async ({ page }) => {
  await openScenario(page, 'Apache Pulsar', 'One unacked message');
  await expect(palette(page).getByRole('heading', { level: 1 })).toHaveText('One unacked message starves the new consumers');
  const shelf = palette(page).locator('summary').first();
  await expect(shelf).toBeInViewport();
  const rest = palette(page).getByText('Key_Shared');
  const height = async () => (await rest.first().boundingBox())?.height ?? 0;
  const before = await height();
  await palette(page).getByRole('button', { name: 'Read on' }).click();
  expect(await height()).toBeGreaterThan(before);
  await palette(page).getByRole('button', { name: 'Less' }).click();
  await palette(page).getByRole('tab', { name: 'Add' }).click();
  await expect(palette(page).getByRole('button', { name: 'Producer', exact: true })).toBeInViewport();
});

test('for a lecture there is the canvas alone, larger, and back', async ({ page }) => {
  await openPaused(page);
  const card = node(page, /^Payment service/);
  const before = await card.boundingBox();
  await page.keyboard.press('l');
  await expect(palette(page)).toBeHidden();
  await expect(inspector(page)).toBeHidden();
  await expect(page.getByRole('slider', { name: 'Moment of the run' })).toBeInViewport();
  await expect.poll(async () => ((await card.boundingBox())?.width ?? 0) / (before?.width ?? 1)).toBeGreaterThan(1.25);
  await page.getByRole('button', { name: 'Canvas only' }).click();
  await expect(inspector(page)).toBeVisible();
});

test('what is typed before the commands have loaded is no shortcut', async ({ page }) => {
  await openPaused(page);
  await page.route('**/Dialogs-*.js', async (route) => {
    await new Promise((done) => setTimeout(done, 800));
    await route.continue();
  });
  await page.keyboard.press('Control+k');
  await page.keyboard.press('l');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette(page)).toBeVisible();
});

test('a finding that is being read stays where it is while others come', async ({ page }) => {
  await page.goto('./');
  const items = dock(page, 'Findings').getByRole('listitem');
  await expect(items.nth(1)).toBeVisible();
  await items.first().hover();
  const first = await items.first().innerText();
  await expect(dock(page, 'Findings').getByText(/^\d+ newer$/)).toBeVisible();
  expect(await items.first().innerText()).toBe(first);
  await page.mouse.move(600, 200);
  await expect.poll(() => items.first().innerText()).not.toBe(first);
});

test('selected nodes are put in line, and the undo brings them back', async ({ page }) => {
  await openPaused(page);
  const [pay, stock] = [node(page, /^Payment service/), node(page, /^Email service/)];
  await pay.click({ position: { x: 20, y: 10 } });
  await stock.click({ position: { x: 20, y: 10 }, modifiers: ['Control'] });
  await expect(inspector(page)).toContainText('2 nodes selected');
  const top = async () => [(await pay.boundingBox())?.y ?? 0, (await stock.boundingBox())?.y ?? 0].map(Math.round);
  const before = await top();
  await inspector(page).getByRole('button', { name: 'top', exact: true }).click();
  await expect.poll(async () => new Set(await top()).size).toBe(1);
  await page.keyboard.press('Control+z');
  await expect.poll(top).toEqual(before);
});

test('by keyboard: to the settings of a node and back, faster and slower, to the start', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 2);
  await node(page, /^Payment service/).focus();
  await page.keyboard.press('i');
  await expect(inspector(page).getByRole('textbox', { name: 'Title' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(node(page, /^Payment service/)).toBeFocused();
  await page.keyboard.press('+');
  await expect(page.getByRole('button', { name: 'Speed' })).toHaveText('1×');
  await page.keyboard.press('-');
  await expect(page.getByRole('button', { name: 'Speed' })).toHaveText('1/2×');
  await page.keyboard.press('0');
  await expect(page.getByRole('timer')).toHaveText('00:00.000');
});

test('by keyboard the canvas is one step away', async ({ page }) => {
  await openPaused(page);
  await page.reload();
  await expect(node(page, /^Payment service/)).toBeVisible();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('button', { name: 'To the canvas' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('application', { name: 'Topology' }).locator('.react-flow__node:focus')).toHaveCount(1);
});

test('every scenario runs at its own pace', async ({ page }) => {
  await openPaused(page);
  await command(page, 'Open What a dead consumer leaves behind');
  await expect(pauseButton(page)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Speed' })).toHaveText('1×');
});

test('a scenario is found by its subject, its broker and its id', async ({ page }) => {
  await openPaused(page);
  for (const [typed, title] of [
    ['serverless', 'A deploy breaks a function, a replay breaks the rest'],
    ['kafka rebalance', 'Thrown out, and everything again'],
    ['chat delivery', 'Chat: online now, offline later'],
  ] as const) {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command' }).fill(typed);
    await expect(page.getByRole('option', { name: `Open ${title}` })).toBeVisible();
    await page.keyboard.press('Escape');
  }
});

for (const [width, height] of [
  [1100, 700],
  [640, 360],
] as const)
  test(`at ${width} × ${height} nothing of the top bar lies on anything else`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await openPaused(page);
    const boxes = await page
      .getByRole('banner')
      .locator('button, [role="timer"]')
      .evaluateAll((all) => all.map((e) => ({ name: e.ariaLabel ?? e.textContent, ...e.getBoundingClientRect().toJSON() }) as DOMRect & { name: string }));
    for (const [i, a] of boxes.entries()) for (const b of boxes.slice(i + 1)) expect(a.right <= b.left + 1 || b.right <= a.left + 1, `${a.name} and ${b.name}`).toBe(true);
    await page.getByRole('banner').getByRole('button', { name: 'Menu' }).click();
    await expect(page.getByRole('menu')).toBeVisible();
  });
