import { type Version, VERSIONS } from './config.ts';
import type { Handed, Headers, NatsEvent } from './events.ts';
import type { ConnectOptions } from './model.ts';
import { ackText, consumerArgs, delivery, type Example, errorOf, type Json, type JsonObject, list, number, object, type Operation, published, type Receiver, reported, streamArgs, text } from './recorded.ts';
import type { Answer, ConsumerInfo, GotMessage, StreamInfo } from './api.ts';
import type { Action } from './consumers.ts';
import { type Place, RecordedServers } from './recorded-servers.ts';
import type { NatsServer } from './server.ts';
import { isLiteral, isSubsetOf, isValidLiteral, isValidSubject, subjectMatches, subjectsCollide } from './subjects.ts';
import { goOn, type Pooled } from './server-pool.ts';
import { byteLength } from './transform.ts';

/** Recorded operations, mapped to the verbs of the server. The shapes are those of conformance/FORMAT.md. */

interface Listener extends Receiver {
  readonly name: string;
  readonly client: string;
  readonly respond: string | null;
  readonly sid: number;
}
interface Handing {
  readonly holder: string;
  readonly body: string;
  readonly subject: string;
  settled: boolean;
}
type Broker = 'nats' | 'jetstream';
type Shown = { deliveries: Record<string, Json[]>; groups: Record<string, Json[]>; errors: JsonObject[]; disconnected: string[]; reconnected: JsonObject[] };
/** A client that knows several servers. */
interface Pool extends Pooled {
  readonly names: readonly string[];
  readonly operation: Operation;
}
const nothing = (): Shown => ({ deliveries: {}, groups: {}, errors: [], disconnected: [], reconnected: [] });
const refused = <T>(answer: Answer<T>, show: (value: T) => Json): Json => (typeof answer === 'object' && answer !== null && 'refused' in answer ? errorOf(answer) : show(answer));

export class NatsAdapter {
  readonly #broker: Broker;
  readonly #record: ReadonlySet<string>;
  readonly #omit: ReadonlySet<string>;
  readonly #servers: RecordedServers;
  /** Clients that are connected, with the server that each has. */
  readonly #clients = new Map<string, Place>();
  /** Names of servers by the roles they were found in. */
  readonly #roles = new Map<string, string>();
  readonly #pools = new Map<string, Pool>();
  readonly #listeners = new Map<number, Listener>();
  readonly #answers = new Map<number, Handed[]>();
  readonly #bodies: string[] = [];
  readonly #handed: Handing[] = [];
  #shown = nothing();
  /** Per listener, what its last flow control request is to be answered on. */
  readonly #flow = new Map<string, string>();
  #next = 1;

  constructor(example: Pick<Example, 'record' | 'omit' | 'server' | 'servers'>, broker: Broker, version: Version) {
    this.#broker = broker;
    this.#record = new Set(example.record ?? []);
    this.#omit = new Set(example.omit ?? []);
    this.#servers = new RecordedServers(example.servers, example.server ?? {}, version, (event) => this.#hear(event));
  }
  /** Goes on with servers made from the saved state. */
  reload(): void {
    const homes = [...this.#clients].map(([client, server]) => [client, this.#servers.nameOf(server)] as const);
    this.#servers.reload();
    for (const [client, name] of homes) this.#clients.set(client, this.#servers.named(name));
  }
  knows(op: string): boolean {
    return op in this.#verbs;
  }

  run(operation: Operation): JsonObject | null {
    this.#shown = nothing();
    const verb = this.#verbs[operation.op];
    if (verb === undefined) throw new Error(`operation ${operation.op} is not known`);
    const result = verb(operation);
    this.#servers.settle();
    const shown: Record<string, Json> = {};
    if (result !== null) shown['result'] = result;
    for (const [aspect, value] of Object.entries(this.#shown)) if (Object.keys(value).length > 0) shown[aspect] = value;
    return Object.keys(shown).length === 0 ? null : shown;
  }

  #hear(event: NatsEvent): void {
    if (event.kind === 'error') this.#shown.errors.push({ client: event.client, error: event.text });
    else if (event.kind === 'closed' && this.#clients.delete(event.client) && event.why !== 'closed by the client') this.#shown.disconnected.push(event.client);
    else if (event.kind === 'message') this.#receive(event);
  }
  #receive(event: Handed): void {
    const listener = this.#listeners.get(event.sid);
    this.#answers.get(event.sid)?.push(event);
    if (listener === undefined) return;
    const body = event.bodyless ? '' : this.#bodyOf(event);
    const shown = delivery(event, listener, body, this.#record, this.#broker);
    const into = listener.queue === '' ? this.#shown.deliveries : this.#shown.groups;
    const key = listener.queue === '' ? listener.name : listener.queue;
    (into[key] ??= []).push(shown);
    if (event.status === 100 && event.reply !== '') this.#flow.set(listener.name, event.reply);
    if (event.info !== null) this.#handed.push({ holder: listener.name, body, subject: event.reply, settled: false });
    if (listener.respond !== null && event.reply !== '' && event.status === null) this.#send(listener.client, event.reply, listener.respond);
  }
  #bodyOf(event: Handed): string {
    return event.ack !== null ? ackText(event.ack) : (this.#bodies[event.message] ?? '');
  }

  /** Who does it: on a server that is named, unless it says otherwise, the client of that server's name. */
  #nameOf(operation: Operation): string {
    return text(operation['client'], text(operation['server'], 'main'));
  }
  #client(operation: Operation): string {
    const name = this.#nameOf(operation);
    if (!this.#clients.has(name)) this.#connect(name, operation);
    return name;
  }
  #connect(name: string, operation: Operation): void {
    const options = object(operation['options']);
    const echo = options['echo'] !== false && options['noEcho'] !== true;
    const flags = { no_responders: options['no_responders'] !== false && options['noResponders'] !== false, headers: options['headers'] !== false, pedantic: options['pedantic'] === true };
    const permissions = options['permissions'] === undefined ? {} : { permissions: options['permissions'] as ConnectOptions['permissions'] & object };
    const place = this.#servers.named(this.#server(operation));
    this.#clients.set(name, place);
    place.server.connect(name, { echo, ...flags, ...permissions });
  }
  /** A client that knows several servers has lost its own, or did not find the one that it tried. */
  #goOn(client: string, pool: Pool): void {
    const wait = goOn(pool, pool.names.length);
    if (wait > 0) this.#servers.later(wait, () => this.#tryNext(client, pool));
    else this.#tryNext(client, pool);
  }
  #tryNext(client: string, pool: Pool): void {
    const server = pool.names[pool.server] ?? '';
    if (!this.#servers.isUp(server)) return this.#goOn(client, pool);
    pool.tries = 0;
    this.#connect(client, { ...pool.operation, server });
    for (const { client: owner, sid, subject, queue } of this.#listeners.values()) if (owner === client) this.#serverOf(client).subscribe(client, { sid, subject, queue });
    this.#shown.reconnected.push({ client, server });
  }
  #serverOf(client: string): NatsServer {
    return (this.#clients.get(client) ?? this.#servers.named(undefined)).server;
  }
  /** The name of the server that an operation names, by its role too. */
  #server({ server }: Operation): string | undefined {
    return server === undefined ? undefined : (this.#roles.get(text(server)) ?? text(server));
  }
  #at(operation: Operation): NatsServer {
    return this.#serverOf(this.#client(operation));
  }
  #send(client: string, subject: string, body: string, reply = '', headers: Headers = {}, bytes = 0): void {
    const message = this.#bodies.push(body) - 1;
    this.#serverOf(client).publish(client, { subject, reply, headers, message, size: Math.max(byteLength(body), bytes) });
  }
  #listenOn(client: string, subject: string): number {
    const sid = this.#next++;
    this.#serverOf(client).subscribe(client, { sid, subject });
    return sid;
  }
  /** A request: whatever comes back to its own inbox. */
  #asking(client: string, ask: (inbox: string) => void): readonly Handed[] {
    const inbox = `_INBOX.main.${this.#next}`;
    const sid = this.#listenOn(client, inbox);
    const answers: Handed[] = [];
    this.#answers.set(sid, answers);
    ask(inbox);
    this.#servers.settle();
    this.#answers.delete(sid);
    this.#serverOf(client).unsubscribe(client, sid);
    return answers;
  }

  #bodiesOf(operation: Operation): string[] {
    return Array.isArray(operation['bodies']) ? list(operation['bodies']).map((one) => text(one)) : [text(operation['body'])];
  }
  #headersOf(operation: Operation): Headers {
    const named: [string, Json | undefined][] = [
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
  #publish(operation: Operation): Json {
    const client = this.#client(operation);
    for (const body of this.#bodiesOf(operation)) this.#send(client, text(operation['subject']), body, text(operation['reply']), this.#headersOf(operation), number(operation['bytes']));
    return null;
  }
  /** JetStream's publish is a request: the answer is the stream's. */
  #publishAcked(operation: Operation): Json {
    const client = this.#client(operation);
    const one = (body: string): JsonObject => {
      const [first] = this.#asking(client, (inbox) => this.#send(client, text(operation['subject']), body, inbox, this.#headersOf(operation), number(operation['bytes'])));
      if (first === undefined) return { noAck: true };
      if (first.ack !== null) return published(first.ack, operation['reportStream'] === true);
      return first.status === null ? { body: this.#bodyOf(first) } : { status: first.status };
    };
    if (!Array.isArray(operation['bodies'])) return one(text(operation['body']));
    const seqs = this.#bodiesOf(operation).map(one);
    return { seqs: seqs.map((result) => (Object.keys(result).length === 1 && 'seq' in result ? number(result['seq']) : result)) };
  }
  #request(operation: Operation): Json {
    const client = this.#client(operation);
    const answers = this.#asking(client, (inbox) => this.#send(client, text(operation['subject']), text(operation['body']), inbox, this.#headersOf(operation)));
    const replies = answers.map((one): JsonObject => (one.status === null ? { body: this.#bodyOf(one) } : { status: one.status }));
    return { replies: replies.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
  }
  #subscribe(operation: Operation): null {
    const client = this.#client(operation);
    const sid = this.#next++;
    const { respond } = operation;
    const [name, subject, queue] = [text(operation['sub']), text(operation['subject']), text(operation['queue'])];
    this.#listeners.set(sid, { name, client, subject, queue, sid, respond: typeof respond === 'string' ? respond : null });
    this.#serverOf(client).subscribe(client, { sid, subject, queue });
    return null;
  }
  #stopListening(name: string, max: number): null {
    for (const one of this.#listeners.values()) if (one.name === name) this.#serverOf(one.client).unsubscribe(one.client, one.sid, max);
    return null;
  }

  #pull(operation: Operation): null {
    const client = this.#client(operation);
    const inbox = `_INBOX.${this.#next}`;
    const name = text(operation['as']);
    const sid = this.#listenOn(client, inbox);
    this.#listeners.set(sid, { name, client, subject: inbox, queue: '', sid, respond: null });
    this.#serverOf(client).pull(client, text(operation['stream']), text(operation['consumer']), inbox, {
      batch: number(operation['batch'], 1),
      expires: number(operation['expiresMs']) * 1_000_000,
      no_wait: operation['noWait'] === true,
      max_bytes: number(operation['maxBytes']),
      idle_heartbeat: number(operation['heartbeatMs'] ?? operation['idleHeartbeatMs']) * 1_000_000,
      group: text(operation['group']),
      id: text(operation['id']),
      min_pending: number(operation['min_pending']),
      min_ack_pending: number(operation['min_ack_pending']),
      priority: number(operation['priority']),
    });
    return null;
  }
  #settle(operation: Operation, how: 'ack' | 'nak' | 'term' | 'progress'): Json {
    const client = this.#client(operation);
    const name = text(operation['delivery']);
    const at = name.indexOf(':');
    const again = operation['again'] === true;
    const found = this.#handed.findLast((one) => (again || !one.settled) && one.holder === name.slice(0, at) && one.body === name.slice(at + 1));
    if (found === undefined) throw new Error(`no outstanding delivery ${name}`);
    if (how !== 'progress') found.settled = true;
    const args = { subject: found.subject, how, delay: number(operation['delayMs']) * 1_000_000, reason: text(operation['reason']) };
    if (operation['sync'] !== true) {
      this.#serverOf(client).ack(client, args);
      return null;
    }
    const [answer] = this.#asking(client, (reply) => this.#serverOf(client).ack(client, { ...args, reply }));
    if (answer !== undefined && answer.status !== null) return { status: answer.status };
    return { confirmed: answer !== undefined };
  }

  #streamView(info: StreamInfo, operation: Operation): JsonObject {
    const { messages, first_seq, last_seq, num_subjects, consumer_count, num_deleted, deleted, subjects } = info;
    const shown: Record<string, Json> = { messages, first_seq, last_seq, num_subjects, num_deleted, consumer_count };
    if (deleted.length > 0) shown['deleted'] = deleted;
    if (operation['subjectsFilter'] !== undefined && Object.keys(subjects).length > 0) shown['subjects'] = subjects;
    return Object.fromEntries(Object.entries(shown).filter(([name]) => !this.#omit.has(name)));
  }
  #consumerView({ num_pending, num_ack_pending, num_redelivered, num_waiting, delivered, ack_floor }: ConsumerInfo): JsonObject {
    const shown = { num_pending, num_ack_pending, num_redelivered, num_waiting, delivered: { ...delivered }, ack_floor: { ...ack_floor } };
    return Object.fromEntries(Object.entries(shown).filter(([name]) => !this.#omit.has(name)));
  }
  #message({ message, seq, subject, headers }: GotMessage): JsonObject {
    return { body: this.#bodies[message] ?? '', seq, subject, ...(this.#record.has('headers') && headers !== null ? { headers: { ...headers } } : {}) };
  }
  #of(operation: Operation): [stream: string, consumer: string] {
    return [text(operation['stream']), text(operation['consumer'])];
  }

  #process(how: 'kill' | 'start' | 'stall' | 'resume' | 'powerLoss', operation: Operation): null {
    const name = this.#server(operation) ?? '';
    const ends = how === 'kill' || how === 'powerLoss';
    const there = ends ? [...this.#clients].filter(([, place]) => this.#servers.nameOf(place) === name) : [];
    for (const [client, { server }] of there) {
      this.#clients.delete(client);
      this.#shown.disconnected.push(client);
      server.disconnect(client);
    }
    this.#servers[how](name);
    this.#servers.settle();
    for (const [client] of there) {
      const pool = this.#pools.get(client);
      if (pool !== undefined) this.#goOn(client, pool);
    }
    return null;
  }
  #leadership(operation: Operation): ReturnType<RecordedServers['leadership']> {
    return this.#servers.leadership(this.#server(operation), text(operation['stream']), text(operation['consumer']));
  }

  readonly #verbs: Record<string, (operation: Operation) => Json> = {
    advance: (operation) => {
      this.#servers.clock.advance(number(operation['ms']) * 1000);
      return null;
    },
    connect: (operation) => {
      const names = list(operation['servers']).map((one) => text(one));
      const [first] = names;
      this.#connect(this.#nameOf(operation), first === undefined ? operation : { ...operation, server: first });
      if (first !== undefined) this.#pools.set(this.#nameOf(operation), { server: 0, tries: 0, names, operation });
      return null;
    },
    disconnect: (operation) => {
      const name = this.#nameOf(operation);
      this.#clients.get(name)?.server.disconnect(name);
      return null;
    },
    subscribe: (operation) => this.#subscribe(operation),
    unsubscribe: (operation) => this.#stopListening(text(operation['sub']), number(operation['max'])),
    publish: (operation) => (this.#broker === 'nats' ? this.#publish(operation) : this.#publishAcked(operation)),
    publishNoAck: (operation) => this.#publish(operation),
    request: (operation) => this.#request(operation),
    stream: (operation) => refused(this.#at(operation).createStream(streamArgs(operation['config'])), ({ config }) => (operation['report'] === undefined ? null : reported(operation['report'], config))),
    updateStream: (operation) => refused(this.#at(operation).updateStream(streamArgs(operation['config'])), ({ config }) => (operation['report'] === undefined ? { ok: true } : reported(operation['report'], config))),
    deleteStream: (operation) => refused(this.#at(operation).deleteStream(text(operation['stream'])), () => ({ ok: true })),
    streamInfo: (operation) => refused(this.#at(operation).streamInfo(text(operation['stream']), text(operation['subjectsFilter'])), (info) => this.#streamView(info, operation)),
    purge: (operation) => {
      const { stream, filter, seq, keep } = operation;
      return refused(this.#at(operation).purgeStream(text(stream), { filter: text(filter), seq: number(seq), keep: number(keep) }), ({ purged }) => ({ purged }));
    },
    deleteMessage: (operation) => refused(this.#at(operation).deleteMessage(text(operation['stream']), number(operation['seq'])), () => ({ ok: true })),
    getMessage: (operation) => {
      const wanted = { seq: number(operation['seq']), last_by_subj: text(operation['lastBySubject']), next_by_subj: text(operation['nextBySubject']) };
      return refused(this.#at(operation).getMessage(text(operation['stream']), wanted), (message) => this.#message(message));
    },
    consumer: (operation) => refused(this.#at(operation).createConsumer(text(operation['stream']), consumerArgs(operation['config']), text(operation['action']) as Action), ({ config }) => (operation['report'] === undefined ? null : reported(operation['report'], config))),
    deleteConsumer: (operation) => refused(this.#at(operation).deleteConsumer(...this.#of(operation)), () => ({ ok: true })),
    consumerInfo: (operation) => refused(this.#at(operation).consumerInfo(...this.#of(operation)), (info) => this.#consumerView(info)),
    pauseConsumer: (operation) => refused(this.#at(operation).pauseConsumer(...this.#of(operation), this.#servers.clock.now() + number(operation['forMs']) * 1000), ({ paused }) => ({ paused })),
    restart: () => {
      this.#servers.restart();
      return null;
    },
    kill: (operation) => this.#process('kill', operation),
    powerLoss: (operation) => this.#process('powerLoss', operation),
    start: (operation) => this.#process('start', operation),
    stall: (operation) => this.#process('stall', operation),
    resume: (operation) => this.#process('resume', operation),
    leafz: (operation) => {
      if (operation['servers'] === undefined) return { leafnodes: this.#servers.leafConnections(this.#server(operation) ?? '') };
      const sum = list(operation['servers']).reduce((before: number, one) => before + this.#servers.leafConnections(text(one)), 0);
      return { reached: sum >= number(operation['least']) };
    },
    sync: () => {
      this.#servers.sync();
      return null;
    },
    roles: (operation) => {
      const { leader, others } = this.#leadership(operation);
      this.#roles.set(text(operation['leader']), leader ?? '');
      for (const [i, role] of list(operation['others']).entries()) this.#roles.set(text(role), others[i] ?? '');
      return null;
    },
    leader: (operation) => {
      const { leader } = this.#leadership(operation);
      return { leader: [...this.#roles].find(([, name]) => name === leader)?.[0] ?? leader };
    },
    answerFlow: (operation) => {
      this.#at(operation).answerFlowControl(this.#client(operation), this.#flow.get(text(operation['sub'])) ?? '');
      return null;
    },
    pull: (operation) => this.#pull(operation),
    cancelPull: (operation) => this.#stopListening(text(operation['as']), 0),
    ack: (operation) => this.#settle(operation, 'ack'),
    nak: (operation) => this.#settle(operation, 'nak'),
    term: (operation) => this.#settle(operation, 'term'),
    inProgress: (operation) => this.#settle(operation, 'progress'),
  };
}

const TABLES: Readonly<Record<string, (subject: string, pattern: string) => boolean>> = {
  'valid-literal-subject': isValidLiteral,
  'valid-subject': isValidSubject,
  'subject-is-literal': isLiteral,
  match: subjectMatches,
  'is-subset-of-pattern': isSubsetOf,
  collide: subjectsCollide,
};
const model = (broker: Broker) => ({
  broker,
  version: '2.10.27',
  versions: VERSIONS,
  cannot(example: Example): string | null {
    const known = new NatsAdapter({}, broker, '2.10.27');
    const foreign = [...example.setup, ...example.steps].find(({ op }) => !known.knows(op));
    return foreign === undefined ? null : `operation ${foreign.op} is not modelled`;
  },
  adapter: (example: Example, version: string) => new NatsAdapter(example, broker, version as Version),
});
/** The room's entries for the conformance runner. */
export const natsConformance = {
  ...model('nats'),
  vectors(name: string, rows: readonly JsonObject[]) {
    if (name !== 'nats-subjects') return null;
    return rows.map((row) => {
      const [table, subject, pattern] = [text(row['table']), text(row['subject']), text(row['pattern'])];
      return { row: `${table}: ${subject} ${pattern}`, expected: row['expected'] ?? null, actual: TABLES[table]?.(subject, pattern) ?? null };
    });
  },
};
export const jetstreamConformance = model('jetstream');
