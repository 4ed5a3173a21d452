/** What a NATS server sends. https://docs.nats.io/reference/reference-protocols/nats-protocol */

export interface Message {
  readonly kind: 'message';
  readonly sid: number;
  readonly subject: string;
  readonly reply: string;
  /** Null when the message came without headers. */
  readonly headers: Readonly<Record<string, string>> | null;
  /** Of the status line, as in "NATS/1.0 503"; null for a message of somebody. */
  readonly status: number | null;
  readonly description: string;
  readonly body: string;
}
export type Frame = Message | { readonly kind: 'info'; readonly info: unknown } | { readonly kind: 'ping' | 'pong' | 'ok' } | { readonly kind: 'error'; readonly text: string };

const CRLF = '\r\n';

/** Takes bytes as they come and gives whole frames. */
export class NatsParser {
  #bytes = Buffer.alloc(0);

  /** @throws on a line that is not of the protocol */
  push(chunk: Uint8Array): Frame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      const eol = this.#bytes.indexOf(CRLF);
      if (eol < 0) return frames;
      const line = this.#bytes.toString('utf8', 0, eol);
      const frame = this.#frame(line, eol + 2);
      if (frame === null) return frames;
      frames.push(frame);
    }
  }
  #frame(line: string, after: number): Frame | null {
    const [verb = '', ...words] = line.split(/[ \t]+/);
    const take = (frame: Frame): Frame => {
      this.#bytes = this.#bytes.subarray(after);
      return frame;
    };
    switch (verb.toUpperCase()) {
      case 'INFO':
        return take({ kind: 'info', info: JSON.parse(line.slice(5)) });
      case 'PING':
        return take({ kind: 'ping' });
      case 'PONG':
        return take({ kind: 'pong' });
      case '+OK':
        return take({ kind: 'ok' });
      case '-ERR':
        return take({ kind: 'error', text: line.slice(5).replace(/^'|'$/g, '') });
      case 'MSG':
        return this.#message(words, 0, after);
      case 'HMSG':
        return this.#message(words.slice(0, -2).concat(words.slice(-1)), Number(words.at(-2)), after);
      default:
        throw new Error(`not of the NATS protocol: ${JSON.stringify(line)}`);
    }
  }
  /** @param words subject, sid, perhaps a reply subject, size; @param head size of the headers in bytes */
  #message(words: readonly string[], head: number, after: number): Message | null {
    const size = Number(words.at(-1));
    if (this.#bytes.length < after + size + 2) return null;
    const { headers, status, description } = parseHeaders(this.#bytes.toString('utf8', after, after + head));
    const body = this.#bytes.toString('utf8', after + head, after + size);
    this.#bytes = this.#bytes.subarray(after + size + 2);
    return { kind: 'message', sid: Number(words[1]), subject: words[0] ?? '', reply: words.length > 3 ? (words[2] ?? '') : '', headers, status, description, body };
  }
}

/** "NATS/1.0 404 No Messages", then one line for each header. */
export function parseHeaders(text: string): Pick<Message, 'headers' | 'status' | 'description'> {
  if (text === '') return { headers: null, status: null, description: '' };
  const [first = '', ...lines] = text.split(CRLF);
  const status = /^NATS\/1\.0[ \t]+(\d{3})[ \t]*(.*)$/.exec(first);
  const pairs = lines.filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const);
  return { headers: Object.fromEntries(pairs), status: status === null ? null : Number(status[1]), description: status?.[2]?.trim() ?? '' };
}

/** PUB, or HPUB when there are headers. */
export function encodePublish(subject: string, reply: string, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const to = reply === '' ? subject : `${subject} ${reply}`;
  const names = Object.entries(headers);
  if (names.length === 0) return `PUB ${to} ${Buffer.byteLength(body)}${CRLF}${body}${CRLF}`;
  const head = `NATS/1.0${CRLF}${names.map(([name, value]) => `${name}: ${value}${CRLF}`).join('')}${CRLF}`;
  return `HPUB ${to} ${Buffer.byteLength(head)} ${Buffer.byteLength(head) + Buffer.byteLength(body)}${CRLF}${head}${body}${CRLF}`;
}
