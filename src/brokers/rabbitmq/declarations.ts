import type { Refusal } from '../contract.ts';
import type { BindArgs, Done, ExchangeArgs, ExchangeBindArgs, Outcome, QueueArgs, QueueDeclared, RabbitHost, RabbitOptions } from './api.ts';
import { checkEquivalent, checkQueueArguments, queueType } from './arguments.ts';
import { refuse } from './channels.ts';
import { Core } from './core.ts';
import { dispatch } from './custody.ts';
import { dropExpired, settleDeaths } from './dead-letter.ts';
import { errors } from './errors.ts';
import type { RabbitEvent, Table } from './events.ts';
import { addBinding, checkBinding, checkExchange, createExchange, deleteExchange, predeclare, removeBinding, typeOf } from './exchanges.ts';
import { noteAlarm } from './flow.ts';
import type { Channel, Connection, Exchange, Queue } from './model.ts';
import { accept, REPLY_TO } from './publishing.ts';
import { applyPolicies, createQueue, deleteQueue, purge, use } from './queues.ts';
import { isStream } from './stream.ts';
import { words } from './topic.ts';
import { consumerCount } from './views.ts';

/** The verbs that declare, bind and delete. */
export class RabbitDeclarations {
  protected readonly core: Core;

  constructor(host: RabbitHost, options: RabbitOptions) {
    this.core = new Core(host, options);
    predeclare(this.core);
  }
  get nodes(): readonly string[] {
    return this.core.nodes.map(({ name }) => name);
  }
  get out(): RabbitEvent[] {
    return this.core.out;
  }

  /** What a verb sets off in the same instant: dead letters, alarms, publishers that go on. */
  protected finish(): void {
    settleDeaths(this.core);
    noteAlarm(this.core);
    for (let connection = this.core.resumed.shift(); connection !== undefined; connection = this.core.resumed.shift()) {
      while (connection.waiting.size > 0 && !connection.blocked && connection.throttledBy.size === 0) {
        const next = connection.waiting.shift();
        const channel = next === undefined ? undefined : connection.channels.get(next.channel);
        if (next !== undefined && channel !== undefined && !channel.closing) accept(this.core, channel, next.args);
      }
    }
  }
  protected done(): Done {
    this.finish();
    return { refused: false };
  }
  protected no(connection: Connection, channel: Channel | null, refusal: Refusal): Refusal {
    refuse(this.core, connection, channel, refusal);
    this.finish();
    return refusal;
  }
  protected with<T>(name: string, number: number, verb: (channel: Channel) => Outcome<T>): Outcome<T> {
    const connection = this.core.connections.get(name);
    if (connection === undefined) return errors.gone('connection');
    const channel = connection.channels.get(number);
    if (channel === undefined) return this.no(connection, null, errors.channelNotOpen());
    return channel.closing ? errors.gone('channel') : verb(channel);
  }
  /** The queue, if this connection may have it now. */
  protected queueFor(channel: Channel, name: string, doing: string | null): Queue | Refusal {
    const queue = this.core.queues.get(name);
    if (queue === undefined) return errors.noQueue(name);
    if (queue.exclusive !== null && queue.exclusive !== channel.connection.name) return queue.available ? errors.locked(name) : errors.homeNodeDown(name, queue.node ?? '', queue.durable);
    if (!queue.available && doing !== null) {
      return queue.type === 'classic' ? errors.homeNodeDown(name, queue.node ?? '', queue.durable) : errors.noQuorum(name, doing);
    }
    return queue;
  }
  #administer(name: string, number: number, verb: (channel: Channel) => Refusal | null): Outcome {
    return this.with(name, number, (channel) => {
      const refusal = this.core.metadataAvailable() ? verb(channel) : errors.metadataUnavailable();
      return refusal === null ? this.done() : this.no(channel.connection, channel, refusal);
    });
  }

  exchangeDeclare(connection: string, channel: number, args: ExchangeArgs): Outcome {
    return this.#administer(connection, channel, () => {
      const existing = this.core.exchanges.get(args.exchange);
      if (args.passive === true && args.exchange === '') return errors.defaultExchange();
      if (args.passive === true) return existing === undefined ? errors.noExchange(args.exchange) : null;
      const wrong = checkExchange(args, existing, this.core.version);
      if (wrong !== null || existing !== undefined) return wrong;
      createExchange(this.core, { ...args, type: typeOf(args.type) });
      this.core.emit({ kind: 'declared', entity: 'exchange', name: args.exchange, because: null });
      applyPolicies(this.core);
      return null;
    });
  }
  exchangeDelete(connection: string, channel: number, args: { exchange: string; ifUnused?: boolean }): Outcome {
    return this.#administer(connection, channel, () => {
      const { exchange: name, ifUnused = false } = args;
      if (name === '') return errors.defaultExchange();
      if (name.startsWith('amq.')) return errors.systemExchange(name);
      const exchange = this.core.exchanges.get(name);
      if (exchange === undefined) return null;
      if (ifUnused && exchange.bindings.size > 0) return errors.exchangeInUse(name);
      deleteExchange(this.core, exchange);
      return null;
    });
  }
  exchangeBind(connection: string, channel: number, args: ExchangeBindArgs): Outcome {
    return this.#bind(connection, channel, args.source, 'exchange', args.destination, args.routingKey ?? '', args.arguments ?? {}, true);
  }
  exchangeUnbind(connection: string, channel: number, args: ExchangeBindArgs): Outcome {
    return this.#bind(connection, channel, args.source, 'exchange', args.destination, args.routingKey ?? '', args.arguments ?? {}, false);
  }
  queueBind(connection: string, channel: number, args: BindArgs): Outcome {
    return this.#bind(connection, channel, args.exchange, 'queue', args.queue, args.routingKey ?? '', args.arguments ?? {}, true);
  }
  queueUnbind(connection: string, channel: number, args: BindArgs): Outcome {
    return this.#bind(connection, channel, args.exchange, 'queue', args.queue, args.routingKey ?? '', args.arguments ?? {}, false);
  }
  #bind(connection: string, channel: number, source: string, kind: 'queue' | 'exchange', destination: string, routingKey: string, table: Table, on: boolean): Outcome {
    return this.#administer(connection, channel, (at) => {
      if (source === '' || (kind === 'exchange' && destination === '')) return errors.defaultExchange();
      if (kind === 'queue' && destination.startsWith(REPLY_TO)) return errors.volatileQueue();
      // What is not there is not bound, which is as well.
      const there = this.core.exchanges.has(source) && (kind === 'queue' ? this.core.queues : this.core.exchanges).has(destination);
      if (!on && !there) return null;
      if (kind === 'queue') {
        const queue = this.queueFor(at, destination, null);
        if ('refused' in queue) return queue;
      } else if (!this.core.exchanges.has(destination)) return errors.noExchange(destination);
      const exchange = this.core.exchanges.get(source);
      if (exchange === undefined) return errors.noExchange(source);
      return on ? this.#add(exchange, kind, destination, routingKey, table) : this.#remove(exchange, kind, destination, routingKey, table);
    });
  }
  #add(exchange: Exchange, destinationKind: 'queue' | 'exchange', destination: string, routingKey: string, table: Table): Refusal | null {
    const binding = { order: this.core.order(), source: exchange.name, destination, destinationKind, routingKey, words: words(routingKey), arguments: table };
    const wrong = checkBinding(this.core, exchange, binding);
    if (wrong !== null) return wrong;
    if (addBinding(exchange, binding)) this.core.emit({ kind: 'declared', entity: 'binding', name: `${exchange.name} → ${destination}`, because: null });
    return null;
  }
  #remove(exchange: Exchange, destinationKind: 'queue' | 'exchange', destination: string, routingKey: string, table: Table): Refusal | null {
    if (!removeBinding(exchange, { destination, destinationKind, routingKey, arguments: table })) return null;
    this.core.emit({ kind: 'deleted', entity: 'binding', name: `${exchange.name} → ${destination}`, because: null });
    if (exchange.autoDelete && exchange.bindings.size === 0) deleteExchange(this.core, exchange);
    return null;
  }

  queueDeclare(connection: string, channel: number, given: QueueArgs): Outcome<QueueDeclared> {
    return this.with<QueueDeclared>(connection, channel, (on) => {
      const args = given.queue === '' && given.passive !== true ? { ...given, queue: `amq.gen-${this.core.counters.tag++}` } : given;
      const queue = this.#declare(on, args, given.queue === '');
      if ('refused' in queue) return this.no(on.connection, on, queue);
      dropExpired(this.core, queue);
      dispatch(this.core, queue);
      this.finish();
      // A stream's numbers come from its metrics, and of AMQP consumers it has none.
      if (isStream(queue)) return { refused: false, queue: queue.name, messageCount: queue.stream.counted(this.core.now()), consumerCount: 0 };
      return { refused: false, queue: queue.name, messageCount: queue.backlog.size, consumerCount: consumerCount(queue) };
    });
  }
  #declare(on: Channel, args: QueueArgs, serverNamed: boolean): Queue | Refusal {
    const type = queueType(args.arguments ?? {});
    if (serverNamed && type !== 'classic') return errors.serverNamed(type);
    if (args.passive === true || this.core.queues.has(args.queue)) {
      const owner = this.core.queues.get(args.queue)?.exclusive ?? null;
      if (args.passive !== true && owner !== null && owner !== on.connection.name) return errors.locked(args.queue);
      const queue = this.queueFor(on, args.queue, 'declaring');
      if ('refused' in queue) return queue;
      if (args.passive !== true) {
        if ((queue.exclusive !== null) !== (args.exclusive ?? false)) return errors.locked(queue.name);
        const wrong = checkEquivalent(queue, args, this.core.version);
        if (wrong !== null) return wrong;
      }
      if (queue.type === 'classic') use(this.core, queue);
      return queue;
    }
    if (!this.core.metadataAvailable()) return errors.metadataUnavailable();
    if (!serverNamed && args.queue.startsWith('amq.')) return errors.reservedName('queue', args.queue);
    const wrong = checkQueueArguments(args, this.core.version);
    return wrong ?? createQueue(this.core, args, on.connection);
  }
  queueDelete(connection: string, channel: number, args: { queue: string; ifUnused?: boolean; ifEmpty?: boolean }): Outcome<{ messageCount: number }> {
    return this.with<{ messageCount: number }>(connection, channel, (on) => {
      const { queue: name, ifUnused = false, ifEmpty = false } = args;
      if (!this.core.queues.has(name)) return { ...this.done(), messageCount: 0 };
      const queue = this.core.metadataAvailable() ? this.queueFor(on, name, ifUnused || ifEmpty ? 'deleting' : null) : errors.metadataUnavailable();
      if ('refused' in queue) return this.no(on.connection, on, queue);
      if (queue.type === 'quorum' && (ifUnused || ifEmpty)) return this.no(on.connection, on, errors.conditionalDelete(name, ifUnused ? 'if-unused' : 'if-empty'));
      if (ifUnused && queue.consumers.size > 0 && !isStream(queue)) return this.no(on.connection, on, errors.queueInUse(name));
      if (ifEmpty && queue.backlog.size > 0) return this.no(on.connection, on, errors.queueNotEmpty(name));
      const messageCount = deleteQueue(this.core, queue, 'rabbitmq.queue_deleted');
      return { ...this.done(), messageCount };
    });
  }
  purge(connection: string, channel: number, name: string): Outcome<{ messageCount: number }> {
    return this.with<{ messageCount: number }>(connection, channel, (on) => {
      const queue = this.queueFor(on, name, 'purging');
      if ('refused' in queue) return this.no(on.connection, on, queue);
      if (isStream(queue)) return this.no(on.connection, on, errors.notForStreams(name, 'queue.purge'));
      dropExpired(this.core, queue);
      const messageCount = purge(this.core, queue);
      return { ...this.done(), messageCount };
    });
  }
}
