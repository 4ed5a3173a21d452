import { Column, type ColumnState } from '../base/column.ts';
import { type Entry, type Fold, KINDS, type Kind } from './entries.ts';

const NUMBERS = new Map(KINDS.map((kind, i) => [kind, i]));

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
  readonly columns: readonly ColumnState[];
  readonly strings: readonly string[];
  readonly hash: readonly [number, number];
}

/** The append-only log of a run, its hash, and the strings it speaks of. What is resident is a window of the newest rows. */
export class History {
  private readonly time = new Column(true);
  private readonly detail = new Column(true);
  private readonly kind = new Column(false);
  private readonly message = new Column(false);
  private readonly copy = new Column(false);
  private readonly place = new Column(false);
  private readonly actor = new Column(false);
  private readonly attempt = new Column(false);
  private readonly reason = new Column(false);
  private readonly cause = new Column(true);
  private readonly columns = [this.time, this.detail, this.kind, this.message, this.copy, this.place, this.actor, this.attempt, this.reason, this.cause];
  private strings: string[] = [];
  private readonly numbers = new Map<string, number>();
  private h1 = 0x811c9dc5;
  private h2 = 0x1b873593;
  private readonly folds: Fold[] = [];
  private readonly window: number;
  /** @param window rows kept resident; older ones are let go of */
  constructor(window = 1_000_000) {
    this.window = window;
  }

  get length(): number {
    return this.time.length;
  }
  /** Oldest resident entry. */
  get first(): number {
    return this.time.first;
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
    const id = this.time.length;
    const entry: Entry = {
      id,
      time,
      kind,
      message: facts.message ?? -1,
      copy: facts.copy ?? -1,
      place: facts.place === undefined ? -1 : this.number(facts.place),
      actor: facts.actor === undefined ? -1 : this.number(facts.actor),
      attempt: facts.attempt ?? -1,
      reason: facts.reason === undefined ? -1 : this.number(facts.reason),
      cause: facts.cause ?? -1,
      detail: facts.detail ?? -1,
    };
    const kindNumber = NUMBERS.get(kind) as number;
    this.time.push(time);
    this.detail.push(entry.detail);
    this.kind.push(kindNumber);
    this.message.push(entry.message);
    this.copy.push(entry.copy);
    this.place.push(entry.place);
    this.actor.push(entry.actor);
    this.attempt.push(entry.attempt);
    this.reason.push(entry.reason);
    this.cause.push(entry.cause);
    this.mix(time);
    this.mix(entry.detail);
    this.mix(kindNumber * 1e9 + entry.message);
    this.mix(entry.copy * 4096 + entry.attempt);
    this.mix(entry.place * 1e6 + entry.actor * 1e3 + entry.reason);
    this.mix(entry.cause);
    if (id - this.first > this.window) for (const column of this.columns) column.dropBefore(id - this.window);
    for (let i = 0; i < this.folds.length; i++) (this.folds[i] as Fold).see(entry);
    return id;
  }
  /** @param id first ≤ id < length */
  entry(id: number): Entry {
    return {
      id,
      time: this.time.at(id),
      kind: KINDS[this.kind.at(id)] as Kind,
      message: this.message.at(id),
      copy: this.copy.at(id),
      place: this.place.at(id),
      actor: this.actor.at(id),
      attempt: this.attempt.at(id),
      reason: this.reason.at(id),
      cause: this.cause.at(id),
      detail: this.detail.at(id),
    };
  }
  /** Resident entries of a message, oldest first. */
  ofMessage(message: number): Entry[] {
    const out: Entry[] = [];
    for (let id = this.first; id < this.length; id++) if (this.message.at(id) === message) out.push(this.entry(id));
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
    return { columns: this.columns.map((c) => c.save()), strings: this.strings.slice(), hash: [this.h1, this.h2] };
  }
  load(state: HistoryState): void {
    state.columns.forEach((column, i) => this.columns[i]?.load(column));
    this.strings = state.strings.slice();
    this.numbers.clear();
    this.strings.forEach((text, i) => this.numbers.set(text, i));
    [this.h1, this.h2] = state.hash;
  }
  private mix(value: number): void {
    const high = Math.floor(value / 4294967296) | 0;
    const low = value | 0;
    this.h1 = Math.imul((Math.imul(this.h1 ^ low, 0x01000193) ^ high) | 0, 0x01000193);
    this.h2 = (Math.imul(this.h2 ^ high, 0x5bd1e995) + low) | 0;
    this.h2 = Math.imul(this.h2 ^ (this.h2 >>> 13), 0x5bd1e995);
  }
}
