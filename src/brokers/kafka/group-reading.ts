/** What one group has to read in one topic: a copy of each record, from the moment the broker answers for the record until the group is done with it. */
import type { RowsState } from '../../base/rows.ts';
import type { Depth, RoomHost } from '../contract.ts';
import { HIDDEN, IN_FLIGHT, NONE, PartReading, PENDING, type Stand } from './part-reading.ts';

export type End = 'settled' | 'dropped' | 'lost' | 'expired' | 'dead-lettered';
export interface Handed {
  readonly copy: number;
  readonly attempt: number;
  readonly entry: number;
}
export interface Reader {
  readonly group: string;
  readonly topic: string;
  /** "orders@billing" */
  readonly place: string;
}
export interface GroupReadingState extends Reader {
  readonly committedOnly: boolean;
  readonly parts: readonly RowsState[];
  readonly handed: readonly number[];
  readonly pending: number;
  readonly inFlight: number;
}

export class GroupReading implements Reader {
  readonly group: string;
  readonly topic: string;
  readonly place: string;
  committedOnly: boolean;
  private readonly host: RoomHost;
  private parts: PartReading[] = [];
  /** By partition: all before this offset it may have been handed at some time. */
  private handed: number[] = [];
  /** Of all its parts. */
  private pending = 0;
  private inFlight = 0;

  constructor({ group, topic, place }: Reader, committedOnly: boolean, host: RoomHost) {
    this.group = group;
    this.topic = topic;
    this.place = place;
    this.committedOnly = committedOnly;
    this.host = host;
  }
  /** @param ends log end offsets of the topic's partitions: of a new one it has to read what comes from now on */
  grow(ends: readonly number[]): void {
    while (this.parts.length < ends.length) this.parts.push(new PartReading(ends[this.parts.length] ?? 0));
  }
  sees(transactional: boolean): boolean {
    return !(transactional && this.committedOnly);
  }
  /** The broker answers for a record. */
  accepted(partition: number, offset: number, message: number, transactional: boolean, entry: number): void {
    const part = this.part(partition, offset);
    part.put(offset, message, HIDDEN, entry, this.host.now());
    if (this.sees(transactional)) this.enqueue(part, offset, entry, partition, undefined);
  }
  /** Its transaction ended. */
  revealed(partition: number, offset: number, how: 'commit' | 'abort', entry: number): void {
    const part = this.parts[partition];
    if (part?.stand(offset) !== HIDDEN) return;
    if (how === 'commit') this.enqueue(part, offset, entry, partition, undefined);
    else part.setStand(offset, NONE);
  }
  /** A record is handed to the application. */
  delivered(partition: number, offset: number, message: number, actor: string): Handed {
    const part = this.part(partition, offset);
    const stand = part.stand(offset);
    if (stand === IN_FLIGHT) this.requeue(part, offset, 'kafka.read_again');
    else if (stand !== PENDING) {
      part.put(offset, message, NONE, -1, this.host.now());
      this.enqueue(part, offset, -1, partition, undefined);
    }
    part.countAttempt(offset);
    const attempt = part.attempts(offset);
    this.handed[partition] = Math.max(this.handed[partition] ?? 0, offset + 1);
    this.turn(part, offset, IN_FLIGHT);
    const copy = part.copy(offset);
    const entry = this.host.write('delivered', message, copy, this.place, actor, attempt, undefined, part.entry(offset), -1);
    part.setEntry(offset, entry);
    return { copy, attempt, entry };
  }
  /** Everything below is done with: what was handed out is settled, the rest dropped. */
  doneBefore(partition: number, offset: number, settled: string, dropped: string): void {
    const part = this.parts[partition];
    if (!part) return;
    const { first, end } = part.rows;
    for (let o = first; o < Math.min(offset, end); o++) {
      if (part.stand(o) === IN_FLIGHT) this.finish(part, o, 'settled', settled);
      else this.finish(part, o, 'dropped', dropped);
    }
    part.rows.dropBefore(offset);
  }
  /** A member begins to read at `offset`: what it was handed before and did not commit comes again. @param skipped why what lies below is never read */
  position(partition: number, offset: number, again: string, skipped: string, messages: (offset: number) => number | undefined): void {
    const part = this.part(partition, offset);
    this.doneBefore(partition, offset, skipped, skipped);
    for (let o = part.rows.first - 1; o >= offset; o--) {
      const message = messages(o);
      part.put(o, message ?? -1, NONE, -1, this.host.now());
      if (message !== undefined) this.enqueue(part, o, -1, partition, o < (this.handed[partition] ?? 0) ? again : undefined);
    }
    this.returned(partition, offset, again);
  }
  /** What is in flight from `offset` on waits again. */
  returned(partition: number, offset: number, reason: string): void {
    const part = this.parts[partition];
    if (!part) return;
    for (let o = Math.max(offset, part.rows.first); o < part.rows.end; o++) if (part.stand(o) === IN_FLIGHT) this.requeue(part, o, reason);
  }
  /** One that is in flight waits again. */
  releasedOne(partition: number, offset: number, reason: string): void {
    const part = this.parts[partition];
    if (part?.stand(offset) === IN_FLIGHT) this.requeue(part, offset, reason);
  }
  /** @returns the newest entry about it; undefined when nothing is there */
  end(partition: number, offset: number, how: End, reason: string): number | undefined {
    const part = this.parts[partition];
    if (!part?.rows.has(offset)) return undefined;
    this.finish(part, offset, how, reason);
    return part.entry(offset);
  }
  /** The group is done with everything before; what is still in hands there stays until its holder is. */
  movedOn(partition: number, offset: number, reason: string): void {
    const rows = this.parts[partition]?.rows;
    if (!rows) return;
    while (rows.first < Math.min(offset, rows.end) && this.parts[partition]?.stand(rows.first) !== IN_FLIGHT) this.doneBefore(partition, rows.first + 1, reason, reason);
  }
  /** They are gone from the log. */
  gone(partition: number, offsets: { readonly before: number } | readonly number[], how: End, reason: string): void {
    const part = this.parts[partition];
    if (!part) return;
    const one = (offset: number) => {
      if (how === 'lost' || part.stand(offset) !== IN_FLIGHT) this.end(partition, offset, how, reason);
      if (part.stand(offset) === HIDDEN) part.setStand(offset, NONE);
    };
    if ('before' in offsets) for (let o = part.rows.first; o < Math.min(offsets.before, part.rows.end); o++) one(o);
    else offsets.forEach(one);
  }
  /** The group reads no more: what it had to read is nobody's. */
  abandon(reason: string): void {
    for (const part of this.parts) for (let o = part.rows.first; o < part.rows.end; o++) this.finish(part, o, 'dropped', reason);
  }
  /** The log ends here again: what is appended next takes these offsets anew. */
  truncated(partition: number, end: number): void {
    this.parts[partition]?.rows.cut(end);
    if ((this.handed[partition] ?? 0) > end) this.handed[partition] = end;
  }
  /** What is handed out of one record now; undefined when nothing is. */
  inHand(partition: number, offset: number): Handed | undefined {
    const part = this.parts[partition];
    return part?.stand(offset) === IN_FLIGHT ? { copy: part.copy(offset), attempt: part.attempts(offset), entry: part.entry(offset) } : undefined;
  }
  /** Whether it still has it in hand, and whether it had it before. */
  standOf(partition: number, offset: number): { readonly held: boolean; readonly again: boolean; readonly copy: number } | undefined {
    const part = this.parts[partition];
    return part?.rows.has(offset) ? { held: part.stand(offset) === IN_FLIGHT, again: part.attempts(offset) > 1, copy: part.copy(offset) } : undefined;
  }
  depth(): Depth {
    const { place, pending, inFlight } = this;
    return { place, pending, inFlight, oldest: pending === 0 ? -1 : this.parts.reduce((least, part) => Math.min(least, part.waitsSince()), Number.POSITIVE_INFINITY) };
  }
  save(): GroupReadingState {
    const { group, topic, place, committedOnly, pending, inFlight } = this;
    return { group, topic, place, committedOnly, pending, inFlight, parts: this.parts.map((part) => part.rows.save()), handed: [...this.handed] };
  }
  load({ parts, handed, pending, inFlight }: GroupReadingState): void {
    this.parts = parts.map((rows) => {
      const part = new PartReading(0);
      part.rows.load(rows);
      return part;
    });
    this.handed = [...handed];
    this.pending = pending;
    this.inFlight = inFlight;
  }

  private part(partition: number, offset: number): PartReading {
    while (this.parts.length <= partition) this.parts.push(new PartReading(offset));
    return this.parts[partition] as PartReading;
  }
  private turn(part: PartReading, offset: number, stand: Stand): void {
    const was = part.stand(offset);
    if (was === PENDING) this.pending--;
    else if (was === IN_FLIGHT) this.inFlight--;
    if (stand === PENDING) this.pending++;
    else if (stand === IN_FLIGHT) this.inFlight++;
    part.setStand(offset, stand);
  }
  private enqueue(part: PartReading, offset: number, cause: number, partition: number, reason: string | undefined): void {
    const copy = this.host.copy();
    part.setCopy(offset, copy);
    this.turn(part, offset, PENDING);
    part.setSince(offset, this.host.now());
    part.setEntry(offset, this.host.write('enqueued', part.message(offset), copy, this.place, undefined, -1, reason, cause, partition));
  }
  private requeue(part: PartReading, offset: number, reason: string): void {
    this.turn(part, offset, PENDING);
    part.setEntry(offset, this.host.write('requeued', part.message(offset), part.copy(offset), this.place, undefined, part.attempts(offset), reason, part.entry(offset), -1));
  }
  private finish(part: PartReading, offset: number, how: End, reason: string): void {
    const stand = part.stand(offset);
    if (stand === NONE || stand === HIDDEN) return;
    part.setEntry(offset, this.host.write(how, part.message(offset), part.copy(offset), this.place, undefined, part.attempts(offset), reason, part.entry(offset), -1));
    this.turn(part, offset, NONE);
  }
}
