import { clients } from '../../clients/descriptor.ts';
import { checks } from '../../checks/descriptor.ts';
import { faults } from '../../faults/descriptor.ts';
import type { Entry, Kind } from '../../history/entries.ts';
import type { Catalog, End, LinkDescriptor } from '../../scenario/descriptor.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Run } from '../../simulation/run.ts';
import type { Models } from '../../simulation/simulation.ts';
import { nats } from './descriptor.ts';
import { NatsRoom } from './room.ts';

export const models: Models = { nats: (host, topology) => new NatsRoom(host, topology) };

const rooms = [clients, faults, nats];
const links = rooms.flatMap((r) => r.links);
const between = (from: string, to: string) => links.find((l) => l.from.includes(from) && l.to.includes(to));
const kindOf = (nodes: readonly End[], id: string) => nodes.find((n) => n.id === id)?.kind ?? '';
/** Where links are known by their kind alone: the settings of all links of that kind. */
const ofKind = (kind: string): LinkDescriptor | undefined => {
  const same = links.filter((l) => l.kind === kind);
  return same[0] && { ...same[0], fields: Object.assign({}, ...same.map((l) => l.fields)) };
};
/** Clients, faults and NATS. */
export const catalog: Catalog = {
  rooms,
  checks,
  node: (kind) => rooms.flatMap((r) => r.nodes).find((n) => n.kind === kind),
  action: (name) => rooms.flatMap((r) => r.actions).find((a) => a.name === name),
  link: (link: string | { readonly kind: string; readonly from: string; readonly to: string }, nodes: readonly End[] = []): LinkDescriptor | undefined => (typeof link === 'string' ? ofKind(link) : between(kindOf(nodes, link.from), kindOf(nodes, link.to))),
  wire: (from, to) => between(from.kind, to.kind) ?? nats.whyNot?.find((w) => (w.from === '*' || w.from === from.kind) && (w.to === '*' || w.to === to.kind))?.says ?? 'They cannot be wired.',
};

export type Config = Readonly<Record<string, unknown>>;
export interface Parts {
  readonly cluster?: Config;
  readonly stream?: Config;
  readonly consumer?: Config;
  readonly subject?: Config;
  readonly producer?: Config;
  readonly publish?: Config;
  readonly publishToSubject?: Config;
  readonly filter?: Config;
  readonly source?: Config;
  readonly consume?: Config;
  readonly listen?: Config;
  readonly leafnode?: Config;
  readonly reader?: Config;
  readonly listener?: Config;
  readonly timeline?: readonly TimelineEntry[];
  /** µs */
  readonly until?: number;
  readonly more?: Partial<Scenario>;
}
export const UNTIL = 3e6;
/** shop → orders → billing → pay; orders is a source of archive, read by audit; beat → pulse → dash, by core NATS. */
export function scenarioOf(parts: Parts): Scenario {
  return {
    version: 1,
    title: 'nats',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, keys: { count: 4 }, ...parts.producer } },
      { id: 'beat', kind: 'producer', config: { rate: 10, ...parts.producer } },
      { id: 'nats', kind: 'nats.cluster', config: { ...parts.cluster } },
      { id: 'orders', kind: 'nats.stream', parent: 'nats', config: { subjects: 'orders.*', ...parts.stream } },
      { id: 'billing', kind: 'nats.consumer', parent: 'nats', config: { ...parts.consumer } },
      { id: 'archive', kind: 'nats.stream', parent: 'nats' },
      { id: 'audit', kind: 'nats.consumer', parent: 'nats' },
      { id: 'pulse', kind: 'nats.subject', parent: 'nats', config: { ...parts.subject } },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '5ms', ...parts.reader } },
      { id: 'dash', kind: 'consumer', config: { serviceTime: '5ms', ...parts.listener } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { ...parts.publish } },
      { id: 'of', kind: 'filter', from: 'orders', to: 'billing', config: { ...parts.filter } },
      { id: 'out', kind: 'consume', from: 'billing', to: 'pay', config: { ...parts.consume } },
      { id: 'copy', kind: 'source', from: 'orders', to: 'archive', config: { ...parts.source } },
      { id: 'of-archive', kind: 'filter', from: 'archive', to: 'audit' },
      { id: 'say', kind: 'publish', from: 'beat', to: 'pulse', config: { ...parts.publishToSubject } },
      { id: 'hear', kind: 'consume', from: 'pulse', to: 'dash', config: { ...parts.listen } },
    ],
    timeline: parts.timeline ?? [],
    ...parts.more,
  };
}
export const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });

/** Looks into the history of a run. */
export function observe(first: Run) {
  const { history } = first.simulation;
  const entries = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const text = (n: number) => (n < 0 ? '' : history.text(n));
  const here = (e: Entry, place: string | undefined) => place === undefined || text(e.place) === place;
  return {
    first,
    entries,
    text,
    of: (kind: Kind, place?: string): Entry[] => entries.filter((e) => e.kind === kind && here(e, place)),
    count: (kind: Kind, place?: string) => entries.filter((e) => e.kind === kind && here(e, place)).length,
    /** Reasons of entries of a kind, with how often. */
    reasons: (kind: Kind, place?: string) => {
      const counts: Record<string, number> = {};
      for (const e of entries) if (e.kind === kind && here(e, place)) counts[text(e.reason)] = (counts[text(e.reason)] ?? 0) + 1;
      return counts;
    },
    /** Messages that took effect more than once at a place. */
    twice: (place = 'pay') => {
      const seen = new Map<number, number>();
      for (const e of entries) if (e.kind === 'effect' && here(e, place)) seen.set(e.message, (seen.get(e.message) ?? 0) + 1);
      return [...seen].filter(([, n]) => n > 1).map(([message]) => message);
    },
  };
}
