import { catalog } from '../../catalog.ts';
import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Config } from '../../testing/observe.ts';
import { loadModels } from '../models.ts';

export { catalog };
export { at, type Config, observe } from '../../testing/observe.ts';
export const models = await loadModels(['sqs']);

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

export const UNTIL = 3e6;
