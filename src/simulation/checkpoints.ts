/** Moments of a run to come back to: evenly spaced, thinned by dropping every second. What a long run keeps of them is bounded. */
import { weightOf } from '../base/weight.ts';
import { lean } from './forgetting.ts';
import type { SimulationState } from './simulation.ts';

const MOST = 80;
/** Of so many every second one goes when they are heavy: in a run of a day a seek then replays a twelfth of it at most. */
const FEW = 24;
/** Bytes that those before the history's window may take while there are more than a few. */
const BUDGET = 128e6;
/** µs of virtual time between checkpoints, at first. */
const GAP = 1_000_000;

interface Checkpoint {
  readonly at: number;
  readonly state: SimulationState;
  readonly isLean: boolean;
}
export class Checkpoints {
  private kept: readonly Checkpoint[] = [];
  private gap = GAP;
  private readonly budget: number;
  /** Bytes of the lean ones, and what has been counted in that. */
  private weight = 0;
  private weighed = new Set<unknown>();
  /** @param budget bytes */
  constructor(budget = BUDGET) {
    this.budget = budget;
  }

  /** Whether it is time for another at `now`. */
  due(now: number): boolean {
    return now >= (this.kept.at(-1)?.at ?? -this.gap) + this.gap;
  }
  add(at: number, state: SimulationState): void {
    this.kept = [...this.kept, { at, state, isLean: false }];
    if (this.kept.length > MOST) this.thin();
    this.makeLean(state.history.rows.first);
  }
  /** The newest strictly before `at`, µs. */
  before(at: number): SimulationState | undefined {
    return this.kept.findLast((c) => c.at < at)?.state;
  }
  /** Forgets those at or after `at`. */
  dropFrom(at: number): void {
    this.keep(this.kept.filter((c) => c.at < at));
  }
  clear(): void {
    this.keep([]);
    this.gap = GAP;
  }
  get states(): readonly SimulationState[] {
    return this.kept.map(({ state }) => state);
  }
  private thin(): void {
    this.keep(this.kept.filter((_, i) => i % 2 === 0));
    this.gap *= 2;
  }
  private keep(those: readonly Checkpoint[]): void {
    if (those.length === this.kept.length) return;
    this.kept = those;
    this.weighed = new Set();
    this.weight = weightOf(
      those.filter((c) => c.isLean).map((c) => c.state),
      this.weighed,
    );
  }
  /** A checkpoint before the window shares no entries with it, and would hold a window of its own. One at a time, so that nobody waits. @param first resident entry */
  private makeLean(first: number): void {
    const fat = this.kept.find((c) => !c.isLean && c.state.history.rows.length <= first);
    if (!fat) return;
    const state = lean(fat.state);
    this.kept = this.kept.map((c) => (c === fat ? { at: c.at, state, isLean: true } : c));
    this.weight += weightOf(state, this.weighed);
    if (this.kept.length > FEW && this.weight > this.budget) this.thin();
  }
}
