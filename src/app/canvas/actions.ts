/** What a person can do on the canvas, by mouse, key or command: each is one named edit and one undo step. */
import { catalog } from '../../catalog.ts';
import type { Scenario, ScenarioNode } from '../../scenario/document.ts';
import type { Edit } from '../../scenario/edits.ts';
import { useDocument } from '../store/document.ts';
import { effectiveNow } from '../store/effective.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { boxesOf } from './geometry.ts';

/** What a palette button carries while it is dragged. */
export const DRAG_KIND = 'application/x-tailrace-kind';

let showAll: () => void = () => undefined;
let toCanvas: (x: number, y: number) => { x: number; y: number } = (x, y) => ({ x, y });
/** The canvas tells how it fits its view, and where a point of the window lies on it. */
export function connectView(how: { showAll: () => void; toCanvas: typeof toCanvas }): void {
  showAll = how.showAll;
  toCanvas = how.toCanvas;
}
export function fitView(): void {
  showAll();
}
/** Where a point of the window lies on the canvas. */
export const pointAt = (at: { readonly x: number; readonly y: number }) => toCanvas(at.x, at.y);
export type Layout = Record<string, readonly number[]>;
/** An edit of the document at the moment that is shown. */
export const edit = (label: string, edits: readonly Edit[], layout?: Layout) => useDocument.getState().edit(label, edits, useSession.getState().now, layout);
/** Positions alone. */
export const place = (label: string, positions: Layout) => useDocument.getState().change(label, { layout: { ...useDocument.getState().doc.layout, ...positions } });

/** An id that is not taken, now or at the start. */
export function freshId(doc: Scenario, stem: string): string {
  const taken = new Set([...doc.nodes.map((n) => n.id), ...doc.links.map((l) => l.id), ...useDocument.getState().doc.nodes.map((n) => n.id)]);
  for (let n = 1; ; n++) if (!taken.has(`${stem}-${n}`)) return `${stem}-${n}`;
}
/** Wires two nodes, or says why not. A queue dragged to an exchange names it as its dead-letter exchange. */
export function connect(from: string, to: string): string | null {
  const doc = effectiveNow();
  const a = doc.nodes.find((n) => n.id === from);
  const b = doc.nodes.find((n) => n.id === to);
  if (!a || !b) return 'There is nothing to wire.';
  const wire = catalog.wire(a, b);
  if (typeof wire !== 'string') {
    if (!wire.many && doc.links.some((l) => l.from === from && l.to === to)) return 'They are wired already.';
    const config = wire.begins?.(a, b);
    const id = freshId(doc, wire.kind);
    edit(`${wire.title} ${from} → ${to}`, [{ do: 'add-link', on: id, with: { kind: wire.kind, from, to, ...(config ? { config } : {}) } }]);
    useView.getState().select([id]);
    return null;
  }
  const derived = derivedBetween(a, b);
  if (!derived) return wire;
  edit(`${derived.title} of ${from}`, [{ do: 'set', on: from, with: { [derived.field]: String(b.config?.['name'] ?? b.id) } }]);
  return null;
}
/** Which setting a wire between the two would write, in words; null where it writes none. */
export function writes(from: ScenarioNode, to: ScenarioNode): string | null {
  const wire = typeof catalog.wire(from, to) === 'string' ? derivedBetween(from, to) : undefined;
  return wire ? `Writes ${wire.field} of ${from.title ?? from.id}: ${wire.title}.` : null;
}
const derivedBetween = (from: ScenarioNode, to: ScenarioNode) => catalog.rooms.flatMap((r) => r.derived).find((d) => d.from === from.kind && d.to === to.kind && from.parent === to.parent);
/** Why the two cannot be wired, or null when they can. */
export function whyNot(from: ScenarioNode, to: ScenarioNode): string | null {
  const wire = catalog.wire(from, to);
  if (typeof wire !== 'string') return null;
  return derivedBetween(from, to) ? null : wire;
}
export function resizeTo(id: string, { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }): void {
  place(`Resize ${id}`, { [id]: [x, y, width, height].map(Math.round) });
}
/** Positions of nodes; what lies in a container moves with it. */
export function moveTo(label: string, positions: Readonly<Record<string, readonly [number, number] | readonly number[]>>): void {
  const doc = effectiveNow();
  const boxes = boxesOf(doc, catalog);
  const out: Layout = {};
  for (const [id, [x = 0, y = 0]] of Object.entries(positions)) {
    const box = boxes.get(id);
    if (!box) continue;
    out[id] = box.container ? [round(x), round(y), box.w, box.h] : [round(x), round(y)];
    if (!box.container) continue;
    for (const child of doc.nodes.filter((n) => n.parent === id && positions[n.id] === undefined)) {
      const b = boxes.get(child.id);
      if (b) out[child.id] = [round(b.x + x - box.x), round(b.y + y - box.y)];
    }
  }
  if (Object.keys(out).length > 0) place(label, out);
}
const round = (n: number) => Math.round(n);
