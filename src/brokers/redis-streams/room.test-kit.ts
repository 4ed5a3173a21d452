import type { Entry, Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Run } from '../../simulation/run.ts';
import { loadModels } from '../models.ts';

export const models = await loadModels(['redis-streams']);
export type Config = Readonly<Record<string, unknown>>;

export interface Parts {
  readonly server?: Config;
  readonly stream?: Config;
  readonly group?: Config;
  readonly producer?: Config;
  readonly publish?: Config;
  readonly read?: Config;
  readonly consume?: Config;
  readonly consumer?: Config;
  readonly timeline?: readonly TimelineEntry[];
  /** µs */
  readonly until?: number;
  readonly more?: Partial<Scenario>;
}
export const UNTIL = 3e6;
/** shop → orders → billing (group) → pay, and a dead stream with a group that nobody reads. */
export function scenarioOf(parts: Parts): Scenario {
  return {
    version: 1,
    title: 'redis',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, ...parts.producer } },
      { id: 'redis', kind: 'redis-streams.server', config: { ...parts.server } },
      { id: 'orders', kind: 'redis-streams.stream', parent: 'redis', config: { ...parts.stream } },
      { id: 'billing', kind: 'redis-streams.group', parent: 'redis', config: { ...parts.group } },
      { id: 'dead', kind: 'redis-streams.stream', parent: 'redis' },
      { id: 'undertaker', kind: 'redis-streams.group', parent: 'redis' },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '5ms', ...parts.consumer } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { ...parts.publish } },
      { id: 'of', kind: 'read', from: 'orders', to: 'billing', config: { ...parts.read } },
      { id: 'of-dead', kind: 'read', from: 'dead', to: 'undertaker' },
      { id: 'out', kind: 'consume', from: 'billing', to: 'pay', config: { COUNT: 10, BLOCK: 5000, ...parts.consume } },
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
  return {
    first,
    entries,
    text,
    of: (kind: Kind): Entry[] => entries.filter((e) => e.kind === kind),
    count: (kind: Kind, place?: string) => entries.filter((e) => e.kind === kind && (place === undefined || text(e.place) === place)).length,
    /** Reasons of entries of a kind, with how often. */
    reasons: (kind: Kind) => {
      const counts: Record<string, number> = {};
      for (const e of entries) if (e.kind === kind) counts[text(e.reason)] = (counts[text(e.reason)] ?? 0) + 1;
      return counts;
    },
    /** Messages that took effect more than once. */
    twice: () => {
      const seen = new Map<number, number>();
      for (const e of entries) if (e.kind === 'effect') seen.set(e.message, (seen.get(e.message) ?? 0) + 1);
      return [...seen].filter(([, n]) => n > 1).map(([message]) => message);
    },
  };
}
