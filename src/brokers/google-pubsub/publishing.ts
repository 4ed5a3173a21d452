/** A topic takes messages, within its limits, and gives each to the subscriptions whose filter it passes. */
import { utf8Length } from '../../base/utf8.ts';
import type { Refusal } from '../contract.ts';
import { add } from './backlog.ts';
import type { Core } from './core.ts';
import { errors } from './errors.ts';
import { type Attributes, matches } from './filter.ts';
import type { Bucket, Stored, Subscription, Topic } from './model.ts';
import { remember } from './retention.ts';

/** https://docs.cloud.google.com/pubsub/quotas#resource_limits */
export const LIMITS = { requestBytes: 10_000_000, requestMessages: 1000, attributes: 100, attributeKey: 256, attributeValue: 1024, orderingKey: 1024, keyBytesPerSecond: 1_000_000 } as const;

export interface Published {
  readonly message: number;
  /** bytes of data */
  readonly size: number;
  readonly key?: string;
  readonly attributes?: Attributes;
}
function attributeBytes(attributes: Attributes): number {
  return Object.entries(attributes).reduce((sum, [key, value]) => sum + utf8Length(key) + utf8Length(value), 0);
}
const sizeOf = ({ size, key = '', attributes = {} }: Published): number => size + utf8Length(key) + attributeBytes(attributes);

function refusalOf(messages: readonly Published[]): Refusal | undefined {
  if (messages.length > LIMITS.requestMessages) return errors.tooManyMessages(messages.length);
  const bytes = messages.reduce((sum, one) => sum + sizeOf(one), 0);
  if (bytes > LIMITS.requestBytes) return errors.requestTooLarge(bytes);
  if (new Set(messages.map(({ key = '' }) => key)).size > 1) return errors.mixedKeys();
  for (const { size, key = '', attributes = {} } of messages) {
    const all = Object.entries(attributes);
    if (size === 0 && all.length === 0) return errors.emptyMessage();
    if (utf8Length(key) > LIMITS.orderingKey) return errors.orderingKey(utf8Length(key));
    if (all.length > LIMITS.attributes || all.some(([name, value]) => name === '' || name.startsWith('goog') || utf8Length(name) > LIMITS.attributeKey || utf8Length(value) > LIMITS.attributeValue)) return errors.attributes();
  }
  return undefined;
}
/** Takes from the bucket unless it is in debt: a request may be larger than what one second allows. */
function allows(bucket: Bucket, rate: number, bytes: number, now: number): boolean {
  bucket.bytes = Math.min(rate, bucket.bytes + Math.floor(((now - bucket.at) * rate) / 1e6));
  bucket.at = now;
  if (bucket.bytes <= 0) return false;
  bucket.bytes -= bytes;
  return true;
}
function throttled(topic: Topic, messages: readonly Published[], now: number): Refusal | undefined {
  const bytes = messages.reduce((sum, one) => sum + sizeOf(one), 0);
  const key = messages[0]?.key ?? '';
  if (key !== '') {
    const rate = LIMITS.keyBytesPerSecond;
    const bucket = topic.keyQuota.get(key) ?? { bytes: rate, at: now };
    topic.keyQuota.set(key, bucket);
    if (!allows(bucket, rate, bytes, now)) return errors.keyThroughput();
  }
  const { throughput } = topic.config;
  if (throughput !== undefined && !allows(topic.quota, throughput, bytes, now)) return errors.throughput();
  return undefined;
}

/** One publish request: all its messages or none. @returns their sequence numbers in the topic */
export function publish(core: Core, topic: Topic, messages: readonly Published[]): Refusal | number[] {
  const refusal = refusalOf(messages) ?? throttled(topic, messages, core.now);
  if (refusal !== undefined) return refusal;
  return messages.map((one) => accept(core, topic, one));
}
function accept(core: Core, topic: Topic, one: Published, from?: { readonly subscription: string; readonly seq: number }): number {
  const stored: Stored = { seq: topic.next++, message: one.message, key: one.key ?? '', attributes: one.attributes ?? {}, size: one.size, at: core.now };
  const attached = topic.subscriptions.flatMap((name) => core.subscriptions.get(name) ?? []);
  const wanting = attached.filter(({ filter }) => matches(filter, stored.attributes));
  const kept = remember(core, topic, stored);
  core.tell({ kind: 'accepted', topic: topic.config.name, stored, to: wanting.map(({ config }) => config.name), matched: attached.length > 0 || kept, ...(from === undefined ? {} : { from }) });
  for (const subscription of wanting) {
    subscription.byAge.push(stored.seq);
    add(core, subscription, stored);
  }
  return stored.seq;
}
/** Dead letters are published to their topic by the service itself, with attributes that say where they came from. */
export function forward(core: Core, subscription: Subscription, topic: Topic, stored: Stored, failures: number): void {
  const { name, habits, exactlyOnce } = subscription.config;
  const attributes = {
    ...stored.attributes,
    CloudPubSubDeadLetterSourceSubscription: name,
    CloudPubSubDeadLetterSourceDeliveryCount: String(failures),
    CloudPubSubDeadLetterSourceTopicPublishTime: String(stored.at),
  };
  const one: Published = { message: stored.message, size: stored.size, key: stored.key, attributes };
  const from = { subscription: name, seq: stored.seq };
  accept(core, topic, one, from);
  // Forwarding is an acknowledgement like any other: one that is not kept forwards the message again.
  if (!exactlyOnce && core.luck.chance(habits.ackLost, 'lost ack')) accept(core, topic, one, from);
}
