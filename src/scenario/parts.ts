/** The parts of a document that both its base and its timeline are made of: nodes, links, their homes and wires. */
import { type Bag, type Complaints, settings, shown, unknown } from './complaints.ts';
import type { Catalog } from './descriptor.ts';
import type { Scenario, ScenarioLink, ScenarioNode } from './document.ts';

export const LIMITS = { nodes: 500, links: 2000, timeline: 2000, invariants: 100, layout: 2000, title: 200, description: 10_000, id: 64, duration: 86_400e6, rate: 200_000 } as const;
export const ID = /^[A-Za-z0-9._-]{1,64}$/;

export function list(complaints: Complaints, name: 'nodes' | 'links' | 'timeline' | 'invariants', value: unknown): readonly unknown[] {
  if (value === undefined && name !== 'nodes' && name !== 'links') return [];
  if (!Array.isArray(value)) {
    complaints.add(name, `must be a list, got ${shown(value)}`);
    return [];
  }
  if (value.length > LIMITS[name]) complaints.add(name, `has ${value.length} entries; the limit is ${LIMITS[name]}`);
  return value.slice(0, LIMITS[name]);
}

export function idOf(complaints: Complaints, path: string, bag: Bag, taken: Set<string>): string | undefined {
  const { id } = bag;
  if (typeof id !== 'string' || !ID.test(id)) {
    complaints.add(path, `id must have 1 to ${LIMITS.id} letters, digits, dots, dashes or underscores, got ${shown(id)}`);
    return undefined;
  }
  if (taken.has(id)) complaints.add(path, `id ${shown(id)} is taken already`);
  taken.add(id);
  return id;
}
export function node(complaints: Complaints, path: string, item: Bag, id: string, catalog: Catalog): ScenarioNode | undefined {
  const { kind, title, parent } = item;
  const descriptor = typeof kind === 'string' ? catalog.node(kind) : undefined;
  if (!descriptor) {
    complaints.add(
      path,
      unknown(
        'kind ',
        kind,
        catalog.rooms.flatMap((r) => r.nodes.map((n) => n.kind)),
      ),
    );
    return undefined;
  }
  if (title !== undefined && (typeof title !== 'string' || title.length > LIMITS.title)) complaints.add(path, `title must be a text of at most ${LIMITS.title} characters, got ${shown(title)}`);
  if (parent !== undefined && typeof parent !== 'string') complaints.add(path, `parent must be the id of a node, got ${shown(parent)}`);
  const config = settings(complaints, path, item['config'], descriptor.fields);
  return { id, kind: descriptor.kind, ...(typeof title === 'string' ? { title } : {}), ...(typeof parent === 'string' ? { parent } : {}), ...(config ? { config } : {}) };
}
export function home(complaints: Complaints, path: string, n: ScenarioNode, nodes: readonly ScenarioNode[], catalog: Catalog): void {
  const parents = catalog.node(n.kind)?.parents;
  const parent = nodes.find((p) => p.id === n.parent);
  if (n.parent === undefined ? parents !== undefined : !parent || !parents?.includes(parent.kind)) complaints.add(path, parents ? `parent must be a ${parents.join(' or ')}, got ${shown(n.parent)}` : `lies in nothing, but its parent is ${shown(n.parent)}`);
}
export function link(complaints: Complaints, path: string, item: Bag, id: string, nodes: readonly ScenarioNode[], catalog: Catalog): ScenarioLink | undefined {
  const { kind, from, to } = item;
  const a = nodes.find((n) => n.id === from);
  const b = nodes.find((n) => n.id === to);
  const known = catalog.rooms.flatMap((r) => r.links.map((k) => k.kind));
  if (!a) complaints.add(path, `from ${shown(from)} names no node`);
  if (!b) complaints.add(path, `to ${shown(to)} names no node`);
  if (typeof kind !== 'string' || !known.includes(kind)) {
    complaints.add(path, unknown('kind ', kind, [...new Set(known)]));
    return undefined;
  }
  if (!a || !b) return undefined;
  const wire = catalog.wire(a, b);
  if (typeof wire === 'string') {
    complaints.add(path, wire);
    return undefined;
  }
  if (wire.kind !== kind) complaints.add(path, `from ${a.id} to ${b.id} leads a wire of kind ${wire.kind}, not ${kind}`);
  const config = settings(complaints, path, item['config'], wire.fields);
  return { id, kind: wire.kind, from: a.id, to: b.id, ...(config ? { config } : {}) };
}
/** The peak of what all producers may make a second. */
export function rates(complaints: Complaints, path: string, doc: Scenario, catalog: Catalog): void {
  const sum = doc.nodes.reduce((total, n) => total + (catalog.node(n.kind)?.load?.(n.config ?? {}) ?? 0), 0);
  if (sum > LIMITS.rate) complaints.add(path, `produce ${Math.round(sum)} messages a second together; the limit is ${LIMITS.rate}`);
}
