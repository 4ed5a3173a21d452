import type { TopicPartition } from '../assignors/assignment.ts';
import type { GroupError } from './errors.ts';

/** Who commits: OffsetCommit, or TxnOffsetCommit of a transaction. */
export interface CommitRequest {
  /** '' without a group membership. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** The generation of a classic member or the epoch of a consumer-protocol member; -1 without. */
  readonly generationOrEpoch: number;
  readonly transactional: boolean;
  readonly partitions: readonly TopicPartition[];
}
/** From when the retention of committed offsets counts: a moment, or each offset's own commit; null while it does not count. */
export interface ExpiryRule {
  readonly from: number | 'commit' | null;
  /** Topics that somebody reads are kept. */
  keeps(topic: string): boolean;
}
export const never: ExpiryRule = { from: null, keeps: () => true };
export const sinceCommit: ExpiryRule = { from: 'commit', keeps: () => false };

/** What committed offsets ask of their group, of whichever protocol. */
export interface OffsetOwner {
  mayCommit(request: CommitRequest): GroupError | null;
  /** A commit was accepted. */
  committed(memberId: string): void;
  mayFetch(memberId: string | null, memberEpoch: number): GroupError | null;
  offsetExpiry(): ExpiryRule;
}
