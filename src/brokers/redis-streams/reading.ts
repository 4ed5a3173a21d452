/** XRANGE, XREVRANGE, XREAD and XREADGROUP. https://redis.io/docs/latest/commands/xread/, https://redis.io/docs/latest/commands/xreadgroup/ */
import { endId, integer, same, startId, strictId, timeout } from './arguments.ts';
import type { Core, Reply, Wait } from './core.ts';
import { errors, refuse } from './errors.ts';
import { readInGroup } from './delivering.ts';
import { byName, type Group } from './group.ts';
import { FIRST, type Id, LAST, next, previous, show } from './ids.ts';
import { entryAt, lastEntry, range, shown, type Stream } from './stream.ts';

function between(core: Core, argv: readonly string[], reverse: boolean): Reply {
  const start = startId(argv[reverse ? 3 : 2]!);
  const end = endId(argv[reverse ? 2 : 3]!);
  let count: number | null = null;
  for (let i = 4; i < argv.length; i += 2) {
    const value = argv[i + 1];
    if (!same(argv[i], 'COUNT') || value === undefined) refuse(errors.syntax());
    else count = Math.max(integer(value), 0);
  }
  const stream = core.stream(argv[1]!);
  if (stream === undefined) return [];
  if (count === 0) return null;
  return range(stream, start, end, count ?? 0, reverse).map(shown);
}
export const xrange = (core: Core, argv: readonly string[]): Reply => between(core, argv, false);
export const xrevrange = (core: Core, argv: readonly string[]): Reply => between(core, argv, true);

interface Options {
  /** ms; null when it does not block. */
  block: number | null;
  /** Per stream; 0 for all. */
  count: number;
  group: string | null;
  consumer: string;
  noack: boolean;
  /** min-idle-time in ms of what is to be claimed, too; null for none. */
  claim: number | null;
  keys: readonly string[];
  ids: readonly string[];
  /** Where the IDs begin. */
  at: number;
}
/** Of clients that wait: they do the same command again and again. */
const parsed = new WeakMap<readonly string[], Options>();
function options(core: Core, argv: readonly string[], inGroup: boolean): Options {
  const known = parsed.get(argv);
  if (known !== undefined) return known;
  const found: Options = { block: null, count: 0, group: null, consumer: '', noack: false, claim: null, keys: [], ids: [], at: 0 };
  for (let i = 1; i < argv.length && found.at === 0; i++) {
    const word = argv[i];
    const more = argv.length - i - 1;
    if (core.has('8.4') && same(word, 'CLAIM') && more > 0) {
      if (!inGroup) refuse(errors.onlyForGroups('CLAIM'));
      found.claim = integer(argv[++i]!, 'min-idle-time is not an integer or out of range');
      if (found.claim < 0) refuse(errors.claimIdle());
    } else if (same(word, 'BLOCK') && more > 0) found.block = timeout(argv[++i]!, core.now());
    else if (same(word, 'COUNT') && more > 0) found.count = Math.max(integer(argv[++i]!), 0);
    else if (same(word, 'STREAMS') && more > 0) {
      if (more % 2 !== 0) unbalanced(core, inGroup);
      found.at = i + 1 + more / 2;
      found.keys = argv.slice(i + 1, found.at);
      found.ids = argv.slice(found.at);
    } else if (same(word, 'GROUP') && more >= 2) {
      if (!inGroup) refuse(errors.onlyForGroups('GROUP'));
      found.group = argv[++i]!;
      found.consumer = argv[++i]!;
    } else if (same(word, 'NOACK')) {
      if (!inGroup) refuse(errors.onlyForGroups('NOACK'));
      found.noack = true;
    } else refuse(errors.syntax());
  }
  if (found.at === 0) refuse(errors.syntax());
  if (inGroup && found.group === null) refuse(errors.missingGroup());
  return found;
}
function unbalanced(core: Core, inGroup: boolean): never {
  if (!core.has('7.2')) return refuse(errors.unbalancedBefore72());
  const plain = core.has('7.4') ? "ID, '+', or '$'" : "ID or '$'";
  return refuse(errors.unbalanced(inGroup ? 'xreadgroup' : 'xread', inGroup ? "ID or '>'" : plain));
}

/** Everything after this ID of this stream. */
interface Wanted {
  readonly key: string;
  readonly stream: Stream;
  readonly group: Group | null;
  /** Null for `>`. */
  readonly after: Id | null;
}
/** Checks all streams before anything is read. Streams that do not exist are left out. */
function wanted(core: Core, { keys, ids, group: name }: Options): { found: Wanted[]; resolved: (Id | null)[] } {
  const found: Wanted[] = [];
  const resolved = keys.map((key, i) => {
    const stream = core.stream(key);
    const group = name === null || stream === undefined ? null : (byName(stream.groups, name) ?? null);
    if (name !== null && group === null) refuse(errors.noGroupToRead(key, name));
    const after = resolve(core, ids[i]!, stream, name !== null);
    if (stream !== undefined) found.push({ key, stream, group, after });
    return after;
  });
  return { found, resolved };
}
function resolve(core: Core, id: string, stream: Stream | undefined, inGroup: boolean): Id | null {
  if (id === '$') return inGroup ? refuse(errors.meaningless('$')) : (stream?.lastId ?? FIRST);
  if (id === '+' && core.has('7.4')) {
    if (inGroup) refuse(errors.meaningless('+'));
    return stream === undefined || stream.length === 0 ? FIRST : previous(lastEntry(stream));
  }
  if (id === '>') return inGroup ? null : refuse(errors.newOnlyInGroup());
  // The greatest ID is how `>` is told apart inside.
  const after = strictId(id);
  return inGroup && after === LAST ? null : after;
}

export function xread(core: Core, argv: readonly string[]): Reply | Wait {
  const inGroup = same(argv[0], 'XREADGROUP');
  const asked = options(core, argv, inGroup);
  const { found, resolved } = wanted(core, asked);
  const replies: Reply[] = [];
  for (const one of found) {
    const entries = one.group === null ? plainly(one, asked.count) : readInGroup({ core, key: one.key, stream: one.stream, group: one.group, after: one.after, consumer: asked.consumer, count: asked.count, noack: asked.noack, claim: asked.claim });
    if (entries !== null) replies.push([one.key, entries]);
  }
  if (replies.length > 0) return replies;
  if (asked.block === null) return null;
  // What `$` means is settled when the client begins to wait.
  const again = !asked.ids.includes('$') ? argv : argv.map((text, i) => (i >= asked.at && text === '$' ? show(resolved[i - asked.at] ?? FIRST) : text));
  if (again === argv) parsed.set(argv, asked);
  return { wait: true, keys: asked.keys, timeout: asked.block, whenGone: inGroup, argv: again, at: asked.at, claimableAt: claimableAt(core, found, asked.claim) };
}
/** When what has been pending longest, of that which still exists, will have been so for min-idle-time. */
function claimableAt(core: Core, found: readonly Wanted[], least: number | null): number | null {
  if (least === null) return null;
  const times = found.flatMap(({ stream, group }) => (group === null ? [] : group.pending.filter((_, i) => entryAt(stream, group.ids[i]!) !== null).map(({ time }) => time)));
  return times.reduce((earliest, time) => Math.min(earliest, time), times[0] ?? core.now()) + least;
}
function plainly({ stream, after }: Wanted, count: number): Reply[] | null {
  if (stream.length === 0 || after === null || lastEntry(stream) <= after) return null;
  return range(stream, next(after) ?? FIRST, LAST, count).map(shown);
}
