/** A new node: where it goes, and what it lies in. Loaded when somebody can add one. */
import { catalog } from '../../catalog.ts';
import type { Edit } from '../../scenario/edits.ts';
import { effectiveNow } from '../store/effective.ts';
import { useView } from '../store/view.ts';
import { edit, fitView, freshId, type Layout, pointAt } from './actions.ts';
import { boxesOf } from './geometry.ts';

/** @param at a point of the window; without it a free spot is found. @returns the new node's id */
export function addNode(kind: string, at?: { readonly x: number; readonly y: number }): string | undefined {
  const descriptor = catalog.node(kind);
  if (!descriptor) return undefined;
  const doc = effectiveNow();
  const boxes = boxesOf(doc, catalog);
  const point = at ? pointAt(at) : undefined;
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
  if (!point) requestAnimationFrame(() => fitView());
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
