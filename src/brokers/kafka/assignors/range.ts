import { type Assignment, byInstanceThenMember, type ConsumerMember, type PartitionCounts, subscribedTopics } from './assignment.ts';

/**
 * `RangeAssignor`: topic by topic, the members in order get partitions that lie side by side, the first ones one more when it does not
 * come out even. Partition n of topics with the same number of partitions and the same subscribers therefore goes to one member.
 * Racks are not looked at. https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/RangeAssignor.html
 */
export function range(counts: PartitionCounts, members: readonly Pick<ConsumerMember, 'memberId' | 'instanceId' | 'topics'>[]): Assignment {
  const assignment: Assignment = new Map(members.map((member) => [member.memberId, []]));
  const sorted = [...members].sort(byInstanceThenMember);
  for (const [topic, count] of subscribedTopics(counts, members)) {
    const readers = sorted.filter((member) => member.topics.includes(topic));
    const each = Math.floor(count / readers.length);
    let partition = 0;
    for (const [i, { memberId }] of readers.entries()) {
      const end = partition + each + (i < count % readers.length ? 1 : 0);
      while (partition < end) assignment.get(memberId)?.push({ topic, partition: partition++ });
    }
  }
  return assignment;
}
