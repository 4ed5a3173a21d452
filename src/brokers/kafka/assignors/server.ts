import { type Assignment, type PartitionCounts, PartitionTable, type TopicPartition } from './assignment.ts';
import { hashOfString, inHashOrder } from './hash-order.ts';

/** A member as the group coordinator's assignors see it. */
export interface ServerMember {
  readonly memberId: string;
  /** `group.instance.id` of a static member. */
  readonly instanceId?: string | null;
  readonly topics: readonly string[];
  /** The target assignment so far. */
  readonly assigned: readonly TopicPartition[];
}
/**
 * @param counts topics that exist. Kafka orders topics by their ids, which are random: the order of this map stands for it.
 * @returns nothing for members that get nothing because nobody subscribes to anything
 */
export type ServerAssignor = (counts: PartitionCounts, members: readonly ServerMember[]) => Assignment;

/** Subscribed and existing topics in the order of their ids, their partitions, and the members in the order of Kafka's map of them. */
export function lookAtGroup(counts: PartitionCounts, members: readonly ServerMember[]) {
  const topics = [...counts.keys()].filter((topic) => members.some((member) => member.topics.includes(topic)));
  const table = new PartitionTable(new Map(topics.map((topic) => [topic, counts.get(topic) ?? 0])));
  const ordered = inHashOrder(members, (member) => hashOfString(member.memberId));
  return { topics, table, members: ordered, homogeneous: subscribeToTheSame(members) };
}

/** By names: a topic that does not exist yet counts as well. */
function subscribeToTheSame(members: readonly ServerMember[]): boolean {
  const readers = new Map<string, number>();
  for (const { topics } of members) for (const topic of new Set(topics)) readers.set(topic, (readers.get(topic) ?? 0) + 1);
  return [...readers.values()].every((count) => count === members.length);
}

/** In the order of a HashSet of so many numbers: ascending, but for numbers beyond its capacity. */
export function inSetOrder(partitions: readonly TopicPartition[]): TopicPartition[] {
  return inHashOrder(
    [...partitions].sort((a, b) => a.partition - b.partition),
    (one) => one.partition,
    partitions.length + 1,
  );
}
