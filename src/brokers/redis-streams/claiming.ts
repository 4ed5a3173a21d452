/** XPENDING, XCLAIM, XAUTOCLAIM. https://redis.io/docs/latest/commands/xclaim/ */
import { endId, integer, same, startId, strictId } from './arguments.ts';
import type { Core, Reply } from './core.ts';
import { errors, refuse } from './errors.ts';
import { byName, type Consumer, consumerOf, dropPending, type Group, type Pending, pendingOf, setPending } from './group.ts';
import { FIRST, type Id, parseId, show } from './ids.ts';
import { lowerBound } from './sorted.ts';
import { entryAt, type Fields, shown, type Stream } from './stream.ts';
import { tellClaim, tellPosition } from './telling.ts';

function groupOf(core: Core, key: string, name: string): { stream: Stream; group: Group } {
  const stream = core.stream(key);
  const group = stream === undefined ? undefined : byName(stream.groups, name);
  return stream === undefined || group === undefined ? refuse(errors.noKeyOrGroup(key, name)) : { stream, group };
}

/** https://redis.io/docs/latest/commands/xpending/ */
export function xpending(core: Core, argv: readonly string[]): Reply {
  if (argv.length === 3) return summary(groupOf(core, argv[1]!, argv[2]!).group);
  if (argv.length < 6 || argv.length > 9) return errors.syntax();
  let [at, idle] = [3, 0];
  if (same(argv[3], 'IDLE')) {
    idle = integer(argv[4]!);
    if (argv.length < 8) return errors.syntax();
    at = 5;
  }
  const count = Math.max(integer(argv[at + 2]!), 0);
  const [start, end] = [startId(argv[at]!), endId(argv[at + 1]!)];
  const { group } = groupOf(core, argv[1]!, argv[2]!);
  const of = argv[at + 3];
  const ids = of === undefined ? group.ids : (byName(group.consumers, of)?.ids ?? []);
  const rows: Reply[] = [];
  for (let i = lowerBound(ids, start); i < ids.length && rows.length < count; i++) {
    const id = ids[i]!;
    if (id > end) break;
    const pending = pendingOf(group, id);
    if (pending === undefined || (idle !== 0 && core.now() - pending.time < idle)) continue;
    rows.push([show(id), pending.consumer, Math.max(core.now() - pending.time, 0), pending.deliveries]);
  }
  return rows;
}
function summary({ ids, consumers }: Group): Reply {
  const [first, last] = [ids[0], ids.at(-1)];
  if (first === undefined || last === undefined) return [0, null, null, null];
  return [ids.length, show(first), show(last), consumers.filter((one) => one.ids.length > 0).map((one) => [one.name, String(one.ids.length)])];
}

interface Claim {
  readonly minIdle: number;
  readonly ids: readonly Id[];
  /** Unix time in ms of the delivery that the claim stands for; null for now. */
  time: number | null;
  deliveries: number | null;
  force: boolean;
  justId: boolean;
  /** The group's position is moved up to this. */
  lastId: Id;
}
function claim(core: Core, argv: readonly string[]): Claim {
  const minIdle = Math.max(integer(argv[4]!, 'Invalid min-idle-time argument for XCLAIM'), 0);
  let at = 5;
  const ids: Id[] = [];
  for (; at < argv.length; at++) {
    const parsed = parseId(argv[at]!);
    if (parsed === null) break;
    ids.push(parsed.id);
  }
  const found: Claim = { minIdle, ids, time: null, deliveries: null, force: false, justId: false, lastId: FIRST };
  for (; at < argv.length; at++) {
    const word = argv[at]!;
    const value = argv[at + 1];
    if (same(word, 'FORCE')) found.force = true;
    else if (same(word, 'JUSTID')) found.justId = true;
    else if (value === undefined) refuse(errors.claimOption(word));
    else if (same(word, 'IDLE')) found.time = core.now() - integer(value, 'Invalid IDLE option argument for XCLAIM');
    else if (same(word, 'TIME')) found.time = integer(value, 'Invalid TIME option argument for XCLAIM');
    else if (same(word, 'RETRYCOUNT')) found.deliveries = integer(value, 'Invalid RETRYCOUNT option argument for XCLAIM');
    else if (same(word, 'LASTID')) found.lastId = strictId(value);
    else refuse(errors.claimOption(word));
    if (!same(word, 'FORCE') && !same(word, 'JUSTID')) at++;
  }
  return found;
}
export function xclaim(core: Core, argv: readonly string[]): Reply {
  const key = argv[1]!;
  const { stream, group } = groupOf(core, key, argv[2]!);
  const asked = claim(core, argv);
  const now = core.now();
  let moved = asked.lastId > group.lastId;
  if (moved) group.lastId = asked.lastId;
  // A time in the future, or before 1970, is taken for now.
  const time = asked.time === null || asked.time < 0 || asked.time > now ? now : asked.time;
  const claimant = new Claimant(core, key, group, argv[3]!);
  const replies: Reply[] = [];
  for (const id of asked.ids) {
    const fields = entryAt(stream, id);
    const pending = pendingOf(group, id);
    if (fields === null && pending !== undefined) {
      tellClaim(core, key, group, id);
      dropPending(group, id);
      core.forgotten(key, group.name, [id], 'entry_deleted');
      moved = false;
    }
    if (fields === null || (pending === undefined && !asked.force)) continue;
    if (pending !== undefined && asked.minIdle > 0 && now - pending.time < asked.minIdle) continue;
    const before = pending?.deliveries ?? 1;
    const deliveries = asked.deliveries !== null && asked.deliveries >= 0 ? asked.deliveries : asked.justId ? before : before + 1;
    replies.push(claimant.take(id, fields, { time, deliveries }, asked.justId));
    tellClaim(core, key, group, id);
    moved = false;
  }
  if (moved) tellPosition(core, key, group);
  return replies;
}

/** The consumer that claims: until 7.2 it is made only when it gets something. */
class Claimant {
  private readonly core: Core;
  private readonly key: string;
  private readonly group: Group;
  private readonly name: string;
  constructor(core: Core, key: string, group: Group, name: string) {
    this.core = core;
    this.key = key;
    this.group = group;
    this.name = name;
    if (core.has('7.2')) this.consumer();
  }
  private consumer(): Consumer {
    const { consumer } = consumerOf(this.group, this.name, this.core.now());
    consumer.seen = this.core.now();
    return consumer;
  }
  take(id: Id, fields: Fields, pending: Omit<Pending, 'consumer' | 'turn'>, justId: boolean): Reply {
    this.consumer().active = this.core.now();
    setPending(this.group, id, { ...pending, consumer: this.name });
    this.core.out.push({ kind: 'delivered', key: this.key, group: this.group.name, consumer: this.name, id, deliveries: pending.deliveries, how: 'claim', pending: true });
    return justId ? show(id) : shown([id, fields]);
  }
}

/** https://redis.io/docs/latest/commands/xautoclaim/ */
export function xautoclaim(core: Core, argv: readonly string[]): Reply {
  const minIdle = Math.max(integer(argv[4]!, 'Invalid min-idle-time argument for XAUTOCLAIM'), 0);
  const start = startId(argv[5]!);
  let [count, justId] = [100, false];
  for (let i = 6; i < argv.length; i++) {
    if (same(argv[i], 'COUNT') && i + 1 < argv.length) {
      count = integer(argv[++i]!, 'COUNT must be > 0');
      if (count < 1 || count > (2 ** 63 - 1) / 16) return errors.claimCount();
    } else if (same(argv[i], 'JUSTID')) justId = true;
    else return errors.syntax();
  }
  const key = argv[1]!;
  const { stream, group } = groupOf(core, key, argv[2]!);
  const now = core.now();
  const claimant = new Claimant(core, key, group, argv[3]!);
  const [claimed, deleted]: [Reply[], Id[]] = [[], []];
  let at = lowerBound(group.ids, start);
  // It looks at ten times as many entries as it may answer with.
  for (let attempts = count * 10; attempts > 0 && claimed.length + deleted.length < count && at < group.ids.length; attempts--) {
    const id = group.ids[at]!;
    const fields = entryAt(stream, id);
    if (fields === null) {
      tellClaim(core, key, group, id);
      dropPending(group, id);
      deleted.push(id);
      continue;
    }
    const pending = group.pending[at]!;
    at++;
    if (minIdle > 0 && now - pending.time < minIdle) continue;
    claimed.push(claimant.take(id, fields, { time: now, deliveries: pending.deliveries + (justId ? 0 : 1) }, justId));
    tellClaim(core, key, group, id);
  }
  if (deleted.length > 0) core.forgotten(key, group.name, deleted, 'entry_deleted');
  return [show(group.ids[at] ?? FIRST), claimed, deleted.map(show)];
}
