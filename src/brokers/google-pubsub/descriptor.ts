/** Google Cloud Pub/Sub as data: topics, subscriptions, settings under their own names, wiring, words. https://docs.cloud.google.com/pubsub/docs/overview */
import type { ActionDescriptor, Doubt, End, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Scenario } from '../../scenario/document.ts';
import type { Field, Fields } from '../../scenario/fields.ts';
import { parseFilter } from './filter.ts';
import * as settings from './settings.ts';
import { LEASE_LANES } from './shape.ts';
import { reasons, remedies } from './words.ts';

const { DOC } = settings;
const topic: NodeDescriptor = {
  kind: 'google-pubsub.topic',
  title: 'Topic',
  about: 'Takes messages and gives each to all of its subscriptions.',
  family: 'router',
  stem: 'topic',
  doc: `${DOC}/create-topic`,
  badge: (c) => (typeof c['messageRetentionDuration'] === 'string' ? `keeps ${c['messageRetentionDuration']}` : 'topic'),
  actions: ['pubsub-outage', 'pubsub-recovers'],
  fields: settings.topic,
};
const subscription: NodeDescriptor = {
  kind: 'google-pubsub.subscription',
  title: 'Subscription',
  about: 'Has its own copy of what its topic gets, lends messages to subscribers for a time, and delivers again what is not acknowledged.',
  family: 'queue',
  stem: 'sub',
  doc: `${DOC}/subscription-overview`,
  shape: (_, readers) => ({ lanes: 1 + Math.max(1, Math.min(LEASE_LANES, readers)), labels: 50, width: 320, ends: 66 }),
  badge: (c) =>
    [c['deliveryType'] === 'Push' ? 'push' : 'pull', ...(c['enableExactlyOnceDelivery'] === true ? ['exactly once'] : []), ...(c['enableMessageOrdering'] === true ? ['ordered'] : []), ...(typeof c['ackDeadlineSeconds'] === 'number' && c['ackDeadlineSeconds'] !== 10 ? [`${c['ackDeadlineSeconds']} s`] : [])].join(', '),
  actions: ['seek-to-time', 'purge-subscription', 'create-snapshot', 'seek-to-snapshot', 'detach-subscription'],
  fields: settings.subscription,
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const publish: LinkDescriptor = {
  kind: 'publish',
  title: 'Publish',
  about: 'The client library gathers messages into requests and tries again by itself; the answer is a message id.',
  from: ['producer'],
  to: [topic.kind],
  label: (c) => (text(c['orderingKey']) === '' ? '' : `key ${text(c['orderingKey'])}`),
  fields: settings.publish,
  actions: ['resume-publish'],
};
const attach: LinkDescriptor = {
  kind: 'attach',
  title: 'Subscription of a topic',
  about: 'The subscription gets what is published from its creation on.',
  from: [topic.kind],
  to: [subscription.kind],
  label: () => '',
  fields: {},
};
const isPush = ({ config }: End): boolean => config?.['deliveryType'] === 'Push';
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'Subscriber',
  about: 'By pull, each instance opens a stream or asks again and again; by push, the instances are the endpoint that the service calls.',
  from: [subscription.kind],
  to: ['consumer'],
  label: (c) => (c['method'] === 'Pull' ? `Pull ${String(c['maxMessages'] ?? 10)}` : c['MaxExtension'] === '0s' ? 'never extends' : ''),
  brief: (c) => (c['method'] === 'Pull' ? `Pull ${String(c['maxMessages'] ?? 10)}` : `up to ${String(c['MaxOutstandingMessages'] ?? 1000)}`),
  refuses: (from, to) => (to.kind === 'function' && !isPush(from) ? 'A function is called, it does not pull: set the delivery type of the subscription to Push first.' : undefined),
  fields: settings.consume,
};
const action = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], fields: Fields = {}, undoneBy?: string): ActionDescriptor => ({ name, title, about, tone, per: 'node', fields, ...(undoneBy === undefined ? {} : { undoneBy }) });
const snapshot: Field = { type: 'text', help: 'name of the snapshot', maxLength: 255, default: 'snapshot-1', applies: { how: 'live' } };

/** What the service will refuse or what is probably not meant. */
function doubts(doc: Scenario): Doubt[] {
  const found: Doubt[] = [];
  const doubt = (on: string, says: string) => found.push({ on, says });
  const topics = doc.nodes.filter((n) => n.kind === topic.kind);
  for (const { id } of topics) if (!doc.links.some((l) => l.kind === 'attach' && l.from === id)) doubt(id, 'has no subscription: what is published here is kept for nobody');
  for (const { id, kind, config = {} } of doc.nodes) {
    if (kind !== subscription.kind) continue;
    const attached = doc.links.filter((l) => l.kind === 'attach' && l.to === id);
    const readers = doc.links.filter((l) => l.from === id);
    if (attached.length === 0) doubt(id, 'belongs to no topic: wire one to it');
    if (attached.length > 1) doubt(id, `belongs to one topic: only ${attached[0]?.from} counts`);
    const filter = parseFilter(text(config['filter']));
    if (typeof filter === 'string') doubt(id, `its filter will be refused: ${filter}`);
    if (isPush({ kind, id, config }) && config['enableExactlyOnceDelivery'] === true) doubt(id, 'exactly-once delivery is for pull subscriptions only: it will be refused');
    if (isPush({ kind, id, config }) && readers.length > 1) doubt(id, `has one endpoint: only ${readers[0]?.to} is called`);
    const dead = text(config['deadLetterTopic']);
    if (dead !== '' && !topics.some((t) => (text(t.config?.['name']) || t.id) === dead)) doubt(id, `its dead-letter topic ${dead} does not exist: the subscription will be refused`);
    for (const { id: link, to, config: of = {} } of readers) {
      const isFunction = doc.nodes.find((n) => n.id === to)?.kind === 'function';
      if (isFunction && !isPush({ kind, id, config })) doubt(link, 'a function is called, it does not pull: make it a push subscription');
      const [least, most] = [text(of['MinDurationPerAckExtension']), text(of['MaxDurationPerAckExtension'])];
      for (const one of [least, most]) if (one !== '' && one !== '0s' && /^\d(\.\d+)?s$|ms$|us$/.test(one)) doubt(link, 'an extension is at least 10 s');
    }
  }
  return found;
}

export const googlePubsub: RoomDescriptor = {
  id: 'google-pubsub',
  title: 'Google Cloud Pub/Sub',
  doc: `${DOC}/overview`,
  versions: 'as documented in 2026; client library: Go v2',
  nodes: [topic, subscription],
  links: [publish, attach, consume],
  derived: [{ kind: 'dead-letter', from: subscription.kind, field: 'deadLetterTopic', to: topic.kind, title: 'dead letters' }],
  whyNot: [
    { from: topic.kind, to: 'consumer', says: 'A subscriber reads from a subscription: put one between them.' },
    { from: 'producer', to: subscription.kind, says: 'A subscription is read from, not written to: publish to its topic.' },
    { from: subscription.kind, to: topic.kind, says: 'A subscription publishes nothing but dead letters: name the topic as its dead-letter topic.' },
    { from: topic.kind, to: topic.kind, says: 'A topic does not publish to a topic.' },
    { from: subscription.kind, to: subscription.kind, says: 'Each subscription gets its copies from the topic.' },
  ],
  doubts,
  actions: [
    action('seek-to-time', 'Seek {on} back', 'What is retained and was published since then counts as unacknowledged, everything before as acknowledged.', 'note', { ago: { type: 'duration', help: 'how far back', min: 0, max: 31 * 86_400e6, default: '10s', applies: { how: 'live' } } }),
    action('purge-subscription', 'Purge {on}', 'A seek to now: everything that waits counts as acknowledged.', 'bad'),
    action('create-snapshot', 'Snapshot of {on}', 'Holds which messages are unacknowledged now, and everything that comes.', 'note', { name: snapshot }),
    action('seek-to-snapshot', 'Seek {on} to a snapshot', 'Unacknowledged is what was when the snapshot was made, and what came since.', 'note', { name: snapshot }),
    action('detach-subscription', 'Detach {on}', 'It gets nothing more, and its backlog is gone. It cannot be attached again.', 'bad'),
    { name: 'resume-publish', title: 'ResumePublish on {on}', about: 'Ordering keys that paused after a failure go on.', tone: 'ok', per: 'link', fields: { key: { type: 'text', help: 'the ordering key; empty = all', maxLength: 1024, default: '', applies: { how: 'live' } } } },
    action('pubsub-outage', 'Outage of Pub/Sub', 'Publishing, pulling and acknowledging fail with UNAVAILABLE. What is out stays out, and its deadlines run.', 'bad', {}, 'pubsub-recovers'),
    action('pubsub-recovers', 'Pub/Sub answers again', 'The libraries’ next attempts succeed.', 'ok'),
  ],
  reasons,
  remedies,
  simplifications: [
    'One region: message storage policies, regional endpoints and the loss of order between regions are not modelled.',
    'Deadlines and backoffs are exact, and a seek takes effect at once; the service keeps them on a best-effort basis, and a seek may take a minute.',
    'How fast the push window grows and shrinks, and how long push backoff lasts, is published in outline only: here every success adds one request, every failure halves the window, and the pause doubles from 100 ms to 60 s.',
    'The library extends deadlines by its ticker alone: the extension at receipt is left out, acknowledgements are not gathered into requests, and a client opens one stream (NumGoroutines 1).',
    'A stream has the deadline of its subscription unless streamAckDeadlineSeconds is set; the Go library sets one of its own.',
    'Streams that the service closes now and then (UNAVAILABLE, by design) are left out: they open again at once, and nothing is redelivered for it.',
    'Which stream a message without an ordering key goes to is not documented: here the next one often goes where the one before went. Hedged and compressed publishing, the wrapping of push requests and their tokens are left out: messages have no content, and a hedged request is a retry that comes early.',
    'Schemas, message transforms, ingestion and export subscriptions (BigQuery, Cloud Storage, Bigtable) are not modelled.',
    'Permissions are one flag, that of the service account for dead letters; tokens do not expire.',
  ],
};
