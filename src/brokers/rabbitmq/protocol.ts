/** What AMQP asks of a client at the beginning of a connection and for each publication; and reading what came of one. */
import type { ScenarioNode } from '../../scenario/document.ts';
import type { RoomHost } from '../contract.ts';
import type { Outcome } from './api.ts';
import type { RabbitBroker } from './broker.ts';
import { type Config, nameOf, type Owned } from './declare.ts';
import type { PublishArgs, RabbitEvent, Table } from './events.ts';
import type { SessionState } from './sessions.ts';
import { FILTER_VALUE } from './stream-filter.ts';
import { type Source, streamArguments, subscribeAll, subscribes } from './subscribing.ts';
import { partitionFor, partitionName, partitionsOf, SUPER_STREAM } from './super-stream.ts';

/** There is one channel on each connection. */
export const CHANNEL = 1;

/** Whether the subscription counts its prefetch on a channel that it shares with the client's others of the kind. */
export const sharesChannel = (config: Config): boolean => config['global'] === true && (config['method'] ?? 'basic.consume') === 'basic.consume';

/** After how many messages a publisher commits; undefined without transactions, which the stream protocol does not have. */
export const commitsEvery = (config: Config): number | undefined => (typeof config['tx'] === 'number' && config['method'] !== 'publish' ? config['tx'] : undefined);

/** Connects to the first node that answers, from its own on, and opens the channel. */
export function openConnection(server: RabbitBroker, connection: string, config: Config): Outcome {
  const { nodes } = server;
  const own = (Number(config['node'] ?? 1) - 1) % nodes.length;
  let answer: Outcome = { refused: false };
  for (const node of [...nodes.slice(own), ...nodes.slice(0, own)]) {
    answer = server.connect(connection, { node });
    if (!answer.refused) return server.openChannel(connection, CHANNEL);
  }
  return answer;
}
/** Declares what is only this connection's, then asks for confirms or subscribes. @returns the last answer, or the first refusal */
export function shakeHands(server: RabbitBroker, connection: string, state: SessionState, config: Config, sources: readonly Source[], owned?: Owned): Outcome {
  let answer: Outcome = { refused: false };
  if (state.kind === 'publish' && commitsEvery(config) !== undefined) return server.txSelect(connection, CHANNEL);
  if (state.kind === 'publish') return config['confirms'] === false || config['method'] === 'publish' ? answer : server.confirmSelect(connection, CHANNEL);
  if (owned) {
    const { node: _, policy: __, name, ...rest } = owned.queue;
    answer = server.queueDeclare(connection, CHANNEL, { queue: name, ...rest });
    for (const b of owned.bindings) if (!answer.refused) answer = server.queueBind(connection, CHANNEL, { exchange: b.source, queue: name, routingKey: b.routingKey, arguments: b.arguments });
    if (answer.refused) return answer;
  }
  if (config['method'] === 'basic.get') return answer;
  if (subscribes(config)) return subscribeAll(server, connection, CHANNEL, state, config, sources);
  const [queue = { name: '' }] = sources;
  const priority = config['x-priority'];
  answer = server.basicQos(connection, CHANNEL, { prefetchCount: Number(config['prefetch'] ?? 0), global: sharesChannel(config) });
  if (answer.refused) return answer;
  return server.basicConsume(connection, CHANNEL, {
    queue: queue.name,
    consumerTag: state.id,
    noAck: config['ack'] === 'auto',
    exclusive: config['exclusive'] === true,
    arguments: { ...streamArguments(config), ...(typeof priority === 'number' ? { 'x-priority': priority } : {}) },
  });
}
/** One object for all: messages that are published alike are known by it. */
const NO_HEADERS: Table = {};
/** What publications of one link have in common, prepared once. */
export type Stencil = (message: number) => PublishArgs;
/** @param target an exchange, or a queue, which is reached through the default exchange; through the stream protocol a stream or a super stream */
export function stencil(host: RoomHost, target: ScenarioNode, config: Config): Stencil {
  const inKey = (text: unknown): ((message: number) => string) => {
    const template = String(text ?? '');
    return template.includes('{key}') ? (message) => template.replaceAll('{key}', host.keyName(message)) : () => template;
  };
  const filterValue = inKey(config['x-stream-filter-value']);
  const plain = (config['headers'] ?? NO_HEADERS) as Table;
  const headers = (message: number): Table => {
    const value = filterValue(message);
    return value === '' ? plain : { ...plain, [FILTER_VALUE]: value };
  };
  const routingKey = inKey(config['routingKey']);
  if (config['method'] === 'publish') {
    const { name } = config;
    const reference = typeof name === 'string' && name !== '' ? name : null;
    return (message) => {
      const partition = target.kind === SUPER_STREAM ? partitionFor(routingKey(message), partitionsOf(target), config['routing']) : undefined;
      const stream = target.kind !== SUPER_STREAM ? nameOf(target) : partition === undefined ? '' : partitionName(nameOf(target), partition);
      return { exchange: '', routingKey: stream, message, size: host.messages.size(message), headers: headers(message), publishing: { id: message, reference } };
    };
  }
  const toQueue = target.kind === 'rabbitmq.queue';
  const name = nameOf(target);
  const own = config['priority'];
  const mandatory = config['mandatory'] === true;
  const persistent = config['persistent'] !== false;
  const expiration = config['expiration'] === undefined ? {} : { expiration: String(config['expiration']) };
  return (message) => {
    const priority = typeof own === 'number' ? own : host.messages.priority(message);
    return {
      exchange: toQueue ? '' : name,
      routingKey: toQueue ? name : routingKey(message),
      message,
      size: host.messages.size(message),
      headers: headers(message),
      mandatory,
      persistent,
      ...(priority >= 0 ? { priority } : {}),
      ...expiration,
    };
  };
}
export type Fresh = Extract<RabbitEvent, { readonly kind: 'enqueued' | 'stored' | 'unrouted' }>;
type Stored = Extract<RabbitEvent, { readonly kind: 'stored' }>;
/** Of a publication, not of a dead letter. */
export function isFresh(event: RabbitEvent): event is Fresh {
  return ((event.kind === 'enqueued' || event.kind === 'stored') && event.parent === null) || (event.kind === 'unrouted' && event.because === 'rabbitmq.no_binding');
}
/** How many copies come of the publication whose first event is at `i`: those before another message's. @param readers how many read a message of a stream */
export function copiesFrom(out: readonly RabbitEvent[], i: number, readers: (stored: Stored) => number): number {
  let copies = 0;
  for (let j = i; j < out.length; j++) {
    const event = out[j] as RabbitEvent;
    if (!isFresh(event)) continue;
    if (event.message !== (out[i] as Fresh).message) break;
    if (event.kind === 'enqueued') copies++;
    else if (event.kind === 'stored') copies += readers(event);
  }
  return copies;
}
