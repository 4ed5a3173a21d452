/** A managed ledger: the entries of one partition, by position. An entry is one message, or a batch of them. */
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
export interface LogState {
  readonly start: number;
  readonly entries: readonly Entry[];
}

/** Entries let go of at the front are cut off when they are as many as the others: O(1) for each. */
export class EntryLog {
  private base = 0;
  private head = 0;
  private entries: (Entry | undefined)[] = [];
  bytes = 0;

  get start(): number {
    return this.base + this.head;
  }
  /** The position of the next entry. */
  get end(): number {
    return this.base + this.entries.length;
  }
  at(position: number): Entry | undefined {
    return position < this.start ? undefined : this.entries[position - this.base];
  }
  append(entry: Entry): void {
    this.entries.push(entry);
    this.bytes += entry.bytes;
  }
  /** Lets go of what lies before `position`, the oldest first, as long as `may`. */
  trim(position: number, may: (entry: Entry) => boolean): void {
    while (this.start < Math.min(position, this.end)) {
      const entry = this.entries[this.head] as Entry;
      if (!may(entry)) break;
      this.bytes -= entry.bytes;
      this.entries[this.head++] = undefined;
    }
    if (this.head < 1024 || this.head * 2 < this.entries.length) return;
    this.entries = this.entries.slice(this.head);
    this.base += this.head;
    this.head = 0;
  }
  save(): LogState {
    return { start: this.start, entries: this.entries.slice(this.head) as Entry[] };
  }
  /** Entries never change: they are shared with whoever saved them. */
  load({ start, entries }: LogState): void {
    this.base = start;
    this.head = 0;
    this.entries = [...entries];
    this.bytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
