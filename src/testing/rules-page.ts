/** docs/rules.md: what each model keeps to, rule by rule. */
import { catalog, rulesOf } from '../catalog.ts';
import { isRecorded, proofOf, proofText, versionsText } from '../scenario/proof.ts';

const HEAD = `# What the models keep to

Rule by rule, with the page that states it. *Recorded*: a real broker was recorded doing it, in the cases named (\`conformance/cases\`). *Documented*: the page is the source. What a model makes simpler stands after its rules. This page is generated: \`npx tsx scripts/write-rules.ts\`.
`;
const plain = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('\n', ' ');

export async function rulesPage(): Promise<string> {
  const parts = [HEAD];
  for (const room of catalog.rooms) {
    const rules = await rulesOf(room.id);
    if (Object.keys(rules).length === 0) continue;
    const rows = Object.entries(rules).map(([number, rule]) => {
      const versions = versionsText(rule);
      const proof = isRecorded(rule) ? `recorded: ${rule.recorded?.join(', ')}` : 'documented';
      return `| ${number} | ${plain(rule.says)}${versions === '' ? '' : ` (${versions})`} | ${proof} | [source](${rule.source}) |`;
    });
    const simplified = room.simplifications.map((one) => `- ${plain(one)}`).join('\n');
    parts.push(`## ${room.title}\n\n${room.versions ?? ''}\n\n${proofText(proofOf(rules, room))}.\n\n| rule | what it says | proof | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n\nSimplified:\n\n${simplified}\n`);
  }
  return parts.join('\n');
}
