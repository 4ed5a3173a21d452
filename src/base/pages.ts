/** Numbers by row, rows given in nearly rising order, in pages that checkpoints share: what is written after a checkpoint is written to a copy of its page. */
const SHIFT = 10;
const ROWS = 1 << SHIFT;

type Page = Float64Array | Int32Array;
export interface PagesState {
  readonly first: number;
  readonly pages: readonly (Page | undefined)[];
  readonly used: readonly number[];
}

export const isPages = (data: object): data is PagesState => 'pages' in data && 'used' in data;

export class Pages {
  /** Pages below are gone. */
  private first = 0;
  private pages: (Page | undefined)[] = [];
  /** Rows of each page that hold something. */
  private used: number[] = [];
  /** Which pages no checkpoint holds. */
  private own: boolean[] = [];
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
    const page = this.pages[(row >> SHIFT) - this.first];
    return page === undefined ? this.absent : (page[row & (ROWS - 1)] as number);
  }
  set(row: number, value: number): void {
    const number = row >> SHIFT;
    if ((number < this.first || number >= this.first + this.pages.length) && !this.reach(number)) return;
    const at = number - this.first;
    const was = this.at(row);
    if (was === value) return;
    const page = this.own[at] ? (this.pages[at] as Page) : this.writable(at);
    page[row & (ROWS - 1)] = value;
    if (was === this.absent) (this.used[at] as number)++;
    else if (value === this.absent && --(this.used[at] as number) === 0) this.letGo(at);
  }
  save(): PagesState {
    this.own.fill(false);
    return { first: this.first, pages: this.pages.slice(), used: this.used.slice() };
  }
  load({ first, pages, used }: PagesState): void {
    this.first = first;
    this.pages = pages.slice();
    this.used = used.slice();
    this.own = pages.map(() => false);
  }
  /** Makes room for a page. @returns false when it is older than all that is remembered */
  private reach(number: number): boolean {
    const { pages, used, own } = this;
    if (number < this.first && this.most !== Infinity) return false;
    for (; number < this.first; this.first--) {
      pages.unshift(undefined);
      used.unshift(0);
      own.unshift(false);
    }
    while (pages.length <= number - this.first) {
      pages.push(undefined);
      used.push(0);
      own.push(false);
    }
    for (; pages.length > this.most; this.first++) {
      pages.shift();
      used.shift();
      own.shift();
    }
    return true;
  }
  /** A page of our own instead of one that a checkpoint holds, or of none. */
  private writable(at: number): Page {
    const known = this.pages[at];
    const page = known === undefined ? new this.Numbers(ROWS).fill(this.absent) : known.slice();
    this.own[at] = true;
    this.pages[at] = page;
    return page;
  }
  private letGo(at: number): void {
    this.pages[at] = undefined;
    this.own[at] = false;
    if (this.most !== Infinity) return;
    for (; this.pages.length > 1 && this.pages[0] === undefined; this.first++) {
      this.pages.shift();
      this.used.shift();
      this.own.shift();
    }
  }
}
