/** Rows of numbers that are only ever appended, column by column, in chunks. Full chunks never change, so checkpoints share them. */
export const CHUNK = 4096;
export type Numbers = Float64Array | Int32Array;

export interface TableState {
  readonly length: number;
  readonly first: number;
  readonly chunks: readonly (readonly Numbers[])[];
}

export class Table {
  length = 0;
  /** Rows below are gone. */
  first = 0;
  private chunks: Numbers[][] = [];
  private last: Numbers[] = [];
  private readonly wide: readonly boolean[];

  /** @param wide for each column: doubles, or else 32-bit integers */
  constructor(wide: readonly boolean[]) {
    this.wide = wide;
  }
  /** Makes a row; the caller writes it at once. @returns the columns to write in, at `(length - 1) % CHUNK` */
  add(): Numbers[] {
    if (this.length % CHUNK === 0) {
      this.last = this.wide.map((wide) => (wide ? new Float64Array(CHUNK) : new Int32Array(CHUNK)));
      this.chunks.push(this.last);
    }
    this.length++;
    return this.last;
  }
  /** The columns in which a row lies, at `row % CHUNK`. @param row first ≤ row < length */
  of(row: number): readonly Numbers[] {
    const chunk = this.chunks[((row - this.first) / CHUNK) | 0];
    if (chunk === undefined || row < this.first || row >= this.length) throw new RangeError(`row ${row} is not in ${this.first}..${this.length}`);
    return chunk;
  }
  /** Lets go of whole chunks below `row`. */
  dropBefore(row: number): void {
    while (this.first + CHUNK <= row && this.chunks.length > 1) {
      this.chunks.shift();
      this.first += CHUNK;
    }
  }
  save(): TableState {
    const chunks: (readonly Numbers[])[] = this.chunks.slice();
    if (this.length % CHUNK !== 0) chunks[chunks.length - 1] = this.last.map((column) => column.slice());
    return { length: this.length, first: this.first, chunks };
  }
  load(state: TableState): void {
    this.length = state.length;
    this.first = state.first;
    this.chunks = state.chunks.map((columns) => columns.slice());
    const last = this.chunks.at(-1);
    if (last && this.length % CHUNK !== 0) this.chunks[this.chunks.length - 1] = last.map((column) => column.slice());
    this.last = this.chunks.at(-1) ?? [];
  }
}
