import type { Entry, Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Run } from '../../simulation/run.ts';
import { loadModels } from '../models.ts';

export const models = await loadModels(['google-pubsub']);
export type Config = Readonly<Record<string, unknown>>;
export interface Parts {
  readonly topic?: Config;
  readonly subscription?: Config;
  readonly producer?: Config;
  readonly publish?: Config;
  readonly consume?: Config;
  readonly consumer?: Config;
  readonly timeline?: readonly TimelineEntry[];
  readonly more?: Partial<Scenario>;
}
/** Nothing happens that the documentation merely does not exclude. */
export const STRICT: Config = { ackLost: 0, lateAck: 0, uncounted: 0, overtaken: 0, sticky: 0 };
export const UNTIL = 3e6;
/** shop → orders → billing (subscription) → pay, and a dead-letter topic with a subscription that nobody reads. */
export function scenarioOf(parts: Parts): Scenario {
  return {
    version: 1,
    title: 'pubsub',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, ...parts.producer } },
      { id: 'orders', kind: 'google-pubsub.topic', config: { ...parts.topic } },
      { id: 'billing', kind: 'google-pubsub.subscription', config: { ...parts.subscription } },
      { id: 'dead', kind: 'google-pubsub.topic' },
      { id: 'undertaker', kind: 'google-pubsub.subscription' },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '5ms', ...parts.consumer } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { ...parts.publish } },
      { id: 'of', kind: 'attach', from: 'orders', to: 'billing' },
      { id: 'of-dead', kind: 'attach', from: 'dead', to: 'undertaker' },
      { id: 'out', kind: 'consume', from: 'billing', to: 'pay', config: { ...parts.consume } },
    ],
    timeline: parts.timeline ?? [],
    ...parts.more,
  };
}
export const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });

/** Looks into the history of a run. */
export function observe(first: Run) {
  const { history, messages } = first.simulation;
  const entries = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const text = (n: number) => (n < 0 ? '' : history.text(n));
  return {
    first,
    entries,
    text,
    messages,
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
    /** Effects as numbers within their key, per key. */
    inOrder: () => {
      const keys: Record<number, number[]> = {};
      for (const e of entries) if (e.kind === 'effect') (keys[messages.key(e.message)] ??= []).push(messages.seq(e.message));
      return Object.values(keys);
    },
  };
}
