import type { BrokerHost } from '../../contract.ts';

/** Records of a share-partition on their way (KIP-932). https://kafka.apache.org/44/design/design/#sharegroups */

export type RecordState = 'Available' | 'Acquired' | 'Acknowledged' | 'Archived';
/** GAP: there is no record at that offset (compacted away, or a transaction's marker). */
export type AcknowledgeType = 'ACCEPT' | 'RELEASE' | 'REJECT' | 'RENEW' | 'GAP';
/** `share.acquire.mode` */
export type AcquireMode = 'batch_optimized' | 'record_limit';

export interface OffsetRange {
  readonly first: number;
  readonly last: number;
}
export interface Acquired extends OffsetRange {
  readonly deliveryCount: number;
}
/** What became of records without anybody asking. */
export type ShareEvent =
  | { readonly kind: 'available'; readonly offset: number; readonly because: 'released' | 'lock-timeout' | 'session-closed' | 'leader-changed' }
  | { readonly kind: 'archived'; readonly offset: number; readonly because: 'rejected' | 'delivery-limit' | 'gap' | 'log-start' }
  | { readonly kind: 'acknowledged'; readonly offset: number };

export interface SharePartitionHost extends BrokerHost {
  tell(event: ShareEvent): void;
}

/** https://kafka.apache.org/44/configuration/group-configs/, https://kafka.apache.org/44/configuration/broker-configs/ */
export const shareDefaults = {
  'group.share.delivery.count.limit': 5,
  'group.share.partition.max.record.locks': 2_000,
  'group.share.record.lock.duration.ms': 30_000,
  'share.renew.acknowledge.enable': true,
};
export type ShareSettings = typeof shareDefaults;

/** One offset between start and end offset. */
export interface InFlightRecord {
  state: RecordState;
  deliveryCount: number;
  /** Who holds it; '' for nobody. */
  member: string;
  /** The lock by which it is held. */
  lock: number;
  /** First offset and length of the batch with which it was first acquired. */
  readonly batch: number;
  readonly batchSize: number;
}
/** All state of a share-partition. */
export interface SharePartitionData {
  /** SPSO: everything before is done with. */
  startOffset: number;
  /** Of the offsets from the start offset on; the last is the end offset (SPEO). */
  records: InFlightRecord[];
  locks: number;
}

/** What is left of the records that were delivered often comes in smaller portions from this delivery count on. */
export const throttleFrom = (limit: number): number => Math.max(2, Math.ceil(limit / 2));
