/** Quotas in calls per second: what is above them is refused, or waits. */

/** Refuses: a bucket that holds one second's calls. State is the instant at which it would be full again. */
export class Throttle {
  private full = 0;
  take(now: number, perSecond: number): boolean {
    const cost = 1e6 / perSecond;
    const full = Math.max(this.full, now) + cost;
    if (full - now > Math.max(1e6, cost)) return false;
    this.full = full;
    return true;
  }
  save(): number {
    return this.full;
  }
  load(full: number): void {
    this.full = full;
  }
}
/** Delays: calls are evenly spaced. */
export class Pace {
  /** µs of the next turn. */
  next = 0;
  take(now: number, perSecond: number): void {
    this.next = Math.max(this.next, now) + 1e6 / perSecond;
  }
}
