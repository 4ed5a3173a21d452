import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { loadModels } from '../src/brokers/models.ts';
import { catalog } from '../src/catalog.ts';
import { orderProcessing } from '../src/gallery/order-processing.ts';
import { startRun } from '../src/simulation/run.ts';
import { playButton } from './app.ts';

test.beforeEach(({ page }) => {
  page.on('pageerror', (error) => {
    throw error;
  });
});
async function inNode(until: number): Promise<string> {
  const { simulation } = startRun(orderProcessing, await loadModels(['rabbitmq']), catalog);
  simulation.run(until);
  return simulation.hash();
}
/** Seconds of the run's clock. */
async function clock(page: Page): Promise<number> {
  const [minutes = '0', seconds = '0'] = ((await page.getByRole('timer').textContent()) ?? '').trim().split(':');
  return Number(minutes) * 60 + Number(seconds);
}

test('the timeline goes back, and playing on gives the same history', async ({ page }) => {
  await page.goto('./');
  const slider = page.getByRole('slider', { name: 'Moment of the run' });
  await page.getByRole('button', { name: 'Pause' }).click({ timeout: 30_000 });
  const hash = async () => {
    await page.getByRole('button', { name: 'Report' }).click();
    const text =
      (await page
        .getByRole('dialog')
        .getByText(/history [0-9a-f]{16}/)
        .textContent()) ?? '';
    await page.keyboard.press('Escape');
    return /history ([0-9a-f]{16})/.exec(text)?.[1];
  };
  const goTo = async (seconds: number) => {
    await slider.focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < seconds; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => clock(page)).toBe(seconds);
  };
  await goTo(5);
  const first = await hash();
  expect(first, 'the browser tells the history that Node tells').toBe(await inNode(5e6));
  await goTo(9);
  expect(await hash()).not.toBe(first);
  await goTo(5);
  expect(await hash()).toBe(first);
});

test('the share link opens the same moment with the same history in a fresh profile', async ({ page, browser }) => {
  await page.goto('./');
  await expect.poll(() => clock(page)).toBeGreaterThan(2);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(playButton(page)).toBeVisible();
  const report = async (p: Page) => {
    await p.getByRole('button', { name: 'Report' }).click();
    return p
      .getByRole('dialog')
      .getByText(/history [0-9a-f]{16}/)
      .textContent();
  };
  const here = await report(page);
  await page.keyboard.press('Escape');
  // Once the report stands, the last frame before the pause has been overtaken.
  const moment = await clock(page);
  await page.getByRole('button', { name: 'Share link' }).click();
  const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect.poll(() => clock(other)).toBe(moment);
  expect(await report(other)).toBe(here);
});

for (const [what, fragment, says] of [
  ['cut off', '#s=1.7VbBbtswDP0V', 'damaged'],
  ['of another version', '#s=9.abc', 'another version'],
  ['too long', `#s=1.${'A'.repeat(40_000)}`, 'at most 32768'],
] as const) {
  test(`a link that is ${what} gives a sentence, not a blank page`, async ({ page }) => {
    await page.goto(`./${fragment}`);
    await expect(page.getByRole('heading', { name: 'This link cannot be opened' })).toBeVisible();
    await expect(page.getByText(says)).toBeVisible();
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await expect(page.getByRole('main', { name: 'Canvas' })).toBeVisible();
  });
}

for (const theme of ['dark', 'light'] as const) {
  test(`nothing serious for axe, ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.goto('./');
    await expect(page.getByText('delivered again').first()).toBeVisible();
    await page.getByRole('button', { name: 'Pause' }).click();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(
      violations
        .filter((v) => v.impact === 'serious' || v.impact === 'critical')
        .map(
          (v) =>
            `${v.id}: ${v.nodes
              .map((n) => n.target.join(' '))
              .slice(0, 5)
              .join(' | ')}`,
        ),
    ).toEqual([]);
  });
}
