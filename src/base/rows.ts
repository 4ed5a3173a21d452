/**
 * Rows of numbers under consecutive numbers, in blocks that checkpoints share: what is written after a checkpoint is written to a
 * copy of its block. Rows come at the end, and go at the beginning as time goes by; now and then the other way round.
 */
const SHIFT = 7;
const ROWS = 1 << SHIFT;

interface Block {
  readonly wide: Float64Array;
  readonly narrow: Int32Array;
}
export interface RowsState {
  readonly first: number;
  readonly end: number;
  readonly blocks: readonly Block[];
}

export class Rows {
  private from = 0;
  private to = 0;
  private blocks: Block[] = [];
  /** Which blocks no checkpoint holds. */
  private own: boolean[] = [];
  private readonly wides: number;
  private readonly narrows: number;

  /**
   * @param wides columns of doubles
   * @param narrows columns of 32-bit integers
   */
  constructor(wides: number, narrows: number) {
    this.wides = wides;
    this.narrows = narrows;
  }
  get first(): number {
    return this.from;
  }
  /** Behind the last. */
  get end(): number {
    return this.to;
  }
  has(row: number): boolean {
    return row >= this.from && row < this.to;
  }
  /** @param row first ≤ row < end */
  wide(row: number, column: number): number {
    return (this.blocks[(row >> SHIFT) - (this.from >> SHIFT)] as Block).wide[(row & (ROWS - 1)) * this.wides + column] as number;
  }
  /** @param row first ≤ row < end */
  narrow(row: number, column: number): number {
    return (this.blocks[(row >> SHIFT) - (this.from >> SHIFT)] as Block).narrow[(row & (ROWS - 1)) * this.narrows + column] as number;
  }
  setWide(row: number, column: number, value: number): void {
    this.writable(row).wide[(row & (ROWS - 1)) * this.wides + column] = value;
  }
  setNarrow(row: number, column: number, value: number): void {
    this.writable(row).narrow[(row & (ROWS - 1)) * this.narrows + column] = value;
  }
  /** There are none, and the next is this one. */
  restart(row: number): void {
    this.from = this.to = row;
    this.blocks = [];
    this.own = [];
  }
  /** @returns the new row, behind the last: every column is to be written */
  append(): number {
    const row = this.to++;
    if ((row & (ROWS - 1)) === 0 || this.blocks.length === 0) {
      this.blocks.push(this.block());
      this.own.push(true);
    }
    return row;
  }
  /** @returns the new row, before the first (which is not 0): every column is to be written */
  prepend(): number {
    const row = --this.from;
    if ((row & (ROWS - 1)) === ROWS - 1 || this.blocks.length === 0) {
      this.blocks.unshift(this.block());
      this.own.unshift(true);
    }
    return row;
  }
  /** Rows below are gone. */
  dropBefore(row: number): void {
    if (row >= this.to) return this.restart(row);
    if (row <= this.from) return;
    const gone = (row >> SHIFT) - (this.from >> SHIFT);
    this.from = row;
    if (gone === 0) return;
    this.blocks.splice(0, gone);
    this.own.splice(0, gone);
  }
  /** Rows from this one on are gone. */
  cut(end: number): void {
    if (end >= this.to) return;
    if (end <= this.from) return this.restart(end);
    this.to = end;
    this.blocks.length = this.own.length = ((end - 1) >> SHIFT) - (this.from >> SHIFT) + 1;
  }
  save(): RowsState {
    this.own.fill(false);
    return { first: this.from, end: this.to, blocks: this.blocks.slice() };
  }
  load({ first, end, blocks }: RowsState): void {
    this.from = first;
    this.to = end;
    this.blocks = blocks.slice();
    this.own = blocks.map(() => false);
  }
  private block(): Block {
    return { wide: new Float64Array(ROWS * this.wides), narrow: new Int32Array(ROWS * this.narrows) };
  }
  private writable(row: number): Block {
    const at = (row >> SHIFT) - (this.from >> SHIFT);
    const block = this.blocks[at] as Block;
    if (this.own[at]) return block;
    this.own[at] = true;
    return (this.blocks[at] = { wide: block.wide.slice(), narrow: block.narrow.slice() });
  }
}
