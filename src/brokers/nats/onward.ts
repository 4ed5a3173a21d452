/** Copies that wait in a stream for streams of other servers: what has not been taken over yet can still be lost. */
import type { Stored, Stream } from './model.ts';
import type { CopyHost, Ending } from './ledger.ts';
import { passes } from './store.ts';

/** A stream of another server that reads one of this server. */
export interface Reader {
  /** Its name abroad: server and stream. */
  readonly by: string;
  readonly stream: string;
  /** Empty: everything. */
  readonly filter: string;
}
interface Waiting {
  readonly copy: number;
  readonly message: number;
  /** The entry that tells of its coming. */
  readonly entry: number;
  /** It was sent, and may arrive although it is gone from the stream. */
  sent: boolean;
}
interface Books {
  /** By stream sequence, ascending. */
  readonly waiting: Map<number, Waiting>;
  /** Everything up to here was taken over. */
  taken: number;
}
export type OnwardState = readonly (readonly [key: string, taken: number, waiting: readonly (readonly [number, Waiting])[]])[];

export class Onward {
  private books = new Map<string, Books>();
  private readers: readonly Reader[] = [];
  private readonly host: CopyHost;
  private readonly placeOf: (stream: string) => string;
  constructor(host: CopyHost, placeOf: (stream: string) => string) {
    this.host = host;
    this.placeOf = placeOf;
  }
  know(readers: readonly Reader[]): void {
    this.readers = readers;
  }
  /** How many copies are promised with a message that a stream stores. */
  wanted(stream: string, subject: string): readonly string[] {
    const found = this.readers.filter((one) => one.stream === stream && passes(subject, one.filter === '' ? [] : [one.filter]));
    return [...new Set(found.map(({ by }) => by))];
  }
  stored(by: string, stream: string, seq: number, message: number, cause: number): void {
    const books = this.of(by, stream);
    if (seq <= books.taken || books.waiting.has(seq)) return;
    const copy = this.host.copy();
    books.waiting.set(seq, { copy, message, entry: this.host.record('enqueued', { message, copy, place: this.placeOf(stream), cause }), sent: false });
  }
  /** It is on its way to the reader. */
  sent(by: string, stream: string, seq: number): void {
    const known = this.books.get(key(by, stream))?.waiting.get(seq);
    if (known !== undefined) known.sent = true;
  }
  /** The reader has it; what it did not get before that it will never get. */
  taken(by: string, stream: string, seq: number): void {
    const books = this.of(by, stream);
    for (const [at, known] of books.waiting) {
      if (at > seq) break;
      books.waiting.delete(at);
      const facts = this.facts(stream, known);
      if (at < seq) this.host.record('lost', { ...facts, reason: 'nats.source_gap' });
      else this.host.record('settled', { ...facts, attempt: 1, reason: 'nats.sourced', cause: this.host.record('delivered', { ...facts, actor: by, attempt: 1, detail: MOVED }) });
    }
    books.taken = Math.max(books.taken, seq);
  }
  /** It left the stream; what was sent may still arrive. */
  removed(stream: string, seq: number, kind: Ending, reason: string): void {
    for (const { by } of this.readers) {
      const waiting = this.books.get(key(by, stream))?.waiting;
      const known = waiting?.get(seq);
      if (waiting === undefined || known === undefined || known.sent) continue;
      waiting.delete(seq);
      this.host.record(kind, { ...this.facts(stream, known), reason });
    }
  }
  /** As the streams are now: after an administrator's change, or when other data took the place of the old. */
  compare(streamOf: (name: string) => Stream | undefined, reason: string, gone: Ending, cause: number): void {
    for (const [name, books] of [...this.books].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [stream = '', by = ''] = name.split(' ');
      const messages = streamOf(stream)?.store.messages;
      const read = this.readers.some((one) => one.stream === stream && one.by === by);
      for (const [seq, known] of [...books.waiting]) {
        if (read && messages !== undefined && (known.sent || messages.get(seq)?.message === known.message)) continue;
        books.waiting.delete(seq);
        this.host.record(gone, { ...this.facts(stream, known), reason, ...(cause >= 0 ? { cause } : {}) });
      }
      if (!read) this.books.delete(name);
    }
    for (const name of new Set(this.readers.map(({ stream }) => stream))) {
      const stream = streamOf(name);
      if (stream === undefined) continue;
      for (const by of new Set(this.readers.filter((one) => one.stream === name).map((one) => one.by))) this.begin(by, stream, cause);
    }
  }
  private begin(by: string, stream: Stream, cause: number): void {
    const books = this.of(by, stream.name);
    books.taken = Math.min(books.taken, stream.store.lastSeq);
    const missing = (one: Stored) => one.message >= 0 && one.seq > books.taken && !books.waiting.has(one.seq) && this.wanted(stream.name, one.subject).includes(by);
    for (const one of stream.store.messages.values()) if (missing(one)) this.stored(by, stream.name, one.seq, one.message, cause);
  }
  /** How many wait in a stream, and the first sequence of them. */
  counts(stream: string): { readonly waiting: number; readonly first: number | undefined } {
    const found = [...new Set(this.readers.filter((one) => one.stream === stream).map((one) => one.by))].flatMap((by) => this.books.get(key(by, stream)) ?? []);
    return { waiting: found.reduce((sum, one) => sum + one.waiting.size, 0), first: found[0]?.waiting.keys().next().value };
  }
  save(): OnwardState {
    return [...this.books].map(([name, { taken, waiting }]) => [name, taken, [...waiting].map(([seq, known]) => [seq, { ...known }] as const)] as const);
  }
  load(state: OnwardState): void {
    this.books = new Map(state.map(([name, taken, waiting]) => [name, { taken, waiting: new Map(waiting.map(([seq, known]) => [seq, { ...known }])) }]));
  }
  private of(by: string, stream: string): Books {
    const name = key(by, stream);
    let books = this.books.get(name);
    if (books === undefined) this.books.set(name, (books = { waiting: new Map(), taken: 0 }));
    return books;
  }
  private facts(stream: string, { message, copy, entry }: Waiting) {
    return { message, copy, place: this.placeOf(stream), cause: entry };
  }
}
/** The detail of a delivery that moves a copy. */
const MOVED = 1;
const key = (by: string, stream: string): string => `${stream} ${by}`;
