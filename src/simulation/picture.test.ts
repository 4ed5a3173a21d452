import { expect, it } from 'vitest';
import type { FoundEvidence } from '../checks/judge.ts';
import type { Scenario } from '../scenario/document.ts';
import { noCatalog } from '../testing/toys/index.ts';
import { findingsOf } from './picture.ts';
import type { Run } from './run.ts';

it('a finding is told once for a document, and anew when the document is another', () => {
  const evidence: FoundEvidence = { id: 0, check: 'expired', at: 5, place: 'q', severity: 'warn', causes: [], facts: {}, count: 1 };
  const document = (title: string): Scenario => ({ version: 1, title: '', seed: 1, nodes: [{ id: 'q', kind: 'toy.queue', title }], links: [] });
  const seen = (effective: Scenario) => findingsOf({ judge: { findings: [evidence] }, simulation: { effective } } as unknown as Run, noCatalog)[0];
  const [orders, returns] = [document('orders'), document('returns')];
  expect(seen(orders)?.title).toContain('orders');
  expect(seen(orders)).toBe(seen(orders));
  expect(seen(returns)?.title).toContain('returns');
});
