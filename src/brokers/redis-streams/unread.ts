/** What a group has yet to read: entries after its position that are not pending from an earlier reading. */
import type { Group } from './group.ts';
import { type Id, LAST, next } from './ids.ts';
import { lowerBound, position } from './sorted.ts';
import { countFrom, entryAt, range, type Stream } from './stream.ts';

/** Pending entries beyond the group's position: XGROUP SETID has moved it back. */
function ahead({ ids, lastId }: Group): readonly Id[] {
  const last = ids.at(-1);
  return last === undefined || last <= lastId ? [] : ids.slice(lowerBound(ids, next(lastId) ?? LAST));
}
/** @param count at most so many; 0 for all */
export function unread(stream: Stream, group: Group, count = 0): Id[] {
  const start = next(group.lastId);
  if (start === null) return [];
  const pending = ahead(group);
  const found = range(stream, start, LAST, count === 0 ? 0 : count + pending.length).flatMap(([id]) => (pending.length === 0 || position(pending, id) < 0 ? [id] : []));
  return count === 0 ? found : found.slice(0, count);
}
export function unreadCount(stream: Stream, group: Group): number {
  const start = next(group.lastId);
  return start === null ? 0 : countFrom(stream, start) - ahead(group).filter((id) => entryAt(stream, id) !== null).length;
}
