/** What the page sees of a simulation at one moment: places, findings, marks, verdicts, series. Bounded, whatever the run. */
import { micros } from '../base/time.ts';
import type { Look } from '../brokers/contract.ts';
import { isReader } from '../clients/client.ts';
import { number } from '../clients/look.ts';
import type { FoundEvidence } from '../checks/judge.ts';
import { tell, type Telling } from '../checks/tell.ts';
import type { Messages } from '../history/messages.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import { type Scenario, type ScenarioNode, type TimelineEntry, titleOf } from '../scenario/document.ts';
import { isEdit } from '../scenario/edits.ts';
import type { Cell, Finding, Gauge, Lane, Mark, PlaceView, Series, Verdict } from './view.ts';
import type { Run } from './run.ts';
import { loadOf } from './theory.ts';

/** Cells per lane that are sent; the page shows how many fit. */
const CELLS = 14;

export function placesOf(run: Run): PlaceView[] {
  const { simulation, meter } = run;
  const { effective: doc, messages, now } = simulation;
  const growth = (place: string) => meter.rate(place, 'in', now) - meter.rate(place, 'out', now);
  return doc.nodes.map((node): PlaceView => {
    const client = simulation.client(node.id);
    if (client) return withTheory(run, viewOf(client.look(CELLS, meter.rate(node.id, isReader(client) ? 'out' : 'in', now)), node, messages, growth));
    for (const room of simulation.rooms.values()) {
      const look = room.look(node.id, CELLS);
      if (look) return viewOf(look, node, messages, growth);
    }
    return { id: node.id, lanes: [], gauges: [] };
  });
}
/** Beside the measured utilisation that which theory predicts. */
function withTheory(run: Run, view: PlaceView): PlaceView {
  const at = view.gauges.findIndex((g) => g.name === 'utilisation');
  const load = at < 0 ? null : loadOf(run, view.id);
  return load === null ? view : { ...view, gauges: view.gauges.toSpliced(at + 1, 0, { name: 'predicted', value: load.predicted.toFixed(2), minor: true }) };
}
function cell(messages: Messages, message: number, state: Cell['state'], more: { readonly redelivered?: boolean; readonly duplicate?: boolean } = {}): Cell {
  return { message, key: messages.key(message), seq: messages.seq(message), state, ...(more.redelivered ? { redelivered: true } : {}), ...(more.duplicate ? { duplicate: true } : {}) };
}
/** Of what was done lately: marks what came after a later one of its key. */
function disordered(cells: readonly Cell[]): Cell[] {
  const latest = new Map<number, number>();
  return cells.map((c) => {
    const before = latest.get(c.key) ?? c.seq;
    latest.set(c.key, Math.max(before, c.seq));
    return c.seq < before ? { ...c, disordered: true } : c;
  });
}
function viewOf(look: Look, node: ScenarioNode, messages: Messages, growthOf: (place: string) => number): PlaceView {
  const lanes = look.lanes.map((lane): Lane => {
    const cells = lane.cells.map((c) => cell(messages, c.message, c.state, c));
    return { ...lane, cells: lane.past ? disordered(cells) : cells };
  });
  const gauges = look.gauges.map(({ of, ...gauge }): Gauge => {
    const growth = of === undefined ? 0 : growthOf(of);
    return growth >= 0.5 ? { ...gauge, value: `${gauge.value} ↑ ${number(growth)}/s`, tone: 'warn' } : gauge;
  });
  return { id: node.id, lanes, gauges, ...(look.health === undefined ? {} : { health: look.health }), ...(look.tone === undefined ? {} : { tone: look.tone }) };
}

/** What was told of a finding is told until the document is another: pictures come ten times a second, and finding the words for 500 takes longer than the rest. */
const told = new WeakMap<Scenario, WeakMap<FoundEvidence, Finding>>();
export function findingsOf({ judge, simulation }: Run, catalog: Catalog): Finding[] {
  const telling: Telling = { catalog, document: simulation.effective, messages: simulation.messages };
  let known = told.get(telling.document);
  if (!known) told.set(telling.document, (known = new WeakMap()));
  return judge.findings.map((f): Finding => {
    const before = known.get(f);
    if (before) return before;
    const finding: Finding = { id: f.id, check: f.check, at: f.at, place: f.place, severity: f.severity, ...(f.message === undefined ? {} : { message: f.message }), ...tell(f, telling) };
    known.set(f, finding);
    return finding;
  });
}
export function verdictsOf({ judge, simulation }: Run, catalog: Catalog): Verdict[] {
  const telling: Telling = { catalog, document: simulation.effective, messages: simulation.messages };
  return judge.verdicts().map(({ invariant, verdict, evidence }): Verdict => {
    const says = evidence ? tell(evidence, telling).title : verdict === 'holds' ? 'Nothing spoke against it.' : 'Not yet: judged when the run has drained.';
    return { check: invariant.check, ...(invariant.on === undefined ? {} : { on: invariant.on }), verdict, says };
  });
}
/** Marks of the whole timeline of a document, what lies ahead included. */
export function marksOf(doc: Scenario, catalog: Catalog): Mark[] {
  const entries = doc.timeline ?? [];
  return entries.map((entry, i): Mark => {
    const at = micros(entry.at);
    const on = nameOf(doc, entry.on);
    if (isEdit(entry)) return { at, label: editLabel(entry, on), tone: 'note' };
    const action = catalog.action(entry.do);
    const end = entries.slice(i + 1).find((later) => later.on === entry.on && later.do === action?.undoneBy);
    const label = action ? action.title.replaceAll('{on}', on) : `${entry.do.replaceAll('-', ' ')} ${on}`;
    return { at, label, tone: action?.tone ?? 'bad', ...(end ? { until: micros(end.at) } : {}) };
  });
}
/** A node by its title, a link by its ends. */
function nameOf(doc: Scenario, address: string): string {
  const link = doc.links.find((l) => l.id === address);
  return link ? `${titleOf(doc, link.from)} → ${titleOf(doc, link.to)}` : titleOf(doc, address);
}
function editLabel({ do: todo, with: change = {} }: TimelineEntry, on: string): string {
  if (todo === 'set')
    return Object.entries(change)
      .map(([name, value]) => `${name} of ${on}: ${value === null ? 'default' : typeof value === 'object' ? '…' : String(value)}`)
      .join(', ');
  const verb = todo.startsWith('add') ? 'Add' : todo.startsWith('remove') ? 'Remove' : 'Rename';
  return `${verb} ${on}`;
}
export function seriesOf({ meter }: Run): Series {
  return meter.seriesNow();
}
