import { type Channel, type ChannelModel, type ConfirmChannel, connect, type Message } from 'amqplib';

/** Connections and channels of one case on one virtual host, by name. What a server closes is told, and made anew when it is asked for again. */

export interface Failure {
  readonly code: number;
  readonly name: string;
}
export interface Open {
  readonly name: string;
  readonly connection: string;
  readonly channel: Channel | ConfirmChannel;
  readonly confirms: boolean;
}
export interface WireListener {
  closed(what: { readonly channel: string } | { readonly connection: string }, failure: Failure): void;
  returned(message: Message): void;
  /** An alarm stops, or stops no longer, what the connection publishes. */
  blocked(connection: string, on: boolean): void;
}
/** Class and method; each answer has the next number. https://www.rabbitmq.com/docs/specification */
const method = (of: number, n: number) => of * 0x1_00_00 + n;
const METHODS = { 'tx.select': method(90, 10), 'tx.commit': method(90, 20), 'tx.rollback': method(90, 30), 'confirm.select': method(85, 10) } as const;
/** Methods that the library knows on the wire and has no function for. */
interface Raw {
  rpc(method: number, fields: object, expect: number): Promise<unknown>;
}

export class Wire {
  readonly #host: string;
  readonly #listener: WireListener;
  readonly #connections = new Map<string, ChannelModel>();
  /** To which port each connection goes. */
  readonly #ports = new Map<string, number>();
  readonly #channels = new Map<string, Open>();
  /** Why the server closed a connection, by its name: an operation may have been under way. */
  readonly #failures = new Map<string, Failure>();

  constructor(host: string, listener: WireListener) {
    this.#host = host;
    this.#listener = listener;
  }
  /** @param port of the server, if it is not connected yet; @param confirms in confirm mode, if it is not open yet */
  async on(name: string, connection: string, port: number, confirms: boolean): Promise<Open> {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const model = await this.#connection(connection, port);
    const channel = confirms ? await model.createConfirmChannel() : await model.createChannel();
    const open = { name, connection, channel, confirms };
    this.#channels.set(name, open);
    channel.on('error', (error) => {
      if (this.#channels.get(name) === open) this.#channels.delete(name);
      this.#listener.closed({ channel: name }, failureOf(error));
    });
    channel.on('return', (message) => this.#listener.returned(message));
    return open;
  }
  /** The port of our end. */
  localPort(connection: string): number | undefined {
    const model = this.#connections.get(connection) as (ChannelModel & { readonly connection: { readonly stream: { readonly localPort?: number } } }) | undefined;
    return model?.connection.stream.localPort;
  }
  isOpen(open: Open): boolean {
    return this.#channels.get(open.name) === open;
  }
  async method(open: Open, name: keyof typeof METHODS): Promise<void> {
    await (open.channel as unknown as Raw).rpc(METHODS[name], { nowait: false }, METHODS[name] + 1);
  }
  /** What the server said when it closed the connection, if it did. */
  failure(connection: string): Failure | undefined {
    return this.#failures.get(connection);
  }
  async closeChannel(name: string): Promise<void> {
    const open = this.#channels.get(name);
    this.#channels.delete(name);
    await open?.channel.close();
  }
  async closeConnection(name: string): Promise<void> {
    const model = this.#connections.get(name);
    this.#forget(name);
    await model?.close();
  }
  /** The server at this port is about to go: everything is made anew when it is asked for again. */
  forgetAt(port: number): void {
    for (const [name, to] of this.#ports) if (to === port) this.#forget(name);
  }
  async close(): Promise<void> {
    for (const name of [...this.#connections.keys()]) await this.closeConnection(name).catch(() => undefined);
  }

  async #connection(name: string, port: number): Promise<ChannelModel> {
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const model = await connect(`amqp://guest:guest@127.0.0.1:${port}/${encodeURIComponent(this.#host)}?heartbeat=0`);
    this.#connections.set(name, model);
    this.#ports.set(name, port);
    this.#failures.delete(name);
    model.on('blocked', () => this.#listener.blocked(name, true));
    model.on('unblocked', () => this.#listener.blocked(name, false));
    model.on('error', (error) => {
      if (this.#connections.get(name) !== model) return;
      const failure = failureOf(error);
      this.#failures.set(name, failure);
      this.#forget(name);
      this.#listener.closed({ connection: name }, failure);
    });
    return model;
  }
  #forget(name: string): void {
    this.#connections.delete(name);
    this.#ports.delete(name);
    for (const [channel, open] of this.#channels) if (open.connection === name) this.#channels.delete(channel);
  }
}

/** The reply code and its name: `Channel closed by server: 404 (NOT-FOUND) with message …`. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const found = /(\d{3}) \(([A-Z-]+)\)/.exec(message);
  if (found === null) throw new Error(message);
  return { code: Number(found[1]), name: found[2] ?? '' };
}
