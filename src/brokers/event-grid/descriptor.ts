/** Azure Event Grid as data: resources, settings, wiring, words. https://learn.microsoft.com/azure/event-grid/ */
import type { ActionDescriptor, Doubt, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Scenario } from '../../scenario/document.ts';
import type { Fields } from '../../scenario/fields.ts';
import { NAMED_WAITS } from './schedule.ts';
import * as settings from './settings.ts';
import { HOLDER_LANES } from './shape.ts';
import { reasons, remedies } from './words.ts';

const DOC = 'https://learn.microsoft.com/azure/event-grid';
type Config = Readonly<Record<string, unknown>>;

const TOPIC_ACTIONS = ['regenerate-key', 'hand-out-key', 'topic-unavailable', 'topic-available'];
const schemaBadge = (c: Config) => (c['inputSchema'] === 'CloudEventSchemaV1_0' ? 'CloudEvents' : 'Event Grid schema');
const topicShape = () => ({ lanes: 0, labels: 0, width: 196 });
const topic: NodeDescriptor = {
  kind: 'event-grid.topic',
  title: 'Topic',
  about: 'A custom topic: gives each event to every subscription that it matches, and keeps nothing itself.',
  family: 'router',
  stem: 'topic',
  doc: `${DOC}/custom-topics`,
  badge: schemaBadge,
  shape: topicShape,
  actions: TOPIC_ACTIONS,
  fields: settings.topic,
};
const domain: NodeDescriptor = {
  kind: 'event-grid.domain',
  title: 'Domain',
  about: 'One endpoint for thousands of topics: each event names its topic, which comes to be by being subscribed to.',
  family: 'router',
  stem: 'domain',
  doc: `${DOC}/event-domains`,
  badge: schemaBadge,
  shape: topicShape,
  actions: TOPIC_ACTIONS,
  fields: settings.topic,
};
const namespaceTopic: NodeDescriptor = {
  kind: 'event-grid.namespace-topic',
  title: 'Namespace topic',
  about: 'A topic of a namespace (standard tier): CloudEvents, for clients that pull and for endpoints.',
  family: 'router',
  stem: 'namespace-topic',
  doc: `${DOC}/concepts-event-grid-namespaces`,
  badge: () => 'namespace',
  shape: topicShape,
  actions: TOPIC_ACTIONS,
  fields: settings.namespaceTopic,
};
const hasDeadLetters = (c: Config) => (typeof c['deadLetterDestination'] === 'string' && c['deadLetterDestination'] !== '' ? 1 : 0);
const filterWords = (c: Config): string[] => ['includedEventTypes', 'subjectBeginsWith', 'subjectEndsWith', 'advancedFilters'].filter((name) => typeof c[name] === 'string' && c[name] !== '');
const subscription: NodeDescriptor = {
  kind: 'event-grid.subscription',
  title: 'Event subscription',
  about: 'Posts events to one endpoint, and again on a schedule when it does not acknowledge them.',
  family: 'queue',
  stem: 'subscription',
  doc: `${DOC}/delivery-and-retry`,
  badge: (c) => (filterWords(c).length > 0 ? 'push, filtered' : 'push'),
  shape: (c) => ({ lanes: 2 + NAMED_WAITS + hasDeadLetters(c), labels: 40, width: 300, ends: 62 }),
  actions: ['validate', 'recreate'],
  fields: settings.subscription,
};
const queueSubscription: NodeDescriptor = {
  kind: 'event-grid.queue-subscription',
  title: 'Queue subscription',
  about: 'Holds events of a namespace topic for clients that receive them under a lock.',
  family: 'queue',
  stem: 'queue-subscription',
  doc: `${DOC}/pull-delivery-overview`,
  badge: (c) => `lock ${String(c['receiveLockDurationInSeconds'] ?? 60)} s`,
  shape: (c) => ({ lanes: 2 + HOLDER_LANES + hasDeadLetters(c), labels: 54, width: 310, ends: 46 }),
  actions: ['recreate'],
  fields: settings.queueSubscription,
};
const container: NodeDescriptor = {
  kind: 'event-grid.blob',
  title: 'Blob container',
  about: 'Storage to which dead events are written, five minutes after they were given up.',
  family: 'queue',
  stem: 'dead-letters',
  doc: `${DOC}/delivery-and-retry#dead-letter-events`,
  badge: () => 'dead letters',
  actions: ['storage-down', 'storage-up', 'rehydrate'],
  fields: settings.container,
};

const TOPICS = [topic.kind, namespaceTopic.kind];
const typeLabel = (c: Config) => String(c['type'] ?? '');
const publish: LinkDescriptor = { kind: 'publish', title: 'Publish', about: 'Each message is one event in one POST.', from: ['producer'], to: TOPICS, label: typeLabel, fields: settings.publish };
const publishToDomain: LinkDescriptor = { ...publish, about: 'Each message is one event in one POST; it names its topic in the domain.', to: [domain.kind], label: (c) => `topic ${String(c['topic'] ?? '')}`, fields: settings.publishToDomain };
const subscribe: LinkDescriptor = { kind: 'subscribe', title: 'Subscription', about: 'The topic that a subscription belongs to: its first wire counts.', from: TOPICS, to: [subscription.kind], label: () => '', fields: {} };
const subscribeToDomain: LinkDescriptor = { ...subscribe, about: 'To one topic of the domain, or to all of it.', from: [domain.kind], label: (c) => String(c['topic'] ?? 'whole domain'), fields: settings.subscribeToDomain };
const subscribeQueue: LinkDescriptor = { ...subscribe, from: [namespaceTopic.kind], to: [queueSubscription.kind] };
const push: LinkDescriptor = {
  kind: 'push',
  title: 'Endpoint',
  about: 'Where the events are posted: the instances of the consumer stand behind one address and take turns.',
  from: [subscription.kind],
  to: ['consumer'],
  label: (c) => (c['handshake'] === 'none' ? 'no handshake' : ''),
  brief: (c) => `fails with ${String(c['failure'] ?? 500)}, rejects with ${String(c['rejection'] ?? 400)}`,
  // A function says for itself that it is busy.
  begins: (_, to) => (to.kind === 'function' ? { backlog: 0, busy: '429' } : undefined),
  fields: settings.push,
};
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'Receive',
  about: 'Each instance receives, works, and acknowledges, releases or rejects by the token of the lock.',
  from: [queueSubscription.kind],
  to: ['consumer'],
  label: (c) => `maxEvents ${String(c['maxEvents'] ?? 1)}`,
  brief: (c) => (typeof c['renewEvery'] === 'string' ? `renews every ${c['renewEvery']}` : 'renews nothing'),
  fields: settings.consume,
};

const action = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], undoneBy?: string, fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per: 'node', fields, ...(undoneBy === undefined ? {} : { undoneBy }) });

/** What Azure would refuse, or do not as it looks. */
function doubts({ nodes, links }: Scenario): Doubt[] {
  return nodes.flatMap(({ id, kind }): Doubt[] => {
    if (kind !== subscription.kind && kind !== queueSubscription.kind) return [];
    const topics = links.filter((l) => l.kind === 'subscribe' && l.to === id).length;
    const endpoints = links.filter((l) => l.kind === 'push' && l.from === id).length;
    return [
      ...(topics === 0 ? [{ on: id, says: 'belongs to no topic: it is not created' }] : []),
      ...(topics > 1 ? [{ on: id, says: 'belongs to one topic: only its first wire counts' }] : []),
      ...(kind === subscription.kind && endpoints === 0 ? [{ on: id, says: 'has no endpoint: it is not created' }] : []),
      ...(endpoints > 1 ? [{ on: id, says: 'has one endpoint: only its first wire counts' }] : []),
    ];
  });
}

export const eventGrid: RoomDescriptor = {
  id: 'event-grid',
  title: 'Azure Event Grid',
  doc: `${DOC}/overview`,
  versions: 'documented 2026-02',
  nodes: [topic, domain, namespaceTopic, subscription, queueSubscription, container],
  links: [publish, publishToDomain, subscribe, subscribeToDomain, subscribeQueue, push, consume],
  derived: [
    { kind: 'dead-letter', from: subscription.kind, field: 'deadLetterDestination', to: container.kind, title: 'dead letters' },
    { kind: 'dead-letter', from: queueSubscription.kind, field: 'deadLetterDestination', to: container.kind, title: 'dead letters' },
  ],
  whyNot: [
    { from: topic.kind, to: 'consumer', says: 'A topic reaches nobody by itself: put an event subscription between them.' },
    { from: domain.kind, to: 'consumer', says: 'A domain reaches nobody by itself: put an event subscription between them.' },
    { from: namespaceTopic.kind, to: 'consumer', says: 'A topic reaches nobody by itself: put an event subscription or a queue subscription between them.' },
    { from: topic.kind, to: queueSubscription.kind, says: 'Only topics of a namespace have queue subscriptions: custom topics push.' },
    { from: domain.kind, to: queueSubscription.kind, says: 'Only topics of a namespace have queue subscriptions: domains push.' },
    { from: 'producer', to: subscription.kind, says: 'Events are published to a topic, not to a subscription.' },
    { from: 'producer', to: queueSubscription.kind, says: 'Events are published to a topic, not to a subscription.' },
    { from: 'producer', to: container.kind, says: 'Only dead events come into a container: publish to a topic.' },
    { from: '*', to: container.kind, says: 'A container is named by a subscription, as its deadLetterDestination.' },
    { from: container.kind, to: '*', says: 'Nothing is delivered from a container: an operator rehydrates what lies there.' },
  ],
  doubts,
  actions: [
    action('regenerate-key', 'Regenerate the key of {on}', 'Publishers still have the old one: they are refused with 401.', 'bad', 'hand-out-key'),
    action('hand-out-key', 'Hand out the new key of {on}', 'Publishers have the key that is valid.', 'ok'),
    action('topic-unavailable', '{on} is unavailable', 'Whatever is published is refused with 503. What it has taken is delivered all the same.', 'bad', 'topic-available'),
    action('topic-available', '{on} is available', 'It takes events again.', 'ok'),
    action('validate', 'Open the validationUrl of {on}', 'The manual handshake, within ten minutes after the subscription was made.', 'ok'),
    action('recreate', 'Create {on} anew', 'The old subscription goes with what it had not delivered; the handshake begins again.', 'note'),
    action('storage-down', 'Storage of {on} is unavailable', 'Dead events wait; after four hours they are dropped.', 'bad', 'storage-up'),
    action('storage-up', 'Storage of {on} is available', 'Dead events are written again.', 'ok'),
    action('rehydrate', 'Rehydrate {on}', 'Publishes dead events again, as they were the first time: to every subscription that they match.', 'note', undefined, { count: { type: 'integer', help: 'how many, the oldest first', min: 1, max: 100, default: 100, applies: { how: 'live' } } }),
  ],
  reasons,
  remedies,
  simplifications: [
    'System and partner topics, custom input schemas, MQTT, private links, managed identities and Entra tokens are not modelled, nor is the quota of 500 subscriptions of a topic; destinations are endpoints, not Event Hubs, Service Bus or storage queues.',
    'Each event is published in a request of its own; the limit of events per request does not arise.',
    'How long an unhealthy endpoint is left alone is published for single errors only: the model waits as long as the probation table says after so many failures in a row, twice as long each further time, at most three hours, and then sends all that is due.',
    'A handshake is attempted three times; what the document begins with was validated before the run.',
    'Batches are filled with what has been published and waits for its first attempt; retries go with what is due in the same instant.',
    'Names of attributes in filter keys are not case-sensitive, names inside data are; a key that is null counts as missing, and so does an array unless enableAdvancedFilteringOnArrays is set.',
    'Dead events of namespace topics are written by the rules of custom topics: after five minutes, for four hours.',
    'The quota for receiving from a namespace (2 000 events a second per throughput unit) is not modelled; throughput units belong to each topic.',
    'A client whose wire is cut waits for it: HTTP clients do not give up by themselves here.',
    'A subscription whose endpoint was taken away has all that becomes due dead-lettered or dropped.',
  ],
};
