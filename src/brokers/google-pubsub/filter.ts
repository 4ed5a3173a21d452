/** The filter language of subscriptions: attributes only. https://docs.cloud.google.com/pubsub/docs/subscription-message-filter */

export type Attributes = Readonly<Record<string, string>>;
export type Filter = { readonly is: 'has'; readonly key: string } | { readonly is: 'equals' | 'prefix'; readonly key: string; readonly value: string } | { readonly is: 'not'; readonly of: Filter } | { readonly is: 'and' | 'or'; readonly all: readonly Filter[] };

/** Bytes that a filter may have. */
export const FILTER_BYTES = 256;

interface Token {
  readonly kind: 'word' | 'text' | 'sign' | 'end';
  readonly is: string;
  readonly at: number;
}
/** Words are keys and operators; what holds anything else must be quoted. */
const TOKEN = /\s*(?:([A-Za-z0-9_][A-Za-z0-9_-]*)|"((?:[^"\\]|\\.)*)"|(!=|[()=:.,-]))/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', "'": "'" };

class Malformed extends Error {}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new Malformed(`unexpected character at ${at + (text.slice(at).length - text.slice(at).trimStart().length)}`);
    const [whole, word, quoted, sign] = match;
    const place = at + whole.length - whole.trimStart().length;
    if (word !== undefined) found.push({ kind: 'word', is: word, at: place });
    else if (quoted !== undefined) found.push({ kind: 'text', is: unquoted(quoted), at: place });
    else found.push({ kind: 'sign', is: sign ?? '', at: place });
  }
  found.push({ kind: 'end', is: '', at: text.length });
  return found;
}
/** \uXXXX, octal bytes of UTF-8 (\343\201\277) and the usual escapes. */
function unquoted(text: string): string {
  return text
    .replace(/(?:\\[0-3][0-7]{2})+/g, (bytes) => decodeURIComponent(bytes.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => `%${Number.parseInt(octal, 8).toString(16).padStart(2, '0')}`)))
    .replace(/\\u([0-9A-Fa-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(.)/g, (_, one: string) => ESCAPES[one] ?? one);
}

class Parser {
  private at = 0;
  private readonly all: readonly Token[];
  constructor(text: string) {
    this.all = tokens(text);
  }
  whole(): Filter {
    const found = this.expression();
    if (this.next.kind !== 'end') throw this.unexpected();
    return found;
  }
  private get next(): Token {
    return this.all[this.at] as Token;
  }
  private unexpected(): Malformed {
    return new Malformed(this.next.kind === 'end' ? 'unexpected end' : `unexpected "${this.next.is}" at ${this.next.at}`);
  }
  private takes(is: string, kind: Token['kind'] = 'sign'): boolean {
    if (this.next.kind !== kind || this.next.is !== is) return false;
    this.at++;
    return true;
  }
  private expect(is: string): void {
    if (!this.takes(is)) throw this.unexpected();
  }
  /** Terms joined by AND, or by OR: the two are mixed with parentheses only. */
  private expression(): Filter {
    const first = this.term();
    for (const [word, is] of [
      ['AND', 'and'],
      ['OR', 'or'],
    ] as const) {
      if (this.next.kind !== 'word' || this.next.is !== word) continue;
      const all = [first];
      while (this.takes(word, 'word')) all.push(this.term());
      if (this.next.kind === 'word') throw new Malformed('AND and OR need parentheses between them');
      return { is, all };
    }
    return first;
  }
  private term(): Filter {
    if (this.takes('NOT', 'word') || this.takes('-')) return { is: 'not', of: this.term() };
    if (this.takes('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.takes('hasPrefix', 'word')) {
      this.expect('(');
      this.attributes();
      this.expect('.');
      const key = this.key();
      this.expect(',');
      const value = this.value();
      this.expect(')');
      return { is: 'prefix', key, value };
    }
    this.attributes();
    if (this.takes(':')) return { is: 'has', key: this.key() };
    this.expect('.');
    const key = this.key();
    if (this.takes('=')) return { is: 'equals', key, value: this.value() };
    this.expect('!=');
    return { is: 'not', of: { is: 'equals', key, value: this.value() } };
  }
  private attributes(): void {
    if (!this.takes('attributes', 'word')) throw this.unexpected();
  }
  private key(): string {
    const { kind, is } = this.next;
    if (kind !== 'word' && kind !== 'text') throw this.unexpected();
    this.at++;
    return is;
  }
  private value(): string {
    const { kind, is } = this.next;
    if (kind !== 'text') throw this.unexpected();
    this.at++;
    return is;
  }
}

/** @returns the filter, null for an empty text, or why it is none */
export function parseFilter(text: string): Filter | null | string {
  if (text.trim() === '') return null;
  try {
    return new Parser(text).whole();
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}
/** Keys and values are compared with regard to case; an attribute that is missing equals nothing. */
export function matches(filter: Filter | null, attributes: Attributes): boolean {
  if (filter === null) return true;
  switch (filter.is) {
    case 'has':
      return Object.hasOwn(attributes, filter.key);
    case 'equals':
      return Object.hasOwn(attributes, filter.key) && attributes[filter.key] === filter.value;
    case 'prefix':
      return Object.hasOwn(attributes, filter.key) && (attributes[filter.key] ?? '').startsWith(filter.value);
    case 'not':
      return !matches(filter.of, attributes);
    case 'and':
      return filter.all.every((one) => matches(one, attributes));
    case 'or':
      return filter.all.some((one) => matches(one, attributes));
  }
}
