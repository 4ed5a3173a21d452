/** RESP2, the protocol of Redis. https://redis.io/docs/latest/develop/reference/protocol-spec/ */

export interface RespError {
  readonly error: string;
}
export type Reply = null | number | string | RespError | readonly Reply[];

export const isError = (reply: Reply): reply is RespError => typeof reply === 'object' && reply !== null && 'error' in reply;

/** A command: an array of bulk strings. */
export function encode(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return Buffer.from(`*${words.length}\r\n${parts.join('')}`);
}

/** Takes bytes as they come and gives whole replies. */
export class RespParser {
  #bytes = Buffer.alloc(0);

  /** @throws on a type that RESP2 does not have */
  push(chunk: Uint8Array): Reply[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const replies: Reply[] = [];
    for (;;) {
      const found = this.#read(0);
      if (found === null) return replies;
      replies.push(found.reply);
      this.#bytes = this.#bytes.subarray(found.end);
    }
  }
  /** Null when the reply is not all there yet. */
  #read(from: number): { readonly reply: Reply; readonly end: number } | null {
    const eol = this.#bytes.indexOf('\r\n', from);
    if (eol < 0) return null;
    const kind = String.fromCharCode(this.#bytes[from] ?? 0);
    const line = this.#bytes.toString('utf8', from + 1, eol);
    const after = eol + 2;
    switch (kind) {
      case '+':
        return { reply: line, end: after };
      case '-':
        return { reply: { error: line }, end: after };
      case ':':
        return { reply: Number(line), end: after };
      case '$': {
        const length = Number(line);
        if (length < 0) return { reply: null, end: after };
        if (this.#bytes.length < after + length + 2) return null;
        return { reply: this.#bytes.toString('utf8', after, after + length), end: after + length + 2 };
      }
      case '*':
        return this.#list(Number(line), after);
      default:
        throw new Error(`not RESP2: ${JSON.stringify(kind + line)}`);
    }
  }
  #list(length: number, from: number): { readonly reply: Reply; readonly end: number } | null {
    if (length < 0) return { reply: null, end: from };
    const list: Reply[] = [];
    let end = from;
    while (list.length < length) {
      const found = this.#read(end);
      if (found === null) return null;
      list.push(found.reply);
      end = found.end;
    }
    return { reply: list, end };
  }
}
