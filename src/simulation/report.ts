/** The report of a run: what became of everything, and theory beside measurement where it applies. */
import { FATES, type Kind } from '../history/entries.ts';
import { meanWait } from '../metrics/queueing.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import type { ScenarioNode } from '../scenario/document.ts';
import { verdictsOf } from './picture.ts';
import type { Run } from './run.ts';
import { loadOf } from './theory.ts';
import type { Report } from './view.ts';

export function reportOf(run: Run, catalog: Catalog): Report {
  const { simulation, meter, judge } = run;
  const fates: Record<string, Record<string, number>> = {};
  for (const place of meter.allPlaces()) {
    const kinds = meter.totals(place);
    if (!kinds.enqueued) continue;
    const row: Record<string, number> = {};
    for (const [kind, change] of Object.entries(FATES)) {
      const n = kinds[kind as Kind] ?? 0;
      if (n > 0 && change.to !== 'pending' && change.to !== 'in flight') row[change.to] = n;
    }
    const { ready, unacked } = meter.waiting(place);
    if (ready > 0) row['pending'] = ready;
    if (unacked > 0) row['in flight'] = unacked;
    fates[place] = row;
  }
  return {
    until: simulation.now,
    hash: simulation.hash(),
    publications: meter.publicationTotals() as Record<string, number>,
    fates,
    findings: judge.totals,
    verdicts: verdictsOf(run, catalog),
    stages: [...meter.stages].map(([name, h]) => {
      const cut = name.indexOf(' ');
      return { place: name.slice(0, cut), stage: name.slice(cut + 1), count: h.count, p50: h.quantile(0.5) ?? 0, p90: h.quantile(0.9) ?? 0, p99: h.quantile(0.99) ?? 0, max: h.max, histogram: h.buckets() };
    }),
    theory: simulation.effective.nodes.flatMap((n) => theoryOf(run, n)),
  };
}
type Theory = Report['theory'][number];
function theoryOf(run: Run, node: ScenarioNode): Theory[] {
  const load = loadOf(run, node.id);
  if (!load) return [];
  const { rate, service, servers, measured, predicted } = load;
  const title = node.title ?? node.id;
  const rows: Theory[] = [{ place: title, quantity: 'utilisation', measured, predicted, note: `λ S / c with ${rate.toFixed(2)}/s, ${(service * 1000).toFixed(0)} ms and ${servers} slots` }];
  const wait = run.meter.stages.get(`${node.id} wait`);
  if (!wait || wait.count === 0) return rows;
  const why = reasonAgainst(run.simulation.effective.nodes, node, rate * service >= servers * 0.98);
  rows.push({ place: title, quantity: 'mean wait, s', measured: wait.sum / wait.count / 1e6, predicted: why === null ? meanWait(servers, rate, service) : null, note: why ?? "M/M/c; the links' latency comes on top" });
  return rows;
}
/** Why M/M/c says nothing here, or null when it does. */
function reasonAgainst(nodes: readonly ScenarioNode[], node: ScenarioNode, saturated: boolean): string | null {
  const config = node.config ?? {};
  if (nodes.some((n) => n.kind === 'producer' && n.config?.['arrivals'] !== 'poisson')) return 'M/M/c needs Poisson arrivals';
  const service = config['serviceTime'];
  if (typeof service !== 'object' || service === null || !('exponential' in service)) return 'M/M/c needs exponential service times';
  const failures = config['failures'] as { readonly rate?: number } | undefined;
  if ((failures?.rate ?? 0) > 0) return 'M/M/c knows no failures';
  return saturated ? 'the queue has no steady state: more comes than can be served' : null;
}
