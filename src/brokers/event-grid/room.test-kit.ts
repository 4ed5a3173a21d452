import { catalog } from '../../catalog.ts';
import type { Scenario, ScenarioLink, ScenarioNode, TimelineEntry } from '../../scenario/document.ts';
import type { Run } from '../../simulation/run.ts';
import type { Catalog } from '../../scenario/descriptor.ts';
import type { Models } from '../../simulation/simulation.ts';
import { type Config, observe } from '../../testing/observe.ts';
import { loadModels } from '../models.ts';

export { at, type Config } from '../../testing/observe.ts';
export const models = await loadModels(['event-grid']);

export interface Parts {
  readonly producer?: Config;
  readonly consumer?: Config;
  readonly topic?: Config;
  readonly subscription?: Config;
  readonly queue?: Config;
  readonly blob?: Config;
  readonly publish?: Config;
  readonly subscribe?: Config;
  readonly push?: Config;
  readonly consume?: Config;
  readonly timeline?: readonly TimelineEntry[];
  /** µs */
  readonly until?: number;
  readonly more?: { readonly nodes?: readonly ScenarioNode[]; readonly links?: readonly ScenarioLink[] };
}
/** No luck, unless a test asks for it. */
const PLAIN = { deliveryLatency: '10ms' };
const STEADY = { ...PLAIN, randomization: 0, duplicates: 0, lateAnswers: 0 };
const base = (parts: Parts, topicKind: string) => ({
  version: 1 as const,
  title: 'event grid',
  seed: 1,
  timeline: parts.timeline ?? [],
  nodes: [
    { id: 'shop', kind: 'producer', config: { rate: 10, ...parts.producer } },
    { id: 'orders', kind: `event-grid.${topicKind}`, config: { ...parts.topic } },
    { id: 'pay', kind: 'consumer', config: { serviceTime: '5ms', ...parts.consumer } },
    { id: 'dead', kind: 'event-grid.blob', config: { ...parts.blob } },
    ...(parts.more?.nodes ?? []),
  ],
});
/** shop → orders → billing → pay, pushed; and a container. */
export function pushed(parts: Parts, topicKind: 'topic' | 'domain' | 'namespace-topic' = 'topic'): Scenario {
  const { nodes, ...rest } = base(parts, topicKind);
  return {
    ...rest,
    nodes: [...nodes, { id: 'billing', kind: 'event-grid.subscription', config: { ...STEADY, ...parts.subscription } }],
    links: [
      { id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '1ms', ...parts.publish } },
      { id: 'of', kind: 'subscribe', from: 'orders', to: 'billing', ...(parts.subscribe ? { config: parts.subscribe } : {}) },
      { id: 'out', kind: 'push', from: 'billing', to: 'pay', config: { latency: '1ms', ...parts.push } },
      ...(parts.more?.links ?? []),
    ],
  };
}
/** shop → orders → jobs → pay, received; and a container. */
export function pulled(parts: Parts): Scenario {
  const { nodes, ...rest } = base(parts, 'namespace-topic');
  return {
    ...rest,
    nodes: [...nodes, { id: 'jobs', kind: 'event-grid.queue-subscription', config: { ...PLAIN, ...parts.queue } }],
    links: [{ id: 'in', kind: 'publish', from: 'shop', to: 'orders', config: { latency: '1ms', ...parts.publish } }, { id: 'of', kind: 'subscribe', from: 'orders', to: 'jobs' }, { id: 'out', kind: 'consume', from: 'jobs', to: 'pay', config: { latency: '1ms', ...parts.consume } }, ...(parts.more?.links ?? [])],
  };
}
/** Runs a scenario and looks into its history. @param twice of testing/run-twice.ts */
export const runner = (twice: (document: Scenario, models: Models, catalog: Catalog, until: number) => Run) => (scenario: Scenario, seconds: number) => observe(twice(scenario, models, catalog, seconds * 1e6));
