import type { BindArgs, QueueArgs, RabbitServer } from './api.ts';
import { answerOf, flag, type Operation, table, text, type Verb } from './recorded-shapes.ts';

/** Recorded operations that declare, bind, count, delete and set policies. */

const queueArgs = (operation: Operation): QueueArgs => ({
  queue: text(operation['queue']),
  durable: operation['durable'] !== false,
  exclusive: flag(operation['exclusive']),
  autoDelete: flag(operation['autoDelete']),
  arguments: table(operation['arguments']),
});
const bindArgs = (operation: Operation): BindArgs => ({ exchange: text(operation['exchange']), queue: text(operation['queue']), routingKey: text(operation['routingKey']), arguments: table(operation['arguments']) });
const exchangeBinding = (operation: Operation) => ({
  source: text(operation['source']),
  destination: text(operation['destination']),
  routingKey: text(operation['routingKey']),
  arguments: table(operation['arguments']),
});

/** @param admin the connection and channel of an operation */
export function declarations(server: () => RabbitServer, admin: (operation: Operation) => [string, number]): Readonly<Record<string, Verb>> {
  return {
    exchange: (operation) => {
      const alternate = operation['alternateExchange'];
      const args = { ...table(operation['arguments']), ...(alternate === undefined ? {} : { 'alternate-exchange': alternate }) };
      const { type, durable } = operation;
      const exchange = { exchange: text(operation['exchange']), type: text(type, 'direct'), durable: durable !== false, arguments: args };
      return answerOf(server().exchangeDeclare(...admin(operation), { ...exchange, autoDelete: flag(operation['autoDelete']), internal: flag(operation['internal']) }));
    },
    queue: (operation) => {
      const outcome = server().queueDeclare(...admin(operation), queueArgs(operation));
      return answerOf(outcome, ({ messageCount, consumerCount }) => (flag(operation['report']) ? { messages: messageCount, consumers: consumerCount } : null));
    },
    bind: (operation) => answerOf(server().queueBind(...admin(operation), bindArgs(operation))),
    unbind: (operation) => answerOf(server().queueUnbind(...admin(operation), bindArgs(operation))),
    bindExchange: (operation) => answerOf(server().exchangeBind(...admin(operation), exchangeBinding(operation))),
    unbindExchange: (operation) => answerOf(server().exchangeUnbind(...admin(operation), exchangeBinding(operation))),
    policy: (operation) => {
      server().setPolicy({ name: text(operation['name']), pattern: text(operation['pattern']), definition: table(operation['definition']), priority: Number(operation['priority'] ?? 0) });
      return null;
    },
    deletePolicy: (operation) => {
      server().clearPolicy(text(operation['name']));
      return null;
    },
    deleteQueue: (operation) => {
      const args = { queue: text(operation['queue']), ifUnused: flag(operation['ifUnused']), ifEmpty: flag(operation['ifEmpty']) };
      return answerOf(server().queueDelete(...admin(operation), args), ({ messageCount }) => ({ messages: messageCount }));
    },
    deleteExchange: (operation) => answerOf(server().exchangeDelete(...admin(operation), { exchange: text(operation['exchange']), ifUnused: flag(operation['ifUnused']) })),
    checkQueue: (operation) => answerOf(server().queueDeclare(...admin(operation), { queue: text(operation['queue']), passive: true })),
    checkExchange: (operation) => answerOf(server().exchangeDeclare(...admin(operation), { exchange: text(operation['exchange']), type: 'direct', passive: true })),
    counts: (operation) => answerOf(server().queueDeclare(...admin(operation), { queue: text(operation['queue']), passive: true }), ({ messageCount, consumerCount }) => ({ messages: messageCount, consumers: consumerCount })),
    purge: (operation) => answerOf(server().purge(...admin(operation), text(operation['queue'])), ({ messageCount }) => ({ purged: messageCount })),
  };
}
