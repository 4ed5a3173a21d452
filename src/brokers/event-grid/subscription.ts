/** What push and queue subscriptions have in common: their events, how many wait, and how events are given up. */
import type { RandomStream } from '../../kernel/random.ts';
import { type Sampler, sampler } from '../../scenario/spread.ts';
import type { Refusal } from '../contract.ts';
import type { EventView } from './event.ts';
import { type Filter, filterOf, matches } from './filter.ts';
import type { GivenUp, Happening } from './happenings.ts';
import type { SubscriptionPlan } from './plan.ts';
import type { Answer } from './schedule.ts';

/** What a subscription needs of the service around it. */
export interface Service {
  now(): number;
  /** `service.timer("what node", ref)` after `delay` µs. */
  after(delay: number, name: string, ref: number): void;
  luck(purpose: string): RandomStream;
  tell(happening: Happening): void;
  next(): number;
  /** Stores a dead event. */
  store(container: string, event: Dead): Stored;
}
export interface Dead {
  readonly id: number;
  readonly message: number;
  readonly bytes: number;
  /** The publish link that brought it. */
  readonly origin: string;
  readonly why: GivenUp;
  readonly answer: Answer | undefined;
}
export type Stored = 'stored' | 'unavailable' | 'not_found';
/** A published event that a subscription has not done with. */
export interface Held<State extends string> {
  readonly id: number;
  readonly message: number;
  readonly bytes: number;
  readonly publishedAt: number;
  readonly origin: string;
  count: number;
  state: State;
  /** Under which the picture shows it. */
  lane: string;
  /** When it stands for something to come, µs. */
  dueAt: number;
  /** Set when it waits for the container. */
  gone?: { readonly why: GivenUp; readonly answer: Answer | undefined; readonly since: number };
}
export interface Accepted {
  readonly id: number;
  readonly message: number;
  readonly bytes: number;
  readonly origin: string;
}
export interface SubscriptionState<P extends SubscriptionPlan, E> {
  readonly plan: P;
  readonly events: readonly E[];
  readonly counts: Counts;
}
export interface Counts {
  delivered: number;
  dropped: number;
  deadLettered: number;
}
/** "There is a five-minute delay between the last attempt to deliver an event and when it is delivered to the dead-letter location", µs. */
export const DEAD_LETTER_DELAY = 300_000_000;
/** "If the dead-letter location is unavailable for four hours, the event is dropped", µs. */
const DEAD_LETTER_PATIENCE = 4 * 3600_000_000;

export abstract class Subscription<P extends SubscriptionPlan, E extends Held<string>> {
  /** In the order in which they were published. */
  readonly events = new Map<number, E>();
  /** Ids by lane, in the order in which they came there. */
  readonly lanes = new Map<string, Set<number>>();
  counts: Counts = { delivered: 0, dropped: 0, deadLettered: 0 };
  pending = 0;
  inFlight = 0;
  protected readonly service: Service;
  protected filter: Filter;
  protected latency: Sampler;
  private settings: P;
  private readonly latencyLuck: RandomStream;

  constructor(service: Service, plan: P, filter: Filter) {
    this.service = service;
    this.settings = plan;
    this.filter = filter;
    this.latency = sampler(plan.deliveryLatency);
    this.latencyLuck = service.luck(`${plan.node} latency`);
  }
  get plan(): P {
    return this.settings;
  }
  get node(): string {
    return this.settings.node;
  }
  /** Takes new settings. @returns why it does not: then the old ones stay */
  update(plan: P): Refusal | undefined {
    const filter = filterOf(plan);
    if ('refused' in filter) return filter;
    this.adopt(plan, filter);
    return undefined;
  }
  /** When the oldest of what waits was published, µs; -1 when nothing does. */
  oldestPending(): number {
    if (this.pending > 0) for (const { state, publishedAt } of this.events.values()) if (!this.isOut(state)) return publishedAt;
    return -1;
  }
  matches(event: EventView): boolean {
    return matches(this.filter, event);
  }
  /** Whether it gets events at all. */
  abstract readonly isActive: boolean;
  protected abstract laneOf(event: E): string;
  /** In the history's books: handed to somebody. */
  protected abstract isOut(state: E['state']): boolean;
  abstract timer(what: string, ref: number): void;

  protected adopt(plan: P, filter: Filter): void {
    this.settings = plan;
    this.filter = filter;
    this.latency = sampler(plan.deliveryLatency);
  }
  protected drawLatency(): number {
    return this.latency(this.latencyLuck);
  }
  protected after(delay: number, what: string, ref: number): void {
    this.service.after(delay, `${what} ${this.node}`, ref);
  }
  protected add(event: E): void {
    this.events.set(event.id, event);
    this.enter(event);
  }
  protected move(event: E, state: E['state'], dueAt = -1): void {
    this.leave(event);
    event.state = state;
    event.dueAt = dueAt;
    this.enter(event);
  }
  protected remove(event: E): void {
    this.events.delete(event.id);
    this.leave(event);
  }
  /** Nothing more will be tried: it goes to the container, if there is one, five minutes from now. */
  protected giveUp(event: E, dead: E['state'], why: GivenUp, answer?: Answer): void {
    const { deadLetterDestination } = this.settings;
    if (deadLetterDestination === '' || why === 'subscription_deleted' || why === 'subscription_expired') return this.drop(event, why, answer);
    if (this.isOut(event.state)) this.service.tell({ kind: 'again', id: event.id, why: 'given_up', ...(answer === undefined ? {} : { answer }) });
    event.gone = { why, answer, since: this.service.now() };
    this.move(event, dead, this.service.now() + DEAD_LETTER_DELAY);
    this.after(DEAD_LETTER_DELAY, 'bury', event.id);
  }
  protected bury(id: number): void {
    const event = this.events.get(id);
    if (event?.gone === undefined) return;
    const { why, answer, since } = event.gone;
    const stored = this.service.store(this.settings.deadLetterDestination, { id, message: event.message, bytes: event.bytes, origin: event.origin, why, answer });
    if (stored === 'stored') {
      this.counts.deadLettered++;
      return this.remove(event);
    }
    if (stored === 'not_found') return this.drop(event, 'dead_letter_not_found', answer);
    if (this.service.now() - since >= DEAD_LETTER_PATIENCE) return this.drop(event, 'dead_letter_unavailable', answer);
    event.dueAt = this.service.now() + DEAD_LETTER_DELAY;
    this.after(DEAD_LETTER_DELAY, 'bury', id);
  }
  protected drop(event: E, why: GivenUp, answer?: Answer): void {
    // Only what waits can expire: what is out comes back first.
    const isExpiry = why === 'TimeToLiveExceeded';
    if (isExpiry && this.isOut(event.state)) this.service.tell({ kind: 'again', id: event.id, why: 'given_up' });
    this.counts.dropped++;
    this.remove(event);
    this.service.tell({ kind: isExpiry ? 'expired' : 'dropped', id: event.id, why, ...(answer === undefined ? {} : { answer }) });
  }
  /** The subscription is no more, and with it what it had not delivered. */
  end(why: 'subscription_deleted' | 'subscription_expired'): void {
    for (const event of [...this.events.values()]) this.drop(event, why);
  }
  protected saveEvents(): readonly E[] {
    return [...this.events.values()];
  }
  protected loadEvents(state: SubscriptionState<P, E>): void {
    const filter = filterOf(state.plan);
    if (!('refused' in filter)) this.adopt(state.plan, filter);
    this.events.clear();
    this.lanes.clear();
    this.pending = this.inFlight = 0;
    for (const event of state.events) this.add(event);
    this.counts = state.counts;
  }
  private enter(event: E): void {
    event.lane = this.laneOf(event);
    let lane = this.lanes.get(event.lane);
    if (lane === undefined) this.lanes.set(event.lane, (lane = new Set()));
    lane.add(event.id);
    if (this.isOut(event.state)) this.inFlight++;
    else this.pending++;
  }
  private leave(event: E): void {
    this.lanes.get(event.lane)?.delete(event.id);
    if (this.isOut(event.state)) this.inFlight--;
    else this.pending--;
  }
}
