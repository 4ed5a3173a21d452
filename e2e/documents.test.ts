import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { command, hash, inspector, node, openPaused, pauseButton, playButton } from './app.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const rateField = (page: Page) => inspector(page).getByRole('textbox', { name: /^rate/i });

async function setRate(page: Page, rate: string): Promise<void> {
  await command(page, 'Select Order service');
  await rateField(page).fill(rate);
  await rateField(page).press('Enter');
  await expect(node(page, `Order service, Producer ${rate}/s`)).toBeVisible();
}
async function save(page: Page): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+s')]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}
async function openAs(page: Page, name: string, text: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')]);
  await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
}
async function drop(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([n, t]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([t as string], n as string, { type: 'application/json' }));
      return transfer;
    },
    [name, text],
  );
  const canvas = page.getByRole('main', { name: 'Canvas' });
  await canvas.dispatchEvent('dragover', { dataTransfer: data });
  await canvas.dispatchEvent('drop', { dataTransfer: data });
}

test('a scenario is saved as a file, opened again and dropped in', async ({ page }) => {
  await openPaused(page);
  await page.keyboard.press('Escape');
  const { name, text } = await save(page);
  expect(name).toBe('order-processing.tailrace.json');
  expect(JSON.parse(text)).toMatchObject({ version: 1, title: 'Order processing', seed: 42 });

  await openAs(page, 'mine.json', text.replaceAll('Order processing', 'Out of a file'));
  await expect(heading(page, 'Out of a file')).toBeVisible();
  await expect(pauseButton(page)).toBeVisible();

  await drop(page, 'yours.json', text.replaceAll('Order processing', 'Dropped in'));
  await expect(heading(page, 'Dropped in')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await expect(heading(page, 'Out of a file')).toBeVisible();
});

test('what is saved and opened again is the same run', async ({ page }) => {
  await openPaused(page);
  await page.getByRole('slider', { name: 'Moment of the run' }).press('Home');
  await setRate(page, '33');
  const end = page.getByRole('slider', { name: 'Moment of the run' });
  const at5 = async () => {
    await end.press('Home');
    await expect(end).toHaveAttribute('aria-valuenow', '0');
    for (let s = 1; s <= 5; s++) await end.press('ArrowRight');
    await expect(page.getByRole('timer')).toHaveText('00:05.000');
    return hash(page);
  };
  const before = await at5();
  const { text } = await save(page);
  await openAs(page, 'same.json', text);
  await pauseButton(page).click();
  await expect(playButton(page)).toBeVisible();
  expect(await at5()).toBe(before);
});

for (const [what, name, text, says] of [
  ['that is not JSON', 'broken.json', '{"version": 1, ', 'It is not JSON'],
  ['with mistakes', 'wrong.json', '{"version":1,"title":"x","seed":1,"nodes":[{"id":"a","kind":"teapot"}],"links":[]}', 'teapot'],
  ['that is too long', 'long.json', ' '.repeat(1_200_000), 'at most 1000000'],
] as const) {
  test(`a file ${what} gives a sentence, and nothing is lost`, async ({ page }) => {
    await openPaused(page);
    await setRate(page, '44');
    await drop(page, name, text);
    await expect(page.getByRole('listitem').filter({ hasText: says })).toBeVisible();
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await expect(node(page, 'Order service, Producer 44/s')).toBeVisible();
  });
}

test('an edit survives a reload', async ({ page }) => {
  await openPaused(page);
  await setRate(page, '77');
  const kept = () => page.evaluate(() => Object.values(localStorage).some((v) => String(v).includes('77')));
  await expect.poll(kept, { timeout: 500, intervals: [50] }).toBe(true);
  await page.reload();
  await expect(node(page, 'Order service, Producer 77/s')).toBeVisible();
});

test('an edit survives a page that is closed at once, and the moment with it', async ({ page, context }) => {
  await openPaused(page);
  await setRate(page, '78');
  const moment = await page.getByRole('timer').innerText();
  await page.close({ runBeforeUnload: true });
  const again = await context.newPage();
  await again.goto('./');
  await expect(node(again, 'Order service, Producer 78/s')).toBeVisible();
  await expect(again.getByRole('timer')).toHaveText(moment);
});
