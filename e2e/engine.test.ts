import { expect, type Page, test } from '@playwright/test';
import { command, goTo, hash, inspector, node, openPaused, pauseButton, playButton } from './app.ts';

async function engine(page: Page) {
  const worker = page.workers().find((w) => w.url().includes('engine.worker'));
  if (!worker) throw new Error('there is no engine');
  return worker;
}
const banner = (page: Page) => page.getByRole('alert').filter({ hasText: 'The engine stopped' });

async function setRate(page: Page): Promise<void> {
  await command(page, 'Select Order service');
  const rate = inspector(page).getByRole('textbox', { name: /^rate/i });
  await rate.fill('55');
  await rate.press('Enter');
  await expect(node(page, 'Order service, Producer 55/s')).toBeVisible();
}
async function expectReplay(page: Page, moment: string, then: string): Promise<void> {
  await expect(node(page, 'Order service, Producer 55/s')).toBeVisible();
  await page.getByRole('button', { name: 'Restart and replay to here' }).click();
  await expect(banner(page)).toBeHidden();
  await expect(page.getByRole('timer')).toHaveText(moment);
  // The moment stands there all the while; the replay takes its time.
  await expect.poll(() => hash(page)).toBe(then);
  await playButton(page).click();
  await expect(page.getByRole('timer')).not.toHaveText(moment);
  await pauseButton(page).click();
}

test('the engine throws: the document is safe, and the run is replayed to the same moment', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 4);
  await setRate(page);
  const [moment, then] = [await page.getByRole('timer').innerText(), await hash(page)];
  await (await engine(page)).evaluate(
    () =>
      void setTimeout(() => {
        throw new Error('out of memory');
      }, 0),
  );
  await expect(banner(page)).toContainText('out of memory');
  await expectReplay(page, moment, then);
});

test('the engine dies without a word: it is noticed, and the run is replayed to the same moment', async ({ page }) => {
  test.slow();
  await openPaused(page);
  await goTo(page, 4);
  await setRate(page);
  const [moment, then] = [await page.getByRole('timer').innerText(), await hash(page)];
  await (await engine(page)).evaluate(() => self.close()).catch(() => undefined);
  await expect(banner(page)).toContainText('does not answer', { timeout: 45_000 });
  await expectReplay(page, moment, then);
});

test('an edit made while no engine lives is in the replay', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 3);
  await (await engine(page)).evaluate(
    () =>
      void setTimeout(() => {
        throw new Error('gone');
      }, 0),
  );
  await expect(banner(page)).toBeVisible();
  await setRate(page);
  await page.getByRole('button', { name: 'Restart and replay to here' }).click();
  await expect(banner(page)).toBeHidden();
  await expect(node(page, 'Order service, Producer 55/s')).toBeVisible();
  await expect(page.getByRole('timer')).toHaveText('00:03.000');
});
