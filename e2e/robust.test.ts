import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { goTo, hash, openPaused } from './app.ts';

test('the worker dies: the page says so, keeps the document, and comes back to the same moment', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 4);
  const before = await hash(page);
  // Nothing of the engine survives this: its own thread throws out of every turn.
  await page.workers()[0]?.evaluate(() => {
    setTimeout(() => {
      throw new Error('killed by a test');
    });
  });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('Your document is safe');
  await alert.getByRole('button', { name: 'Restart and replay to here' }).click();
  await expect(alert).toBeHidden();
  await expect(page.getByRole('timer')).toHaveText('00:04.000');
  expect(await hash(page)).toBe(before);
});

test('a scenario goes out as a file and comes in again', async ({ page }, info) => {
  await openPaused(page);
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+s');
  const file = info.outputPath('scenario.tailrace.json');
  await (await download).saveAs(file);
  const doc = JSON.parse(readFileSync(file, 'utf8')) as { title: string; nodes: unknown[] };
  expect(doc.nodes.length).toBeGreaterThan(5);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: 'New' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'New scenario' })).toBeVisible();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+o');
  await (await chooser).setFiles(file);
  await expect(page.getByRole('heading', { level: 1, name: doc.title })).toBeVisible();
});

for (const [what, text, says] of [
  ['is not JSON', '{', 'It is not JSON'],
  ['has a dangling link', '{"version":1,"title":"x","seed":1,"nodes":[],"links":[{"id":"l","kind":"bind","from":"a","to":"b"}]}', 'names no node'],
  ['carries __proto__', '{"version":1,"title":"x","seed":1,"nodes":[],"links":[],"__proto__":{"a":1}}', '"__proto__" is not known here'],
  ['has 10 MB', `{"version":1,"title":"${'x'.repeat(10_000_000)}"}`, 'a scenario has at most 1000000'],
] as const) {
  test(`a file that ${what} gives a sentence, and nothing is lost`, async ({ page }) => {
    await openPaused(page);
    const chooser = page.waitForEvent('filechooser');
    await page.keyboard.press('Control+o');
    await (await chooser).setFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await expect(page.getByText(says).first()).toBeVisible();
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Order processing' })).toBeVisible();
  });
}

test('an edit survives that the tab is closed', async ({ page, context }) => {
  await openPaused(page);
  await page.getByRole('textbox', { name: 'Title' }).fill('Mine');
  await page.getByRole('textbox', { name: 'Title' }).press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Mine' })).toBeVisible();
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith('tailrace.draft.')));
  await page.close();
  const next = await context.newPage();
  await next.goto('./');
  await expect(next.getByRole('heading', { level: 1, name: 'Mine' })).toBeVisible();
});
