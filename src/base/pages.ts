/** Numbers by row, rows given in nearly rising order, in pages that checkpoints share: what is written after a checkpoint is written to a copy of its page. */
const ROWS = 1024;

export interface PagesState {
  readonly first: number;
  readonly pages: readonly (Float64Array | undefined)[];
}

export class Pages {
  /** Pages below are gone. */
  private first = 0;
  private pages: (Float64Array | undefined)[] = [];
  /** Pages that no checkpoint holds. */
  private own = new Set<Float64Array>();
  private readonly absent: number;
  private readonly most: number;

  /**
   * @param absent what an unwritten row holds
   * @param rows how many of the newest rows are remembered, in whole pages
   */
  constructor(absent: number, rows: number) {
    this.absent = absent;
    this.most = Math.ceil(rows / ROWS) + 1;
  }
  /** @param row ≥ 0 */
  at(row: number): number {
    const page = this.pages[((row / ROWS) | 0) - this.first];
    return page === undefined ? this.absent : (page[row % ROWS] as number);
  }
  set(row: number, value: number): void {
    const at = ((row / ROWS) | 0) - this.first;
    // Older than all that is remembered.
    if (at < 0) return;
    let page = this.pages[at];
    if (page === undefined || !this.own.has(page)) {
      page = page === undefined ? new Float64Array(ROWS).fill(this.absent) : page.slice();
      this.own.add(page);
      while (this.pages.length < at) this.pages.push(undefined);
      this.pages[at] = page;
      const over = this.pages.length - this.most;
      if (over > 0) {
        for (const old of this.pages.splice(0, over)) if (old) this.own.delete(old);
        this.first += over;
      }
    }
    page[row % ROWS] = value;
  }
  save(): PagesState {
    this.own.clear();
    return { first: this.first, pages: this.pages.slice() };
  }
  load({ first, pages }: PagesState): void {
    this.first = first;
    this.pages = pages.slice();
    this.own.clear();
  }
}
