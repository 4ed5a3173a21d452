import type { Json, JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import { sleep } from '../contract.ts';
import { list, text } from './shapes.ts';
import { namedCode, type StreamConnection, StreamRefusal } from './stream-connection.ts';
import type { Offset } from './stream-frames.ts';

/** What a case does through the stream protocol. Subscriptions and publishers have names; on the wire they are numbers of their connection. */

export interface StreamSeen {
  readonly deliveries: Record<string, Json[]>;
  /** What single active consumers were asked: to begin, or to stop. */
  readonly consumerUpdates: Record<string, Json[]>;
}
interface Subscribed {
  readonly name: string;
  readonly connection: string;
  readonly number: number;
  /** Chunks begin before the offset that was asked for: the client leaves out what lies before it. */
  from: number;
  /** What it was asked and has not answered. */
  asked: number | null;
}
interface Published {
  readonly connection: string;
  readonly number: number;
  /** Answers to what it published last. */
  readonly confirmed: number[];
  readonly errors: JsonObject[];
}
/** How long a confirm is waited for: ms. */
const CONFIRM_PATIENCE = 2000;
const CREDIT = 10;
const STREAM = 'stream';

const offsetOf = (value: Json | undefined, otherwise: Offset): Offset => (typeof value === 'number' || value === 'first' || value === 'last' || value === 'next' ? value : otherwise);
const nameOf = ({ connection, server }: Operation): string => text(connection, text(server, STREAM));

export class StreamOperations {
  readonly #open: (server: Json | undefined, listener: Parameters<typeof StreamConnection.open>[2]) => Promise<StreamConnection>;
  readonly #seen: () => StreamSeen;
  readonly #connections = new Map<string, StreamConnection>();
  readonly #subscribed: Subscribed[] = [];
  readonly #publishers = new Map<string, Published>();

  /** @param open connects to a server; @param seen where to put what arrives */
  constructor(open: (server: Json | undefined, listener: Parameters<typeof StreamConnection.open>[2]) => Promise<StreamConnection>, seen: () => StreamSeen) {
    this.#open = open;
    this.#seen = seen;
  }
  knows(op: string): boolean {
    return op in this.#verbs;
  }
  async run(operation: Operation): Promise<Json> {
    const verb = this.#verbs[operation.op];
    if (verb === undefined) throw new Error(`operation ${operation.op} is not known`);
    try {
      return await verb(await this.#connection(operation), operation);
    } catch (error) {
      if (!(error instanceof StreamRefusal)) throw error;
      return { error: namedCode(error.code) };
    }
  }
  /** @returns whether there was one of that name */
  closeConnection(name: string): boolean {
    const open = this.#connections.get(name);
    open?.close();
    return this.#connections.delete(name);
  }
  /** The server at this port is about to go. */
  forgetAt(port: number): void {
    for (const [name, connection] of this.#connections) if (connection.port === port) this.closeConnection(name);
  }
  close(): void {
    for (const name of [...this.#connections.keys()]) this.closeConnection(name);
  }

  async #connection(operation: Operation): Promise<StreamConnection> {
    const name = this.#subscribedAs(operation)?.connection ?? this.#publishers.get(text(operation['publisher']))?.connection ?? nameOf(operation);
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const made = await this.#open(operation['server'], {
      delivered: (number, messages) => {
        const to = this.#byNumber(name, number);
        if (to === undefined) return;
        for (const { offset, body } of messages) if (offset >= to.from) (this.#seen().deliveries[to.name] ??= []).push({ offset, body: body.trimEnd() });
      },
      confirmed: (number, id) => this.#publisher(name, number)?.confirmed.push(id),
      refused: (number, id, code) => this.#publisher(name, number)?.errors.push({ id, ...namedCode(code) }),
      update: (number, active, correlation) => {
        const to = this.#byNumber(name, number);
        if (to === undefined) return;
        to.asked = correlation;
        (this.#seen().consumerUpdates[to.name] ??= []).push({ active });
      },
    });
    this.#connections.set(name, made);
    return made;
  }
  #byNumber(connection: string, number: number): Subscribed | undefined {
    return this.#subscribed.findLast((one) => one.connection === connection && one.number === number);
  }
  #subscribedAs({ subscription }: Operation): Subscribed | undefined {
    return subscription === undefined ? undefined : this.#subscribed.findLast((one) => one.name === subscription);
  }
  #publisher(connection: string, number: number): Published | undefined {
    return [...this.#publishers.values()].find((one) => one.connection === connection && one.number === number);
  }

  readonly #verbs: Readonly<Record<string, (connection: StreamConnection, operation: Operation) => Promise<Json>>> = {
    createSuperStream: async (connection, operation) => {
      const name = text(operation['superStream']);
      const keys = Array.isArray(operation['bindingKeys']) ? list(operation['bindingKeys']) : Array.from({ length: Number(operation['partitions'] ?? 0) }, (_, i) => String(i));
      await connection.ask('CreateSuperStream', (frame) =>
        frame
          .text(name)
          .texts(keys.map((key) => `${name}-${key}`))
          .texts(keys)
          .table({}),
      );
      return null;
    },
    partitions: async (connection, operation) => ({ streams: (await connection.ask('Partitions', (frame) => frame.text(text(operation['superStream'])))).texts() }),
    route: async (connection, operation) => ({ streams: (await connection.ask('Route', (frame) => frame.text(text(operation['routingKey'])).text(text(operation['superStream'])))).texts() }),
    declarePublisher: async (connection, operation) => {
      const number = this.#publishers.size;
      await connection.ask('DeclarePublisher', (frame) => frame.u8(number).text(text(operation['reference'])).text(text(operation['stream'])));
      this.#publishers.set(text(operation['publisher']), { connection: nameOf(operation), number, confirmed: [], errors: [] });
      return null;
    },
    queryPublisherSequence: async (connection, operation) => ({ sequence: (await connection.ask('QueryPublisherSequence', (frame) => frame.text(text(operation['reference'])).text(text(operation['stream'])))).u64() }),
    publishStream: async (connection, operation) => await this.#publish(connection, operation),
    subscribe: async (connection, operation) => {
      const { subscription, stream, properties, credit } = operation;
      const offset = offsetOf(operation['offset'], 'next');
      const made: Subscribed = { name: text(subscription), connection: nameOf(operation), number: this.#subscribed.length, from: typeof offset === 'number' ? offset : 0, asked: null };
      // The first chunks may come before the answer.
      this.#subscribed.push(made);
      await connection.ask('Subscribe', (frame) =>
        frame
          .u8(made.number)
          .text(text(stream))
          .offset(offset)
          .u16(Number(credit ?? CREDIT))
          .table((properties ?? {}) as Record<string, string>),
      );
      return null;
    },
    unsubscribe: async (connection, operation) => {
      const gone = this.#subscribedAs(operation);
      await connection.ask('Unsubscribe', (frame) => frame.u8(gone?.number ?? 0));
      return null;
    },
    consumerUpdate: async (connection, operation) => {
      const asked = this.#subscribedAs(operation);
      if (asked === undefined || asked.asked === null) throw new Error(`${text(operation['subscription'])} was not asked anything`);
      const offset = offsetOf(operation['offset'], 'none');
      asked.from = typeof offset === 'number' ? offset : 0;
      connection.updated(asked.asked, offset);
      asked.asked = null;
      return null;
    },
    storeOffset: async (connection, operation) => {
      connection.tell('StoreOffset', (frame) => frame.text(text(operation['reference'])).text(text(operation['stream'])).u64(Number(operation['offset'])));
      return null;
    },
    queryOffset: async (connection, operation) => ({ offset: (await connection.ask('QueryOffset', (frame) => frame.text(text(operation['reference'])).text(text(operation['stream'])))).u64() }),
  };
  async #publish(connection: StreamConnection, operation: Operation): Promise<Json> {
    const publisher = this.#publishers.get(text(operation['publisher']));
    if (publisher === undefined) throw new Error(`no publisher ${text(operation['publisher'])}`);
    const { number, confirmed, errors } = publisher;
    confirmed.length = errors.length = 0;
    const bodies = list(operation['bodies']);
    const messages = list(operation['ids']).map((id, i) => ({ id: Number(id), body: bodies[i] ?? '' }));
    connection.publish(number, messages);
    for (const deadline = Date.now() + CONFIRM_PATIENCE; confirmed.length + errors.length < messages.length && Date.now() < deadline; ) await sleep(5);
    return { confirmed: [...confirmed].sort((a, b) => a - b), ...(errors.length === 0 ? {} : { errors: [...errors] }) };
  }
}
