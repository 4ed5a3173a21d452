import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Config } from '../../testing/observe.ts';
import { loadModels } from '../models.ts';

export { at, type Config, observe } from '../../testing/observe.ts';
export const models = await loadModels(['redis-streams']);

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
