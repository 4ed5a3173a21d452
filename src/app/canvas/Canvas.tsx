import '@xyflow/react/dist/base.css';
import './canvas.css';
import { Background, BackgroundVariant, type Connection, type Edge, type Node, type NodeChange, ReactFlow, ReactFlowProvider, SelectionMode, useReactFlow, useStoreApi } from '@xyflow/react';
import { CircleQuestionMark, Maximize, Minus, Plus, Presentation } from 'lucide-react';
import { type DragEvent, lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { catalog } from '../../catalog.ts';
import type { Scenario } from '../../scenario/document.ts';
import { useEffective } from '../store/effective.ts';
import { useView } from '../store/view.ts';
import { connect, DRAG_KIND, connectView, moveTo, whyNot, writes } from './actions.ts';
import { boxesOf, type NodeBox, wiresOf } from './geometry.ts';
import { Card } from './Card.tsx';
import { Cluster } from './Cluster.tsx';
import { Overlay } from './Overlay.tsx';
import type { spotsOf } from './labels.ts';
import { WireLine } from './WireLine.tsx';

const News = lazy(async () => ({ default: (await import('../findings/News.tsx')).News }));
const nodeTypes = { card: Card, cluster: Cluster };
const edgeTypes = { wire: WireLine };
/** Where nodes come to rest when they are dragged, canvas units. */
const GRID: [number, number] = [10, 10];
/** A node of which nothing is known yet. */
const NO_BOX: NodeBox = { id: '', x: 0, y: 0, w: 100, h: 60, lanes: [], container: false };
/** Above a container stands its title, at the left side the buttons for the view. */
const FIT = { padding: { top: '26px', bottom: '12px', left: '46px', right: '22px' }, maxZoom: 1.25 } as const;

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Graph />
    </ReactFlowProvider>
  );
}
function Graph() {
  const doc = useEffective();
  const selected = useView((s) => s.selected);
  const stage = useView((s) => s.stage);
  const flow = useReactFlow();
  const store = useStoreApi();
  /** Positions while a drag is under way; the document learns of them when it ends. */
  const [dragged, setDragged] = useState<Readonly<Record<string, { x: number; y: number }>>>({});
  /** Likewise the box of a container that is being resized. */
  const [resized, setResized] = useState<Readonly<Record<string, { width: number; height: number }>>>({});
  /** What is said of the wire that is being pulled. */
  const [hint, setHint] = useState<{ readonly says: string; readonly legal: boolean } | null>(null);
  const boxes = useMemo(() => boxesOf(doc, catalog), [doc]);
  const wires = useMemo(() => wiresOf(doc, boxes, catalog), [doc, boxes]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What an undo or the timeline took away is not selected any more.
    const { selected: before, select } = useView.getState();
    const left = before.filter((id) => boxes.has(id) || wires.has(id));
    if (left.length < before.length) select(left);
  }, [boxes, wires]);

  useEffect(() => {
    connectView({ showAll: () => void flow.fitView({ ...FIT, duration: 250 }), toCanvas: (x, y) => flow.screenToFlowPosition({ x, y }) });
  }, [flow]);
  const title = doc.title;
  useEffect(() => {
    void title;
    const timer = setTimeout(() => void flow.fitView(FIT), 60);
    return () => clearTimeout(timer);
  }, [flow, title]);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let first = true;
    const observer = new ResizeObserver(() => {
      if (!first) void flow.fitView(FIT);
      first = false;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [flow]);

  const still = useMemo<Node[]>(() => {
    const [sources, targets] = [new Set(doc.links.map((l) => l.from)), new Set(doc.links.map((l) => l.to))];
    const make = (node: Scenario['nodes'][number], box: NodeBox): Node => {
      const descriptor = catalog.node(node.kind);
      const badge = descriptor?.badge(node.config ?? {}) ?? '';
      return {
        id: node.id,
        type: box.container ? 'cluster' : 'card',
        position: { x: box.x, y: box.y },
        width: box.w,
        height: box.h,
        data: { title: node.title ?? String(node.config?.['name'] ?? node.id), families: descriptor ? [descriptor.family, ...(descriptor.plays ?? [])] : [], badge, wirable: isWirable(node.kind), wired: [targets.has(node.id), sources.has(node.id)] },
        // Wires run over containers and under cards.
        zIndex: box.container ? -1 : 1,
        ariaLabel: `${node.title ?? node.id}, ${descriptor?.title ?? ''} ${badge}`,
      };
    };
    const all = doc.nodes.map((node) => make(node, boxes.get(node.id) ?? NO_BOX));
    return [...all.filter((n) => n.type === 'cluster'), ...all.filter((n) => n.type !== 'cluster')];
  }, [doc, boxes]);
  // A node that is neither picked nor moved stays the same object: React Flow leaves it alone.
  const nodes = useMemo(() => {
    const chosen = new Set(selected);
    return still.map((n) => (chosen.has(n.id) || dragged[n.id] || resized[n.id] ? { ...n, position: dragged[n.id] ?? n.position, ...resized[n.id], selected: chosen.has(n.id) } : n));
  }, [still, selected, dragged, resized]);
  const labels = useMemo(() => new Map(doc.links.map((link) => [link.id, catalog.link(link, doc.nodes)?.label(link.config ?? {}) ?? ''])), [doc]);
  /** How words find their places: it comes after the first screen, and they with it. */
  const [settle, setSettle] = useState<{ readonly spotsOf: typeof spotsOf } | null>(null);
  useEffect(() => void import('./labels.ts').then(setSettle), []);
  const spots = useMemo(
    () =>
      settle?.spotsOf(
        wires,
        labels,
        [...boxes.values()].filter((b) => !b.container),
      ),
    [settle, wires, labels, boxes],
  );
  const edges = useMemo<Edge[]>(
    () =>
      [...wires.values()].map((wire) => {
        const label = labels.get(wire.id) ?? '';
        return { id: wire.id, source: wire.from, target: wire.to, type: 'wire', data: { wire, label, spot: spots?.get(wire.id) }, selected: selected.includes(wire.id), ariaLabel: `${wire.derived ? 'Derived wire' : 'Wire'} from ${wire.from} to ${wire.to} ${label}` };
      }),
    [labels, spots, wires, selected],
  );
  const onNodesChange = useCallback((changes: NodeChange[]) => {
    const sizes = changes.filter((c) => c.type === 'dimensions');
    const stretching = sizes.filter((c) => c.resizing && c.dimensions);
    if (stretching.length > 0) setResized(Object.fromEntries(stretching.map((c) => [c.id, c.dimensions as { width: number; height: number }])));
    else if (sizes.some((c) => c.resizing === false)) {
      setResized({});
      setDragged({});
    }
    const moves = changes.filter((c) => c.type === 'position');
    // While a side of a container is dragged, the corner that moves with it is no move of the whole.
    const pulled = moves.filter((c) => c.dragging === undefined && c.position);
    const going = [...moves.filter((c) => c.dragging && c.position), ...(stretching.length > 0 ? pulled : [])];
    const done = moves.filter((c) => c.dragging === false && c.position);
    if (going.length > 0) setDragged((before) => ({ ...before, ...Object.fromEntries(going.map((c) => [c.id, c.position as { x: number; y: number }])) }));
    if (done.length > 0) {
      setDragged({});
      moveTo(`Move ${done.map((c) => c.id).join(', ')}`, Object.fromEntries(done.map((c) => [c.id, [c.position?.x ?? 0, c.position?.y ?? 0]])));
    }
    selectBy(changes);
  }, []);
  const ends = useCallback((source: string | null, target: string | null) => [doc.nodes.find((n) => n.id === source), doc.nodes.find((n) => n.id === target)] as const, [doc]);
  /** The node at a point of the window, containers aside. */
  const under = useCallback(
    (x: number, y: number) =>
      document
        .elementsFromPoint(x, y)
        .map((e) => e.closest('.react-flow__node')?.getAttribute('data-id'))
        .find((id) => id && !boxes.get(id)?.container),
    [boxes],
  );
  /** While a wire is dragged: what the node under the pointer says to it. */
  const onPointerMove = useCallback(
    (event: React.PointerEvent) => {
      const { connection } = store.getState();
      if (!connection.inProgress) return;
      const { fromNode, fromHandle } = connection;
      const over = under(event.clientX, event.clientY) ?? null;
      const [from, to] = fromHandle.type === 'target' ? ends(over, fromNode.id) : ends(fromNode.id, over);
      const why = from && to && from !== to ? whyNot(from, to) : null;
      const says = why ?? (from && to ? writes(from, to) : null);
      setHint(says === null ? null : { says, legal: why === null });
    },
    [store, ends, under],
  );
  const onConnect = useCallback((c: Pick<Connection, 'source' | 'target'>) => {
    const why = connect(c.source, c.target);
    setHint(why === null ? null : { says: why, legal: false });
  }, []);
  const onDrop = useCallback((event: DragEvent) => {
    const kind = event.dataTransfer.getData(DRAG_KIND);
    if (kind === '') return;
    event.preventDefault();
    event.stopPropagation();
    const at = { x: event.clientX, y: event.clientY };
    void import('./add-node.ts').then(({ addNode }) => addNode(kind, at));
  }, []);
  return (
    <div ref={place} className="canvas" role="application" aria-label="Topology" onPointerMove={onPointerMove} onMouseDownCapture={selectNoText} onDrop={onDrop} onDragOver={(e) => e.dataTransfer.types.includes(DRAG_KIND) && e.preventDefault()}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={selectBy}
        onConnect={onConnect}
        onConnectEnd={(event, { isValid, fromNode, fromHandle }) => {
          // Let go over a node, away from its dot: that node is meant.
          const { clientX, clientY } = 'changedTouches' in event ? (event.changedTouches[0] as Touch) : event;
          const over = isValid ? undefined : under(clientX, clientY);
          if (over && fromNode && over !== fromNode.id) onConnect(fromHandle?.type === 'target' ? { source: over, target: fromNode.id } : { source: fromNode.id, target: over });
          setTimeout(() => setHint(null), 2500);
        }}
        isValidConnection={(c) => {
          const [from, to] = ends(c.source, c.target);
          return !from || !to || whyNot(from, to) === null;
        }}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        multiSelectionKeyCode={['Control', 'Meta', 'Shift']}
        selectionMode={SelectionMode.Partial}
        minZoom={0.05}
        maxZoom={3}
        zIndexMode="manual"
        onlyRenderVisibleElements={doc.nodes.length > 300}
        proOptions={{ hideAttribution: true }}
        fitView
        fitViewOptions={FIT}
        nodesFocusable
        edgesFocusable
        disableKeyboardA11y
        connectionRadius={28}
        snapToGrid
        snapGrid={GRID}
      >
        <Background variant={BackgroundVariant.Dots} gap={22} size={1} />
      </ReactFlow>
      <Overlay boxes={boxes} wires={wires} dragged={dragged} />
      <div className="zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" onClick={() => void flow.zoomIn({ duration: 150 })}>
          <Plus size={14} aria-hidden />
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => void flow.zoomOut({ duration: 150 })}>
          <Minus size={14} aria-hidden />
        </button>
        <button type="button" aria-label="Fit everything" onClick={() => void flow.fitView({ ...FIT, duration: 250 })}>
          <Maximize size={12} aria-hidden />
        </button>
        <button type="button" aria-label="Canvas only" aria-pressed={stage} title="Canvas only (l)" onClick={() => useView.getState().setStage(!stage)}>
          <Presentation size={13} aria-hidden />
        </button>
        <button type="button" aria-label="What the marks mean" title="What the marks mean (?)" onClick={() => useView.getState().show('help')}>
          <CircleQuestionMark size={13} aria-hidden />
        </button>
      </div>
      <div className="hint" role="status" aria-live="polite" data-shown={hint !== null} data-legal={hint?.legal}>
        {hint?.says}
      </div>
      {stage && (
        <Suspense fallback={null}>
          <News key={title} />
        </Suspense>
      )}
      {doc.nodes.length === 0 && (
        <p className="empty">
          <span>
            <b>Drag something here from the palette, or press Ctrl K.</b>
            Then pull a wire from the dot at the right side of a node to the next, or press w, and play.
          </span>
        </p>
      )}
    </div>
  );
}
/** To pull a frame with Shift, or to pick another node with it, marks no words of the page: what is copied then are nodes. */
function selectNoText(event: React.MouseEvent): void {
  if (event.shiftKey) event.preventDefault();
  getSelection()?.removeAllRanges();
}
/** Containers are wired only where a broker links its clusters. */
const isWirable = (kind: string): boolean => catalog.rooms.some((room) => room.links.some((l) => l.from.includes(kind)));
function selectBy(changes: readonly { readonly type: string }[]): void {
  const picks = changes.filter((c): c is { type: 'select'; id: string; selected: boolean } => c.type === 'select');
  if (picks.length === 0) return;
  const chosen = new Set(useView.getState().selected);
  for (const { id, selected } of picks) {
    if (selected) chosen.add(id);
    else chosen.delete(id);
  }
  useView.getState().select([...chosen]);
}
