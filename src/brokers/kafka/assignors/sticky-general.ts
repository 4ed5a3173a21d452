import type { Assignment, TopicPartition } from './assignment.ts';
import { PartitionMovements } from './partition-movements.ts';
import { generationOf, type StickyInput } from './sticky.ts';

/**
 * The sticky assignment of members that subscribe to different topics: everybody keeps what it owns and may still read, what is left goes to
 * whoever has least, and then partitions move one by one until no move makes the members more even.
 * https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/clients/consumer/internals/AbstractStickyAssignor.java
 */
export class GeneralAssignment {
  readonly #input: StickyInput;
  readonly #readers = new Map<string, string[]>();
  readonly #topics = new Map<string, string[]>();
  readonly #couldHave = new Map<string, number>();
  #current = new Map<string, TopicPartition[]>();
  #owner = new Map<TopicPartition, string>();
  /** Members that may still take part, who has least first, then by id. */
  #sorted: string[] = [];
  readonly #movements = new PartitionMovements();
  /** Of partitions that a member of an earlier generation claims: that member. */
  readonly #previous = new Map<TopicPartition, { member: string; generation: number }>();

  constructor(input: StickyInput) {
    this.#input = input;
    for (const topic of input.topics) this.#readers.set(topic, []);
    for (const { memberId, topics } of input.members) {
      const existing = topics.filter((topic) => this.#readers.has(topic));
      this.#topics.set(memberId, existing);
      this.#couldHave.set(
        memberId,
        existing.reduce((sum, topic) => sum + input.table.of(topic).length, 0),
      );
      for (const topic of existing) this.#readers.get(topic)?.push(memberId);
      this.#current.set(memberId, [...(input.owned.get(memberId) ?? [])]);
    }
  }

  build(): Assignment {
    this.#rememberPrevious();
    const revocationRequired = this.#keepOwned();
    const partitions = this.#inOrder();
    const unassigned = partitions.filter((one) => !this.#owner.has(one));
    this.#sorted = [...this.#current.keys()].sort((a, b) => this.#least(a, b));
    this.#balance(partitions, unassigned, revocationRequired);
    return this.#current;
  }

  #rememberPrevious(): void {
    for (const member of this.#input.members) {
      const generation = generationOf(member);
      if (generation >= this.#input.maxGeneration) continue;
      for (const { topic, partition } of member.owned ?? []) {
        const one = this.#input.table.of(topic)[partition];
        const known = one && this.#previous.get(one);
        if (one && (known === undefined || generation > known.generation)) this.#previous.set(one, { member: member.memberId, generation });
      }
    }
  }
  /** @returns whether somebody had to give up a topic that it no longer subscribes to */
  #keepOwned(): boolean {
    let revoked = false;
    for (const [member, partitions] of this.#current) {
      const kept = partitions.filter((one) => this.#reads(member, one));
      revoked ||= kept.length < partitions.length;
      this.#current.set(member, kept);
      for (const one of kept) this.#owner.set(one, member);
    }
    return revoked;
  }
  /** Partitions whose topics have fewest readers first. */
  #inOrder(): TopicPartition[] {
    const count = (topic: string) => this.#readers.get(topic)?.length ?? 0;
    const topics = [...this.#input.topics].sort((a, b) => count(a) - count(b) || (a < b ? -1 : 1));
    return topics.flatMap((topic) => this.#input.table.of(topic));
  }

  #balance(partitions: readonly TopicPartition[], unassigned: readonly TopicPartition[], revocationRequired: boolean): void {
    const initializing = this.#size(this.#sorted.at(-1) ?? '') === 0;
    for (const one of unassigned) {
      const member = this.#sorted.find((candidate) => this.#reads(candidate, one));
      if (member !== undefined) this.#give(one, member);
    }
    const movable = (one: TopicPartition) => (this.#readers.get(one.topic)?.length ?? 0) >= 2;
    const fixed = new Map<string, TopicPartition[]>();
    for (const [member, mine] of this.#current) {
      if (mine.length < (this.#couldHave.get(member) ?? 0) || mine.some(movable)) continue;
      fixed.set(member, mine);
      this.#leave(member);
    }
    for (const member of fixed.keys()) this.#current.delete(member);

    const before = { current: new Map([...this.#current].map(([member, mine]) => [member, [...mine]])), owner: new Map(this.#owner) };
    // Nobody has to give up anything yet: perhaps moving only what is new is enough.
    if (!revocationRequired) this.#reassign(unassigned.filter(movable));
    const moved = this.#reassign(partitions.filter(movable));
    if (!initializing && moved && imbalance(this.#current) >= imbalance(before.current)) {
      this.#current = before.current;
      this.#owner = before.owner;
    }
    for (const [member, mine] of fixed) this.#current.set(member, mine);
  }

  #reassign(partitions: readonly TopicPartition[]): boolean {
    let moved = false;
    let again = true;
    let balanced = this.#isBalanced();
    while (again) {
      again = false;
      for (const one of partitions) {
        if (balanced) break;
        const to = this.#betterOwner(one);
        if (to === undefined) continue;
        this.#move(this.#movements.instead(one, this.#owner.get(one) ?? '', to), to);
        moved = true;
        again = true;
        balanced = this.#isBalanced();
      }
    }
    return moved;
  }
  #betterOwner(one: TopicPartition): string | undefined {
    const size = this.#size(this.#owner.get(one) ?? '');
    const previous = this.#previous.get(one)?.member;
    if (previous !== undefined && this.#current.has(previous) && size > this.#size(previous) + 1) return previous;
    const least = this.#sorted.find((candidate) => this.#reads(candidate, one));
    return least !== undefined && size > this.#size(least) + 1 ? least : undefined;
  }
  #move(one: TopicPartition, to: string): void {
    const from = this.#owner.get(one) ?? '';
    this.#movements.move(one, from, to);
    this.#leave(from);
    this.#current.set(from, this.#current.get(from)?.filter((other) => other !== one) ?? []);
    this.#enter(from);
    this.#give(one, to);
  }

  /** No member could have a partition of another that has at least two more. */
  #isBalanced(): boolean {
    const [first = '', last = ''] = [this.#sorted[0], this.#sorted.at(-1)];
    if (this.#size(first) >= this.#size(last) - 1) return true;
    for (const member of this.#sorted) {
      const size = this.#size(member);
      if (size === this.#couldHave.get(member)) continue;
      for (const topic of this.#topics.get(member) ?? []) {
        for (const one of this.#input.table.of(topic)) if (size + 1 < this.#size(this.#owner.get(one) ?? '')) return false;
      }
    }
    return true;
  }

  #size(member: string): number {
    return this.#current.get(member)?.length ?? 0;
  }
  #reads(member: string, one: TopicPartition): boolean {
    return this.#topics.get(member)?.includes(one.topic) === true;
  }
  #least(a: string, b: string): number {
    return this.#size(a) - this.#size(b) || (a < b ? -1 : 1);
  }
  #give(one: TopicPartition, member: string): void {
    this.#leave(member);
    this.#current.get(member)?.push(one);
    this.#owner.set(one, member);
    this.#enter(member);
  }
  #leave(member: string): void {
    const at = this.#sorted.indexOf(member);
    if (at >= 0) this.#sorted.splice(at, 1);
  }
  #enter(member: string): void {
    const at = this.#sorted.findIndex((other) => this.#least(member, other) < 0);
    this.#sorted.splice(at < 0 ? this.#sorted.length : at, 0, member);
  }
}

/** The sum of the differences between all pairs of members. */
function imbalance(current: ReadonlyMap<string, readonly TopicPartition[]>): number {
  const sizes = [...current.values()].map((mine) => mine.length);
  return sizes.reduce((sum, size, i) => sizes.slice(i + 1).reduce((inner, other) => inner + Math.abs(size - other), sum), 0);
}
