import type { Scenario, TimelineEntry } from '../../scenario/document.ts';
import type { Config } from '../../testing/observe.ts';
import { loadModels } from '../models.ts';

export { catalog } from '../../catalog.ts';
export { at, type Config, observe } from '../../testing/observe.ts';
export const models = await loadModels(['eventbridge']);

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
