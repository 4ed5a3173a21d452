import { connect, type Socket } from 'node:net';
import { type Reply, RespParser } from './resp.ts';

/** A replica that keeps nothing: it hears what the server tells its replicas. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ */

/** What keeps the link up, and what a transaction is wrapped in. */
const UNSAID = new Set(['PING', 'SELECT', 'REPLCONF', 'MULTI', 'EXEC']);

export class RedisReplica {
  readonly #socket: Socket;
  readonly #parser = new RespParser();
  /** Until the snapshot has come, which is `$length` and so many bytes. */
  #before: Buffer | null = Buffer.alloc(0);
  #heard: string[][] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
  }
  /** Resolves when the snapshot has come. */
  static open(port: number): Promise<RedisReplica> {
    return new Promise((done, fail) => {
      const socket = connect(port, '127.0.0.1');
      const replica = new RedisReplica(socket);
      socket.once('error', fail);
      socket.once('connect', () => socket.write('SYNC\r\n'));
      socket.on('data', (chunk) => {
        replica.#take(chunk);
        if (replica.#before === null) done(replica);
      });
    });
  }
  #take(chunk: Buffer): void {
    if (this.#before === null) return this.#hear(chunk);
    this.#before = Buffer.concat([this.#before, chunk]);
    const head = /^\n*\$(\d+)\r\n/.exec(this.#before.toString('latin1', 0, 64));
    if (head === null) return;
    const end = head[0].length + Number(head[1]);
    if (this.#before.length < end) return;
    const rest = this.#before.subarray(end);
    this.#before = null;
    this.#hear(rest);
  }
  #hear(bytes: Buffer): void {
    for (const reply of this.#parser.push(bytes)) {
      const words = Array.isArray(reply) ? (reply as readonly Reply[]).map(String) : [];
      if (words[0] !== undefined && !UNSAID.has(words[0].toUpperCase())) this.#heard.push(words);
    }
  }
  /** Commands since this was last asked. */
  heard(): string[][] {
    return this.#heard.splice(0);
  }
  close(): void {
    this.#socket.destroy();
  }
}
