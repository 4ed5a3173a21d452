import { expect, type Page, test } from '@playwright/test';
import { goTo, openPaused } from './app.ts';

/** The canvas as it is seen, its first frame settled. */
async function picture(page: Page, address: string): Promise<string> {
  await openPaused(page, address);
  await goTo(page, 6);
  await page.mouse.move(2, 2);
  // Flights of the last step land within half a second of wall time.
  await page.waitForTimeout(1500);
  return (await page.locator('.canvas').screenshot()).toString('base64');
}
/** Share of pixels that differ by more than a shade, 0..1. */
async function difference(page: Page, a: string, b: string): Promise<number> {
  await page.goto('about:blank');
  return page.evaluate(
    async ([one, other]) => {
      const pixels = async (base64: string | undefined) => {
        const image = new Image();
        image.src = `data:image/png;base64,${base64}`;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height).data;
      };
      const [p, q] = [await pixels(one), await pixels(other)];
      let differ = 0;
      for (let i = 0; i < p.length; i += 4) if (Math.abs((p[i] ?? 0) - (q[i] ?? 0)) + Math.abs((p[i + 1] ?? 0) - (q[i + 1] ?? 0)) + Math.abs((p[i + 2] ?? 0) - (q[i + 2] ?? 0)) > 60) differ++;
      return (differ * 4) / p.length;
    },
    [a, b],
  );
}

test('a painter on its own thread and one on the page draw the same', async ({ page }) => {
  const away = await picture(page, './');
  expect(page.workers().some((w) => w.url().includes('painter'))).toBe(true);
  const here = await picture(page, './?painter=main');
  expect(page.workers().some((w) => w.url().includes('painter'))).toBe(false);
  expect(await difference(page, away, here)).toBeLessThan(0.002);
});
test('where the painter does not come to life, the page paints', async ({ page }) => {
  const here = await picture(page, './?painter=main');
  await page.route('**/painter.worker*', (route) => route.fulfill({ contentType: 'text/javascript', body: 'throw new Error("no paint");' }));
  const without = await picture(page, './');
  expect(await difference(page, here, without)).toBeLessThan(0.002);
});
test('the cells are painted at all, and go with the view', async ({ page }) => {
  const before = await picture(page, './');
  await page.addStyleTag({ content: '.overlay { visibility: hidden; }' });
  const bare = (await page.locator('.canvas').screenshot()).toString('base64');
  await page.addStyleTag({ content: '.overlay { visibility: visible !important; }' });
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.waitForTimeout(600);
  const near = (await page.locator('.canvas').screenshot()).toString('base64');
  expect(await difference(page, before, bare)).toBeGreaterThan(0.003);
  expect(await difference(page, before, near)).toBeGreaterThan(0.01);
});
