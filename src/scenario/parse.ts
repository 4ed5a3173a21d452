/** From anything to a scenario, or to problems that name the place and say what is wrong. Never throws, never guesses. */
import { parseDuration } from '../base/time.ts';
import type { Catalog } from './descriptor.ts';
import type { Invariant, Problem, Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from './document.ts';
import { applyEdit, isEdit } from './edits.ts';
import type { Fields } from './fields.ts';
import { schemaOf } from './schema.ts';

export const LIMITS = { nodes: 500, links: 2000, timeline: 2000, invariants: 100, title: 200, description: 10_000, id: 64, problems: 50, duration: 86_400e6, rate: 200_000 } as const;
export type Parsed = { readonly ok: true; readonly value: Scenario; readonly warnings: readonly Problem[] } | { readonly ok: false; readonly problems: readonly Problem[] };

type Bag = Readonly<Record<string, unknown>>;
const ID = /^[A-Za-z0-9._-]{1,64}$/;
const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

class Complaints {
  readonly list: Problem[] = [];
  get full(): boolean {
    return this.list.length >= LIMITS.problems;
  }
  add(path: string, says: string): void {
    if (!this.full) this.list.push({ path, says });
  }
  /** Members of an object that nobody knows. */
  strangers(path: string, bag: Bag, allowed: readonly string[]): void {
    for (const name of Object.keys(bag)) {
      if (allowed.includes(name)) continue;
      const near = allowed.find((a) => distance(a.toLowerCase(), name.toLowerCase()) <= 2);
      this.add(path, `${shown(name)} is not known here${near ? `; did you mean ${near}?` : ''}`);
    }
  }
}
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2 || a.length > 40) return 9;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length] as number;
}
/** Settings against their fields; @returns them when they are sound */
function settings(complaints: Complaints, path: string, value: unknown, fields: Fields, nullable = false): Bag | undefined {
  if (value === undefined) return undefined;
  if (!isBag(value)) {
    complaints.add(path, `settings must be an object, got ${shown(value)}`);
    return undefined;
  }
  const result = schemaOf(fields, nullable).safeParse(value);
  if (result.success) return result.data as Bag;
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      complaints.strangers(path, Object.fromEntries(issue.keys.map((k) => [k, 0])), Object.keys(fields));
      continue;
    }
    const at = issue.path.map(String);
    const got = at.reduce<unknown>((v, k) => (isBag(v) ? v[k] : undefined), value);
    complaints.add(path, `${at.join('.')} ${issue.message}, got ${shown(got)}`);
  }
  return undefined;
}
function list(complaints: Complaints, name: 'nodes' | 'links' | 'timeline' | 'invariants', value: unknown): readonly unknown[] {
  if (value === undefined && name !== 'nodes' && name !== 'links') return [];
  if (!Array.isArray(value)) {
    complaints.add(name, `must be a list, got ${shown(value)}`);
    return [];
  }
  if (value.length > LIMITS[name]) complaints.add(name, `has ${value.length} entries; the limit is ${LIMITS[name]}`);
  return value.slice(0, LIMITS[name]);
}

export function parseScenario(value: unknown, catalog: Catalog): Parsed {
  const complaints = new Complaints();
  if (!isBag(value)) return { ok: false, problems: [{ path: 'document', says: `must be an object, got ${shown(value)}` }] };
  if (value['version'] !== 1) return { ok: false, problems: [{ path: 'version', says: `must be 1, got ${shown(value['version'])}; it may come from a newer Tailrace` }] };
  complaints.strangers('document', value, ['version', 'title', 'description', 'seed', 'duration', 'drain', 'speed', 'nodes', 'links', 'timeline', 'invariants', 'layout', '$schema']);
  const head = header(complaints, value);
  const nodes = nodesOf(complaints, value['nodes'], catalog);
  const links = linksOf(complaints, value['links'], nodes, catalog);
  let doc: Scenario = { ...head, nodes, links };
  const timeline = timelineOf(complaints, value['timeline'], doc, catalog);
  const invariants = invariantsOf(complaints, value['invariants'], doc, timeline, catalog);
  const layout = layoutOf(complaints, value['layout']);
  doc = { ...doc, ...(timeline.length > 0 ? { timeline } : {}), ...(invariants.length > 0 ? { invariants } : {}), ...(layout ? { layout } : {}) };
  rates(complaints, doc);
  return complaints.list.length > 0 ? { ok: false, problems: complaints.list } : { ok: true, value: doc, warnings: warningsOf(doc, catalog) };
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
function idOf(complaints: Complaints, path: string, bag: Bag, taken: Set<string>): string | undefined {
  const { id } = bag;
  if (typeof id !== 'string' || !ID.test(id)) {
    complaints.add(path, `id must have 1 to ${LIMITS.id} letters, digits, dots, dashes or underscores, got ${shown(id)}`);
    return undefined;
  }
  if (taken.has(id)) complaints.add(path, `id ${shown(id)} is taken already`);
  taken.add(id);
  return id;
}
function node(complaints: Complaints, path: string, item: Bag, id: string, catalog: Catalog): ScenarioNode | undefined {
  const { kind, title, parent } = item;
  const descriptor = typeof kind === 'string' ? catalog.node(kind) : undefined;
  if (!descriptor) {
    complaints.add(path, `kind ${shown(kind)} is not known`);
    return undefined;
  }
  if (title !== undefined && (typeof title !== 'string' || title.length > LIMITS.title)) complaints.add(path, `title must be a text of at most ${LIMITS.title} characters, got ${shown(title)}`);
  if (parent !== undefined && typeof parent !== 'string') complaints.add(path, `parent must be the id of a node, got ${shown(parent)}`);
  const config = settings(complaints, path, item['config'], descriptor.fields);
  return { id, kind: descriptor.kind, ...(typeof title === 'string' ? { title } : {}), ...(typeof parent === 'string' ? { parent } : {}), ...(config ? { config } : {}) };
}
function home(complaints: Complaints, path: string, n: ScenarioNode, nodes: readonly ScenarioNode[], catalog: Catalog): void {
  const parents = catalog.node(n.kind)?.parents;
  const parent = nodes.find((p) => p.id === n.parent);
  if (n.parent === undefined ? parents !== undefined : !parent || !parents?.includes(parent.kind))
    complaints.add(path, parents ? `parent must be a ${parents.join(' or ')}, got ${shown(n.parent)}` : `lies in nothing, but its parent is ${shown(n.parent)}`);
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
function link(complaints: Complaints, path: string, item: Bag, id: string, nodes: readonly ScenarioNode[], catalog: Catalog): ScenarioLink | undefined {
  const { kind, from, to } = item;
  const a = nodes.find((n) => n.id === from);
  const b = nodes.find((n) => n.id === to);
  const descriptor = typeof kind === 'string' ? catalog.link(kind) : undefined;
  if (!a) complaints.add(path, `from ${shown(from)} names no node`);
  if (!b) complaints.add(path, `to ${shown(to)} names no node`);
  if (!descriptor) complaints.add(path, `kind ${shown(kind)} is not known`);
  if (!a || !b || !descriptor) return undefined;
  const wire = catalog.wire(a, b);
  if (typeof wire === 'string') complaints.add(path, wire);
  else if (wire.kind !== descriptor.kind) complaints.add(path, `from ${a.id} to ${b.id} leads a wire of kind ${wire.kind}, not ${descriptor.kind}`);
  const config = settings(complaints, path, item['config'], descriptor.fields);
  return { id, kind: descriptor.kind, from: a.id, to: b.id, ...(config ? { config } : {}) };
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
/** "pay", "pay/2", "rabbit/node-2" or a link. */
function exists(on: string, doc: Scenario): boolean {
  const [id, part] = on.split('/');
  const n = doc.nodes.find((x) => x.id === id);
  if (part === undefined) return n !== undefined || doc.links.some((l) => l.id === id);
  const count = (name: string) => (typeof n?.config?.[name] === 'number' ? (n.config[name] as number) : 1);
  const instance = /^(node-)?(\d+)$/.exec(part);
  return n !== undefined && instance !== null && Number(instance[2]) >= 1 && Number(instance[2]) <= Math.max(64, count(instance[1] ? 'nodes' : 'instances'));
}
function timelineOf(complaints: Complaints, value: unknown, base: Scenario, catalog: Catalog): readonly TimelineEntry[] {
  const entries = list(complaints, 'timeline', value).flatMap((item, i): { entry: TimelineEntry; path: string; at: number }[] => {
    const path = `timeline[${i}]`;
    if (complaints.full) return [];
    if (!isBag(item)) {
      complaints.add(path, `must be an object, got ${shown(item)}`);
      return [];
    }
    complaints.strangers(path, item, ['at', 'by', 'do', 'on', 'with']);
    const { at, by, on } = item;
    const us = typeof at === 'string' ? parseDuration(at) : undefined;
    if (us === undefined || us > LIMITS.duration) complaints.add(path, `at must be an instant such as 12s, got ${shown(at)}`);
    if (by !== 'author' && by !== 'live') complaints.add(path, `by must be author or live, got ${shown(by)}`);
    if (typeof on !== 'string' || on.length > 2 * LIMITS.id) complaints.add(path, `on must name a node, an instance or a link, got ${shown(on)}`);
    if (typeof item['do'] !== 'string') complaints.add(path, `do must name what is done, got ${shown(item['do'])}`);
    if (item['with'] !== undefined && !isBag(item['with'])) complaints.add(path, `with must be an object, got ${shown(item['with'])}`);
    if (us === undefined || typeof on !== 'string' || typeof item['do'] !== 'string' || (by !== 'author' && by !== 'live')) return [];
    return [{ path, at: us, entry: { at: at as string, by, do: item['do'], on, ...(isBag(item['with']) ? { with: item['with'] } : {}) } }];
  });
  let doc = base;
  for (const { entry, path } of [...entries].sort((a, b) => a.at - b.at)) {
    if (complaints.full) break;
    if (isEdit(entry)) doc = editOf(complaints, path, entry, doc, catalog);
    else {
      const action = catalog.action(entry.do);
      if (!action) complaints.add(path, `${shown(entry.do)} is nothing that can be done`);
      else settings(complaints, path, entry.with, action.fields);
      if (!exists(entry.on, doc)) complaints.add(path, `on ${shown(entry.on)} names nothing that is there at ${entry.at}`);
    }
  }
  return entries.map((e) => e.entry);
}
function editOf(complaints: Complaints, path: string, entry: TimelineEntry, doc: Scenario, catalog: Catalog): Scenario {
  const given = entry.with ?? {};
  const n = doc.nodes.find((x) => x.id === entry.on);
  const l = doc.links.find((x) => x.id === entry.on);
  const before = complaints.list.length;
  if (entry.do === 'add-node' || entry.do === 'add-link') {
    if (n || l) complaints.add(path, `id ${shown(entry.on)} is taken already`);
    else if (!ID.test(entry.on)) complaints.add(path, `id ${shown(entry.on)} must have 1 to ${LIMITS.id} letters, digits, dots, dashes or underscores`);
    else if (entry.do === 'add-node') {
      complaints.strangers(path, given, ['kind', 'title', 'parent', 'config']);
      const made = node(complaints, path, given, entry.on, catalog);
      if (made) home(complaints, path, made, doc.nodes, catalog);
    } else {
      complaints.strangers(path, given, ['kind', 'from', 'to', 'config']);
      link(complaints, path, given, entry.on, doc.nodes, catalog);
    }
  } else if (!n && !l) complaints.add(path, `on ${shown(entry.on)} names nothing that is there at ${entry.at}`);
  else if (entry.do === 'set') settings(complaints, path, given, (n ? catalog.node(n.kind) : catalog.link(l?.kind ?? ''))?.fields ?? {}, true);
  else if (entry.do === 'rename' && (typeof given['title'] !== 'string' || given['title'].length > LIMITS.title)) complaints.add(path, `title must be a text of at most ${LIMITS.title} characters`);
  return complaints.list.length > before ? doc : applyEdit(doc, entry);
}
function invariantsOf(complaints: Complaints, value: unknown, doc: Scenario, timeline: readonly TimelineEntry[], catalog: Catalog): readonly Invariant[] {
  const added = new Set(timeline.filter((e) => e.do === 'add-node').map((e) => e.on));
  return list(complaints, 'invariants', value).flatMap((item, i): Invariant[] => {
    const path = `invariants[${i}]`;
    if (!isBag(item)) {
      complaints.add(path, `must be an object, got ${shown(item)}`);
      return [];
    }
    const { check, on, ...parameters } = item;
    const descriptor = catalog.checks.find((c) => c.name === check);
    if (!descriptor) complaints.add(path, `check ${shown(check)} is not known; there are ${catalog.checks.map((c) => c.name).join(', ')}`);
    if (on !== undefined && (typeof on !== 'string' || !(exists(on, doc) || added.has(on)))) complaints.add(path, `on ${shown(on)} names nothing`);
    if (!descriptor) return [];
    const sound = settings(complaints, path, parameters, descriptor.fields);
    return [{ check: descriptor.name, ...(typeof on === 'string' ? { on } : {}), ...sound }];
  });
}
function layoutOf(complaints: Complaints, value: unknown): Scenario['layout'] {
  if (value === undefined) return undefined;
  if (!isBag(value)) {
    complaints.add('layout', `must be an object, got ${shown(value)}`);
    return undefined;
  }
  const out: Record<string, readonly number[]> = {};
  for (const [id, place] of Object.entries(value).slice(0, 2 * LIMITS.nodes)) {
    if (ID.test(id) && id !== '__proto__' && Array.isArray(place) && (place.length === 2 || place.length === 4) && place.every((n) => typeof n === 'number' && Math.abs(n) < 1e6)) out[id] = place as number[];
    else complaints.add('layout', `${shown(id)} must be [x, y] or [x, y, width, height], got ${shown(place)}`);
  }
  return out;
}
function rates(complaints: Complaints, doc: Scenario): void {
  const sum = doc.nodes.reduce((total, n) => total + (n.kind === 'producer' && typeof n.config?.['rate'] === 'number' ? n.config['rate'] : 0), 0);
  if (sum > LIMITS.rate) complaints.add('nodes', `produce ${sum} messages a second together; the limit is ${LIMITS.rate}`);
}
/** What the real broker would accept although it is probably wrong. */
function warningsOf(doc: Scenario, catalog: Catalog): Problem[] {
  const out: Problem[] = [];
  for (const { from, field, to, title } of catalog.rooms.flatMap((r) => r.derived)) {
    for (const n of doc.nodes) {
      const name = n.config?.[field];
      if (n.kind !== from || typeof name !== 'string' || name === '') continue;
      if (!doc.nodes.some((t) => t.kind === to && t.parent === n.parent && (t.config?.['name'] ?? t.id) === name)) out.push({ path: n.id, says: `${field} names ${shown(name)}, which does not exist: ${title} will be lost` });
    }
  }
  return out;
}
