/** How a consumer was built: its consume link in the model's units. https://pulsar.apache.org/reference/#/4.0.x/client/client-configuration-consumer */
import { micros } from '../../base/time.ts';
import type { HashRange } from './key-shared.ts';
import type { SubscribeArgs } from './subscribing.ts';
import type { SubscriptionType } from './subscription.ts';

type Config = Readonly<Record<string, unknown>>;
export interface Reading {
  readonly subscription: string;
  readonly type: SubscriptionType;
  readonly individual: boolean;
  readonly cumulative: boolean;
  /** Messages of one partition, and of all, that it takes in advance. */
  readonly queue: number;
  readonly queueOfAll: number;
  readonly ackGroupTime: number;
  readonly ackGroupSize: number;
  readonly batchIndexAck: boolean;
  readonly tick: number;
  /** µs, by how often the message was redelivered; 0 = never */
  ackTimeout(redeliveries: number): number;
  nackDelay(redeliveries: number): number;
  readonly deadLetter: { readonly maxRedeliverCount: number } | null;
  readonly retryEnable: boolean;
  readonly reconsumeAfter: number;
  deadLetterTopic(topic: string): string;
  retryTopic(topic: string): string;
}
const number = (config: Config, name: string, fallback: number): number => (typeof config[name] === 'number' ? (config[name] as number) : fallback);
const text = (config: Config, name: string): string | undefined => (typeof config[name] === 'string' && config[name] !== '' ? (config[name] as string) : undefined);

/** https://github.com/apache/pulsar/blob/master/pulsar-client/src/main/java/org/apache/pulsar/client/impl/MultiplierRedeliveryBackoff.java @returns µs */
function backoff(config: Config, prefix: string, redeliveries: number): number | undefined {
  const least = number(config, `${prefix}MinDelayMs`, 0);
  if (least === 0) return undefined;
  const most = number(config, `${prefix}MaxDelayMs`, 600_000);
  const multiplier = number(config, `${prefix}Multiplier`, 2);
  let delay = least;
  for (let n = 0; n < redeliveries && delay < most && multiplier > 1; n++) delay *= multiplier;
  return Math.floor(Math.min(delay, most)) * 1000;
}
export function typeOf(config: Config): SubscriptionType {
  const type = config['subscriptionType'];
  return type === 'Failover' || type === 'Shared' || type === 'Key_Shared' ? type : 'Exclusive';
}
/** Builders of consumers, by the settings of a link: they are asked for with every message. */
const known = new WeakMap<Config, Reading>();
export function readingOf(config: Config): Reading {
  let reading = known.get(config);
  if (reading === undefined) known.set(config, (reading = build(config)));
  return reading;
}
function build(config: Config): Reading {
  const type = typeOf(config);
  const individual = type === 'Shared' || type === 'Key_Shared';
  const subscription = text(config, 'subscriptionName') ?? 'subscription';
  const max = number(config, 'maxRedeliverCount', 0);
  const timeout = number(config, 'ackTimeoutMillis', 0) * 1000;
  return {
    subscription,
    type,
    individual,
    cumulative: config['ackType'] === 'Cumulative' && !individual,
    queue: number(config, 'receiverQueueSize', 1000),
    queueOfAll: number(config, 'maxTotalReceiverQueueSizeAcrossPartitions', 50_000),
    ackGroupTime: number(config, 'acknowledgementsGroupTimeMicros', 100_000),
    ackGroupSize: number(config, 'maxAcknowledgmentGroupSize', 1000),
    batchIndexAck: config['batchIndexAckEnabled'] !== false,
    tick: number(config, 'tickDurationMillis', 1000) * 1000,
    ackTimeout: (redeliveries) => (timeout === 0 ? 0 : (backoff(config, 'ackTimeoutRedeliveryBackoff', redeliveries) ?? timeout)),
    nackDelay: (redeliveries) => backoff(config, 'negativeAckRedeliveryBackoff', redeliveries) ?? number(config, 'negativeAckRedeliveryDelayMicros', 60_000_000),
    deadLetter: max > 0 ? { maxRedeliverCount: max } : null,
    retryEnable: config['retryEnable'] === true,
    reconsumeAfter: micros(String(config['reconsumeLater'] ?? '10s')),
    deadLetterTopic: (topic) => text(config, 'deadLetterTopic') ?? `${topic}-${subscription}-DLQ`,
    retryTopic: (topic) => text(config, 'retryLetterTopic') ?? `${topic}-${subscription}-RETRY`,
  };
}
/** "0-32767 40000-65535" */
export function rangesOf(words: string): HashRange[] {
  return [...words.matchAll(/(-?\d+)\s*-\s*(\d+)/g)].map(([, start, end]) => ({ start: Number(start), end: Number(end) }));
}
export function subscribeArgs(config: Config, name: string): SubscribeArgs {
  const { subscription, type } = readingOf(config);
  return {
    subscription,
    type,
    name,
    priority: number(config, 'priorityLevel', 0),
    initialPosition: config['subscriptionInitialPosition'] === 'Earliest' ? 'Earliest' : 'Latest',
    keyShared: { mode: config['keySharedMode'] === 'STICKY' ? 'STICKY' : 'AUTO_SPLIT', allowOutOfOrderDelivery: config['allowOutOfOrderDelivery'] === true, ranges: rangesOf(text(config, 'stickyHashRanges') ?? '') },
  };
}
