/** XDEL, XDELEX and XACKDEL. https://redis.io/docs/latest/commands/xdel/, https://redis.io/docs/latest/commands/xackdel/ */
import { strictId } from './arguments.ts';
import type { Core, Reply } from './core.ts';
import { byName, dropPending } from './group.ts';
import type { Id } from './ids.ts';
import { permission, selection } from './references.ts';
import { type Entry, removeEntries, type Stream } from './stream.ts';

const [NO_SUCH_ID, DELETED, STILL_REFERENCED] = [-1, 1, 2];

export function xdel(core: Core, argv: readonly string[]): Reply {
  const stream = core.stream(argv[1]!);
  if (stream === undefined) return 0;
  const removed = remove(core, argv[1]!, stream, argv.slice(2).map(strictId));
  if (removed.length > 0) core.propagate(...argv);
  return removed.length;
}
function remove(core: Core, key: string, stream: Stream, ids: readonly Id[]): Entry[] {
  const removed = removeEntries(stream, ids);
  if (removed.length > 0) core.out.push({ kind: 'removed', key, why: 'xdel', entries: removed });
  return removed;
}

export function xdelex(core: Core, argv: readonly string[]): Reply {
  const key = argv[1]!;
  const stream = core.stream(key);
  const { references, ids } = selection(argv, 2);
  if (stream === undefined) return ids.map(() => NO_SUCH_ID);
  const may = permission(core, key, stream, references);
  const results = ids.map(strictId).map((id) => {
    if (may?.(id) === false) return STILL_REFERENCED;
    return remove(core, key, stream, [id]).length > 0 ? DELETED : NO_SUCH_ID;
  });
  if (results.includes(DELETED)) core.propagate(...argv);
  return results;
}

export function xackdel(core: Core, argv: readonly string[]): Reply {
  const key = argv[1]!;
  const stream = core.stream(key);
  const { references, ids } = selection(argv, 3);
  const group = stream === undefined ? undefined : byName(stream.groups, argv[2]!);
  if (stream === undefined || group === undefined) return ids.map(() => NO_SUCH_ID);
  const may = permission(core, key, stream, references);
  const results = ids.map(strictId).map((id) => {
    if (dropPending(group, id) === undefined) return NO_SUCH_ID;
    core.out.push({ kind: 'acknowledged', key, group: group.name, ids: [id] });
    if (may?.(id) === false) return STILL_REFERENCED;
    remove(core, key, stream, [id]);
    return DELETED;
  });
  if (results.some((one) => one !== NO_SUCH_ID)) core.propagate(...argv);
  return results;
}
