/** XINFO. https://redis.io/docs/latest/commands/xinfo-stream/ Sizes of the radix tree in memory are not modelled. */
import { integer, same } from './arguments.ts';
import type { Core, Reply } from './core.ts';
import { errors } from './errors.ts';
import { byName, type Consumer, type Group, lag, pendingOf } from './group.ts';
import { forget } from './idempotence.ts';
import { FIRST, type Id, LAST, show } from './ids.ts';
import { range, shown, type Stream } from './stream.ts';

export function streamInfo(core: Core, argv: readonly string[]): Reply {
  const stream = core.stream(argv[2]!);
  if (stream === undefined) return errors.noSuchKey();
  const rest = argv.slice(3);
  if (rest.length > 0 && ((rest.length !== 1 && rest.length !== 3) || !same(rest[0], 'FULL') || (rest.length === 3 && !same(rest[1], 'COUNT')))) {
    return errors.subcommandSyntax(argv[0]!, argv[1]!);
  }
  const head: Reply[] = [...['length', stream.length, 'radix-tree-keys', stream.nodes.length, 'last-generated-id', show(stream.lastId)], ...['max-deleted-entry-id', show(stream.maxDeletedId), 'entries-added', stream.entriesAdded, 'recorded-first-entry-id', show(stream.firstId)]];
  if (core.has('8.6')) head.push(...idempotenceInfo(stream, core.now()));
  if (rest.length === 0) {
    const edge = (reverse: boolean): Reply => range(stream, FIRST, LAST, 1, reverse).map(shown)[0] ?? null;
    return [...head, 'groups', stream.groups.length, 'first-entry', edge(false), 'last-entry', edge(true)];
  }
  const asked = rest[2] === undefined ? 10 : integer(rest[2]);
  const count = asked < 0 ? 10 : asked;
  return [...head, 'entries', range(stream, FIRST, LAST, count).map(shown), 'groups', stream.groups.map((group) => full(core, stream, group, count))];
}
function idempotenceInfo(stream: Stream, now: number): Reply[] {
  forget(stream, now);
  const { duration, maxsize, producers, added, duplicates } = stream.memory;
  const tracked = producers.reduce((sum, { entries }) => sum + entries.length, 0);
  return ['idmp-duration', duration, 'idmp-maxsize', maxsize, 'pids-tracked', producers.length, 'iids-tracked', tracked, 'iids-added', added, 'iids-duplicates', duplicates];
}
function full(core: Core, stream: Stream, group: Group, count: number): Reply {
  const most = <T>(list: readonly T[]): readonly T[] => (count === 0 ? list : list.slice(0, count));
  const row = (id: Id, consumer: boolean): Reply => {
    const pending = pendingOf(group, id);
    return [show(id), ...(consumer ? [pending?.consumer ?? ''] : []), pending?.time ?? 0, pending?.deliveries ?? 0];
  };
  const consumer = ({ name, seen, active, ids }: Consumer): Reply => {
    const times = core.has('7.2') ? ['seen-time', seen, 'active-time', active] : ['seen-time', seen];
    return ['name', name, ...times, 'pel-count', ids.length, 'pending', most(ids).map((id) => row(id, false))];
  };
  return [...['name', group.name, 'last-delivered-id', show(group.lastId), 'entries-read', group.entriesRead, 'lag', lag(stream, group, core.has('7.2'))], ...['pel-count', group.ids.length, 'pending', most(group.ids).map((id) => row(id, true)), 'consumers', group.consumers.map(consumer)]];
}

export function groupsInfo(core: Core, argv: readonly string[]): Reply {
  const stream = core.stream(argv[2]!);
  if (stream === undefined) return errors.noSuchKey();
  return stream.groups.map((group) => [...['name', group.name, 'consumers', group.consumers.length, 'pending', group.ids.length, 'last-delivered-id', show(group.lastId)], ...['entries-read', group.entriesRead, 'lag', lag(stream, group, core.has('7.2'))]]);
}

export function consumersInfo(core: Core, argv: readonly string[]): Reply {
  const stream = core.stream(argv[2]!);
  if (stream === undefined) return errors.noSuchKey();
  const group = byName(stream.groups, argv[3]!);
  if (group === undefined) return errors.noGroup(argv[2]!, argv[3]!);
  const now = core.now();
  return group.consumers.map(({ name, seen, active, ids }) => {
    const row = ['name', name, 'pending', ids.length, 'idle', Math.max(now - seen, 0)];
    return core.has('7.2') ? [...row, 'inactive', active === -1 ? -1 : now - active] : row;
  });
}
