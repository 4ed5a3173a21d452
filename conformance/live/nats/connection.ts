import { connect, type Socket } from 'node:net';
import { encodePublish, type Message, NatsParser } from './parser.ts';

type Headers = Readonly<Record<string, string>>;
let subscriptions = 0;
let inboxes = 0;

/** One client connection. */
export class NatsConnection {
  readonly version: string;
  readonly #socket: Socket;
  readonly #listeners = new Map<number, (message: Message) => void>();

  private constructor(socket: Socket, version: string) {
    this.#socket = socket;
    this.version = version;
  }
  /** @param closed the server ended the connection; @param error an -ERR of the server */
  static open(port: number, options: Readonly<Record<string, unknown>>, error: (text: string) => void, closed: () => void): Promise<NatsConnection> {
    return new Promise((done, fail) => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      const parser = new NatsParser();
      let made: NatsConnection | null = null;
      socket.on('error', fail);
      socket.on('close', closed);
      socket.on('data', (chunk) => {
        for (const frame of parser.push(chunk)) {
          if (frame.kind === 'message') made?.deliver(frame);
          else if (frame.kind === 'ping') socket.write('PONG\r\n');
          else if (frame.kind === 'error') error(frame.text);
          else if (frame.kind === 'info' && made === null) {
            made = new NatsConnection(socket, String(Reflect.get(Object(frame.info), 'version')));
            const flags = { verbose: false, pedantic: false, headers: true, no_responders: true, echo: true, protocol: 1, lang: 'tailrace', version: '1', ...options };
            socket.write(`CONNECT ${JSON.stringify(flags)}\r\nPING\r\n`);
          } else if (frame.kind === 'pong' && made !== null) done(made);
        }
      });
    });
  }
  private deliver(message: Message): void {
    this.#listeners.get(message.sid)?.(message);
  }
  publish(subject: string, body: string, reply = '', headers: Headers = {}): void {
    this.#socket.write(encodePublish(subject, reply, body, headers));
  }
  subscribe(subject: string, queue: string, listener: (message: Message) => void): number {
    const sid = ++subscriptions;
    this.#listeners.set(sid, listener);
    this.#socket.write(`SUB ${subject}${queue === '' ? '' : ` ${queue}`} ${sid}\r\n`);
    return sid;
  }
  /** @param max after so many messages in all, 0 at once */
  unsubscribe(sid: number, max = 0): void {
    this.#socket.write(`UNSUB ${sid}${max > 0 ? ` ${max}` : ''}\r\n`);
    if (max === 0) this.#listeners.delete(sid);
  }
  newInbox(): string {
    return `_INBOX.${++inboxes}`;
  }
  /** The first answer, or null when none comes in time. */
  async request(subject: string, body: string, timeoutMs: number, headers: Headers = {}): Promise<Message | null> {
    const inbox = this.newInbox();
    return await new Promise((done) => {
      const end = (message: Message | null) => {
        clearTimeout(late);
        this.unsubscribe(sid);
        done(message);
      };
      const sid = this.subscribe(inbox, '', end);
      const late = setTimeout(() => end(null), timeoutMs);
      this.publish(subject, body, inbox, headers);
    });
  }
  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}
