/** What a person can do on the canvas, by mouse, key or command: each is one named edit and one undo step. */
import { catalog } from '../../catalog.ts';
import type { Scenario, ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
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
/** @param at a point of the window; without it a free spot is found. @returns the new node's id */
export function addNode(kind: string, at?: { readonly x: number; readonly y: number }): string | undefined {
  const descriptor = catalog.node(kind);
  if (!descriptor) return undefined;
  const doc = effectiveNow();
  const boxes = boxesOf(doc, catalog);
  const point = at ? toCanvas(at.x, at.y) : undefined;
  const edits: Edit[] = [];
  const positions: Layout = {};
  let parent: string | undefined;
  if (descriptor.parents) {
    const containers = doc.nodes.filter((n) => descriptor.parents?.includes(n.kind));
    const under = point && containers.find((c) => inside(boxes.get(c.id), point));
    const selected = useView.getState().selected[0];
    const chosen = under ?? containers.find((c) => c.id === selected || doc.nodes.some((n) => n.id === selected && n.parent === c.id)) ?? (point ? undefined : containers[0]);
    if (chosen) parent = chosen.id;
    else {
      const container = catalog.node(descriptor.parents[0] as string);
      parent = freshId(doc, container?.stem ?? 'cluster');
      edits.push({ do: 'add-node', on: parent, with: { kind: container?.kind } });
      const [x, y] = point ? [point.x - 60, point.y - 60] : freeSpot(boxes, 1);
      positions[parent] = [x, y, 320, 220];
    }
  }
  const id = freshId(doc, descriptor.stem);
  edits.push({ do: 'add-node', on: id, with: { kind, ...(parent === undefined ? {} : { parent }) } });
  const home = parent === undefined ? undefined : boxes.get(parent);
  const spot = point
    ? [point.x - 60, point.y - 20]
    : home
      ? freeIn(
          home,
          doc.nodes.flatMap((n) => (n.parent === parent ? (boxes.get(n.id) ?? []) : [])),
        )
      : parent !== undefined && positions[parent]
        ? [(positions[parent]?.[0] ?? 0) + 40, (positions[parent]?.[1] ?? 0) + 60]
        : freeSpot(boxes, kind === 'producer' ? 0 : 1);
  positions[id] = descriptor.container ? [...spot, 320, 220] : spot;
  edit(`Add ${descriptor.title.toLowerCase()}`, edits, positions);
  useView.getState().select([id]);
  if (!point) requestAnimationFrame(() => showAll());
  return id;
}
function inside(box: { x: number; y: number; w: number; h: number } | undefined, p: { x: number; y: number }): boolean {
  return box !== undefined && p.x >= box.x && p.x <= box.x + box.w && p.y >= box.y && p.y <= box.y + box.h;
}
interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
/** The first place in a container, row by row, where a node lies on no other; below all when it is full. */
function freeIn(home: Rect, others: readonly Rect[]): [number, number] {
  const [w, h] = [240, 100];
  for (let y = home.y + 50; y + h < home.y + home.h; y += 30) {
    for (let x = home.x + 40; x + w < home.x + home.w; x += 40) {
      if (!others.some((o) => x < o.x + o.w + 20 && o.x < x + w + 20 && y < o.y + o.h + 20 && o.y < y + h + 20)) return [x, y];
    }
  }
  return [home.x + 40, Math.max(home.y + 50, ...others.map((o) => o.y + o.h + 30))];
}
/** Left (0) or right (1) of everything. */
function freeSpot(boxes: ReadonlyMap<string, { x: number; y: number; w: number; h: number }>, side: 0 | 1): [number, number] {
  const all = [...boxes.values()];
  if (all.length === 0) return [0, 0];
  const column = side === 0 ? Math.min(...all.map((b) => b.x)) : Math.max(...all.map((b) => b.x + b.w)) + 60;
  const below = all.filter((b) => b.x < column + 230 && b.x + b.w > column);
  return [column, below.length === 0 ? Math.min(...all.map((b) => b.y)) : Math.max(...below.map((b) => b.y + b.h)) + 40];
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
  const derived = catalog.rooms.flatMap((r) => r.derived).find((d) => d.from === a.kind && d.to === b.kind && a.parent === b.parent);
  if (!derived) return wire;
  edit(`${derived.title} of ${from}`, [{ do: 'set', on: from, with: { [derived.field]: String(b.config?.['name'] ?? b.id) } }]);
  return null;
}
/** Why the two cannot be wired, or null when they can. */
export function whyNot(from: ScenarioNode, to: ScenarioNode): string | null {
  const wire = catalog.wire(from, to);
  if (typeof wire !== 'string') return null;
  const derived = catalog.rooms.flatMap((r) => r.derived).some((d) => d.from === from.kind && d.to === to.kind && from.parent === to.parent);
  return derived ? null : wire;
}
/** What was changed up to the playhead becomes how the scenario begins. */
export function makeThisTheStart(): void {
  const { now, seek } = useSession.getState();
  useDocument.getState().makeThisTheStart(now);
  seek(0);
}
export function resizeTo(id: string, { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }): void {
  place(`Resize ${id}`, { [id]: [x, y, width, height].map(Math.round) });
}
export function removeSelected(): void {
  const { selected } = useView.getState();
  const doc = effectiveNow();
  const edits: Edit[] = selected.flatMap((id): Edit[] => {
    if (doc.links.some((l) => l.id === id)) return [{ do: 'remove-link', on: id }];
    if (doc.nodes.some((n) => n.id === id)) return [{ do: 'remove-node', on: id }];
    const [field = '', node = ''] = id.split(':');
    return doc.nodes.some((n) => n.id === node) ? [{ do: 'set', on: node, with: { [field]: null } }] : [];
  });
  if (edits.length === 0) return;
  edit(`Delete ${selected.join(', ')}`, edits);
  useView.getState().select([]);
}
export function selectAll(): void {
  useView.getState().select(effectiveNow().nodes.map((n) => n.id));
}
/** @param by canvas units */
export function moveSelected(dx: number, dy: number): void {
  const boxes = boxesOf(effectiveNow(), catalog);
  moveTo('Move', Object.fromEntries(useView.getState().selected.flatMap((id) => (boxes.has(id) ? [[id, [(boxes.get(id)?.x ?? 0) + dx, (boxes.get(id)?.y ?? 0) + dy]]] : []))));
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

export interface Clip {
  readonly tailrace: 1;
  readonly nodes: readonly ScenarioNode[];
  readonly links: readonly ScenarioLink[];
  readonly layout: Layout;
}
export function copySelected(): string {
  const doc = effectiveNow();
  const chosen = new Set(useView.getState().selected);
  for (const n of doc.nodes) if (n.parent !== undefined && chosen.has(n.parent)) chosen.add(n.id);
  const boxes = boxesOf(doc, catalog);
  const nodes = doc.nodes.filter((n) => chosen.has(n.id));
  const layout = Object.fromEntries(nodes.map((n) => [n.id, [boxes.get(n.id)?.x ?? 0, boxes.get(n.id)?.y ?? 0]]));
  const clip: Clip = { tailrace: 1, nodes, links: doc.links.filter((l) => chosen.has(l.from) && chosen.has(l.to)), layout };
  return JSON.stringify(clip);
}
