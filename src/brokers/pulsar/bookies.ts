/** The bookies of a cluster: which of them take an entry, how long that takes, and whether it can be read. */
import type { RandomStream } from '../../kernel/random.ts';
import type { Options } from './options.ts';

export interface BookiesState {
  readonly down: readonly number[];
  readonly slow: readonly (readonly [number, number])[];
}
export class Bookies {
  private down = new Set<number>();
  /** µs more for each write, by bookie. */
  private slow = new Map<number, number>();
  private readonly luck: () => RandomStream;
  constructor(luck: () => RandomStream) {
    this.luck = luck;
  }
  isUp(bookie: number): boolean {
    return !this.down.has(bookie);
  }
  up(options: Options): number {
    return options.bookies - [...this.down].filter((b) => b < options.bookies).length;
  }
  stop(bookie: number): void {
    this.down.add(bookie);
  }
  start(bookie: number): void {
    this.down.delete(bookie);
  }
  slowDown(bookie: number, by: number): void {
    this.slow.set(bookie, by);
  }
  /**
   * The bookies that take an entry, striped over the ensemble, and until `ackQuorum` of them have answered, µs; null when there
   * are too few for an ensemble. https://bookkeeper.apache.org/docs/getting-started/concepts#ledgers
   */
  write(position: number, options: Options): { readonly bookies: readonly number[]; readonly takes: number } | null {
    const { ensembleSize, writeQuorum, ackQuorum, journalLatency, journalJitter } = options;
    const ensemble: number[] = [];
    for (let b = 0; b < options.bookies && ensemble.length < ensembleSize; b++) if (this.isUp(b)) ensemble.push(b);
    if (ensemble.length < ensembleSize) return null;
    const bookies = Array.from({ length: Math.min(writeQuorum, ensembleSize) }, (_, i) => ensemble[(position + i) % ensembleSize] as number);
    const times = bookies.map((b) => journalLatency + (this.slow.get(b) ?? 0) + (journalJitter > 0 ? Math.floor(this.luck().next() * (journalJitter + 1)) : 0)).sort((a, b) => a - b);
    return { bookies, takes: times[Math.min(ackQuorum, times.length) - 1] ?? journalLatency };
  }
  /** Whether one of these is up. */
  canRead(bookies: readonly number[]): boolean {
    return this.down.size === 0 || bookies.some((b) => this.isUp(b));
  }
  save(): BookiesState {
    return { down: [...this.down], slow: [...this.slow] };
  }
  load({ down, slow }: BookiesState): void {
    this.down = new Set(down);
    this.slow = new Map(slow);
  }
}
