/** Numbers by row, rows given in nearly rising order, in pages that checkpoints share: what is written after a checkpoint is written to a copy of its page. */
const ROWS = 1024;

type Page = Float64Array | Int32Array;
export interface PagesState {
  readonly first: number;
  readonly pages: readonly (Page | undefined)[];
  readonly used: readonly number[];
}

export class Pages {
  /** Pages below are gone. */
  private first = 0;
  private pages: (Page | undefined)[] = [];
  /** Rows of each page that hold something. */
  private used: number[] = [];
  /** Pages that no checkpoint holds. */
  private own = new Set<Page>();
  private readonly absent: number;
  private readonly most: number;
  private readonly Numbers: typeof Float64Array | typeof Int32Array;

  /**
   * A page in which every row is absent again is let go of.
   * @param absent what an unwritten row holds
   * @param rows how many of the newest rows are remembered, in whole pages; Infinity = all that are not absent
   * @param Numbers what a row has room for
   */
  constructor(absent: number, rows: number, Numbers: typeof Float64Array | typeof Int32Array = Float64Array) {
    this.Numbers = Numbers;
    this.absent = absent;
    this.most = Math.ceil(rows / ROWS) + 1;
  }
  /** @param row ≥ 0 */
  at(row: number): number {
    const page = this.pages[((row / ROWS) | 0) - this.first];
    return page === undefined ? this.absent : (page[row % ROWS] as number);
  }
  set(row: number, value: number): void {
    const number = (row / ROWS) | 0;
    if (!this.reach(number)) return;
    const at = number - this.first;
    const was = this.at(row);
    if (was === value) return;
    this.writable(at)[row % ROWS] = value;
    if (was === this.absent) (this.used[at] as number)++;
    else if (value === this.absent && --(this.used[at] as number) === 0) this.letGo(at);
  }
  save(): PagesState {
    this.own.clear();
    return { first: this.first, pages: this.pages.slice(), used: this.used.slice() };
  }
  load({ first, pages, used }: PagesState): void {
    this.first = first;
    this.pages = pages.slice();
    this.used = used.slice();
    this.own.clear();
  }
  /** Makes room for a page. @returns false when it is older than all that is remembered */
  private reach(number: number): boolean {
    const { pages, used } = this;
    if (number < this.first && this.most !== Infinity) return false;
    for (; number < this.first; this.first--) {
      pages.unshift(undefined);
      used.unshift(0);
    }
    while (pages.length <= number - this.first) {
      pages.push(undefined);
      used.push(0);
    }
    for (; pages.length > this.most; this.first++) {
      const old = pages.shift();
      used.shift();
      if (old) this.own.delete(old);
    }
    return true;
  }
  private writable(at: number): Page {
    const known = this.pages[at];
    if (known !== undefined && this.own.has(known)) return known;
    const page = known === undefined ? new this.Numbers(ROWS).fill(this.absent) : known.slice();
    this.own.add(page);
    this.pages[at] = page;
    return page;
  }
  private letGo(at: number): void {
    this.own.delete(this.pages[at] as Page);
    this.pages[at] = undefined;
    if (this.most !== Infinity) return;
    for (; this.pages.length > 1 && this.pages[0] === undefined; this.first++) {
      this.pages.shift();
      this.used.shift();
    }
  }
}
