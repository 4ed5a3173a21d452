/** Requests and responses between Kafka's clients and brokers, by their API names. https://kafka.apache.org/44/design/protocol/ */
import type { ClassicResponse, HeartbeatRequest, JoinRequest, LeaveRequest, SyncRequest } from './group/classic-state.ts';
import type { ConsumerHeartbeat, ConsumerHeartbeatResponse } from './group/modern-state.ts';
import type { GroupError } from './group/errors.ts';
import type { ShareHeartbeat, ShareHeartbeatResponse } from './group/share-group.ts';
import type { AcknowledgeType, AcquireMode, ShareEvent } from './group/share-state.ts';
import type { Quota } from './quotas.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
export const keyOf = (topic: string, partition: number) => `${topic}/${partition}`;

/** A record as a producer sends it. */
export interface NewRecord {
  readonly message: number;
  readonly key: number;
  readonly size: number;
  readonly time: number;
}
/** Records for one partition; sequence numbers count from `baseSequence`, -1 without idempotence. */
export interface Batch extends TopicPartition {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional: boolean;
  readonly records: readonly NewRecord[];
}
/** What went wrong, in Kafka's words; NONE when nothing did. DISCONNECTED is the client's own: the broker went away. */
export type ErrorName =
  | 'NONE'
  | 'DISCONNECTED'
  | 'OFFSET_OUT_OF_RANGE'
  | 'OFFSET_NOT_AVAILABLE'
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'LEADER_NOT_AVAILABLE'
  | 'NOT_LEADER_OR_FOLLOWER'
  | 'REQUEST_TIMED_OUT'
  | 'MESSAGE_TOO_LARGE'
  | 'NOT_ENOUGH_REPLICAS'
  | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  | 'INVALID_TRANSACTION_TIMEOUT'
  | 'INVALID_PRODUCER_EPOCH'
  | 'INVALID_TXN_STATE'
  | 'PRODUCER_FENCED'
  | 'INVALID_RECORD'
  | 'CONCURRENT_TRANSACTIONS'
  | 'COORDINATOR_NOT_AVAILABLE'
  | 'NOT_COORDINATOR';

export type Request =
  | { readonly api: 'Metadata'; readonly topics: readonly string[] }
  /** Who coordinates a group. */
  | { readonly api: 'FindCoordinator'; readonly group: string }
  | { readonly api: 'InitProducerId'; readonly transactionalId: string | null; readonly transactionTimeout: number }
  | { readonly api: 'Produce'; readonly acks: 0 | 1 | -1; readonly timeout: number; readonly batches: readonly Batch[] }
  | { readonly api: 'EndTxn'; readonly transactionalId: string; readonly producerId: number; readonly producerEpoch: number; readonly commit: boolean }
  | { readonly api: 'Fetch'; readonly isolation: 'read_uncommitted' | 'read_committed'; readonly maxWait: number; readonly minBytes: number; readonly maxBytes: number; readonly maxPartitionBytes: number; readonly rack: string; readonly partitions: readonly FetchFrom[] }
  | { readonly api: 'ListOffsets'; readonly at: 'earliest' | 'latest'; readonly isolation: 'read_uncommitted' | 'read_committed'; readonly partitions: readonly TopicPartition[] }
  | ShareRequest
  | GroupRequest;

/** What became of one record that was fetched for a share group. */
export interface RecordAcknowledgement extends TopicPartition {
  readonly offset: number;
  readonly type: AcknowledgeType;
}
/** Requests of a share session (KIP-932). */
export type ShareRequest =
  | {
      readonly api: 'ShareFetch';
      readonly group: string;
      readonly memberId: string;
      readonly maxWait: number;
      readonly minBytes: number;
      readonly maxBytes: number;
      readonly maxRecords: number;
      readonly mode: AcquireMode;
      readonly round: number;
      readonly partitions: readonly TopicPartition[];
      readonly acknowledgements: readonly RecordAcknowledgement[];
    }
  | { readonly api: 'ShareAcknowledge'; readonly group: string; readonly memberId: string; readonly acknowledgements: readonly RecordAcknowledgement[] }
  /** The session's last epoch, or its connection's end: what the member holds is released. */
  | { readonly api: 'ShareSessionEnd'; readonly group: string; readonly memberId: string };

/** Requests to a group's coordinator. */
export type GroupRequest =
  | { readonly api: 'JoinGroup'; readonly group: string; readonly join: Omit<JoinRequest, 'client'> }
  | { readonly api: 'SyncGroup'; readonly group: string; readonly sync: Omit<SyncRequest, 'client'> }
  | { readonly api: 'Heartbeat'; readonly group: string; readonly heartbeat: Omit<HeartbeatRequest, 'client'> }
  | { readonly api: 'LeaveGroup'; readonly group: string; readonly leave: Omit<LeaveRequest, 'client'> }
  | { readonly api: 'ConsumerGroupHeartbeat'; readonly group: string; readonly heartbeat: Omit<ConsumerHeartbeat, 'client'> }
  | { readonly api: 'ShareGroupHeartbeat'; readonly group: string; readonly heartbeat: Omit<ShareHeartbeat, 'client'> }
  | { readonly api: 'OffsetCommit'; readonly group: string; readonly member: MemberOfGroup; readonly offsets: readonly OffsetOf[]; readonly how: string }
  | { readonly api: 'TxnOffsetCommit'; readonly transactionalId: string; readonly producerId: number; readonly producerEpoch: number; readonly group: string; readonly member: MemberOfGroup; readonly offsets: readonly OffsetOf[] }
  | { readonly api: 'OffsetFetch'; readonly group: string; readonly member: MemberOfGroup; readonly partitions: readonly TopicPartition[]; readonly stable: boolean };
/** An offset to commit, with whatever the application wants kept beside it. */
interface OffsetOf extends TopicPartition {
  readonly offset: number;
  readonly metadata?: string;
}
export type GroupResponse = ClassicResponse | ConsumerHeartbeatResponse | ShareHeartbeatResponse;
/** A record that a share group's member now holds. `copy`, `attempt`, `entry`: as the history has it. */
export interface AcquiredRecord extends TopicPartition {
  readonly offset: number;
  readonly message: number;
  readonly copy: number;
  readonly attempt: number;
  readonly entry: number;
}
/** An offset that a share group's member now holds, at which there is no record: a transaction's marker, or what compaction took. */
export interface AcquiredGap extends TopicPartition {
  readonly offset: number;
}
export interface AcknowledgementResult extends TopicPartition {
  readonly offset: number;
  readonly error: GroupError | ErrorName | null;
}
export interface MemberOfGroup {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Generation of a classic member, epoch of the newer protocol; -1 without. */
  readonly generationOrEpoch: number;
}
export interface FetchFrom extends TopicPartition {
  readonly offset: number;
}
export interface Fetched extends TopicPartition {
  readonly error: ErrorName;
  /** The offset that was asked for. */
  readonly from: number;
  readonly highWatermark: number;
  readonly lastStable: number;
  readonly start: number;
  /** Where reading goes on: past records of aborted transactions and holes, too. */
  readonly next: number;
  /** The broker to read from instead, -1 for this one. */
  readonly preferred: number;
  readonly records: FetchedRecords;
}
/** Records as they are given out, one by one the same in each list. */
export interface FetchedRecords {
  readonly offsets: readonly number[];
  readonly messages: readonly number[];
  /** Of all of them. */
  readonly bytes: number;
}
export const NO_RECORDS: FetchedRecords = { offsets: [], messages: [], bytes: 0 };
/** `throttle`: µs for which the client is to send nothing more to this broker. */
export type Response =
  | { readonly api: 'Metadata'; readonly error: ErrorName; readonly topics: Readonly<Record<string, readonly number[]>> }
  | { readonly api: 'FindCoordinator'; readonly error: 'NONE' | 'COORDINATOR_NOT_AVAILABLE'; readonly node: number }
  | { readonly api: 'InitProducerId'; readonly error: ErrorName; readonly producerId: number; readonly producerEpoch: number }
  | { readonly api: 'Produce'; readonly throttle: number; readonly results: readonly (TopicPartition & { readonly error: ErrorName; readonly offset: number })[] }
  | { readonly api: 'EndTxn'; readonly error: ErrorName; readonly producerId: number; readonly producerEpoch: number }
  | { readonly api: 'Fetch'; readonly error: ErrorName; readonly throttle: number; readonly results: readonly Fetched[] }
  | { readonly api: 'ListOffsets'; readonly error: ErrorName; readonly offsets: readonly (TopicPartition & { readonly error: ErrorName; readonly offset: number })[] }
  | { readonly api: 'Group'; readonly response: GroupResponse }
  | { readonly api: 'ShareFetch'; readonly error: ErrorName; readonly records: readonly AcquiredRecord[]; readonly gaps: readonly AcquiredGap[]; readonly acknowledged: readonly AcknowledgementResult[] }
  | { readonly api: 'ShareAcknowledge'; readonly acknowledged: readonly AcknowledgementResult[] }
  | { readonly api: 'OffsetCommit'; readonly error: GroupError | ErrorName | null }
  | { readonly api: 'OffsetFetch'; readonly error: GroupError | null; readonly offsets: readonly (TopicPartition & { readonly offset: number })[] }
  /** The connection broke, or the broker that was asked is not there. */
  | { readonly api: 'Unavailable' };

/** What happened in a cluster, for the history, the pictures and the clients. */
export type KafkaEvent =
  /** `broker`: who answers, where that matters. */
  | { readonly kind: 'response'; readonly to: string; readonly correlation: number; readonly broker?: number; readonly response: Response }
  | ({ readonly kind: 'accepted'; readonly offset: number; readonly message: number; readonly transactional: boolean } & TopicPartition)
  | ({ readonly kind: 'transaction-ended'; readonly producerId: number; readonly how: 'commit' | 'abort'; readonly offsets: readonly number[]; readonly by: string } & TopicPartition)
  /** The log ends at `end` again. `accepted`: the records that were lost with an answer given for them. */
  | ({ readonly kind: 'truncated'; readonly end: number; readonly accepted: readonly number[]; readonly because: string } & TopicPartition)
  | ({ readonly kind: 'deleted'; readonly before: number } & TopicPartition)
  | ({ readonly kind: 'compacted'; readonly offsets: readonly number[] } & TopicPartition)
  | ({ readonly kind: 'elected'; readonly leader: number; readonly clean: boolean } & TopicPartition)
  | ({ readonly kind: 'isr'; readonly isr: readonly number[]; readonly shrunk: boolean } & TopicPartition)
  | ({ readonly kind: 'replicated'; readonly from: number; readonly to: number } & TopicPartition)
  | { readonly kind: 'broker'; readonly broker: number; readonly up: boolean }
  | { readonly kind: 'rebalance'; readonly group: string; readonly begins: boolean; readonly generation: number }
  | { readonly kind: 'member'; readonly group: string; readonly client: string; readonly joined: boolean; readonly because: string }
  | { readonly kind: 'offsets-committed'; readonly group: string; readonly how: string; readonly offsets: readonly (TopicPartition & { readonly offset: number })[] }
  | ({ readonly kind: 'acquired'; readonly group: string; readonly client: string; readonly offset: number; readonly message: number } & TopicPartition)
  | ({ readonly kind: 'share'; readonly group: string; readonly event: ShareEvent } & TopicPartition)
  /** A share group begins to read here. */
  | ({ readonly kind: 'share-start'; readonly group: string; readonly offset: number; readonly latest: boolean } & TopicPartition)
  /** Everything before is done with for a share group. */
  | ({ readonly kind: 'share-moved'; readonly group: string; readonly offset: number } & TopicPartition)
  | { readonly kind: 'throttled'; readonly quota: Quota; readonly client: string; readonly broker: number; readonly pause: number; readonly bytes: number }
  | { readonly kind: 'commit-refused'; readonly group: string; readonly client: string; readonly error: GroupError | ErrorName };
