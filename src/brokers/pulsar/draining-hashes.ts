import { type Assignment, moves } from './key-shared.ts';

/** Hashes that changed hands while their old consumer still has messages of theirs (PIP-379). */
export interface DrainingHash {
  readonly hash: number;
  /** Who has to acknowledge first. */
  readonly consumer: number;
  /** Its messages that are not acknowledged. */
  unacked: number;
  /** How often somebody else was kept waiting. */
  blockedAttempts: number;
}
/** The hashes of what a consumer has not acknowledged, one for each message. */
export type PendingHashes = (consumer: number) => Iterable<number>;

/** Needed in AUTO_SPLIT only, and not when `allowOutOfOrderDelivery` is set. */
export class DrainingHashes {
  #draining = new Map<number, DrainingHash>();
  #cleared = new Map<number, number>();

  /**
   * After a consumer joined or left: notes what has to drain.
   * @param changed who joined or left; its own messages go back, they need not drain
   */
  reassigned(before: readonly Assignment[], after: readonly Assignment[], changed: number, pending: PendingHashes): void {
    const lost = new Map<number, { start: number; end: number }[]>();
    const gained = new Map<number, { start: number; end: number }[]>();
    for (const { start, end, from, to } of moves(before, after)) {
      for (const [consumer, ranges] of [
        [from, lost],
        [to, gained],
      ] as const) {
        if (consumer === null || consumer === changed) continue;
        const known = ranges.get(consumer);
        if (known === undefined) ranges.set(consumer, [{ start, end }]);
        else known.push({ start, end });
      }
    }
    const within = (ranges: readonly { start: number; end: number }[], hash: number) => ranges.some(({ start, end }) => start <= hash && hash <= end);
    for (const [consumer, ranges] of gained) {
      for (const hash of pending(consumer)) if (within(ranges, hash)) this.settled(consumer, hash);
    }
    for (const [consumer, ranges] of lost) {
      for (const hash of pending(consumer)) if (within(ranges, hash)) this.#add(consumer, hash);
    }
  }
  #add(consumer: number, hash: number): void {
    const entry = this.#draining.get(hash);
    if (entry === undefined) this.#draining.set(hash, { hash, consumer, unacked: 1, blockedAttempts: 0 });
    else if (entry.consumer === consumer) entry.unacked++;
    else throw new Error(`hash ${hash} drains from ${entry.consumer} and ${consumer}`);
  }
  /** A message of this hash left the consumer. True when others waited for the hash and need not any more. */
  settled(consumer: number, hash: number): boolean {
    const entry = this.#draining.get(hash);
    if (entry === undefined || entry.consumer !== consumer || --entry.unacked > 0) return false;
    this.#clear(entry);
    return entry.blockedAttempts > 0;
  }
  #clear({ hash, consumer }: DrainingHash): void {
    this.#draining.delete(hash);
    this.#cleared.set(consumer, (this.#cleared.get(consumer) ?? 0) + 1);
  }
  /** Whether a message of this hash has to wait before it may go to the consumer. */
  blocks(consumer: number, hash: number): boolean {
    const entry = this.#draining.get(hash);
    if (entry === undefined) return false;
    if (entry.consumer === consumer) {
      // It has the hash again: nothing is to be kept apart.
      this.#clear(entry);
      return false;
    }
    entry.blockedAttempts++;
    return true;
  }
  /** `drainingHashes` of the consumer's statistics. */
  of(consumer: number): readonly DrainingHash[] {
    return [...this.#draining.values()].filter((one) => one.consumer === consumer).sort((a, b) => a.hash - b.hash);
  }
  clearedTotal(consumer: number): number {
    return this.#cleared.get(consumer) ?? 0;
  }
  /** The consumer is gone, its messages with it. */
  removed(consumer: number): void {
    for (const entry of this.of(consumer)) this.#draining.delete(entry.hash);
    this.#cleared.delete(consumer);
  }
  save(): unknown {
    return { draining: [...this.#draining.values()].map((one) => ({ ...one })), cleared: [...this.#cleared] };
  }
  load(state: unknown): void {
    const saved = state as { draining: DrainingHash[]; cleared: [number, number][] };
    this.#draining = new Map(saved.draining.map((one) => [one.hash, { ...one }]));
    this.#cleared = new Map(saved.cleared);
  }
}
