import type { Assignment, TopicPartition } from './assignment.ts';
import { lookAtGroup, type ServerAssignor, type ServerMember } from './server.ts';

/**
 * The coordinator's `simple`, for share groups: a partition may have several readers. With fewer members than partitions each partition has
 * one reader; with more each has as many as it takes for everybody to have something. Keeps what fits.
 * Members that subscribe to different topics share each topic by itself.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-932%3A+Queues+for+Kafka#KIP932:QueuesforKafka-TheSimpleAssignor
 */
export const simple: ServerAssignor = (counts, members) => {
  const { topics, table, members: ordered, homogeneous } = lookAtGroup(counts, members);
  const assignment: Assignment = new Map(ordered.map((member) => [member.memberId, []]));
  if (topics.length === 0) return assignment;
  if (homogeneous) share(table.all, ordered, assignment);
  else
    for (const topic of topics)
      share(
        table.of(topic),
        ordered.filter((member) => member.topics.includes(topic)),
        assignment,
      );
  return assignment;
};

function share(partitions: readonly TopicPartition[], members: readonly ServerMember[], assignment: Assignment): void {
  const readers = Math.ceil(members.length / partitions.length);
  const wanted = wantedCounts(readers * partitions.length, members.length);
  const of = new Map(members.map((member) => [member, new Set(partitions.filter((one) => member.assigned.some((had) => had.topic === one.topic && had.partition === one.partition)))]));
  const readersOf = (one: TopicPartition) => members.filter((member) => of.get(member)?.has(one));
  const room = (member: ServerMember) => (wanted[members.indexOf(member)] ?? 0) - (of.get(member)?.size ?? 0);
  // Who has too many gives up first what too many read.
  for (const one of partitions) {
    const all = readersOf(one);
    const inOrder = [...all.filter((member) => room(member) < 0), ...all.filter((member) => room(member) >= 0)];
    for (const member of inOrder.slice(0, Math.max(0, all.length - readers))) of.get(member)?.delete(one);
  }
  for (const [member, mine] of of) for (const one of [...mine].slice(0, Math.max(0, -room(member)))) mine.delete(one);

  let turn = 0;
  for (const one of partitions) {
    let missing = readers - readersOf(one).length;
    for (let looked = 0; looked < members.length && missing > 0; looked++) {
      const member = members[turn++ % members.length];
      if (member === undefined || room(member) <= 0 || of.get(member)?.has(one)) continue;
      of.get(member)?.add(one);
      missing--;
    }
  }
  for (const [member, mine] of of) assignment.get(member.memberId)?.push(...mine);
}

/** So many assignments spread over the members, who has one more at regular distances. */
function wantedCounts(assignments: number, members: number): number[] {
  const upTo = (count: number) => Math.ceil((assignments / members) * count);
  return Array.from({ length: members }, (_, i) => upTo(i + 1) - upTo(i));
}
