import { type Assignment, type ConsumerMember, PartitionTable, type PartitionCounts, subscribedTopics, type TopicPartition } from './assignment.ts';
import { hashOfString, inHashOrder } from './hash-order.ts';
import { assignConstrained } from './sticky-constrained.ts';
import { GeneralAssignment } from './sticky-general.ts';

/** What the sticky assignors start from. */
export interface StickyInput {
  readonly table: PartitionTable;
  readonly topics: readonly string[];
  /** In the order of Kafka's map of subscriptions. */
  readonly members: readonly ConsumerMember[];
  /** By member, in the same order: what it owned and may keep. */
  readonly owned: ReadonlyMap<string, readonly TopicPartition[]>;
  /** Claimed by two members of one generation: nobody keeps them. */
  readonly claimedTwice: ReadonlySet<TopicPartition>;
  readonly maxGeneration: number;
}
export interface StickyResult {
  readonly assignment: Assignment;
  /** Partitions that go to another owner, and to whom; null when the algorithm does not keep count of it. */
  readonly transferring: ReadonlyMap<TopicPartition, string> | null;
}

/** The generation of a member that was in none. */
export const NO_GENERATION = -1;

/**
 * `StickyAssignor`: as even as can be, and then as few moves as can be. Eager: everybody gives up everything before it is told what it has.
 * https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/StickyAssignor.html
 */
export function sticky(counts: PartitionCounts, members: readonly ConsumerMember[]): Assignment {
  return assignSticky(counts, members).assignment;
}

export function assignSticky(counts: PartitionCounts, members: readonly ConsumerMember[]): StickyResult {
  if (members.length === 0) return { assignment: new Map(), transferring: new Map() };
  const topics = subscribedTopics(counts, members);
  const table = new PartitionTable(topics);
  const ordered = inHashOrder(members, (member) => hashOfString(member.memberId));
  const { owned, claimedTwice } = resolveClaims(table, ordered);
  const maxGeneration = Math.max(...ordered.map(generationOf));
  const input: StickyInput = { table, topics: [...topics.keys()], members: ordered, owned, claimedTwice, maxGeneration };
  if (subscribeToTheSame(ordered)) return assignConstrained(input);
  return { assignment: new GeneralAssignment(input).build(), transferring: null };
}

export const generationOf = (member: ConsumerMember): number => member.generation ?? NO_GENERATION;

/** Who keeps a partition that several say they own: the member of the later generation, and nobody if there are two of the same. */
function resolveClaims(table: PartitionTable, members: readonly ConsumerMember[]): Pick<StickyInput, 'owned' | 'claimedTwice'> {
  const owned = new Map<string, TopicPartition[]>();
  const claimedTwice = new Set<TopicPartition>();
  const owner = new Map<TopicPartition, ConsumerMember>();
  for (const member of members) {
    const mine: TopicPartition[] = [];
    owned.set(member.memberId, mine);
    for (const { topic, partition } of member.owned ?? []) {
      const one = table.of(topic)[partition];
      if (one === undefined) continue;
      const other = owner.get(one);
      const newer = other === undefined ? 1 : generationOf(member) - generationOf(other);
      if (newer < 0) continue;
      if (other !== undefined) owned.set(other.memberId, owned.get(other.memberId)?.filter((kept) => kept !== one) ?? []);
      if (newer > 0) owned.get(member.memberId)?.push(one);
      else claimedTwice.add(one);
      owner.set(one, member);
    }
  }
  return { owned, claimedTwice };
}

/** As Kafka compares: with the first member that subscribes to anything; those before it are not looked at. */
function subscribeToTheSame(members: readonly ConsumerMember[]): boolean {
  const first = members.findIndex((member) => member.topics.length > 0);
  const topics = members[first]?.topics ?? [];
  return members.slice(first + 1).every((member) => member.topics.length === topics.length && member.topics.every((topic) => topics.includes(topic)));
}
