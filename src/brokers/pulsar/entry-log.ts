/** A managed ledger: the entries of one partition by position, in a chain of ledgers of which the last is written to. An entry is one message, or a batch of them. */
import type { Options } from './options.ts';

export interface Entry {
  readonly position: number;
  /** Numbers of the messages in it, in order. */
  readonly messages: readonly number[];
  readonly bytes: number;
  /** µs */
  readonly publishTime: number;
  readonly producer: string;
  /** Sequence id of its last message. */
  readonly sequence: number;
  /** The key of its first message; null for none. Key_Shared looks at no other. */
  readonly key: string | null;
  /** µs; -1 = at once */
  readonly deliverAt: number;
  /** How often a consumer put it off to the retry letter topic before. */
  readonly reconsumeTimes: number;
  /** Bookies that have a copy, by number. */
  readonly bookies: readonly number[];
  /** What a client sent it for, where it was not a producer. */
  readonly cause: number;
}
/** Entries go with their whole ledger, once it is closed. */
interface Ledger {
  readonly start: number;
  /** µs */
  readonly opened: number;
  /** µs; -1 = it is written to */
  closed: number;
  bytes: number;
}
export interface LogState {
  readonly base: number;
  readonly end: number;
  readonly chunks: readonly (readonly Entry[])[];
  readonly ledgers: readonly Ledger[];
}
/** Entries are kept in lists of so many, which never change once they are full: whoever saved them shares them. */
const CHUNK = 512;

export class EntryLog {
  /** The position of the first entry of the first chunk. */
  #base = 0;
  #end = 0;
  #chunks: Entry[][] = [];
  #ledgers: Ledger[] = [];

  get start(): number {
    return this.#ledgers[0]?.start ?? this.#end;
  }
  /** The position of the next entry. */
  get end(): number {
    return this.#end;
  }
  get bytes(): number {
    return this.#ledgers.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  at(position: number): Entry | undefined {
    const index = position - this.#base;
    return position < this.start ? undefined : this.#chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
  }
  /** @returns whether that closed a ledger */
  append(entry: Entry, now: number, options: Options): boolean {
    let last = this.#ledgers.at(-1);
    if (last === undefined || last.closed >= 0) this.#ledgers.push((last = { start: this.#end, opened: now, closed: -1, bytes: 0 }));
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined) this.#base = this.#end;
    if (chunk === undefined || chunk.length === CHUNK) this.#chunks.push((chunk = []));
    chunk.push(entry);
    last.bytes += entry.bytes;
    this.#end++;
    return this.rollOver(now, options);
  }
  /** A position that is passed over, with an entry that nobody keeps. */
  skip(): void {
    this.#end++;
  }
  /** Closes the ledger that is written to when it is full, or old, but not when it is young. @returns whether it did */
  rollOver(now: number, { ledgerEntries, ledgerBytes, ledgerMinTime, ledgerMaxTime }: Options): boolean {
    const last = this.#ledgers.at(-1);
    if (last === undefined || last.closed >= 0) return false;
    const age = now - last.opened;
    const full = this.#end - last.start >= ledgerEntries || last.bytes >= ledgerBytes || age >= ledgerMaxTime;
    if (!full || (ledgerMinTime > 0 && age <= ledgerMinTime)) return false;
    last.closed = now;
    return true;
  }
  /** Whoever serves the partition next writes to a new ledger. */
  close(now: number): void {
    const last = this.#ledgers.at(-1);
    if (last !== undefined && last.closed < 0) last.closed = now;
  }
  /** Lets go of closed ledgers that lie before `position` as a whole, the oldest first, as far as retention allows. */
  trim(position: number, now: number, { retentionTime, retentionBytes }: Options): void {
    let total = this.bytes;
    for (let first = this.#ledgers[0]; first !== undefined && first.closed >= 0 && this.#endOf(0) <= position; first = this.#ledgers[0]) {
      total -= first.bytes;
      const expired = retentionTime === 0 || (retentionTime > 0 && now - first.closed > retentionTime);
      if (!expired && !(retentionBytes >= 0 && total >= retentionBytes)) break;
      this.#ledgers.shift();
    }
    const drop = Math.floor((this.start - this.#base) / CHUNK);
    if (drop === 0) return;
    this.#chunks.splice(0, drop);
    this.#base += drop * CHUNK;
  }
  /** bytes from a position on, as brokers estimate them: by the average entry of its ledger */
  bytesFrom(position: number): number {
    let bytes = 0;
    for (let i = this.#ledgers.length - 1; i >= 0; i--) {
      const ledger = this.#ledgers[i] as Ledger;
      const entries = this.#endOf(i) - ledger.start;
      const passed = Math.min(Math.max(position - ledger.start, 0), entries);
      bytes += passed === entries ? 0 : ledger.bytes - passed * Math.floor(ledger.bytes / entries);
      if (position >= ledger.start) break;
    }
    return bytes;
  }
  /** The closed ledger in which a position is: where the next one begins, and when it was closed; null where it is in the last one. */
  closedAround(position: number): { readonly end: number; readonly closed: number } | null {
    const i = this.#ledgers.findIndex((_, at) => position < this.#endOf(at));
    const ledger = this.#ledgers[i];
    return ledger === undefined || ledger.closed < 0 ? null : { end: this.#endOf(i), closed: ledger.closed };
  }
  /** Where the ledger of a position begins; -1 where it is gone. */
  ledgerOf(position: number): number {
    return this.#ledgers.findLast(({ start }) => start <= position)?.start ?? -1;
  }
  save(): LogState {
    const chunks = this.#chunks.map((chunk) => (chunk.length === CHUNK ? chunk : [...chunk]));
    return { base: this.#base, end: this.#end, chunks, ledgers: this.#ledgers.map((one) => ({ ...one })) };
  }
  load({ base, end, chunks, ledgers }: LogState): void {
    this.#base = base;
    this.#end = end;
    this.#chunks = chunks.map((chunk) => (chunk.length === CHUNK ? (chunk as Entry[]) : [...chunk]));
    this.#ledgers = ledgers.map((one) => ({ ...one }));
  }
  #endOf(ledger: number): number {
    return this.#ledgers[ledger + 1]?.start ?? this.#end;
  }
}
