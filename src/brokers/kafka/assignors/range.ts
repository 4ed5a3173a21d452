import { type Assignment, byInstanceThenMember, type ConsumerMember, type PartitionCounts, type ReplicaRacks, subscribedTopics } from './assignment.ts';

type Reader = Pick<ConsumerMember, 'memberId' | 'instanceId' | 'topics' | 'rack'>;

/**
 * `RangeAssignor`: topic by topic, the members in order get partitions that lie side by side, the first ones one more when it does not
 * come out even. Partition n of topics with the same number of partitions and the same subscribers therefore goes to one member.
 * Where racks have different partitions, members first get those that have a replica in their rack, as far as that leaves it even (KIP-881).
 * https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/consumer/RangeAssignor.html
 */
export function range(counts: PartitionCounts, members: readonly Reader[], racks?: ReplicaRacks): Assignment {
  const assignment: Assignment = new Map(members.map((member) => [member.memberId, []]));
  const sorted = [...members].sort(byInstanceThenMember);
  const shares = [...subscribedTopics(counts, members)].map(
    ([topic, count]) =>
      new Share(
        topic,
        count,
        sorted.filter((member) => member.topics.includes(topic)),
        racks,
        assignment,
      ),
  );
  const together = new Map<string, Share[]>();
  for (const share of shares) together.set(share.likeness, [...(together.get(share.likeness) ?? []), share]);
  if (shares.some((share) => share.minds))
    for (const alike of together.values()) {
      if (alike.length > 1) giveTogether(alike);
      else if (alike[0]?.minds) alike[0].give((reader, partition) => alike[0]?.near(reader, partition) ?? false);
    }
  for (const share of shares) share.give(() => true);
  for (const given of assignment.values()) given.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  return assignment;
}
/** Partition n of all these topics goes to one member that is near to all of them, if there is one. */
function giveTogether(alike: readonly Share[]): void {
  const [first] = alike;
  if (!first) return;
  for (let partition = 0; partition < first.count; partition++) {
    const reader = first.readers.find((one) => alike.every((share) => share.near(one, partition) && share.room(one) > 0));
    if (reader) for (const share of alike) share.to(reader, partition);
  }
}
/** One topic as it is shared out. */
class Share {
  readonly topic: string;
  readonly count: number;
  readonly readers: readonly Reader[];
  /** Members have racks, and not every rack has every partition. */
  readonly minds: boolean;
  private readonly racks: ReplicaRacks | undefined;
  private readonly assignment: Assignment;
  private readonly left: Set<number>;
  private readonly given = new Map<string, number>();
  private extras: number;
  constructor(topic: string, count: number, readers: readonly Reader[], racks: ReplicaRacks | undefined, assignment: Assignment) {
    this.topic = topic;
    this.count = count;
    this.readers = readers;
    this.racks = racks;
    this.assignment = assignment;
    this.left = new Set(Array.from({ length: count }, (_, i) => i));
    this.extras = count % readers.length;
    this.minds = this.differs();
  }
  /** Topics with as many partitions and the same readers. */
  get likeness(): string {
    return `${this.count} ${this.readers.map((r) => r.memberId).join(' ')}`;
  }
  near({ rack = '' }: Reader, partition: number): boolean {
    return rack === '' || (this.racks?.({ topic: this.topic, partition }).has(rack) ?? false);
  }
  /** How many more it may get. */
  room({ memberId }: Reader): number {
    return Math.max(0, Math.floor(this.count / this.readers.length) + (this.extras > 0 ? 1 : 0) - (this.given.get(memberId) ?? 0));
  }
  to(reader: Reader, partition: number): void {
    const had = (this.given.get(reader.memberId) ?? 0) + 1;
    this.given.set(reader.memberId, had);
    if (had > Math.floor(this.count / this.readers.length)) this.extras--;
    this.left.delete(partition);
    this.assignment.get(reader.memberId)?.push({ topic: this.topic, partition });
  }
  give(may: (reader: Reader, partition: number) => boolean): void {
    for (const reader of this.readers) {
      const wanted = [...this.left].filter((partition) => may(reader, partition)).slice(0, this.room(reader));
      for (const partition of wanted) this.to(reader, partition);
    }
  }
  private differs(): boolean {
    const { racks, topic } = this;
    const mine = new Set(this.readers.flatMap(({ rack = '' }) => (rack === '' ? [] : [rack])));
    if (!racks || mine.size === 0) return false;
    const each = Array.from({ length: this.count }, (_, partition) => racks({ topic, partition }));
    const all = new Set(each.flatMap((one) => [...one]));
    return [...mine].some((rack) => all.has(rack)) && each.some((one) => one.size !== all.size);
  }
}
