/** What the tests have in common: how a person finds the parts of the page. */
import { expect, type Locator, type Page } from '@playwright/test';

export const node = (page: Page, name: string | RegExp): Locator => page.getByRole('application', { name: 'Topology' }).getByRole('group', { name });
export const inspector = (page: Page): Locator => page.getByRole('complementary', { name: 'Inspector' });
export const timeline = (page: Page): Locator => page.getByRole('slider', { name: 'Moment of the run' });
export const playButton = (page: Page): Locator => page.getByRole('button', { name: 'Play', exact: true });
export const pauseButton = (page: Page): Locator => page.getByRole('button', { name: 'Pause', exact: true });
export const dock = (page: Page, tab: 'Findings' | 'Messages' | 'As text'): Locator => page.getByRole('tabpanel', { name: tab });

export async function openTab(page: Page, tab: 'Findings' | 'Messages' | 'As text'): Promise<Locator> {
  await page.getByRole('tab', { name: tab }).click();
  return dock(page, tab);
}
/** The opening scenario, standing still at its start. */
export async function openPaused(page: Page, address = './'): Promise<void> {
  await page.goto(address);
  await pauseButton(page).click();
  await expect(playButton(page)).toBeVisible();
}
export async function choose(page: Page, item: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}
export async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Command' });
  await expect(field).toBeFocused();
  await page.keyboard.type(words);
  await expect(page.getByRole('option').first()).toContainText(words);
  await page.keyboard.press('Enter');
  await expect(field).toBeHidden();
}
/** Moves the playhead by the keys of the timeline, in whole seconds from the start. */
export async function goTo(page: Page, seconds: number): Promise<void> {
  await timeline(page).press('Home');
  await expect(timeline(page)).toHaveAttribute('aria-valuenow', '0');
  for (let s = 0; s < Math.floor(seconds / 10); s++) await step(page, 'PageDown', (s + 1) * 10);
  for (let s = Math.floor(seconds / 10) * 10; s < seconds; s++) await step(page, 'ArrowRight', s + 1);
}
async function step(page: Page, key: string, to: number): Promise<void> {
  await timeline(page).press(key);
  await expect(timeline(page)).toHaveAttribute('aria-valuenow', String(to));
}
/** Rows of the text view: place, state, numbers, messages. */
export async function numbers(page: Page): Promise<string[]> {
  const rows = (await openTab(page, 'As text')).getByRole('row');
  await expect(rows.nth(1)).toBeVisible();
  return rows.allInnerTexts();
}
/** What the run report says about the history: how far, and its hash. */
export async function hash(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  const report = page.getByRole('dialog', { name: 'Run report' });
  const line = report.getByText(/history [0-9a-f]+/);
  await expect(line).toBeVisible();
  const text = await line.innerText();
  await page.keyboard.press('Escape');
  await expect(report).toBeHidden();
  return text;
}
export const palette = (page: Page): Locator => page.getByRole('navigation', { name: 'Gallery and palette' });

/** Unfolds what lies in the left panel under a heading, if it is folded. */
async function unfold(page: Page, heading: string | RegExp): Promise<Locator> {
  const fold = palette(page)
    .locator('details')
    .filter({ has: page.locator('> summary', { hasText: heading }) });
  if ((await fold.getAttribute('open')) === null) await fold.locator('> summary').click({ position: { x: 8, y: 8 } });
  return fold;
}
/** Opens a scenario of the gallery, standing still. */
export async function openScenario(page: Page, broker: string, title: string): Promise<void> {
  await openPaused(page);
  await palette(page).getByRole('tab', { name: 'Gallery' }).click();
  const shelf = await unfold(page, new RegExp(`^${broker} \\d+$`));
  await shelf.getByRole('button', { name: new RegExp(title) }).click();
  await expect(pauseButton(page)).toBeVisible();
  await pauseButton(page).click();
}
/** Puts a node on the canvas from the palette of its broker. */
export async function add(page: Page, room: string, kind: string): Promise<void> {
  await palette(page).getByRole('tab', { name: 'Add' }).click();
  const fold = palette(page)
    .locator('.palette-room details')
    .filter({ has: page.locator('> summary', { hasText: room }) });
  const button = fold.getByRole('button', { name: kind, exact: true });
  // At the very edge of the panel the handle that resizes it would hear the click.
  await expect(async () => {
    if (!(await fold.isVisible())) await unfold(page, 'More brokers');
    await fold.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    if ((await fold.getAttribute('open')) === null) await fold.locator('> summary').click({ position: { x: 8, y: 8 } });
    await button.click({ timeout: 2000 });
  }).toPass();
}
