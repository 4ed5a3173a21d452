/** What the service keeps of buses, rules, targets, events, and of invocations on their way to targets. Plain data. */
import type { Spread } from '../../scenario/fields.ts';

export interface BusConfig {
  /** Quotas, calls a second. */
  readonly putEventsPerSecond: number;
  readonly invocationsPerSecond: number;
  readonly rulesPerBus: number;
  /** Characters. */
  readonly patternSize: number;
  /** Bytes, of all entries of one PutEvents together. */
  readonly entrySize: number;
  /** Share of entries that fail with InternalFailure, 0..1. */
  readonly entryFailures: number;
  /** From the acceptance of an event to the call of a target. */
  readonly latency: Spread;
  /** Share of successful deliveries that are made once more, 0..1. */
  readonly duplicates: number;
  /** µs until a change of rules and archives counts. */
  readonly propagation: number;
  /** Waits between attempts, µs: the first, and the longest. */
  readonly backoff: { readonly base: number; readonly max: number };
}
export interface TargetConfig {
  /** http: an API destination; lambda: a function, invoked asynchronously; bus: another event bus. */
  readonly kind: 'http' | 'lambda' | 'bus';
  /** What it leads to: a node. */
  readonly to: string;
  /** Whether the role or the resource policy lets EventBridge call it. */
  readonly permission: boolean;
  readonly maximumRetryAttempts: number;
  /** µs */
  readonly maximumEventAge: number;
  /** Calls a second that an API destination makes. */
  readonly invocationRate: number;
  /** Names and JSON paths, and the template that they are put into; '' = the whole event. */
  readonly inputPaths: string;
  readonly inputTemplate: string;
  /** Lambda's own event queue: further attempts after an error of the function, µs that an event may be old, and where it goes then. */
  readonly functionRetries: number;
  readonly functionEventAge: number;
  readonly onFailure: string;
  /** Queue for what it did not get, '' = that of its rule. */
  readonly deadLetterQueue: string;
}
export interface RuleConfig {
  readonly bus: string;
  readonly pattern: string;
  readonly enabled: boolean;
  /** Queue for what could not be delivered; '' = none. */
  readonly deadLetterQueue: string;
}
export interface Rule {
  readonly name: string;
  config: RuleConfig;
  /** Targets by id, in the order in which they were put. */
  targets: string[];
  /** What counts now: changes take effect late. */
  live: { pattern: string; enabled: boolean; targets: string[] } | null;
  matched: number;
  /** µs, -1 = never. */
  lastMatched: number;
}
/** What a producer puts of each message, {key} and {seq} not yet filled in. */
export interface EventForm {
  readonly source: string;
  readonly detailType: string;
  readonly detail: string;
}
/** An event that a bus took. */
export interface BusEvent {
  readonly id: number;
  readonly message: number;
  readonly form: number;
  readonly bus: string;
  /** µs: its time. */
  readonly at: number;
  /** The bus that sent it here, '' = none: it goes no further than here. */
  readonly from: string;
  /** Name of the replay that it is part of, '' = none. */
  readonly replay: string;
}
/** One event on its way to one target. */
export interface Invocation {
  readonly id: number;
  readonly event: BusEvent;
  readonly rule: string;
  readonly target: string;
  /** µs: its age counts from here. */
  readonly since: number;
  attempts: number;
  /** coming: the bus works on it; line: may be sent when its turn comes; out: sent, no answer yet; waiting: for its next attempt. */
  stage: 'coming' | 'line' | 'out' | 'waiting';
  /** µs of the next attempt, while it waits. */
  again: number;
  /** Why the latest attempt failed, '' = none has. */
  failure: string;
  /** It was delivered, and is delivered once more all the same. */
  twice: boolean;
  /** Since Lambda took it into the queue of its function, µs; errors and throttles there. */
  lambda: { readonly since: number; errors: number; throttles: number } | null;
  /** For whoever keeps the books: its copy, and the newest entry about it. */
  copy: number;
  entry: number;
}
/** How a target answered. */
export type Answer = 'succeeded' | 'throttled' | 'error' | 'rejected';
