import { CHUNK, onlyChunks, Table, type TableState } from '../base/table.ts';

const [PRODUCED_AT, KEY, SEQ, PRODUCER, SIZE, PRIORITY, FLAGS] = [0, 1, 2, 3, 4, 5, 6] as const;
const WIDE = [true, false, false, false, false, false, false];

export interface MessagesState {
  readonly rows: TableState;
  readonly perKey: readonly (readonly [key: number, last: number])[];
}
/** The same without those of which nobody can speak again, as far as whole chunks of them go. */
export const onlySpokenOf = (state: MessagesState, spokenOf: (chunk: number) => boolean): MessagesState => ({ ...state, rows: onlyChunks(state.rows, spokenOf) });

/** What every message is, in columns: it never changes after it was produced. */
export class Messages {
  private readonly rows = new Table(WIDE);
  private perKey = new Map<number, number>();

  get length(): number {
    return this.rows.length;
  }
  /** @param producer index of the producing node; @returns the new message. Numbers within a key count from 1. */
  add(now: number, producer: number, key: number, size: number, priority: number, poison: boolean): number {
    const seq = (this.perKey.get(key) ?? 0) + 1;
    this.perKey.set(key, seq);
    const columns = this.rows.add() as [Float64Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
    const message = this.rows.length - 1;
    const at = message % CHUNK;
    columns[PRODUCED_AT][at] = now;
    columns[KEY][at] = key;
    columns[SEQ][at] = seq;
    columns[PRODUCER][at] = producer;
    columns[SIZE][at] = size;
    columns[PRIORITY][at] = priority;
    columns[FLAGS][at] = poison ? 1 : 0;
    return message;
  }
  /** Whether it is known what the message is: nobody speaks of others. */
  has = (m: number): boolean => this.rows.has(m);
  producedAt = (m: number): number => this.rows.at(m, PRODUCED_AT);
  key = (m: number): number => this.rows.at(m, KEY);
  seq = (m: number): number => this.rows.at(m, SEQ);
  producer = (m: number): number => this.rows.at(m, PRODUCER);
  /** bytes */
  size = (m: number): number => this.rows.at(m, SIZE);
  /** -1 = none given */
  priority = (m: number): number => this.rows.at(m, PRIORITY);
  poison = (m: number): boolean => this.rows.at(m, FLAGS) === 1;

  /** Chunks of messages that are known. */
  get resident(): number {
    return this.rows.resident;
  }
  save(): MessagesState {
    return { rows: this.rows.save(), perKey: [...this.perKey] };
  }
  load(state: MessagesState): void {
    this.rows.load(state.rows);
    this.perKey = new Map(state.perKey);
  }
}
/** Key 0 is "A", 25 "Z", 26 "AA": the letter on a cell. */
export function keyName(key: number): string {
  let name = '';
  for (let k = key; k >= 0; k = Math.floor(k / 26) - 1) name = String.fromCharCode(65 + (k % 26)) + name;
  return name;
}
/** "A" → 0, "AA" → 26; undefined when it is no key's name. */
export function keyNumber(name: string): number | undefined {
  if (!/^[A-Z]{1,4}$/.test(name)) return undefined;
  let n = 0;
  for (const letter of name) n = n * 26 + letter.charCodeAt(0) - 64;
  return n - 1;
}
