/**
 * Who has read what: one copy per record and group, from the moment the broker answers for the record. The history speaks of
 * these; a log by itself has no custody to end.
 */
import { copyOf } from '../../base/copy.ts';
import type { Depth, RoomHost } from '../contract.ts';
import { cutAt, emptyRow, endOf, itemAt, putBefore, type Row, setItem, takeFirst } from './row.ts';

/** Of one record for one group. `hidden`: of an open transaction, for a group that reads only committed ones. */
type Stand = 'none' | 'hidden' | 'pending' | 'in flight';
interface Reading {
  copy: number;
  readonly message: number;
  stand: Stand;
  attempts: number;
  /** The newest entry about it. */
  entry: number;
  since: number;
}
/** Of one partition, from the first that is not done with. */
type PartReading = Row<Reading>;
interface GroupReading {
  readonly group: string;
  readonly topic: string;
  /** "orders@billing" */
  readonly place: string;
  committedOnly: boolean;
  parts: PartReading[];
  /** By partition: all before this offset it may have been handed at some time. */
  handed: number[];
  /** Of all its parts. */
  pending: number;
  inFlight: number;
}
export interface ReadingsState {
  readonly groups: readonly GroupReading[];
  readonly forwarded: readonly (readonly [number, number])[];
}
export interface Handed {
  readonly copy: number;
  readonly attempt: number;
  readonly entry: number;
}

export class Readings {
  private groups: GroupReading[] = [];
  /** Messages on their way to another topic: the entry that gave them up. */
  private forwarded = new Map<number, number>();
  private readonly host: RoomHost;
  /** Node of a topic's name. */
  private readonly nodeOf: (topic: string) => string;
  constructor(host: RoomHost, nodeOf: (topic: string) => string) {
    this.host = host;
    this.nodeOf = nodeOf;
  }
  /** The address of what a group has to read in a topic: "orders@billing". */
  placeOf(topic: string, group: string): string {
    return `${this.nodeOf(topic)}@${group}`;
  }
  /** Groups that read, as the document has them; a group that is gone gives up what it had not read. */
  reconcile(wanted: readonly { readonly group: string; readonly topic: string; readonly committedOnly: boolean }[], ends: (topic: string) => readonly number[]): void {
    const same = (a: { group: string; topic: string }) => (b: { group: string; topic: string }) => a.group === b.group && a.topic === b.topic;
    for (const gone of this.groups.filter((g) => !wanted.some(same(g)))) {
      for (const part of gone.parts) for (const r of takeFirst(part, part.items.length)) this.finish(gone, r, 'dropped', 'kafka.group_gone');
    }
    this.groups = this.groups.filter((g) => wanted.some(same(g)));
    for (const want of wanted) {
      let known = this.groups.find(same(want));
      if (!known) this.groups.push((known = { group: want.group, topic: want.topic, place: this.placeOf(want.topic, want.group), committedOnly: want.committedOnly, parts: [], handed: [], pending: 0, inFlight: 0 }));
      known.committedOnly = want.committedOnly;
      const end = ends(want.topic);
      while (known.parts.length < end.length) known.parts.push(emptyRow(end[known.parts.length] ?? 0));
    }
  }
  /** The broker answers for a record. @returns the entry that says so */
  accepted(topic: string, partition: number, offset: number, message: number, transactional: boolean): number {
    const readers = this.groups.filter((g) => g.topic === topic);
    const visible = readers.filter((g) => !(transactional && g.committedOnly));
    const entry = this.host.record('accepted', { message, place: this.nodeOf(topic), detail: visible.length, cause: this.forwarded.get(message) ?? -1 });
    this.forwarded.delete(message);
    for (const group of readers) {
      const part = this.part(group, partition, offset);
      const reading: Reading = { copy: -1, message, stand: 'hidden', attempts: 0, entry, since: this.host.now() };
      this.put(part, offset, reading);
      if (visible.includes(group)) this.enqueue(group, reading, entry, partition);
    }
    return entry;
  }
  /** A transaction ended: its records are there for all, or for nobody who reads committed ones. */
  transactionEnded(topic: string, partition: number, offsets: readonly number[], how: 'commit' | 'abort', by: string): void {
    const entry = this.host.record(how === 'commit' ? 'committed' : 'aborted', { place: this.nodeOf(topic), actor: by, detail: offsets.length, reason: `kafka.transaction_${how === 'commit' ? 'committed' : 'aborted'}` });
    for (const group of this.groups) {
      if (group.topic !== topic) continue;
      for (const offset of offsets) {
        const reading = this.at(group, partition, offset);
        if (reading?.stand !== 'hidden') continue;
        if (how === 'commit') this.enqueue(group, reading, entry, partition);
        else this.turn(group, reading, 'none');
      }
    }
  }
  /** A record is handed to the application by poll(). */
  delivered(group: string, topic: string, partition: number, offset: number, message: number, actor: string): Handed {
    const found = this.of(group, topic);
    if (!found) return { copy: -1, attempt: 1, entry: -1 };
    const part = this.part(found, partition, offset);
    let reading = this.at(found, partition, offset);
    if (!reading || reading.stand === 'none' || reading.stand === 'hidden') {
      reading = { copy: -1, message, stand: 'none', attempts: 0, entry: -1, since: this.host.now() };
      this.put(part, offset, reading);
      this.enqueue(found, reading, -1, partition);
    } else if (reading.stand === 'in flight') this.requeue(found, reading, 'kafka.read_again');
    reading.attempts++;
    found.handed[partition] = Math.max(found.handed[partition] ?? 0, offset + 1);
    this.turn(found, reading, 'in flight');
    reading.entry = this.host.record('delivered', { message, copy: reading.copy, place: found.place, actor, attempt: reading.attempts, cause: reading.entry });
    return { copy: reading.copy, attempt: reading.attempts, entry: reading.entry };
  }
  /** The group's offset was committed: everything below is done with, whether it was worked on or not. */
  committed(group: string, topic: string, partition: number, offset: number, reason: string): void {
    const found = this.of(group, topic);
    const part = found?.parts[partition];
    if (!found || !part) return;
    for (const reading of takeFirst(part, Math.max(0, offset - part.base))) this.finish(found, reading, reading.stand === 'in flight' ? 'settled' : 'dropped', reading.stand === 'in flight' ? reason : 'kafka.skipped');
    part.base = Math.max(part.base, offset);
  }
  /** A member begins to read at `offset`: what it was handed before and did not commit comes again. @param skipped why what lies below is never read */
  position(group: string, topic: string, partition: number, offset: number, again: string, skipped: string, messages: (offset: number) => number | undefined): void {
    const found = this.of(group, topic);
    if (!found) return;
    const part = this.part(found, partition, offset);
    for (const reading of takeFirst(part, Math.max(0, offset - part.base))) this.finish(found, reading, reading.stand === 'in flight' ? 'settled' : 'dropped', skipped);
    for (let o = part.base - 1; o >= offset; o--) {
      const message = messages(o);
      const reading: Reading = { copy: -1, message: message ?? -1, stand: 'none', attempts: 0, entry: -1, since: this.host.now() };
      putBefore(part, reading);
      if (message !== undefined) this.enqueue(found, reading, -1, partition, o < (found.handed[partition] ?? 0) ? again : undefined);
    }
    // Without anything in it, it begins here.
    if (endOf(part) === part.base) part.base = offset;
    for (let o = part.base; o < endOf(part); o++) {
      const reading = itemAt(part, o);
      if (reading?.stand === 'in flight') this.requeue(found, reading, again);
    }
  }
  /** The reader gives up on a record that it was handed: whatever is committed, it is done with. */
  givenUp(group: string, topic: string, partition: number, offset: number, message: number, how: 'dead-lettered' | 'dropped', reason: string): void {
    const entry = this.end(group, topic, partition, offset, how, reason);
    if (entry !== undefined && how === 'dead-lettered') this.forwarded.set(message, entry);
  }
  /** @returns the entry that says so; undefined when nothing was there */
  private end(group: string, topic: string, partition: number, offset: number, how: 'settled' | 'dead-lettered' | 'dropped', reason: string): number | undefined {
    const found = this.of(group, topic);
    const reading = found && this.at(found, partition, offset);
    if (!found || !reading) return undefined;
    this.finish(found, reading, how, reason);
    return reading.entry;
  }
  /** What is handed out of one record now; undefined when nothing is. */
  inHand(group: string, topic: string, partition: number, offset: number): Handed | undefined {
    const found = this.of(group, topic);
    const reading = found && this.at(found, partition, offset);
    return reading?.stand === 'in flight' ? { copy: reading.copy, attempt: reading.attempts, entry: reading.entry } : undefined;
  }
  /** A share group is done with everything before; what is still in hands there stays until its holder is. */
  movedOn(group: string, topic: string, partition: number, offset: number): void {
    const found = this.of(group, topic);
    const part = found?.parts[partition];
    if (!found || !part) return;
    while (part.base < offset && endOf(part) > part.base && itemAt(part, part.base)?.stand !== 'in flight') {
      for (const reading of takeFirst(part, 1)) this.finish(found, reading, 'dropped', 'kafka.skipped');
    }
  }
  /** A share group's record was acknowledged. */
  acknowledged(group: string, topic: string, partition: number, offset: number): void {
    this.end(group, topic, partition, offset, 'settled', 'kafka.accepted');
  }
  /** A share group's record may be handed to anybody again. */
  releasedOne(group: string, topic: string, partition: number, offset: number, reason: string): void {
    const found = this.of(group, topic);
    const reading = found && this.at(found, partition, offset);
    if (found && reading?.stand === 'in flight') this.requeue(found, reading, reason);
  }
  /** Handed out again from `offset` on: a seek. */
  returned(group: string, topic: string, partition: number, offset: number, reason: string): void {
    const found = this.of(group, topic);
    const part = found?.parts[partition];
    if (!found || !part) return;
    for (let o = Math.max(offset, part.base); o < endOf(part); o++) {
      const reading = itemAt(part, o);
      if (reading?.stand === 'in flight') this.requeue(found, reading, reason);
    }
  }
  /** Records that are gone from the log, and can no longer be read by whoever had not. */
  gone(topic: string, partition: number, offsets: { readonly before: number } | readonly number[], how: 'lost' | 'expired' | 'dropped', reason: string): void {
    for (const group of this.groups) {
      const part = group.topic === topic ? group.parts[partition] : undefined;
      if (!part) continue;
      const readings = 'before' in offsets ? part.items.slice(part.head, Math.max(part.head, part.head + offsets.before - part.base)) : offsets.flatMap((o) => itemAt(part, o) ?? []);
      for (const reading of readings) {
        if (reading.stand === 'in flight' && how !== 'lost') continue;
        this.finish(group, reading, how, reason);
        this.turn(group, reading, 'none');
      }
    }
  }
  /** The log ends here again: what is appended next takes these offsets anew. */
  truncated(topic: string, partition: number, end: number): void {
    for (const group of this.groups) {
      const part = group.topic === topic ? group.parts[partition] : undefined;
      if (!part) continue;
      cutAt(part, end);
      part.base = Math.min(part.base, end);
      if ((group.handed[partition] ?? 0) > end) group.handed[partition] = end;
    }
  }
  depths(): readonly Depth[] {
    return this.groups.map(({ place, parts, pending, inFlight }): Depth => ({ place, pending, inFlight, oldest: pending === 0 ? -1 : Math.min(...parts.map(waitsSince)) }));
  }
  /** Whether a group still has it in hand, and whether it had it before. */
  standOf(group: string, topic: string, partition: number, offset: number): { readonly held: boolean; readonly again: boolean; readonly copy: number } | undefined {
    const found = this.of(group, topic);
    const reading = found && this.at(found, partition, offset);
    return reading && { held: reading.stand === 'in flight', again: reading.attempts > 1, copy: reading.copy };
  }
  groupsOf(topic: string): string[] {
    return this.groups.filter((g) => g.topic === topic).map((g) => g.group);
  }
  save(): ReadingsState {
    return copyOf({ groups: this.groups, forwarded: [...this.forwarded] });
  }
  load(state: ReadingsState): void {
    this.groups = copyOf(state).groups as GroupReading[];
    this.forwarded = new Map(state.forwarded);
  }

  private of(group: string, topic: string): GroupReading | undefined {
    return this.groups.find((g) => g.group === group && g.topic === topic);
  }
  private part(group: GroupReading, partition: number, offset: number): PartReading {
    while (group.parts.length <= partition) group.parts.push(emptyRow(offset));
    return group.parts[partition] as PartReading;
  }
  private at(group: GroupReading, partition: number, offset: number): Reading | undefined {
    const part = group.parts[partition];
    return part && itemAt(part, offset);
  }
  private put(part: PartReading, offset: number, reading: Reading): void {
    setItem(part, offset, reading, () => ({ copy: -1, message: -1, stand: 'none', attempts: 0, entry: -1, since: 0 }));
  }
  private turn(group: GroupReading, reading: Reading, stand: Stand): void {
    if (reading.stand === 'pending') group.pending--;
    else if (reading.stand === 'in flight') group.inFlight--;
    if (stand === 'pending') group.pending++;
    else if (stand === 'in flight') group.inFlight++;
    reading.stand = stand;
  }
  private enqueue(group: GroupReading, reading: Reading, cause: number, partition: number, reason?: string): void {
    reading.copy = this.host.copy();
    this.turn(group, reading, 'pending');
    reading.since = this.host.now();
    reading.entry = this.host.record('enqueued', { message: reading.message, copy: reading.copy, place: group.place, cause, detail: partition, ...(reason === undefined ? {} : { reason }) });
  }
  private requeue(group: GroupReading, reading: Reading, reason: string): void {
    this.turn(group, reading, 'pending');
    reading.entry = this.host.record('requeued', { message: reading.message, copy: reading.copy, place: group.place, attempt: reading.attempts, reason, cause: reading.entry });
  }
  private finish(group: GroupReading, reading: Reading, how: 'settled' | 'dropped' | 'lost' | 'expired' | 'dead-lettered', reason: string): void {
    if (reading.stand === 'none' || reading.stand === 'hidden') return;
    reading.entry = this.host.record(how, { message: reading.message, copy: reading.copy, place: group.place, attempt: reading.attempts, reason, cause: reading.entry });
    this.turn(group, reading, 'none');
  }
}
/** µs since when the first that waits in a partition does: those behind it came later. */
function waitsSince(part: PartReading): number {
  for (let i = part.head; i < part.items.length; i++) if (part.items[i]?.stand === 'pending') return part.items[i]?.since ?? 0;
  return Number.POSITIVE_INFINITY;
}
