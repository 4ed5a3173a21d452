/** Frames of the stream protocol, written and read. https://github.com/rabbitmq/rabbitmq-server/blob/v4.0.5/deps/rabbitmq_stream/docs/PROTOCOL.adoc */

/** Keys of commands; an answer's is higher by ANSWER. */
export const COMMANDS = {
  DeclarePublisher: 1,
  Publish: 2,
  PublishConfirm: 3,
  PublishError: 4,
  QueryPublisherSequence: 5,
  DeletePublisher: 6,
  Subscribe: 7,
  Deliver: 8,
  Credit: 9,
  StoreOffset: 10,
  QueryOffset: 11,
  Unsubscribe: 12,
  PeerProperties: 17,
  SaslHandshake: 18,
  SaslAuthenticate: 19,
  Tune: 20,
  Open: 21,
  Route: 24,
  Partitions: 25,
  ConsumerUpdate: 26,
  CreateSuperStream: 29,
} as const;
export const ANSWER = 0x80_00;
const VERSION = 1;

/** Where a consumer begins: by name, at an offset, or nowhere. */
export type Offset = 'first' | 'last' | 'next' | 'none' | number;
const OFFSET_TYPES = { none: 0, first: 1, last: 2, next: 3 } as const;
const AT_OFFSET = 4;

export class FrameWriter {
  readonly #parts: Buffer[] = [];

  constructor(key: number) {
    this.u16(key).u16(VERSION);
  }
  #write(bytes: number, put: (into: Buffer) => void): this {
    const part = Buffer.alloc(bytes);
    put(part);
    this.#parts.push(part);
    return this;
  }
  u8(value: number): this {
    return this.#write(1, (into) => into.writeUInt8(value));
  }
  u16(value: number): this {
    return this.#write(2, (into) => into.writeUInt16BE(value));
  }
  u32(value: number): this {
    return this.#write(4, (into) => into.writeUInt32BE(value));
  }
  u64(value: number): this {
    return this.#write(8, (into) => into.writeBigUInt64BE(BigInt(value)));
  }
  text(value: string): this {
    const bytes = Buffer.from(value);
    this.u16(bytes.length).#parts.push(bytes);
    return this;
  }
  bytes(value: Buffer): this {
    this.u32(value.length).#parts.push(value);
    return this;
  }
  texts(values: readonly string[]): this {
    this.u32(values.length);
    for (const value of values) this.text(value);
    return this;
  }
  table(values: Readonly<Record<string, string>>): this {
    const entries = Object.entries(values);
    this.u32(entries.length);
    for (const [name, value] of entries) this.text(name).text(value);
    return this;
  }
  offset(value: Offset): this {
    return typeof value === 'number' ? this.u16(AT_OFFSET).u64(value) : this.u16(OFFSET_TYPES[value]);
  }
  frame(): Buffer {
    const all = Buffer.concat(this.#parts);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(all.length);
    return Buffer.concat([size, all]);
  }
}

export class FrameReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  skip(bytes: number): void {
    this.#at += bytes;
  }
  u8(): number {
    return this.#bytes.readUInt8(this.#at++);
  }
  u16(): number {
    this.#at += 2;
    return this.#bytes.readUInt16BE(this.#at - 2);
  }
  u32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }
  u64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigUInt64BE(this.#at - 8));
  }
  take(bytes: number): Buffer {
    this.#at += bytes;
    return this.#bytes.subarray(this.#at - bytes, this.#at);
  }
  text(): string {
    return this.take(this.u16()).toString();
  }
  texts(): string[] {
    return Array.from({ length: this.u32() }, () => this.text());
  }
  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }
}

/** Complete frames of what has arrived so far, without their sizes. */
export class FrameParser {
  #rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUInt32BE()) {
      const end = 4 + this.#rest.readUInt32BE();
      frames.push(this.#rest.subarray(4, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

/** A message of AMQP 1.0 that is its body alone. */
const DATA = Buffer.from([0x00, 0x53, 0x75, 0xb0]);
export function encoded(body: string): Buffer {
  const bytes = Buffer.from(body);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([DATA, size, bytes]);
}
const DATA_SECTION = 0x75;
const [SMALL_ULONG, ULONG] = [0x53, 0x80];
const EMPTY_LIST = 0x45;
/** Types whose values have a size of one byte, those of four bytes begin with B, D or F. */
const SMALL = new Set([0xa, 0xc, 0xe]);
/** The body of a message of AMQP 1.0: its data section. */
function bodyOf(message: Buffer): string {
  const sections = new FrameReader(message);
  let body = '';
  while (!sections.isAtEnd) {
    sections.skip(1);
    const descriptor = sections.u8();
    const section = descriptor === SMALL_ULONG ? sections.u8() : descriptor === ULONG ? sections.u64() : -1;
    const type = sections.u8();
    if (type === EMPTY_LIST) continue;
    const value = sections.take(SMALL.has(type >> 4) ? sections.u8() : sections.u32());
    if (section === DATA_SECTION) body += value.toString();
  }
  return body;
}

export interface StreamMessage {
  readonly offset: number;
  readonly body: string;
}
/** The messages of a chunk. https://github.com/rabbitmq/osiris/blob/main/src/osiris_log.erl */
export function messagesOf(chunk: FrameReader): StreamMessage[] {
  chunk.skip(2);
  const entries = chunk.u16();
  chunk.skip(4 + 8 + 8);
  const first = chunk.u64();
  // Checksum, lengths of the data and of the trailer, and what says how long the filter is that is not sent.
  chunk.skip(4 * 4);
  return Array.from({ length: entries }, (_, i) => ({ offset: first + i, body: bodyOf(chunk.take(chunk.u32())) }));
}
