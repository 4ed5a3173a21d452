import type { Store } from './model.ts';

/**
 * What a stream in memory of 2.9 believes it has of each subject. A purge below a sequence does not tell it, so it goes on counting what is
 * gone (https://github.com/nats-io/nats-server/blob/v2.9.10/server/memstore.go). Other streams count what is there.
 */
export interface Tally {
  count: number;
  first: number;
  last: number;
}
export type Tallies = Map<string, Tally>;

export function countIn({ tallies }: Store, subject: string, seq: number): void {
  const tally = tallies?.get(subject);
  if (tally === undefined) tallies?.set(subject, { count: 1, first: seq, last: seq });
  else {
    tally.count += 1;
    tally.last = seq;
  }
}
/** A message has been taken out by itself. */
export function countOut({ tallies, messages }: Store, subject: string, seq: number): void {
  const tally = tallies?.get(subject);
  if (tally === undefined) return;
  tally.count -= 1;
  if (tally.count === 0) tallies?.delete(subject);
  else if (seq !== tally.first) return;
  else if (tally.count === 1) tally.first = tally.last;
  else {
    for (let next = seq + 1; next <= tally.last; next++) {
      if (messages.get(next)?.subject !== subject) continue;
      tally.first = next;
      return;
    }
  }
}
