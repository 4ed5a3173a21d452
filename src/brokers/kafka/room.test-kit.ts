/** One producer, one topic, one group: what a Kafka application lives through, run twice. */
import { catalog } from '../../catalog.ts';
import type { Entry, Kind } from '../../history/entries.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import { runTwice } from '../../testing/run-twice.ts';
import { loadModels } from '../models.ts';

const models = await loadModels(['kafka']);
type Config = Readonly<Record<string, unknown>>;
interface Parts {
  readonly cluster?: Config;
  readonly topic?: Config;
  readonly producer?: Config;
  readonly publish?: Config;
  readonly consumer?: Config;
  readonly consume?: Config;
  readonly timeline?: readonly TimelineEntry[];
  readonly until?: number;
}
export function run(parts: Parts) {
  const scenario: Scenario = {
    version: 1,
    title: 'room',
    seed: 3,
    nodes: [
      { id: 'shop', kind: 'producer', config: { rate: 20, keys: { count: 4 }, ...parts.producer } },
      { id: 'kafka', kind: 'kafka.cluster', config: { 'group.initial.rebalance.delay.ms': 100, ...parts.cluster } },
      { id: 'orders', kind: 'kafka.topic', parent: 'kafka', config: { partitions: 2, ...parts.topic } },
      { id: 'pay', kind: 'consumer', config: { serviceTime: '10ms', ...parts.consumer } },
    ],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: parts.publish ?? {} },
      { id: 'out', kind: 'consume', from: 'orders', to: 'pay', config: { 'group.id': 'pay', 'auto.offset.reset': 'earliest', 'enable.auto.commit': false, 'heartbeat.interval.ms': 200, 'session.timeout.ms': 6000, ...parts.consume } },
    ],
    timeline: parts.timeline ?? [],
  };
  const { simulation, judge } = runTwice(scenario, models, catalog, parts.until ?? 5e6);
  const { history } = simulation;
  const all = Array.from({ length: history.length }, (_, id) => history.entry(id));
  const text = (n: number) => history.text(n);
  return {
    simulation,
    judge,
    of: (kind: Kind, reason?: string) => all.filter((e) => e.kind === kind && (reason === undefined || text(e.reason) === reason)),
    text,
    between: (entries: readonly Entry[], from: number, to: number) => entries.filter((e) => e.time >= from * 1e6 && e.time < to * 1e6),
  };
}
