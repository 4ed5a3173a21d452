/** What a document asks of the service: resources by name, and how clients are set up. */
import { micros } from '../../base/time.ts';
import type { Topology } from '../contract.ts';
import type { SubscriptionConfig, TopicConfig } from './model.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface TopicPlan {
  readonly node: string;
  readonly config: TopicConfig;
}
export interface SubscriptionPlan {
  readonly node: string;
  /** The wire to its topic. */
  readonly wire: string;
  readonly config: SubscriptionConfig;
  /** The wire to its endpoint and who answers there, for a push subscription. */
  readonly endpoint?: { readonly link: string; readonly client: string; readonly firstWindow: number };
}
export interface Plan {
  readonly topics: readonly TopicPlan[];
  readonly subscriptions: readonly SubscriptionPlan[];
}
export const EMPTY: Plan = { topics: [], subscriptions: [] };

const number = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const span = (value: unknown): number | undefined => (typeof value === 'string' && value !== '' ? micros(value) : undefined);
const nameOf = (id: string, config: Config): string => text(config['name']) || id;

export function planOf({ nodes, links }: Topology): Plan {
  const topics = nodes
    .filter((n) => n.kind === 'google-pubsub.topic')
    .map(({ id, config = {} }): TopicPlan => {
      const retention = span(config['messageRetentionDuration']);
      const throughput = config['throughput'];
      return { node: id, config: { name: nameOf(id, config), ...(retention === undefined ? {} : { retention }), ...(typeof throughput === 'number' ? { throughput } : {}) } };
    });
  const names = new Map(topics.map(({ node, config }) => [node, config.name]));
  const subscriptions = nodes.flatMap(({ id, kind, config = {} }): SubscriptionPlan[] => {
    if (kind !== 'google-pubsub.subscription') return [];
    // A subscription belongs to one topic: the first that is wired to it.
    const wire = links.find((l) => l.kind === 'attach' && l.to === id);
    const topic = names.get(wire?.from ?? '');
    if (wire === undefined || topic === undefined) return [];
    const made = subscriptionConfig(nameOf(id, config), topic, config);
    const out = links.find((l) => l.from === id);
    return [{ node: id, wire: wire.id, config: made, ...(made.push && out !== undefined ? { endpoint: { link: out.id, client: out.to, firstWindow: number(out.config?.['firstWindow'], 3) } } : {}) }];
  });
  return { topics, subscriptions };
}
function subscriptionConfig(name: string, topic: string, config: Config): SubscriptionConfig {
  const [minimum, maximum, ttl] = [span(config['minimumBackoff']), span(config['maximumBackoff']), span(config['ttl'])];
  const dead = text(config['deadLetterTopic']);
  return {
    ...{ name, topic, push: config['deliveryType'] === 'Push', filter: text(config['filter']) },
    ackDeadline: number(config['ackDeadlineSeconds'], 10) * 1e6,
    ordering: config['enableMessageOrdering'] === true,
    exactlyOnce: config['enableExactlyOnceDelivery'] === true,
    retention: span(config['messageRetentionDuration']) ?? 7 * 86_400e6,
    retainAcked: config['retainAckedMessages'] === true,
    ...(ttl === undefined || ttl === 0 ? {} : { ttl }),
    ...(minimum === undefined && maximum === undefined ? {} : { retry: { minimum: minimum ?? 10e6, maximum: maximum ?? 600e6 } }),
    ...(dead === '' ? {} : { deadLetter: { topic: dead, attempts: number(config['maxDeliveryAttempts'], 5), allowed: config['mayForward'] !== false } }),
    habits: { ackLost: number(config['ackLost'], 0), lateAck: number(config['lateAck'], 0), uncounted: number(config['uncounted'], 0), overtaken: number(config['overtaken'], 0), sticky: number(config['sticky'], 0) },
  };
}

/** How a publisher was set up. */
export interface Publishing {
  readonly topic: string;
  readonly ordering: boolean;
  readonly resumes: boolean;
  readonly count: number;
  readonly bytes: number;
  /** µs */
  readonly delay: number;
  readonly behavior: 'Ignore' | 'Block' | 'SignalError';
  /** 0 = no limit */
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly timeout: number;
}
export function publishingOf(topic: string, config: Config): Publishing {
  const behavior = config['LimitExceededBehavior'];
  return {
    topic,
    ordering: config['EnableMessageOrdering'] !== false,
    resumes: config['resumePublish'] === 'on failure',
    count: number(config['CountThreshold'], 100),
    bytes: number(config['ByteThreshold'], 1e6),
    delay: span(config['DelayThreshold']) ?? 10_000,
    behavior: behavior === 'Block' || behavior === 'SignalError' ? behavior : 'Ignore',
    maxMessages: number(config['MaxOutstandingMessages'], 1000),
    maxBytes: number(config['MaxOutstandingBytes'], 0),
    timeout: span(config['Timeout']) ?? 60e6,
  };
}
export const orderingKeyOf = (config: Config, key: string): string => text(config['orderingKey']).replaceAll('{key}', key);
export function attributesOf(config: Config, key: string): Record<string, string> {
  const attributes = config['attributes'];
  if (typeof attributes !== 'object' || attributes === null) return {};
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value).replaceAll('{key}', key)]));
}
/** How a subscriber was set up. */
export interface Receiving {
  readonly subscription: string;
  readonly push: boolean;
  readonly method: 'StreamingPull' | 'Pull';
  readonly maxMessages: number;
  readonly stream: { readonly maxMessages: number; readonly maxBytes: number; readonly deadline?: number };
  readonly ordering: boolean;
  readonly exactlyOnce: boolean;
  /** µs; 0 = never */
  readonly maxExtension: number;
  /** 0 = the library's own choice */
  readonly extension: { readonly least: number; readonly most: number };
  /** An endpoint that is at work on as much as it can answers 429. */
  readonly busyIsRefused: boolean;
}
export function receivingOf(plan: SubscriptionPlan | undefined, config: Config): Receiving {
  const own = config['streamAckDeadlineSeconds'];
  return {
    subscription: plan?.config.name ?? '',
    push: plan?.config.push === true,
    method: config['method'] === 'Pull' ? 'Pull' : 'StreamingPull',
    maxMessages: number(config['maxMessages'], 10),
    stream: { maxMessages: number(config['MaxOutstandingMessages'], 1000), maxBytes: number(config['MaxOutstandingBytes'], 0), ...(typeof own === 'number' ? { deadline: own * 1e6 } : {}) },
    ordering: plan?.config.ordering === true,
    exactlyOnce: plan?.config.exactlyOnce === true,
    maxExtension: span(config['MaxExtension']) ?? 3600e6,
    extension: { least: span(config['MinDurationPerAckExtension']) ?? 0, most: span(config['MaxDurationPerAckExtension']) ?? 0 },
    busyIsRefused: config['whenBusy'] === '429',
  };
}
