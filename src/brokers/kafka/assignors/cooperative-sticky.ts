import type { Assignment, ConsumerMember, PartitionCounts, TopicPartition } from './assignment.ts';
import { assignSticky } from './sticky.ts';

/**
 * `CooperativeStickyAssignor`: the sticky assignment in two phases. A partition that changes hands is first taken from its owner and given
 * to nobody; the owner revokes it and joins again, and the next rebalance gives it away. Everything else is read on all the while.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-429%3A+Kafka+Consumer+Incremental+Rebalance+Protocol
 */
export function cooperativeSticky(counts: PartitionCounts, members: readonly ConsumerMember[]): Assignment {
  const { assignment, transferring } = assignSticky(counts, members);
  for (const [one, member] of transferring ?? changingHands(assignment, members)) {
    assignment.set(member, assignment.get(member)?.filter((other) => other !== one) ?? []);
  }
  return assignment;
}

const name = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`;

/** Partitions that somebody loses and somebody else gets. */
function changingHands(assignment: Assignment, members: readonly ConsumerMember[]): Map<TopicPartition, string> {
  const revoked = new Set<string>();
  const added = new Map<TopicPartition, string>();
  for (const { memberId, owned = [] } of members) {
    const assigned = assignment.get(memberId) ?? [];
    const had = new Set(owned.map(name));
    const has = new Set(assigned.map(name));
    for (const one of had) if (!has.has(one)) revoked.add(one);
    for (const one of assigned) if (!had.has(name(one))) added.set(one, memberId);
  }
  return new Map([...added].filter(([one]) => revoked.has(name(one))));
}
