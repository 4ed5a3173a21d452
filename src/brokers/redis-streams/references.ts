/** What is to become of the pending lists when an entry is deleted. https://redis.io/docs/latest/commands/xdelex/ Since 8.2. */
import { integer, same } from './arguments.ts';
import type { Core } from './core.ts';
import { errors, refuse } from './errors.ts';
import { dropPending } from './group.ts';
import type { Id } from './ids.ts';
import { position } from './sorted.ts';
import type { Stream } from './stream.ts';

/**
 * KEEPREF: groups keep the ID of what was deleted. DELREF: they forget it.
 * ACKED: only what every group has read and acknowledged is deleted.
 */
export type References = 'KEEPREF' | 'DELREF' | 'ACKED';
export const referencesOf = (word: string | undefined): References | null => (['KEEPREF', 'DELREF', 'ACKED'] as const).find((one) => same(word, one)) ?? null;

/** Whether a group has yet to read an entry or to acknowledge it. */
function isReferenced(stream: Stream, id: Id): boolean {
  return stream.groups.some((group) => group.lastId < id || position(group.ids, id) >= 0);
}
/** Asked of each entry that is to be deleted: whether it may go. Null when all may. */
export function permission(core: Core, key: string, stream: Stream, references: References): ((id: Id) => boolean) | null {
  if (references === 'KEEPREF') return null;
  if (references === 'ACKED') return (id) => !isReferenced(stream, id);
  return (id) => {
    for (const group of stream.groups) if (dropPending(group, id) !== undefined) core.forgotten(key, group.name, [id], 'delref');
    return true;
  };
}

/** [KEEPREF | DELREF | ACKED] IDS numids id [id ...], in any order. @returns the IDs as they were written */
export function selection(argv: readonly string[], from: number): { references: References; ids: readonly string[] } {
  let [references, ids]: [References | null, readonly string[] | null] = [null, null];
  for (let i = from; i < argv.length; ) {
    const asked: References | null = references === null ? referencesOf(argv[i]) : null;
    if (asked !== null) {
      references = asked;
      i++;
    } else if (same(argv[i], 'IDS') && i + 1 < argv.length) {
      const count = integer(argv[i + 1]!, 'Number of IDs must be a positive integer');
      if (count < 1) refuse(errors.idCount());
      if (count > argv.length - i - 2) refuse(errors.idMismatch());
      ids = argv.slice(i + 2, i + 2 + count);
      i += 2 + count;
    } else refuse(errors.syntax());
  }
  return { references: references ?? 'KEEPREF', ids: ids ?? refuse(errors.syntax()) };
}
