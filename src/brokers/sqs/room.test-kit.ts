import { catalog } from '../../catalog.ts';
import type { Entry, Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Run } from '../../simulation/run.ts';
import { loadModels } from '../models.ts';

export { catalog };
export const models = await loadModels(['sqs']);
export type Config = Readonly<Record<string, unknown>>;

export interface Parts {
  readonly producer?: Config;
  readonly publish?: Config;
  readonly queue?: Config;
  readonly dlq?: Config;
  readonly consume?: Config;
  readonly consumer?: Config;
  readonly timeline?: readonly TimelineEntry[];
  readonly more?: Partial<Scenario>;
}
/** A queue that does nothing that AWS only does not rule out. */
export const POLITE: Config = { duplicates: 0, reordering: 0, servers: 1 };
const LATENCY = { latency: '1ms' };
/** shop → orders → pay, and a queue for dead letters. */
export function scenarioOf(parts: Parts): Scenario {
  return {
    version: 1,
    title: 'sqs',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, ...parts.producer } },
      { id: 'dead', kind: 'sqs.queue', config: { ...POLITE, ...parts.dlq } },
      { id: 'orders', kind: 'sqs.queue', config: { ...POLITE, ...parts.queue } },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '5ms', ...parts.consumer } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { ...LATENCY, ...parts.publish } },
      { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { ...LATENCY, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, ...parts.consume } },
    ],
    timeline: parts.timeline ?? [],
    ...parts.more,
  };
}
/** shop → events (topic) → orders and dead (queues); pay reads orders. `subscribe` is of the wire to orders. */
export function fanOut(parts: Parts & { readonly topic?: Config; readonly subscribe?: Config }): Scenario {
  const base = scenarioOf(parts);
  return {
    ...base,
    nodes: [...base.nodes, { id: 'events', kind: 'sqs.topic', config: { ...parts.topic } }],
    links: [...base.links.filter((l) => l.id !== 'in'), { id: 'in', kind: 'publish', from: 'shop', to: 'events', config: { ...LATENCY, ...parts.publish } }, { id: 'to-orders', kind: 'subscribe', from: 'events', to: 'orders', config: { ...LATENCY, ...parts.subscribe } }],
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
    of: (kind: Kind, place?: string): Entry[] => entries.filter((e) => e.kind === kind && (place === undefined || text(e.place) === place)),
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
export const UNTIL = 3e6;
