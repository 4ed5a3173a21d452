/** Apache Pulsar as data: entities, wiring, actions, words. https://pulsar.apache.org/docs/4.0.x/ */
import type { ActionDescriptor, Doubt, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Scenario } from '../../scenario/document.ts';
import type { Applies, Field, Fields } from '../../scenario/fields.ts';
import * as settings from './settings.ts';
import { LANES } from './shape.ts';
import { reasons, remedies } from './words.ts';

const { DOC } = settings;
const LIVE: Applies = { how: 'live' };
type Config = Readonly<Record<string, unknown>>;
const count = (config: Config, name: string, fallback: number): number => (typeof config[name] === 'number' ? (config[name] as number) : fallback);

const cluster: NodeDescriptor = {
  kind: 'pulsar.cluster',
  title: 'Pulsar',
  about: 'Brokers that serve topics, and bookies that keep what is in them.',
  family: 'cluster',
  container: true,
  stem: 'pulsar',
  doc: `${DOC}/concepts-architecture-overview/`,
  badge: (c) => `Pulsar ${String(c['version'] ?? '4.2.4').replace(/^(\d+\.\d+).*$/, '$1')}`,
  actions: ['stop-node', 'start-node', 'stop-cluster', 'start-cluster', 'stop-bookie', 'start-bookie', 'slow-bookie', 'bookies-at-speed'],
  fields: settings.cluster,
};
const topic: NodeDescriptor = {
  kind: 'pulsar.topic',
  title: 'Topic',
  about: 'Keeps each message until all of its subscriptions have acknowledged it.',
  family: 'queue',
  parents: ['pulsar.cluster'],
  stem: 'topic',
  doc: `${DOC}/concepts-messaging/#topics`,
  badge: (c) => [c['persistence'] === 'non-persistent' ? 'non-persistent' : '', count(c, 'partitions', 0) > 0 ? `${count(c, 'partitions', 0)} partition${count(c, 'partitions', 0) === 1 ? '' : 's'}` : 'topic'].filter((word) => word !== '').join(', '),
  shape: (c) => ({ lanes: Math.max(1, Math.min(LANES, count(c, 'partitions', 0))), labels: count(c, 'partitions', 0) > 0 ? 18 : 0, width: 320, ends: 48 }),
  actions: ['unload-topic', 'reset-cursor', 'clear-backlog', 'unsubscribe'],
  fields: settings.topic,
};
const produce: LinkDescriptor = {
  kind: 'publish',
  title: 'Produce',
  about: 'A producer of the topic: it batches, waits for receipts, and sends again after a lost connection.',
  from: ['producer'],
  to: ['pulsar.topic'],
  label: (c) => [c['accessMode'] === undefined || c['accessMode'] === 'Shared' ? '' : String(c['accessMode']), count(c, 'deliverAfter', 0) > 0 ? `after ${count(c, 'deliverAfter', 0) / 1000} s` : ''].filter((word) => word !== '').join(', '),
  fields: settings.produce,
};
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'Subscribe',
  about: 'Each instance is a consumer of the subscription, which is made when the first one connects.',
  from: ['pulsar.topic'],
  to: ['consumer'],
  label: (c) => String(c['subscriptionName'] ?? 'subscription'),
  brief: (c) => `${String(c['subscriptionType'] ?? 'Exclusive')} ${String(c['subscriptionName'] ?? 'subscription')}`,
  begins: (_, consumer) => ({ subscriptionName: consumer.id, subscriptionType: 'Shared' }),
  fields: settings.consume,
};
const action = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], undoneBy?: string, fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per: 'node', fields, ...(undoneBy === undefined ? {} : { undoneBy }) });
const bookie: Field = { type: 'integer', help: 'its number', min: 1, max: 20, default: 1, applies: LIVE };
const subscription: Field = { type: 'text', help: 'its name; empty = all of the topic', maxLength: 255, optional: true, applies: LIVE };

/** What brokers and clients refuse, or take although it does nothing. */
function doubts(doc: Scenario): Doubt[] {
  const found: Doubt[] = [];
  const kinds = new Map(doc.nodes.map((n) => [n.id, n.kind]));
  for (const { id, kind, config = {} } of doc.nodes) {
    if (kind !== cluster.kind) continue;
    const [ensemble, write, ack, bookies] = [count(config, 'managedLedgerDefaultEnsembleSize', 2), count(config, 'managedLedgerDefaultWriteQuorum', 2), count(config, 'managedLedgerDefaultAckQuorum', 2), count(config, 'bookies', 3)];
    if (ensemble < write || write < ack) found.push({ on: id, says: 'An ensemble is at least as large as the write quorum, and that as the ack quorum.' });
    if (ensemble > bookies) found.push({ on: id, says: `There are not as many bookies as an ensemble needs (${ensemble}): nothing can be written.` });
    if ((count(config, 'defaultRetentionTimeInMinutes', 0) === 0) !== (count(config, 'defaultRetentionSizeInMB', 0) === 0)) found.push({ on: id, says: 'Retention by time alone, or by size alone, is invalid: set the other one to -1 for no limit.' });
  }
  const types = new Map<string, string>();
  for (const { id, from, to, kind, config = {} } of doc.links) {
    if (kind !== 'consume' || kinds.get(from) !== topic.kind) continue;
    const type = String(config['subscriptionType'] ?? 'Exclusive');
    const shared = type === 'Shared' || type === 'Key_Shared';
    const name = `${from}@${String(config['subscriptionName'] ?? 'subscription')}`;
    if (types.get(name) !== undefined && types.get(name) !== type) found.push({ on: id, says: 'A subscription is of one type: the second kind of consumer is refused while the first is there.' });
    types.set(name, type);
    const instances = count(doc.nodes.find((n) => n.id === to)?.config ?? {}, 'instances', 1);
    if (type === 'Exclusive' && instances > 1) found.push({ on: id, says: 'An exclusive subscription has one consumer: the other instances are refused with ConsumerBusy.' });
    if (!shared && count(config, 'maxRedeliverCount', 0) > 0) found.push({ on: id, says: 'Dead letters need a Shared or Key_Shared subscription.' });
    if (shared && config['ackType'] === 'Cumulative') found.push({ on: id, says: 'Cumulative acknowledgment is not allowed on shared subscriptions: each message is acknowledged by itself.' });
    const timeout = count(config, 'ackTimeoutMillis', 0);
    if (timeout > 0 && timeout < 1000) found.push({ on: id, says: 'The client refuses an acknowledgment timeout below one second.' });
    if (type === 'Key_Shared' && doc.links.some((l) => l.to === from && l.kind === 'publish' && l.config?.['batchingEnabled'] !== false && l.config?.['batcherBuilder'] !== 'KEY_BASED'))
      found.push({ on: id, says: 'A producer batches messages of several keys together: the whole batch goes to the consumer of the first. Use KEY_BASED batches.' });
  }
  return found;
}
const INSIDE = 'A cluster is not wired itself, but the topics inside it are.';

export const pulsar: RoomDescriptor = {
  id: 'pulsar',
  title: 'Apache Pulsar',
  doc: DOC,
  versions: '4.2.4 (recorded), 4.0 (documented); key hashes compared with published tables',
  nodes: [cluster, topic],
  links: [produce, consume],
  derived: [],
  whyNot: [
    { from: topic.kind, to: topic.kind, says: 'A topic does not write to a topic: a dead letter topic is named on the wire of the consumer that gives up.' },
    { from: '*', to: cluster.kind, says: INSIDE },
    { from: cluster.kind, to: '*', says: INSIDE },
  ],
  doubts,
  actions: [
    action('unload-topic', 'Unload {on}', 'It moves to another broker: clients reconnect, and what the broker had in memory only is forgotten.', 'bad'),
    action('reset-cursor', 'Reset the cursor of {on}', 'A subscription begins again, with what retention has kept, or at the end.', 'note', undefined, { subscription, to: { type: 'choice', help: 'where it begins', options: ['earliest', 'latest'], default: 'earliest', applies: LIVE } }),
    action('clear-backlog', 'Clear the backlog of {on}', 'All that a subscription has not acknowledged is skipped.', 'bad', undefined, { subscription }),
    action('unsubscribe', 'Delete a subscription of {on}', 'With its cursor and its backlog; consumers that are there make it anew.', 'bad', undefined, { subscription }),
    action('stop-bookie', 'Stop a bookie of {on}', 'What only it has cannot be read; with too few, nothing can be written.', 'bad', 'start-bookie', { bookie }),
    action('start-bookie', 'Start the bookies of {on}', 'All of them are up.', 'ok'),
    action('slow-bookie', 'Slow a bookie of {on}', 'Its journal takes longer: an ack quorum below the write quorum does not wait for it.', 'bad', 'bookies-at-speed', { bookie, by: { type: 'duration', help: 'so much longer', min: 0, max: 60e6, default: '50ms', applies: LIVE } }),
    action('bookies-at-speed', 'Bookies of {on} at their speed', 'No journal is slow any more.', 'ok'),
  ],
  reasons,
  remedies,
  simplifications: [
    'One cluster: geo-replication and replicated subscriptions are left out, because they need a second one that this one reaches over a link of its own.',
    'No transactions (off by default, and of use only to a client that consumes and produces in one), no compaction (a reader that wants it, readCompacted, needs values), no tiered storage (it changes where entries are read from, not which), no schemas, compression and chunked messages (messages have no content): a message over maxMessageSize is refused.',
    'Publish rates are not limited: a broker that limits them stops reading from the connection, and with it all topics of that client.',
    'Each link is a client of its own, with one consumer or producer for each partition, and one connection to the broker of each; looking a topic up takes no time, and reconnecting is not jittered.',
    'What a bookie holds is not copied to another one when it stays away, and it loses nothing.',
    'Entries on their way to the bookies when a broker dies are found there by the next one, and their producer, which was told nothing, sends them again.',
    'A batch that is being filled counts to memoryLimitBytes with its messages alone, not with its buffer, and a producer that is closed does not wait for receipts: what becomes of what it has sent is unknown to it.',
    'The delays of negative acknowledgments and of the client’s backoff are kept exactly.',
    'In Shared and Key_Shared subscriptions permits are looked at after each entry. A broker gives out as many entries in one go as a consumer has permits, in Shared divided by their average number of messages: where entries hold few and many, its permits may be further below zero.',
    'Applications cannot reject in Pulsar: what is rejected is published to the dead letter topic where there is one, and acknowledged.',
    'A subscription on a non-persistent topic takes its consumers in turn, whatever their keys. Inactive topics are not deleted. Policies hold for the whole cluster, as broker.conf has them, not by namespace or topic.',
  ],
};
