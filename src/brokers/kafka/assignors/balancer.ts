/**
 * Hands out the next member with fewest partitions, and the next with most, while the caller moves partitions from the one to the other.
 * Members of one load form a range that is gone through before the range grows: so ties are broken in turn and not always for the same.
 */
export class Balancer {
  readonly #size: (member: number) => number;
  #members: number[] = [];
  #low = { end: 0, load: -1, next: 0 };
  #high = { start: 0, end: 0, load: 1, next: -1 };

  /** @param size how many partitions a member has now */
  constructor(size: (member: number) => number) {
    this.#size = size;
  }

  /** @returns the difference between the member with most and the one with fewest */
  start(members: readonly number[]): number {
    this.#members = [...members].sort((a, b) => this.#size(a) - this.#size(b) || a - b);
    const [least, most] = [this.#at(0), this.#at(members.length - 1)];
    this.#low = { end: 0, load: least - 1, next: 0 };
    this.#high = { start: members.length, end: members.length, load: most + 1, next: members.length - 1 };
    return most - least;
  }

  leastLoaded(): number {
    const low = this.#low;
    if (low.next >= low.end) {
      low.load++;
      while (low.end < this.#members.length && this.#at(low.end) === low.load) low.end++;
      low.next = 0;
    }
    return this.#members[low.next++] ?? -1;
  }
  /** -1 when nobody is left who could give something up. */
  mostLoaded(): number {
    const high = this.#high;
    if (high.next < high.start) {
      // A range that lost all its members has no load to count down from.
      if (high.end <= high.start && high.start > 0) high.load = this.#at(high.start - 1);
      else high.load--;
      while (high.start > 0 && this.#at(high.start - 1) === high.load) high.start--;
      high.next = high.end - 1;
    }
    return high.next < 0 ? -1 : (this.#members[high.next--] ?? -1);
  }
  /** The member that `mostLoaded` gave last has nothing to give up. */
  excludeMostLoaded(): void {
    const at = this.#high.next + 1;
    const end = --this.#high.end;
    [this.#members[at], this.#members[end]] = [this.#members[end] ?? -1, this.#members[at] ?? -1];
  }
  balanced(): boolean {
    return this.#high.load - this.#low.load <= 1;
  }

  #at(index: number): number {
    return this.#size(this.#members[index] ?? -1);
  }
}
