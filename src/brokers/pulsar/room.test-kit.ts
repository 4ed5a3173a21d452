import type { Entry, Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Run } from '../../simulation/run.ts';
import { loadModels } from '../models.ts';

export const models = await loadModels(['pulsar']);
export type Config = Readonly<Record<string, unknown>>;
export interface Parts {
  readonly cluster?: Config;
  readonly topic?: Config;
  readonly producer?: Config;
  readonly publish?: Config;
  readonly consume?: Config;
  readonly consumer?: Config;
  readonly timeline?: readonly TimelineEntry[];
  /** µs */
  readonly until?: number;
  readonly more?: Pick<Scenario, 'nodes' | 'links'>;
}
export const UNTIL = 4e6;
/** shop → orders → pay, and a topic for dead letters. */
export function scenarioOf(parts: Parts): Scenario {
  return {
    version: 1,
    title: 'pulsar',
    seed: 1,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, keys: { count: 6 }, ...parts.producer } },
      { id: 'pulsar', kind: 'pulsar.cluster', config: { metadataStoreSessionTimeoutMillis: 300, activeConsumerFailoverDelayTimeMillis: 100, ...parts.cluster } },
      { id: 'orders', kind: 'pulsar.topic', parent: 'pulsar', config: { ...parts.topic } },
      { id: 'dead', kind: 'pulsar.topic', parent: 'pulsar' },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '5ms', ...parts.consumer } },
      ...(parts.more?.nodes ?? []),
    ],
    links: [{ id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { ...parts.publish } }, { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { subscriptionName: 'pay', subscriptionType: 'Shared', negativeAckRedeliveryDelayMicros: 200_000, ...parts.consume } }, ...(parts.more?.links ?? [])],
    timeline: parts.timeline ?? [],
  };
}
export const at = (ms: number, todo: string, on: string, parameters?: Config): TimelineEntry => ({ at: `${ms}ms`, by: 'author', do: todo, on, ...(parameters ? { with: parameters } : {}) });

/** A run by what it told. */
export function observe({ simulation, judge }: Run) {
  const { history } = simulation;
  const all = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const text = (n: number) => (n < 0 ? '' : history.text(n));
  const of = (kind: Kind, reason?: string): Entry[] => all.filter((e) => e.kind === kind && (reason === undefined || text(e.reason) === reason));
  return {
    simulation,
    judge,
    text,
    of,
    at: (kind: Kind, place: string): Entry[] => of(kind).filter((e) => text(e.place) === place),
    found: (check: string) => judge.findings.filter((f) => f.check === check),
    depth: (place: string) =>
      simulation.rooms
        .get('pulsar')
        ?.depths()
        .find((d) => d.place === place),
    look: (place: string, cells = 20) => simulation.rooms.get('pulsar')?.look(place, cells),
  };
}
