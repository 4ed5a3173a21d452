/** The log of one partition: offsets, segments, retention and compaction. https://kafka.apache.org/44/design/design/ */

export interface LogRecord {
  /** -1 for a control record, which ends a transaction. */
  readonly message: number;
  /** Number of the key; -1 for none. */
  readonly key: number;
  /** bytes, as counted against batch.size and retention.bytes */
  readonly size: number;
  /** µs, CreateTime */
  readonly time: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1 without idempotence. */
  readonly sequence: number;
  readonly transactional: boolean;
  readonly control: 'commit' | 'abort' | null;
  /** Its place in the batch with which it was written. */
  readonly place: number;
  /** The broker has answered for it: its readers may count on it. */
  accepted: boolean;
  /** It belongs to a transaction that was aborted: read_committed never sees it. */
  aborted: boolean;
}
/** A file of the log: retention deletes whole ones. */
interface Segment {
  readonly base: number;
  bytes: number;
  readonly firstTime: number;
  lastTime: number;
}
export interface LogState {
  readonly base: number;
  readonly start: number;
  readonly settled: number;
  readonly records: readonly (LogRecord | null)[];
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

export class PartitionLog {
  /** Offset of `records[0]`. */
  private base = 0;
  /** Log start offset: below it nothing can be read. */
  start = 0;
  private records: (LogRecord | null)[] = [];
  private segments: Segment[] = [];
  /** Compacted up to here. */
  private cleanedTo = 0;

  /** Log end offset: that of the next record. */
  get end(): number {
    return this.base + this.records.length;
  }
  get bytes(): number {
    return this.segments.reduce((sum, s) => sum + s.bytes, 0);
  }
  /** Closed segments and the active one. */
  get files(): number {
    return this.segments.length;
  }
  /** null where compaction took it. */
  at(offset: number): LogRecord | null | undefined {
    return offset < this.start ? undefined : this.records[offset - this.base];
  }
  /** @returns the record's offset */
  append(record: LogRecord, settings: LogSettings): number {
    const active = this.segments.at(-1);
    if (!active || active.bytes + record.size > settings.segmentBytes || record.time - active.firstTime >= Math.min(settings.segmentTime, settings.compact ? settings.maxCompactionLag : settings.segmentTime)) {
      this.segments.push({ base: this.end, bytes: record.size, firstTime: record.time, lastTime: record.time });
    } else {
      active.bytes += record.size;
      active.lastTime = Math.max(active.lastTime, record.time);
    }
    return this.base + this.records.push(record) - 1;
  }
  /** What a new leader does not have never happened. @returns the records cut off, oldest first, with their offsets */
  truncate(to: number): readonly (readonly [number, LogRecord])[] {
    const cut: [number, LogRecord][] = [];
    for (let offset = Math.max(to, this.base); offset < this.end; offset++) {
      const record = this.records[offset - this.base];
      if (record) cut.push([offset, record]);
    }
    this.records.length = Math.max(0, to - this.base);
    while ((this.segments.at(-1)?.base ?? -1) >= to) this.segments.pop();
    const active = this.segments.at(-1);
    for (const [, record] of cut) if (active && active.base < to) active.bytes = Math.max(0, active.bytes - record.size);
    this.cleanedTo = Math.min(this.cleanedTo, to);
    return cut;
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
      this.moveStart(end);
    }
    return this.start;
  }
  /**
   * The log cleaner: of the closed segments, for each key only its newest record stays; a tombstone (a record of no bytes) goes
   * when it has been kept for delete.retention.ms. Offsets stay: there are holes. @returns what was taken, with offsets
   */
  compact(now: number, settings: LogSettings): readonly (readonly [number, LogRecord])[] {
    if (!settings.compact || this.segments.length < 2) return [];
    const young = this.segments.find((s) => now - s.lastTime < settings.minCompactionLag);
    const upTo = Math.min((this.segments.at(-1) as Segment).base, young?.base ?? this.end);
    const size = (from: number, to: number) => {
      let sum = 0;
      for (let o = from; o < to; o++) sum += this.records[o - this.base]?.size ?? 0;
      return sum;
    };
    const from = Math.max(this.base, this.cleanedTo);
    const dirty = size(from, upTo);
    const overdue = now - (this.records[from - this.base]?.time ?? now) > settings.maxCompactionLag;
    if (upTo <= from || dirty === 0 || (!overdue && dirty < settings.minCleanableDirtyRatio * (dirty + size(this.base, from)))) return [];
    const newest = new Map<number, number>();
    for (let o = from; o < upTo; o++) {
      const record = this.records[o - this.base];
      if (record && record.control === null) newest.set(record.key, o);
    }
    const taken: [number, LogRecord][] = [];
    for (let o = this.base; o < upTo; o++) {
      const record = this.records[o - this.base];
      if (!record || record.control !== null) continue;
      const later = newest.get(record.key);
      const superseded = later !== undefined && later > o;
      if (!superseded && !(record.size === 0 && o < from && now - record.time > settings.deleteRetention)) continue;
      this.records[o - this.base] = null;
      taken.push([o, record]);
      const segment = this.segments.findLast((s) => s.base <= o);
      if (segment) segment.bytes -= record.size;
    }
    this.cleanedTo = upTo;
    return taken;
  }
  /** @param settled below it nothing about a record changes any more: checkpoints share those */
  save(settled: number): LogState {
    return { base: this.base, start: this.start, settled, records: this.shared(this.records, settled), segments: this.segments.map((s) => ({ ...s })), cleanedTo: this.cleanedTo };
  }
  load(state: LogState): void {
    this.base = state.base;
    this.start = state.start;
    this.records = this.shared(state.records, state.settled);
    this.segments = state.segments.map((s) => ({ ...s }));
    this.cleanedTo = state.cleanedTo;
  }
  private shared(records: readonly (LogRecord | null)[], settled: number): (LogRecord | null)[] {
    const copied = records.slice();
    for (let i = Math.max(0, settled - this.base); i < copied.length; i++) {
      const record = copied[i];
      if (record) copied[i] = { ...record };
    }
    return copied;
  }
  private moveStart(to: number): void {
    this.start = Math.max(this.start, to);
    this.records.splice(0, this.start - this.base);
    this.base = this.start;
  }
}
