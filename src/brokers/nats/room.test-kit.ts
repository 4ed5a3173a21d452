import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Config } from '../../testing/observe.ts';
import { loadModels } from '../models.ts';

export { catalog } from '../../catalog.ts';
export { at, type Config, observe } from '../../testing/observe.ts';
export const models = await loadModels(['nats']);

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
