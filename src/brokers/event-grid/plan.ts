/** From the nodes and links of a document to what an administrator creates: topics, subscriptions, containers. Plain data. */
import { micros } from '../../base/time.ts';
import type { ScenarioNode } from '../../scenario/document.ts';
import type { Spread } from '../../scenario/fields.ts';
import type { Topology } from '../contract.ts';
import type { Envelope, Schema } from './event.ts';
import type { FilterSettings } from './filter.ts';
import type { EndpointType, Tier } from './schedule.ts';

export type Config = Readonly<Record<string, unknown>>;
export interface TopicPlan {
  readonly node: string;
  readonly kind: 'topic' | 'domain' | 'namespace-topic';
  readonly schema: Schema;
  /** What it takes in a second. */
  readonly events: number;
  readonly bytes: number;
  /** How long a topic of a namespace keeps events, µs. */
  readonly retention: number;
}
interface CommonPlan extends FilterSettings {
  readonly node: string;
  readonly topic: string;
  readonly link: string;
  /** Of a domain: the topic in it; empty: all of them. */
  readonly domainTopic: string;
  readonly tier: Tier;
  readonly inputSchema: Schema;
  readonly deadLetterDestination: string;
  /** From the publish to the first attempt, drawn per event. */
  readonly deliveryLatency: Spread;
}
export interface PushPlan extends CommonPlan {
  readonly mode: 'push';
  /** The link to its endpoint, if it has one. */
  readonly endpoint: string | undefined;
  readonly handshake: 'validationCode' | 'validationUrl' | 'none';
  readonly endpointType: EndpointType;
  readonly eventDeliverySchema: Schema;
  readonly maxDeliveryAttempts: number;
  /** µs */
  readonly timeToLive: number;
  readonly maxEventsPerBatch: number;
  readonly preferredBatchBytes: number;
  /** µs of the run; undefined: never */
  readonly expires: number | undefined;
  readonly randomization: number;
  readonly skippedRetries: number;
  readonly duplicates: number;
  readonly lateAnswers: number;
  readonly failuresBeforeDelay: number;
}
export interface QueuePlan extends CommonPlan {
  readonly mode: 'queue';
  /** µs */
  readonly lockDuration: number;
  readonly maxDeliveryCount: number;
  /** ISO 8601; empty: as long as the topic keeps events. */
  readonly eventTimeToLive: string;
  /** µs */
  readonly retention: number;
}
export type SubscriptionPlan = PushPlan | QueuePlan;
export interface ContainerPlan {
  readonly node: string;
  readonly name: string;
}
export interface PublishPlan extends Envelope {
  readonly node: string;
}
export interface Plan {
  readonly topics: readonly TopicPlan[];
  readonly subscriptions: readonly SubscriptionPlan[];
  readonly containers: readonly ContainerPlan[];
  /** By publish link. */
  readonly publishing: Readonly<Record<string, PublishPlan>>;
}

const KIND = 'event-grid.';
const DAY = 86_400_000_000;
/** "5,000 events per second or 5 MB per second" of a custom topic; per throughput unit of a namespace "1,000 events per second or 1 MB per second". */
const BYTES_PER_EVENT = 1000;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);
const schemaOf = (value: unknown): Schema | undefined => (value === 'CloudEventSchemaV1_0' || value === 'EventGridSchema' ? value : undefined);

function topicOf({ id, kind, config = {} }: ScenarioNode): TopicPlan {
  const isNamespace = kind === `${KIND}namespace-topic`;
  const events = isNamespace ? number(config['throughputUnits'], 1) * 1000 : number(config['eventsPerSecond'], 5000);
  return {
    node: id,
    kind: isNamespace ? 'namespace-topic' : kind === `${KIND}domain` ? 'domain' : 'topic',
    schema: isNamespace ? 'CloudEventSchemaV1_0' : (schemaOf(config['inputSchema']) ?? 'EventGridSchema'),
    events,
    bytes: events * BYTES_PER_EVENT,
    retention: number(config['eventRetentionInDays'], 7) * DAY,
  };
}
function filterSettings(config: Config): FilterSettings {
  return {
    includedEventTypes: text(config['includedEventTypes']),
    subjectBeginsWith: text(config['subjectBeginsWith']),
    subjectEndsWith: text(config['subjectEndsWith']),
    isSubjectCaseSensitive: config['isSubjectCaseSensitive'] === true,
    advancedFilters: text(config['advancedFilters']),
    enableAdvancedFilteringOnArrays: config['enableAdvancedFilteringOnArrays'] === true,
  };
}
function pushSettings(config: Config, topic: TopicPlan, tier: Tier): Omit<PushPlan, keyof CommonPlan | 'mode' | 'endpoint' | 'handshake'> {
  const most = number(config['maxDeliveryAttempts'], 30);
  return {
    endpointType: config['endpointType'] === 'AzureFunction' ? 'AzureFunction' : 'WebHook',
    eventDeliverySchema: schemaOf(config['eventDeliverySchema']) ?? topic.schema,
    maxDeliveryAttempts: tier === 'namespace' ? Math.min(10, most) : most,
    timeToLive: number(config['eventTimeToLiveInMinutes'], 1440) * 60_000_000,
    maxEventsPerBatch: number(config['maxEventsPerBatch'], 1),
    preferredBatchBytes: number(config['preferredBatchSizeInKilobytes'], 64) * 1024,
    expires: typeof config['expirationTimeUtc'] === 'string' ? micros(config['expirationTimeUtc']) : undefined,
    randomization: number(config['randomization'], 0),
    skippedRetries: number(config['skippedRetries'], 0),
    duplicates: number(config['duplicates'], 0),
    lateAnswers: number(config['lateAnswers'], 0),
    failuresBeforeDelay: number(config['failuresBeforeDelay'], 10),
  };
}

/** A subscription belongs to one topic and has one endpoint: the first wire of each counts. */
export function plan({ nodes, links }: Topology): Plan {
  const kindOf = new Map(nodes.map((n) => [n.id, n.kind]));
  const topics = nodes.filter((n) => ['topic', 'domain', 'namespace-topic'].some((kind) => n.kind === KIND + kind)).map(topicOf);
  const subscriptions = nodes.flatMap((node): SubscriptionPlan[] => {
    const mode = node.kind === `${KIND}subscription` ? 'push' : node.kind === `${KIND}queue-subscription` ? 'queue' : undefined;
    const subscribe = links.find((l) => l.kind === 'subscribe' && l.to === node.id);
    const topic = topics.find((t) => t.node === subscribe?.from);
    if (mode === undefined || subscribe === undefined || topic === undefined) return [];
    const config = node.config ?? {};
    const tier: Tier = topic.kind === 'namespace-topic' ? 'namespace' : 'basic';
    const common: CommonPlan = {
      ...filterSettings(config),
      ...{ node: node.id, topic: topic.node, link: subscribe.id, tier, inputSchema: topic.schema },
      domainTopic: text(subscribe.config?.['topic']),
      deadLetterDestination: text(config['deadLetterDestination']),
      deliveryLatency: (config['deliveryLatency'] ?? '0us') as Spread,
    };
    if (mode === 'queue') {
      const lockDuration = number(config['receiveLockDurationInSeconds'], 60) * 1_000_000;
      return [{ ...common, mode, lockDuration, maxDeliveryCount: number(config['maxDeliveryCount'], 10), eventTimeToLive: text(config['eventTimeToLive']), retention: topic.retention }];
    }
    const endpoint = links.find((l) => l.kind === 'push' && l.from === node.id);
    const given = endpoint?.config?.['handshake'];
    return [{ ...common, mode, ...pushSettings(config, topic, tier), endpoint: endpoint?.id, handshake: given === 'validationUrl' || given === 'none' ? given : 'validationCode' }];
  });
  const publishing = links.flatMap((l): [string, PublishPlan][] => {
    if (l.kind !== 'publish' || !kindOf.has(l.to)) return [];
    const { type, subject, source, data, topic } = l.config ?? {};
    return [[l.id, { node: l.to, type: text(type), subject: text(subject), source: text(source), data: text(data), topic: text(topic) }]];
  });
  const containers = nodes.filter((n) => n.kind === `${KIND}blob`).map((n) => ({ node: n.id, name: text(n.config?.['name']) || n.id }));
  return { topics, subscriptions, containers, publishing: Object.fromEntries(publishing) };
}
