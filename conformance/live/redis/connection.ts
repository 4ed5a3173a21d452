import { connect, type Socket } from 'node:net';
import { encode, isError, type Reply, RespParser } from './resp.ts';

/** One connection. Replies come in the order of the commands. */
export class RedisConnection {
  readonly #socket: Socket;
  readonly #parser = new RespParser();
  readonly #waiting: { readonly done: (reply: Reply) => void; readonly fail: (error: Error) => void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      for (const reply of this.#parser.push(chunk)) this.#waiting.shift()?.done(reply);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const { fail } of this.#waiting.splice(0)) fail(new Error('the connection was closed'));
    });
  }
  static open(port: number): Promise<RedisConnection> {
    return new Promise((done, fail) => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      socket.once('error', fail);
      socket.once('connect', () => done(new RedisConnection(socket)));
    });
  }
  /** An error of the server is a reply. @throws when the connection ends first */
  command(words: readonly string[]): Promise<Reply> {
    return new Promise((done, fail) => {
      this.#waiting.push({ done, fail });
      this.#socket.write(encode(words));
    });
  }
  async must(words: readonly string[]): Promise<Reply> {
    const reply = await this.command(words);
    if (isError(reply)) throw new Error(`${words.join(' ')}: ${reply.error}`);
    return reply;
  }
  close(): void {
    this.#socket.destroy();
  }
}
