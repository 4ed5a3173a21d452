import { expect, type Locator, type Page, test } from '@playwright/test';
import { goTo, hash, inspector, node, openPaused, openTab, pauseButton, playButton, timeline } from './app.ts';

const card = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"]`);
const wire = (page: Page, name: string): Locator => page.getByRole('application', { name: 'Topology' }).getByRole('group', { name });
const hint = (page: Page): Locator => page.locator('.hint[data-shown="true"]');

/** From the right dot of a node to the middle of another; the button stays down. */
async function pull(page: Page, from: string, to: string): Promise<void> {
  const start = await card(page, from).locator('.react-flow__handle.source').boundingBox();
  const end = await card(page, to).boundingBox();
  if (!start || !end) throw new Error(`${from} or ${to} is not shown`);
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 5 });
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 5 });
}

test('an illegal wire says why not while it is pulled', async ({ page }) => {
  await openPaused(page);
  await pull(page, 'inventory', 'shop');
  await expect(hint(page)).toHaveText('A producer is where messages begin: nothing leads into it.');
  await page.mouse.up();
  await expect(wire(page, 'Wire from inventory to shop')).toHaveCount(0);
});

test('a wire for dead letters writes a setting, says so, and goes with it', async ({ page }) => {
  await openPaused(page);
  await pull(page, 'inventory', 'dlx');
  await expect(hint(page)).toHaveText('Writes x-dead-letter-exchange of inventory: dead letters.');
  await page.mouse.up();
  const derived = wire(page, 'Derived wire from inventory to dlx');
  await expect(derived).toBeVisible();
  await derived.focus();
  await page.keyboard.press('Enter');
  await expect(inspector(page)).toContainText('x-dead-letter-exchange of inventory is “dlx”');
  await inspector(page).getByRole('button', { name: 'Settings of inventory' }).click();
  await expect(inspector(page).getByRole('textbox', { name: 'x-dead-letter-exchange' })).toHaveValue('dlx');
  await derived.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Delete');
  await expect(derived).toHaveCount(0);
  await expect(inspector(page)).toContainText('Select a node or a wire');
});

test('nodes in a frame are copied with what lies between them, and pasted', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openPaused(page);
  const [first, last] = [await card(page, 'pay').boundingBox(), await card(page, 'mail').boundingBox()];
  if (!first || !last) throw new Error('the consumers are not shown');
  await page.keyboard.down('Shift');
  await page.mouse.move(first.x - 4, first.y - 4);
  await page.mouse.down();
  await page.mouse.move(last.x + last.width - 8, last.y + last.height - 8, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect(inspector(page)).toContainText('3 nodes, 3 wires selected');
  const cards = page.locator('.react-flow__node-card');
  const before = await cards.count();
  await page.keyboard.press('Control+c');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('"tailrace":1');
  await page.keyboard.press('Control+v');
  await expect(cards).toHaveCount(before + 3);
  await page.keyboard.press('Control+z');
  await expect(cards).toHaveCount(before);
  await page.evaluate(() => navigator.clipboard.writeText(JSON.stringify({ tailrace: 1, nodes: [{ id: 'x', kind: 'producer', config: { rate: 'many' } }], links: [] })));
  await page.keyboard.press('Control+v');
  await expect(page.getByRole('status').filter({ hasText: 'Not pasted' })).toContainText('rate must be a number');
  await expect(cards).toHaveCount(before);
});

test('what prevents a duplicate is applied from its finding', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 8);
  const findings = await openTab(page, 'Findings');
  await findings.getByRole('button', { name: /duplicate effect/ }).click();
  await findings.getByRole('button', { name: 'How to prevent it' }).click();
  await findings.getByRole('button', { name: 'Set idempotency to inbox and run again' }).click();
  await expect(findings.getByRole('button', { name: /duplicate effect/ })).toHaveCount(0);
  // The filter went with what it filtered.
  await expect(findings.getByRole('listitem').first()).toBeVisible();
  await expect(page.getByRole('timer')).toHaveText('00:08.000');
});

test('a pointer on a chart shows its instant on the timeline, and the other way round', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 10);
  const charts = page.getByRole('region', { name: 'Charts' });
  const chart = charts.getByRole('img', { name: /^Waiting/ });
  await chart.hover();
  const label = page.locator('.timeline .hover');
  await expect(label).toHaveText(/^00:0\d\.\d{3}$/);
  const bar = await timeline(page).boundingBox();
  if (!bar) throw new Error('no timeline is shown');
  await page.mouse.move(bar.x + bar.width * 0.08, bar.y + bar.height / 2);
  for (const name of [/^Throughput/, /^Waiting/, /^Latency/, /^Redeliveries/]) {
    const cursor = charts.getByRole('img', { name }).locator('.u-cursor-x');
    await expect.poll(async () => (await cursor.boundingBox())?.x ?? 0).toBeGreaterThan(0);
    await expect(cursor).not.toHaveClass(/u-off/);
  }
});

test('who edits without a pause loses no more than half a second', async ({ page }) => {
  await openPaused(page);
  await card(page, 'mail').click();
  const writes = () => page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith('tailrace.draft.'))?.[1] ?? '');
  const seen = new Set<string>();
  const until = Date.now() + 2000;
  while (Date.now() < until) {
    await page.keyboard.press('Alt+ArrowRight');
    seen.add(await writes());
    await page.waitForTimeout(40);
  }
  expect(seen.size).toBeGreaterThan(3);
});

test('the report tells the fates in numbers, the latencies and the theory', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 10);
  await hash(page);
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  const report = page.getByRole('dialog', { name: 'Run report' });
  const fates = report.getByRole('table', { name: 'Copies by place and fate' });
  await expect(fates.getByRole('row', { name: /^payments \d/ })).toBeVisible();
  await expect(fates.getByRole('columnheader', { name: 'dead-lettered' })).toBeVisible();
  await expect(report.getByRole('row', { name: /^Payment service end to end/ })).toBeVisible();
  await expect(report.getByText('λ S / c', { exact: false }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(report).toBeHidden();
});

test('one steps by entries, by findings, and by what happens to one message', async ({ page }) => {
  await openPaused(page);
  await goTo(page, 3);
  const now = () => page.getByRole('timer').innerText();
  await page.getByRole('button', { name: 'Entry', exact: true }).click();
  await expect.poll(now).not.toBe('00:03.000');
  const before = await now();
  await page.getByRole('button', { name: 'Finding', exact: true }).click();
  await expect.poll(now).not.toBe(before);
  await (await openTab(page, 'Findings')).getByRole('button', { name: 'Follow the message' }).first().click();
  const life = page.getByRole('list', { name: 'Life of the message' }).getByRole('listitem');
  await expect(life.first()).toBeVisible();
  const lines = await life.count();
  await page.getByRole('button', { name: 'Message', exact: true }).click();
  await expect.poll(() => life.count()).toBeGreaterThan(lines);
  await expect(playButton(page)).toBeVisible();
  await expect(pauseButton(page)).toHaveCount(0);
  await expect(node(page, /^Payment service/)).toBeVisible();
});
