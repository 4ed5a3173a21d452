/** Moments of a run to come back to: evenly spaced, thinned by dropping every second. */
import type { SimulationState } from './simulation.ts';

const MOST = 80;
/** µs of virtual time between checkpoints, at first. */
const GAP = 1_000_000;

export class Checkpoints {
  private kept: { readonly at: number; readonly state: SimulationState }[] = [];
  private gap = GAP;
  /** Whether it is time for another at `now`. */
  due(now: number): boolean {
    return now >= (this.kept.at(-1)?.at ?? -this.gap) + this.gap;
  }
  add(at: number, state: SimulationState): void {
    this.kept.push({ at, state });
    if (this.kept.length <= MOST) return;
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
    this.gap *= 2;
  }
  /** The newest strictly before `at`, µs. */
  before(at: number): SimulationState | undefined {
    return this.kept.findLast((c) => c.at < at)?.state;
  }
  /** Forgets those at or after `at`. */
  dropFrom(at: number): void {
    this.kept = this.kept.filter((c) => c.at < at);
  }
  clear(): void {
    this.kept = [];
    this.gap = GAP;
  }
}
