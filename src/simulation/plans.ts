/** From a document's settings to what clients work with: defaults filled in, durations in µs. */
import { micros } from '../base/time.ts';
import type { BridgePlan } from '../clients/bridge.ts';
import type { ConsumerPlan } from '../clients/consumer.ts';
import type { FunctionPlan } from '../clients/function.ts';
import type { Backoff } from '../clients/host.ts';
import type { ProducerPlan } from '../clients/producer.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import type { Scenario, ScenarioNode } from '../scenario/document.ts';
import { type Fields, fill, type Spread } from '../scenario/fields.ts';
import type { InstancesPlan } from '../clients/instances.ts';
import type { PublishPlan } from '../clients/publications.ts';
import type { WorkPlan } from '../clients/workshop.ts';
import { sampler } from '../scenario/spread.ts';

type Config = Readonly<Record<string, unknown>>;

/** The document with every default filled in. */
export function filled(doc: Scenario, catalog: Catalog): Scenario {
  const fillOne = <T extends { readonly kind: string; readonly config?: Config }>(item: T, known: { readonly fields: Fields } | undefined): T => ({ ...item, config: known ? fill(known.fields, item.config) : (item.config ?? {}) });
  return { ...doc, nodes: doc.nodes.map((n) => fillOne(n, catalog.node(n.kind))), links: doc.links.map((l) => fillOne(l, catalog.link(l, doc.nodes))) };
}
const record = (config: Config, name: string): Config => (config[name] ?? {}) as Config;
const count = (config: Config, name: string, fallback: number) => (typeof config[name] === 'number' ? (config[name] as number) : fallback);
const span = (config: Config, name: string, fallback: number) => (typeof config[name] === 'string' ? micros(config[name] as string) : fallback);

function backoff(config: Config): Backoff {
  return { attempts: count(config, 'attempts', 0), base: span(config, 'base', 100_000), factor: count(config, 'factor', 2), max: span(config, 'max', 30_000_000), jitter: count(config, 'jitter', 0) };
}
function publishPlan(config: Config): PublishPlan {
  const retry = record(config, 'retry');
  return {
    pushback: (config['pushback'] ?? 'block') as PublishPlan['pushback'],
    bufferLimit: count(config, 'bufferLimit', 1000),
    retry: { ...backoff(retry), timeout: span(retry, 'timeout', 0) },
  };
}
export function producerPlan({ config = {} }: ScenarioNode): ProducerPlan {
  const keys = record(config, 'keys');
  const burst = record(config, 'burst');
  const onOff = record(config, 'onOff');
  const ramp = record(config, 'ramp');
  return {
    arrivals: (config['arrivals'] ?? 'constant') as ProducerPlan['arrivals'],
    rate: count(config, 'rate', 10),
    burst: { size: count(burst, 'size', 100), every: span(burst, 'every', 10_000_000) },
    onOff: { on: span(onOff, 'on', 5_000_000), off: span(onOff, 'off', 5_000_000) },
    ramp: { to: count(ramp, 'to', 100), over: span(ramp, 'over', 30_000_000) },
    keys: { count: count(keys, 'count', 20), skew: count(keys, 'skew', 0) },
    size: count(config, 'size', 512),
    ...publishPlan(config),
    ...(typeof config['limit'] === 'number' ? { limit: config['limit'] } : {}),
    ...(typeof config['priority'] === 'number' ? { priority: config['priority'] } : {}),
  };
}
/** What everybody who works on messages is asked. */
function workPlan(config: Config, takes: Spread = '50ms'): WorkPlan {
  return {
    serviceTime: sampler((config['serviceTime'] ?? takes) as Spread),
    failureRate: count(record(config, 'failures'), 'rate', 0),
    idempotency: (config['idempotency'] ?? 'none') as WorkPlan['idempotency'],
    window: count(config, 'window', 1000),
    effectAt: count(config, 'effectAt', 1),
  };
}
function instancesPlan(config: Config, takes?: Spread): InstancesPlan {
  return {
    ...workPlan(config, takes),
    instances: count(config, 'instances', 1),
    concurrency: count(config, 'concurrency', 1),
    ...(typeof config['restartAfter'] === 'string' ? { restartAfter: micros(config['restartAfter']) } : {}),
  };
}
export function consumerPlan({ config = {} }: ScenarioNode): ConsumerPlan {
  return {
    ...instancesPlan(config),
    onFailure: (config['onFailure'] ?? 'requeue') as ConsumerPlan['onFailure'],
    retry: backoff(record(config, 'retry')),
  };
}
export function bridgePlan({ config = {} }: ScenarioNode): BridgePlan {
  return {
    ...instancesPlan(config, '5ms'),
    ...publishPlan(config),
    settle: (config['settle'] ?? 'after-confirm') as BridgePlan['settle'],
    onFailure: (config['onFailure'] ?? 'requeue') as BridgePlan['onFailure'],
  };
}
export function functionPlan({ config = {} }: ScenarioNode): FunctionPlan {
  return {
    ...workPlan(config),
    concurrency: count(config, 'concurrency', 10),
    provisioned: count(config, 'provisioned', 0),
    coldStart: sampler((config['coldStart'] ?? '400ms') as Spread),
    keepWarm: span(config, 'keepWarm', 300_000_000),
    timeout: span(config, 'timeout', 30_000_000),
  };
}
