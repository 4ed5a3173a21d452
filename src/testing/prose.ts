/** Everything that the gallery's runs find, in sentences, one of a kind: for a person to read through. */
import { clockText } from '../base/time.ts';
import { loadModels } from '../brokers/models.ts';
import { catalog } from '../catalog.ts';
import { gallery } from '../gallery/index.ts';
import { familyOf } from '../scenario/document.ts';
import { findingsOf, verdictsOf } from '../simulation/picture.ts';
import { type Run, startRun } from '../simulation/run.ts';
import type { Finding } from '../simulation/view.ts';

const HEAD = `# What the gallery finds

Every scenario of the gallery, run to its end; of each kind of finding with the same cause the first. This page is generated: \`npx tsx scripts/write-findings.ts\`.
`;
export async function findingsProse(): Promise<string> {
  const parts = [HEAD];
  for (const { title, load } of gallery) {
    const scenario = await load();
    const run = startRun(scenario, await loadModels(scenario.nodes.map((n) => familyOf(n.kind))), catalog);
    const found = firstOfEachKind(run);
    const verdicts = verdictsOf(run, catalog).map((v) => `- *${v.verdict}*: ${catalog.checks.find((c) => c.name === v.check)?.title ?? v.check}${v.on === undefined ? '' : ` (${v.on})`}.`);
    parts.push(`## ${title}\n\n${scenario.description ?? ''}\n\n${found.map(sentence).join('\n')}\n\n${verdicts.join('\n')}\n`);
  }
  return parts.join('\n');
}
/** Runs it second by second, because a run keeps only its newest findings. */
function firstOfEachKind(run: Run): Finding[] {
  const kinds = new Map<string, Finding>();
  const { simulation } = run;
  let seen = -1;
  for (let at = 1e6; ; at += 1e6) {
    simulation.run(at);
    if (run.judge.last - 1 > seen) {
      for (const finding of findingsOf(run, catalog)) {
        if (finding.id <= seen) continue;
        const kind = `${finding.check} ${finding.place} ${finding.because.replace(/[\w/.-]*\d[\w/.:-]*/g, '#').slice(0, 160)}`;
        if (!kinds.has(kind)) kinds.set(kind, finding);
      }
      seen = run.judge.last - 1;
    }
    if (simulation.ended) return [...kinds.values()].slice(0, 24);
  }
}
function sentence({ at, title, because, remedy }: Finding): string {
  return `- ${clockText(at)} **${title}** ${because}${remedy === undefined ? '' : ` *${remedy}*`}`;
}
