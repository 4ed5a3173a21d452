import type { ConfirmChannel, ConsumeMessage, GetMessage, Message, Options } from 'amqplib';
import type { Table } from '../../../src/brokers/rabbitmq/events.ts';
import { shownMessage } from '../../../src/brokers/rabbitmq/recorded.ts';
import type { Json, JsonObject, Observation, Operation } from '../../../src/testing/conformance-runner.ts';
import { type LiveCase, type LiveClient, sleep } from '../contract.ts';
import type { RabbitNode } from './node.ts';
import { flag, list, object, text } from './shapes.ts';
import { StreamOperations, type StreamSeen } from './stream-operations.ts';
import { StreamConnection } from './stream-connection.ts';
import { UnderWay } from './under-way.ts';
import { type Failure, failureOf, type Open, Wire } from './wire.ts';

interface Handed {
  readonly holder: string;
  readonly channel: string;
  readonly body: string;
  readonly message: Message;
  settled: boolean;
}
interface Seen extends StreamSeen {
  /** Confirms for what was published in an earlier step. */
  readonly confirmed: Json[];
  readonly returns: Json[];
  readonly cancelled: string[];
  readonly closed: Json[];
  readonly blocked: string[];
  readonly unblocked: string[];
}
type Confirm = 'ack' | 'nack' | 'none';
const nothing = (): Seen => ({ deliveries: {}, consumerUpdates: {}, confirmed: [], returns: [], cancelled: [], closed: [], blocked: [], unblocked: [] });
/** The library gives a confirm no more when its channel is closed: ms. */
const CONFIRM_PATIENCE = 2000;
/** What a flood consists of. */
const FLOOD_BYTES = 10;
const FLOOD_BURST = 2000;
/** How long a connection may take to come into a state: ms. */
const STATE_PATIENCE = 60_000;
/** How long a queue may be without a leader: ms. */
const LEADER_PATIENCE = 60_000;

/** Where an operation is done, unless it names a connection: the server that it names, or the first. */
const placeOf = ({ connection, server }: Operation): string => text(connection, text(server, 'main'));

/** The clients of one case on RabbitMQ, on a virtual host of its own. */
export class RabbitClient implements LiveClient {
  /** By name, the first of which is meant where none is named. */
  readonly #nodes: ReadonlyMap<string, RabbitNode>;
  /** Names of servers by the roles they were found in. */
  readonly #roles = new Map<string, string>();
  readonly #host: string;
  /** What is left to do when the case is over. */
  readonly #leave: () => Promise<void>;
  readonly #wire: Wire;
  readonly #streams: StreamOperations;
  readonly #record: ReadonlySet<string>;
  /** Channels that are in a transaction cannot be in confirm mode. */
  readonly #transactional: ReadonlySet<string>;
  readonly #handed: Handed[] = [];
  readonly #channelOf = new Map<string, string>();
  readonly #underWay = new UnderWay();
  #seen = nothing();

  constructor(nodes: ReadonlyMap<string, RabbitNode>, host: string, leave: () => Promise<void>, { record, setup, steps }: LiveCase) {
    this.#nodes = nodes;
    this.#host = host;
    this.#leave = leave;
    this.#streams = new StreamOperations(
      (server, listener) => StreamConnection.open(this.#node(server).streamPort, host, listener),
      () => this.#seen,
    );
    this.#record = new Set(record ?? []);
    this.#transactional = new Set([...setup, ...steps].filter(({ op }) => op === 'txSelect').map(({ channel }) => text(channel, 'tx')));
    this.#wire = new Wire(host, {
      blocked: (connection, on) => this.#seen[on ? 'blocked' : 'unblocked'].push(connection),
      closed: (what, failure) => this.#seen.closed.push({ ...what, ...failure }),
      returned: ({ content, fields }) => {
        const { replyCode, replyText, exchange, routingKey } = fields as unknown as Record<string, Json>;
        this.#seen.returns.push({ body: content.toString(), replyCode: replyCode ?? null, replyText: replyText ?? null, exchange: exchange ?? null, routingKey: routingKey ?? null });
      },
    });
  }
  async run(operation: Operation, settleMs: number): Promise<Observation | null> {
    this.#seen = nothing();
    const result = await this.#do(operation);
    await sleep(settleMs);
    this.#seen.cancelled.sort();
    const shown: Record<string, Json> = result === null ? {} : { result };
    for (const [aspect, value] of Object.entries(this.#seen)) if (Object.keys(value).length > 0) shown[aspect] = value as Json;
    return Object.keys(shown).length === 0 ? null : shown;
  }
  async close(): Promise<void> {
    this.#streams.close();
    await this.#wire.close();
    await this.#leave();
  }

  #node(name: Json | undefined): RabbitNode {
    const node = name === undefined ? [...this.#nodes.values()][0] : this.#nodes.get(this.#roles.get(text(name)) ?? text(name));
    if (node === undefined) throw new Error(`there is no server ${text(name)}`);
    return node;
  }

  async #do(operation: Operation): Promise<Json> {
    if (operation.op === 'advance') {
      await sleep(Number(operation['ms']));
      return null;
    }
    if (this.#streams.knows(operation.op)) return await this.#streams.run(operation);
    if (operation.op === 'closeConnection') {
      if (!this.#streams.closeConnection(placeOf(operation))) await this.#wire.closeConnection(placeOf(operation));
      return null;
    }
    if (operation.op === 'closeChannel') {
      await this.#wire.closeChannel(text(operation['channel'], 'admin'));
      return null;
    }
    if (operation.op === 'restart') {
      const node = this.#node(operation['server']);
      this.#forget(node);
      await node.restart();
      this.#seen = nothing();
      return null;
    }
    if (operation.op === 'kill' || operation.op === 'shutDown') return await this.#end(operation.op, operation['server']);
    if (operation.op === 'start') {
      await this.#node(operation['server']).start();
      return null;
    }
    if (operation.op === 'roles') return await this.#findRoles(operation);
    if (operation.op === 'memoryAlarm') {
      await this.#node(operation['server']).control('set_vm_memory_high_watermark', operation['on'] === true ? '0.0000001' : '0.9');
      return null;
    }
    if (operation.op === 'policy' || operation.op === 'deletePolicy') return await this.#policy(operation);
    const verb = this.#verbs[operation.op];
    if (verb === undefined) throw new Error(`operation ${operation.op} is not known`);
    const open = await this.#open(operation);
    try {
      return await verb(open, operation);
    } catch (error) {
      return { error: { ...(await this.#failureOf(open, error)) } };
    }
  }
  async #end(how: 'kill' | 'shutDown', server: Json | undefined): Promise<null> {
    const node = this.#node(server);
    this.#forget(node);
    await node[how]();
    return null;
  }
  /** Each operation's channel, by the same rules as the model's. */
  #open(operation: Operation): Promise<Open> {
    const { op } = operation;
    const byDelivery = op === 'ack' || op === 'nack' || op === 'reject' ? this.#delivery(operation).channel : undefined;
    const usual = op === 'publish' || op === 'reply' ? 'pub' : op === 'get' || op === 'drain' ? 'getter' : op === 'consume' ? text(operation['consumer']) : op === 'cancel' ? (this.#channelOf.get(text(operation['consumer'])) ?? text(operation['consumer'])) : op.startsWith('tx') ? 'tx' : 'admin';
    const { server } = operation;
    // What nobody names is a channel of its own on every server.
    const name = byDelivery ?? text(operation['channel'], server === undefined || op === 'consume' || op === 'cancel' ? usual : `${usual} at ${text(server)}`);
    return this.#wire.on(name, placeOf(operation), this.#node(server).port, !this.#transactional.has(name));
  }
  /** That connections end with their server is not shown: they are made anew when they are asked for again. */
  #forget(node: RabbitNode): void {
    this.#wire.forgetAt(node.port);
    this.#streams.forgetAt(node.streamPort);
  }
  /** Who leads a queue, who else has a replica of it, and who has none. */
  async #findRoles({ queue, leader, replicas, others }: Operation): Promise<null> {
    const named = (node: Json | undefined) => [...this.#nodes].find(([, { name }]) => name === node)?.[0] ?? '';
    for (const deadline = Date.now() + LEADER_PATIENCE; ; await sleep(200)) {
      const asked = [...this.#nodes.values()].find(({ isRunning }) => isRunning);
      const found = await asked?.manage('GET', `queues/${encodeURIComponent(this.#host)}/${text(queue)}`).catch(() => null);
      // 3.10 names no leader of a stream, and has it as its node.
      const led = named(found?.['leader'] ?? found?.['node']);
      if (this.#nodes.get(led)?.isRunning === true) {
        const members = list(found?.['members']).map(named);
        this.#roles.set(text(leader), led);
        const within = [...this.#nodes.keys()].filter((name) => name !== led && members.includes(name));
        const without = [...this.#nodes.keys()].filter((name) => !members.includes(name));
        for (const [i, role] of list(replicas).entries()) this.#roles.set(role, within[i] ?? '');
        for (const [i, role] of list(others).entries()) this.#roles.set(role, without[i] ?? '');
        return null;
      }
      if (Date.now() > deadline) throw new Error(`nobody leads ${text(queue)}`);
    }
  }
  /** A channel that goes with its connection says only that it has ended. */
  async #failureOf(open: Open, error: unknown): Promise<Failure> {
    try {
      return failureOf(error);
    } catch (unnamed) {
      for (let waited = 0; waited < CONFIRM_PATIENCE; waited += 10) {
        const failure = this.#wire.failure(open.connection);
        if (failure !== undefined) return failure;
        await sleep(10);
      }
      throw unnamed;
    }
  }
  async #policy(operation: Operation): Promise<null> {
    const path = `policies/${encodeURIComponent(this.#host)}/${text(operation['name'])}`;
    if (operation.op === 'deletePolicy') await this.#node(undefined).manage('DELETE', path);
    else await this.#node(undefined).manage('PUT', path, { pattern: operation['pattern'] ?? '', definition: operation['definition'] ?? {}, priority: Number(operation['priority'] ?? 0), 'apply-to': 'all' });
    return null;
  }

  #handOver(holder: string, channel: string, message: ConsumeMessage | GetMessage): JsonObject {
    const body = message.content.toString().trimEnd();
    this.#handed.push({ holder, channel, body, message, settled: false });
    const { fields, properties } = message;
    const { exchange, routingKey, deliveryTag, redelivered } = fields;
    const { priority = null, expiration = null, correlationId = null, headers = {} } = properties as { priority?: number; expiration?: string; correlationId?: string; headers?: Table };
    const messageCount = 'messageCount' in fields ? { messageCount: Number(fields.messageCount) } : {};
    return shownMessage({ body, redelivered, exchange, routingKey, deliveryTag, priority, expiration, correlationId, headers, ...messageCount }, this.#record) as JsonObject;
  }
  #delivery(operation: Operation): Handed {
    const name = text(operation['delivery']);
    const at = name.indexOf(':');
    const found = this.#handed.findLast((one) => !one.settled && one.holder === name.slice(0, at) && one.body === name.slice(at + 1));
    if (found === undefined) throw new Error(`no outstanding delivery ${name}`);
    return found;
  }
  #settle(open: Open, operation: Operation): null {
    const found = this.#delivery(operation);
    const multiple = flag(operation['multiple']);
    const tag = found.message.fields.deliveryTag;
    for (const one of this.#handed) if (one === found || (multiple && one.channel === found.channel && one.message.fields.deliveryTag <= tag)) one.settled = true;
    const requeue = operation['requeue'] !== false;
    if (operation.op === 'ack') open.channel.ack(found.message, multiple);
    else if (operation.op === 'nack') open.channel.nack(found.message, multiple, requeue);
    else open.channel.reject(found.message, requeue);
    return null;
  }
  async #publish(open: Open, operation: Operation): Promise<Json> {
    const keys = Array.isArray(operation['keys']) ? operation['keys'].map(String) : null;
    const bodies = keys ?? (Array.isArray(operation['bodies']) ? operation['bodies'].map(String) : [text(operation['body'])]);
    const { headers, priority, expiration, mandatory, persistent, replyTo, correlationId, messageId, timestamp } = operation;
    const given = { headers, priority, expiration, mandatory, replyTo, correlationId, messageId, timestamp };
    const options = { persistent: persistent !== false, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null)) } as Options.Publish;
    const confirms: Record<string, Json> = {};
    const order: string[] = [];
    const settled = bodies.map(async (body) => {
      const answer = await this.#publishOne(open, text(operation['exchange']), keys === null ? text(operation['routingKey']) : body, body, body.padEnd(Number(operation['bytes'] ?? 0)), options);
      confirms[body] = answer;
      order.push(body);
    });
    await Promise.all(settled);
    if (!open.confirms) return null;
    return { confirms, ...(flag(operation['reportOrder']) ? { order } : {}) };
  }
  /** A channel that closed confirms nothing more; one that is open may confirm later. */
  #publishOne(open: Open, exchange: string, routingKey: string, body: string, content: string, options: Options.Publish): Promise<Confirm> {
    const { channel, confirms } = open;
    return new Promise((done) => {
      let isLate = false;
      const answered = (error: unknown) => {
        if (isLate && this.#wire.isOpen(open)) this.#seen.confirmed.push({ [body]: error === null || error === undefined ? 'ack' : 'nack' });
        else done(error === null || error === undefined ? 'ack' : 'nack');
      };
      const late = () => {
        isLate = true;
        done(this.#wire.isOpen(open) ? 'none' : 'nack');
      };
      try {
        if (!confirms) channel.publish(exchange, routingKey, Buffer.from(content), options);
        else (channel as ConfirmChannel).publish(exchange, routingKey, Buffer.from(content), options, answered);
        if (confirms) setTimeout(late, CONFIRM_PATIENCE);
        else done('ack');
      } catch {
        done('nack');
      }
    });
  }
  /** Publishes as fast as the connection takes it, and looks meanwhile whether the connection is in state flow. */
  async #flood({ channel, connection }: Open, operation: Operation): Promise<Json> {
    const content = Buffer.alloc(FLOOD_BYTES);
    const until = Date.now() + Number(operation['ms']);
    let isOver = false;
    const publishing = (async () => {
      while (!isOver) {
        let hasRoom = true;
        for (let i = 0; i < FLOOD_BURST && hasRoom; i++) hasRoom = channel.publish('', text(operation['queue']), content);
        await (hasRoom ? sleep(0) : new Promise((done) => channel.once('drain', done)));
      }
    })();
    let flow = false;
    while (!flow && Date.now() < until) {
      flow = (await this.#stateOf(connection, this.#node(operation['server']))) === 'flow';
    }
    isOver = true;
    await publishing;
    return { flow };
  }
  async #stateOf(connection: string, node: RabbitNode): Promise<Json> {
    const port = this.#wire.localPort(connection);
    const all = await node.control('list_connections', '--quiet', 'peer_port', 'state');
    return new RegExp(`^${port}\\s+(\\w+)`, 'm').exec(all)?.[1] ?? null;
  }
  async #get(open: Open, operation: Operation, noAck: boolean): Promise<JsonObject | null> {
    const got = await open.channel.get(text(operation['queue']), { noAck });
    return got === false ? null : this.#handOver(open.name, open.name, got);
  }

  readonly #verbs: Record<string, (open: Open, operation: Operation) => Promise<Json>> = {
    exchange: async ({ channel }, operation) => {
      const { durable, autoDelete, internal, alternateExchange } = operation;
      await channel.assertExchange(text(operation['exchange']), text(operation['type'], 'direct'), {
        durable: durable !== false,
        autoDelete: flag(autoDelete),
        internal: flag(internal),
        ...(alternateExchange === undefined ? {} : { alternateExchange: text(alternateExchange) }),
        arguments: object(operation['arguments']),
      });
      return null;
    },
    queue: async ({ channel }, operation) => {
      const { durable, exclusive, autoDelete, report } = operation;
      const { messageCount, consumerCount } = await channel.assertQueue(text(operation['queue']), { durable: durable !== false, exclusive: flag(exclusive), autoDelete: flag(autoDelete), arguments: object(operation['arguments']) });
      return flag(report) ? { messages: messageCount, consumers: consumerCount } : null;
    },
    bind: async ({ channel }, operation) => {
      await channel.bindQueue(text(operation['queue']), text(operation['exchange']), text(operation['routingKey']), object(operation['arguments']));
      return null;
    },
    unbind: async ({ channel }, operation) => {
      await channel.unbindQueue(text(operation['queue']), text(operation['exchange']), text(operation['routingKey']), object(operation['arguments']));
      return null;
    },
    bindExchange: async ({ channel }, operation) => {
      await channel.bindExchange(text(operation['destination']), text(operation['source']), text(operation['routingKey']), object(operation['arguments']));
      return null;
    },
    unbindExchange: async ({ channel }, operation) => {
      await channel.unbindExchange(text(operation['destination']), text(operation['source']), text(operation['routingKey']), object(operation['arguments']));
      return null;
    },
    deleteQueue: async ({ channel }, operation) => ({ messages: (await channel.deleteQueue(text(operation['queue']), { ifUnused: flag(operation['ifUnused']), ifEmpty: flag(operation['ifEmpty']) })).messageCount }),
    deleteExchange: async ({ channel }, operation) => {
      await channel.deleteExchange(text(operation['exchange']), { ifUnused: flag(operation['ifUnused']) });
      return null;
    },
    checkQueue: async ({ channel }, operation) => {
      await channel.checkQueue(text(operation['queue']));
      return null;
    },
    checkExchange: async ({ channel }, operation) => {
      await channel.checkExchange(text(operation['exchange']));
      return null;
    },
    counts: async ({ channel }, operation) => {
      const { messageCount, consumerCount } = await channel.checkQueue(text(operation['queue']));
      return { messages: messageCount, consumers: consumerCount };
    },
    purge: async ({ channel }, operation) => ({ purged: (await channel.purgeQueue(text(operation['queue']))).messageCount }),
    publish: (open, operation) => this.#publish(open, operation),
    consume: async ({ channel, name }, operation) => {
      const consumer = text(operation['consumer']);
      const { prefetch, priority } = operation;
      this.#channelOf.set(consumer, name);
      if (prefetch !== undefined) await channel.prefetch(Number(prefetch), flag(operation['prefetchGlobal']));
      const hear = (message: ConsumeMessage | null) => {
        if (message === null) this.#seen.cancelled.push(consumer);
        else (this.#seen.deliveries[consumer] ??= []).push(this.#handOver(consumer, name, message));
      };
      await channel.consume(text(operation['queue']), hear, { consumerTag: consumer, noAck: flag(operation['noAck']), exclusive: flag(operation['exclusive']), ...(priority === undefined ? {} : { priority: Number(priority) }), arguments: object(operation['arguments']) });
      return { ok: true };
    },
    cancel: async ({ channel }, operation) => {
      await channel.cancel(text(operation['consumer']));
      return null;
    },
    get: async (open, operation) => (await this.#get(open, operation, flag(operation['noAck']))) ?? { empty: true },
    drain: async (open, operation) => {
      const messages: Json[] = [];
      for (let got = await this.#get(open, operation, true); got !== null; got = await this.#get(open, operation, true)) messages.push(got);
      return { messages };
    },
    ack: async (open, operation) => this.#settle(open, operation),
    nack: async (open, operation) => this.#settle(open, operation),
    reject: async (open, operation) => this.#settle(open, operation),
    ackTag: async ({ channel }, operation) => {
      channel.ack({ fields: { deliveryTag: Number(operation['tag']) } } as Message, flag(operation['multiple']));
      return null;
    },
    recover: async ({ channel }) => {
      await channel.recover();
      return null;
    },
    prefetch: async ({ channel }, operation) => {
      await channel.prefetch(Number(operation['count'] ?? 0), flag(operation['global']));
      return null;
    },
    flood: (open, operation) => this.#flood(open, operation),
    killUnderWay: ({ channel }, operation) => this.#underWay.kill(channel as ConfirmChannel, operation, async () => void (await this.#end('kill', operation['kill']))),
    kept: ({ channel }, operation) =>
      this.#underWay.kept(async () => {
        const got = await channel.get(text(operation['queue']), { noAck: true });
        return got === false ? null : got.content.toString();
      }),
    connectionState: async ({ connection }, operation) => {
      for (const deadline = Date.now() + STATE_PATIENCE; ; ) {
        const state = await this.#stateOf(connection, this.#node(operation['server']));
        if (operation['until'] === undefined || state === operation['until'] || Date.now() > deadline) return { state };
      }
    },
    reply: async ({ channel }, operation) => {
      const { replyTo } = this.#delivery(operation).message.properties;
      channel.publish('', text(replyTo), Buffer.from(text(operation['body'])), { persistent: true });
      return null;
    },
    confirmSelect: async (open) => {
      await this.#wire.method(open, 'confirm.select');
      return null;
    },
    txSelect: async (open) => {
      await this.#wire.method(open, 'tx.select');
      return null;
    },
    txCommit: async (open) => {
      await this.#wire.method(open, 'tx.commit');
      return null;
    },
    txRollback: async (open) => {
      await this.#wire.method(open, 'tx.rollback');
      return null;
    },
  };
}
