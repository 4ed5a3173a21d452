/** Presentation time: a hop of a millisecond would last a tenth of a frame, so what is seen is stretched; numbers never are. */
import type { Flight } from '../../worker/protocol.ts';

/** A flight is seen for at least this long, ms of wall time. */
export const SHORTEST = 350;
/** By so much later, ms, is each place shown than the one before it: what cannot start at once still lands in time. */
export const HOP = 460;
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
/** How much of the way is eased: all of it would pile up what flies at both ends. */
const EASED = 0.4;
/** Over such a part of its way a flight comes into sight, and goes out of it. */
const FADES = 0.14;
/**
 * @param speed virtual seconds per wall second
 * @param late ms by which the place where it lands is shown later than that where it starts
 */
export function launch(flight: Flight, target: string, from: number, speed: number, late = 0): Airborne {
  const wall = (flight.arrives - flight.departs) / 1000 / (Number.isFinite(speed) && speed > 0 ? speed : 1);
  return { flight, target, from, lasts: Math.min(LONGEST, Math.max(SHORTEST, wall + late)) };
}
/** Below 0 not yet, 0..1 on its way, eased; 1 or more landed. */
export function progress(a: Airborne, now: number): number {
  const t = (now - a.from) / a.lasts;
  return t <= 0 || t >= 1 ? t : t + EASED * (t * t * (3 - 2 * t) - t);
}
/** How strongly a flight is drawn at a part of its way, 0..1. */
export function strength(progress: number): number {
  return Math.max(0.25, Math.min(1, progress / FADES, (1 - progress) / FADES));
}
