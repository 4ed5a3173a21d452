/** Lists of IDs in order, without repeats. */
import type { Id } from './ids.ts';

/** The first position whose ID is not less than this one. */
export function lowerBound(ids: readonly Id[], id: Id): number {
  const length = ids.length;
  // Most look-ups are for what was added last or comes first.
  if (length === 0 || ids[0]! >= id) return 0;
  if (ids[length - 1]! < id) return length;
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[middle]! < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
/** The position of an ID, or -1. */
export function position(ids: readonly Id[], id: Id): number {
  const at = lowerBound(ids, id);
  return ids[at] === id ? at : -1;
}
export function insert(ids: Id[], id: Id): void {
  const at = lowerBound(ids, id);
  if (ids[at] === id) return;
  if (at === ids.length) ids.push(id);
  else ids.splice(at, 0, id);
}
export function remove(ids: Id[], id: Id): void {
  const at = position(ids, id);
  if (at >= 0) ids.splice(at, 1);
}
