import type { Assignment, TopicPartition } from './assignment.ts';
import { inSetOrder, lookAtGroup, type ServerAssignor, type ServerMember } from './server.ts';
import { HeterogeneousAssignment } from './uniform-heterogeneous.ts';

/**
 * The coordinator's `uniform`, its default: members are even to within one partition, and keep what they have as far as that allows.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol
 */
export const uniform: ServerAssignor = (counts, members) => {
  const group = lookAtGroup(counts, members);
  if (group.topics.length === 0) return new Map();
  return group.homogeneous ? assignHomogeneous(group) : new HeterogeneousAssignment(group).build();
};

/**
 * Everybody subscribes to the same: a quota each, and one more for as many as are needed, first of all those who have one more already;
 * who has too much loses it to who has too little.
 */
function assignHomogeneous({ topics, table, members }: ReturnType<typeof lookAtGroup>): Assignment {
  const assignment: Assignment = new Map();
  const had = new Set(members.flatMap((member) => member.assigned.map(({ topic, partition }) => table.of(topic)[partition])));
  const unassigned = table.all.filter((one) => !had.has(one));
  const least = Math.floor(table.all.length / members.length);
  let extra = table.all.length % members.length;
  const unfilled: { readonly member: ServerMember; readonly room: number }[] = [];
  for (const [i, member] of members.entries()) {
    let mayHaveMore = extra > 0;
    let quota = least + (mayHaveMore ? 1 : 0);
    const kept: TopicPartition[] = [];
    for (const topic of topics) {
      const mine = inSetOrder(member.assigned.filter((one) => one.topic === topic));
      for (const { partition } of mine) {
        const one = table.of(topic)[partition];
        if (one === undefined) continue;
        if (quota > 0) kept.push(one);
        else unassigned.push(one);
        quota = Math.max(0, quota - 1);
      }
    }
    assignment.set(member.memberId, kept);
    // As long as enough members come after it, one that has not got one more already leaves it to them.
    if (mayHaveMore && quota > 0 && members.length - i > extra) {
      mayHaveMore = false;
      quota--;
    }
    if (mayHaveMore) extra--;
    if (quota > 0) unfilled.push({ member, room: quota });
  }
  let next = 0;
  for (const { member, room } of unfilled) {
    const more = unassigned.slice(next, next + room);
    assignment.get(member.memberId)?.push(...more);
    next += more.length;
  }
  return assignment;
}
