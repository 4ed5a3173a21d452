import type { Entry, Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Run } from '../../simulation/run.ts';
import { loadModels } from '../models.ts';

export { catalog } from '../../catalog.ts';
export const models = await loadModels(['eventbridge']);
export type Config = Readonly<Record<string, unknown>>;

export interface Parts {
  readonly producer?: Config;
  readonly publish?: Config;
  readonly bus?: Config;
  readonly rule?: Config;
  readonly target?: Config;
  readonly archive?: Config;
  readonly queue?: Config;
  readonly consume?: Config;
  readonly consumer?: Config;
  readonly forward?: Config;
  readonly function?: Config;
  readonly lambda?: Config;
  readonly timeline?: readonly TimelineEntry[];
  /** µs */
  readonly until?: number;
  readonly more?: Partial<Scenario>;
}
export const UNTIL = 8e6;
/**
 * shop → main (bus) → orders (rule) → pay; main → history (archive); what orders does not deliver → dead → undertaker.
 * main → async (rule) → charge, a function; main → abroad (rule) → other (bus) → there (rule) → audit.
 */
export function scenarioOf(parts: Parts): Scenario {
  return {
    version: 1,
    title: 'eventbridge',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 10, ...parts.producer } },
      { id: 'main', kind: 'eventbridge.bus', config: { duplicates: 0, ...parts.bus } },
      { id: 'orders', kind: 'eventbridge.rule', config: { DeadLetterConfig: 'dead', ...parts.rule } },
      { id: 'history', kind: 'eventbridge.archive', config: { lag: '100ms', ...parts.archive } },
      { id: 'dead', kind: 'eventbridge.dead-letter-queue', config: { ...parts.queue } },
      { id: 'abroad', kind: 'eventbridge.rule', config: { EventPattern: '{"detail":{"key":["A"]}}' } },
      { id: 'other', kind: 'eventbridge.bus', config: { duplicates: 0, deliveryLatency: '100ms' } },
      { id: 'there', kind: 'eventbridge.rule' },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '20ms', concurrency: 4, ...parts.consumer } },
      { id: 'audit', kind: 'consumer', config: { serviceTime: '5ms', concurrency: 4 } },
      { id: 'async', kind: 'eventbridge.rule', config: { EventPattern: '{"detail":{"key":["B","C"]}}' } },
      { id: 'charge', kind: 'function', config: { serviceTime: '5ms', ...parts.function } },
      { id: 'undertaker', kind: 'consumer', config: { serviceTime: '5ms', concurrency: 10 } },
    ],
    links: [
      { id: 'put', kind: 'publish', from: 'shop', to: 'main', config: { ...parts.publish } },
      { id: 'main-orders', kind: 'rule', from: 'main', to: 'orders' },
      { id: 'orders-pay', kind: 'api-destination', from: 'orders', to: 'pay', config: { ...parts.target } },
      { id: 'main-history', kind: 'archive', from: 'main', to: 'history' },
      { id: 'main-abroad', kind: 'rule', from: 'main', to: 'abroad' },
      { id: 'abroad-other', kind: 'event-bus', from: 'abroad', to: 'other', config: { ...parts.forward } },
      { id: 'other-there', kind: 'rule', from: 'other', to: 'there' },
      { id: 'there-audit', kind: 'api-destination', from: 'there', to: 'audit' },
      { id: 'main-async', kind: 'rule', from: 'main', to: 'async' },
      { id: 'async-charge', kind: 'lambda', from: 'async', to: 'charge', config: { ...parts.lambda } },
      { id: 'dead-undertaker', kind: 'consume', from: 'dead', to: 'undertaker', config: { ...parts.consume } },
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
    /** Findings of a check, with their reasons. */
    found: (check: string) => first.judge.findings.filter((f) => f.check === check).map((f) => `${f.place} ${f.reason ?? ''}`),
  };
}
