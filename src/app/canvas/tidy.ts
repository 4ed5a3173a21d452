/** A layout from left to right along the wires; what hangs together in nothing stands in columns side by side. */
import dagre from '@dagrejs/dagre';
import type { Scenario } from '../../scenario/document.ts';
import type { Layout } from './actions.ts';
import type { NodeBox } from './geometry.ts';

const { Graph, alg } = dagre.graphlib;
const GAPS = { rankdir: 'LR', nodesep: 36, ranksep: 70, marginx: 20, marginy: 40 } as const;
/** Width of the whole to its height, about: that of the canvas between its panels. */
const SHAPE = 1.7;

/** Between columns: wider than between what is wired. */
const GUTTER = 110;

/** Nodes that wires or a common container connect, each group in the order of the document. */
function groupsOf({ nodes, links }: Scenario): readonly (readonly Scenario['nodes'][number][])[] {
  const graph = new Graph();
  for (const { id } of nodes) graph.setNode(id);
  for (const { from, to } of links) graph.setEdge(from, to);
  for (const { id, parent } of nodes) if (parent !== undefined) graph.setEdge(parent, id);
  return alg.components(graph).map((ids) => {
    const own = new Set(ids);
    return nodes.filter(({ id }) => own.has(id));
  });
}
interface Group {
  readonly width: number;
  readonly height: number;
  /** Corners of its nodes, from its own. */
  readonly corners: ReadonlyMap<string, readonly [number, number]>;
}
function laidOut(nodes: Scenario['nodes'], { links }: Scenario, boxes: ReadonlyMap<string, NodeBox>): Group {
  const graph = new Graph({ compound: true });
  graph.setGraph({ ...GAPS });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) {
    const box = boxes.get(id);
    if (box) graph.setNode(id, box.container ? {} : { width: box.w, height: box.h });
  }
  for (const { id, parent } of nodes) if (parent !== undefined && boxes.has(parent)) graph.setParent(id, parent);
  for (const { from, to } of links) if (graph.hasNode(from)) graph.setEdge(from, to);
  dagre.layout(graph);
  const corners = new Map<string, readonly [number, number]>();
  for (const { id } of nodes) {
    const box = boxes.get(id);
    const at = graph.node(id) as { x: number; y: number } | undefined;
    if (box && at && !box.container) corners.set(id, [Math.round(at.x - box.w / 2), Math.round(at.y - box.h / 2)]);
  }
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { width, height, corners };
}
/** Columns from the top, as high as makes the whole of a good shape. @returns the corner of each group */
function inColumns(groups: readonly Group[]): readonly (readonly [number, number])[] {
  const area = groups.reduce((sum, { width, height }) => sum + width * height, 0);
  const highest = Math.max(Math.sqrt(area / SHAPE), ...groups.map(({ height }) => height));
  let [left, top, right] = [0, 0, 0];
  return groups.map(({ width, height }) => {
    if (top > 0 && top + height > highest) [left, top] = [right + GUTTER, 0];
    const corner = [left, top] as const;
    top += height;
    right = Math.max(right, left + width);
    return corner;
  });
}

export function tidied(doc: Scenario, boxes: ReadonlyMap<string, NodeBox>): Layout {
  const groups = groupsOf(doc).map((nodes) => laidOut(nodes, doc, boxes));
  const corners = inColumns(groups);
  const layout: Layout = {};
  groups.forEach((group, i) => {
    const [x, y] = corners[i] ?? [0, 0];
    for (const [id, [dx, dy]] of group.corners) layout[id] = [Math.round(x) + dx, Math.round(y) + dy];
  });
  // Containers wrap their children: a point inside is enough.
  for (const node of doc.nodes) {
    if (!boxes.get(node.id)?.container) continue;
    const child = doc.nodes.find((n) => n.parent === node.id);
    const at = child && layout[child.id];
    if (at) layout[node.id] = [at[0] as number, at[1] as number, 10, 10];
  }
  return layout;
}
