import type { Copy } from './model.ts';

/**
 * A stream's log on disk, in segments, as osiris keeps it (https://github.com/rabbitmq/osiris/blob/main/src/osiris_log.erl).
 * Every message is a chunk of its own, as with publishers that wait for each confirm. The seq of a copy is its offset.
 */

export interface Retention {
  /** x-max-length-bytes; null for none. */
  readonly maxBytes: number | null;
  /** x-max-age in ms; null for none. */
  readonly maxAge: number | null;
  /** x-stream-max-segment-size-bytes. */
  readonly maxSegmentBytes: number;
}
interface Segment {
  /** Offset of what it begins with. */
  readonly first: number;
  bytes: number;
  copies: Copy[];
}
/** Where a reader stands. */
export interface Position {
  /** The least offset that it has not read. */
  next: number;
  /** The first offset of the segment that it has open. */
  segment: number;
}
/** What a reader asks for. Timestamps in ms. */
export type OffsetSpec = 'first' | 'last' | 'next' | number | { readonly timestamp: number };

const FILE_HEADER = 8;
/** A snapshot of the writers' sequences and of tracked offsets opens every segment but the first; it takes an offset. Written with a message it saves that one its trailer. */
const SNAPSHOT_BYTES = 105;
const TRAILER_BYTES = 45;
/** What a snapshot has of each tracked offset and of each named producer, without its reference. */
const SNAPSHOT_OFFSET_BYTES = 10;
const SNAPSHOT_SEQUENCE_BYTES = 18;
/** A chunk that tracks an offset, without its reference. */
const TRACKING_BYTES = 62;
const MOST_CHUNKS = 256_000;
/** Of so many named producers a stream remembers the publishing id. */
const MOST_PRODUCERS = 255;
/** rabbit_osiris_metrics looks every 5 s: that is how old a count can be. */
const METRICS_INTERVAL = 5_000_000;

export class StreamLog {
  #segments: Segment[] = [{ first: 0, bytes: FILE_HEADER, copies: [] }];
  /** Deleted, but still open in a reader. */
  #unlinked: Segment[] = [];
  #nextOffset = 0;
  /** A publisher with confirms or sequences has written. */
  #tracked = false;
  #counted = { tick: 0, messages: 0 };
  /** What consumers have stored, by reference. */
  #offsets = new Map<string, number>();
  /** The last publishing id of each named producer, the one that wrote last at the end. */
  #sequences = new Map<string, number>();

  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.copies.length, 0);
  }
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }
  get nextOffset(): number {
    return this.#nextOffset;
  }
  get firstOffset(): number {
    return this.#segments[0]?.first ?? this.#nextOffset;
  }
  oldest(): Copy | undefined {
    return this.#segments.find((segment) => segment.copies.length > 0)?.copies[0];
  }
  #latest(): Segment {
    return this.#segments.at(-1) as Segment;
  }

  /** Opens a new segment when the latest is full, which takes an offset. `awaited`: a reader waits at the end. True when one was opened. */
  prepare(maxSegmentBytes: number, now: number, awaited: boolean): boolean {
    this.#count(now);
    const latest = this.#latest();
    if (latest.bytes < maxSegmentBytes && latest.copies.length < MOST_CHUNKS) return false;
    if (latest.copies.length === 0) return false;
    for (const [reference, offset] of this.#offsets) if (offset < this.firstOffset) this.#offsets.delete(reference);
    this.#segments.push({ first: this.#nextOffset, bytes: FILE_HEADER + (this.#tracked ? this.#snapshotBytes - (awaited ? 0 : TRAILER_BYTES) : 0), copies: [] });
    if (this.#tracked) this.#nextOffset++;
    return true;
  }
  get #snapshotBytes(): number {
    let bytes = SNAPSHOT_BYTES;
    for (const reference of this.#offsets.keys()) bytes += SNAPSHOT_OFFSET_BYTES + reference.length;
    for (const reference of this.#sequences.keys()) bytes += SNAPSHOT_SEQUENCE_BYTES + reference.length;
    return bytes;
  }
  /** Whether it keeps anything of those who write and read. */
  get isTracking(): boolean {
    return this.#tracked;
  }
  append(copy: Copy, bytes: number, tracked: boolean): void {
    const latest = this.#latest();
    latest.copies.push(copy);
    latest.bytes += bytes;
    this.#nextOffset = copy.seq + 1;
    this.#tracked ||= tracked;
  }

  /** The last publishing id that it has of a producer; -1 for none. */
  sequence(reference: string): number {
    return this.#sequences.get(reference) ?? -1;
  }
  written(reference: string, id: number): void {
    this.#sequences.delete(reference);
    this.#sequences.set(reference, id);
    if (this.#sequences.size > MOST_PRODUCERS) for (const oldest of [...this.#sequences.keys()].slice(0, 1)) this.#sequences.delete(oldest);
  }

  /** Keeps a consumer's offset, in a chunk of its own. */
  track(reference: string, offset: number): void {
    this.#offsets.set(reference, offset);
    this.#latest().bytes += TRACKING_BYTES + reference.length;
    this.#nextOffset++;
    this.#tracked = true;
  }
  tracked(reference: string): number | null {
    return this.#offsets.get(reference) ?? null;
  }

  /** Deletes whole segments, the latest never; answers them, oldest first. */
  truncate({ maxBytes, maxAge }: Retention, now: number, readers: readonly Position[]): readonly { from: number; to: number; copies: readonly Copy[] }[] {
    this.#count(now);
    let keepFrom = 0;
    if (maxBytes !== null) {
      let left = maxBytes - this.#latest().bytes;
      for (keepFrom = this.#segments.length - 1; keepFrom > 0 && (this.#segments[keepFrom - 1] as Segment).bytes <= left; keepFrom--) left -= (this.#segments[keepFrom - 1] as Segment).bytes;
    }
    if (maxAge !== null) {
      const oldest = Math.floor(now / 1000) - maxAge;
      while (keepFrom < this.#segments.length - 1 && lastTimestamp(this.#segments[keepFrom] as Segment) < oldest) keepFrom++;
    }
    const gone = this.#segments.splice(0, keepFrom);
    this.#unlinked.push(...gone);
    this.release(readers);
    return gone.map((segment, i) => ({ from: segment.first, to: ((gone[i + 1] ?? this.#segments[0])?.first ?? this.#nextOffset) - 1, copies: segment.copies }));
  }
  /** Forgets deleted segments that nobody has open any more. */
  release(readers: readonly Position[]): void {
    if (this.#unlinked.length > 0) this.#unlinked = this.#unlinked.filter((segment) => readers.some((one) => one.segment === segment.first));
  }

  /** Where a new reader begins. */
  locate(spec: OffsetSpec): Position {
    if (spec === 'next') return { next: this.#nextOffset, segment: this.#latest().first };
    if (spec === 'first') return this.#at(this.firstOffset);
    if (spec === 'last') {
      const last = this.#newest();
      return last === undefined ? this.locate('next') : this.#at(last.seq);
    }
    if (typeof spec === 'number') return this.#at(Math.max(spec, this.firstOffset));
    for (const segment of this.#segments) {
      const last = segment.copies.at(-1);
      if (last === undefined || timestampOf(last) < spec.timestamp) continue;
      const found = segment.copies[lowest(segment.copies, (copy) => timestampOf(copy) < spec.timestamp)];
      if (found !== undefined) return { next: found.seq, segment: segment.first };
    }
    return this.locate('next');
  }
  #newest(): Copy | undefined {
    return this.#segments.findLast((segment) => segment.copies.length > 0)?.copies.at(-1);
  }
  /** Whether a reader has read all that there is. */
  isAtEnd({ next }: Position): boolean {
    return (this.#newest()?.seq ?? -1) < next;
  }
  #at(offset: number): Position {
    const holder = this.#segments.findLast((segment) => segment.first <= offset) ?? this.#segments[0];
    return { next: offset, segment: holder?.first ?? 0 };
  }

  /** The next message for a reader, who opens the segments on the way; undefined at the end. */
  read(position: Position): Copy | undefined {
    let segment = this.#unlinked.find((one) => one.first === position.segment) ?? this.#segments[this.#index(position.segment)];
    while (segment !== undefined) {
      position.segment = segment.first;
      const found = segment.copies[lowest(segment.copies, (copy) => copy.seq < position.next)];
      if (found !== undefined) return found;
      segment = this.#segments[this.#index(segment.first + 1)];
    }
    return undefined;
  }
  /** The first segment that begins at the offset or later. */
  #index(offset: number): number {
    return lowest(this.#segments, (segment) => segment.first < offset);
  }

  /** What there is from an offset on, at most so many. */
  from(offset: number, most: number): Copy[] {
    const found: Copy[] = [];
    const first = this.#segments.findLastIndex((segment) => segment.first <= offset);
    for (const { copies } of this.#segments.slice(Math.max(0, first))) {
      if (found.length >= most) break;
      const at = lowest(copies, (copy) => copy.seq < offset);
      found.push(...copies.slice(at, at + most - found.length));
    }
    return found;
  }
  /** The newest, oldest first. */
  peek(max: number): Copy[] {
    const found: Copy[] = [];
    for (let n = this.#segments.length - 1; n >= 0 && found.length < max; n--) {
      const { copies } = this.#segments[n] as Segment;
      found.unshift(...copies.slice(Math.max(0, copies.length - (max - found.length))));
    }
    return found;
  }
  *all(): Generator<Copy> {
    for (const segment of this.#segments) yield* segment.copies;
  }

  /** How many messages a declaration is told: as many as there were when the metrics were taken last. */
  counted(now: number): number {
    this.#count(now);
    return this.#counted.messages;
  }
  #count(now: number): void {
    const tick = Math.floor(now / METRICS_INTERVAL);
    if (tick > this.#counted.tick) this.#counted = { tick, messages: this.#nextOffset - this.firstOffset };
  }

  save(write: (copy: Copy) => unknown): unknown {
    const plain = ({ copies, ...rest }: Segment) => ({ ...rest, copies: copies.map(write) });
    return { segments: this.#segments.map(plain), unlinked: this.#unlinked.map(plain), nextOffset: this.#nextOffset, tracked: this.#tracked, counted: this.#counted, offsets: [...this.#offsets], sequences: [...this.#sequences] };
  }
  load(state: unknown, read: (state: unknown) => Copy): void {
    type Plain = Omit<Segment, 'copies'> & { copies: unknown[] };
    const saved = state as { segments: Plain[]; unlinked: Plain[]; nextOffset: number; tracked: boolean; counted: { tick: number; messages: number }; offsets: [string, number][]; sequences: [string, number][] };
    const segment = ({ copies, ...rest }: Plain): Segment => ({ ...rest, copies: copies.map(read) });
    this.#segments = saved.segments.map(segment);
    this.#unlinked = saved.unlinked.map(segment);
    this.#nextOffset = saved.nextOffset;
    this.#tracked = saved.tracked;
    this.#counted = saved.counted;
    this.#offsets = new Map(saved.offsets);
    this.#sequences = new Map(saved.sequences);
  }
}

const timestampOf = (copy: Copy) => Math.floor(copy.enqueuedAt / 1000);
const lastTimestamp = (segment: Segment) => (segment.copies.length === 0 ? Number.POSITIVE_INFINITY : timestampOf(segment.copies.at(-1) as Copy));

/** The first of the sorted items that is not `below`. */
function lowest<T>(items: readonly T[], below: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (below(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
