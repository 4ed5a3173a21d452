/**
 * Who has read what of the streams: one copy per message and reader, from the moment the stream has the message. A reader is a
 * client, or all consumers of one name, who share a place that is stored in the stream. The history speaks of these copies; a
 * stream by itself has no custody to end.
 */
import { copyOf } from '../../base/copy.ts';
import type { Depth, RoomHost } from '../contract.ts';
import { passesFilter, type StreamFilter } from './stream-filter.ts';

interface One {
  readonly copy: number;
  readonly message: number;
  readonly since: number;
  /** The consumer that has it in hands; null while it waits. */
  holder: string | null;
  attempts: number;
  /** The newest entry about it. */
  entry: number;
}
interface Reader {
  readonly stream: string;
  readonly name: string;
  /** "clicks@billing" */
  readonly place: string;
  /** It stores its place in the stream: custody ends with that. */
  readonly tracked: boolean;
  /** Offset before which it reads nothing. */
  from: number;
  filter: StreamFilter | null;
  filterBytes: number;
  /** By offset, in their order: what it has still to read, and what it has in hands. */
  ones: Map<number, One>;
  inHands: number;
  /** It closed its connection; should it come back, it reads again what it reads twice. */
  left: boolean;
}
/** Who reads: a name, and whether its place is stored in the stream. */
export interface ReaderName {
  readonly reader: string;
  readonly tracked: boolean;
}
export interface Stored {
  readonly offset: number;
  readonly message: number;
  readonly filterValue: string | null;
}
export interface Handed {
  readonly copy: number;
  readonly attempt: number;
  readonly entry: number;
}
export interface Standing {
  readonly name: string;
  readonly place: string;
  /** The first offset that it has not done with; undefined at the end. */
  readonly next: number | undefined;
}
export type ReadingsState = readonly (Omit<Reader, 'ones'> & { readonly ones: readonly (readonly [number, One])[] })[];

export class StreamReadings {
  private readers: Reader[] = [];
  private readonly host: RoomHost;
  /** The address of what a reader has to read: node of the stream, and its partition in a super stream. */
  private readonly nodeOf: (stream: string) => { readonly node: string; readonly partition: number };
  constructor(host: RoomHost, nodeOf: (stream: string) => { readonly node: string; readonly partition: number }) {
    this.host = host;
    this.nodeOf = nodeOf;
  }
  /** How many readers a message of that filter value is for. */
  count(stream: string, { offset, filterValue }: Omit<Stored, 'message'>): number {
    return this.readersOf(stream).filter((one) => wants(one, offset, filterValue)).length;
  }
  /** The stream has a message: it is there for each of its readers. @param cause the entry that says so */
  stored(stream: string, { offset, message, filterValue }: Stored, cause: number): void {
    for (const reader of this.readersOf(stream)) if (wants(reader, offset, filterValue)) this.enqueue(reader, offset, message, cause);
  }
  /** A consumer begins at `from`: what lies before is not for its reader, what lies after and was read before comes again. */
  begin(stream: string, who: ReaderName, from: number, first: number, filter: { readonly filter: StreamFilter | null; readonly filterBytes: number }, there: readonly Stored[]): void {
    let reader = this.of(stream, who.reader);
    const again = reader !== undefined;
    if (reader === undefined) {
      reader = { stream, name: who.reader, place: `${this.placeOf(stream)}@${who.reader}`, tracked: who.tracked, from, ...filter, ones: new Map(), inHands: 0, left: false };
      this.readers.push(reader);
    }
    reader.from = from;
    reader.left = false;
    Object.assign(reader, filter);
    const before = reader.ones;
    reader.ones = new Map();
    for (const [offset, one] of before) {
      if (offset < first) this.finish(reader, one, 'expired', 'rabbitmq.stream_retention');
      else if (offset < from) this.finish(reader, one, 'dropped', 'rabbitmq.stream_offset_passed');
    }
    for (const { offset, message, filterValue } of there) {
      const known = before.get(offset);
      if (known === undefined) {
        if (wants(reader, offset, filterValue)) this.enqueue(reader, offset, message, -1, again ? 'rabbitmq.read_again' : undefined);
        continue;
      }
      reader.ones.set(offset, known);
      if (known.holder !== null) this.giveBack(reader, known, 'rabbitmq.read_again');
    }
  }
  /** A message is sent to a consumer. */
  delivered(stream: string, name: string, offset: number, holder: string, actor: string): Handed {
    const reader = this.of(stream, name);
    const one = reader?.ones.get(offset);
    if (reader === undefined || one === undefined) return { copy: -1, attempt: 1, entry: -1 };
    if (one.holder !== null) this.giveBack(reader, one, 'rabbitmq.read_again');
    one.holder = holder;
    reader.inHands++;
    one.attempts++;
    one.entry = this.host.record('delivered', { message: one.message, copy: one.copy, place: reader.place, actor, attempt: one.attempts, cause: one.entry });
    return { copy: one.copy, attempt: one.attempts, entry: one.entry };
  }
  /** A consumer is through with a message, or went away with it. A reader that stores its place is done with it only then. */
  read(stream: string, offset: number, holder: string, how: 'settled' | 'rejected' | 'abandoned'): void {
    const reader = this.readersOf(stream).find((some) => some.ones.get(offset)?.holder === holder);
    const one = reader?.ones.get(offset);
    if (reader === undefined || one === undefined) return;
    if (how === 'abandoned') return this.giveBack(reader, one, 'rabbitmq.connection_closed');
    if (how === 'settled' && reader.tracked) return;
    reader.ones.delete(offset);
    this.finish(reader, one, how === 'settled' ? 'settled' : 'dropped', how === 'settled' ? 'rabbitmq.ack' : 'rabbitmq.stream_no_return');
  }
  /** A name's place was stored: all up to there is done with, whether it was worked on or not. */
  place(stream: string, name: string, offset: number): void {
    const reader = this.of(stream, name);
    if (reader === undefined) return;
    for (const [at, one] of reader.ones) {
      if (at > offset) break;
      reader.ones.delete(at);
      if (one.holder === null) this.finish(reader, one, 'dropped', 'rabbitmq.stream_offset_passed');
      else this.finish(reader, one, 'settled', 'rabbitmq.offset_stored');
    }
  }
  /** The stream gave up what it had from one offset to another. @param except readers that have the segment open */
  truncated(stream: string, from: number, to: number, except: ReadonlySet<string>, deleted: boolean): void {
    for (const reader of this.readersOf(stream)) {
      if (!deleted && except.has(reader.name)) continue;
      for (const [offset, one] of reader.ones) {
        if (offset > to) break;
        if (offset < from || (one.holder !== null && !deleted)) continue;
        reader.ones.delete(offset);
        this.finish(reader, one, deleted ? 'dropped' : 'expired', deleted ? 'rabbitmq.queue_deleted' : 'rabbitmq.stream_retention');
      }
    }
  }
  /** A reader is gone for good, and with it what it had not read. */
  leave(name: string, stream: string): void {
    for (const reader of this.readersOf(stream)) {
      if (reader.name !== name) continue;
      for (const one of reader.ones.values()) this.finish(reader, one, 'dropped', 'rabbitmq.reader_gone');
      reader.ones.clear();
      reader.left = true;
    }
  }
  names(): readonly { readonly stream: string; readonly reader: string }[] {
    return this.readers.filter((one) => !one.left).map(({ stream, name }) => ({ stream, reader: name }));
  }
  standings(stream: string): readonly Standing[] {
    return this.readersOf(stream).map(({ name, place, ones }) => ({ name, place, next: ones.keys().next().value }));
  }
  /** In whose hands a message is, and whether it was before. */
  standOf(stream: string, offset: number): { readonly copy: number; readonly held: boolean; readonly again: boolean } | undefined {
    let found: { copy: number; held: boolean; again: boolean } | undefined;
    for (const reader of this.readersOf(stream)) {
      const one = reader.ones.get(offset);
      if (one !== undefined) found = { copy: one.copy, held: (found?.held ?? false) || one.holder !== null, again: (found?.again ?? false) || one.attempts > (one.holder === null ? 0 : 1) };
    }
    return found;
  }
  depths(): readonly Depth[] {
    const sums = new Map<string, { place: string; pending: number; inFlight: number; oldest: number }>();
    for (const { place, ones, inHands, left } of this.readers) {
      if (left) continue;
      const oldest = ones.values().next().value?.since ?? -1;
      const sum = sums.get(place) ?? { place, pending: 0, inFlight: 0, oldest: -1 };
      sums.set(place, { place, pending: sum.pending + ones.size - inHands, inFlight: sum.inFlight + inHands, oldest: sum.oldest < 0 ? oldest : oldest < 0 ? sum.oldest : Math.min(sum.oldest, oldest) });
    }
    return [...sums.values()];
  }
  save(): ReadingsState {
    return copyOf(this.readers.map((reader) => ({ ...reader, ones: [...reader.ones] })));
  }
  load(state: ReadingsState): void {
    this.readers = copyOf(state).map((reader) => ({ ...reader, ones: new Map(reader.ones) }));
  }

  private placeOf(stream: string): string {
    return this.nodeOf(stream).node;
  }
  private lane(stream: string): { readonly detail?: number } {
    const { partition } = this.nodeOf(stream);
    return partition < 0 ? {} : { detail: partition };
  }
  private readersOf(stream: string): Reader[] {
    return this.readers.filter((one) => one.stream === stream && !one.left);
  }
  private of(stream: string, name: string): Reader | undefined {
    return this.readers.find((one) => one.stream === stream && one.name === name);
  }
  /** @param reason why it is there again */
  private enqueue(reader: Reader, offset: number, message: number, cause: number, reason?: string): void {
    const copy = this.host.copy();
    const entry = this.host.record('enqueued', { message, copy, place: reader.place, cause, ...this.lane(reader.stream), ...(reason === undefined ? {} : { reason }) });
    reader.ones.set(offset, { copy, message, since: this.host.now(), holder: null, attempts: 0, entry });
  }
  private giveBack(reader: Reader, one: One, reason: string): void {
    one.holder = null;
    reader.inHands--;
    one.entry = this.host.record('requeued', { message: one.message, copy: one.copy, place: reader.place, attempt: one.attempts, reason, cause: one.entry });
  }
  private finish(reader: Reader, one: One, how: 'settled' | 'dropped' | 'expired', reason: string): void {
    // What a client has in hands cannot expire.
    if (one.holder !== null && how === 'expired') this.giveBack(reader, one, reason);
    if (one.holder !== null) reader.inHands--;
    this.host.record(how, { message: one.message, copy: one.copy, place: reader.place, attempt: one.attempts, reason, cause: one.entry });
  }
}
const wants = (reader: Reader, offset: number, filterValue: string | null): boolean => offset >= reader.from && !reader.ones.has(offset) && (reader.filter === null || passesFilter(reader.filter, filterValue, reader.filterBytes));
