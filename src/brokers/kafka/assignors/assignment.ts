/** What all assignors take and give. https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/ConsumerPartitionAssignor.html */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
/** Topics that exist, and how many partitions they have. */
export type PartitionCounts = ReadonlyMap<string, number>;
/** Every member's partitions. */
export type Assignment = Map<string, TopicPartition[]>;

/** A member as the leader of a classic group sees it. */
export interface ConsumerMember {
  readonly memberId: string;
  /** `group.instance.id` of a static member. */
  readonly instanceId?: string | null;
  readonly topics: readonly string[];
  /** What it owned when it joined: the sticky assignors keep it. */
  readonly owned?: readonly TopicPartition[];
  /** The generation in which it owned that; none for a member that is new. */
  readonly generation?: number | null;
  /** client.rack */
  readonly rack?: string;
}
/** Racks that have a replica of a partition. */
export type ReplicaRacks = (partition: TopicPartition) => ReadonlySet<string>;

/** Topics that exist and that somebody subscribes to, by name. */
export function subscribedTopics(counts: PartitionCounts, members: readonly { readonly topics: readonly string[] }[]): Map<string, number> {
  const names = [...new Set(members.flatMap((member) => member.topics))].sort();
  return new Map(names.flatMap((name) => ((counts.get(name) ?? 0) > 0 ? [[name, counts.get(name) ?? 0] as const] : [])));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Static members by instance id, then the others by member id: instance ids survive a restart, member ids do not. */
export function byInstanceThenMember(a: { readonly memberId: string; readonly instanceId?: string | null }, b: { readonly memberId: string; readonly instanceId?: string | null }): number {
  const [left, right] = [a.instanceId ?? null, b.instanceId ?? null];
  if (left !== null && right !== null) return compare(left, right);
  if (left !== null || right !== null) return left === null ? 1 : -1;
  return compare(a.memberId, b.memberId);
}

/** One object per partition, so that partitions can be told apart by identity. */
export class PartitionTable {
  readonly all: readonly TopicPartition[];
  readonly #of: ReadonlyMap<string, readonly TopicPartition[]>;

  constructor(counts: PartitionCounts) {
    this.#of = new Map([...counts].map(([topic, count]) => [topic, Array.from({ length: count }, (_, partition) => ({ topic, partition }))]));
    this.all = [...this.#of.values()].flat();
  }
  /** Empty for a topic that does not exist. */
  of(topic: string): readonly TopicPartition[] {
    return this.#of.get(topic) ?? [];
  }
}
