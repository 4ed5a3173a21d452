import { type Assignment, byInstanceThenMember, type ConsumerMember, PartitionTable, type PartitionCounts, subscribedTopics } from './assignment.ts';

/**
 * `RoundRobinAssignor`: all partitions of all topics, sorted by topic, are dealt to the members in turn; a member that does not subscribe to
 * the topic is passed over and its turn is gone. https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/RoundRobinAssignor.html
 */
export function roundRobin(counts: PartitionCounts, members: readonly ConsumerMember[]): Assignment {
  const assignment: Assignment = new Map(members.map((member) => [member.memberId, []]));
  const sorted = [...members].sort(byInstanceThenMember);
  let turn = 0;
  for (const partition of new PartitionTable(subscribedTopics(counts, members)).all) {
    while (sorted[turn]?.topics.includes(partition.topic) === false) turn = (turn + 1) % sorted.length;
    assignment.get(sorted[turn]?.memberId ?? '')?.push(partition);
    turn = (turn + 1) % sorted.length;
  }
  return assignment;
}
