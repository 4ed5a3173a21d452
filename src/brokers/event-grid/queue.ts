/**
 * A queue subscription of a namespace topic: clients receive events under a lock, and acknowledge, release, reject or renew by its token.
 * https://learn.microsoft.com/azure/event-grid/pull-delivery-overview, https://learn.microsoft.com/azure/event-grid/subscriber-operations
 */
import type { Refusal } from '../contract.ts';
import { isoDuration } from './duration.ts';
import { errors } from './errors.ts';
import type { Filter } from './filter.ts';
import type { QueuePlan } from './plan.ts';
import { type Accepted, type Held, type Service, Subscription, type SubscriptionState } from './subscription.ts';

/** fresh: under way to the subscription; ready: it can be received; locked: somebody has it; released: with a delay; dead: it waits for the container. */
type State = 'fresh' | 'ready' | 'locked' | 'released' | 'dead';
export interface QueueEvent extends Held<State> {
  /** Of the newest lock, or -1. */
  token: number;
  /** When that lock was made, µs: it can be renewed for an hour. */
  lockedAt: number;
  holder: string;
}
/** A receive that waits. */
interface Call {
  readonly call: number;
  readonly receiver: string;
  readonly most: number;
}
export interface QueueState extends SubscriptionState<QueuePlan, QueueEvent> {
  readonly ready: readonly number[];
  readonly tokens: readonly (readonly [number, number])[];
  readonly calls: readonly Call[];
  readonly nextExpiry: number;
}
/** "A client requests to renew a lock within 1 hour from the time the lock was created", µs. */
const RENEWABLE = 3600_000_000;

export class QueueSubscription extends Subscription<QueuePlan, QueueEvent> {
  readonly isActive = true;
  /** Ids in the order in which they became available: a Map forgets its first in no time. */
  private ready = new Set<number>();
  private tokens = new Map<number, number>();
  private calls = new Map<number, Call>();
  /** When the oldest event is looked at next, µs; -1: never. */
  private nextExpiry = -1;

  accept(accepted: Accepted): void {
    const latency = this.drawLatency();
    const now = this.service.now();
    this.add({ ...accepted, publishedAt: now, count: 0, state: 'fresh', lane: '', dueAt: now + latency, token: -1, lockedAt: -1, holder: '' });
    this.after(latency, 'arrive', accepted.id);
    this.expireAt(now + this.timeToLive);
  }
  get timeToLive(): number {
    const { eventTimeToLive, retention } = this.plan;
    return (eventTimeToLive === '' ? undefined : isoDuration(eventTimeToLive)) ?? retention;
  }
  get waitingCalls(): number {
    return this.calls.size;
  }
  timer(what: string, ref: number): void {
    if (what === 'arrive' || what === 'return') {
      const event = this.events.get(ref);
      if (event?.state === (what === 'arrive' ? 'fresh' : 'released') && event.dueAt === this.service.now()) this.makeReady(event);
    } else if (what === 'unlock') this.unlock(ref);
    else if (what === 'nothing') this.answerNothing(ref);
    else if (what === 'expire') this.expire();
    else this.bury(ref);
  }
  // The client's operations ------------------------------------------------------
  /** `receive`: answers at once with what there is, else when something comes, else after `wait` µs with nothing. @param call its own number */
  receive(receiver: string, call: number, most: number, wait: number): void {
    if (this.ready.size > 0) return this.hand(receiver, call, most);
    this.calls.set(call, { call, receiver, most });
    this.after(wait, 'nothing', call);
  }
  acknowledge(token: number): Refusal | undefined {
    const event = this.held(token);
    if ('refused' in event) return event;
    this.tokens.delete(token);
    this.counts.delivered++;
    this.remove(event);
    this.service.tell({ kind: 'done', id: event.id, why: 'acknowledged' });
    return undefined;
  }
  /** @param delay µs */
  release(token: number, delay: number): Refusal | undefined {
    const event = this.held(token);
    if ('refused' in event) return event;
    this.giveBack(event, 'released', delay);
    return undefined;
  }
  reject(token: number): Refusal | undefined {
    const event = this.held(token);
    if ('refused' in event) return event;
    this.tokens.delete(token);
    this.giveUp(event, 'dead', 'rejected');
    return undefined;
  }
  renewLock(token: number): Refusal | undefined {
    const event = this.held(token);
    if ('refused' in event) return event;
    if (this.service.now() - event.lockedAt > RENEWABLE) return errors.tokenLost();
    event.dueAt = this.service.now() + this.plan.lockDuration;
    this.after(this.plan.lockDuration, 'unlock', token);
    return undefined;
  }
  /** A client that waits is gone. */
  forgetCalls(receiver: string): void {
    for (const [call, waiting] of this.calls) if (waiting.receiver === receiver) this.calls.delete(call);
  }
  save(): QueueState {
    return { plan: this.plan, events: this.saveEvents(), counts: this.counts, ready: [...this.ready], tokens: [...this.tokens], calls: [...this.calls.values()], nextExpiry: this.nextExpiry };
  }
  load(state: QueueState): void {
    this.loadEvents(state);
    this.ready = new Set(state.ready);
    this.tokens = new Map(state.tokens);
    this.calls = new Map(state.calls.map((call) => [call.call, call]));
    this.nextExpiry = state.nextExpiry;
  }
  override update(plan: QueuePlan): Refusal | undefined {
    const wrong = wrongTimes(plan);
    const refused = wrong ?? super.update(plan);
    // A shorter time to live counts from now on.
    if (refused === undefined && this.events.size > 0) this.expireAt(this.service.now());
    return refused;
  }
  protected isOut(state: State): boolean {
    return state === 'locked';
  }

  protected laneOf({ state }: QueueEvent): string {
    return state === 'fresh' ? 'ready' : state;
  }
  private held(token: number): QueueEvent | Refusal {
    const id = this.tokens.get(token);
    const event = id === undefined ? undefined : this.events.get(id);
    if (event !== undefined && event.token === token && event.state === 'locked') return event;
    return token < 0 ? errors.badToken() : errors.tokenLost();
  }
  private makeReady(event: QueueEvent): void {
    this.move(event, 'ready');
    this.ready.add(event.id);
    this.expireAt(Math.max(this.service.now(), event.publishedAt + this.timeToLive));
    const [waiting] = this.calls.values();
    if (waiting === undefined) return;
    this.calls.delete(waiting.call);
    this.hand(waiting.receiver, waiting.call, waiting.most);
  }
  private hand(receiver: string, call: number, most: number): void {
    const handed: QueueEvent[] = [];
    const now = this.service.now();
    for (const id of this.ready) {
      if (handed.length >= most) break;
      this.ready.delete(id);
      const event = this.events.get(id);
      if (event === undefined) continue;
      event.count++;
      event.token = this.service.next();
      event.lockedAt = now;
      event.holder = receiver;
      this.move(event, 'locked', now + this.plan.lockDuration);
      this.tokens.set(event.token, id);
      this.after(this.plan.lockDuration, 'unlock', event.token);
      handed.push(event);
    }
    this.service.tell({ kind: 'received', subscription: this.node, receiver, call, events: handed.map(({ id, message, count, token }) => ({ id, message, count, token })) });
  }
  private answerNothing(call: number): void {
    const waiting = this.calls.get(call);
    if (waiting === undefined) return;
    this.calls.delete(call);
    this.service.tell({ kind: 'received', subscription: this.node, receiver: waiting.receiver, call, events: [] });
  }
  private unlock(token: number): void {
    const id = this.tokens.get(token);
    const event = id === undefined ? undefined : this.events.get(id);
    if (event === undefined || event.token !== token || event.dueAt > this.service.now()) return;
    this.giveBack(event, 'lock_expired', 0);
  }
  private giveBack(event: QueueEvent, why: 'released' | 'lock_expired', delay: number): void {
    this.tokens.delete(event.token);
    if (event.count >= this.plan.maxDeliveryCount) return this.giveUp(event, 'dead', 'MaxDeliveryAttemptsExceeded');
    if (this.service.now() - event.publishedAt >= this.timeToLive) return this.giveUp(event, 'dead', 'TimeToLiveExceeded');
    this.service.tell({ kind: 'again', id: event.id, why });
    if (delay === 0) return this.makeReady(event);
    this.move(event, 'released', this.service.now() + delay);
    this.after(delay, 'return', event.id);
  }
  private expireAt(at: number): void {
    if (this.nextExpiry >= 0 && this.nextExpiry <= at) return;
    this.nextExpiry = at;
    this.after(at - this.service.now(), 'expire', 0);
  }
  /** What nobody acknowledged in time goes; what is locked stays until its lock ends. */
  private expire(): void {
    const now = this.service.now();
    if (this.nextExpiry !== now) return;
    this.nextExpiry = -1;
    for (const event of this.events.values()) {
      if (event.state === 'dead' || event.state === 'locked') continue;
      const at = event.publishedAt + this.timeToLive;
      if (at > now) return this.expireAt(at);
      this.ready.delete(event.id);
      this.giveUp(event, 'dead', 'TimeToLiveExceeded');
    }
  }
}
/** "An error is raised when eventTimeToLive is less than receiveLockDurationInSeconds, or greater than the topic's eventRetentionInDays." */
export function wrongTimes({ eventTimeToLive, lockDuration, retention }: QueuePlan): Refusal | undefined {
  if (eventTimeToLive === '') return undefined;
  const timeToLive = isoDuration(eventTimeToLive);
  if (timeToLive === undefined || timeToLive < 60_000_000) return errors.badSubscription('eventTimeToLive must be an ISO 8601 duration of at least PT1M.');
  if (timeToLive < lockDuration) return errors.badSubscription('eventTimeToLive must not be less than receiveLockDurationInSeconds.');
  return timeToLive > retention ? errors.badSubscription("eventTimeToLive must not be greater than the topic's eventRetentionInDays.") : undefined;
}
export function newQueue(service: Service, plan: QueuePlan, filter: Filter): QueueSubscription | Refusal {
  return wrongTimes(plan) ?? new QueueSubscription(service, plan, filter);
}
