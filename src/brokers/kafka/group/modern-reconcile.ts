import type { TopicPartition } from '../assignors/assignment.ts';
import { includes, type ModernMember, samePartition } from './modern-state.ts';

export interface Reconciliation {
  readonly target: readonly TopicPartition[];
  readonly targetEpoch: number;
  /** What the member says it owns; null when it does not say. */
  readonly owned: readonly TopicPartition[] | null;
  readonly subscriptionChanged: boolean;
  /** Topics that exist and that the member subscribes to. */
  readonly topics: ReadonlySet<string>;
  /** Whether somebody still has the partition. */
  taken(one: TopicPartition): boolean;
}

/**
 * The next state of a member on its way to the target assignment: first it gives up what is no longer its own, and only when it has
 * said so it goes to the target's epoch and gets what is new, as far as others have let go of it.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol (Member State Machine)
 * @returns the member itself when nothing changes
 */
export function reconcile(member: ModernMember, to: Reconciliation): ModernMember {
  switch (member.state) {
    case 'STABLE':
      if (member.memberEpoch !== to.targetEpoch) return next(member, to);
      return to.subscriptionChanged ? dropUnsubscribed(member, to) : member;
    case 'UNREVOKED_PARTITIONS':
      if (stillOwns(member.pendingRevocation, to)) return to.subscriptionChanged ? dropUnsubscribed(member, to) : member;
      return next(member, to);
    case 'UNRELEASED_PARTITIONS':
      return next(member, to);
  }
}

const stillOwns = (revoked: readonly TopicPartition[], { owned }: Reconciliation) => owned === null || owned.some((one) => includes(revoked, one));
const withEpoch = (member: ModernMember, memberEpoch: number): ModernMember => ({ ...member, memberEpoch, previousEpoch: member.memberEpoch });

function next(member: ModernMember, to: Reconciliation): ModernMember {
  const target = to.target.filter((one) => to.topics.has(one.topic));
  const kept = member.assigned.filter((one) => includes(target, one));
  const revoked = member.assigned.filter((one) => !includes(target, one));
  if (revoked.length > 0 && stillOwns(revoked, to)) {
    return { ...withEpoch(member, member.memberEpoch), state: 'UNREVOKED_PARTITIONS', assigned: kept, pendingRevocation: revoked };
  }
  const wanted = target.filter((one) => !includes(kept, one));
  // What the member itself has just given up is its own to take back.
  const free = wanted.filter((one) => !to.taken(one) || includes(member.pendingRevocation, one));
  const assigned = [...kept, ...free.map(({ topic, partition }) => ({ topic, partition, epoch: to.targetEpoch }))];
  const state = free.length < wanted.length ? 'UNRELEASED_PARTITIONS' : 'STABLE';
  return { ...withEpoch(member, to.targetEpoch), state, assigned, pendingRevocation: [] };
}

/** Topics that the member no longer subscribes to go at once, whether there is a new target or not. */
function dropUnsubscribed(member: ModernMember, to: Reconciliation): ModernMember {
  const assigned = member.assigned.filter((one) => to.topics.has(one.topic));
  if (assigned.length === member.assigned.length) return member;
  const dropped = member.assigned.filter((one) => !to.topics.has(one.topic));
  const pendingRevocation = [...member.pendingRevocation, ...dropped];
  const same = withEpoch(member, member.memberEpoch);
  if (!stillOwns(pendingRevocation, to)) return { ...same, assigned };
  return { ...same, state: 'UNREVOKED_PARTITIONS', assigned, pendingRevocation };
}

/** Whether the member was given anything, or had anything taken, since. */
export function assignmentChanged(before: ModernMember, after: ModernMember): boolean {
  return before.assigned.length !== after.assigned.length || !before.assigned.every((one) => after.assigned.some((other) => samePartition(one, other) && one.epoch === other.epoch));
}
