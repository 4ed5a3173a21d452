/** What AMQP asks of a client at the beginning of a connection and for each publication; and reading what came of one. */
import type { ScenarioNode } from '../../scenario/document.ts';
import type { RoomHost } from '../contract.ts';
import type { Outcome } from './api.ts';
import type { RabbitBroker } from './broker.ts';
import { type Config, nameOf, type Owned } from './declare.ts';
import type { PublishArgs, RabbitEvent, Table } from './events.ts';
import type { SessionState } from './sessions.ts';

/** There is one channel on each connection. */
export const CHANNEL = 1;

/** Whether the subscription counts its prefetch on a channel that it shares with the client's others of the kind. */
export const sharesChannel = (config: Config): boolean => config['global'] === true && config['method'] !== 'basic.get';

/** Connects and opens the channel. */
export function openConnection(server: RabbitBroker, connection: string): Outcome {
  const answer = server.connect(connection);
  return answer.refused ? answer : server.openChannel(connection, CHANNEL);
}
/** Declares what is only this connection's, then asks for confirms or subscribes. @returns the last answer, or the first refusal */
export function shakeHands(server: RabbitBroker, connection: string, state: SessionState, config: Config, queue: string, owned?: Owned): Outcome {
  let answer: Outcome = { refused: false };
  if (state.kind === 'publish') return config['confirms'] === false ? answer : server.confirmSelect(connection, CHANNEL);
  if (owned) {
    const { node: _, policy: __, name, ...rest } = owned.queue;
    answer = server.queueDeclare(connection, CHANNEL, { queue: name, ...rest });
    for (const b of owned.bindings) if (!answer.refused) answer = server.queueBind(connection, CHANNEL, { exchange: b.source, queue: name, routingKey: b.routingKey, arguments: b.arguments });
    if (answer.refused) return answer;
  }
  if (config['method'] === 'basic.get') return answer;
  const priority = config['x-priority'];
  answer = server.basicQos(connection, CHANNEL, { prefetchCount: Number(config['prefetch'] ?? 0), global: sharesChannel(config) });
  if (answer.refused) return answer;
  return server.basicConsume(connection, CHANNEL, {
    queue,
    consumerTag: state.id,
    noAck: config['ack'] === 'auto',
    exclusive: config['exclusive'] === true,
    ...(typeof priority === 'number' ? { arguments: { 'x-priority': priority } } : {}),
  });
}
/** @param target an exchange, or a queue, which is reached through the default exchange */
export function publication(host: RoomHost, message: number, target: ScenarioNode, config: Config): PublishArgs {
  const toQueue = target.kind === 'rabbitmq.queue';
  const priority = typeof config['priority'] === 'number' ? config['priority'] : host.messages.priority(message);
  return {
    exchange: toQueue ? '' : nameOf(target),
    routingKey: toQueue ? nameOf(target) : String(config['routingKey'] ?? '').replaceAll('{key}', host.keyName(message)),
    message,
    size: host.messages.size(message),
    headers: (config['headers'] ?? {}) as Table,
    mandatory: config['mandatory'] === true,
    persistent: config['persistent'] !== false,
    ...(priority >= 0 ? { priority } : {}),
    ...(config['expiration'] === undefined ? {} : { expiration: String(config['expiration']) }),
  };
}
type Fresh = Extract<RabbitEvent, { readonly kind: 'enqueued' | 'unrouted' }>;
/** Of a publication, not of a dead letter. */
export function isFresh(event: RabbitEvent): event is Fresh {
  return (event.kind === 'enqueued' && event.parent === null) || (event.kind === 'unrouted' && event.because === 'rabbitmq.no_binding');
}
/** How many copies come of the publication whose first event is at `i`: those before another message's. */
export function copiesFrom(out: readonly RabbitEvent[], i: number): number {
  let copies = 0;
  for (let j = i; j < out.length; j++) {
    const event = out[j] as RabbitEvent;
    if (!isFresh(event)) continue;
    if (event.message !== (out[i] as Fresh).message) break;
    if (event.kind === 'enqueued') copies++;
  }
  return copies;
}
