/** The log of one partition: offsets, segments, retention and compaction. https://kafka.apache.org/44/design/design/ */
import type { RowsState } from '../../base/rows.ts';
import { type BatchHeader, LogRecords } from './log-records.ts';
import type { NewRecord } from './protocol.ts';

/** A file of the log: retention deletes whole ones. */
interface Segment {
  readonly base: number;
  bytes: number;
  readonly firstTime: number;
  lastTime: number;
}
export interface LogState {
  readonly records: RowsState;
  readonly segments: readonly Segment[];
  readonly cleanedTo: number;
}
export interface LogSettings {
  readonly segmentBytes: number;
  /** µs */
  readonly segmentTime: number;
  /** µs; -1 = no limit */
  readonly retentionTime: number;
  /** bytes; -1 = no limit */
  readonly retentionBytes: number;
  readonly compact: boolean;
  readonly delete: boolean;
  /** µs that a tombstone stays after it was cleaned */
  readonly deleteRetention: number;
  readonly minCleanableDirtyRatio: number;
  /** µs */
  readonly minCompactionLag: number;
  readonly maxCompactionLag: number;
}

export class PartitionLog extends LogRecords {
  private segments: Segment[] = [];
  /** Compacted up to here. */
  private cleanedTo = 0;

  get bytes(): number {
    return this.segments.reduce((sum, s) => sum + s.bytes, 0);
  }
  /** Closed segments and the active one. */
  get files(): number {
    return this.segments.length;
  }
  /** Offset behind the segment that holds one. */
  segmentEnd(offset: number): number {
    let [low, high] = [0, this.segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.segments[middle] as Segment).base <= offset) low = middle + 1;
      else high = middle;
    }
    return this.segments[low]?.base ?? this.end;
  }
  /** @param place in its batch */
  append(record: NewRecord, header: BatchHeader, place: number, settings: LogSettings): void {
    const { size, time } = record;
    const active = this.segments.at(-1);
    if (!active || active.bytes + size > settings.segmentBytes || time - active.firstTime >= Math.min(settings.segmentTime, settings.compact ? settings.maxCompactionLag : settings.segmentTime)) {
      this.segments.push({ base: this.end, bytes: size, firstTime: time, lastTime: time });
    } else {
      active.bytes += size;
      active.lastTime = Math.max(active.lastTime, time);
    }
    this.write(record, header, place);
  }
  /** What a new leader does not have never happened. @returns offsets of the records cut off for which the broker had answered; undefined when nothing was cut off */
  truncate(to: number): readonly number[] | undefined {
    const accepted: number[] = [];
    let cut = false;
    /** First offset of the segments that go as a whole. */
    let whole = this.end;
    while ((this.segments.at(-1)?.base ?? -1) >= to) whole = this.segments.pop()?.base ?? whole;
    const active = this.segments.at(-1);
    for (let offset = Math.max(to, this.start); offset < this.end; offset++) {
      if (!this.present(offset)) continue;
      cut = true;
      if (this.accepted(offset)) accepted.push(offset);
      if (active && offset < whole) active.bytes -= this.size(offset);
    }
    this.records.cut(Math.max(to, this.start));
    this.cleanedTo = Math.min(this.cleanedTo, to);
    return cut ? accepted : undefined;
  }
  /**
   * Deletes segments that are too old or too many, up to the high watermark. The active one goes, too, when all others went:
   * a new one is begun first (UnifiedLog.deleteSegments). @returns the new log start offset
   */
  retain(now: number, settings: LogSettings, highWatermark: number): number {
    if (!settings.delete) return this.start;
    for (;;) {
      const [oldest, next] = this.segments;
      const end = next?.base ?? this.end;
      if (!oldest || end > highWatermark) break;
      const old = settings.retentionTime >= 0 && now - oldest.lastTime > settings.retentionTime;
      const big = settings.retentionBytes >= 0 && this.segments.length > 1 && this.bytes - oldest.bytes >= settings.retentionBytes;
      if (!old && !big) break;
      this.segments.shift();
      this.records.dropBefore(end);
    }
    return this.start;
  }
  /**
   * The log cleaner: of the closed segments, for each key only its newest record stays; a tombstone (a record of no bytes) goes
   * when it has been kept for delete.retention.ms. Offsets stay: there are holes. @returns offsets of what was taken
   */
  compact(now: number, settings: LogSettings): readonly number[] {
    if (!settings.compact || this.segments.length < 2) return [];
    const young = this.segments.find((s) => now - s.lastTime < settings.minCompactionLag);
    const upTo = Math.min((this.segments.at(-1) as Segment).base, young?.base ?? this.end);
    const size = (from: number, to: number) => {
      let sum = 0;
      for (let o = from; o < to; o++) sum += this.size(o);
      return sum;
    };
    const from = Math.max(this.start, this.cleanedTo);
    const dirty = size(from, upTo);
    const overdue = this.present(from) && now - this.time(from) > settings.maxCompactionLag;
    if (upTo <= from || dirty === 0 || (!overdue && dirty < settings.minCleanableDirtyRatio * (dirty + size(this.start, from)))) return [];
    const newest = new Map<number, number>();
    for (let o = from; o < upTo; o++) if (this.has(o)) newest.set(this.key(o), o);
    const taken: number[] = [];
    for (let o = this.start; o < upTo; o++) {
      if (!this.has(o)) continue;
      const superseded = (newest.get(this.key(o)) ?? -1) > o;
      const tombstone = this.size(o) === 0 && o < from && now - this.time(o) > settings.deleteRetention;
      if (!superseded && !tombstone) continue;
      const segment = this.segments.findLast((s) => s.base <= o);
      if (segment) segment.bytes -= this.size(o);
      this.remove(o);
      taken.push(o);
    }
    this.cleanedTo = upTo;
    return taken;
  }
  save(): LogState {
    return { records: this.records.save(), segments: this.segments.map((s) => ({ ...s })), cleanedTo: this.cleanedTo };
  }
  load({ records, segments, cleanedTo }: LogState): void {
    this.records.load(records);
    this.segments = segments.map((s) => ({ ...s }));
    this.cleanedTo = cleanedTo;
  }
}
