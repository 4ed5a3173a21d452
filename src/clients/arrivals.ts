/** When a producer's next message comes into being. */
import { exponential } from '../kernel/distributions.ts';
import type { RandomStream } from '../kernel/random.ts';

export interface ArrivalPlan {
  readonly arrivals: 'constant' | 'poisson' | 'bursts' | 'on-off' | 'ramp' | 'by-hand';
  /** Messages per second; of a ramp, where it begins. */
  readonly rate: number;
  readonly burst: { readonly size: number; readonly every: number };
  /** µs */
  readonly onOff: { readonly on: number; readonly off: number };
  readonly ramp: { readonly to: number; readonly over: number };
}
/** Where a producer is in its plan: part of its state. */
export interface ArrivalState {
  /** µs when the plan began. */
  since: number;
  /** Messages of the plan so far. */
  count: number;
}

/** @returns the instant of the next message, µs, or Infinity. Rates become floor(n · 10⁶ / rate): no float adds up. */
export function nextArrival(plan: ArrivalPlan, state: ArrivalState, now: number, luck: RandomStream): number {
  const { rate } = plan;
  switch (plan.arrivals) {
    case 'by-hand':
      return Infinity;
    case 'bursts':
      return plan.burst.size < 1 ? Infinity : state.since + Math.floor(state.count / plan.burst.size) * plan.burst.every;
    case 'constant':
      return rate <= 0 ? Infinity : state.since + Math.floor(((state.count + 1) * 1e6) / rate);
    case 'poisson':
      return rate <= 0 ? Infinity : now + Math.max(1, Math.round((1e6 / rate) * exponential(luck)));
    case 'on-off': {
      if (rate <= 0 || plan.onOff.on <= 0) return Infinity;
      const perPhase = Math.max(1, Math.floor((plan.onOff.on * rate) / 1e6));
      const phase = Math.floor(state.count / perPhase);
      return state.since + phase * (plan.onOff.on + plan.onOff.off) + Math.floor((((state.count % perPhase) + 1) * 1e6) / rate);
    }
    case 'ramp': {
      // The count by time t is the integral of the rate: r·t + (to − r)·t² / (2·over); solved for t at count + 1.
      const n = state.count + 1;
      const over = plan.ramp.over / 1e6;
      const slope = over <= 0 ? 0 : (plan.ramp.to - rate) / over;
      const atEnd = rate * over + (slope * over * over) / 2;
      if (over > 0 && n <= atEnd) {
        const t = slope === 0 ? n / rate : (Math.sqrt(rate * rate + 2 * slope * n) - rate) / slope;
        return state.since + Math.floor(t * 1e6);
      }
      return plan.ramp.to <= 0 ? Infinity : state.since + Math.floor((over + (n - atEnd) / plan.ramp.to) * 1e6);
    }
  }
}
/**
 * Where the plan of a sender goes on that was held back until now. It does not make up for what it did not produce, but a burst
 * that had begun is finished, and phases and ramps follow the clock.
 */
export function goOn(plan: ArrivalPlan, { since, count }: ArrivalState, now: number): ArrivalState {
  switch (plan.arrivals) {
    case 'bursts': {
      const { size, every } = plan.burst;
      const before = Math.floor(count / size) * every;
      return count % size === 0 && since + before > now ? { since, count } : { since: now - before, count };
    }
    case 'on-off':
    case 'ramp':
      return { since, count: Math.max(count, plannedBy(plan, now - since)) };
    default:
      return { since: now, count: 0 };
  }
}
/** How many messages the plan has by then. @param elapsed µs since it began */
function plannedBy(plan: ArrivalPlan, elapsed: number): number {
  const { rate, onOff, ramp } = plan;
  if (plan.arrivals === 'on-off') {
    const perPhase = Math.max(1, Math.floor((onOff.on * rate) / 1e6));
    const phase = Math.floor(elapsed / (onOff.on + onOff.off));
    return phase * perPhase + Math.min(perPhase, Math.floor(((elapsed - phase * (onOff.on + onOff.off)) * rate) / 1e6));
  }
  const over = ramp.over / 1e6;
  const t = elapsed / 1e6;
  const rising = Math.min(t, over);
  const slope = over <= 0 ? 0 : (ramp.to - rate) / over;
  return Math.floor(rate * rising + (slope * rising * rising) / 2 + ramp.to * Math.max(0, t - over));
}
