import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalog, rulesOf } from '../catalog.ts';
import { isRecorded, proofOf, proofText } from '../scenario/proof.ts';
import { rulesPage } from './rules-page.ts';

interface Case {
  readonly broker: string;
  readonly name: string;
  readonly source?: string;
}
const files = (folder: string, ends: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ends));
const recorded = new Set(
  files('conformance/cases', '.json')
    .map((name) => JSON.parse(readFileSync(`conformance/cases/${name}`, 'utf8')) as Case)
    .filter((one) => one.source !== 'documentation')
    .map((one) => one.name),
);
const brokers = catalog.rooms.filter((room) => room.versions !== undefined);

it('docs/rules.md says what the models keep to (npx tsx scripts/write-rules.ts)', async () => {
  expect(await rulesPage()).toBe(readFileSync('docs/rules.md', 'utf8'));
});
it.each(brokers)('$title has rules, each with an address and a name of its own; no list of rules is forgotten', async ({ id }) => {
  const rules = Object.values(await rulesOf(id));
  expect(rules.filter(({ source }) => !source.startsWith('https://'))).toEqual([]);
  const written = files(`src/brokers/${id}`, 'rules.ts').reduce((sum, name) => sum + (readFileSync(`src/brokers/${id}/${name}`, 'utf8').match(/^ {2}[A-Z]+\d+: \{/gm)?.length ?? 0), 0);
  expect(rules.length).toBeGreaterThan(0);
  expect(rules.length).toBe(written);
});
it.each(brokers)('what is said to be recorded of $title is a recording of a real broker', async ({ id }) => {
  const named = Object.values(await rulesOf(id)).flatMap((rule) => rule.recorded ?? []);
  expect(named.filter((name) => !recorded.has(name))).toEqual([]);
});
it('a rule with a recording counts as recorded, any other as documented', () => {
  const rules = { A1: { name: 'a', says: 'A.', source: 'https://a', recorded: ['case'] }, A2: { name: 'b', says: 'B.', source: 'https://b', recorded: [] }, A3: { name: 'c', says: 'C.', source: 'https://c' } };
  expect(Object.values(rules).map(isRecorded)).toEqual([true, false, false]);
  expect(proofText(proofOf(rules, { simplifications: ['one'] }))).toBe('3 rules: 1 recorded on a real broker, 2 documented; 1 simplification');
});
