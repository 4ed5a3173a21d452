/** Redis Streams as data: entities, settings under Redis's own names and units, wiring, words. https://redis.io/docs/latest/develop/data-types/streams/ */
import type { ActionDescriptor, Doubt, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Scenario } from '../../scenario/document.ts';
import type { Applies, Field, Fields } from '../../scenario/fields.ts';
import { CONSUMER_LANES } from './shape.ts';
import { has, NEWEST, type Version, VERSIONS } from './versions.ts';
import { reasons, remedies } from './words.ts';

const DOC = 'https://redis.io/docs/latest';
const LIVE: Applies = { how: 'live' };
const CONFIG_SET: Applies = { how: 'live', says: 'CONFIG SET: holds from the next command on.' };
const RESTART: Applies = { how: 'restart', says: 'Taken when the server is made: change it at the start.' };
const RECREATE: Applies = { how: 'recreate', says: 'Another name is another key: the old one is deleted with what it holds.' };
const MOST = 2_000_000_000;

const command = (name: string): string => `${DOC}/commands/${name}/`;
const most = (help: string, doc: string, more: Partial<Field> = {}): Field => ({ type: 'integer', help, min: 1, max: MOST, optional: true, applies: LIVE, doc: command(doc), ...more }) as Field;
const text = (help: string, applies: Applies, more: Partial<Field> = {}): Field => ({ type: 'text', help, maxLength: 255, optional: true, applies, ...more }) as Field;

/** Every link takes time. */
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '1ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
const conf = `${DOC}/operate/oss_and_stack/management`;
const server: NodeDescriptor = {
  kind: 'redis-streams.server',
  title: 'Redis',
  about: 'A server that holds streams in memory, with its replicas and its files.',
  family: 'cluster',
  container: true,
  stem: 'redis',
  doc: `${DOC}/develop/data-types/streams/`,
  badge: (c) => `Redis ${String(c['version'] ?? NEWEST).replace(/\.\d+$/, '')}`,
  actions: ['stop-server', 'power-loss', 'start-server', 'failover', 'stop-replica', 'start-replica'],
  fields: {
    version: { type: 'choice', help: 'whose rules hold', options: [NEWEST, ...VERSIONS.filter((v) => v !== NEWEST)], default: NEWEST, applies: RESTART, doc: `${DOC}/operate/oss_and_stack/stack-with-enterprise/release-notes/` },
    maxmemory: { type: 'integer', help: 'above it writes are refused with OOM, or keys are evicted; 0 = no limit', min: 0, max: 1e12, unit: 'bytes', default: 0, applies: CONFIG_SET, doc: `${DOC}/develop/reference/eviction/`, group: 'Memory' },
    'maxmemory-policy': { type: 'choice', help: 'allkeys-lru evicts the stream that was used least recently, with its groups', options: ['noeviction', 'allkeys-lru'], default: 'noeviction', applies: CONFIG_SET, doc: `${DOC}/develop/reference/eviction/#eviction-policies`, group: 'Memory' },
    'stream-node-max-entries': { type: 'integer', help: 'entries of one macro node: what approximate trimming takes or leaves; 0 = no limit', min: 0, max: MOST, default: 100, applies: CONFIG_SET, doc: `${conf}/config-file/`, group: 'Memory' },
    'stream-node-max-bytes': { type: 'integer', help: 'bytes of one macro node; 0 = no limit', min: 0, max: MOST, unit: 'bytes', default: 4096, applies: CONFIG_SET, doc: `${conf}/config-file/`, group: 'Memory' },
    appendonly: { type: 'choice', help: 'every write goes to the append-only file', options: ['no', 'yes'], default: 'no', applies: RESTART, doc: `${conf}/persistence/#append-only-file`, group: 'Persistence' },
    appendfsync: { type: 'choice', help: 'when the file is synced: what a loss of power costs', options: ['everysec', 'always', 'no'], default: 'everysec', applies: CONFIG_SET, doc: `${conf}/persistence/#how-durable-is-the-append-only-file`, when: { field: 'appendonly', is: ['yes'] }, group: 'Persistence' },
    save: { type: 'text', help: 'snapshots: pairs of seconds and changes; empty = none', maxLength: 100, default: '3600 1 300 100 60 10000', applies: CONFIG_SET, doc: `${conf}/persistence/#snapshotting`, when: { field: 'appendonly', is: ['no'] }, group: 'Persistence' },
    replicas: { type: 'integer', help: 'asynchronous copies', min: 0, max: 5, default: 0, applies: RESTART, doc: `${conf}/replication/`, group: 'Replication' },
    replicationDelay: { type: 'duration', label: 'replication delay', help: 'until a write has reached the replicas: what a failover forgets', min: 0, max: 60e6, default: '10ms', applies: LIVE, group: 'Replication' },
    'down-after-milliseconds': { type: 'integer', help: 'Sentinel: until a master that does not answer is replaced', min: 1, max: 3_600_000, unit: 'ms', default: 30_000, applies: LIVE, doc: `${conf}/sentinel/`, group: 'Replication' },
    'min-replicas-to-write': { type: 'integer', help: 'with fewer good replicas writes are refused with NOREPLICAS', min: 0, max: 5, default: 0, applies: CONFIG_SET, doc: `${conf}/replication/#allow-writes-only-with-n-attached-replicas`, group: 'Replication' },
    'min-replicas-max-lag': { type: 'integer', help: 'a replica that has not answered for so long is not good', min: 1, max: 86_400, unit: 's', default: 10, applies: CONFIG_SET, doc: `${conf}/replication/#allow-writes-only-with-n-attached-replicas`, group: 'Replication' },
  },
};
const stream: NodeDescriptor = {
  kind: 'redis-streams.stream',
  title: 'Stream',
  about: 'A log of entries. It keeps them until they are trimmed or deleted, read or not.',
  family: 'router',
  parents: ['redis-streams.server'],
  stem: 'stream',
  doc: `${DOC}/develop/data-types/streams/`,
  badge: () => 'stream',
  shape: () => ({ lanes: 1, labels: 0, width: 270 }),
  actions: ['xtrim', 'del', 'xgroup-create'],
  fields: {
    name: text('the key; empty = its id', RECREATE),
    'IDMP-DURATION': most('how long the names that producers gave their entries are known; 100 s unless set', 'xcfgset', { max: 86_400, unit: 's', applies: { how: 'live', says: 'XCFGSET: clears what was known.' }, since: '8.6', group: 'Idempotence' }),
    'IDMP-MAXSIZE': most('names known per producer; 100 unless set', 'xcfgset', { max: 10_000, applies: { how: 'live', says: 'XCFGSET: clears what was known.' }, since: '8.6', group: 'Idempotence' }),
  },
};
const group: NodeDescriptor = {
  kind: 'redis-streams.group',
  title: 'Consumer group',
  about: 'Gives each entry of its streams to one consumer, with whom it is pending until acknowledged.',
  family: 'queue',
  parents: ['redis-streams.server'],
  stem: 'group',
  doc: `${DOC}/develop/data-types/streams/#consumer-groups`,
  badge: (c) => (typeof c['maxDeliveries'] === 'number' ? `gives up after ${c['maxDeliveries']}` : 'group'),
  shape: () => ({ lanes: 1 + CONSUMER_LANES, labels: 46, width: 316, ends: 66 }),
  actions: ['xgroup-setid', 'xgroup-delconsumer'],
  fields: {
    name: text('of the group; empty = its id', RECREATE),
    deadStream: text('where consumers put what they give up (XADD and XACK); Redis has no dead letters of its own', LIVE, { label: 'dead stream', group: 'Giving up' }),
    maxDeliveries: { type: 'integer', label: 'max deliveries', help: 'deliveries after which a consumer gives an entry up; empty = never', min: 1, max: 1_000_000, optional: true, applies: LIVE, group: 'Giving up' },
  },
};
const publish: LinkDescriptor = {
  kind: 'publish',
  title: 'XADD',
  about: 'Adds an entry; the reply is its ID.',
  from: ['producer'],
  to: ['redis-streams.stream'],
  label: (c) => (typeof c['MAXLEN'] === 'number' ? `MAXLEN ${c['trim'] === '=' ? '=' : '~'} ${c['MAXLEN']}` : ''),
  fields: {
    MAXLEN: most('trims the stream to so many entries; empty = never', 'xadd', { min: 0, group: 'Trimming' }),
    trim: { type: 'choice', help: '~ takes whole nodes only: cheaper, and more stays', options: ['~', '='], default: '~', applies: LIVE, doc: command('xtrim'), group: 'Trimming' },
    LIMIT: most('entries that one command takes at most; 100 nodes unless set, 0 = no limit', 'xadd', { min: 0, when: { field: 'trim', is: ['~'] }, group: 'Trimming' }),
    references: { type: 'choice', help: 'KEEPREF: pending lists keep what was trimmed; DELREF: they forget it; ACKED: only what all groups have acknowledged is trimmed', options: ['KEEPREF', 'DELREF', 'ACKED'], default: 'KEEPREF', applies: LIVE, doc: command('xadd'), since: '8.2', group: 'Trimming' },
    NOMKSTREAM: { type: 'flag', help: 'a stream that does not exist is not made: the reply is nil', default: false, applies: LIVE, doc: command('xadd') },
    idempotence: { type: 'choice', help: 'IDMP: a retry of a message is not added again; IDMPAUTO: its fields decide', options: ['none', 'IDMP', 'IDMPAUTO'], default: 'none', applies: LIVE, doc: `${DOC}/develop/data-types/streams/idempotency/`, since: '8.6' },
    WAIT: { type: 'integer', help: 'replicas that must have it before the producer counts it as done; 0 = it does not ask', min: 0, max: 5, default: 0, applies: LIVE, doc: command('wait'), group: 'Replication' },
    waitTimeout: { type: 'integer', label: 'WAIT timeout', help: 'then the producer does not know; 0 = it waits for ever', min: 0, max: 3_600_000, unit: 'ms', default: 1000, applies: LIVE, doc: command('wait'), group: 'Replication' },
    ...network,
  },
};
const read: LinkDescriptor = {
  kind: 'read',
  title: 'Group of a stream',
  about: 'XGROUP CREATE: the group has a position in this stream, and a pending list.',
  from: ['redis-streams.stream'],
  to: ['redis-streams.group'],
  label: (c) => (c['id'] === '$' || c['id'] === undefined ? '' : `from ${String(c['id'])}`),
  fields: {
    id: { type: 'text', help: 'where the group begins: $ after the last entry, 0 at the first, or an ID', maxLength: 41, default: '$', applies: { how: 'live', says: 'XGROUP SETID: back delivers again, forward skips; what is pending stays.' }, doc: command('xgroup-create') },
  },
};
const CLAIMS = { field: 'claim', is: ['XAUTOCLAIM', 'CLAIM'] };
const AUTOCLAIMS = { field: 'claim', is: ['XAUTOCLAIM'] };
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'XREADGROUP',
  about: 'Each instance is a consumer of the group: it reads, works, acknowledges, and may claim what others left.',
  from: ['redis-streams.group'],
  to: ['consumer'],
  label: (c) => [...(c['NOACK'] === true ? ['NOACK'] : []), ...(c['claim'] === 'XAUTOCLAIM' || c['claim'] === 'CLAIM' ? [`claims after ${Number(c['min-idle-time'] ?? 60_000) / 1000} s`] : [])].join(', '),
  brief: (c) => `COUNT ${c['COUNT'] ?? 'all'}`,
  begins: () => ({ COUNT: 10, BLOCK: 5000 }),
  fields: {
    COUNT: most('entries per stream and call; empty = all', 'xreadgroup'),
    BLOCK: most('waits for an entry for so long, 0 = for ever; empty = it does not wait', 'xreadgroup', { min: 0, max: 86_400_000, unit: 'ms' }),
    pause: { type: 'duration', help: 'between two calls that found nothing, when they do not wait', min: 1000, max: 3600e6, default: '1s', applies: LIVE },
    NOACK: { type: 'flag', help: 'nothing becomes pending: what a crash interrupts is lost', default: false, applies: LIVE, doc: command('xreadgroup') },
    ownPending: { type: 'flag', label: 'own pending first', help: 'a consumer that starts asks for what is pending with it (ID 0) before it asks for new entries (>)', default: true, applies: { how: 'live', says: 'Holds from the next start of an instance on.' }, doc: command('xreadgroup') },
    claim: {
      type: 'choice',
      help: 'who takes over what a dead consumer left: nobody; each instance by XAUTOCLAIM now and then; or with each read',
      options: ['none', 'XAUTOCLAIM', 'CLAIM'],
      default: 'none',
      applies: { how: 'live', says: 'XAUTOCLAIM begins with the next connection.' },
      doc: command('xautoclaim'),
      group: 'Claiming',
    },
    'min-idle-time': { type: 'integer', help: 'pending for so long is taken to be abandoned; must be longer than the work ever takes', min: 0, max: 86_400_000, unit: 'ms', default: 60_000, applies: LIVE, doc: command('xautoclaim'), when: CLAIMS, group: 'Claiming' },
    claimEvery: { type: 'duration', label: 'every', help: 'between two XAUTOCLAIM of one instance', min: 1000, max: 3600e6, default: '10s', applies: LIVE, when: AUTOCLAIMS, group: 'Claiming' },
    claimCount: { type: 'integer', label: 'COUNT', help: 'entries that one XAUTOCLAIM takes at most', min: 1, max: MOST, default: 100, applies: LIVE, doc: command('xautoclaim'), when: AUTOCLAIMS, group: 'Claiming' },
    ...network,
  },
};
const action = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], undoneBy?: string, fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per: 'node', fields, ...(undoneBy === undefined ? {} : { undoneBy }) });

/** Settings that a server's version does not know: it refuses the command. */
function doubts(doc: Scenario): Doubt[] {
  const versions = new Map(doc.nodes.filter((n) => n.kind === server.kind).map((n) => [n.id, (n.config?.['version'] ?? NEWEST) as Version]));
  const homes = new Map(doc.nodes.map((n) => [n.id, n.parent]));
  const found: Doubt[] = [];
  for (const { id, from, to, config = {} } of doc.links) {
    const version = versions.get(homes.get(to) ?? '') ?? versions.get(homes.get(from) ?? '');
    if (version === undefined) continue;
    const late = (setting: string, since: string) => found.push({ on: id, says: `${setting} came with Redis ${since}; ${version} will refuse the command.` });
    if (!has(version, '8.2') && (config['references'] === 'DELREF' || config['references'] === 'ACKED')) late(String(config['references']), '8.2');
    if (!has(version, '8.4') && config['claim'] === 'CLAIM') late('CLAIM', '8.4');
    if (!has(version, '8.6') && (config['idempotence'] === 'IDMP' || config['idempotence'] === 'IDMPAUTO')) late(String(config['idempotence']), '8.6');
  }
  return found;
}

export const redisStreams: RoomDescriptor = {
  id: 'redis-streams',
  title: 'Redis Streams',
  doc: `${DOC}/develop/data-types/streams/`,
  versions: '8.6.3 (compared with), 8.0.2 (recorded), 7.0.15 (recorded)',
  nodes: [server, stream, group],
  links: [publish, read, consume],
  derived: [{ kind: 'dead-stream', from: group.kind, field: 'deadStream', to: stream.kind, title: 'given up' }],
  whyNot: [
    { from: stream.kind, to: 'consumer', says: 'A consumer reads through a group: put a consumer group between them.' },
    { from: 'producer', to: group.kind, says: 'A group is read from, not written to: publish to its stream.' },
    { from: group.kind, to: stream.kind, says: 'A group writes nothing by itself: name the stream as its dead stream.' },
    { from: stream.kind, to: stream.kind, says: 'A stream does not write to a stream.' },
    { from: '*', to: server.kind, says: 'A server is not wired itself, but the streams and groups inside it are.' },
    { from: server.kind, to: '*', says: 'A server is not wired itself, but the streams and groups inside it are.' },
  ],
  doubts,
  actions: [
    action('xtrim', 'XTRIM {on}', 'Entries go from the head, read or not.', 'bad', undefined, { MAXLEN: { type: 'integer', help: 'keep so many', min: 0, max: MOST, default: 0, applies: LIVE } }),
    action('del', 'DEL {on}', 'The stream goes with its groups. The next XADD makes it anew, without groups.', 'bad', 'xgroup-create'),
    action('xgroup-create', 'XGROUP CREATE on {on}', 'Groups that are missing are made again, and the stream with them.', 'ok'),
    action('xgroup-setid', 'XGROUP SETID of {on}', 'Moves the position: back delivers again, forward skips.', 'note', undefined, { id: { type: 'text', help: '0 for everything, $ for what is to come, or an ID', maxLength: 41, default: '0', applies: LIVE } }),
    action('xgroup-delconsumer', 'XGROUP DELCONSUMER of {on}', 'What is pending with the consumer is pending no more: nobody of the group gets it again.', 'bad', undefined, { consumer: { type: 'text', help: 'its name: an instance, "pay/2"', maxLength: 255, default: '', applies: LIVE } }),
    action('stop-server', 'Kill the process of {on}', 'Its memory is gone. What was written to the append-only file is not, synced or not.', 'bad', 'start-server'),
    action('power-loss', 'Power loss at {on}', 'Its memory is gone, and what was not synced to disk.', 'bad', 'start-server'),
    action('start-server', 'Start {on}', 'It loads what is on its disk.', 'ok'),
    action('failover', 'The master of {on} is gone', 'After down-after-milliseconds a replica takes its place, with what had reached it.', 'bad'),
    action('stop-replica', 'Stop a replica of {on}', 'One replica is gone.', 'bad', 'start-replica'),
    action('start-replica', 'Start the replicas of {on}', 'All replicas are up and catch up.', 'ok'),
  ],
  reasons,
  remedies,
  simplifications: [
    'Consumers read through a group; a plain XREAD is part of the server but not of the canvas.',
    'One server is one shard: Redis Cluster, ACL, TLS and transactions of clients are not modelled.',
    'A payload is a size; memory is estimated from the serialised nodes and pending lists.',
    'Replicas have one delay for all, and Sentinel needs no votes; snapshots take no time, and one that is due is made with the next write.',
    'A client with a cut link waits for it: neither side gives the connection up.',
    'XNACK (8.8), MAXCOUNT and MAXSIZE (8.10) are not modelled.',
  ],
};
