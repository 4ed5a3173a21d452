/** Presentation time: a hop of a millisecond would last a tenth of a frame, so what is seen is stretched; numbers never are. */
import type { Flight } from '../../worker/protocol.ts';

/** A flight is seen for at least this long, ms of wall time. */
export const SHORTEST = 350;
/** And at most this long: who slows time down a hundredfold still sees it move. */
export const LONGEST = 6000;
/** From so many a second of wall time on, a link is drawn as a stream with a number. */
export const FASTEST = 40;

export interface Airborne {
  readonly flight: Flight;
  /** Id of the node where it will land. */
  readonly target: string;
  /** Presentation time, ms. */
  readonly from: number;
  readonly lasts: number;
}
/** @param speed virtual seconds per wall second */
export function launch(flight: Flight, target: string, now: number, speed: number): Airborne {
  const wall = (flight.arrives - flight.departs) / 1000 / (Number.isFinite(speed) && speed > 0 ? speed : 1);
  return { flight, target, from: now, lasts: Math.min(LONGEST, Math.max(SHORTEST, wall)) };
}
/** Below 0 not yet, 0..1 on its way, eased; 1 or more landed. */
export function progress(a: Airborne, now: number): number {
  const t = (now - a.from) / a.lasts;
  return t <= 0 || t >= 1 ? t : t * t * (3 - 2 * t);
}
