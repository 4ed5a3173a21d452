import { copyOf } from '../../../base/copy.ts';
import type { GroupError } from './errors.ts';
import { acquire, asRanges, recordAt } from './share-acquire.ts';
import { type Acquired, type AcknowledgeType, type AcquireMode, type InFlightRecord, type OffsetRange, shareDefaults, type ShareEvent, type SharePartitionData, type SharePartitionHost, type ShareSettings } from './share-state.ts';

/** For each offset of the range its own type, or one for all. */
export interface Acknowledgement extends OffsetRange {
  readonly types: readonly AcknowledgeType[];
}
type Release = Extract<ShareEvent, { kind: 'available' }>['because'];

/**
 * A partition as one share group reads it: between start offset (SPSO) and end offset (SPEO) the leader keeps the state of each record.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-932%3A+Queues+for+Kafka
 */
export class SharePartition {
  readonly #host: SharePartitionHost;
  readonly #settings: ShareSettings;
  #data: SharePartitionData;

  /** @param startOffset the next offset to be delivered: the log's end unless `share.auto.offset.reset` says otherwise */
  constructor(host: SharePartitionHost, startOffset: number, settings: Partial<ShareSettings> = {}) {
    this.#host = host;
    this.#settings = { ...shareDefaults, ...settings };
    this.#data = { startOffset, records: [], locks: 0 };
  }

  get startOffset(): number {
    return this.#data.startOffset;
  }
  /** The last offset in flight; before the start offset when there is none. */
  get endOffset(): number {
    return this.#data.startOffset + this.#data.records.length - 1;
  }
  /** Of the offsets from start to end. */
  records(): readonly Readonly<InFlightRecord>[] {
    return this.#data.records;
  }
  /** From where the leader reads: the first record that is available again, or what has not been delivered yet. */
  nextFetchOffset(): number {
    const available = this.#data.records.findIndex((record) => record.state === 'Available');
    return this.#data.startOffset + (available < 0 ? this.#data.records.length : available);
  }
  canAcquire(): boolean {
    return this.nextFetchOffset() <= this.endOffset || this.#data.records.length < this.#settings['group.share.partition.max.record.locks'];
  }

  /**
   * @param batches what was read of the log, from the batch that holds the next fetch offset
   * @param maxRecords `max.poll.records`
   * @returns what the member now holds; records beyond it that were read are not its own
   */
  acquire(memberId: string, batches: readonly OffsetRange[], maxRecords: number, mode: AcquireMode): readonly Acquired[] {
    const lock = this.#data.locks + 1;
    const fetchOffset = this.nextFetchOffset();
    this.#dropMissing(fetchOffset, batches[0]?.first ?? fetchOffset);
    const offsets = acquire(this.#data, this.#settings, { memberId, fetchOffset, batches, maxRecords, mode, lock });
    if (offsets.length > 0) this.#lock();
    return asRanges(this.#data, offsets);
  }

  /** All of it is taken, or nothing. Offsets before the start offset, and those without a record, do not matter. */
  acknowledge(memberId: string, acknowledgements: readonly Acknowledgement[]): GroupError | null {
    for (const { first, last, types } of acknowledgements) {
      if (first > last || types.length === 0) return 'INVALID_REQUEST';
      if (last < this.startOffset) continue;
      const ending = recordAt(this.#data, last);
      if (ending === undefined || isMissing(ending)) return this.#data.records.length === 0 ? 'INVALID_RECORD_STATE' : 'INVALID_REQUEST';
      for (const offset of this.#inFlight(first, last)) {
        const record = recordAt(this.#data, offset);
        if (record === undefined || isMissing(record)) continue;
        if (record.state !== 'Acquired' || record.member !== memberId) return 'INVALID_RECORD_STATE';
        if (typeAt(first, types, offset) === 'RENEW' && !this.#settings['share.renew.acknowledge.enable']) return 'INVALID_RECORD_STATE';
      }
    }
    const renewed: InFlightRecord[] = [];
    for (const { first, last, types } of acknowledgements) {
      for (const offset of this.#inFlight(first, last)) {
        const record = recordAt(this.#data, offset);
        const type = typeAt(first, types, offset);
        if (record === undefined || isMissing(record)) continue;
        if (type === 'RENEW') renewed.push(record);
        else this.#settle(record, offset, type);
      }
    }
    if (renewed.length > 0) {
      const lock = this.#lock();
      for (const record of renewed) record.lock = lock;
    }
    this.#moveStart();
    return null;
  }

  /** A member's share session ended: it lost its connection, left, or was fenced. */
  release(memberId: string): void {
    this.#releaseWhere((record) => record.member === memberId, 'session-closed');
  }
  /** Another leader knows what was written down: how deliveries ended, not that one is under way. */
  failover(): void {
    const { records } = this.#data;
    for (const [i, record] of records.entries()) {
      if (record.state !== 'Acquired') continue;
      free(record, 'Available');
      record.deliveryCount--;
      this.#host.tell({ kind: 'available', offset: this.#data.startOffset + i, because: 'leader-changed' });
    }
    while (records.at(-1)?.state === 'Available' && records.at(-1)?.deliveryCount === 0) records.pop();
  }
  /** The log begins later now. What is still held down there may be acknowledged, which means nothing any more. */
  logStart(offset: number): void {
    const gone = this.#data.records.splice(0, Math.max(0, offset - this.#data.startOffset));
    for (const [i, record] of gone.entries()) {
      if (record.state === 'Available') this.#host.tell({ kind: 'archived', offset: this.#data.startOffset + i, because: 'log-start' });
    }
    this.#data.startOffset = Math.max(this.#data.startOffset, offset);
    this.#moveStart();
  }
  timer(_name: string, ref: number): void {
    this.#releaseWhere((record) => record.lock === ref, 'lock-timeout');
  }
  save(): unknown {
    return copyOf(this.#data);
  }
  load(state: unknown): void {
    this.#data = copyOf(state) as SharePartitionData;
  }

  *#inFlight(first: number, last: number): Generator<number> {
    for (let offset = Math.max(first, this.startOffset); offset <= last; offset++) yield offset;
  }
  /** What could be delivered again but is not in the log any more: it was compacted away. */
  #dropMissing(from: number, to: number): void {
    for (const offset of this.#inFlight(from, Math.min(to - 1, this.endOffset))) {
      const record = recordAt(this.#data, offset);
      if (record?.state !== 'Available') continue;
      free(record, 'Archived');
      this.#host.tell({ kind: 'archived', offset, because: 'gap' });
    }
  }
  /** A new lock; those whose records have moved on run out without effect. */
  #lock(): number {
    this.#host.after(this.#settings['group.share.record.lock.duration.ms'] * 1000, 'acquisition-lock', ++this.#data.locks);
    return this.#data.locks;
  }
  #settle(record: InFlightRecord, offset: number, type: Exclude<AcknowledgeType, 'RENEW'>): void {
    if (type === 'RELEASE') return this.#makeAvailable(record, offset, 'released');
    free(record, type === 'ACCEPT' ? 'Acknowledged' : 'Archived');
    if (type === 'ACCEPT') this.#host.tell({ kind: 'acknowledged', offset });
    else this.#host.tell({ kind: 'archived', offset, because: type === 'REJECT' ? 'rejected' : 'gap' });
  }
  /** Unless it has been delivered as often as a record may be. */
  #makeAvailable(record: InFlightRecord, offset: number, because: Release): void {
    const spent = record.deliveryCount >= this.#settings['group.share.delivery.count.limit'];
    free(record, spent ? 'Archived' : 'Available');
    this.#host.tell(spent ? { kind: 'archived', offset, because: 'delivery-limit' } : { kind: 'available', offset, because });
  }
  #releaseWhere(matches: (record: InFlightRecord) => boolean, because: Release): void {
    for (const [i, record] of this.#data.records.entries()) {
      if (record.state === 'Acquired' && matches(record)) this.#makeAvailable(record, this.#data.startOffset + i, because);
    }
    this.#moveStart();
  }
  /** Up to the first record that is not done with. */
  #moveStart(): void {
    const { records } = this.#data;
    const open = records.findIndex((record) => record.state === 'Available' || record.state === 'Acquired');
    const done = open < 0 ? records.length : open;
    records.splice(0, done);
    this.#data.startOffset += done;
  }
}

const typeAt = (first: number, types: readonly AcknowledgeType[], offset: number): AcknowledgeType => (types.length === 1 ? types[0] : types[offset - first]) ?? 'GAP';

/** The log had nothing there. */
const isMissing = (record: InFlightRecord) => record.state === 'Archived' && record.deliveryCount === 0;

function free(record: InFlightRecord, state: InFlightRecord['state']): void {
  record.state = state;
  record.member = '';
  record.lock = 0;
}
