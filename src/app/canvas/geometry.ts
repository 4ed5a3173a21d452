/** Where everything lies, from the document alone: sizes never depend on what flows, so nothing jumps. Canvas units. */
import type { Catalog, Family, Shape } from '../../scenario/descriptor.ts';
import type { Scenario, ScenarioNode } from '../../scenario/document.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface NodeBox extends Box {
  readonly id: string;
  /** Left edge, centre line, width and size of the cells of each lane, relative to the box. */
  readonly lanes: readonly { readonly x: number; readonly y: number; readonly w: number; readonly scale: number }[];
  readonly container: boolean;
}
/** A cubic Bézier curve: start, two control points, end. */
export interface Curve {
  readonly points: readonly [number, number, number, number, number, number, number, number];
}
export interface Wire extends Curve {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly derived: boolean;
  readonly ports: Ports;
}
/** How far below the middle of its side a wire leaves one card, and how far it arrives at the other: two that begin at one card can be told apart. */
export type Ports = readonly [number, number];
const IN_THE_MIDDLE: Ports = [0, 0];
/** Between the ports of one side, at most. */
const PORT_GAP = 16;
export const HEADER = 33;
export const LANE = 25;
export const CELL = { w: 20, h: 17, gap: 3 };
const PAD = 10;
/** Below this zoom words are drawn larger than the rest. */
export const FAR = 0.8;
/** Below this one a card has its title and one of its numbers: nobody could read more. */
export const AFAR = 0.47;
/** More lanes than this are drawn small, without letters. */
const LARGE_LANES = 8;
const SMALL = 0.56;
const SHAPES: Readonly<Record<Family, Shape>> = {
  producer: { lanes: 1, labels: 0, width: 178 },
  consumer: { lanes: 1, labels: 44, width: 246 },
  router: { lanes: 0, labels: 0, width: 172 },
  queue: { lanes: 1, labels: 0, width: 236 },
  cluster: { lanes: 0, labels: 0, width: 300 },
};
function shapeOf(node: ScenarioNode, readers: number, catalog: Catalog): Shape {
  const descriptor = catalog.node(node.kind);
  return descriptor?.shape?.(node.config ?? {}, readers) ?? SHAPES[descriptor?.family ?? 'queue'];
}
/** By node: instances of the clients that it is wired to. */
function readersOf({ nodes, links }: Scenario, catalog: Catalog): ReadonlyMap<string, number> {
  const instances = new Map(nodes.filter(({ kind }) => catalog.node(kind)?.family === 'consumer').map(({ id, config }) => [id, Number(config?.['instances'] ?? 1)]));
  const readers = new Map<string, number>();
  for (const { from, to } of links) readers.set(from, (readers.get(from) ?? 0) + (instances.get(to) ?? 0));
  return readers;
}
/** Height of one lane of so many. */
export const laneHeight = (lanes: number): number => (lanes > LARGE_LANES ? Math.round(LANE * SMALL) : LANE);

export function boxesOf(doc: Scenario, catalog: Catalog): Map<string, NodeBox> {
  const out = new Map<string, NodeBox>();
  const readers = readersOf(doc, catalog);
  let free = 0;
  for (const node of doc.nodes) {
    if (catalog.node(node.kind)?.container) continue;
    const { lanes: count, labels, width, ends = 0 } = shapeOf(node, readers.get(node.id) ?? 0, catalog);
    const each = laneHeight(count);
    const h = HEADER + count * each + (count === 0 ? 30 : 32);
    const [x = 40 + (free % 4) * 260, y = 60 + Math.floor(free++ / 4) * 150] = doc.layout?.[node.id] ?? [];
    const left = PAD + labels;
    const lanes = Array.from({ length: count }, (_, i) => ({ x: left, y: HEADER + 4 + i * each + each / 2, w: width - left - PAD - ends, scale: each / LANE }));
    out.set(node.id, { id: node.id, x, y, w: width, h, lanes, container: false });
  }
  for (const node of doc.nodes) {
    if (!catalog.node(node.kind)?.container) continue;
    const inside = doc.nodes
      .filter((n) => n.parent === node.id)
      .map((n) => out.get(n.id))
      .filter((b) => b !== undefined);
    const [x = 40, y = 40, w = 300, h = 200] = doc.layout?.[node.id] ?? [];
    // A container always wraps what lies in it.
    const left = Math.min(x, ...inside.map((b) => b.x - 30));
    const top = Math.min(y, ...inside.map((b) => b.y - 40));
    const right = Math.max(x + w, ...inside.map((b) => b.x + b.w + 30));
    const bottom = Math.max(y + h, ...inside.map((b) => b.y + b.h + 30));
    out.set(node.id, { id: node.id, x: left, y: top, w: right - left, h: bottom - top, lanes: [], container: true });
  }
  return out;
}
export function curve(from: Box, to: Box, derived: boolean, [leaves, arrives] = IN_THE_MIDDLE): Curve {
  if (derived) {
    // Dead letters leave below: they must not be taken for the ordinary way.
    const x1 = from.x + from.w * 0.3;
    const y1 = from.y + from.h;
    const fromBelow = to.y > y1;
    const x2 = fromBelow ? to.x + to.w / 2 : to.x + to.w;
    const y2 = fromBelow ? to.y : to.y + to.h / 2;
    return { points: [x1, y1, x1, y1 + 50, x2 + (fromBelow ? 0 : 50), fromBelow ? y2 - 50 : y2, x2, y2] };
  }
  const x1 = from.x + from.w;
  const y1 = from.y + from.h / 2 + leaves;
  const x2 = to.x;
  const y2 = to.y + to.h / 2 + arrives;
  const reach = x2 >= x1 ? Math.max(30, (x2 - x1) / 2) : 60 + Math.sqrt(x1 - x2) * 4;
  return { points: [x1, y1, x1 + reach, y1, x2 - reach, y2, x2, y2] };
}
export function pathOf({ points: [a, b, c, d, e, f, g, h] }: Curve): string {
  return `M${a} ${b}C${c} ${d} ${e} ${f} ${g} ${h}`;
}
/** The point at `t`, 0..1. */
export function along({ points: [a, b, c, d, e, f, g, h] }: Curve, t: number): readonly [number, number] {
  const u = 1 - t;
  const [w0, w1, w2, w3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return [w0 * a + w1 * c + w2 * e + w3 * g, w0 * b + w1 * d + w2 * f + w3 * h];
}
/** By link, how far below the middle of a card's side it has its port: in the order of the cards at their other ends, so that none crosses another at once. */
function portsOf(links: Scenario['links'], boxes: ReadonlyMap<string, NodeBox>, here: 'from' | 'to', there: 'from' | 'to'): ReadonlyMap<string, number> {
  const sides = new Map<string, { readonly id: string; readonly y: number }[]>();
  for (const link of links) {
    const other = boxes.get(link[there]);
    const side = sides.get(link[here]) ?? [];
    if (other) side.push({ id: link.id, y: other.y + other.h / 2 });
    sides.set(link[here], side);
  }
  const out = new Map<string, number>();
  for (const [node, side] of sides) {
    const box = boxes.get(node);
    if (!box || side.length < 2) continue;
    const gap = Math.min(PORT_GAP, (box.h - 24) / side.length);
    side.sort((a, b) => a.y - b.y || (a.id < b.id ? -1 : 1)).forEach(({ id }, i) => out.set(id, (i - (side.length - 1) / 2) * gap));
  }
  return out;
}
/** Links, and wires that settings imply; the id of the latter is "setting:node". */
export function wiresOf(doc: Scenario, boxes: ReadonlyMap<string, NodeBox>, catalog: Catalog): Map<string, Wire> {
  const out = new Map<string, Wire>();
  const leaves = portsOf(doc.links, boxes, 'from', 'to');
  const arrives = portsOf(doc.links, boxes, 'to', 'from');
  const add = (id: string, from: string, to: string, derived: boolean) => {
    const a = boxes.get(from);
    const b = boxes.get(to);
    const ports: Ports = [leaves.get(id) ?? 0, arrives.get(id) ?? 0];
    if (a && b) out.set(id, { id, from, to, derived, ports, ...curve(a, b, derived, ports) });
  };
  for (const link of doc.links) add(link.id, link.from, link.to, false);
  for (const room of catalog.rooms) {
    for (const wire of room.derived) {
      for (const node of doc.nodes) {
        const name = node.config?.[wire.field];
        if (node.kind !== wire.from || typeof name !== 'string' || name === '') continue;
        const target = doc.nodes.find((n) => n.kind === wire.to && n.parent === node.parent && (n.config?.['name'] ?? n.id) === name);
        if (target) add(`${wire.field}:${node.id}`, node.id, target.id, true);
      }
    }
  }
  return out;
}
