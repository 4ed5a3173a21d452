import type { Refusal } from '../contract.ts';
import type { Outcome, QueueArgs, RabbitOptions, RabbitServer } from './api.ts';
import { RabbitBroker } from './broker.ts';
import { shareOf } from './consistent-hash.ts';
import type { Delivery, FieldValue, PublishArgs, Table, Version } from './events.ts';
import type { Share } from './model.ts';
import { shownMessage } from './recorded.ts';
import { flood } from './recorded-flow.ts';
import { RecordedStreams } from './recorded-streams.ts';
import { partitionFor } from './super-stream.ts';
import { topicMatches, words } from './topic.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** Recorded operations, mapped to the verbs of the server. The shapes are those of conformance/FORMAT.md. */

type Operation = { readonly op: string; readonly [argument: string]: FieldValue };
type Shown = Record<string, FieldValue>;
interface Example {
  readonly record?: readonly string[];
  readonly server?: Table;
  readonly servers?: Readonly<Record<string, Table>>;
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
interface OpenChannel {
  readonly connection: string;
  readonly number: number;
}
interface Handed {
  readonly holder: string;
  readonly body: string;
  readonly channel: string;
  readonly tag: number;
  readonly replyTo: string | null;
  settled: boolean;
}

const text = (value: FieldValue | undefined, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const flag = (value: FieldValue | undefined): boolean => value === true;
const isTable = (value: FieldValue | undefined): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
const table = (value: FieldValue | undefined): Table => (isTable(value) ? value : {});
const list = (value: FieldValue | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const bytes = (body: string) => encodeURIComponent(body).replace(/%[0-9A-F]{2}/g, '.').length;
const errorOf = (refusal: Refusal) => ({ code: refusal.code, name: refusal.name.replaceAll('_', '-') });

/** Where an operation is done, unless it names a connection: the server that it names, or the first. */
const placeOf = ({ connection, server }: Partial<Operation>): string => text(connection, text(server, 'main'));
/** What nobody names is a channel of its own on every server; a consumer's is its own in any case. */
const channelOf = ({ op, channel, server }: Operation, usual: string): string => text(channel, server === undefined || op === 'consume' || op === 'cancel' ? usual : `${usual} at ${text(server)}`);

export class RabbitAdapter {
  readonly clock = new VirtualClock();
  #server: RabbitBroker;
  readonly #version: Version;
  readonly #settings: Partial<RabbitOptions>;
  readonly #record: ReadonlySet<string>;
  readonly #streams: RecordedStreams;
  /** Names of nodes by the roles they were found in. */
  readonly #roles = new Map<string, string>();
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
    this.#streams = new RecordedStreams({
      server: () => this.#server,
      on: (name, operation, connection) => this.#on(name, { ...operation, connection }),
      message: (body) => this.#bodies.push(body) - 1,
      body: (message) => this.#bodies[message] ?? '',
      confirmed: (message) => this.#confirmed.get(message),
    });
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
    const streams = this.#streams;
    const verb = this.#verbs[operation.op] ?? (streams.knows(operation.op) ? (one: Operation) => streams.run(one) : undefined);
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
      this.#server.connect(connection, node === undefined ? {} : { node: this.#nodeOf(text(node)) });
      this.#names.set(connection, '');
    }
    const channel = { connection, number: this.#next++ };
    this.#server.openChannel(connection, channel.number);
    this.#channels.set(name, channel);
    this.#names.set(`${connection}/${channel.number}`, name);
    return channel;
  }
  #nodeOf(name: string): string {
    return this.#roles.get(name) ?? name;
  }
  /** Who leads a queue, who else has a replica of it, and who has none. */
  #findRoles(operation: Operation): null {
    const queue = this.#server.queues().find((one) => one.queue === operation['queue']);
    if (queue === undefined || queue.node === null) throw new Error(`nobody leads ${text(operation['queue'])}`);
    const { node: led, members } = queue;
    const nodes = this.#settings.nodes ?? [];
    this.#roles.set(text(operation['leader']), led);
    const name = (roles: FieldValue | undefined, found: readonly string[]) => {
      for (const [i, role] of list(roles).entries()) this.#roles.set(role, found[i] ?? '');
    };
    name(
      operation['replicas'],
      nodes.filter((node) => node !== led && members.includes(node)),
    );
    name(
      operation['others'],
      nodes.filter((node) => !members.includes(node)),
    );
    return null;
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
      } else if (event.kind === 'cancelled') add('cancelled', event.consumer);
      else if (event.kind === 'blocked' || event.kind === 'unblocked') add(event.kind, event.connection);
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

  #outcome<T>(outcome: Outcome<T>, show: (result: T) => FieldValue = () => null): FieldValue {
    return outcome.refused ? { error: errorOf(outcome) } : show(outcome);
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
    return this.#outcome(outcome, () => ({ ok: true }));
  }

  #get(operation: Operation, noAck: boolean): FieldValue {
    const [connection, number] = this.#admin(operation, 'getter');
    const outcome = this.#server.basicGet(connection, number, { queue: text(operation['queue']), noAck });
    return this.#outcome(outcome, (got) => {
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

  /** Clients come back by themselves when they are needed; that they were disconnected is not shown. */
  #restart(): null {
    const nodes = [...new Set(this.#server.queues().flatMap(({ node, members }) => [...(node === null ? [] : [node]), ...members]))];
    for (const node of nodes) this.#server.stopNode(node);
    this.#drain({});
    for (const node of nodes) this.#server.startNode(node);
    return null;
  }
  #queueArgs(operation: Operation): QueueArgs {
    return {
      queue: text(operation['queue']),
      durable: operation['durable'] !== false,
      exclusive: flag(operation['exclusive']),
      autoDelete: flag(operation['autoDelete']),
      arguments: table(operation['arguments']),
    };
  }
  #bindArgs(operation: Operation) {
    const { routingKey, arguments: given } = operation;
    return { exchange: text(operation['exchange']), queue: text(operation['queue']), routingKey: text(routingKey), arguments: table(given) };
  }
  #counted(operation: Operation): FieldValue {
    const outcome = this.#server.queueDeclare(...this.#admin(operation), { queue: text(operation['queue']), passive: true });
    return this.#outcome(outcome, ({ messageCount, consumerCount }) => ({ messages: messageCount, consumers: consumerCount }));
  }

  readonly #verbs: Record<string, (operation: Operation) => FieldValue | (() => FieldValue)> = {
    advance: (operation) => {
      this.clock.advance(Number(operation['ms']) * 1000);
      return null;
    },
    exchange: (operation) => {
      const alternate = operation['alternateExchange'];
      const args = { ...table(operation['arguments']), ...(alternate === undefined ? {} : { 'alternate-exchange': alternate }) };
      const { type, durable } = operation;
      const exchange = { exchange: text(operation['exchange']), type: text(type, 'direct'), durable: durable !== false, arguments: args };
      return this.#outcome(this.#server.exchangeDeclare(...this.#admin(operation), { ...exchange, autoDelete: flag(operation['autoDelete']), internal: flag(operation['internal']) }));
    },
    queue: (operation) => {
      const outcome = this.#server.queueDeclare(...this.#admin(operation), this.#queueArgs(operation));
      return this.#outcome(outcome, ({ messageCount, consumerCount }) => (flag(operation['report']) ? { messages: messageCount, consumers: consumerCount } : null));
    },
    bind: (operation) => this.#outcome(this.#server.queueBind(...this.#admin(operation), this.#bindArgs(operation))),
    unbind: (operation) => this.#outcome(this.#server.queueUnbind(...this.#admin(operation), this.#bindArgs(operation))),
    bindExchange: (operation) => this.#outcome(this.#server.exchangeBind(...this.#admin(operation), exchangeBinding(operation))),
    unbindExchange: (operation) => this.#outcome(this.#server.exchangeUnbind(...this.#admin(operation), exchangeBinding(operation))),
    confirmSelect: (operation) => this.#outcome(this.#server.confirmSelect(...this.#admin(operation))),
    memoryAlarm: (operation) => {
      this.#server.setMemoryAlarm(flag(operation['on']));
      return null;
    },
    restart: () => this.#restart(),
    shutDown: (operation) => this.#outcome(this.#server.stopNode(this.#nodeOf(text(operation['server'])))),
    kill: (operation) => this.#outcome(this.#server.stopNode(this.#nodeOf(text(operation['server'])), 'killed')),
    start: (operation) => this.#outcome(this.#server.startNode(this.#nodeOf(text(operation['server'])))),
    roles: (operation) => this.#findRoles(operation),
    txSelect: (operation) => {
      this.#transactional.add(text(operation['channel'], 'tx'));
      return this.#outcome(this.#server.txSelect(...this.#admin(operation, 'tx')));
    },
    txCommit: (operation) => this.#outcome(this.#server.txCommit(...this.#admin(operation, 'tx'))),
    txRollback: (operation) => this.#outcome(this.#server.txRollback(...this.#admin(operation, 'tx'))),
    policy: (operation) => {
      this.#server.setPolicy({ name: text(operation['name']), pattern: text(operation['pattern']), definition: table(operation['definition']), priority: Number(operation['priority'] ?? 0) });
      return null;
    },
    deletePolicy: (operation) => {
      this.#server.clearPolicy(text(operation['name']));
      return null;
    },
    deleteQueue: (operation) => {
      const args = { queue: text(operation['queue']), ifUnused: flag(operation['ifUnused']), ifEmpty: flag(operation['ifEmpty']) };
      return this.#outcome(this.#server.queueDelete(...this.#admin(operation), args), ({ messageCount }) => ({ messages: messageCount }));
    },
    deleteExchange: (operation) => this.#outcome(this.#server.exchangeDelete(...this.#admin(operation), { exchange: text(operation['exchange']), ifUnused: flag(operation['ifUnused']) })),
    checkQueue: (operation) => this.#outcome(this.#server.queueDeclare(...this.#admin(operation), { queue: text(operation['queue']), passive: true })),
    checkExchange: (operation) => this.#outcome(this.#server.exchangeDeclare(...this.#admin(operation), { exchange: text(operation['exchange']), type: 'direct', passive: true })),
    counts: (operation) => this.#counted(operation),
    purge: (operation) => this.#outcome(this.#server.purge(...this.#admin(operation), text(operation['queue'])), ({ messageCount }) => ({ purged: messageCount })),
    publish: (operation) => this.#publish(operation),
    consume: (operation) => this.#consume(operation),
    cancel: (operation) => {
      const consumer = text(operation['consumer']);
      return this.#outcome(this.#server.basicCancel(...this.#admin(operation, this.#channelOf.get(consumer) ?? consumer), consumer));
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
    recover: (operation) => this.#outcome(this.#server.basicRecover(...this.#admin(operation))),
    prefetch: (operation) => this.#outcome(this.#server.basicQos(...this.#admin(operation), { prefetchCount: Number(operation['count'] ?? 0), global: flag(operation['global']) })),
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
    return op in this.#verbs || this.#streams.knows(op);
  }
}

const exchangeBinding = (operation: Operation) => ({
  source: text(operation['source']),
  destination: text(operation['destination']),
  routingKey: text(operation['routingKey']),
  arguments: table(operation['arguments']),
});

/** A ring of bindings with these weights, and which of them a routing key goes to. */
function hashed(row: Table) {
  const weights = Array.isArray(row['weights']) ? row['weights'] : [];
  const ring: Share[] = weights.map((weight, i) => ({ destination: String(i), destinationKind: 'queue', routingKey: String(weight), weight: Number(weight) }));
  const message = { routingKeys: [text(row['key'])], headers: {}, correlationId: null, messageId: null, timestamp: null };
  const share = shareOf({ ring, arguments: {} }, message, true);
  return { row: `${text(row['key'])} over ${JSON.stringify(weights)}`, expected: row['queue'] ?? null, actual: share === null ? null : Number(share.destination) };
}

/** To which partition of a super stream the clients send a routing key. */
function partitioned(row: Table) {
  const [key, partitions] = [text(row['key']), Number(row['partitions'])];
  return { row: `${key} over ${partitions}`, expected: row['partition'] ?? null, actual: partitionFor(key, partitions, 'hash') ?? null };
}

/** The release of 4.3 that was recorded. */
const RECORDED_43 = '4.3.6';
const MODELLED_TYPES = ['x-consistent-hash'];

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
  vectors(name: string, rows: readonly Table[]) {
    if (name === 'rabbitmq-consistent-hash') return rows.map(hashed);
    if (name === 'rabbitmq-super-stream') return rows.map(partitioned);
    if (name !== 'rabbitmq-topic') return null;
    return rows.map((row) => {
      const [pattern, key] = [text(row['pattern']), text(row['key'])];
      return { row: `${pattern} ~ ${key}`, expected: row['match'] ?? null, actual: topicMatches(words(pattern), words(key)) };
    });
  },
};
