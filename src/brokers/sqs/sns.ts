/** Amazon SNS: topics, their subscriptions, and to which of them a message goes. https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
import type { Refusal } from '../contract.ts';
import { Deduplication, type DeduplicationState } from './deduplication.ts';
import { errors } from './errors.ts';
import { accepts, type FilterPolicy, filterPolicy, filterPolicyScope } from './filter-policy.ts';
import type { Sent } from './message.ts';
import { Quota, type QuotaState } from './quota.ts';

export interface TopicAttributes {
  readonly FifoTopic: boolean;
  readonly ContentBasedDeduplication: boolean;
  readonly FifoThroughputScope: 'Topic' | 'MessageGroup';
  /** bytes */
  readonly MaximumMessageSize: number;
  /** Messages a second that a FIFO topic takes. */
  readonly messagesPerSecond: number;
}
export const TOPIC_DEFAULTS: TopicAttributes = { FifoTopic: false, ContentBasedDeduplication: false, FifoThroughputScope: 'Topic', MaximumMessageSize: 262_144, messagesPerSecond: 3000 };
/** With FifoThroughputScope MessageGroup, of each group. https://docs.aws.amazon.com/sns/latest/dg/fifo-high-throughput.html */
const PER_GROUP = 300;

export type Protocol = 'sqs' | 'https' | 'lambda';
export interface SubscriptionAttributes {
  readonly FilterPolicy: string;
  readonly FilterPolicyScope: string;
  readonly RawMessageDelivery: boolean;
}
export interface Subscription {
  readonly id: string;
  readonly protocol: Protocol;
  readonly attributes: SubscriptionAttributes;
  readonly policy: FilterPolicy;
}
export interface Published {
  readonly messageId: number;
  /** Sent before, within five minutes: accepted, and delivered to nobody. */
  readonly duplicate: boolean;
  readonly to: readonly Subscription[];
}
interface Topic {
  attributes: TopicAttributes;
  subscriptions: Map<string, Subscription>;
  readonly deduplication: Deduplication;
  readonly quota: Quota;
  published: number;
  filtered: number;
}
export interface SnsState {
  readonly topics: readonly (readonly [
    name: string,
    topic: { readonly attributes: TopicAttributes; readonly subscriptions: readonly (readonly [string, Protocol, SubscriptionAttributes])[]; readonly deduplication: DeduplicationState; readonly quota: QuotaState; readonly published: number; readonly filtered: number },
  ])[];
  readonly next: number;
}

export class Sns {
  private topics = new Map<string, Topic>();
  private next = 0;
  private readonly now: () => number;
  constructor(now: () => number) {
    this.now = now;
  }
  topic(name: string): Readonly<Topic> | undefined {
    return this.topics.get(name);
  }
  CreateTopic(name: string, given: Partial<TopicAttributes> = {}): 'created' | Refusal {
    const attributes = { ...TOPIC_DEFAULTS, ...given };
    if (attributes.FifoTopic !== name.endsWith('.fifo')) return errors.topicParameter('Topic Name');
    const refused = refusedTopic(attributes);
    if (refused !== undefined) return refused;
    const known = this.topics.get(name);
    if (known === undefined) this.topics.set(name, { attributes, subscriptions: new Map(), deduplication: new Deduplication(), quota: new Quota(), published: 0, filtered: 0 });
    else known.attributes = attributes;
    return 'created';
  }
  DeleteTopic(name: string): void {
    this.topics.delete(name);
  }
  Subscribe(topic: string, id: string, protocol: Protocol, given: Partial<SubscriptionAttributes> = {}, endpointIsFifo = false): 'subscribed' | Refusal {
    const found = this.topics.get(topic);
    if (found === undefined) return errors.noTopic();
    if (protocol === 'sqs' && endpointIsFifo && !found.attributes.FifoTopic) return errors.topicParameter('Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics');
    if (protocol !== 'sqs' && found.attributes.FifoTopic) return errors.topicParameter('Invalid parameter: Endpoint Reason: Please use SQS endpoints with FIFO topics');
    const attributes = { FilterPolicy: '', FilterPolicyScope: 'MessageAttributes', RawMessageDelivery: false, ...given };
    const call = found.subscriptions.has(id) ? 'SetSubscriptionAttributes' : 'Subscribe';
    if (attributes.RawMessageDelivery && protocol === 'lambda') return errors.topicParameter('Attributes Reason: RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.');
    const scope = filterPolicyScope(attributes.FilterPolicyScope, call);
    if (typeof scope !== 'string') return scope;
    const policy = filterPolicy(attributes.FilterPolicy, scope, call);
    if ('refused' in policy) return policy;
    found.subscriptions.set(id, { id, protocol, attributes, policy });
    return 'subscribed';
  }
  Unsubscribe(topic: string, id: string): void {
    this.topics.get(topic)?.subscriptions.delete(id);
  }
  Publish(name: string, sent: Sent): Published | Refusal {
    const topic = this.topics.get(name);
    if (topic === undefined) return errors.noTopic();
    const refused = refusedPublish(topic.attributes, sent);
    if (refused !== undefined) return refused;
    const { FifoTopic: isFifo, FifoThroughputScope, messagesPerSecond } = topic.attributes;
    const perGroup = FifoThroughputScope === 'MessageGroup';
    if (isFifo && !topic.quota.take(perGroup ? (sent.MessageGroupId ?? '') : '', perGroup ? PER_GROUP : messagesPerSecond, this.now())) return errors.snsThrottled();
    if (isFifo) {
      const id = sent.MessageDeduplicationId === undefined ? `body ${sent.body}` : `id ${sent.MessageDeduplicationId}`;
      const key = perGroup ? `${(sent.MessageGroupId ?? '').length} ${sent.MessageGroupId ?? ''} ${id}` : id;
      const known = topic.deduplication.find(key, this.now());
      if (known !== undefined) return { messageId: known, duplicate: true, to: [] };
      topic.deduplication.remember(key, this.next, this.now());
    }
    const all = [...topic.subscriptions.values()];
    const to = all.filter(({ policy }) => accepts(policy, sent));
    topic.published++;
    topic.filtered += all.length - to.length;
    return { messageId: this.next++, duplicate: false, to };
  }
  save(): SnsState {
    const topics = [...this.topics].map(
      ([name, { attributes, subscriptions, deduplication, quota, published, filtered }]) => [name, { attributes, subscriptions: [...subscriptions.values()].map((one) => [one.id, one.protocol, one.attributes] as const), deduplication: deduplication.save(), quota: quota.save(), published, filtered }] as const,
    );
    return { topics, next: this.next };
  }
  load(state: SnsState): void {
    this.topics = new Map(
      state.topics.map(([name, saved]) => {
        const topic: Topic = { attributes: saved.attributes, subscriptions: new Map(), deduplication: new Deduplication(), quota: new Quota(), published: saved.published, filtered: saved.filtered };
        topic.deduplication.load(saved.deduplication);
        topic.quota.load(saved.quota);
        for (const [id, protocol, attributes] of saved.subscriptions) {
          const scope = attributes.FilterPolicyScope === 'MessageBody' ? 'MessageBody' : 'MessageAttributes';
          const policy = filterPolicy(attributes.FilterPolicy, scope, 'Subscribe');
          if (!('refused' in policy)) topic.subscriptions.set(id, { id, protocol, attributes, policy });
        }
        return [name, topic];
      }),
    );
    this.next = state.next;
  }
}
function refusedTopic({ FifoTopic, ContentBasedDeduplication, FifoThroughputScope, MaximumMessageSize }: TopicAttributes): Refusal | undefined {
  if (!FifoTopic && (ContentBasedDeduplication || FifoThroughputScope !== 'Topic')) return errors.topicParameter('Attributes Reason: only FIFO topics have ContentBasedDeduplication and FifoThroughputScope');
  return MaximumMessageSize < 1024 || MaximumMessageSize > 1_048_576 ? errors.topicParameter('Attributes Reason: MaximumMessageSize must be between 1024 and 1048576') : undefined;
}
function refusedPublish({ FifoTopic, ContentBasedDeduplication, MaximumMessageSize }: TopicAttributes, { body, size, MessageGroupId, MessageDeduplicationId }: Sent): Refusal | undefined {
  if (body === '') return errors.topicParameter('Empty message');
  if (size > MaximumMessageSize) return errors.topicParameter('Message too long');
  if (!FifoTopic) return MessageDeduplicationId === undefined ? undefined : errors.topicParameter('MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type');
  if (MessageGroupId === undefined) return errors.topicParameter('The MessageGroupId parameter is required for FIFO topics');
  if (MessageDeduplicationId === undefined && !ContentBasedDeduplication) return errors.topicParameter('The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly');
  return undefined;
}
