import { describe, expect, test } from 'vitest';
import type { Outcome } from './api.ts';
import type { errors } from './errors.ts';
import type { Table } from './events.ts';
import { server } from './server.test-kit.ts';

type Server = ReturnType<typeof server>;
const q = (s: Server, args = {}) => s.queue('q', args);
const quorum = { 'x-queue-type': 'quorum' };
const stream = { 'x-queue-type': 'stream' };
const three = { nodes: ['n1', 'n2', 'n3'] };

const hashBy = (s: Server, table: Table) => s.broker.exchangeDeclare('a', 1, { exchange: 'e', type: 'x-consistent-hash', arguments: table });
const bindWeight = (s: Server, routingKey: string) => (q(s), hashBy(s, {}), s.broker.queueBind('a', 1, { exchange: 'e', queue: 'q', routingKey }));

const bindLocal = (s: Server, more: { routingKey?: string } = {}) => (s.broker.exchangeDeclare('a', 1, { exchange: 'l', type: 'x-local-random' }), s.broker.queueBind('a', 1, { exchange: 'l', queue: 'q', ...more }));

/** For each refusal: how a client comes by it, and what it says. */
const ways: Record<keyof typeof errors, readonly [string, 'message' | 'channel' | 'connection', (s: Server) => Outcome]> = {
  noQueue: ["no queue 'q'", 'channel', (s) => s.consume('q', 'c')],
  noExchange: ["no exchange 'x'", 'channel', (s) => s.send('k', { exchange: 'x' })],
  homeNodeDown: ["home node 'n1' of durable queue 'q'", 'channel', (s) => (q(s), s.broker.stopNode('n1'), s.open('b', 1, 'n2'), s.consume('q', 'c', { connection: 'b' }))],
  reservedName: ["queue name 'amq.q' contains reserved prefix", 'channel', (s) => s.queue('amq.q')],
  defaultExchange: ['operation not permitted on the default exchange', 'channel', (s) => (q(s), s.broker.queueBind('a', 1, { exchange: '', queue: 'q' }))],
  systemExchange: ["deletion of system exchange 'amq.topic'", 'channel', (s) => s.broker.exchangeDelete('a', 1, { exchange: 'amq.topic' })],
  internalExchange: ["cannot publish to internal exchange 'i'", 'channel', (s) => (s.broker.exchangeDeclare('a', 1, { exchange: 'i', type: 'fanout', internal: true }), s.send('', { exchange: 'i' }))],
  volatileQueue: ['volatile', 'channel', (s) => s.broker.queueBind('a', 1, { exchange: 'amq.topic', queue: 'amq.rabbitmq.reply-to' })],
  exclusiveUse: ["queue 'q' in vhost '/' in exclusive use", 'channel', (s) => (q(s), s.consume('q', '1'), s.broker.basicConsume('a', 1, { queue: 'q', exclusive: true }))],
  locked: ["locked queue 'q'", 'channel', (s) => (s.queue('q', {}, { exclusive: true }), s.open('b'), s.consume('q', 'c', { connection: 'b' }))],
  inequivalent: ["inequivalent arg 'x-max-length' for queue 'q' in vhost '/': received the value '6' of type 'signedint' but current is the value '5'", 'channel', (s) => (q(s, { 'x-max-length': 5 }), q(s, { 'x-max-length': 6 }))],
  inequivalentProperty: ["inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'", 'channel', (s) => (q(s), s.queue('q', {}, { durable: false }))],
  invalidArgument: ["invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}", 'channel', (s) => q(s, { 'x-message-ttl': -1 })],
  argumentNotForType: ["invalid arg 'x-max-priority' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue", 'channel', (s) => q(s, { ...quorum, 'x-max-priority': 5 })],
  propertyNotForType: ["invalid property 'exclusive-owner'", 'channel', (s) => s.queue('q', quorum, { exclusive: true })],
  invalidExpiration: ["invalid expiration 'soon': no_integer", 'channel', (s) => s.send('q', { expiration: 'soon' })],
  invalidXMatch: ['Invalid x-match field value <<"some">>', 'channel', (s) => (q(s), s.broker.queueBind('a', 1, { exchange: 'amq.headers', queue: 'q', arguments: { 'x-match': 'some' } }))],
  invalidXMatchType: ['Invalid x-match field type', 'channel', (s) => (q(s), s.broker.queueBind('a', 1, { exchange: 'amq.headers', queue: 'q', arguments: { 'x-match': 1 } }))],
  weightNotInteger: ['The binding key must be an integer: <<"x">>', 'channel', (s) => bindWeight(s, 'x')],
  weightTooSmall: ['The binding key must be greater than 0', 'channel', (s) => bindWeight(s, '0')],
  weightTooLarge: ['The binding key must not exceed 10000', 'channel', () => bindWeight(server({ version: '4.3' }), '10001')],
  bindingKeyNotEmpty: ["Non empty binding 'k' key not permitted", 'channel', (s) => (q(s), bindLocal(s, { routingKey: 'k' }))],
  bindsQueuesOnly: ['Destination not found', 'channel', (s) => (q(s), bindLocal(s), s.broker.exchangeBind('a', 1, { source: 'l', destination: 'amq.fanout' }))],
  bindsClassicOnly: ['Queue type rabbit_quorum_queue not valid for this exchange type', 'channel', (s) => (q(s, quorum), bindLocal(s))],
  unsupportedHashProperty: ['Unsupported property: app_id', 'channel', (s) => hashBy(s, { 'hash-property': 'app_id' })],
  hashTwice: ['hash-header and hash-property are mutually exclusive', 'channel', (s) => hashBy(s, { 'hash-property': 'message_id', 'hash-header': 'h' })],
  crash: ['INTERNAL_ERROR', 'connection', (s) => hashBy(s, { 'hash-header': 5 })],
  messageTooLarge: ['is larger than configured max size 16777216', 'channel', (s) => s.send('q', { size: 16_777_217 })],
  unknownDeliveryTag: ['unknown delivery tag 7', 'channel', (s) => s.broker.basicAck('a', 1, { deliveryTag: 7 })],
  queueInUse: ["queue 'q' in vhost '/' in use", 'channel', (s) => (q(s), s.consume('q', 'c'), s.broker.queueDelete('a', 1, { queue: 'q', ifUnused: true }))],
  queueNotEmpty: ["queue 'q' in vhost '/' is not empty", 'channel', (s) => (q(s), s.send('q'), s.broker.queueDelete('a', 1, { queue: 'q', ifEmpty: true }))],
  exchangeInUse: ["exchange 'e' in vhost '/' in use", 'channel', (s) => (q(s), s.broker.exchangeDeclare('a', 1, { exchange: 'e', type: 'fanout' }), s.broker.queueBind('a', 1, { exchange: 'e', queue: 'q' }), s.broker.exchangeDelete('a', 1, { exchange: 'e', ifUnused: true }))],
  consumerTimeout: [
    'delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms',
    'channel',
    (s) => {
      q(s);
      s.send('q');
      s.consume('q', 'c');
      s.ms(1_900_000);
      const closed = s.events().find((event) => event.kind === 'closed');
      return closed?.kind === 'closed' && closed.refusal !== null ? closed.refusal : { refused: false };
    },
  ],
  replyConsumerMustNotAck: ['reply consumer cannot acknowledge', 'channel', (s) => s.consume('amq.rabbitmq.reply-to', 'c')],
  replyConsumerTwice: ['reply consumer already set', 'channel', (s) => (s.consume('amq.rabbitmq.reply-to', 'c', { noAck: true }), s.consume('amq.rabbitmq.reply-to', 'd', { noAck: true }))],
  noReplyConsumer: ['fast reply consumer does not exist', 'channel', (s) => s.send('q', { replyTo: 'amq.rabbitmq.reply-to' })],
  unknownExchangeType: ["unknown exchange type 'odd'", 'connection', () => server({ version: '3.10.8' }).broker.exchangeDeclare('a', 1, { exchange: 'e', type: 'odd' })],
  unknownExchangeTypeSince40: ["unknown exchange type 'odd'", 'channel', (s) => s.broker.exchangeDeclare('a', 1, { exchange: 'e', type: 'odd' })],
  channelAlreadyOpen: ["second 'channel.open' seen", 'connection', (s) => s.broker.openChannel('a', 1)],
  channelNotOpen: ["expected 'channel.open'", 'connection', (s) => s.broker.basicGet('a', 9, { queue: 'q' })],
  getFromSingleActive: ['basic.get operations are not supported', 'channel', (s) => (q(s, { ...quorum, 'x-single-active-consumer': true }), s.broker.basicGet('a', 1, { queue: 'q' }))],
  consumerTagReused: ["attempt to reuse consumer tag 'c'", 'connection', (s) => (q(s), s.consume('q', 'c'), s.consume('q', 'c'))],
  channelMax: ['has reached the negotiated channel_max (1)', 'connection', () => server({ channel_max: 1 }).broker.openChannel('a', 2)],
  globalQos: ["queue 'q' in vhost '/' does not support global qos", 'connection', (s) => (q(s, quorum), s.broker.basicQos('a', 1, { prefetchCount: 1, global: true }), s.broker.basicConsume('a', 1, { queue: 'q' }))],
  conditionalDelete: ['if-unused flag set are not supported by quorum queues', 'connection', (s) => (q(s, quorum), s.broker.queueDelete('a', 1, { queue: 'q', ifUnused: true }))],
  serverNamed: ['Cannot declare a server-named queue for type rabbit_stream_queue', 'channel', (s) => s.queue('', stream)],
  segmentTooLarge: ['Exceeded max value for x-stream-max-segment-size-bytes', 'channel', (s) => q(s, { ...stream, 'x-stream-max-segment-size-bytes': 3_000_000_001 })],
  filterSize: ['Invalid value for  x-stream-filter-size-bytes', 'channel', (s) => q(s, { ...stream, 'x-stream-filter-size-bytes': 15 })],
  streamWithoutPrefetch: ["consumer prefetch count is not set for stream queue 'q' in vhost '/'", 'channel', (s) => (q(s, stream), s.consume('q', 'c'))],
  noLocalReplica: ["stream queue 'q' in vhost '/' does not have a running replica on the local node", 'channel', (s) => (q(s, { ...stream, 'x-initial-cluster-size': 1 }), s.open('b', 1, 'n2'), s.consume('q', 'c', { connection: 'b', prefetch: 1 }))],
  streamAutoAck: ["automatic acknowledgement not supported by stream queue 'q' in vhost '/'", 'connection', (s) => (q(s, stream), s.consume('q', 'c', { prefetch: 1, noAck: true }))],
  notForStreams: ["basic.get not supported by stream queues queue 'q' in vhost '/'", 'connection', (s) => (q(s, stream), s.broker.basicGet('a', 1, { queue: 'q' }))],
  deprecated: ['queue_master_locator', 'connection', () => server({ version: '4.3' }).queue('q', { 'x-queue-master-locator': 'client-local' })],
  noQuorum: ['no majority of its members is up', 'connection', (s) => (q(s, quorum), s.broker.stopNode('n2'), s.broker.stopNode('n3'), s.consume('q', 'c'))],
  metadataUnavailable: [
    'no majority of nodes',
    'connection',
    () => {
      const s = server({ ...three, version: '4.3' });
      s.broker.stopNode('n2');
      s.broker.stopNode('n3');
      return s.queue('q');
    },
  ],
  badPolicy: ['is not a valid pattern', 'message', (s) => s.broker.setPolicy({ name: 'p', pattern: '(', definition: {} })],
  noStream: ['stream q does not exist', 'message', (s) => (q(s), s.broker.queryOffset('q', 'r'))],
  unnamedSingleActive: ['a single active consumer of stream q must have a name', 'message', (s) => (q(s, stream), s.broker.subscribe('a', 1, { stream: 'q', consumerTag: 'c', credit: 1, singleActive: true }))],
  confirmToTx: ['cannot switch from confirm to tx mode', 'channel', (s) => s.broker.txSelect('a', 1)],
  txToConfirm: ['cannot switch from tx to confirm mode', 'channel', (s) => (s.broker.openChannel('a', 2), s.broker.txSelect('a', 2), s.broker.confirmSelect('a', 2))],
  notTransactional: ['channel is not transactional', 'channel', (s) => s.broker.txRollback('a', 1)],
  partialTransaction: ['partial tx completion', 'channel', (s) => (q(s, { 'x-max-length': 1, 'x-overflow': 'reject-publish' }), s.broker.openChannel('a', 2), s.broker.txSelect('a', 2), [1, 2].forEach((message) => s.broker.publish('a', 2, { exchange: '', routingKey: 'q', message })), s.broker.txCommit('a', 2))],
  noOffset: ['no offset for reference r', 'message', (s) => (q(s, stream), s.broker.queryOffset('q', 'r'))],
  shutdown: [
    "broker forced connection closure with reason 'shutdown'",
    'connection',
    (s) => {
      s.broker.stopNode('n1');
      const closed = s.events().find((event) => event.kind === 'closed');
      return closed?.kind === 'closed' && closed.refusal !== null ? closed.refusal : { refused: false };
    },
  ],
  operatorClosed: [
    'closed by hand',
    'connection',
    (s) => {
      s.broker.dropConnection('a', 'closed by hand');
      const closed = s.events().find((event) => event.kind === 'closed');
      return closed?.kind === 'closed' && closed.refusal !== null ? closed.refusal : { refused: false };
    },
  ],
  nodeNotRunning: ['node n2 is not running', 'connection', (s) => (s.broker.stopNode('n2'), s.broker.connect('b', { node: 'n2' }))],
  gone: ['connection is already closed', 'message', (s) => s.broker.openChannel('nobody', 1)],
};

describe('every refusal, in RabbitMQ’s words, and what it ends', () => {
  for (const [name, [text, closes, way]] of Object.entries(ways)) {
    test(name, () => {
      const outcome = way(server(three));
      if (!outcome.refused) throw new Error('not refused');
      expect(outcome.text).toContain(text);
      expect(outcome.closes).toBe(closes);
    });
  }
});

test('a channel that was closed answers nothing until it is opened again, and its connection lives', () => {
  const s = server();
  q(s);
  s.consume('missing', 'c');
  expect(s.broker.basicGet('a', 1, { queue: 'q' })).toMatchObject({ refused: true, closes: 'message' });
  s.broker.closeChannel('a', 1);
  s.broker.openChannel('a', 1);
  expect(s.broker.basicGet('a', 1, { queue: 'q' })).toMatchObject({ refused: false, empty: true });
});
