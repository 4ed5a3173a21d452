import type { Assignment, TopicPartition } from './assignment.ts';
import type { StickyInput, StickyResult } from './sticky.ts';

/**
 * The sticky assignment of members that all subscribe to the same topics: each ends with the least quota or one more. First everybody keeps
 * what it owns, up to its quota; what is left is dealt in turn to those who have too little.
 * https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/clients/consumer/internals/AbstractStickyAssignor.java
 */
export function assignConstrained({ table, owned, claimedTwice }: StickyInput): StickyResult {
  const least = Math.floor(table.all.length / owned.size);
  const most = Math.ceil(table.all.length / owned.size);
  /** So many members get one more than the least; 0 when it comes out even. */
  const extra = table.all.length % owned.size;
  const assignment: Assignment = new Map([...owned.keys()].map((member) => [member, []]));
  const below: string[] = [];
  let atLeast: string[] = [];
  const revoked = new Map<TopicPartition, string>();
  const taken = new Set<TopicPartition>();
  let withExtra = 0;

  for (const [member, claimed] of owned) {
    const mine = claimed.filter((one) => !claimedTwice.has(one)).sort((a, b) => a.partition - b.partition || (a.topic < b.topic ? -1 : 1));
    let keeps = least;
    if (mine.length < least) {
      keeps = mine.length;
      below.push(member);
    } else if (mine.length >= most && withExtra < extra) {
      keeps = most;
      // With this one the extra partitions are all given out: those who waited for one have enough.
      if (++withExtra === extra) atLeast = [];
    } else if (withExtra < extra) atLeast.push(member);
    for (const [i, one] of mine.entries()) {
      if (i >= keeps) revoked.set(one, member);
      else {
        assignment.get(member)?.push(one);
        taken.add(one);
      }
    }
  }

  below.sort();
  atLeast.sort();
  const transferring = new Map<TopicPartition, string>();
  let turn = 0;
  for (const one of table.all) {
    if (taken.has(one)) continue;
    if (turn >= below.length) turn = 0;
    const member = below[turn] ?? atLeast.shift() ?? '';
    const has = assignment.get(member)?.push(one);
    const before = revoked.get(one);
    if ((before !== undefined && before !== member) || claimedTwice.has(one)) transferring.set(one, member);
    if (has !== least || below.length === 0) turn++;
    else {
      below.splice(turn, 1);
      atLeast.push(member);
    }
  }
  return { assignment, transferring };
}
