/** What replicas and the append-only file are told of a group: not the read, but what came of it. */
import type { Core } from './core.ts';
import { type Group, pendingOf } from './group.ts';
import { type Id, show } from './ids.ts';

/** An entry became pending with a consumer, or moved to one. @param last the position of the group that is told. https://redis.io/docs/latest/commands/xclaim/ */
export function tellClaim(core: Core, key: string, group: Group, id: Id, last: Id = group.lastId): void {
  const pending = pendingOf(group, id);
  if (pending === undefined) return;
  if (!core.tells) return core.propagate();
  const { consumer, time, deliveries } = pending;
  core.propagate('XCLAIM', key, group.name, consumer, '0', show(id), 'TIME', String(time), 'RETRYCOUNT', String(deliveries), 'FORCE', 'JUSTID', 'LASTID', show(last));
}
export function tellPosition(core: Core, key: string, group: Group): void {
  if (!core.tells) return core.propagate();
  core.propagate('XGROUP', 'SETID', key, group.name, show(group.lastId), 'ENTRIESREAD', String(group.entriesRead ?? -1));
}
