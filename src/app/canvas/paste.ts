/** What was copied comes in again. Loaded when it is first asked for. */
import { catalog, loadRooms } from '../../catalog.ts';
import { applyEdit, type Edit } from '../../scenario/edits.ts';
import { effectiveNow } from '../store/effective.ts';
import { useView } from '../store/view.ts';
import { edit, freshId, type Layout } from './actions.ts';
import type { Clip } from './selection.ts';

/** @returns why not, or null */
export async function paste(text: string): Promise<string | null> {
  let clip: Clip;
  try {
    clip = JSON.parse(text) as Clip;
  } catch {
    return 'The clipboard holds nothing of Tailrace.';
  }
  if (clip?.tailrace !== 1 || !Array.isArray(clip.nodes) || !Array.isArray(clip.links)) return 'The clipboard holds nothing of Tailrace.';
  const doc = effectiveNow();
  const names = new Map<string, string>();
  const layout: Layout = {};
  let grown = doc;
  const edits: Edit[] = [];
  for (const node of clip.nodes) {
    if (!catalog.node(node.kind)) continue;
    const id = freshId(grown, node.id.replace(/-\d+$/, ''));
    names.set(node.id, id);
    grown = { ...grown, nodes: [...grown.nodes, { id, kind: node.kind }] };
    layout[id] = [(clip.layout?.[node.id]?.[0] ?? 0) + 40, (clip.layout?.[node.id]?.[1] ?? 0) + 40];
    const parent = node.parent === undefined ? undefined : (names.get(node.parent) ?? (doc.nodes.some((n) => n.id === node.parent) ? node.parent : undefined));
    edits.push({ do: 'add-node', on: id, with: { kind: node.kind, ...(node.title === undefined ? {} : { title: node.title }), ...(parent === undefined ? {} : { parent }), ...(node.config === undefined ? {} : { config: node.config }) } });
  }
  for (const link of clip.links) {
    const [from, to] = [names.get(link.from), names.get(link.to)];
    if (from === undefined || to === undefined) continue;
    const id = freshId(grown, link.kind);
    grown = { ...grown, links: [...grown.links, { ...link, id }] };
    edits.push({ do: 'add-link', on: id, with: { kind: link.kind, from, to, ...(link.config === undefined ? {} : { config: link.config }) } });
  }
  if (edits.length === 0) return 'The clipboard holds nothing of Tailrace.';
  // What comes from the clipboard may come from anywhere: it is read as a file is.
  const [{ parseScenario }] = await Promise.all([import('../../scenario/parse.ts'), loadRooms()]);
  const parsed = parseScenario({ ...edits.reduce(applyEdit, { ...doc, timeline: [] }), timeline: undefined }, catalog);
  if (!parsed.ok) return `Not pasted: ${parsed.problems[0]?.path} ${parsed.problems[0]?.says}.`;
  edit('Paste', edits, layout);
  useView.getState().select([...names.values()]);
  return null;
}
