import type { Json, JsonObject, Observation, Operation } from '../../../src/testing/conformance-runner.ts';
import { type LiveCase, type LiveClient, sleep } from '../contract.ts';
import { NatsConnection } from './connection.ts';
import { administration, leaderOf } from './jetstream.ts';
import { type NatsNode, PASSWORD } from './node.ts';
import type { Message } from './parser.ts';
import { ackInfo, delivery, list, number, object, padded, text } from './shapes.ts';

interface Listener {
  readonly name: string;
  readonly client: string;
  readonly subject: string;
  readonly queue: string;
  readonly respond: string | null;
  sid: number;
}
interface Handing {
  readonly holder: string;
  readonly body: string;
  readonly reply: string;
  settled: boolean;
}
interface Seen {
  readonly deliveries: Record<string, Json[]>;
  readonly groups: Record<string, Json[]>;
  readonly errors: Json[];
  readonly disconnected: string[];
  readonly reconnected: Json[];
}
const nothing = (): Seen => ({ deliveries: {}, groups: {}, errors: [], disconnected: [], reconnected: [] });
const order = (a: Json, b: Json) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
/** nats.go's ReconnectWait: ms. */
const RECONNECT_WAIT = 2000;
/** A stream that acknowledges nothing stays silent: ms. */
const ACK_PATIENCE = 400;

/** What is done to a server's process, not asked of it. */
const PROCESS_OPERATIONS = ['kill', 'start', 'stall', 'resume', 'powerLoss'] as const;
const isProcessOperation = (op: string): op is (typeof PROCESS_OPERATIONS)[number] => PROCESS_OPERATIONS.some((one) => one === op);
/** Who does it: on a server that is named, unless it says otherwise, the client of that server's name. */
const clientOf = (operation: Operation): string => text(operation['client'], text(operation['server'], 'main'));

/** The clients of one case on NATS, JetStream included. */
export class NatsClient implements LiveClient {
  /** By name, the first of which is meant where none is named. */
  readonly #nodes: ReadonlyMap<string, NatsNode>;
  /** Names of servers by the roles they were found in. */
  readonly #roles = new Map<string, string>();
  /** Whether the servers are this case's alone. */
  readonly #own: boolean;
  readonly #broker: string;
  readonly #record: ReadonlySet<string>;
  readonly #omit: ReadonlySet<string>;
  readonly #connections = new Map<string, NatsConnection>();
  readonly #listeners: Listener[] = [];
  /** The servers that a client knows besides its own, by its name: the next one first. */
  readonly #pools = new Map<string, string[]>();
  readonly #handed: Handing[] = [];
  /** Per listener, what its last flow control request is to be answered on. */
  readonly #flow = new Map<string, string>();
  #seen = nothing();
  #isOver = false;

  constructor(nodes: ReadonlyMap<string, NatsNode>, own: boolean, { broker, record, omit }: LiveCase) {
    this.#nodes = nodes;
    this.#own = own;
    this.#broker = broker;
    this.#record = new Set(record ?? []);
    this.#omit = new Set(omit ?? []);
  }
  async run(operation: Operation, settleMs: number): Promise<Observation | null> {
    this.#seen = nothing();
    const result = await this.#do(operation, settleMs);
    await sleep(settleMs);
    const shown: Record<string, Json> = result === null ? {} : { result };
    for (const members of Object.values(this.#seen.groups)) members.sort(order);
    for (const [aspect, value] of Object.entries(this.#seen)) if (Object.keys(value).length > 0) shown[aspect] = value as Json;
    return Object.keys(shown).length === 0 ? null : shown;
  }
  async close(): Promise<void> {
    this.#isOver = true;
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
    if (this.#own) for (const node of this.#nodes.values()) await node.stop();
  }

  #node(name: Json | undefined): NatsNode {
    const node = name === undefined ? [...this.#nodes.values()][0] : this.#nodes.get(this.#roles.get(text(name)) ?? text(name));
    if (node === undefined) throw new Error(`there is no server ${text(name)}`);
    return node;
  }
  async #connection(operation: Operation): Promise<NatsConnection> {
    const name = clientOf(operation);
    const [first] = operation.op === 'connect' ? list(operation['servers']) : [];
    return this.#connections.get(name) ?? (await this.#connect(name, this.#node(first ?? operation['server']), object(operation['options'])));
  }
  async #connect(name: string, node: NatsNode, options: JsonObject): Promise<NatsConnection> {
    const { noEcho, noResponders, permissions, ...rest } = options;
    const user = permissions === undefined ? {} : { user: name, pass: PASSWORD };
    const flags = { ...rest, ...user, ...(noEcho === undefined ? {} : { echo: noEcho !== true }), ...(noResponders === undefined ? {} : { no_responders: noResponders !== false }) };
    const made = await NatsConnection.open(
      node.port,
      flags,
      (error) => this.#seen.errors.push({ client: name, error }),
      () => {
        if (!this.#connections.delete(name)) return;
        this.#seen.disconnected.push(name);
        void this.#reconnect(name, options);
      },
    );
    this.#connections.set(name, made);
    return made;
  }

  /** As the official clients do: the next server at once, and a wait when all were tried. */
  async #reconnect(name: string, options: JsonObject): Promise<void> {
    const pool = this.#pools.get(name);
    for (let tried = 1; pool !== undefined && !this.#isOver; tried = tried >= pool.length ? 1 : tried + 1) {
      if (tried >= pool.length) await sleep(RECONNECT_WAIT);
      const next = pool.shift() ?? '';
      pool.push(next);
      const made = await this.#connect(name, this.#node(next), options).catch(() => null);
      if (made === null) continue;
      for (const one of this.#listeners) if (one.client === name) one.sid = made.subscribe(one.subject, one.queue, (message) => this.#receive(made, one, message));
      this.#seen.reconnected.push({ client: name, server: next });
      return;
    }
  }
  async #do(operation: Operation, settleMs: number): Promise<Json> {
    const { op } = operation;
    const administer = administration[op];
    if (op === 'advance') {
      await sleep(number(operation['ms']));
      return null;
    }
    if (op === 'disconnect') {
      const name = clientOf(operation);
      this.#connections.get(name)?.close();
      this.#connections.delete(name);
      return null;
    }
    if (op === 'restart') {
      await this.#node(operation['server']).restart();
      return null;
    }
    if (isProcessOperation(op)) {
      await this.#node(operation['server'])[op]();
      return null;
    }
    if (op === 'leafz') return await this.#leafz(operation);
    if (op === 'sync') {
      for (const node of this.#nodes.values()) node.sync();
      return null;
    }
    const connection = await this.#connection(operation);
    if (op === 'roles') {
      const leader = await leaderOf(connection, operation);
      const others = [...this.#nodes.keys()].filter((name) => name !== leader);
      this.#roles.set(text(operation['leader']), leader);
      for (const [i, role] of list(operation['others']).entries()) this.#roles.set(text(role), others[i] ?? '');
      return null;
    }
    if (op === 'leader') {
      const leader = await leaderOf(connection, operation);
      return { leader: [...this.#roles].find(([, name]) => name === leader)?.[0] ?? leader };
    }
    if (administer !== undefined) return await administer(connection, operation, this.#omit);
    switch (op) {
      case 'connect':
        if (operation['servers'] !== undefined) {
          const [first = '', ...others] = list(operation['servers']).map((one) => text(one));
          this.#pools.set(clientOf(operation), [...others, first]);
        }
        return null;
      case 'subscribe':
        return this.#subscribe(connection, operation, text(operation['sub']), text(operation['subject']));
      case 'unsubscribe':
        return this.#stop(text(operation['sub']), number(operation['max']));
      case 'cancelPull':
        return this.#stop(text(operation['as']), 0);
      case 'publish':
        return this.#broker === 'jetstream' ? await this.#publishAcked(connection, operation) : this.#publish(connection, operation);
      case 'publishNoAck':
        return this.#publish(connection, operation);
      case 'request':
        return await this.#request(connection, operation, settleMs);
      case 'pull':
        return this.#pull(connection, operation);
      case 'answerFlow':
        connection.publish(this.#flow.get(text(operation['sub'])) ?? '', '');
        return null;
      case 'ack':
      case 'nak':
      case 'term':
      case 'inProgress':
        return await this.#settle(connection, operation);
      default:
        throw new Error(`operation ${op} is not known`);
    }
  }

  /** How many leaf connections a server has, or whether several have so many between them. */
  async #leafz({ server, servers, least }: Operation): Promise<Json> {
    if (servers === undefined) return { leafnodes: await this.#node(server).leafz() };
    let sum = 0;
    for (const one of list(servers)) sum += await this.#node(one).leafz();
    return { reached: sum >= number(least) };
  }
  #subscribe(connection: NatsConnection, operation: Operation, name: string, subject: string): null {
    const { respond } = operation;
    const listener: Listener = { name, client: clientOf(operation), subject, queue: text(operation['queue']), respond: typeof respond === 'string' ? respond : null, sid: 0 };
    listener.sid = connection.subscribe(subject, listener.queue, (message) => this.#receive(connection, listener, message));
    this.#listeners.push(listener);
    return null;
  }
  #receive(connection: NatsConnection, listener: Listener, message: Message): void {
    const [into, key] = listener.queue === '' ? [this.#seen.deliveries, listener.name] : [this.#seen.groups, listener.queue];
    (into[key] ??= []).push(delivery(message, listener, this.#record, this.#broker));
    if (message.status === 100 && message.reply !== '') this.#flow.set(listener.name, message.reply);
    if (ackInfo(message.reply) !== null) this.#handed.push({ holder: listener.name, body: message.body.trimEnd(), reply: message.reply, settled: false });
    if (listener.respond !== null && message.reply !== '') connection.publish(message.reply, listener.respond);
  }
  #stop(name: string, max: number): null {
    for (const one of this.#listeners) if (one.name === name) this.#connections.get(one.client)?.unsubscribe(one.sid, max);
    return null;
  }

  #publish(connection: NatsConnection, operation: Operation): null {
    for (const body of bodiesOf(operation)) connection.publish(text(operation['subject']), padded(body, operation), text(operation['reply']), headersOf(operation));
    return null;
  }
  async #publishAcked(connection: NatsConnection, operation: Operation): Promise<Json> {
    const results: JsonObject[] = [];
    for (const body of bodiesOf(operation)) {
      const answer = await connection.request(text(operation['subject']), padded(body, operation), number(operation['timeoutMs'], ACK_PATIENCE), headersOf(operation));
      results.push(published(answer, operation['reportStream'] === true));
    }
    if (!Array.isArray(operation['bodies'])) return results[0] ?? null;
    return { seqs: results.map((result) => (Object.keys(result).length === 1 && 'seq' in result ? number(result['seq']) : result)) };
  }
  async #request(connection: NatsConnection, operation: Operation, settleMs: number): Promise<Json> {
    const replies: JsonObject[] = [];
    const inbox = connection.newInbox();
    const sid = connection.subscribe(inbox, '', ({ status, body }) => replies.push(status === null ? { body } : { status }));
    connection.publish(text(operation['subject']), text(operation['body']), inbox, headersOf(operation));
    await sleep(settleMs * 2);
    connection.unsubscribe(sid);
    return { replies: replies.sort(order) };
  }

  #pull(connection: NatsConnection, operation: Operation): null {
    const inbox = connection.newInbox();
    this.#subscribe(connection, { op: 'pull', client: clientOf(operation) }, text(operation['as']), inbox);
    const ns = (name: string) => number(operation[name]) * 1_000_000;
    const asked = { batch: number(operation['batch'], 1), expires: ns('expiresMs'), no_wait: operation['noWait'] === true, max_bytes: number(operation['maxBytes']), idle_heartbeat: ns('heartbeatMs') || ns('idleHeartbeatMs') };
    const group = Object.fromEntries(['group', 'min_pending', 'min_ack_pending', 'priority'].flatMap((name) => (operation[name] === undefined ? [] : [[name, operation[name]]])));
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${text(operation['stream'])}.${text(operation['consumer'])}`, JSON.stringify({ ...asked, ...group }), inbox);
    return null;
  }
  async #settle(connection: NatsConnection, operation: Operation): Promise<Json> {
    const name = text(operation['delivery']);
    const at = name.indexOf(':');
    const found = this.#handed.findLast((one) => (operation['again'] === true || !one.settled) && one.holder === name.slice(0, at) && one.body === name.slice(at + 1));
    if (found === undefined) throw new Error(`no outstanding delivery ${name}`);
    if (operation.op !== 'inProgress') found.settled = true;
    const word = acknowledgement(operation);
    if (operation['sync'] !== true) {
      connection.publish(found.reply, word);
      return null;
    }
    const answer = await connection.request(found.reply, word, ACK_PATIENCE);
    return answer !== null && answer.status !== null ? { status: answer.status } : { confirmed: answer !== null };
  }
}

function acknowledgement(operation: Operation): string {
  const delay = number(operation['delayMs']) * 1_000_000;
  const reason = text(operation['reason']);
  switch (operation.op) {
    case 'nak':
      return delay > 0 ? `-NAK ${JSON.stringify({ delay })}` : '-NAK';
    case 'term':
      return reason === '' ? '+TERM' : `+TERM ${reason}`;
    case 'inProgress':
      return '+WPI';
    default:
      return '+ACK';
  }
}
const bodiesOf = (operation: Operation): readonly string[] => (Array.isArray(operation['bodies']) ? list(operation['bodies']).map((one) => text(one)) : [text(operation['body'])]);

function headersOf(operation: Operation): Record<string, string> {
  const named: readonly (readonly [string, Json | undefined])[] = [
    ['Nats-Msg-Id', operation['msgId']],
    ['Nats-Expected-Last-Sequence', operation['expectedSeq']],
    ['Nats-Expected-Last-Subject-Sequence', operation['expectedSubjectSeq']],
    ['Nats-Expected-Last-Msg-Id', operation['expectedMsgId']],
    ['Nats-Expected-Stream', operation['expectedStream']],
    ['Nats-Rollup', operation['rollup']],
    ...Object.entries(object(operation['headers'])),
  ];
  return Object.fromEntries(named.flatMap(([name, value]) => (value === undefined || value === null ? [] : [[name, String(value)]])));
}

/** The answer to a publish: a PubAck, an error, or whatever a responder says. */
function published(answer: Message | null, reportStream: boolean): JsonObject {
  if (answer === null) return { noAck: true };
  if (answer.status !== null) return { status: answer.status };
  if (!answer.body.startsWith('{')) return { body: answer.body };
  const { seq, duplicate, stream, error } = JSON.parse(answer.body) as JsonObject;
  if (error !== undefined) {
    const { code, err_code, description } = object(error);
    return { error: { code: code ?? null, err_code: err_code ?? null, description: description ?? null } };
  }
  return { seq: number(seq), ...(duplicate === true ? { duplicate: true } : {}), ...(reportStream ? { stream: text(stream) } : {}) };
}
