/**
 * What an endpoint's answer means, when Event Grid tries again, and how long it leaves an unhealthy endpoint alone.
 * https://learn.microsoft.com/azure/event-grid/delivery-and-retry, https://learn.microsoft.com/azure/event-grid/namespace-delivery-retry
 */

/** Custom topics and domains, or topics of a namespace: their rules differ. */
export type Tier = 'basic' | 'namespace';
export type EndpointType = 'WebHook' | 'AzureFunction';
/** An HTTP status, or why there was none. */
export type Answer = number | 'TimedOut' | 'SocketError' | 'ResolutionError';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Event Grid waits so long for an answer, µs. */
export const RESPONSE_TIMEOUT = 30 * SECOND;
/** An answer that comes no later than this after the delivery may still spare the retry, µs. */
export const LATE_ANSWER = 3 * MINUTE;
const WAITS: Readonly<Record<Tier, readonly number[]>> = {
  basic: [10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
  namespace: [0, 10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE],
};
/** @param step 0 for the wait after the first failure; the last wait repeats. @returns µs */
export function waitAfter(tier: Tier, step: number): number {
  const waits = WAITS[tier];
  return waits[Math.min(step, waits.length - 1)] as number;
}
/** Waits of the schedule that are told apart in a picture: the longer ones are "later". */
export const NAMED_WAITS = 3;
export const LATER = 'later';
export const waitNames = (tier: Tier): readonly string[] => [...WAITS[tier].slice(0, NAMED_WAITS).map(nameOf), LATER];
/** "30 s" @param wait µs, before randomization */
export const waitName = (tier: Tier, wait: number): string => (WAITS[tier].slice(0, NAMED_WAITS).includes(wait) ? nameOf(wait) : LATER);
const nameOf = (wait: number): string => (wait >= MINUTE ? `${wait / MINUTE} min` : `${wait / SECOND} s`);
export const isSuccess = (answer: Answer): boolean => typeof answer === 'number' && answer >= 200 && answer <= 204;

const FINAL: Readonly<Record<EndpointType, ReadonlySet<Answer>>> = {
  AzureFunction: new Set<Answer>([400, 413, 403]),
  WebHook: new Set<Answer>([400, 413, 401, 403]),
};
/** In namespaces nothing is tried again either when there was no answer at all. */
const FINAL_IN_NAMESPACE: ReadonlySet<Answer> = new Set<Answer>([400, 401, 403, 404, 413, 414, 'TimedOut', 'SocketError', 'ResolutionError']);
/** Whether no retry follows: the event is dead-lettered, or dropped. */
export const isFinal = (tier: Tier, endpoint: EndpointType, answer: Answer): boolean => (tier === 'namespace' ? FINAL_IN_NAMESPACE : FINAL[endpoint]).has(answer);

/** "Retry after … or more", µs. */
export function leastWait(tier: Tier, endpoint: EndpointType, answer: Answer): number {
  if ((answer === 401 || answer === 404) && endpoint === 'AzureFunction') return 5 * MINUTE;
  if (answer === 408) return 2 * MINUTE;
  if (answer === 503) return 30 * SECOND;
  return tier === 'namespace' ? 0 : 10 * SECOND;
}

export const OUTCOMES = ['Busy', 'NotFound', 'SocketError', 'ResolutionError', 'TimedOut', 'Unauthorized', 'Forbidden', 'BadRequest', 'PayloadTooLarge', 'Error'] as const;
/** The `lastDeliveryOutcome` of an event. `Error`: a status for which the page has no name. */
export type DeliveryOutcome = (typeof OUTCOMES)[number];
const NAMES: Readonly<Record<number, DeliveryOutcome>> = { 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 408: 'TimedOut', 413: 'PayloadTooLarge', 429: 'Busy', 503: 'Busy' };
export const outcomeOf = (answer: Answer): DeliveryOutcome => (typeof answer === 'string' ? answer : (NAMES[answer] ?? 'Error'));

const PROBATION: Readonly<Partial<Record<DeliveryOutcome, number>>> = {
  Busy: 10 * SECOND,
  NotFound: 5 * MINUTE,
  SocketError: 30 * SECOND,
  ResolutionError: 5 * MINUTE,
  TimedOut: 10 * SECOND,
  Unauthorized: 5 * MINUTE,
  Forbidden: 5 * MINUTE,
};
const LONGEST_PROBATION = 3 * HOUR;
/** How long nothing is sent to an endpoint that keeps failing, µs. @param rounds such pauses before this one without a success between */
export function probation(answer: Answer, rounds: number): number {
  let span = PROBATION[outcomeOf(answer)] ?? 10 * SECOND;
  for (let i = 0; i < rounds && span < LONGEST_PROBATION; i++) span *= 2;
  return Math.min(span, LONGEST_PROBATION);
}
