/** What a consumer of a group is given: what is new, what was pending too long, what it has had already. https://redis.io/docs/latest/commands/xreadgroup/ */
import type { Core, Reply } from './core.ts';
import { advance, type Consumer, consumerOf, type Group, idleFor, type Pending, pendingOf, setPending } from './group.ts';
import { FIRST, type Id, LAST, next, show } from './ids.ts';
import { lowerBound } from './sorted.ts';
import { entryAt, type Fields, lastEntry, range, shown, type Stream } from './stream.ts';
import { tellClaim, tellPosition } from './telling.ts';

interface Asked {
  readonly core: Core;
  readonly key: string;
  readonly stream: Stream;
  readonly group: Group;
  /** Null for `>`. */
  readonly after: Id | null;
  /** The name. */
  readonly consumer: string;
  /** 0 for all. */
  readonly count: number;
  readonly noack: boolean;
  /** min-idle-time in ms; null for new entries only. */
  readonly claim: number | null;
}

/** @returns null when there is nothing to give */
export function readInGroup(asked: Asked): Reply[] | null {
  const { core, key, stream, group, after, claim, noack } = asked;
  const fresh = stream.length > 0 && lastEntry(stream) > group.lastId;
  const idle = claim === null || after !== null ? [] : idleEntries(asked, claim);
  const serve = after !== null || fresh || idle.length > 0;
  // Until 7.2 a read that finds nothing makes no consumer.
  if (!serve && !core.has('7.2')) return null;
  const { consumer, made } = consumerOf(group, asked.consumer, core.now());
  consumer.seen = core.now();
  if (made && noack) core.propagate('XGROUP', 'CREATECONSUMER', key, group.name, consumer.name);
  if (!serve) return null;
  if (after !== null) return history(asked, consumer, after);
  const claimed = idle.map((one) => take(asked, consumer, one));
  const room = asked.count === 0 ? 0 : asked.count - claimed.length;
  return fresh && (asked.count === 0 || room > 0) ? [...claimed, ...deliver(asked, consumer, room)] : claimed;
}

/** Entries that nobody of the group has had. With CLAIM they come with idle time and deliveries, both 0. */
function deliver({ core, key, stream, group, noack, claim }: Asked, consumer: Consumer, count: number): Reply[] {
  const entries = range(stream, next(group.lastId) ?? FIRST, LAST, count);
  const now = core.now();
  // From 8.6 on each entry is told with the position before the read.
  const before = core.has('8.6') ? group.lastId : undefined;
  for (const [id] of entries) {
    advance(stream, group, id, core.has('7.2'));
    core.out.push({ kind: 'delivered', key, group: group.name, consumer: consumer.name, id, deliveries: 1, how: 'new', pending: !noack });
    if (noack) continue;
    // XGROUP SETID may have brought the group back to what is pending with another.
    setPending(group, id, { consumer: consumer.name, time: now, deliveries: 1 });
    consumer.active = now;
    tellClaim(core, key, group, id, before);
  }
  if (entries.length > 0 && (core.has('7.2') || noack)) tellPosition(core, key, group);
  return entries.map((entry) => (claim === null ? shown(entry) : [...shown(entry), 0, 0]));
}

interface Idle {
  readonly id: Id;
  readonly pending: Pending;
  readonly fields: Fields;
}
function idleEntries({ core, stream, group, count }: Asked, claim: number): Idle[] {
  const found: Idle[] = [];
  for (const one of idleFor(group, claim, core.now())) {
    const fields = entryAt(stream, one.id);
    if (fields !== null && (count === 0 || found.length < count)) found.push({ ...one, fields });
  }
  return found;
}
/** Since 8.4: moves an entry that was pending too long to this consumer, and says how long that was and how often it was delivered. */
function take({ core, key, group }: Asked, consumer: Consumer, { id, pending, fields }: Idle): Reply {
  const now = core.now();
  const deliveries = pending.deliveries + 1;
  setPending(group, id, { consumer: consumer.name, time: now, deliveries });
  core.out.push({ kind: 'delivered', key, group: group.name, consumer: consumer.name, id, deliveries, how: 'claim', pending: true });
  consumer.active = now;
  tellClaim(core, key, group, id);
  return [...shown([id, fields]), now - pending.time, pending.deliveries];
}

/** What is pending with this consumer: a repeat, which counts as a delivery. Deleted entries come without fields. */
function history({ core, key, stream, group, count }: Asked, consumer: Consumer, after: Id): Reply[] {
  const from = lowerBound(consumer.ids, next(after) ?? FIRST);
  const ids = consumer.ids.slice(from, count === 0 ? undefined : from + count);
  return ids.map((id) => {
    const fields = entryAt(stream, id);
    if (fields === null) return [show(id), null];
    const deliveries = (pendingOf(group, id)?.deliveries ?? 0) + 1;
    setPending(group, id, { consumer: consumer.name, time: core.now(), deliveries });
    core.out.push({ kind: 'delivered', key, group: group.name, consumer: consumer.name, id, deliveries, how: 'history', pending: true });
    return shown([id, fields]);
  });
}
