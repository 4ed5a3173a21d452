/** Things by offset, of which the first go as time goes by: what lies behind costs nothing, however much it is. */

export interface Row<T> {
  /** Offset of the first. */
  base: number;
  /** Where the first lies in `items`; what is before is gone. */
  head: number;
  items: T[];
}
/** Gone items that are kept at most, unless they are the smaller part. */
const SLACK = 1024;

export function emptyRow<T>(base: number): Row<T> {
  return { base, head: 0, items: [] };
}
/** Offset behind the last. */
export function endOf<T>(row: Row<T>): number {
  return row.base + row.items.length - row.head;
}
export function itemAt<T>(row: Row<T>, offset: number): T | undefined {
  return offset < row.base ? undefined : row.items[row.head + offset - row.base];
}
/** @param nothing stands where a gap opens, on either side */
export function setItem<T>(row: Row<T>, offset: number, item: T, nothing: () => T): void {
  if (endOf(row) === row.base && offset > row.base) row.base = offset;
  while (offset < row.base) putBefore(row, nothing());
  while (endOf(row) < offset) row.items.push(nothing());
  row.items[row.head + offset - row.base] = item;
}
export function putBefore<T>(row: Row<T>, item: T): void {
  if (row.head > 0) row.items[--row.head] = item;
  else row.items.unshift(item);
  row.base--;
}
/** The first `n`, which are gone then. */
export function takeFirst<T>(row: Row<T>, n: number): T[] {
  const taken = row.items.slice(row.head, row.head + n);
  row.head += taken.length;
  row.base += taken.length;
  if (row.head > SLACK && row.head * 2 > row.items.length) {
    row.items = row.items.slice(row.head);
    row.head = 0;
  }
  return taken;
}
/** What has an offset of `end` or more is gone. */
export function cutAt<T>(row: Row<T>, end: number): void {
  row.items.length = Math.max(row.head, Math.min(row.items.length, row.head + end - row.base));
}
