/** How fast an endpoint is called: slow start, and a pause after failures. https://docs.cloud.google.com/pubsub/docs/push#delivery_rate */
import type { Core } from './core.ts';
import type { Subscription } from './model.ts';

/** Up to here the window grows with every success, beyond it with every window of them; in thousandths. */
const EXPONENTIAL = 3_000_000;
/** The pause doubles between these, µs. */
const SHORTEST = 100_000;
const LONGEST = 60_000_000;

export const windowOf = ({ pushing }: Subscription): number => Math.floor(pushing.window / 1000);

export function speedUp({ pushing }: Subscription): void {
  pushing.window += pushing.window < EXPONENTIAL ? 1000 : Math.max(1, Math.floor(1e6 / pushing.window));
  pushing.backoff = pushing.backoff < 2 * SHORTEST ? 0 : Math.floor(pushing.backoff / 2);
}
export function slowDown(core: Core, { id, pushing, firstWindow }: Subscription): void {
  pushing.window = Math.max(firstWindow * 1000, Math.floor(pushing.window / 2000) * 1000);
  // Requests that were under way when the pause began do not make it longer.
  if (core.now < pushing.resumeAt) return;
  pushing.backoff = Math.min(LONGEST, Math.max(SHORTEST, pushing.backoff * 2));
  pushing.resumeAt = core.now + pushing.backoff;
  core.host.after(pushing.backoff, 'push', id);
}
/** Another endpoint is called as carefully as the first. */
export function startSlowly({ pushing, firstWindow }: Subscription): void {
  Object.assign(pushing, { window: firstWindow * 1000, backoff: 0, resumeAt: 0 });
}
