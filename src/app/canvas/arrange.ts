/** Putting nodes in order: in line, at equal gaps, or by their wires. Loaded when somebody can ask for it. */
import { catalog } from '../../catalog.ts';
import { effectiveNow } from '../store/effective.ts';
import { useView } from '../store/view.ts';
import { fitView, type Layout, moveTo, place } from './actions.ts';
import { boxesOf } from './geometry.ts';

export const ALIGNMENTS = ['left', 'centre', 'right', 'top', 'middle', 'bottom', 'spread across', 'spread down'] as const;

/** Puts the selected nodes in line, or at equal gaps between the first and the last. */
export function alignSelected(how: (typeof ALIGNMENTS)[number]): void {
  const all = boxesOf(effectiveNow(), catalog);
  const boxes = useView.getState().selected.flatMap((id) => all.get(id) ?? []);
  if (boxes.length < 2) return;
  const across = how === 'left' || how === 'centre' || how === 'right' || how === 'spread across';
  const spans = boxes.map((b) => ({ id: b.id, from: across ? b.x : b.y, size: across ? b.w : b.h, other: across ? b.y : b.x })).sort((a, b) => a.from - b.from);
  const [low, high] = [Math.min(...spans.map((s) => s.from)), Math.max(...spans.map((s) => s.from + s.size))];
  const gap = (high - low - spans.reduce((sum, s) => sum + s.size, 0)) / (spans.length - 1);
  let next = low;
  const to = new Map<string, number>();
  for (const { id, size } of spans) {
    const along = how.startsWith('spread') ? next : how === 'left' || how === 'top' ? low : how === 'right' || how === 'bottom' ? high - size : (low + high - size) / 2;
    to.set(id, along);
    next += size + gap;
  }
  moveTo(`Align ${how}`, Object.fromEntries(spans.map(({ id, other }) => [id, across ? [to.get(id) ?? 0, other] : [other, to.get(id) ?? 0]])));
}
/** From left to right along the wires; clusters keep their own together. */
export async function autoLayout(): Promise<void> {
  // Only who asks for it pays for it.
  const { default: dagre } = await import('@dagrejs/dagre');
  const doc = effectiveNow();
  const boxes = boxesOf(doc, catalog);
  const graph = new dagre.graphlib.Graph({ compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 36, ranksep: 70, marginx: 20, marginy: 40 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of doc.nodes) {
    const box = boxes.get(node.id);
    if (box) graph.setNode(node.id, box.container ? {} : { width: box.w, height: box.h });
  }
  for (const node of doc.nodes) if (node.parent !== undefined && boxes.has(node.parent)) graph.setParent(node.id, node.parent);
  for (const link of doc.links) graph.setEdge(link.from, link.to);
  dagre.layout(graph);
  const layout: Layout = {};
  for (const node of doc.nodes) {
    const box = boxes.get(node.id);
    const at = graph.node(node.id) as { x: number; y: number } | undefined;
    if (box && at && !box.container) layout[node.id] = [Math.round(at.x - box.w / 2), Math.round(at.y - box.h / 2)];
  }
  // Containers wrap their children: a point inside is enough.
  for (const node of doc.nodes) {
    if (!boxes.get(node.id)?.container) continue;
    const child = doc.nodes.find((n) => n.parent === node.id);
    const at = child && layout[child.id];
    if (at) layout[node.id] = [at[0] as number, at[1] as number, 10, 10];
  }
  place('Tidy the layout', layout);
  requestAnimationFrame(() => fitView());
}
