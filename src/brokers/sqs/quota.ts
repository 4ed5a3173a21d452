/** Calls counted by second. */
export interface QuotaState {
  readonly second: number;
  readonly counts: readonly (readonly [name: string, count: number])[];
}
export class Quota {
  private second = -1;
  private counts = new Map<string, number>();
  /** Counts a call. @returns false when there were `most` in this second already: that one does not count */
  take(name: string, most: number, now: number): boolean {
    const second = Math.floor(now / 1_000_000);
    if (second !== this.second) {
      this.second = second;
      this.counts.clear();
    }
    const count = this.counts.get(name) ?? 0;
    if (count >= most) return false;
    this.counts.set(name, count + 1);
    return true;
  }
  save(): QuotaState {
    return { second: this.second, counts: [...this.counts] };
  }
  load(state: QuotaState): void {
    this.second = state.second;
    this.counts = new Map(state.counts);
  }
}
