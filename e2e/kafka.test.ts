import { expect, type Locator, type Page, test } from '@playwright/test';
import { add, choose, goTo, hash, inspector, node, openScenario, openTab, playButton } from './app.ts';

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

test('partitions are added: a lane each, and the findings say why the order broke', async ({ page }) => {
  await openScenario(page, 'Apache Kafka', 'Order lost when partitions are added');
  await goTo(page, 7);
  await expect(node(page, /^orders, Topic 2 partitions/)).toBeVisible();
  await goTo(page, 13);
  const orders = node(page, /^orders, Topic 5 partitions/);
  await expect(orders).toBeVisible();
  await expect(orders.locator('.lane')).toHaveCount(5);
  await expect(orders.locator('.lane').first()).toHaveAttribute('title', /Partition 0: leader is broker \d, in sync .* high watermark \d+; shipping is at \d+, read by shipping\/\d/);
  await expect(await openTab(page, 'Findings')).toContainText('Messages of the key lie in two partitions');
  const then = await hash(page);
  await goTo(page, 5);
  await goTo(page, 13);
  expect(await hash(page)).toBe(then);
});
test('a Kafka topic is wired by mouse, and works beside RabbitMQ on one canvas', async ({ page }) => {
  await page.goto('./');
  await choose(page, 'New');
  await add(page, 'Clients', 'Producer');
  await add(page, 'Apache Kafka', 'Topic');
  await add(page, 'RabbitMQ', 'Queue');
  for (let n = 0; n < 2; n++) await add(page, 'Clients', 'Consumer');
  await page.getByRole('button', { name: 'Fit everything' }).click();
  await expect(node(page, /^consumer-2/)).toBeVisible();
  const [producer, topic, queue, one, two] = ['producer-1', 'topic-1', 'queue-1', 'consumer-1', 'consumer-2'].map((id) => node(page, new RegExp(`^${id}`))) as [Locator, Locator, Locator, Locator, Locator];
  await pull(page, producer, topic);
  await expect(inspector(page)).toContainText('max.in.flight.requests.per.connection');
  await pull(page, producer, queue);
  await expect(inspector(page)).toContainText('mandatory');
  await pull(page, topic, one);
  await expect(inspector(page).getByRole('textbox', { name: 'group.id' })).toHaveValue('consumer-1');
  await pull(page, queue, two);
  await expect(inspector(page)).toContainText('prefetch');
  if (await playButton(page).isVisible()) await playButton(page).click();
  const text = await openTab(page, 'As text');
  for (const consumer of ['consumer-1', 'consumer-2']) await expect(text.getByRole('row', { name: new RegExp(`^${consumer} `) })).toContainText(/processed [1-9]/, { timeout: 30_000 });
});
