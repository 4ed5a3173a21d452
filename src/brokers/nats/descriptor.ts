/** NATS as data: entities, wiring, actions, words. https://docs.nats.io */
import type { ActionDescriptor, Doubt, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Scenario } from '../../scenario/document.ts';
import type { Applies, Fields } from '../../scenario/fields.ts';
import { atLeast, type Version } from './config.ts';
import { reaches, withoutCircles, withoutRounds } from './circles.ts';
import * as settings from './settings.ts';
import { reasons, remedies } from './words.ts';

const { DOC } = settings;
const LIVE: Applies = { how: 'live' };

const serversOf = (c: Readonly<Record<string, unknown>>): number => Number(c['nodes'] ?? 1);
const replicasOf = (c: Readonly<Record<string, unknown>>): number => Number(c['num_replicas'] ?? 1);

const cluster: NodeDescriptor = {
  kind: 'nats.cluster',
  title: 'NATS',
  about: 'A nats-server, or a cluster of them: subjects that keep nothing, and JetStream streams that do.',
  family: 'cluster',
  container: true,
  stem: 'nats',
  doc: DOC,
  badge: (c) => `NATS ${String(c['version'] ?? '2.10.27').replace(/\.\d+$/, '')}${serversOf(c) > 1 ? `, ${serversOf(c)} servers` : ''}`,
  actions: ['stop-node', 'power-loss-node', 'start-node', 'kill-nats-server', 'power-loss-nats-server', 'start-nats-server'],
  fields: settings.cluster,
};
const stream: NodeDescriptor = {
  kind: 'nats.stream',
  title: 'Stream',
  about: 'Keeps what is published to its subjects until a limit, or its consumers, are done with it.',
  family: 'router',
  parents: ['nats.cluster'],
  stem: 'stream',
  doc: `${DOC}/nats-concepts/jetstream/streams`,
  shape: () => ({ lanes: 1, labels: 0, width: 236 }),
  badge: (c) => [String(c['retention'] ?? 'limits'), ...(replicasOf(c) > 1 ? [`R${replicasOf(c)}`] : []), ...(typeof c['max_msgs'] === 'number' ? [`max ${c['max_msgs']}`] : []), ...(c['storage'] === 'memory' ? ['memory'] : [])].join(', '),
  actions: ['purge-stream'],
  fields: settings.stream,
};
const consumer: NodeDescriptor = {
  kind: 'nats.consumer',
  title: 'JetStream consumer',
  about: 'A place in a stream: it hands messages to readers, waits for their acks, and delivers again.',
  family: 'queue',
  parents: ['nats.cluster'],
  stem: 'durable',
  doc: `${DOC}/nats-concepts/jetstream/consumers`,
  badge: (c) =>
    [typeof c['deliver_subject'] === 'string' && c['deliver_subject'] !== '' ? 'push' : 'pull', ...(c['ack_policy'] === 'none' || c['ack_policy'] === 'all' ? [`ack ${c['ack_policy']}`] : []), ...(typeof c['max_deliver'] === 'number' && c['max_deliver'] > 0 ? [`gives up after ${c['max_deliver']}`] : [])].join(', '),
  actions: ['delete-consumer', 'create-consumer', 'pause-consumer', 'resume-consumer'],
  fields: settings.consumer,
};
const subject: NodeDescriptor = {
  kind: 'nats.subject',
  title: 'Subject',
  about: 'Core NATS: whoever listens gets a copy now; nothing is kept.',
  family: 'router',
  parents: ['nats.cluster'],
  stem: 'subject',
  doc: `${DOC}/nats-concepts/core-nats`,
  badge: (c) => String(c['subject'] ?? ''),
  actions: [],
  fields: settings.subject,
};
const subjectWords = (c: Readonly<Record<string, unknown>>): string => String(c['subject'] ?? '');
const publish: LinkDescriptor = {
  kind: 'publish',
  title: 'Publish',
  about: 'Publishes to a subject of the stream, which answers with the sequence.',
  from: ['producer'],
  to: [stream.kind],
  label: (c) => [subjectWords(c), ...(c['ack'] === false ? ['no answer'] : [])].filter((one) => one !== '').join(', '),
  fields: settings.publishToStream,
};
const publishToSubject: LinkDescriptor = { kind: 'publish', title: 'Publish', about: 'Fire and forget: to whoever listens now.', from: ['producer'], to: [subject.kind], label: subjectWords, fields: settings.publishToSubject };
const filter: LinkDescriptor = { kind: 'filter', title: 'Consumer of a stream', about: 'The consumer goes through this stream.', from: [stream.kind], to: [consumer.kind], label: (c) => String(c['filter_subjects'] ?? ''), fields: settings.filter };
const source: LinkDescriptor = { kind: 'source', title: 'Source', about: 'The stream takes over what the other one stores; one of another server by its domain, over leaf connections.', across: true, from: [stream.kind], to: [stream.kind], label: (c) => String(c['filter_subject'] ?? ''), fields: settings.source };
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'Read',
  about: 'Each instance orders messages by pull requests, or listens to the deliver subject.',
  from: [consumer.kind],
  to: ['consumer'],
  label: (c) => (typeof c['PullMaxMessages'] === 'number' && c['PullMaxMessages'] !== 500 ? `up to ${c['PullMaxMessages']}` : ''),
  fields: settings.consume,
};
const listen: LinkDescriptor = { kind: 'consume', title: 'Subscribe', about: 'Each instance listens: it gets what is published while it does.', from: [subject.kind], to: ['consumer'], label: (c) => (typeof c['queue'] === 'string' && c['queue'] !== '' ? `queue ${c['queue']}` : ''), fields: settings.listen };
const leafnode: LinkDescriptor = {
  kind: 'leafnode',
  title: 'Leaf node',
  about: 'The first server dials the second, its hub. What somebody listens to at one end is passed on from the other.',
  from: [cluster.kind],
  to: [cluster.kind],
  label: () => 'leaf node',
  fields: settings.leafnode,
};

const action = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], undoneBy?: string, fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per: 'node', fields, ...(undoneBy === undefined ? {} : { undoneBy }) });

/** What the server passes over or refuses although each setting is legal by itself. */
function doubts(doc: Scenario): Doubt[] {
  const found: Doubt[] = [];
  doubtLeaves(doc, found);
  const versionOf = (parent: string | undefined): Version => (doc.nodes.find((n) => n.id === parent)?.config?.['version'] ?? '2.10.27') as Version;
  for (const { id, kind, parent, config = {} } of doc.nodes) {
    const late = (setting: string, since: string) => found.push({ on: id, says: `${setting} came with ${since}; ${versionOf(parent)} passes over it.` });
    if (kind === stream.kind && config['allow_msg_ttl'] === true && !atLeast(versionOf(parent), '2.14.5')) late('allow_msg_ttl', '2.11');
    if (kind === stream.kind) doubtReplicas(id, replicasOf(config), serversOf(doc.nodes.find((n) => n.id === parent)?.config ?? {}), found);
    if (kind !== consumer.kind) continue;
    const streams = doc.links.filter((l) => l.kind === filter.kind && l.to === id);
    if (streams.length === 0) found.push({ on: id, says: 'It has no stream: wire one to it.' });
    if (streams.length > 1) found.push({ on: id, says: `A consumer has one stream: it goes through ${streams[0]?.from} only.` });
    if (
      streams.some(
        (l) =>
          String(l.config?.['filter_subjects'] ?? '')
            .trim()
            .split(/[\s,]+/).length > 1,
      ) &&
      !atLeast(versionOf(parent), '2.10.27')
    )
      late('A second filter subject', '2.10');
    const push = typeof config['deliver_subject'] === 'string' && config['deliver_subject'] !== '';
    const readers = doc.links.filter((l) => l.from === id).flatMap((l) => doc.nodes.find((n) => n.id === l.to) ?? []);
    const instances = readers.reduce((sum, n) => sum + (typeof n.config?.['instances'] === 'number' ? n.config['instances'] : 1), 0);
    if (push && (config['deliver_group'] ?? '') === '' && instances > 1) found.push({ on: id, says: 'Without a deliver_group a push consumer serves one reader; the others stand by.' });
  }
  return found;
}
function doubtReplicas(on: string, replicas: number, servers: number, found: Doubt[]): void {
  if (replicas > servers) found.push({ on, says: servers === 1 ? 'Replicas need a cluster: give the server some more (nodes).' : `${replicas} replicas do not fit on ${servers} servers: no suitable peers for placement.` });
  else if (replicas > 1 && replicas % 2 === 0) found.push({ on, says: `${replicas} replicas outlive no more servers than ${replicas - 1}: a majority has to be there.` });
}
function doubtLeaves(doc: Scenario, found: Doubt[]): void {
  const homeOf = (node: string): string => doc.nodes.find((n) => n.id === node)?.parent ?? '';
  const domainOf = (server: string): string => String(doc.nodes.find((n) => n.id === server)?.config?.['domain'] ?? '');
  const leaves = doc.links.filter((l) => l.kind === leafnode.kind);
  for (const { id } of withoutCircles(leaves).circular) found.push({ on: id, says: 'It closes a circle of leaf connections: the servers detect the loop and end it, time and again.' });
  const abroad = doc.links.filter((l) => l.kind === source.kind && homeOf(l.from) !== homeOf(l.to));
  for (const { id } of withoutRounds(abroad).circular) found.push({ on: id, says: 'It closes a circle of sources: the servers would copy every message for ever, so the model leaves it out.' });
  for (const { id, from, to } of abroad) {
    const [origin, goal] = [homeOf(from), homeOf(to)];
    if (domainOf(origin) === '') found.push({ on: id, says: `${origin} has no domain: without one its streams are not reached from another server.` });
    else if (domainOf(origin) === domainOf(goal)) found.push({ on: id, says: `${origin} and ${goal} have the same domain: what is meant for the one does not leave the other.` });
    if (!reaches(leaves, origin, goal, true)) found.push({ on: id, says: `No leaf connections lead from ${origin} to ${goal}.` });
  }
}
const INSIDE = 'Clients are not wired to a server itself, but to the streams, consumers and subjects inside it; a server is wired to another one as its leaf node.';

export const nats: RoomDescriptor = {
  id: 'nats',
  title: 'NATS',
  doc: DOC,
  joint: true,
  versions: '2.10.27 (recorded, compared with), 2.9.10 (recorded), 2.14.5 (compared with)',
  nodes: [cluster, stream, consumer, subject],
  links: [publish, publishToSubject, filter, source, consume, listen, leafnode],
  derived: [],
  whyNot: [
    { from: stream.kind, to: 'consumer', says: 'A reader needs a place in the stream: put a JetStream consumer between them.' },
    { from: 'producer', to: consumer.kind, says: 'A JetStream consumer is read from, not written to: publish to its stream.' },
    { from: consumer.kind, to: stream.kind, says: 'A JetStream consumer writes nothing. What it gives up stays in its stream.' },
    { from: subject.kind, to: stream.kind, says: 'A stream listens by its own subjects: give it this one.' },
    { from: subject.kind, to: consumer.kind, says: 'A JetStream consumer goes through a stream: put one between them.' },
    { from: '*', to: cluster.kind, says: INSIDE },
    { from: cluster.kind, to: '*', says: INSIDE },
  ],
  doubts,
  actions: [
    action('purge-stream', 'Purge {on}', 'Removes messages; the sequence goes on.', 'bad', undefined, { keep: { type: 'integer', help: 'of the newest, so many stay', min: 0, max: 2_000_000_000, default: 0, applies: LIVE } }),
    action('delete-consumer', 'Delete {on}', 'Its place in the stream is forgotten; the messages stay unless nobody else wants them.', 'bad', 'create-consumer'),
    action('create-consumer', 'Create {on}', 'It begins where its deliver policy says.', 'ok'),
    action('pause-consumer', 'Pause {on}', 'Delivers nothing for a time (2.11 and later).', 'bad', 'resume-consumer', { for: { type: 'duration', help: 'how long', min: 1000, max: 86_400e6, default: '10s', applies: LIVE } }),
    action('resume-consumer', 'Resume {on}', 'Delivers again.', 'ok'),
    { ...action('power-loss-node', 'Power loss at {on}', 'One server is gone, with what it had not synced to disk.', 'bad', 'start-node'), per: 'broker-node' },
    action('kill-nats-server', 'Kill the process of {on}', 'Connections and memory streams are gone; files are not.', 'bad', 'start-nats-server'),
    action('power-loss-nats-server', 'Power loss at {on}', 'What was not synced to disk is gone, acknowledged or not.', 'bad', 'start-nats-server'),
    action('start-nats-server', 'Start {on}', 'It goes on with what lies in its files.', 'ok'),
  ],
  reasons,
  remedies,
  simplifications: [
    'Servers stand alone, form a cluster, or are joined as leaf nodes: no accounts, gateways or super-clusters, and nothing cuts one server of a cluster off from the others.',
    'In a cluster only replication takes time (route latency, there and back): core NATS, deliveries and acks cross routes at once, and what a consumer has delivered is known to its followers at once. Sources and mirrors take over without a proposal of their own.',
    'A consumer has its own elections; its log is that of its stream. What was away catches up with the first heartbeat of the leader, however much it missed. All servers of a cluster are synced at the same moment.',
    'New streams go to the servers with the fewest, the first of them leads; servers that are gone are chosen last, although nobody knows that they are for a while; a leader does not step down without need, and streams are not moved. Of leaf connections that form a circle the last one is refused; where they come at the same moment servers may end several of them. A leaf connection ends at the cluster as a whole.',
    'A leaf connection has one account and one URL, no TLS, compression or permissions. Servers ping each other; clients are not pinged.',
    'A stream that sources one of another server has no flow control: after an outage all that waits is sent at once. 2.9.10 asks again as 2.10.27 does, although the real one takes some seconds longer.',
    'A payload is a size. Files are synced all at once, every sync_interval.',
    'A client is nats.go: one connection per link and instance, 2 s between attempts to connect, no jitter; heartbeats of pull requests are left out.',
    'Clients with a cut link wait for it: neither side gives the connection up, and the server does not cut off slow consumers.',
    'Sources within one server take over messages at once. Mirrors of streams of other servers are not modelled.',
    'Priority groups, flow control, mirrors, transforms, republishing, rollups and expected headers are part of the server but not of the canvas.',
  ],
};
