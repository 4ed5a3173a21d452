import type { Refusal } from '../contract.ts';
import type { RabbitOptions, RabbitServer } from './api.ts';
import { RabbitBroker } from './broker.ts';
import type { Delivery, FieldValue, PublishArgs, Table, Version } from './events.ts';
import { shownMessage } from './recorded.ts';
import { declarations } from './recorded-declarations.ts';
import { flood } from './recorded-flow.ts';
import { RecordedNodes } from './recorded-nodes.ts';
import { answerOf, bytes, channelOf, errorOf, flag, isTable, list, type OpenChannel, type Operation, placeOf, type Shown, table, text, type Verb } from './recorded-shapes.ts';
import { RecordedStreams } from './recorded-streams.ts';
import { RecordedUnderWay } from './recorded-under-way.ts';
import { vectors } from './recorded-vectors.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** Recorded operations, mapped to the verbs of the server. The shapes are those of conformance/FORMAT.md. */

interface Example {
  readonly record?: readonly string[];
  readonly server?: Table;
  readonly servers?: Readonly<Record<string, Table>>;
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
interface Handed {
  readonly holder: string;
  readonly body: string;
  readonly channel: string;
  readonly tag: number;
  readonly replyTo: string | null;
  settled: boolean;
}

export class RabbitAdapter {
  readonly clock = new VirtualClock();
  #server: RabbitBroker;
  readonly #version: Version;
  readonly #settings: Partial<RabbitOptions>;
  readonly #record: ReadonlySet<string>;
  readonly #streams: RecordedStreams;
  readonly #verbs: Readonly<Record<string, Verb>>;
  readonly #nodes: RecordedNodes;
  readonly #bodies: string[] = [];
  readonly #channels = new Map<string, OpenChannel>();
  readonly #names = new Map<string, string>();
  readonly #handed: Handed[] = [];
  #confirmed = new Map<number, boolean>();
  #order: string[] = [];
  /** The first message of this step. */
  #first = 0;
  #next = 1;

  constructor(example: Pick<Example, 'record' | 'server' | 'servers'>, version: Version) {
    this.#version = version;
    this.#settings = { ...example.server, ...(example.servers === undefined ? {} : { nodes: Object.keys(example.servers) }) };
    this.#record = new Set(example.record ?? []);
    this.#server = new RabbitBroker(this.clock, { version, ...this.#settings });
    this.clock.attach((name, ref) => this.#server.timer(name, ref));
    const server = () => this.#server;
    this.#nodes = new RecordedNodes(server, this.#server.nodes, () => this.#drain({}));
    this.#streams = new RecordedStreams({
      server,
      on: (name, operation, connection) => this.#on(name, { ...operation, connection }),
      message: (body) => this.#bodies.push(body) - 1,
      body: (message) => this.#bodies[message] ?? '',
      confirmed: (message) => this.#confirmed.get(message),
    });
    const underWay = new RecordedUnderWay({
      server,
      clock: this.clock,
      on: (operation, name) => this.#on(channelOf(operation, name), operation),
      message: (body) => this.#bodies.push(body) - 1,
      body: (message) => this.#bodies[message] ?? '',
      nodeOf: (name) => this.#nodes.nodeOf(name),
    });
    this.#verbs = { ...this.#streams.verbs, ...underWay.verbs, ...declarations(server, (operation) => this.#admin(operation)), ...this.#nodes.verbs, ...this.#own };
  }
  get server(): RabbitServer {
    return this.#server;
  }
  /** Puts a fresh server in the place of this one: nothing may change. */
  reload(): void {
    const saved = this.#server.save();
    this.#server = new RabbitBroker(this.clock, { version: this.#version, ...this.#settings });
    this.#server.load(saved);
  }

  run(operation: Operation): Shown | null {
    const verb = this.#verbs[operation.op];
    if (verb === undefined) throw new Error(`unknown operation ${operation.op}`);
    this.#confirmed = new Map();
    this.#order = [];
    this.#first = this.#bodies.length;
    const seen: Shown = {};
    const result = verb(operation);
    this.#drain(seen);
    const shown = typeof result === 'function' ? result() : result;
    if (shown !== null) seen['result'] = shown;
    return Object.keys(seen).length === 0 ? null : seen;
  }

  #on(name: string, operation: Partial<Operation> = {}): OpenChannel {
    const connection = placeOf(operation);
    const open = this.#channels.get(name);
    if (open !== undefined) return open;
    // Connecting twice would replace the first connection.
    if (!this.#names.has(connection)) {
      const node = operation['server'];
      this.#server.connect(connection, node === undefined ? {} : { node: this.#nodes.nodeOf(text(node)) });
      this.#names.set(connection, '');
    }
    const channel = { connection, number: this.#next++ };
    this.#server.openChannel(connection, channel.number);
    this.#channels.set(name, channel);
    this.#names.set(`${connection}/${channel.number}`, name);
    return channel;
  }
  #admin(operation: Operation, name = 'admin'): [string, number] {
    const { connection, number } = this.#on(channelOf(operation, name), operation);
    return [connection, number];
  }

  #drain(seen: Shown): void {
    const deliveries: Record<string, FieldValue[]> = {};
    const consumerUpdates: Record<string, FieldValue[]> = {};
    const lists: Record<string, FieldValue[]> = {};
    const add = (name: string, value: FieldValue) => (lists[name] ??= []).push(value);
    for (const event of this.#server.out) {
      if (event.kind === 'deliver') {
        const channel = this.#names.get(`${event.connection}/${event.channel}`) ?? '';
        (deliveries[event.consumer] ??= []).push(this.#streams.delivered(event) ?? this.#view(event, event.consumer, channel));
      } else if (event.kind === 'consumer-update') (consumerUpdates[event.consumer] ??= []).push({ active: event.active });
      else if (event.kind === 'confirm') {
        const body = this.#bodies[event.message] ?? '';
        this.#confirmed.set(event.message, event.ack);
        this.#order.push(body);
        if (event.message < this.#first) add('confirmed', { [body]: event.ack ? 'ack' : 'nack' });
      } else if (event.kind === 'return') {
        const { message, replyCode, replyText, exchange, routingKey } = event;
        add('returns', { body: this.#bodies[message] ?? '', replyCode, replyText, exchange, routingKey });
      } else if (event.kind === 'cancelled') {
        if (!this.#streams.has(event.consumer)) add('cancelled', event.consumer);
      } else if (event.kind === 'blocked' || event.kind === 'unblocked') add(event.kind, event.connection);
      else if (event.kind === 'throttled') this.#throttled[event.on ? 'add' : 'delete'](event.connection);
      else if (event.kind === 'deleted' && event.entity === 'queue') this.#streams.deleted(event.name);
      else if (event.kind === 'closed') this.#closed(event.connection, event.channel, event.refusal, add);
    }
    this.#server.out.length = 0;
    lists['cancelled']?.sort();
    if (Object.keys(deliveries).length > 0) seen['deliveries'] = deliveries;
    if (Object.keys(consumerUpdates).length > 0) seen['consumerUpdates'] = consumerUpdates;
    Object.assign(seen, lists);
  }
  #closed(connection: string, number: number | null, refusal: Refusal | null, add: (name: string, value: FieldValue) => void): void {
    if (number === null) {
      for (const [name, open] of [...this.#channels]) if (open.connection === connection) this.#channels.delete(name);
      this.#names.delete(connection);
      // That connections end with their node is not shown.
      if (refusal !== null && refusal.name !== 'CONNECTION_FORCED') add('closed', { connection, ...errorOf(refusal) });
      return;
    }
    const name = this.#names.get(`${connection}/${number}`) ?? '';
    this.#channels.delete(name);
    if (refusal === null) return;
    add('closed', { channel: name, ...errorOf(refusal) });
    this.#server.closeChannel(connection, number);
  }

  #view(delivery: Delivery, holder: string, channel: string, messageCount?: number): Shown {
    const body = this.#bodies[delivery.message] ?? '';
    this.#handed.push({ holder, body, channel, tag: delivery.deliveryTag, replyTo: delivery.replyTo, settled: false });
    const { redelivered, exchange, routingKey, deliveryTag, priority, expiration, correlationId, headers } = delivery;
    return shownMessage({ body, redelivered, exchange, routingKey, deliveryTag, priority, expiration, correlationId, headers, ...(messageCount === undefined ? {} : { messageCount }) }, this.#record);
  }

  #publish(operation: Operation): () => FieldValue {
    const name = channelOf(operation, 'pub');
    const channel = this.#on(name, operation);
    if (!this.#transactional.has(name)) this.#server.confirmSelect(channel.connection, channel.number);
    const keys = Array.isArray(operation['keys']) ? list(operation['keys']) : null;
    const bodies = keys ?? (Array.isArray(operation['bodies']) ? list(operation['bodies']) : [text(operation['body'])]);
    const first = this.#bodies.length;
    for (const body of bodies) {
      const message = this.#bodies.push(body) - 1;
      const properties: Record<string, FieldValue> = {};
      for (const property of ['headers', 'priority', 'expiration', 'mandatory', 'persistent', 'replyTo', 'correlationId', 'messageId', 'timestamp']) {
        const value = operation[property];
        if (value !== undefined && value !== null) properties[property] = value;
      }
      const args = { ...properties, exchange: text(operation['exchange']), routingKey: keys === null ? text(operation['routingKey']) : body, message, size: Math.max(bytes(body), Number(operation['bytes'] ?? 0)) };
      this.#server.publish(channel.connection, channel.number, args as PublishArgs);
    }
    if (this.#transactional.has(name)) return () => null;
    return () => {
      const unanswered = this.#channels.get(name) === channel ? 'none' : 'nack';
      const answer = (message: number) => {
        const ack = this.#confirmed.get(message);
        return ack === undefined ? unanswered : ack ? 'ack' : 'nack';
      };
      const confirms = Object.fromEntries(bodies.map((body, i) => [body, answer(first + i)]));
      return flag(operation['reportOrder']) ? { confirms, order: this.#order } : { confirms };
    };
  }

  #consume(operation: Operation): FieldValue {
    const consumer = text(operation['consumer']);
    const [connection, number] = this.#admin(operation, consumer);
    this.#channelOf.set(consumer, text(operation['channel'], consumer));
    const { prefetch, priority } = operation;
    if (prefetch !== undefined) this.#server.basicQos(connection, number, { prefetchCount: Number(prefetch), global: flag(operation['prefetchGlobal']) });
    const args = { ...table(operation['arguments']), ...(priority === undefined ? {} : { 'x-priority': priority }) };
    const outcome = this.#server.basicConsume(connection, number, {
      queue: text(operation['queue']),
      consumerTag: consumer,
      noAck: flag(operation['noAck']),
      exclusive: flag(operation['exclusive']),
      arguments: args,
    });
    return answerOf(outcome, () => ({ ok: true }));
  }

  #get(operation: Operation, noAck: boolean): FieldValue {
    const [connection, number] = this.#admin(operation, 'getter');
    const outcome = this.#server.basicGet(connection, number, { queue: text(operation['queue']), noAck });
    return answerOf(outcome, (got) => {
      if (got.empty) return { empty: true };
      return this.#view(got, channelOf(operation, 'getter'), channelOf(operation, 'getter'), got.messageCount);
    });
  }
  #drainQueue(operation: Operation): FieldValue {
    const messages: FieldValue[] = [];
    for (;;) {
      const got = this.#get(operation, true);
      if (isTable(got) && 'error' in got) return got;
      if (isTable(got) && got['empty'] === true) return { messages };
      messages.push(got);
    }
  }

  #delivery(operation: Operation): Handed {
    const name = text(operation['delivery']);
    const at = name.indexOf(':');
    const found = this.#handed.findLast((one) => !one.settled && one.holder === name.slice(0, at) && one.body === name.slice(at + 1));
    if (found === undefined) throw new Error(`no outstanding delivery ${name}`);
    return found;
  }
  #settle(operation: Operation): null {
    const found = this.#delivery(operation);
    const multiple = flag(operation['multiple']);
    for (const one of this.#handed) if (one === found || (multiple && one.channel === found.channel && one.tag <= found.tag)) one.settled = true;
    const { connection, number } = this.#on(found.channel);
    const args = { deliveryTag: found.tag, multiple, requeue: operation['requeue'] !== false };
    if (operation.op === 'ack') this.#server.basicAck(connection, number, args);
    else if (operation.op === 'nack') this.#server.basicNack(connection, number, args);
    else this.#server.basicReject(connection, number, args);
    return null;
  }

  readonly #own: Readonly<Record<string, Verb>> = {
    advance: (operation) => {
      this.clock.advance(Number(operation['ms']) * 1000);
      return null;
    },
    confirmSelect: (operation) => answerOf(this.#server.confirmSelect(...this.#admin(operation))),
    txSelect: (operation) => {
      this.#transactional.add(text(operation['channel'], 'tx'));
      return answerOf(this.#server.txSelect(...this.#admin(operation, 'tx')));
    },
    txCommit: (operation) => answerOf(this.#server.txCommit(...this.#admin(operation, 'tx'))),
    txRollback: (operation) => answerOf(this.#server.txRollback(...this.#admin(operation, 'tx'))),
    publish: (operation) => this.#publish(operation),
    consume: (operation) => this.#consume(operation),
    cancel: (operation) => {
      const consumer = text(operation['consumer']);
      return answerOf(this.#server.basicCancel(...this.#admin(operation, this.#channelOf.get(consumer) ?? consumer), consumer));
    },
    get: (operation) => this.#get(operation, flag(operation['noAck'])),
    drain: (operation) => this.#drainQueue(operation),
    ack: (operation) => this.#settle(operation),
    nack: (operation) => this.#settle(operation),
    reject: (operation) => this.#settle(operation),
    ackTag: (operation) => {
      this.#server.basicAck(...this.#admin(operation), { deliveryTag: Number(operation['tag']), multiple: flag(operation['multiple']) });
      return null;
    },
    recover: (operation) => answerOf(this.#server.basicRecover(...this.#admin(operation))),
    prefetch: (operation) => answerOf(this.#server.basicQos(...this.#admin(operation), { prefetchCount: Number(operation['count'] ?? 0), global: flag(operation['global']) })),
    closeChannel: (operation) => {
      this.#server.closeChannel(...this.#admin(operation));
      return null;
    },
    closeConnection: (operation) => {
      this.#server.closeConnection(placeOf(operation));
      return null;
    },
    flood: (operation) => {
      const [connection, number] = this.#admin(operation);
      const flow = flood(this.#server, this.clock, () => this.#bodies.push('') - 1, { connection, number, queue: text(operation['queue']), most: Number(operation['ms']) });
      return { flow };
    },
    connectionState: (operation) => {
      const [connection] = this.#admin(operation);
      return { state: this.#throttled.has(connection) ? 'flow' : 'running' };
    },
    reply: (operation) => {
      const { replyTo } = this.#delivery(operation);
      const body = text(operation['body']);
      const message = this.#bodies.push(body) - 1;
      const { connection, number } = this.#on(text(operation['channel'], 'pub'));
      this.#server.publish(connection, number, { exchange: '', routingKey: replyTo ?? '', message, size: bytes(body) });
      return null;
    },
  };
  /** Connections in state flow. */
  readonly #throttled = new Set<string>();
  readonly #channelOf = new Map<string, string>();
  /** Not in confirm mode. */
  readonly #transactional = new Set<string>();

  /** Which operations there are: a case that uses another cannot be run. */
  knows(op: string): boolean {
    return op in this.#verbs;
  }
}

/** The release of 4.3 that was recorded. */
const RECORDED_43 = '4.3.6';
const MODELLED_TYPES = ['x-consistent-hash', 'x-local-random', 'x-modulus-hash'];

/** The room's entry for the conformance runner. */
export const rabbitmqConformance = {
  broker: 'rabbitmq',
  version: '4.0.5',
  versions: ['3.10.8', '4.0.5', '4.3', RECORDED_43],
  cannot(example: Example): string | null {
    const known = new RabbitAdapter({}, '4.0.5');
    for (const operation of [...example.setup, ...example.steps]) {
      const type = operation['type'];
      if (operation.op === 'exchange' && typeof type === 'string' && type.startsWith('x-') && !MODELLED_TYPES.includes(type)) return `exchange type ${type} is not modelled`;
      if (!known.knows(operation.op)) return `operation ${operation.op} is not modelled`;
    }
    return null;
  },
  adapter: (example: Example, version: string) => new RabbitAdapter(example, version === RECORDED_43 ? '4.3' : (version as Version)),
  vectors,
};
