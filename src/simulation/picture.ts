/** What the page sees of a simulation at one moment: places, findings, marks, verdicts, series. Bounded, whatever the run. */
import { micros, spanText } from '../base/time.ts';
import type { Delivery, Look } from '../brokers/contract.ts';
import type { Consumer } from '../clients/consumer.ts';
import type { Producer } from '../clients/producer.ts';
import { tell, type Telling } from '../checks/tell.ts';
import { ENDINGS } from '../faults/door.ts';
import type { Messages } from '../history/messages.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import type { Scenario, ScenarioNode, TimelineEntry } from '../scenario/document.ts';
import { isEdit } from '../scenario/edits.ts';
import type { Cell, Finding, Gauge, Lane, Mark, PlaceView, Series, Verdict } from './view.ts';
import type { Run } from './run.ts';

/** Cells per lane that are sent; the page shows how many fit. */
const CELLS = 14;
const number = (n: number) => (n >= 100 ? String(Math.round(n)) : String(Math.round(n * 10) / 10));

export function placesOf({ simulation, meter }: Run): PlaceView[] {
  const { effective: doc, messages, now } = simulation;
  return doc.nodes.map((node): PlaceView => {
    const producer = simulation.producers.get(node.id);
    if (producer) return producerView(producer, node, messages, meter.rate(node.id, 'in', now));
    const consumer = simulation.consumers.get(node.id);
    if (consumer) return consumerView(consumer, node, messages, meter.rate(node.id, 'out', now), now);
    for (const room of simulation.rooms.values()) {
      const look = room.look(node.id, CELLS);
      if (look) return roomView(look, node, messages, (place) => meter.rate(place, 'in', now) - meter.rate(place, 'out', now));
    }
    return { id: node.id, lanes: [], gauges: [] };
  });
}
function cell(messages: Messages, message: number, state: Cell['state'], more: { readonly redelivered?: boolean; readonly duplicate?: boolean } = {}): Cell {
  return { message, key: messages.key(message), seq: messages.seq(message), state, ...(more.redelivered ? { redelivered: true } : {}), ...(more.duplicate ? { duplicate: true } : {}) };
}
function producerView(producer: Producer, node: ScenarioNode, messages: Messages, rate: number): PlaceView {
  const { counts, view } = producer;
  const gauges: Gauge[] = [
    { name: 'sent', value: String(counts.sent) },
    { name: 'confirmed', value: String(counts.confirmed) },
  ];
  if (counts.refused > 0) gauges.push({ name: 'refused', value: String(counts.refused), tone: 'bad' });
  if (counts.unknown > 0) gauges.push({ name: 'unknown', value: String(counts.unknown), tone: 'warn' });
  if (counts.returned > 0) gauges.push({ name: 'returned', value: String(counts.returned), tone: 'warn' });
  if (counts.shed > 0) gauges.push({ name: 'shed', value: String(counts.shed), tone: 'warn' });
  if (view.buffered > 0) gauges.push({ name: 'waiting', value: String(view.buffered), tone: 'warn' });
  const waiting = view.waiting.slice(0, CELLS);
  const newest: Cell[] = [];
  const index = producer.number;
  for (let m = messages.length - 1; m >= 0 && m > messages.length - 200 && newest.length < 8; m--) if (messages.producer(m) === index) newest.push(cell(messages, m, 'ready'));
  const lanes: Lane[] = view.buffered > 0 ? [{ cells: waiting.map((m) => cell(messages, m, 'held')), more: view.buffered - waiting.length }] : [{ cells: newest.reverse(), more: 0, past: true }];
  return { id: node.id, lanes, gauges, health: view.blocked ? 'held back' : `${number(rate)}/s`, ...(view.blocked ? { tone: 'warn' as const } : {}) };
}
function consumerView(consumer: Consumer, node: ScenarioNode, messages: Messages, rate: number, now: number): PlaceView {
  const { counts, instances, concurrency } = consumer;
  const lanes: Lane[] = instances.map((instance, i): Lane => {
    const label = consumer.name(i);
    if (!instance.up) return { label, cells: [], more: 0, tone: 'bad', note: instance.backAt > now ? `crashed, restarts in ${spanText(instance.backAt - now)}` : 'crashed' };
    const buffered: readonly Delivery[] = consumer.buffered(i);
    const work = instance.work.map((w) => cell(messages, w.delivery.message, 'ready', { redelivered: w.delivery.redelivered, duplicate: w.twice }));
    const held = buffered.slice(0, Math.max(0, CELLS - work.length)).map((d) => cell(messages, d.message, 'held', { redelivered: d.redelivered }));
    return { label, cells: [...work, ...held], more: buffered.length - held.length, busy: instance.work.length / concurrency, ...(instance.armed ? { note: `will ${instance.armed.replaceAll('-', ' ')}`, tone: 'warn' as const } : {}) };
  });
  const past = instances
    .flatMap((instance) => instance.past)
    .sort((a, b) => a.message - b.message)
    .slice(-10);
  lanes.push({ label: 'just processed', past: true, more: 0, cells: past.map((p) => cell(messages, p.message, 'ready', p)) });
  const up = instances.filter((i) => i.up).length;
  const working = instances.reduce((sum, i) => sum + i.work.length, 0);
  const full = up > 0 && working >= up * concurrency;
  const waits = instances.some((_, i) => consumer.buffered(i).length > 0);
  const utilisation = now > 0 ? consumer.busyTime() / (now * Math.max(1, instances.length * concurrency)) : 0;
  const gauges: Gauge[] = [
    { name: 'processed', value: String(counts.processed) },
    { name: 'in work', value: String(working) },
    { name: 'rate', value: `${number(rate)}/s` },
    { name: 'utilisation', value: utilisation.toFixed(2), ...(utilisation > 0.95 ? { tone: 'warn' as const } : {}) },
  ];
  if (counts.failed > 0) gauges.push({ name: 'failed', value: String(counts.failed), tone: 'warn' });
  if (counts.redelivered > 0) gauges.push({ name: 'redelivered', value: String(counts.redelivered), tone: 'warn' });
  const health =
    counts.duplicates > 0
      ? { health: `${counts.duplicates} duplicate${counts.duplicates === 1 ? '' : 's'}`, tone: 'bad' as const }
      : up < instances.length
        ? { health: `${up} of ${instances.length} up`, tone: 'bad' as const }
        : consumer.outage
          ? { health: 'dependency down', tone: 'bad' as const }
          : consumer.slowed !== 1
            ? { health: `slowed ×${consumer.slowed}`, tone: 'warn' as const }
            : full && waits
              ? { health: 'saturated', tone: 'warn' as const }
              : { health: `${number(rate)}/s` };
  return { id: node.id, lanes, gauges, ...health };
}
function roomView(look: Look, node: ScenarioNode, messages: Messages, growthOf: (place: string) => number): PlaceView {
  const lanes = look.lanes.map((lane): Lane => ({ ...lane, cells: lane.cells.map((c) => cell(messages, c.message, c.state, { redelivered: c.redelivered })) }));
  const gauges = look.gauges.map(({ of, ...gauge }): Gauge => {
    const growth = of === undefined ? 0 : growthOf(of);
    return growth >= 0.5 ? { ...gauge, value: `${gauge.value} ↑ ${number(growth)}/s`, tone: 'warn' } : gauge;
  });
  return { id: node.id, lanes, gauges, ...(look.health === undefined ? {} : { health: look.health }), ...(look.tone === undefined ? {} : { tone: look.tone }) };
}

export function findingsOf({ judge, simulation }: Run, catalog: Catalog): Finding[] {
  const telling: Telling = { catalog, document: simulation.effective, messages: simulation.messages };
  return judge.findings.map((f): Finding => ({ id: f.id, check: f.check, at: f.at, place: f.place, severity: f.severity, ...(f.message === undefined ? {} : { message: f.message }), ...tell(f, telling) }));
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
    if (isEdit(entry)) return { at, label: editLabel(entry), tone: 'note' };
    const action = catalog.action(entry.do);
    const end = entries.slice(i + 1).find((later) => later.on === entry.on && (ENDINGS[later.do] ?? []).includes(entry.do));
    const label = action ? action.title.replaceAll('{on}', entry.on) : `${entry.do.replaceAll('-', ' ')} ${entry.on}`;
    return { at, label, tone: action?.tone ?? (ENDINGS[entry.do] ? 'ok' : 'bad'), ...(end ? { until: micros(end.at) } : {}) };
  });
}
function editLabel({ do: todo, on, with: change = {} }: TimelineEntry): string {
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
