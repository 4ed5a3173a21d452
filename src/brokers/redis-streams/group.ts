/**
 * Consumer groups: where a group has read to, and what is pending with whom.
 * https://redis.io/docs/latest/develop/data-types/streams/#consumer-groups
 */
import { FIRST, type Id, LAST } from './ids.ts';
import { insert, lowerBound, position, remove } from './sorted.ts';
import type { Stream } from './stream.ts';

/** A delivered entry that nobody has acknowledged. Replaced, never changed. */
export interface Pending {
  readonly consumer: string;
  /** Unix time in ms of the last delivery. */
  readonly time: number;
  readonly deliveries: number;
  /** Which of the group's changes this was: of two of one millisecond the earlier comes first. */
  readonly turn: number;
}
export interface Consumer {
  readonly name: string;
  /** When it last tried to read or claim, and when it last got something (-1: never). Unix time in ms. */
  seen: number;
  active: number;
  /** What is pending with it. */
  readonly ids: Id[];
}
export interface Group {
  readonly name: string;
  /** last-delivered-id */
  lastId: Id;
  /** How many entries were read up to lastId since the stream began; null when that cannot be known. */
  entriesRead: number | null;
  /** The pending entries list (PEL) of the whole group: IDs, and beside each what is known of it. */
  readonly ids: Id[];
  readonly pending: Pending[];
  turns: number;
  /** By name. */
  readonly consumers: Consumer[];
}

export function newGroup(name: string, lastId: Id, entriesRead: number | null): Group {
  return { name, lastId, entriesRead, ids: [], pending: [], turns: 0, consumers: [] };
}
interface Named {
  readonly name: string;
}
export function byName<T extends Named>(list: readonly T[], name: string): T | undefined {
  return list.find((one) => one.name === name);
}
/** Names are kept in order, as the radix tree keeps them. */
export function addNamed<T extends Named>(list: T[], one: T): void {
  const at = list.findIndex((other) => other.name > one.name);
  list.splice(at < 0 ? list.length : at, 0, one);
}
export function removeNamed<T extends Named>(list: T[], name: string): T | undefined {
  const at = list.findIndex((one) => one.name === name);
  return at < 0 ? undefined : list.splice(at, 1)[0];
}
/** The consumer of that name, made on its first mention. */
export function consumerOf(group: Group, name: string, now: number): { consumer: Consumer; made: boolean } {
  const found = byName(group.consumers, name);
  if (found !== undefined) return { consumer: found, made: false };
  const consumer: Consumer = { name, seen: now, active: -1, ids: [] };
  addNamed(group.consumers, consumer);
  return { consumer, made: true };
}

export function pendingOf(group: Group, id: Id): Pending | undefined {
  const at = position(group.ids, id);
  return at < 0 ? undefined : group.pending[at];
}
/** Makes an entry pending with a consumer, or moves it to this one. */
export function setPending(group: Group, id: Id, change: Omit<Pending, 'turn'>): void {
  const pending = { ...change, turn: group.turns++ };
  const at = lowerBound(group.ids, id);
  const old = group.ids[at] === id ? group.pending[at] : undefined;
  if (old === undefined) {
    group.ids.splice(at, 0, id);
    group.pending.splice(at, 0, pending);
  } else group.pending[at] = pending;
  if (old?.consumer === pending.consumer) return;
  if (old !== undefined) remove(byName(group.consumers, old.consumer)?.ids ?? [], id);
  insert(byName(group.consumers, pending.consumer)?.ids ?? [], id);
}
/** @returns what was known of it, or undefined when it was not pending */
export function dropPending(group: Group, id: Id): Pending | undefined {
  const at = position(group.ids, id);
  if (at < 0) return undefined;
  group.ids.splice(at, 1);
  const [pending] = group.pending.splice(at, 1);
  remove(byName(group.consumers, pending?.consumer ?? '')?.ids ?? [], id);
  return pending;
}

/** What has been pending for so long, the longest first. @param least ms */
export function idleFor(group: Group, least: number, now: number): { readonly id: Id; readonly pending: Pending }[] {
  const found = group.ids.flatMap((id, i) => {
    const pending = group.pending[i];
    return pending !== undefined && now - pending.time >= least ? [{ id, pending }] : [];
  });
  return found.sort((a, b) => a.pending.time - b.pending.time || a.pending.turn - b.pending.turn);
}

/** Whether an entry from `start` on was deleted by XDEL. */
function hasTombstone(stream: Stream, start: Id, version72: boolean): boolean {
  if (stream.length === 0 || stream.maxDeletedId === FIRST) return false;
  if (!version72 && stream.firstId > stream.maxDeletedId) return false;
  return start <= stream.maxDeletedId && stream.maxDeletedId <= LAST;
}
/** How many entries were ever added up to this ID; null when deletions make it unknowable. */
function distance(stream: Stream, id: Id, version72: boolean): number | null {
  if (stream.entriesAdded === 0) return 0;
  if (stream.length === 0 && id <= stream.lastId) return stream.entriesAdded;
  if (version72 && id !== FIRST && id < stream.maxDeletedId) return null;
  if (id === stream.lastId) return stream.entriesAdded;
  if (id > stream.lastId) return null;
  if (stream.maxDeletedId !== FIRST && stream.maxDeletedId >= stream.firstId) return null;
  if (id < stream.firstId) return stream.entriesAdded - stream.length;
  return id === stream.firstId ? stream.entriesAdded - stream.length + 1 : null;
}
/** Moves the group's position on to an entry that it delivers. */
export function advance(stream: Stream, group: Group, id: Id, version72: boolean): void {
  if (id <= group.lastId) return;
  const known = version72 ? group.lastId >= stream.firstId && !hasTombstone(stream, group.lastId, true) : !hasTombstone(stream, id, false);
  if (group.entriesRead !== null && known) group.entriesRead++;
  else if (stream.entriesAdded > 0) group.entriesRead = distance(stream, id, version72);
  group.lastId = id;
}
/** Entries that the group has yet to read; null when deletions make it unknowable. */
export function lag(stream: Stream, group: Group, version72: boolean): number | null {
  if (stream.entriesAdded === 0) return 0;
  if (version72) {
    if (stream.length === 0) return 0;
    if (group.lastId < stream.firstId && stream.maxDeletedId < stream.firstId) return stream.length;
  }
  if (group.entriesRead !== null && !hasTombstone(stream, group.lastId, version72)) return stream.entriesAdded - group.entriesRead;
  const read = distance(stream, group.lastId, version72);
  return read === null ? null : stream.entriesAdded - read;
}
