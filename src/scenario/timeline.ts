/** The timeline of a document: each entry against the document as it stands at that instant. */
import { parseDuration } from '../base/time.ts';
import { type Bag, type Complaints, isBag, near, settings, shown } from './complaints.ts';
import type { ActionDescriptor, Catalog } from './descriptor.ts';
import type { Scenario, TimelineEntry } from './document.ts';
import { applyEdit, EDITS, isEdit } from './edits.ts';
import { type Fields, fill } from './fields.ts';
import { home, ID, LIMITS, link, list, node, rates } from './parts.ts';

/** @returns the entries in order of time; entries of one instant keep the order in which they are written */
export function timelineOf(complaints: Complaints, value: unknown, base: Scenario, catalog: Catalog): readonly TimelineEntry[] {
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
  const sorted = entries.sort((a, b) => a.at - b.at);
  let doc = base;
  for (const { entry, path } of sorted) {
    if (complaints.full) break;
    if (isEdit(entry)) doc = editOf(complaints, path, entry, doc, catalog);
    else actionOf(complaints, path, entry, doc, catalog);
  }
  return sorted.map((e) => e.entry);
}
function actionOf(complaints: Complaints, path: string, entry: TimelineEntry, doc: Scenario, catalog: Catalog): void {
  const action = catalog.action(entry.do);
  if (!action) {
    const meant = near(entry.do, [...EDITS, ...catalog.rooms.flatMap((r) => r.actions.map((a) => a.name))]);
    return complaints.add(path, `${shown(entry.do)} is nothing that can be done${meant === undefined ? '' : `; did you mean ${meant}?`}`);
  }
  settings(complaints, path, entry.with, action.fields);
  for (const name of missing(action.fields, entry.with)) complaints.add(path, `${action.name} needs with.${name}: ${action.fields[name]?.help}`);
  target(complaints, path, entry, action, doc, catalog);
}
/** Parameters that have no default and are not optional. */
function missing(fields: Fields, given: Bag = {}): string[] {
  return Object.entries(fields).flatMap(([name, field]) => (field.optional || field.type === 'record' || field.default !== undefined || given[name] !== undefined ? [] : [name]));
}
const ADDRESS: Readonly<Record<ActionDescriptor['per'], string>> = {
  instance: 'an instance such as pay/2, or a node for all of its instances',
  node: 'a node',
  'broker-node': "a broker's node such as rabbit/node-2",
  link: 'a link',
};
/** What the action names is there, and is something that it can be done to. */
function target(complaints: Complaints, path: string, { on, at }: TimelineEntry, action: ActionDescriptor, doc: Scenario, catalog: Catalog): void {
  const slash = on.indexOf('/');
  const id = slash < 0 ? on : on.slice(0, slash);
  const part = slash < 0 ? undefined : on.slice(slash + 1);
  const n = doc.nodes.find((x) => x.id === id);
  const l = n || part !== undefined ? undefined : doc.links.find((x) => x.id === id);
  if (!n && !l) return complaints.add(path, `on ${shown(on)} names nothing that is there at ${at}`);
  if (l) {
    const can = action.per === 'link' || (action.orLink === true && catalog.link(l, doc.nodes)?.actions?.includes(action.name));
    return can ? undefined : complaints.add(path, `${action.name} is done to ${ADDRESS[action.per]}; ${shown(on)} is a ${l.kind} link`);
  }
  const descriptor = n && catalog.node(n.kind);
  if (!descriptor) return;
  if (action.per === 'link') return complaints.add(path, `${action.name} is done to a link; ${shown(on)} is a ${descriptor.kind}`);
  if (!descriptor.actions.includes(action.name)) return complaints.add(path, `${action.name} cannot be done to a ${descriptor.kind} such as ${shown(id)}`);
  const number = part === undefined ? undefined : (action.per === 'broker-node' ? /^node-(\d{1,4})$/ : /^(\d{1,4})$/).exec(part)?.[1];
  if (part === undefined ? action.per === 'broker-node' : number === undefined || action.per === 'node') return complaints.add(path, `${action.name} is done to ${ADDRESS[action.per]}, got ${shown(on)}`);
  const most = fill(descriptor.fields, n.config)[action.per === 'broker-node' ? 'nodes' : 'instances'];
  // The number may have been lowered after the entry was made, and the entry then does nothing.
  if (number !== undefined && typeof most === 'number' && (Number(number) < 1 || Number(number) > most)) complaints.warn(path, `${action.name} will do nothing: ${shown(id)} has ${most} at ${at}, and ${shown(on)} is not one of them`);
}
function editOf(complaints: Complaints, path: string, entry: TimelineEntry, doc: Scenario, catalog: Catalog): Scenario {
  const given = entry.with ?? {};
  const n = doc.nodes.find((x) => x.id === entry.on);
  const l = doc.links.find((x) => x.id === entry.on);
  const before = complaints.list.length;
  switch (entry.do) {
    case 'add-node':
    case 'add-link':
      if (n || l) complaints.add(path, `id ${shown(entry.on)} is taken already`);
      else if (!ID.test(entry.on)) complaints.add(path, `id ${shown(entry.on)} must have 1 to ${LIMITS.id} letters, digits, dots, dashes or underscores`);
      else if (entry.do === 'add-node') {
        complaints.strangers(path, given, ['kind', 'title', 'parent', 'config']);
        const made = node(complaints, path, given, entry.on, catalog);
        if (made) home(complaints, path, made, doc.nodes, catalog);
        if (doc.nodes.length >= LIMITS.nodes) complaints.add(path, `would be node ${doc.nodes.length + 1}; the limit is ${LIMITS.nodes}`);
      } else {
        complaints.strangers(path, given, ['kind', 'from', 'to', 'config']);
        link(complaints, path, given, entry.on, doc.nodes, catalog);
        if (doc.links.length >= LIMITS.links) complaints.add(path, `would be link ${doc.links.length + 1}; the limit is ${LIMITS.links}`);
      }
      break;
    case 'set':
      if (!n && !l) complaints.add(path, `on ${shown(entry.on)} names nothing that is there at ${entry.at}`);
      else settings(complaints, path, given, (n ? catalog.node(n.kind) : l && catalog.link(l, doc.nodes))?.fields ?? {}, true);
      break;
    case 'remove-link':
      if (!l) complaints.add(path, `on ${shown(entry.on)} names no link that is there at ${entry.at}`);
      break;
    default:
      if (!n) complaints.add(path, `on ${shown(entry.on)} names no node that is there at ${entry.at}`);
      if (entry.do === 'rename' && (typeof given['title'] !== 'string' || given['title'].length > LIMITS.title)) complaints.add(path, `title must be a text of at most ${LIMITS.title} characters, got ${shown(given['title'])}`);
  }
  if (complaints.list.length > before) return doc;
  const next = n && entry.do === 'set' ? replaced(doc, doc.nodes.indexOf(n), entry) : applyEdit(doc, entry);
  if (entry.do === 'add-node' || entry.do === 'set') rates(complaints, path, next, catalog);
  return next;
}
/** `applyEdit` on one node, without a walk over all others. */
function replaced(doc: Scenario, index: number, entry: TimelineEntry): Scenario {
  const nodes = doc.nodes.slice();
  nodes.splice(index, 1, ...applyEdit({ ...doc, nodes: doc.nodes.slice(index, index + 1), links: [] }, entry).nodes);
  return { ...doc, nodes };
}
