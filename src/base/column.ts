/** Append-only columns of numbers in chunks. Full chunks never change, so checkpoints share them. */
export const CHUNK = 4096;
type Numbers = Float64Array | Int32Array;

export interface ColumnState {
  readonly length: number;
  readonly first: number;
  readonly chunks: readonly Numbers[];
}

export class Column {
  length = 0;
  /** Rows below are gone. */
  first = 0;
  private chunks: Numbers[] = [];
  private last: Numbers | undefined;
  private readonly wide: boolean;

  /** @param wide doubles instead of 32-bit integers */
  constructor(wide: boolean) {
    this.wide = wide;
  }
  push(value: number): void {
    const at = this.length % CHUNK;
    if (at === 0) {
      this.last = this.wide ? new Float64Array(CHUNK) : new Int32Array(CHUNK);
      this.chunks.push(this.last);
    }
    (this.last as Numbers)[at] = value;
    this.length++;
  }
  /** @param row first ≤ row < length */
  at(row: number): number {
    const chunk = this.chunks[((row / CHUNK) | 0) - this.first / CHUNK];
    if (chunk === undefined || row >= this.length) throw new RangeError(`row ${row} is not in ${this.first}..${this.length}`);
    return chunk[row % CHUNK] as number;
  }
  /** Lets go of whole chunks below `row`. */
  dropBefore(row: number): void {
    while (this.first + CHUNK <= row && this.chunks.length > 1) {
      this.chunks.shift();
      this.first += CHUNK;
    }
  }
  save(): ColumnState {
    const chunks = this.chunks.slice();
    if (this.last && this.length % CHUNK !== 0) chunks[chunks.length - 1] = this.last.slice();
    return { length: this.length, first: this.first, chunks };
  }
  load(state: ColumnState): void {
    this.length = state.length;
    this.first = state.first;
    this.chunks = state.chunks.slice();
    const last = this.chunks.at(-1);
    if (last && this.length % CHUNK !== 0) this.chunks[this.chunks.length - 1] = last.slice();
    this.last = this.chunks.at(-1);
  }
}
