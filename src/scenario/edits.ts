/** Changes of a document as data. At the start they are folded in; later they are timeline entries and replay with the rest. */
import { micros } from '../base/time.ts';
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from './document.ts';

/** `set`: new values of settings on a node or link, `null` takes the setting away. The others carry the whole node or link. */
export const EDITS = ['set', 'rename', 'add-node', 'remove-node', 'add-link', 'remove-link'] as const;
export type EditName = (typeof EDITS)[number];
export interface Edit {
  readonly do: EditName;
  readonly on: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
export function isEdit(entry: { readonly do: string }): boolean {
  return (EDITS as readonly string[]).includes(entry.do);
}

/** The document after one edit; the same object when the edit names what is not there. */
export function applyEdit(doc: Scenario, edit: Pick<TimelineEntry, 'do' | 'on' | 'with'>): Scenario {
  const change = <T extends ScenarioNode | ScenarioLink>(items: readonly T[], by: (item: T) => T) => items.map((item) => (item.id === edit.on ? by(item) : item));
  switch (edit.do) {
    case 'set':
      return { ...doc, nodes: change(doc.nodes, (n) => ({ ...n, config: merged(n.config, edit.with) })), links: change(doc.links, (l) => ({ ...l, config: merged(l.config, edit.with) })) };
    case 'rename':
      return { ...doc, nodes: change(doc.nodes, (n) => ({ ...n, title: String(edit.with?.['title'] ?? '') })) };
    case 'add-node':
      return doc.nodes.some((n) => n.id === edit.on) ? doc : { ...doc, nodes: [...doc.nodes, { ...edit.with, id: edit.on } as ScenarioNode] };
    case 'add-link':
      return doc.links.some((l) => l.id === edit.on) ? doc : { ...doc, links: [...doc.links, { ...edit.with, id: edit.on } as ScenarioLink] };
    case 'remove-link':
      return { ...doc, links: doc.links.filter((l) => l.id !== edit.on) };
    case 'remove-node': {
      const gone = new Set(doc.nodes.filter((n) => n.id === edit.on || n.parent === edit.on).map((n) => n.id));
      return { ...doc, nodes: doc.nodes.filter((n) => !gone.has(n.id)), links: doc.links.filter((l) => !gone.has(l.from) && !gone.has(l.to)) };
    }
    default:
      return doc;
  }
}
function merged(config: Readonly<Record<string, unknown>> = {}, change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const out: Record<string, unknown> = { ...config };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete out[name];
    else out[name] = value;
  }
  return out;
}
/** The document as it stands at an instant (µs): the base with every edit on the timeline up to and including `at`. */
export function effectiveAt(doc: Scenario, at: number): Scenario {
  return (doc.timeline ?? []).filter((e) => isEdit(e) && micros(e.at) <= at).reduce(applyEdit, doc);
}

/** The first instant (µs) at which two documents may tell different histories, or 'nothing' when only words and places on the screen differ. */
export function changedFrom(before: Scenario, after: Scenario): number | 'nothing' {
  const base = ({ version, seed, duration, drain, nodes, links, invariants }: Scenario) => JSON.stringify({ version, seed, duration, drain, nodes: nodes.map(({ title: _, ...n }) => n), links, invariants });
  if (base(before) !== base(after)) return 0;
  const rest = new Map<string, number>();
  const count = (entries: readonly TimelineEntry[] = [], by: number) => {
    for (const entry of entries) {
      const key = JSON.stringify([entry.at, entry.do, entry.on, entry.with]);
      rest.set(key, (rest.get(key) ?? 0) + by);
    }
  };
  count(before.timeline, 1);
  count(after.timeline, -1);
  let from = Infinity;
  for (const [key, n] of rest) if (n !== 0) from = Math.min(from, micros((JSON.parse(key) as [string])[0]));
  return from === Infinity ? 'nothing' : from;
}
