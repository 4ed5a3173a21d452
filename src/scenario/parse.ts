/** From anything to a scenario, or to problems that name the place and say what is wrong. Never throws, never guesses. */
import { parseDuration } from '../base/time.ts';
import { type Bag, Complaints, isBag, settings, shown, unknown } from './complaints.ts';
import type { Catalog, CheckDescriptor, Family } from './descriptor.ts';
import type { Invariant, Problem, Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from './document.ts';
import { migrate } from './migrate.ts';
import { home, ID, idOf, LIMITS, link, list, node, rates } from './parts.ts';
import { plainProblem } from './plain.ts';
import { timelineOf } from './timeline.ts';

export { LIMITS } from './parts.ts';
export type Parsed = { readonly ok: true; readonly value: Scenario; readonly warnings: readonly Problem[] } | { readonly ok: false; readonly problems: readonly Problem[] };

export function parseScenario(given: unknown, catalog: Catalog): Parsed {
  const complaints = new Complaints();
  const rough = plainProblem(given);
  if (rough) return { ok: false, problems: [rough] };
  if (!isBag(given)) return { ok: false, problems: [{ path: 'document', says: `must be an object, got ${shown(given)}` }] };
  const value = migrate(given);
  if (typeof value === 'string') return { ok: false, problems: [{ path: 'version', says: value }] };
  complaints.strangers('document', value, ['version', 'title', 'description', 'seed', 'duration', 'drain', 'speed', 'nodes', 'links', 'timeline', 'invariants', 'layout', '$schema']);
  const head = header(complaints, value);
  const nodes = nodesOf(complaints, value['nodes'], catalog);
  const links = linksOf(complaints, value['links'], nodes, catalog);
  let doc: Scenario = { ...head, nodes, links };
  rates(complaints, 'nodes', doc, catalog);
  const timeline = timelineOf(complaints, value['timeline'], doc, catalog);
  const invariants = invariantsOf(complaints, value['invariants'], doc, timeline, catalog);
  const layout = layoutOf(complaints, value['layout']);
  doc = { ...doc, ...(timeline.length > 0 ? { timeline } : {}), ...(invariants.length > 0 ? { invariants } : {}), ...(layout ? { layout } : {}) };
  if (complaints.list.length > 0) return { ok: false, problems: complaints.list };
  doubts(complaints, doc, catalog);
  return { ok: true, value: doc, warnings: complaints.warnings };
}
function header(complaints: Complaints, bag: Bag): Omit<Scenario, 'nodes' | 'links'> {
  const text = (name: 'title' | 'description') => {
    const v = bag[name];
    if (v === undefined && name === 'description') return undefined;
    if (typeof v !== 'string' || v.length > LIMITS[name]) complaints.add(name, `must be a text of at most ${LIMITS[name]} characters, got ${shown(v)}`);
    return typeof v === 'string' ? v : '';
  };
  const span = (name: 'duration' | 'drain', least: number) => {
    const v = bag[name];
    if (v === undefined) return undefined;
    const us = typeof v === 'string' ? parseDuration(v) : undefined;
    if (us === undefined || us < least || us > LIMITS.duration) complaints.add(name, `must be a duration such as 60s, at most 24h, got ${shown(v)}`);
    return typeof v === 'string' ? v : undefined;
  };
  const { seed, speed } = bag;
  if (typeof seed !== 'number' || !Number.isInteger(seed) || seed < 0 || seed > 4294967295) complaints.add('seed', `must be a whole number from 0 to 4294967295, got ${shown(seed)}`);
  if (speed !== undefined && (typeof speed !== 'number' || !(speed > 0) || speed > 1000)) complaints.add('speed', `must be a number above 0, at most 1000, got ${shown(speed)}`);
  const [title = '', description, duration, drain] = [text('title'), text('description'), span('duration', 1e6), span('drain', 0)];
  return { version: 1, title, seed: Number(seed), ...(description === undefined ? {} : { description }), ...(duration === undefined ? {} : { duration }), ...(drain === undefined ? {} : { drain }), ...(typeof speed === 'number' ? { speed } : {}) };
}
function nodesOf(complaints: Complaints, value: unknown, catalog: Catalog): readonly ScenarioNode[] {
  const taken = new Set<string>();
  const paths = new Map<ScenarioNode, string>();
  list(complaints, 'nodes', value).forEach((item, i) => {
    if (complaints.full) return;
    const path = `nodes[${i}]${isBag(item) && typeof item['id'] === 'string' ? ` "${item['id'].slice(0, LIMITS.id)}"` : ''}`;
    if (!isBag(item)) return complaints.add(path, `must be an object, got ${shown(item)}`);
    complaints.strangers(path, item, ['id', 'kind', 'title', 'parent', 'config']);
    const id = idOf(complaints, path, item, taken);
    const made = id === undefined ? undefined : node(complaints, path, item, id, catalog);
    if (made) paths.set(made, path);
  });
  const nodes = [...paths.keys()];
  for (const [n, path] of paths) home(complaints, path, n, nodes, catalog);
  return nodes;
}
function linksOf(complaints: Complaints, value: unknown, nodes: readonly ScenarioNode[], catalog: Catalog): readonly ScenarioLink[] {
  const taken = new Set(nodes.map((n) => n.id));
  return list(complaints, 'links', value).flatMap((item, i) => {
    if (complaints.full) return [];
    const path = `links[${i}]${isBag(item) && typeof item['id'] === 'string' ? ` "${item['id'].slice(0, LIMITS.id)}"` : ''}`;
    if (!isBag(item)) {
      complaints.add(path, `must be an object, got ${shown(item)}`);
      return [];
    }
    complaints.strangers(path, item, ['id', 'kind', 'from', 'to', 'config']);
    const id = idOf(complaints, path, item, taken);
    const made = id === undefined ? undefined : link(complaints, path, item, id, nodes, catalog);
    return made ? [made] : [];
  });
}
function invariantsOf(complaints: Complaints, value: unknown, doc: Scenario, timeline: readonly TimelineEntry[], catalog: Catalog): readonly Invariant[] {
  const added = timeline.filter((e) => e.do === 'add-node').map((e): ScenarioNode => ({ ...(e.with as unknown as ScenarioNode), id: e.on }));
  return list(complaints, 'invariants', value).flatMap((item, i): Invariant[] => {
    const path = `invariants[${i}]`;
    if (!isBag(item)) {
      complaints.add(path, `must be an object, got ${shown(item)}`);
      return [];
    }
    const { check, on, ...parameters } = item;
    const descriptor = catalog.checks.find((c) => c.name === check);
    if (!descriptor)
      complaints.add(
        path,
        `${unknown(
          'check ',
          check,
          catalog.checks.map((c) => c.name),
        )}; there are ${catalog.checks.map((c) => c.name).join(', ')}`,
      );
    const node = [...doc.nodes, ...added].find((n) => n.id === on);
    if (on !== undefined && !node) complaints.add(path, `on ${shown(on)} names no node`);
    if (!descriptor) return [];
    const family = node && catalog.node(node.kind)?.family;
    if (family !== undefined && !looksAt(descriptor.on, family)) complaints.add(path, `${descriptor.name} judges a ${descriptor.on === 'place' ? "broker's queue or exchange" : descriptor.on}; ${shown(on)} is a ${family}`);
    const sound = settings(complaints, path, parameters, descriptor.fields);
    return [{ check: descriptor.name, ...(typeof on === 'string' ? { on } : {}), ...sound }];
  });
}
function looksAt(on: CheckDescriptor['on'], family: Family): boolean {
  return on === 'anything' || on === family || (on === 'place' && family !== 'producer' && family !== 'consumer');
}
function layoutOf(complaints: Complaints, value: unknown): Scenario['layout'] {
  if (value === undefined) return undefined;
  if (!isBag(value)) {
    complaints.add('layout', `must be an object, got ${shown(value)}`);
    return undefined;
  }
  const out: Record<string, readonly number[]> = {};
  const places = Object.entries(value);
  if (places.length > LIMITS.layout) complaints.add('layout', `has ${places.length} entries; the limit is ${LIMITS.layout}`);
  for (const [id, place] of places.slice(0, LIMITS.layout)) {
    if (ID.test(id) && Array.isArray(place) && (place.length === 2 || place.length === 4) && place.every((n) => typeof n === 'number' && Math.abs(n) < 1e6)) out[id] = place as number[];
    else complaints.add('layout', `${shown(id)} must be [x, y] or [x, y, width, height], got ${shown(place)}`);
  }
  return out;
}
/** What the real broker would accept although it is probably wrong, or will refuse while it runs. */
function doubts(complaints: Complaints, doc: Scenario, catalog: Catalog): void {
  for (const { from, field, to, title } of catalog.rooms.flatMap((r) => r.derived)) {
    for (const n of doc.nodes) {
      const name = n.config?.[field];
      if (n.kind !== from || typeof name !== 'string' || name === '') continue;
      if (!doc.nodes.some((t) => t.kind === to && t.parent === n.parent && (t.config?.['name'] ?? t.id) === name)) complaints.warn(n.id, `${field} names ${shown(name)}, which does not exist: ${title} will be lost`);
    }
  }
  for (const room of catalog.rooms) for (const { on, says } of room.doubts?.(doc) ?? []) complaints.warn(on, says);
}
