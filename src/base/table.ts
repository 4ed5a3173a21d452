import { asIs, bytesOf, type Sealed, seal } from './sealed.ts';

/** Rows of numbers that are only ever appended, column by column, in chunks. Full chunks never change: they are sealed, and checkpoints share them. Some may have been let go of. */
export const CHUNK = 4096;
export type Numbers = Float64Array | Int32Array;

export interface TableState {
  readonly length: number;
  readonly first: number;
  readonly full: readonly (readonly Sealed[] | undefined)[];
  /** The chunk that is being written. */
  readonly last: readonly Numbers[];
}

/** The same rows without the full chunks that are not wanted. @param wanted of a chunk's number, row / CHUNK */
export function onlyChunks(state: TableState, wanted: (chunk: number) => boolean): TableState {
  const first = state.first / CHUNK;
  const full = state.full.map((columns, i) => (wanted(first + i) ? columns : undefined));
  const gone = full.findIndex((columns) => columns !== undefined);
  const kept = gone < 0 ? full.length : gone;
  return { ...state, first: state.first + kept * CHUNK, full: full.slice(kept) };
}

export class Table {
  length = 0;
  /** Rows below are gone. */
  first = 0;
  /** The last one is still being written. */
  private chunks: (readonly Sealed[] | undefined)[] = [];
  private last: Numbers[] = [];
  private readonly wide: readonly boolean[];

  /** @param wide for each column: doubles, or else 32-bit integers */
  constructor(wide: readonly boolean[]) {
    this.wide = wide;
  }
  /** Makes a row; the caller writes it at once. @returns the columns to write in, at `(length - 1) % CHUNK` */
  add(): Numbers[] {
    if (this.length % CHUNK === 0) {
      if (this.chunks.length > 0) this.chunks[this.chunks.length - 1] = this.last.map(seal);
      this.last = this.wide.map((wide) => (wide ? new Float64Array(CHUNK) : new Int32Array(CHUNK)));
      this.chunks.push(this.last.map(asIs));
    }
    this.length++;
    return this.last;
  }
  has(row: number): boolean {
    return row >= this.first && row < this.length && this.chunks[((row - this.first) / CHUNK) | 0] !== undefined;
  }
  /** @param row one that it has */
  at(row: number, column: number): number {
    const chunk = this.chunks[((row - this.first) / CHUNK) | 0];
    if (chunk === undefined || row < this.first || row >= this.length) throw new RangeError(`row ${row} of ${this.first}..${this.length} is not there`);
    const { least, above } = chunk[column] as Sealed;
    return least + (above[row % CHUNK] as number);
  }
  /** Bytes that the rows take. */
  get bytes(): number {
    return this.chunks.reduce((sum, chunk = []) => sum + chunk.reduce((bytes, column) => bytes + bytesOf(column), 0), 0);
  }
  /** How many chunks are there. */
  get resident(): number {
    return this.chunks.reduce((sum, chunk) => sum + (chunk === undefined ? 0 : 1), 0);
  }
  /** Lets go of whole chunks below `row`. */
  dropBefore(row: number): void {
    while (this.first + CHUNK <= row && this.chunks.length > 1) {
      this.chunks.shift();
      this.first += CHUNK;
    }
  }
  save(): TableState {
    return { length: this.length, first: this.first, full: this.chunks.slice(0, -1), last: this.last.map((column) => column.slice()) };
  }
  load(state: TableState): void {
    this.length = state.length;
    this.first = state.first;
    this.last = state.last.map((column) => column.slice());
    this.chunks = [...state.full];
    if (this.last.length > 0) this.chunks.push(this.last.map(asIs));
  }
}
