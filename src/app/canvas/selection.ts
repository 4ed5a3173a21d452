/** What can be done to what is selected, and to the scenario as it stands. Loaded after the first screen. */
import { catalog } from '../../catalog.ts';
import type { ScenarioLink, ScenarioNode } from '../../scenario/document.ts';
import type { Edit } from '../../scenario/edits.ts';
import { useDocument } from '../store/document.ts';
import { effectiveNow } from '../store/effective.ts';
import { useSession } from '../store/session.ts';
import { useView } from '../store/view.ts';
import { edit, type Layout, moveTo } from './actions.ts';
import { boxesOf } from './geometry.ts';

/** What was changed up to the playhead becomes how the scenario begins. */
export function makeThisTheStart(): void {
  const { now, seek } = useSession.getState();
  useDocument.getState().makeThisTheStart(now);
  seek(0);
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
