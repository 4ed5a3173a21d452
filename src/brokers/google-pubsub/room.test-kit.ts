import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Config } from '../../testing/observe.ts';
import { loadModels } from '../models.ts';

export { at, type Config, observe } from '../../testing/observe.ts';
export const models = await loadModels(['google-pubsub']);
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
