import { CHUNK, onlyChunks, Table, type TableState } from '../base/table.ts';
import { asIs } from '../base/sealed.ts';
import { codeOf, type Entry, type Fold, KINDS, type Kind } from './entries.ts';

export interface Facts {
  readonly message?: number;
  readonly copy?: number;
  readonly place?: string;
  readonly actor?: string;
  readonly attempt?: number;
  readonly reason?: string;
  readonly cause?: number;
  readonly detail?: number;
}
export interface HistoryState {
  readonly rows: TableState;
  readonly strings: readonly string[];
  readonly hash: readonly [number, number];
}
/** Columns of a row, and which of them need doubles. BACK: how many entries before this one its cause is, 0 = none. WHAT: the attempt and the kind in one. */
const [TIME, DETAIL, BACK, WHAT, MESSAGE, COPY, PLACE, ACTOR, REASON] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const WIDE = [true, true, false, false, false, false, false, false, false];
/** Room for kinds in WHAT. */
const KIND_ROOM = 64;

/** The same with fewer resident entries: the newest, in whole chunks. */
export const newestOf = (state: HistoryState, entries: number): HistoryState => ({ ...state, rows: onlyChunks(state.rows, (chunk) => (chunk + 1) * CHUNK > state.rows.length - entries) });
/** Tells the messages that the resident entries name, again and again. */
export function messagesNamed({ rows }: HistoryState, see: (message: number) => void): void {
  for (const columns of [...rows.full, rows.last.map(asIs)]) {
    const column = columns?.[MESSAGE];
    if (!column) continue;
    for (let i = 0; i < column.above.length; i++) see(column.least + (column.above[i] as number));
  }
}

/** The append-only log of a run, its hash, and the strings it speaks of. What is resident is a window of the newest rows. */
export class History {
  private readonly rows = new Table(WIDE);
  private strings: string[] = [];
  private readonly numbers = new Map<string, number>();
  private h1 = 0x811c9dc5;
  private h2 = 0x1b873593;
  private readonly folds: Fold[] = [];
  /** What folds are shown: one object, written anew for each entry. */
  private readonly lent: { -readonly [field in keyof Entry]: Entry[field] } = { id: 0, time: 0.5, kind: 'produced', code: 0, message: 0, copy: 0, place: 0, actor: 0, attempt: 0, reason: 0, cause: 0.5, detail: 0.5 };
  private readonly window: number;
  /** @param window rows kept resident; older ones are let go of */
  constructor(window = 1_000_000) {
    this.window = window;
  }

  get length(): number {
    return this.rows.length;
  }
  /** Oldest resident entry. */
  get first(): number {
    return this.rows.first;
  }
  /** Bytes that the resident entries take. */
  get bytes(): number {
    return this.rows.bytes;
  }
  watch(fold: Fold): void {
    this.folds.push(fold);
  }
  /** The number of a string, given on first sight. */
  number(text: string): number {
    let n = this.numbers.get(text);
    if (n === undefined) {
      n = this.strings.push(text) - 1;
      this.numbers.set(text, n);
    }
    return n;
  }
  /** The number of a string that was spoken of, without giving one: looking must not change the history. */
  find(text: string): number | undefined {
    return this.numbers.get(text);
  }
  text(number: number): string {
    return this.strings[number] ?? '';
  }
  /** @returns the id of the new entry */
  append(time: number, kind: Kind, facts: Facts): number {
    return this.write(time, kind, facts.message ?? -1, facts.copy ?? -1, facts.place, facts.actor, facts.attempt ?? -1, facts.reason, facts.cause ?? -1, facts.detail ?? -1);
  }
  /** The same without an object in between, for what happens to every message. @returns the id of the new entry */
  write(time: number, kind: Kind, message: number, copy: number, place: string | undefined, actor: string | undefined, attempt: number, reason: string | undefined, cause: number, detail: number): number {
    const { lent } = this;
    const id = this.rows.length;
    const code = codeOf(kind);
    lent.id = id;
    lent.time = time;
    lent.kind = kind;
    lent.code = code;
    lent.message = message;
    lent.copy = copy;
    lent.place = place === undefined ? -1 : this.number(place);
    lent.actor = actor === undefined ? -1 : this.number(actor);
    lent.attempt = attempt;
    lent.reason = reason === undefined ? -1 : this.number(reason);
    lent.cause = cause;
    lent.detail = detail;
    const columns = this.rows.add();
    const at = id % CHUNK;
    (columns[TIME] as Float64Array)[at] = time;
    (columns[DETAIL] as Float64Array)[at] = detail;
    (columns[BACK] as Int32Array)[at] = cause < 0 ? 0 : id - cause;
    (columns[WHAT] as Int32Array)[at] = attempt * KIND_ROOM + code;
    (columns[MESSAGE] as Int32Array)[at] = message;
    (columns[COPY] as Int32Array)[at] = copy;
    (columns[PLACE] as Int32Array)[at] = lent.place;
    (columns[ACTOR] as Int32Array)[at] = lent.actor;
    (columns[REASON] as Int32Array)[at] = lent.reason;
    this.mix(time);
    this.mix(detail);
    this.mix(code * 1e9 + message);
    this.mix(copy * 4096 + attempt);
    this.mix(lent.place * 1e6 + lent.actor * 1e3 + lent.reason);
    this.mix(cause);
    if (id - this.first > this.window) this.rows.dropBefore(id - this.window);
    for (let i = 0; i < this.folds.length; i++) (this.folds[i] as Fold).see(lent);
    return id;
  }
  /** @param id first ≤ id < length */
  entry(id: number): Entry {
    const of = (column: number) => this.rows.at(id, column);
    const code = of(WHAT) & (KIND_ROOM - 1);
    const back = of(BACK);
    return {
      id,
      time: of(TIME),
      kind: KINDS[code] as Kind,
      code,
      message: of(MESSAGE),
      copy: of(COPY),
      place: of(PLACE),
      actor: of(ACTOR),
      attempt: Math.floor(of(WHAT) / KIND_ROOM),
      reason: of(REASON),
      cause: back === 0 ? -1 : id - back,
      detail: of(DETAIL),
    };
  }
  /** Resident entries of a message, oldest first. */
  ofMessage(message: number): Entry[] {
    const out: Entry[] = [];
    for (let id = this.first; id < this.length; id++) if (this.rows.at(id, MESSAGE) === message) out.push(this.entry(id));
    return out;
  }
  /** 16 hexadecimal digits over every entry so far, and the strings. */
  hash(): string {
    const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0');
    let h1 = this.h1;
    let h2 = this.h2;
    for (const text of this.strings)
      for (let i = 0; i < text.length; i++) {
        h1 = Math.imul(h1 ^ text.charCodeAt(i), 0x01000193);
        h2 = Math.imul(h2 ^ text.charCodeAt(i), 0x5bd1e995);
      }
    return hex(h1) + hex(h2);
  }
  save(): HistoryState {
    return { rows: this.rows.save(), strings: this.strings.slice(), hash: [this.h1, this.h2] };
  }
  load(state: HistoryState): void {
    this.rows.load(state.rows);
    this.strings = state.strings.slice();
    this.numbers.clear();
    this.strings.forEach((text, i) => this.numbers.set(text, i));
    [this.h1, this.h2] = state.hash;
  }
  private mix(value: number): void {
    const low = value | 0;
    // Most fit in 32 bits: their upper half is the sign.
    const high = low === value ? low >> 31 : Math.floor(value / 4294967296) | 0;
    this.h1 = Math.imul((Math.imul(this.h1 ^ low, 0x01000193) ^ high) | 0, 0x01000193);
    this.h2 = (Math.imul(this.h2 ^ high, 0x5bd1e995) + low) | 0;
    this.h2 = Math.imul(this.h2 ^ (this.h2 >>> 13), 0x5bd1e995);
  }
}
