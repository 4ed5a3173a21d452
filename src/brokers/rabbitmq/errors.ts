import type { Refusal } from '../contract.ts';
import type { QueueType } from './model.ts';

/**
 * RabbitMQ's refusals, in its own words. Numbers are AMQP 0-9-1 reply codes.
 * https://www.rabbitmq.com/docs/channels#error-handling
 */
export type ErrorName = 'ACCESS_REFUSED' | 'NOT_FOUND' | 'RESOURCE_LOCKED' | 'PRECONDITION_FAILED' | 'CONNECTION_FORCED' | 'COMMAND_INVALID' | 'CHANNEL_ERROR' | 'NOT_ALLOWED' | 'NOT_IMPLEMENTED' | 'INTERNAL_ERROR';

const codes: Record<ErrorName, number> = {
  CONNECTION_FORCED: 320,
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  RESOURCE_LOCKED: 405,
  PRECONDITION_FAILED: 406,
  COMMAND_INVALID: 503,
  CHANNEL_ERROR: 504,
  NOT_ALLOWED: 530,
  NOT_IMPLEMENTED: 540,
  INTERNAL_ERROR: 541,
};

/** 4xx of the second hundred are channel exceptions, the rest end the connection. */
function refusal(name: ErrorName, text: string): Refusal {
  const code = codes[name];
  const closes = code >= 400 && code < 500 ? 'channel' : 'connection';
  return { refused: true, name, code, text: text === '' ? name : `${name} - ${text}`, closes };
}

type Kind = 'queue' | 'exchange';
const of = (kind: Kind, name: string) => `${kind} '${name}' in vhost '/'`;
const typed = (value: unknown) => {
  if (value === undefined) return 'none';
  if (typeof value === 'number') return `the value '${value}' of type '${Number.isInteger(value) ? 'signedint' : 'double'}'`;
  if (typeof value === 'boolean') return `the value '${value}' of type 'bool'`;
  if (typeof value === 'string') return `the value '${value}' of type 'longstr'`;
  return `the value '${JSON.stringify(value)}' of type '${Array.isArray(value) ? 'array' : 'table'}'`;
};

export const errors = {
  noQueue: (name: string) => refusal('NOT_FOUND', `no ${of('queue', name)}`),
  noExchange: (name: string) => refusal('NOT_FOUND', `no ${of('exchange', name)}`),
  homeNodeDown: (name: string, node: string, durable: boolean) => refusal('NOT_FOUND', `home node '${node}' of ${durable ? 'durable ' : ''}${of('queue', name)} is down or inaccessible`),
  reservedName: (kind: Kind, name: string) => refusal('ACCESS_REFUSED', `${kind} name '${name}' contains reserved prefix 'amq.*'`),
  defaultExchange: () => refusal('ACCESS_REFUSED', 'operation not permitted on the default exchange'),
  systemExchange: (name: string) => refusal('ACCESS_REFUSED', `deletion of system ${of('exchange', name)} not allowed`),
  internalExchange: (name: string) => refusal('ACCESS_REFUSED', `cannot publish to internal ${of('exchange', name)}`),
  volatileQueue: () => refusal('ACCESS_REFUSED', 'cannot bind or unbind to a volatile (direct reply-to) queue'),
  exclusiveUse: (name: string) => refusal('ACCESS_REFUSED', `${of('queue', name)} in exclusive use`),
  locked: (name: string) => refusal('RESOURCE_LOCKED', `cannot obtain exclusive access to locked ${of('queue', name)}. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.`),
  inequivalent: (kind: Kind, name: string, argument: string, received: unknown, current: unknown) => refusal('PRECONDITION_FAILED', `inequivalent arg '${argument}' for ${of(kind, name)}: received ${typed(received)} but current is ${typed(current)}`),
  inequivalentProperty: (kind: Kind, name: string, property: string, received: string | boolean, current: string | boolean) => refusal('PRECONDITION_FAILED', `inequivalent arg '${property}' for ${of(kind, name)}: received '${received}' but current is '${current}'`),
  invalidArgument: (kind: Kind, name: string, argument: string, why: string) => refusal('PRECONDITION_FAILED', `invalid arg '${argument}' for ${of(kind, name)}: ${why}`),
  argumentNotForType: (name: string, argument: string, type: QueueType) => refusal('PRECONDITION_FAILED', `invalid arg '${argument}' for ${of('queue', name)} of queue type rabbit_${type}_queue`),
  propertyNotForType: (name: string, property: string) => refusal('PRECONDITION_FAILED', `invalid property '${property}' for ${of('queue', name)}`),
  invalidExpiration: (value: string, why: string) => refusal('PRECONDITION_FAILED', `invalid expiration '${value}': ${why}`),
  invalidXMatch: (value: string) => refusal('PRECONDITION_FAILED', `Invalid x-match field value <<"${value}">>; expected all, any, all-with-x, or any-with-x`),
  invalidXMatchType: (value: unknown) => refusal('PRECONDITION_FAILED', `Invalid x-match field type ${typeof value} (value ${JSON.stringify(value)}); expected longstr`),
  weightNotInteger: (key: string) => refusal('PRECONDITION_FAILED', `The binding key must be an integer: <<${key === '' ? '' : `"${key}"`}>>`),
  weightTooSmall: () => refusal('PRECONDITION_FAILED', 'The binding key must be greater than 0'),
  weightTooLarge: (most: number) => refusal('PRECONDITION_FAILED', `The binding key must not exceed ${most}`),
  bindingKeyNotEmpty: (key: string) => refusal('PRECONDITION_FAILED', `Non empty binding '${key}' key not permitted`),
  bindsQueuesOnly: () => refusal('PRECONDITION_FAILED', 'Destination not found'),
  bindsClassicOnly: (type: QueueType) => refusal('PRECONDITION_FAILED', `Queue type rabbit_${type}_queue not valid for this exchange type`),
  unsupportedHashProperty: (name: string) => refusal('PRECONDITION_FAILED', `Unsupported property: ${name}`),
  hashTwice: () => refusal('PRECONDITION_FAILED', 'hash-header and hash-property are mutually exclusive'),
  messageTooLarge: (size: number, limit: number) => refusal('PRECONDITION_FAILED', `message size ${size} is larger than configured max size ${limit}`),
  unknownDeliveryTag: (tag: number) => refusal('PRECONDITION_FAILED', `unknown delivery tag ${tag}`),
  queueInUse: (name: string) => refusal('PRECONDITION_FAILED', `${of('queue', name)} in use`),
  queueNotEmpty: (name: string) => refusal('PRECONDITION_FAILED', `${of('queue', name)} is not empty`),
  exchangeInUse: (name: string) => refusal('PRECONDITION_FAILED', `${of('exchange', name)} in use`),
  consumerTimeout: (channel: number, ms: number) => refusal('PRECONDITION_FAILED', `delivery acknowledgement on channel ${channel} timed out. Timeout value used: ${ms} ms. This timeout value can be configured, see consumers doc guide to learn more`),
  replyConsumerMustNotAck: () => refusal('PRECONDITION_FAILED', 'reply consumer cannot acknowledge'),
  replyConsumerTwice: () => refusal('PRECONDITION_FAILED', 'reply consumer already set'),
  noReplyConsumer: () => refusal('PRECONDITION_FAILED', 'fast reply consumer does not exist'),
  unknownExchangeType: (type: string) => refusal('COMMAND_INVALID', `unknown exchange type '${type}'`),
  unknownExchangeTypeSince40: (type: string) => refusal('PRECONDITION_FAILED', `unknown exchange type '${type}'`),
  channelAlreadyOpen: () => refusal('CHANNEL_ERROR', "second 'channel.open' seen"),
  channelNotOpen: () => refusal('CHANNEL_ERROR', "expected 'channel.open'"),
  getFromSingleActive: (name: string) => refusal('RESOURCE_LOCKED', `cannot obtain access to locked ${of('queue', name)}. basic.get operations are not supported by quorum queues with single active consumer`),
  consumerTagReused: (tag: string) => refusal('NOT_ALLOWED', `attempt to reuse consumer tag '${tag}'`),
  channelMax: (limit: number) => refusal('NOT_ALLOWED', `number of channels opened (${limit}) has reached the negotiated channel_max (${limit})`),
  globalQos: (name: string) => refusal('NOT_IMPLEMENTED', `${of('queue', name)} does not support global qos`),
  conditionalDelete: (name: string, flag: 'if-unused' | 'if-empty') => refusal('NOT_IMPLEMENTED', `cannot delete ${of('queue', name)}. queue.delete operations with ${flag} flag set are not supported by quorum queues`),
  serverNamed: (type: QueueType) => refusal('PRECONDITION_FAILED', `Cannot declare a server-named queue for type rabbit_${type}_queue`),
  segmentTooLarge: () => refusal('PRECONDITION_FAILED', 'Exceeded max value for x-stream-max-segment-size-bytes'),
  // Two spaces, as the server has it.
  filterSize: () => refusal('PRECONDITION_FAILED', 'Invalid value for  x-stream-filter-size-bytes'),
  streamWithoutPrefetch: (name: string) => refusal('PRECONDITION_FAILED', `consumer prefetch count is not set for stream ${of('queue', name)}`),
  noLocalReplica: (name: string) => refusal('PRECONDITION_FAILED', `stream ${of('queue', name)} does not have a running replica on the local node`),
  streamAutoAck: (name: string) => refusal('NOT_IMPLEMENTED', `automatic acknowledgement not supported by stream ${of('queue', name)}`),
  notForStreams: (name: string, verb: 'basic.get' | 'queue.purge' | 'basic.nack and basic.reject') => refusal('NOT_IMPLEMENTED', `${verb} not supported by stream queues ${of('queue', name)}`),
  deprecated: (feature: string) => refusal('INTERNAL_ERROR', `Feature \`${feature}\` is deprecated.\nBy default, this feature is not permitted anymore.`),
  /** What the broker did not expect: the channel process crashes, and the connection goes with it. */
  crash: () => refusal('INTERNAL_ERROR', ''),
  noQuorum: (name: string, doing: string) => refusal('INTERNAL_ERROR', `${doing} ${of('queue', name)} failed: no majority of its members is up`),
  metadataUnavailable: () => refusal('INTERNAL_ERROR', 'metadata store has no majority of nodes'),
  badPolicy: (pattern: string): Refusal => ({ refused: true, name: 'BAD_REQUEST', code: 400, text: `Validation failed: ${pattern} is not a valid pattern`, closes: 'message' }),
  /** Response codes of the stream protocol (https://github.com/rabbitmq/rabbitmq-server/blob/v4.0.5/deps/rabbitmq_stream/docs/PROTOCOL.adoc#response-codes). */
  noStream: (stream: string): Refusal => ({ refused: true, name: 'STREAM_DOES_NOT_EXIST', code: 2, text: `stream ${stream} does not exist`, closes: 'message' }),
  noOffset: (reference: string): Refusal => ({ refused: true, name: 'NO_OFFSET', code: 19, text: `no offset for reference ${reference}`, closes: 'message' }),
  unnamedSingleActive: (stream: string): Refusal => ({ refused: true, name: 'PRECONDITION_FAILED', code: 17, text: `a single active consumer of stream ${stream} must have a name`, closes: 'message' }),
  confirmToTx: () => refusal('PRECONDITION_FAILED', 'cannot switch from confirm to tx mode'),
  txToConfirm: () => refusal('PRECONDITION_FAILED', 'cannot switch from tx to confirm mode'),
  notTransactional: () => refusal('PRECONDITION_FAILED', 'channel is not transactional'),
  partialTransaction: () => refusal('PRECONDITION_FAILED', 'partial tx completion'),
  shutdown: (node: string) => refusal('CONNECTION_FORCED', `broker forced connection closure with reason 'shutdown' (${node})`),
  operatorClosed: (why: string) => refusal('CONNECTION_FORCED', why),
  nodeNotRunning: (node: string): Refusal => ({ refused: true, name: 'ECONNREFUSED', code: 0, text: `connection refused: node ${node} is not running`, closes: 'connection' }),
  /** A method for a connection or channel that is gone already: the broker never reads it. */
  gone: (what: 'connection' | 'channel'): Refusal => ({ refused: true, name: 'ALREADY_CLOSED', code: 0, text: `${what} is already closed`, closes: 'message' }),
} as const;
