import { expect, test } from '@playwright/test';

test('a first visit shows an effect that took place twice, and why', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (e) => errors.push(e.message));
  page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  await page.goto('./');
  await expect(page.getByRole('heading', { level: 1, name: 'Order processing' })).toBeVisible();
  const findings = page.getByRole('tabpanel', { name: 'Findings' });
  await expect(findings.getByRole('listitem').filter({ hasText: 'took effect twice' }).first()).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  expect(errors).toEqual([]);
});
