/** RabbitMQ as data: entities, settings under its own names and units, wiring, words. https://www.rabbitmq.com/docs */
import type { ActionDescriptor, LinkDescriptor, NodeDescriptor, RoomDescriptor } from '../../scenario/descriptor.ts';
import type { Applies, Field, Fields } from '../../scenario/fields.ts';
import { reasons, remedies } from './words.ts';

const DOC = 'https://www.rabbitmq.com/docs';
const LIVE: Applies = { how: 'live' };
const POLICY: Applies = { how: 'live', says: 'Set by policy: messages stay.' };
const RECREATE: Applies = { how: 'recreate', says: 'Cannot be changed on a live entity: it is deleted with its messages and declared again.' };
const RECONNECT: Applies = { how: 'reconnect', says: 'Clients subscribe anew; what they hold unacknowledged goes back to the queue.' };
const RESTART: Applies = { how: 'restart', says: 'Taken when the cluster is made: change it at the start.' };
/** Ten years. */
const MAX_MS = 315_360_000_000;

const text = (help: string, applies: Applies, more: Partial<Field> = {}): Field => ({ type: 'text', help, maxLength: 255, optional: true, applies, ...more }) as Field;
const flag = (help: string, fallback: boolean, applies: Applies, doc: string): Field => ({ type: 'flag', help, default: fallback, applies, doc: `${DOC}/${doc}` });
const ms = (help: string, doc: string): Field => ({ type: 'integer', help, min: 0, max: MAX_MS, unit: 'ms', optional: true, applies: POLICY, doc: `${DOC}/${doc}` });
const most = (help: string, doc: string, applies = POLICY): Field => ({ type: 'integer', help, min: 0, max: 2_000_000_000, optional: true, applies, doc: `${DOC}/${doc}` });

/** Every link takes time. */
const network: Fields = {
  latency: { type: 'duration', label: 'Latency', help: 'one way', min: 0, max: 60e6, default: '1ms', applies: LIVE, group: 'Network' },
  jitter: { type: 'duration', label: 'Jitter', help: 'up to so much more, drawn at random', min: 0, max: 60e6, default: '0us', applies: LIVE, group: 'Network' },
  loss: { type: 'number', label: 'Loss', help: 'share of packets lost; TCP sends them again after 200 ms', min: 0, max: 1, default: 0, applies: LIVE, group: 'Network' },
};
const cluster: NodeDescriptor = {
  kind: 'rabbitmq.cluster',
  title: 'RabbitMQ',
  about: 'A cluster that holds exchanges and queues.',
  family: 'cluster',
  container: true,
  stem: 'rabbit',
  doc: `${DOC}/clustering`,
  badge: (c) => `RabbitMQ ${String(c['version'] ?? '4.0.5').replace(/\.\d+$/, '')}`,
  actions: ['stop-node', 'start-node', 'stop-cluster', 'start-cluster', 'memory-alarm', 'memory-alarm-clears', 'disk-alarm', 'disk-alarm-clears'],
  fields: {
    version: { type: 'choice', label: 'version', help: 'whose rules hold', options: ['4.0.5', '3.10.8', '4.3'], default: '4.0.5', applies: RESTART, doc: 'https://www.rabbitmq.com/release-information' },
    nodes: { type: 'integer', label: 'nodes', help: 'of the cluster', min: 1, max: 7, default: 1, applies: RESTART, doc: `${DOC}/clustering` },
    memory: { type: 'integer', label: 'memory', help: 'of one node; empty = no memory alarm', min: 1, max: 1_000_000, unit: 'MB', optional: true, applies: RESTART, doc: `${DOC}/memory` },
    vm_memory_high_watermark: { type: 'number', help: 'share of the memory at which publishers are blocked', min: 0.01, max: 1, default: 0.6, applies: RESTART, doc: `${DOC}/memory#threshold` },
    queueIntakeRate: { type: 'integer', label: 'queue intake', help: 'what one queue process can take in; a publisher 400 ahead of it is held by credit flow; empty = no limit', min: 1, max: 1_000_000, unit: 'messages/s', optional: true, applies: RESTART, doc: `${DOC}/flow-control` },
    consumer_timeout: { type: 'integer', help: 'a delivery must be acknowledged within; 0 = no limit', min: 0, max: 4_294_967_295, unit: 'ms', default: 1_800_000, applies: RESTART, doc: `${DOC}/consumers#acknowledgement-timeout` },
  },
};
const exchange: NodeDescriptor = {
  kind: 'rabbitmq.exchange',
  title: 'Exchange',
  about: 'Routes each message to the queues that are bound to it; keeps none.',
  family: 'router',
  parents: ['rabbitmq.cluster'],
  stem: 'exchange',
  doc: `${DOC}/exchanges`,
  badge: (c) => String(c['type'] ?? 'direct'),
  actions: [],
  fields: {
    type: {
      type: 'choice',
      help: 'how a routing key finds its bindings; x-local-random (4.0): one queue of the node to which the publisher is connected, by chance; x-modulus-hash (4.3): one binding by the hash of the key',
      options: ['direct', 'topic', 'fanout', 'headers', 'x-consistent-hash', 'x-local-random', 'x-modulus-hash'],
      default: 'direct',
      applies: RECREATE,
      doc: `${DOC}/exchanges#types`,
    },
    'alternate-exchange': text('takes what has no binding here', POLICY, { doc: `${DOC}/ae` }),
    durable: flag('survives a restart of the broker', true, RECREATE, 'exchanges#durability'),
    'auto-delete': flag('deleted when its last binding goes', false, RECREATE, 'exchanges#auto-deletion'),
    internal: flag('takes no publications from clients, only from exchanges', false, RECREATE, 'exchanges'),
    name: text('as clients know it; empty = its id', RECREATE),
  },
};
const STREAM = { field: 'x-queue-type', is: ['stream'] };
const QUORUM = { field: 'x-queue-type', is: ['quorum'] };
const CLASSIC = { field: 'x-queue-type', is: ['classic'] };
/** What a stream keeps, and for how long. */
const retention = (when?: typeof STREAM): Fields => {
  const more = { group: 'Stream', ...(when ? { when } : {}) };
  return {
    'x-max-age': text('segments older than so are deleted: 7D, 12h, 30m, 90s', POLICY, { doc: `${DOC}/streams#retention`, ...more }),
    'x-stream-max-segment-size-bytes': { type: 'integer', help: 'of a segment file; retention deletes whole ones, never the newest; 500 000 000 unless set', min: 0, max: 3_000_000_000, unit: 'bytes', optional: true, applies: POLICY, doc: `${DOC}/streams#retention`, ...more },
    'x-stream-filter-size-bytes': { type: 'integer', help: 'of the Bloom filter of a chunk: smaller ones let more pass by mistake; 16 unless set', min: 16, max: 255, unit: 'bytes', optional: true, applies: RECREATE, doc: `${DOC}/streams#filtering`, ...more },
    'x-initial-cluster-size': { type: 'integer', help: 'replicas; as many as there are nodes unless set', min: 1, max: 7, optional: true, applies: RECREATE, doc: `${DOC}/streams#replication`, ...more },
  };
};
const queue: NodeDescriptor = {
  kind: 'rabbitmq.queue',
  title: 'Queue',
  about: 'Keeps messages until a consumer acknowledges them.',
  family: 'queue',
  parents: ['rabbitmq.cluster'],
  stem: 'queue',
  doc: `${DOC}/queues`,
  badge: (c) => [c['x-queue-type'] ?? 'classic', ...(typeof c['x-message-ttl'] === 'number' ? [`ttl ${c['x-message-ttl'] / 1000} s`] : []), ...(typeof c['x-max-length'] === 'number' ? [`max ${c['x-max-length']}`] : [])].join(', '),
  actions: ['purge', 'redrive'],
  fields: {
    'x-queue-type': { type: 'choice', help: 'classic: one node; quorum: replicated, counts deliveries; stream: a log that is read without being emptied', options: ['classic', 'quorum', 'stream'], default: 'classic', applies: RECREATE, doc: `${DOC}/queues#optional-arguments` },
    'x-delivery-limit': { type: 'integer', help: 'redeliveries before the message is dead-lettered; 20 unless set', min: -1, max: 1_000_000, optional: true, applies: POLICY, doc: `${DOC}/quorum-queues#poison-message-handling`, when: QUORUM },
    'x-dead-letter-exchange': text('takes messages that are rejected, expired or too many', POLICY, { doc: `${DOC}/dlx`, group: 'Dead letters' }),
    'x-dead-letter-routing-key': text('in place of their own', POLICY, { doc: `${DOC}/dlx#routing`, group: 'Dead letters' }),
    'x-dead-letter-strategy': { type: 'choice', help: 'at-least-once waits for the target queues; needs overflow reject-publish', options: ['at-most-once', 'at-least-once'], default: 'at-most-once', applies: POLICY, doc: `${DOC}/quorum-queues#dead-lettering`, when: QUORUM, group: 'Dead letters' },
    'x-message-ttl': { ...ms('how long a message may wait', 'ttl#per-queue-message-ttl'), group: 'Limits' },
    'x-expires': { ...ms('the queue is deleted when unused for so long', 'ttl#queue-ttl'), min: 1, group: 'Limits' } as Field,
    'x-max-length': { ...most('messages that are ready', 'maxlength'), group: 'Limits' },
    'x-max-length-bytes': { ...most('bytes of ready bodies; of a stream, of its segments', 'maxlength'), group: 'Limits', unit: 'bytes' } as Field,
    'x-overflow': { type: 'choice', help: 'what gives way when it is full', options: ['drop-head', 'reject-publish', 'reject-publish-dlx'], default: 'drop-head', applies: POLICY, doc: `${DOC}/maxlength#overflow-behaviour`, group: 'Limits' },
    'x-max-priority': { type: 'integer', help: 'highest priority that is told apart', min: 1, max: 255, optional: true, applies: RECREATE, doc: `${DOC}/priority`, when: CLASSIC, group: 'Order' },
    'x-single-active-consumer': { ...flag('one consumer gets everything, the others stand by', false, RECREATE, 'consumers#single-active-consumer'), group: 'Order' },
    ...retention(STREAM),
    'x-queue-leader-locator': {
      type: 'choice',
      help: 'where it comes to live, or its leader: client-local: on the node of who declares it, the first one here, of an exclusive queue its consumer; balanced: on the node with the fewest of its type (classic queues: from 4.0 on)',
      options: ['client-local', 'balanced'],
      optional: true,
      applies: RECREATE,
      doc: `${DOC}/clustering#replica-placement`,
      group: 'Life',
    },
    durable: { ...flag('survives a restart of the broker', true, RECREATE, 'queues#durability'), group: 'Life' },
    exclusive: { ...flag('only for the connection that declared it', false, RECREATE, 'queues#exclusive-queues'), group: 'Life' },
    'auto-delete': { ...flag('deleted when its last consumer goes', false, RECREATE, 'queues#temporary-queues'), group: 'Life' },
    name: text('as clients know it; empty = its id', RECREATE, { group: 'Life' }),
  },
};
const superStream: NodeDescriptor = {
  kind: 'rabbitmq.super-stream',
  title: 'Super stream',
  about: 'Several streams behind one name: each message goes to one of them by its routing key.',
  family: 'queue',
  parents: ['rabbitmq.cluster'],
  stem: 'super-stream',
  doc: `${DOC}/streams#super-streams`,
  badge: (c) => `${c['partitions'] ?? 3} partitions`,
  shape: (c) => ({ lanes: typeof c['partitions'] === 'number' ? c['partitions'] : 3, labels: 22, width: 316, ends: 44 }),
  actions: [],
  fields: {
    partitions: { type: 'integer', help: 'streams behind it; a key can come to another one when their number changes', min: 1, max: 32, default: 3, applies: { how: 'recreate', says: 'Partitions are added or deleted with what they hold; keys move.' }, doc: `${DOC}/streams#super-streams` },
    'x-max-length-bytes': { ...most('bytes of the segments of each partition', 'streams#retention'), group: 'Stream', unit: 'bytes' } as Field,
    ...retention(),
    name: text('as clients know it; empty = its id', RECREATE),
  },
};
/** To which node of the cluster a client goes. */
const address: Field = { type: 'integer', label: 'node', help: 'number of the node that the client tries first; then those after it', min: 1, max: 7, default: 1, applies: { how: 'reconnect', says: 'The client connects anew.' }, doc: `${DOC}/clustering#clients`, group: 'Network' };
const PUBLISH = { field: 'method', is: ['publish'] };
const publish: LinkDescriptor = {
  kind: 'publish',
  title: 'Publish',
  about: 'basic.publish to an exchange, or to a queue through the default exchange; or publish of the stream protocol to a stream.',
  from: ['producer'],
  to: ['rabbitmq.exchange', 'rabbitmq.queue', 'rabbitmq.super-stream'],
  begins: (_, to) => (to.kind === 'rabbitmq.super-stream' ? { method: 'publish', routingKey: '{key}' } : to.config?.['x-queue-type'] === 'stream' ? { method: 'publish' } : undefined),
  label: (c) => String(c['routingKey'] ?? ''),
  fields: {
    routingKey: { type: 'text', label: 'routing key', help: "{key} stands for the message's key", maxLength: 255, default: '', applies: LIVE, doc: `${DOC}/publishers` },
    method: { type: 'choice', help: 'basic.publish: AMQP 0-9-1; publish: the stream protocol, to a stream or a super stream only, and always confirmed', options: ['basic.publish', 'publish'], default: 'basic.publish', applies: { how: 'reconnect', says: 'The publisher connects anew.' }, doc: `${DOC}/stream` },
    name: text('of the producer: the stream drops what comes with a publishing id that it has had from this name; empty = no deduplication', { how: 'reconnect', says: 'The publisher connects anew.' }, { label: 'producer name', doc: `${DOC}/streams#deduplication`, when: PUBLISH, group: 'Stream' }),
    routing: {
      type: 'choice',
      help: 'to a super stream. hash: MurmurHash3 of the routing key; key: the partition that is bound with it',
      options: ['hash', 'key'],
      default: 'hash',
      applies: LIVE,
      doc: 'https://rabbitmq.github.io/rabbitmq-stream-java-client/stable/htmlsingle/#super-streams',
      when: PUBLISH,
      group: 'Stream',
    },
    'x-stream-filter-value': text("what consumers of a stream may filter by; {key} stands for the message's key", LIVE, { doc: `${DOC}/streams#filtering`, group: 'Stream' }),
    mandatory: flag('a message that no queue takes comes back', false, LIVE, 'publishers#unroutable'),
    confirms: flag('the broker tells when it has taken a message', true, { how: 'reconnect', says: 'The publisher connects anew; what has no outcome by then never gets one.' }, 'confirms#publisher-confirms'),
    tx: {
      type: 'integer',
      label: 'tx.select',
      help: 'tx.commit after so many messages, which the publisher waits for; in place of confirms; empty = no transactions',
      min: 1,
      max: 10_000,
      optional: true,
      applies: { how: 'reconnect', says: 'The publisher connects anew; what is not committed is lost.' },
      doc: `${DOC}/semantics#tx`,
    },
    sync: { type: 'duration', label: 'commit sync', help: 'what the broker takes to put a commit on disk', min: 0, max: 60e6, default: '5ms', applies: LIVE, doc: `${DOC}/confirms#publisher-confirms` },
    persistent: flag('written to disk', true, LIVE, 'publishers#message-properties'),
    expiration: { type: 'integer', help: 'per-message TTL; it expires only at the head of a classic queue', min: 0, max: MAX_MS, unit: 'ms', optional: true, applies: LIVE, doc: `${DOC}/ttl#per-message-ttl-in-publishers` },
    priority: { type: 'integer', help: 'of each message', min: 0, max: 255, optional: true, applies: LIVE, doc: `${DOC}/priority` },
    headers: { type: 'map', help: 'what a headers exchange looks at', optional: true, applies: LIVE, doc: `${DOC}/exchanges#headers` },
    node: address,
    ...network,
  },
};
const bind: LinkDescriptor = {
  kind: 'bind',
  title: 'Bind',
  about: 'What reaches the exchange with a matching routing key goes here too.',
  from: ['rabbitmq.exchange'],
  to: ['rabbitmq.queue', 'rabbitmq.exchange'],
  label: (c) => String(c['routingKey'] ?? ''),
  many: true,
  begins: (exchange) => (exchange.config?.['type'] === 'topic' ? { routingKey: '#' } : exchange.config?.['type'] === 'x-consistent-hash' ? { routingKey: '1' } : undefined),
  fields: {
    routingKey: { type: 'text', label: 'binding key', help: 'of a topic exchange: * is one word, # any number; of x-consistent-hash: the weight, such as 1; of x-local-random: empty', maxLength: 255, default: '', applies: LIVE, doc: `${DOC}/exchanges#topic` },
    arguments: { type: 'map', help: 'of a headers exchange: x-match and the headers to match', optional: true, applies: LIVE, doc: `${DOC}/exchanges#headers` },
  },
};
const SUBSCRIBE = { field: 'method', is: ['subscribe'] };
const JAVA = 'https://rabbitmq.github.io/rabbitmq-stream-java-client/stable/htmlsingle/#consumer-offset-tracking';
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'Consume',
  about: 'The queue pushes to each instance within its prefetch, or each instance asks.',
  from: ['rabbitmq.queue', 'rabbitmq.super-stream'],
  to: ['consumer'],
  begins: (from) => (from.kind === 'rabbitmq.super-stream' ? { method: 'subscribe', name: 'reader', 'single-active-consumer': true, 'x-stream-offset': 'first' } : undefined),
  label: (c) => (c['method'] === 'basic.get' ? 'basic.get' : c['method'] === 'subscribe' ? String(c['name'] ?? '') : c['ack'] === 'auto' ? 'auto-ack' : c['prefetch'] === 0 ? 'no prefetch limit' : ''),
  brief: (c) => (c['method'] === 'basic.get' ? 'basic.get' : c['method'] === 'subscribe' ? `credit ${c['credit'] ?? 10}` : `prefetch ${c['prefetch'] ?? 10}`),
  fields: {
    method: { type: 'choice', help: 'basic.consume: the queue pushes; basic.get: the client asks for one at a time; subscribe: the stream protocol, of streams only', options: ['basic.consume', 'basic.get', 'subscribe'], default: 'basic.consume', applies: RECONNECT, doc: `${DOC}/consumers#fetching` },
    interval: { type: 'duration', help: 'between two looks at an empty queue', min: 1000, max: 3600e6, default: '1s', applies: LIVE, when: { field: 'method', is: ['basic.get'] } },
    prefetch: { type: 'integer', help: 'basic.qos: unacknowledged messages per instance; 0 = no limit', min: 0, max: 65_535, default: 10, applies: RECONNECT, doc: `${DOC}/consumer-prefetch`, when: { field: 'method', is: ['basic.consume'] } },
    global: { ...flag("basic.qos global: the prefetch counts for the channel, which this instance's subscriptions with it share; not on quorum queues, and from 4.3 as without it", false, RECONNECT, 'consumer-prefetch#sharing-the-limit'), when: { field: 'method', is: ['basic.consume'] } } as Field,
    ack: { type: 'choice', label: 'acknowledge', help: 'auto: gone as soon as it is sent', options: ['manual', 'auto'], default: 'manual', applies: RECONNECT, doc: `${DOC}/confirms#acknowledgement-modes` },
    'x-stream-offset': text('where a stream is read from: first, last, next, an offset, or an interval back from now such as 5m; next unless set', RECONNECT, { doc: `${DOC}/streams#consuming`, group: 'Stream' }),
    'x-stream-filter': text('only messages with one of these filter values, separated by commas; as a Bloom filter knows them', RECONNECT, { doc: `${DOC}/streams#filtering`, group: 'Stream' }),
    'x-stream-match-unfiltered': { ...flag('messages without a filter value, too', false, RECONNECT, 'streams#filtering'), group: 'Stream' } as Field,
    credit: { type: 'integer', help: 'chunks that may be under way before more is asked for; a chunk is one message here', min: 1, max: 65_535, default: 10, applies: RECONNECT, doc: `${DOC}/stream`, when: SUBSCRIBE, group: 'Stream' },
    name: text('under which the offset is stored in the stream; empty = nothing is stored, and each start begins at x-stream-offset', RECONNECT, { label: 'consumer name', doc: `${DOC}/streams#offset-tracking`, when: SUBSCRIBE, group: 'Stream' }),
    messageCountBeforeStorage: { type: 'integer', help: 'the offset is stored after so many messages', min: 1, max: 10_000_000, default: 10_000, applies: LIVE, doc: JAVA, when: SUBSCRIBE, group: 'Stream' },
    flushInterval: { type: 'duration', help: 'the offset is stored at least so often', min: 1000, max: 3600e6, default: '5s', applies: LIVE, doc: JAVA, when: SUBSCRIBE, group: 'Stream' },
    'single-active-consumer': { ...flag('of the consumers of one name one reads each stream, the others stand by; in a super stream they share the partitions', false, RECONNECT, 'streams#single-active-consumer'), when: SUBSCRIBE, group: 'Stream', since: '3.11' } as Field,
    'x-priority': { type: 'integer', help: 'higher ones are served first while they can take more', min: -1000, max: 1000, optional: true, applies: RECONNECT, doc: `${DOC}/consumer-priority` },
    exclusive: flag('the only consumer of the queue', false, RECONNECT, 'consumers#exclusivity'),
    node: address,
    ...network,
  },
};
const node = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], per: ActionDescriptor['per'], undoneBy?: string, fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per, fields, ...(undoneBy === undefined ? {} : { undoneBy }) });

export const rabbitmq: RoomDescriptor = {
  id: 'rabbitmq',
  title: 'RabbitMQ',
  doc: DOC,
  versions: '4.0.5 (recorded), 3.10.8 (recorded), 4.3 (recorded on 4.3.6)',
  nodes: [cluster, exchange, queue, superStream],
  links: [publish, bind, consume],
  derived: [
    { kind: 'dead-letter', from: 'rabbitmq.queue', field: 'x-dead-letter-exchange', to: 'rabbitmq.exchange', title: 'dead letters' },
    { kind: 'alternate', from: 'rabbitmq.exchange', field: 'alternate-exchange', to: 'rabbitmq.exchange', title: 'alternate exchange' },
  ],
  whyNot: [
    { from: 'rabbitmq.queue', to: 'rabbitmq.queue', says: 'A queue does not publish to a queue: give it a dead-letter exchange, or bind both to one exchange.' },
    { from: 'rabbitmq.queue', to: 'rabbitmq.exchange', says: 'Only dead letters go from a queue to an exchange.' },
    { from: 'rabbitmq.exchange', to: 'consumer', says: 'A consumer reads from a queue: bind one to this exchange.' },
    { from: 'rabbitmq.super-stream', to: 'rabbitmq.exchange', says: 'Nothing dies in a stream, so nothing goes from it to an exchange.' },
    { from: 'rabbitmq.super-stream', to: 'rabbitmq.queue', says: 'A stream does not publish to a queue: its readers do.' },
    { from: '*', to: 'rabbitmq.cluster', says: 'A cluster is not wired itself, but the exchanges and queues inside it are.' },
    { from: 'rabbitmq.cluster', to: '*', says: 'A cluster is not wired itself, but the exchanges and queues inside it are.' },
  ],
  actions: [
    node('purge', 'Purge {on}', 'All ready messages are thrown away.', 'bad', 'node'),
    node('redrive', 'Redrive {on}', 'Messages go back to the queue in which they died first.', 'ok', 'node', undefined, { count: { type: 'integer', label: 'Count', help: 'at most', min: 1, max: 100_000, default: 1000, applies: LIVE } }),
    node('memory-alarm', 'Memory alarm in {on}', 'Publishing connections are blocked.', 'bad', 'node', 'memory-alarm-clears'),
    node('memory-alarm-clears', 'Memory alarm of {on} clears', 'Publishers go on.', 'ok', 'node'),
    node('disk-alarm', 'Disk alarm in {on}', 'Publishing connections are blocked.', 'bad', 'node', 'disk-alarm-clears'),
    node('disk-alarm-clears', 'Disk alarm of {on} clears', 'Publishers go on.', 'ok', 'node'),
  ],
  reasons,
  remedies,
  simplifications: [
    'A transaction is committed after a number of messages, never rolled back by its client; what a commit takes on disk is a setting, confirms come at once.',
    'A chunk of a stream holds one message, as with publishers that wait for each confirm; its credit comes back when the client is through with it.',
    'The publishing id of a message is its number in the run, so it grows with each message and stays in a retry.',
    'The stream protocol goes over the same connections as AMQP; clients do not look for the leader or a replica.',
    'A stream that is deleted takes its subscriptions with it; a publisher of the stream protocol is not bound to it: what it publishes is refused until there is a stream of that name again, to which it then goes on at once.',
    'Each client has one connection with one channel per link; its consume links with a global prefetch share one.',
    'What can be set by policy is set by policy, so that it can change while the queue lives.',
    'An administrator declares on the first node that is up, where classic queues therefore live unless x-queue-leader-locator says otherwise.',
    'A node that goes down is killed, and the others notice at once; stopping it in order is left out.',
    'A message for several queues of which one has no majority waits as a whole; what a channel that closes had waiting there is lost, of which a server may keep some.',
    'Memory is estimated from what is stored; paging to disk takes no time.',
  ],
};
