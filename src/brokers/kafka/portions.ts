/** What a member shows of its assignment: its partitions, and when it had none because the group shared them out anew. */
import type { Portion } from '../contract.ts';

/** "0-3 7": neighbours as a range. */
export function rangesOf(partitions: readonly number[]): string {
  const sorted = [...partitions].sort((a, b) => a - b);
  const words: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let last = i;
    while (sorted[last + 1] === (sorted[last] as number) + 1) last++;
    words.push(last === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[last]}`);
    i = last + 1;
  }
  return words.join(' ');
}
/** As many as are kept. */
const KEPT = 8;
export type StopsState = { readonly since: number; readonly over: readonly (readonly [from: number, to: number])[] };

export class Stops {
  /** µs; -1 while it has partitions, or never had any. */
  private since = -1;
  private over: readonly (readonly [number, number])[] = [];
  began(now: number): void {
    if (this.since < 0) this.since = now;
  }
  ended(now: number): void {
    if (this.since >= 0 && now > this.since) this.over = [...this.over, [this.since, now] as const].slice(-KEPT);
    this.since = -1;
  }
  portion(partitions: readonly number[], now: number): Portion {
    return { parts: partitions.length === 0 ? '–' : rangesOf(partitions), stops: this.since < 0 ? this.over : [...this.over, [this.since, now]] };
  }
  reset(): void {
    this.load({ since: -1, over: [] });
  }
  save(): StopsState {
    return { since: this.since, over: this.over };
  }
  load({ since, over }: StopsState): void {
    this.since = since;
    this.over = over;
  }
}
