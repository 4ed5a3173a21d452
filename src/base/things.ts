/**
 * Things under numbers that are given in nearly rising order, in pages that go when nothing is left on them: for what comes and goes
 * all the time. A Map of such things leaves its outgrown tables behind, and in those the garbage collector keeps, until it looks
 * through the whole heap, all that was ever in them.
 */
const SHIFT = 7;
const ROWS = 1 << SHIFT;

interface Page<Thing> {
  readonly rows: (Thing | undefined)[];
  used: number;
}
export class Things<Thing> {
  size = 0;
  /** Pages below are gone. */
  private first = 0;
  private pages: (Page<Thing> | undefined)[] = [];
  /** A page that went, for the next one that is needed. */
  private spare: Page<Thing> | undefined;

  /** @param number ≥ 0 */
  at(number: number): Thing | undefined {
    return this.pages[(number >> SHIFT) - this.first]?.rows[number & (ROWS - 1)];
  }
  set(number: number, thing: Thing): void {
    const { rows } = this.pageOf(number >> SHIFT);
    const row = number & (ROWS - 1);
    if (rows[row] === undefined) this.count(number >> SHIFT, 1);
    rows[row] = thing;
  }
  delete(number: number): void {
    const page = this.pages[(number >> SHIFT) - this.first];
    const row = number & (ROWS - 1);
    if (page?.rows[row] === undefined) return;
    page.rows[row] = undefined;
    this.count(number >> SHIFT, -1);
  }
  clear(): void {
    this.size = 0;
    this.pages = [];
  }
  has(number: number): boolean {
    return this.at(number) !== undefined;
  }
  /** In the order of their numbers; those that come or go meanwhile do no harm. */
  *entries(): Generator<[number, Thing]> {
    for (let page = this.first; page < this.first + this.pages.length; page++) {
      for (let row = 0; row < ROWS; row++) {
        const thing = this.pages[page - this.first]?.rows[row];
        if (thing !== undefined) yield [(page << SHIFT) + row, thing];
      }
    }
  }
  *values(): Generator<Thing> {
    for (const [, thing] of this.entries()) yield thing;
  }
  save(): [number, Thing][] {
    return [...this.entries()];
  }
  load(entries: Iterable<readonly [number, Thing]>): void {
    this.clear();
    for (const [number, thing] of entries) this.set(number, thing);
  }
  private pageOf(number: number): Page<Thing> {
    if (this.size === 0) this.first = number;
    for (; number < this.first; this.first--) this.pages.unshift(undefined);
    const at = number - this.first;
    while (this.pages.length <= at) this.pages.push(undefined);
    return (this.pages[at] ??= this.blank());
  }
  private blank(): Page<Thing> {
    const { spare } = this;
    this.spare = undefined;
    return spare ?? { rows: new Array<Thing | undefined>(ROWS).fill(undefined), used: 0 };
  }
  private count(number: number, by: number): void {
    this.size += by;
    const page = this.pages[number - this.first] as Page<Thing>;
    page.used += by;
    if (page.used > 0) return;
    this.spare = page;
    this.pages[number - this.first] = undefined;
    for (; this.pages.length > 0 && this.pages[0] === undefined; this.first++) this.pages.shift();
  }
}
