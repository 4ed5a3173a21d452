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
const MAX_MS = 4_294_967_295;

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
    consumer_timeout: { type: 'integer', help: 'a delivery must be acknowledged within; 0 = no limit', min: 0, max: MAX_MS, unit: 'ms', default: 1_800_000, applies: RESTART, doc: `${DOC}/consumers#acknowledgement-timeout` },
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
    type: { type: 'choice', help: 'how a routing key finds its bindings', options: ['direct', 'topic', 'fanout', 'headers', 'x-consistent-hash'], default: 'direct', applies: RECREATE, doc: `${DOC}/exchanges#types` },
    'alternate-exchange': text('takes what has no binding here', POLICY, { doc: `${DOC}/ae` }),
    durable: flag('survives a restart of the broker', true, RECREATE, 'exchanges#durability'),
    'auto-delete': flag('deleted when its last binding goes', false, RECREATE, 'exchanges#auto-deletion'),
    internal: flag('takes no publications from clients, only from exchanges', false, RECREATE, 'exchanges'),
    name: text('as clients know it; empty = its id', RECREATE),
  },
};
const QUORUM = { field: 'x-queue-type', is: ['quorum'] };
const CLASSIC = { field: 'x-queue-type', is: ['classic'] };
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
    'x-queue-type': { type: 'choice', help: 'classic: one node; quorum: replicated, counts deliveries', options: ['classic', 'quorum'], default: 'classic', applies: RECREATE, doc: `${DOC}/queues#optional-arguments` },
    'x-delivery-limit': { type: 'integer', help: 'redeliveries before the message is dead-lettered; 20 unless set', min: -1, max: 1_000_000, optional: true, applies: POLICY, doc: `${DOC}/quorum-queues#poison-message-handling`, when: QUORUM },
    'x-dead-letter-exchange': text('takes messages that are rejected, expired or too many', POLICY, { doc: `${DOC}/dlx`, group: 'Dead letters' }),
    'x-dead-letter-routing-key': text('in place of their own', POLICY, { doc: `${DOC}/dlx#routing`, group: 'Dead letters' }),
    'x-dead-letter-strategy': { type: 'choice', help: 'at-least-once waits for the target queues; needs overflow reject-publish', options: ['at-most-once', 'at-least-once'], default: 'at-most-once', applies: POLICY, doc: `${DOC}/quorum-queues#dead-lettering`, when: QUORUM, group: 'Dead letters' },
    'x-message-ttl': { ...ms('how long a message may wait', 'ttl#per-queue-message-ttl'), group: 'Limits' },
    'x-expires': { ...ms('the queue is deleted when unused for so long', 'ttl#queue-ttl'), min: 1, group: 'Limits' } as Field,
    'x-max-length': { ...most('messages that are ready', 'maxlength'), group: 'Limits' },
    'x-max-length-bytes': { ...most('bytes of ready bodies', 'maxlength'), group: 'Limits', unit: 'bytes' } as Field,
    'x-overflow': { type: 'choice', help: 'what gives way when it is full', options: ['drop-head', 'reject-publish', 'reject-publish-dlx'], default: 'drop-head', applies: POLICY, doc: `${DOC}/maxlength#overflow-behaviour`, group: 'Limits' },
    'x-max-priority': { type: 'integer', help: 'highest priority that is told apart', min: 1, max: 255, optional: true, applies: RECREATE, doc: `${DOC}/priority`, when: CLASSIC, group: 'Order' },
    'x-single-active-consumer': { ...flag('one consumer gets everything, the others stand by', false, RECREATE, 'consumers#single-active-consumer'), group: 'Order' },
    durable: { ...flag('survives a restart of the broker', true, RECREATE, 'queues#durability'), group: 'Life' },
    exclusive: { ...flag('only for the connection that declared it', false, RECREATE, 'queues#exclusive-queues'), group: 'Life' },
    'auto-delete': { ...flag('deleted when its last consumer goes', false, RECREATE, 'queues#temporary-queues'), group: 'Life' },
    name: text('as clients know it; empty = its id', RECREATE, { group: 'Life' }),
  },
};
const publish: LinkDescriptor = {
  kind: 'publish',
  title: 'Publish',
  about: 'basic.publish to an exchange, or to a queue through the default exchange.',
  from: ['producer'],
  to: ['rabbitmq.exchange', 'rabbitmq.queue'],
  label: (c) => String(c['routingKey'] ?? ''),
  fields: {
    routingKey: { type: 'text', label: 'routing key', help: "{key} stands for the message's key", maxLength: 255, default: '', applies: LIVE, doc: `${DOC}/publishers` },
    mandatory: flag('a message that no queue takes comes back', false, LIVE, 'publishers#unroutable'),
    confirms: flag('the broker tells when it has taken a message', true, { how: 'reconnect', says: 'The publisher connects anew; what has no outcome by then never gets one.' }, 'confirms#publisher-confirms'),
    persistent: flag('written to disk', true, LIVE, 'publishers#message-properties'),
    expiration: { type: 'integer', help: 'per-message TTL; it expires only at the head of a classic queue', min: 0, max: MAX_MS, unit: 'ms', optional: true, applies: LIVE, doc: `${DOC}/ttl#per-message-ttl-in-publishers` },
    priority: { type: 'integer', help: 'of each message', min: 0, max: 255, optional: true, applies: LIVE, doc: `${DOC}/priority` },
    headers: { type: 'map', help: 'what a headers exchange looks at', optional: true, applies: LIVE, doc: `${DOC}/exchanges#headers` },
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
    routingKey: { type: 'text', label: 'binding key', help: 'of a topic exchange: * is one word, # any number; of x-consistent-hash: the weight, such as 1', maxLength: 255, default: '', applies: LIVE, doc: `${DOC}/exchanges#topic` },
    arguments: { type: 'map', help: 'of a headers exchange: x-match and the headers to match', optional: true, applies: LIVE, doc: `${DOC}/exchanges#headers` },
  },
};
const consume: LinkDescriptor = {
  kind: 'consume',
  title: 'Consume',
  about: 'The queue pushes to each instance within its prefetch, or each instance asks.',
  from: ['rabbitmq.queue'],
  to: ['consumer'],
  label: (c) => (c['method'] === 'basic.get' ? 'basic.get' : c['ack'] === 'auto' ? 'auto-ack' : c['prefetch'] === 0 ? 'no prefetch limit' : ''),
  brief: (c) => (c['method'] === 'basic.get' ? 'basic.get' : `prefetch ${c['prefetch'] ?? 10}`),
  fields: {
    method: { type: 'choice', help: 'basic.consume: the queue pushes; basic.get: the client asks for one at a time', options: ['basic.consume', 'basic.get'], default: 'basic.consume', applies: RECONNECT, doc: `${DOC}/consumers#fetching` },
    interval: { type: 'duration', help: 'between two looks at an empty queue', min: 1000, max: 3600e6, default: '1s', applies: LIVE, when: { field: 'method', is: ['basic.get'] } },
    prefetch: { type: 'integer', help: 'basic.qos: unacknowledged messages per instance; 0 = no limit', min: 0, max: 65_535, default: 10, applies: RECONNECT, doc: `${DOC}/consumer-prefetch`, when: { field: 'method', is: ['basic.consume'] } },
    global: { ...flag("basic.qos global: the prefetch counts for the channel, which this instance's subscriptions with it share; not on quorum queues, and from 4.3 as without it", false, RECONNECT, 'consumer-prefetch#sharing-the-limit'), when: { field: 'method', is: ['basic.consume'] } } as Field,
    ack: { type: 'choice', label: 'acknowledge', help: 'auto: gone as soon as it is sent', options: ['manual', 'auto'], default: 'manual', applies: RECONNECT, doc: `${DOC}/confirms#acknowledgement-modes` },
    'x-priority': { type: 'integer', help: 'higher ones are served first while they can take more', min: -1000, max: 1000, optional: true, applies: RECONNECT, doc: `${DOC}/consumer-priority` },
    exclusive: flag('the only consumer of the queue', false, RECONNECT, 'consumers#exclusivity'),
    ...network,
  },
};
const node = (name: string, title: string, about: string, tone: ActionDescriptor['tone'], per: ActionDescriptor['per'], undoneBy?: string, fields: Fields = {}): ActionDescriptor => ({ name, title, about, tone, per, fields, ...(undoneBy === undefined ? {} : { undoneBy }) });

export const rabbitmq: RoomDescriptor = {
  id: 'rabbitmq',
  title: 'RabbitMQ',
  doc: DOC,
  versions: '4.0.5 (recorded), 3.10.8 (recorded), 4.3 (documented)',
  nodes: [cluster, exchange, queue],
  links: [publish, bind, consume],
  derived: [
    { kind: 'dead-letter', from: 'rabbitmq.queue', field: 'x-dead-letter-exchange', to: 'rabbitmq.exchange', title: 'dead letters' },
    { kind: 'alternate', from: 'rabbitmq.exchange', field: 'alternate-exchange', to: 'rabbitmq.exchange', title: 'alternate exchange' },
  ],
  whyNot: [
    { from: 'rabbitmq.queue', to: 'rabbitmq.queue', says: 'A queue does not publish to a queue: give it a dead-letter exchange, or bind both to one exchange.' },
    { from: 'rabbitmq.queue', to: 'rabbitmq.exchange', says: 'Only dead letters go from a queue to an exchange.' },
    { from: 'rabbitmq.exchange', to: 'consumer', says: 'A consumer reads from a queue: bind one to this exchange.' },
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
    'Streams are in the server and its recorded cases, not on the canvas yet; super streams and transactions are not modelled yet.',
    'Each client has one connection with one channel per link; its consume links with a global prefetch share one.',
    'What can be set by policy is set by policy, so that it can change while the queue lives.',
    'Memory is estimated from what is stored; paging to disk takes no time.',
  ],
};
