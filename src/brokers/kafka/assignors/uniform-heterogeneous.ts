import type { Assignment } from './assignment.ts';
import { Balancer } from './balancer.ts';
import type { lookAtGroup } from './server.ts';

/** Members whose subscriptions overlap in a chain may need many rounds: after so many it is even enough. */
const ROUNDS = 16;

/**
 * `uniform` when members subscribe to different topics: everybody keeps what it has, topic by topic the rest goes to the readers with fewest
 * partitions, and then each topic's partitions move from its readers with most to those with fewest, until no topic changes.
 * https://github.com/apache/kafka/blob/trunk/group-coordinator/src/main/java/org/apache/kafka/coordinator/group/assignor/UniformHeterogeneousAssignmentBuilder.java
 */
export class HeterogeneousAssignment {
  readonly #group: ReturnType<typeof lookAtGroup>;
  /** Members are numbers here: their places in the group's order. */
  readonly #readers = new Map<string, number[]>();
  readonly #owners = new Map<string, number[]>();
  readonly #sizes: number[];
  readonly #balancer = new Balancer((member) => this.#sizes[member] ?? 0);

  constructor(group: ReturnType<typeof lookAtGroup>) {
    this.#group = group;
    this.#sizes = group.members.map(() => 0);
    for (const topic of group.topics) {
      this.#readers.set(
        topic,
        group.members.flatMap((member, i) => (member.topics.includes(topic) ? [i] : [])),
      );
      this.#owners.set(
        topic,
        group.table.of(topic).map(() => -1),
      );
    }
    for (const [i, member] of group.members.entries()) {
      for (const { topic, partition } of member.assigned) if (member.topics.includes(topic)) this.#give(topic, partition, i);
    }
  }

  build(): Assignment {
    for (const topic of this.#inOrder()) this.#assignFree(topic);
    this.#balance(this.#inOrder().filter((topic) => this.#readersOf(topic).length >= 2));
    const assignment: Assignment = new Map(this.#group.members.map((member) => [member.memberId, []]));
    for (const one of this.#group.table.all) {
      const owner = this.#group.members[this.#ownersOf(one.topic)[one.partition] ?? -1];
      if (owner !== undefined) assignment.get(owner.memberId)?.push(one);
    }
    return assignment;
  }

  /** Most partitions per reader first, then fewest readers, then by id. */
  #inOrder(): string[] {
    const readers = (topic: string) => this.#readersOf(topic).length;
    const perReader = (topic: string) => this.#ownersOf(topic).length / readers(topic);
    return [...this.#group.topics].sort((a, b) => perReader(b) - perReader(a) || readers(a) - readers(b));
  }
  #assignFree(topic: string): void {
    this.#balancer.start(this.#readersOf(topic));
    for (const [partition, owner] of this.#ownersOf(topic).entries()) if (owner < 0) this.#give(topic, partition, this.#balancer.leastLoaded());
  }

  /** Over and over, until a whole round has changed nothing. */
  #balance(topics: readonly string[]): void {
    let last = -1;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, topic] of topics.entries()) {
        if (i === last) return;
        if (this.#balanceTopic(topic) > 0 || last < 0) last = i;
      }
    }
  }
  /** @returns how many partitions changed hands */
  #balanceTopic(topic: string): number {
    let moved = 0;
    if (this.#balancer.start(this.#readersOf(topic)) <= 1) return moved;
    /** Of each owner its partitions as they were: it gives up the last first, and none that it has only just got. */
    const givable = new Map<number, number[]>();
    for (const [partition, owner] of this.#ownersOf(topic).entries()) givable.set(owner, [...(givable.get(owner) ?? []), partition]);
    while (!this.#balancer.balanced()) {
      const from = this.#nextWithSomething(givable);
      const partition = givable.get(from)?.pop();
      if (partition === undefined) break;
      const to = this.#balancer.leastLoaded();
      if (this.#balancer.balanced()) break;
      this.#give(topic, partition, to);
      moved++;
    }
    return moved;
  }
  #nextWithSomething(givable: ReadonlyMap<number, readonly number[]>): number {
    for (;;) {
      const from = this.#balancer.mostLoaded();
      if (from < 0 || (givable.get(from)?.length ?? 0) > 0) return from;
      this.#balancer.excludeMostLoaded();
    }
  }

  #give(topic: string, partition: number, member: number): void {
    const owners = this.#ownersOf(topic);
    const before = owners[partition];
    if (before === undefined) return;
    if (before >= 0) this.#sizes[before] = (this.#sizes[before] ?? 0) - 1;
    owners[partition] = member;
    this.#sizes[member] = (this.#sizes[member] ?? 0) + 1;
  }
  #readersOf(topic: string): readonly number[] {
    return this.#readers.get(topic) ?? [];
  }
  #ownersOf(topic: string): number[] {
    return this.#owners.get(topic) ?? [];
  }
}
