import type { BrokerHost } from '../../contract.ts';
import type { PartitionCounts, TopicPartition } from '../assignors/assignment.ts';
import type { JoinProtocol } from './classic-state.ts';
import type { GroupError } from './errors.ts';

/** Requests, responses and members of a group of the consumer protocol (KIP-848). https://kafka.apache.org/44/design/protocol/ (ConsumerGroupHeartbeat) */

/** The epoch of a member that joins; by -1 one goes for good, by -2 as a static member that will be back. */
export const JOIN_EPOCH = 0;
export const LEAVE_STATIC_EPOCH = -2;

/** Fields that are null have not changed since the member's last heartbeat. */
export interface ConsumerHeartbeat {
  /** Whom to answer. */
  readonly client: string;
  /** Made by the member itself. */
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  /** `max.poll.interval.ms` */
  readonly rebalanceTimeoutMs: number | null;
  readonly subscribedTopicNames: readonly string[] | null;
  /** `group.remote.assignor` */
  readonly serverAssignor: string | null;
  /** What the member owns. */
  readonly topicPartitions: readonly TopicPartition[] | null;
}
export interface ConsumerHeartbeatResponse {
  readonly kind: 'ConsumerGroupHeartbeat';
  readonly error: GroupError | null;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** null when it has not changed. */
  readonly assignment: readonly TopicPartition[] | null;
}

export interface ModernGroupHost extends BrokerHost {
  readonly groupId: string;
  send(client: string, response: ConsumerHeartbeatResponse): void;
  /** Topics that exist, in the order of their ids. */
  topics(): PartitionCounts;
}

/** A broker's settings for these groups, of which a group may have its own. https://kafka.apache.org/44/configuration/group-configs/ */
export const modernDefaults = {
  'group.consumer.session.timeout.ms': 45_000,
  'group.consumer.heartbeat.interval.ms': 5_000,
  'group.consumer.assignment.interval.ms': 1_000,
  'group.consumer.max.size': 2_147_483_647,
};
export type ModernSettings = typeof modernDefaults;

/** A partition and the epoch in which its owner got it. */
export interface OwnedPartition extends TopicPartition {
  readonly epoch: number;
}
/** Reconciled; has yet to give something up; waits for others to do so. */
export type MemberState = 'STABLE' | 'UNREVOKED_PARTITIONS' | 'UNRELEASED_PARTITIONS';

export interface ModernMember {
  memberId: string;
  readonly instanceId: string | null;
  memberEpoch: number;
  previousEpoch: number;
  state: MemberState;
  rebalanceTimeoutMs: number;
  topics: readonly string[];
  assignor: string | null;
  assigned: readonly OwnedPartition[];
  pendingRevocation: readonly OwnedPartition[];
  /** Of a member that speaks the classic protocol (mixed.ts). */
  classic: { readonly sessionTimeoutMs: number; readonly protocols: readonly JoinProtocol[] } | null;
}
/** All state of the group but its deadlines. */
export interface ModernData {
  groupEpoch: number;
  /** Of the target assignment; behind the group's while that is still to be computed. */
  assignmentEpoch: number;
  /** µs at which the target was computed; null when the next need not wait. */
  assignmentAt: number | null;
  members: ModernMember[];
  target: { readonly memberId: string; readonly partitions: readonly TopicPartition[] }[];
  /** Subscribed topics and how many partitions they had when the group's epoch was last looked at. */
  metadata: string;
  metadataStale: boolean;
}
/** A new group has seen one epoch, in which nobody was in it. */
export const NEW_GROUP_EPOCH = 1;
export const emptyModern = (): ModernData => ({ groupEpoch: NEW_GROUP_EPOCH, assignmentEpoch: NEW_GROUP_EPOCH, assignmentAt: null, members: [], target: [], metadata: '', metadataStale: false });

export const samePartition = (a: TopicPartition, b: TopicPartition): boolean => a.partition === b.partition && a.topic === b.topic;
export const includes = (some: readonly TopicPartition[], one: TopicPartition): boolean => some.some((other) => samePartition(other, one));
