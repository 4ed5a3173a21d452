import { Pages, type PagesState } from '../../base/pages.ts';

export type ToldState = readonly [ids: PagesState, entries: PagesState, attempts: PagesState];

/** What the history was told of each copy that lives, by the server's own number: columns, because there may be very many. */
export class Told {
  /** Its number in the history, which other rooms' copies share; -1 = not a living copy. */
  private readonly ids = new Pages(-1, Infinity, Int32Array);
  /** The entry that it came to last. */
  private readonly entries = new Pages(-1, Infinity);
  /** Twice the number of its deliveries, and 1 more while somebody has it. */
  private readonly given = new Pages(0, Infinity, Int32Array);

  begin(copy: number, id: number, entry: number): void {
    this.ids.set(copy, id);
    this.entries.set(copy, entry);
  }
  end(copy: number): void {
    if (copy < 0) return;
    this.ids.set(copy, -1);
    this.entries.set(copy, -1);
    this.given.set(copy, 0);
  }
  knows(copy: number): boolean {
    return this.id(copy) >= 0;
  }
  id(copy: number): number {
    return copy < 0 ? -1 : this.ids.at(copy);
  }
  entry(copy: number): number {
    return copy < 0 ? -1 : this.entries.at(copy);
  }
  attempts(copy: number): number {
    return copy < 0 ? 0 : this.given.at(copy) >> 1;
  }
  isHeld(copy: number): boolean {
    return copy >= 0 && this.given.at(copy) % 2 === 1;
  }
  /** @returns which delivery this is, from 1 */
  give(copy: number): number {
    const attempt = this.attempts(copy) + 1;
    this.given.set(copy, attempt * 2 + 1);
    return attempt;
  }
  takeBack(copy: number): void {
    if (this.isHeld(copy)) this.given.set(copy, this.given.at(copy) - 1);
  }
  /** The copy came to another entry. */
  move(copy: number, entry: number): void {
    if (this.knows(copy)) this.entries.set(copy, entry);
  }
  save(): ToldState {
    return [this.ids.save(), this.entries.save(), this.given.save()];
  }
  load([ids, entries, given]: ToldState): void {
    this.ids.load(ids);
    this.entries.load(entries);
    this.given.load(given);
  }
}
