/** XGROUP and XACK. https://redis.io/docs/latest/commands/xgroup/ */
import { integer, looseId, same, strictId } from './arguments.ts';
import type { Core, Reply } from './core.ts';
import { errors, refuse } from './errors.ts';
import { addNamed, byName, consumerOf, dropPending, type Group, newGroup, removeNamed } from './group.ts';
import { FIRST } from './ids.ts';
import { newStream, type Stream } from './stream.ts';

interface Options {
  readonly makeStream: boolean;
  readonly entriesRead: number | null;
}
function options(argv: readonly string[]): Options {
  const create = same(argv[1], 'CREATE');
  let [makeStream, entriesRead] = [false, null as number | null];
  for (let i = 5; i < argv.length; i++) {
    if (create && same(argv[i], 'MKSTREAM')) makeStream = true;
    else if ((create || same(argv[1], 'SETID')) && same(argv[i], 'ENTRIESREAD') && i + 1 < argv.length) {
      const value = integer(argv[++i]!);
      if (value < -1) refuse(errors.entriesRead());
      entriesRead = value === -1 ? null : value;
    } else refuse(errors.subcommandSyntax(argv[0]!, argv[1]!));
  }
  return { makeStream, entriesRead };
}
function existing(core: Core, argv: readonly string[]): Stream {
  return core.stream(argv[2]!) ?? refuse(errors.groupNeedsKey());
}
function groupOf(core: Core, argv: readonly string[]): { stream: Stream; group: Group } {
  const stream = existing(core, argv);
  return { stream, group: byName(stream.groups, argv[3]!) ?? refuse(errors.noGroup(argv[2]!, argv[3]!)) };
}

/** Since 8.6 a group cannot have read more than was ever added. */
function capped(core: Core, stream: Stream, entriesRead: number | null): number | null {
  return entriesRead === null || !core.has('8.6') ? entriesRead : Math.min(entriesRead, stream.entriesAdded);
}

export function create(core: Core, argv: readonly string[]): Reply {
  const { makeStream, entriesRead } = options(argv);
  const stream = core.stream(argv[2]!);
  if (stream === undefined && !makeStream) return errors.groupNeedsKey();
  if (argv.length > 8) return errors.subcommandSyntax(argv[0]!, argv[1]!);
  const from = argv[4] === '$' ? (stream?.lastId ?? FIRST) : strictId(argv[4]!);
  const target = stream ?? newStream();
  if (stream === undefined) core.put(argv[2]!, target);
  if (byName(target.groups, argv[3]!) !== undefined) return errors.busyGroup();
  addNamed(target.groups, newGroup(argv[3]!, from, capped(core, target, entriesRead)));
  core.propagate(...argv);
  return 'OK';
}
/** Moves the position of a group. What is pending stays so. */
export function setId(core: Core, argv: readonly string[]): Reply {
  const { entriesRead } = options(argv);
  const { stream, group } = groupOf(core, argv);
  if (argv.length !== 5 && argv.length !== 7) return errors.subcommandSyntax(argv[0]!, argv[1]!);
  group.lastId = argv[4] === '$' ? stream.lastId : looseId(argv[4]!);
  group.entriesRead = capped(core, stream, entriesRead);
  core.propagate(...argv);
  return 'OK';
}
export function destroy(core: Core, argv: readonly string[]): Reply {
  const stream = existing(core, argv);
  const group = removeNamed(stream.groups, argv[3]!);
  if (group === undefined) return 0;
  core.forgotten(argv[2]!, group.name, group.ids, 'group_destroyed');
  core.propagate(...argv);
  core.signal(argv[2]!);
  return 1;
}
export function createConsumer(core: Core, argv: readonly string[]): Reply {
  const { group } = groupOf(core, argv);
  const { made } = consumerOf(group, argv[4]!, core.now());
  if (made) core.propagate(...argv);
  return made ? 1 : 0;
}
/** What was pending with the consumer is pending no more: nobody of the group gets it again. */
export function deleteConsumer(core: Core, argv: readonly string[]): Reply {
  const { group } = groupOf(core, argv);
  const consumer = byName(group.consumers, argv[4]!);
  if (consumer === undefined) return 0;
  const ids = [...consumer.ids];
  for (const id of ids) dropPending(group, id);
  removeNamed(group.consumers, consumer.name);
  core.forgotten(argv[2]!, group.name, ids, 'consumer_deleted');
  core.propagate(...argv);
  return ids.length;
}

/** https://redis.io/docs/latest/commands/xack/ */
export function xack(core: Core, argv: readonly string[]): Reply {
  const stream = core.stream(argv[1]!);
  const group = stream === undefined ? undefined : byName(stream.groups, argv[2]!);
  if (group === undefined) return 0;
  const known = argv
    .slice(3)
    .map(strictId)
    .filter((id) => dropPending(group, id) !== undefined);
  if (known.length > 0) {
    core.out.push({ kind: 'acknowledged', key: argv[1]!, group: group.name, ids: known });
    core.propagate(...argv);
  }
  return known.length;
}
