/** How an endpoint fares, and how long it is left alone. https://learn.microsoft.com/azure/event-grid/delivery-and-retry#delayed-delivery */
import { type Answer, probation } from './schedule.ts';

export interface Endpoint {
  /** Failures since the last success. */
  failures: number;
  /** Pauses since the last success. */
  rounds: number;
  /** Nothing is sent before this instant, µs; -1: no pause. */
  delayedUntil: number;
  lastAnswer: Answer | null;
}
export const newEndpoint = (): Endpoint => ({ failures: 0, rounds: 0, delayedUntil: -1, lastAnswer: null });

/** @returns how long deliveries are delayed from now on, µs, or 0 */
export function failed(endpoint: Endpoint, answer: Answer, now: number, failuresBeforeDelay: number): number {
  endpoint.failures++;
  endpoint.lastAnswer = answer;
  if (endpoint.failures < failuresBeforeDelay || endpoint.delayedUntil >= 0) return 0;
  const span = probation(answer, endpoint.rounds++);
  endpoint.delayedUntil = now + span;
  return span;
}
/** @returns whether deliveries had been delayed */
export function succeeded(endpoint: Endpoint, answer: Answer): boolean {
  const wasDelayed = endpoint.delayedUntil >= 0;
  Object.assign(endpoint, { failures: 0, rounds: 0, delayedUntil: -1, lastAnswer: answer });
  return wasDelayed;
}
