import { connect, type Socket } from 'node:net';
import { ANSWER, COMMANDS, encoded, FrameParser, FrameReader, FrameWriter, messagesOf, type Offset, type StreamMessage } from './stream-frames.ts';

/** One connection of the stream protocol. */

type Command = keyof typeof COMMANDS;
export interface StreamListener {
  delivered(subscription: number, messages: readonly StreamMessage[]): void;
  confirmed(publisher: number, id: number): void;
  /** @param code why the stream did not take it */
  refused(publisher: number, id: number, code: number): void;
  /** The broker asks a single active consumer to begin, or to stop; `correlation` is what its answer refers to. */
  update(subscription: number, active: boolean, correlation: number): void;
}
const OK = 1;
/** How long an answer is waited for: ms. */
const PATIENCE = 10_000;
/** Names of response codes. https://github.com/rabbitmq/rabbitmq-server/blob/v4.0.5/deps/rabbitmq_stream/docs/PROTOCOL.adoc#response-codes */
const NAMES: Readonly<Record<number, string>> = { 2: 'STREAM_DOES_NOT_EXIST', 3: 'SUBSCRIPTION_ID_ALREADY_EXISTS', 4: 'SUBSCRIPTION_ID_DOES_NOT_EXIST', 5: 'STREAM_ALREADY_EXISTS', 6: 'STREAM_NOT_AVAILABLE', 15: 'INTERNAL_ERROR', 17: 'PRECONDITION_FAILED', 18: 'PUBLISHER_DOES_NOT_EXIST', 19: 'NO_OFFSET' };
export const namedCode = (code: number) => ({ code, name: NAMES[code] ?? '' });

/** The broker's answer to a command was not OK. */
export class StreamRefusal extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`response code ${code}`);
    this.code = code;
  }
}

export class StreamConnection {
  readonly port: number;
  readonly #socket: Socket;
  readonly #listener: StreamListener;
  readonly #waiting = new Map<number, (answer: FrameReader) => void>();
  #correlation = 0;
  #tuned: () => void = () => undefined;

  private constructor(port: number, socket: Socket, listener: StreamListener) {
    this.port = port;
    this.#socket = socket;
    this.#listener = listener;
    const parser = new FrameParser();
    socket.on('data', (chunk) => {
      for (const frame of parser.push(chunk)) this.#receive(new FrameReader(frame));
    });
  }
  static async open(port: number, host: string, listener: StreamListener): Promise<StreamConnection> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    await new Promise((done, fail) => socket.once('connect', done).once('error', fail));
    socket.on('error', () => socket.destroy());
    const made = new StreamConnection(port, socket, listener);
    await made.ask('PeerProperties', (frame) => frame.table({ product: 'tailrace' }));
    await made.ask('SaslHandshake', (frame) => frame);
    const tuned = new Promise<void>((done) => {
      made.#tuned = done;
    });
    await made.ask('SaslAuthenticate', (frame) => frame.text('PLAIN').bytes(Buffer.from('\0guest\0guest')));
    await tuned;
    await made.ask('Open', (frame) => frame.text(host));
    return made;
  }
  /** A command and its answer, from behind the response code on. @throws StreamRefusal */
  async ask(command: Command, write: (frame: FrameWriter) => FrameWriter): Promise<FrameReader> {
    const correlation = ++this.#correlation;
    const answer = await new Promise<FrameReader>((done, fail) => {
      const failed = (why: string) => fail(new Error(`${command}: ${why}`));
      const ended = () => failed('the broker ended the connection');
      const late = setTimeout(() => failed('no answer'), PATIENCE);
      this.#socket.once('close', ended);
      this.#waiting.set(correlation, (reader) => {
        clearTimeout(late);
        this.#socket.off('close', ended);
        done(reader);
      });
      this.#socket.write(write(new FrameWriter(COMMANDS[command]).u32(correlation)).frame());
    });
    const code = answer.u16();
    if (code !== OK) throw new StreamRefusal(code);
    return answer;
  }
  /** A command that has no answer. */
  tell(command: Command, write: (frame: FrameWriter) => FrameWriter): void {
    this.#socket.write(write(new FrameWriter(COMMANDS[command])).frame());
  }
  publish(publisher: number, messages: readonly { readonly id: number; readonly body: string }[]): void {
    this.tell('Publish', (frame) => {
      frame.u8(publisher).u32(messages.length);
      for (const { id, body } of messages) frame.u64(id).bytes(encoded(body));
      return frame;
    });
  }
  /** The answer to an update: where the consumer begins, if it is to. */
  updated(correlation: number, offset: Offset): void {
    this.#socket.write(new FrameWriter(COMMANDS.ConsumerUpdate + ANSWER).u32(correlation).u16(OK).offset(offset).frame());
  }
  close(): void {
    this.#socket.destroy();
  }

  #receive(frame: FrameReader): void {
    const key = frame.u16();
    frame.skip(2);
    switch (key) {
      case COMMANDS.Tune:
        this.#socket.write(new FrameWriter(COMMANDS.Tune).u32(frame.u32()).u32(0).frame());
        return this.#tuned();
      case COMMANDS.Deliver: {
        const subscription = frame.u8();
        this.tell('Credit', (credit) => credit.u8(subscription).u16(1));
        return this.#listener.delivered(subscription, messagesOf(frame));
      }
      case COMMANDS.PublishConfirm: {
        const publisher = frame.u8();
        for (let left = frame.u32(); left > 0; left--) this.#listener.confirmed(publisher, frame.u64());
        return;
      }
      case COMMANDS.PublishError: {
        const publisher = frame.u8();
        for (let left = frame.u32(); left > 0; left--) this.#listener.refused(publisher, frame.u64(), frame.u16());
        return;
      }
      case COMMANDS.ConsumerUpdate: {
        const correlation = frame.u32();
        return this.#listener.update(frame.u8(), frame.u8() === 1, correlation);
      }
      default: {
        if (key < ANSWER) return;
        const correlation = frame.u32();
        const waiting = this.#waiting.get(correlation);
        this.#waiting.delete(correlation);
        waiting?.(frame);
      }
    }
  }
}
