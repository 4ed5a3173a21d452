/**
 * A push subscription: every event is posted to the endpoint as soon as it may be, whatever the endpoint is doing, and again on a schedule
 * when it is not acknowledged. https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 */
import type { RandomStream } from '../../kernel/random.ts';
import { type Endpoint, failed, newEndpoint, succeeded } from './endpoint.ts';
import type { Filter } from './filter.ts';
import type { ProvisioningState } from './happenings.ts';
import type { PushPlan } from './plan.ts';
import { type Answer, isFinal, isSuccess, LATE_ANSWER, leastWait, RESPONSE_TIMEOUT, waitAfter, waitName } from './schedule.ts';
import { type Accepted, type Held, type Service, Subscription, type SubscriptionState } from './subscription.ts';

/** fresh: for the first attempt; posted: in a request; silent: no answer came, it waits for the next attempt; retry: it failed and waits; dead: it waits for the container. */
type State = 'fresh' | 'posted' | 'silent' | 'retry' | 'dead';
export interface PushEvent extends Held<State> {
  /** Waits of the schedule behind it. */
  step: number;
  /** The wait that it is in or came from, before randomization, µs. */
  wait: number;
  /** The last request that carried it. */
  request: number;
}
export const NOW = 'now';
export const DEAD = 'dead';
interface Request {
  readonly events: readonly number[];
  isLate: boolean;
}
export interface PushState extends SubscriptionState<PushPlan, PushEvent> {
  readonly provisioning: ProvisioningState;
  readonly endpoint: Endpoint;
  readonly requests: readonly (readonly [number, Request])[];
  readonly held: readonly number[];
  readonly fresh: readonly number[];
}

export class PushSubscription extends Subscription<PushPlan, PushEvent> {
  provisioning: ProvisioningState = 'Creating';
  endpoint: Endpoint = newEndpoint();
  /** Requests without an answer, oldest first. */
  requests = new Map<number, Request>();
  /** Due, but held back while the endpoint is left alone. */
  held: number[] = [];
  /** For a first attempt, in the order of publishing: what a batch can be filled with. */
  private fresh = new Set<number>();
  private readonly luck: Readonly<Record<'retry' | 'skip' | 'duplicate' | 'late', RandomStream>>;

  constructor(service: Service, plan: PushPlan, filter: Filter) {
    super(service, plan, filter);
    const luck = (purpose: string) => service.luck(`${plan.node} ${purpose}`);
    this.luck = { retry: luck('retry'), skip: luck('skip'), duplicate: luck('duplicate'), late: luck('late') };
  }
  get isActive(): boolean {
    return this.provisioning === 'Succeeded';
  }
  accept(accepted: Accepted): void {
    const latency = this.drawLatency();
    this.add({ ...accepted, publishedAt: this.service.now(), count: 0, state: 'fresh', lane: '', dueAt: this.service.now() + latency, step: 0, wait: 0, request: -1 });
    this.fresh.add(accepted.id);
    this.after(latency, 'due', accepted.id);
  }
  timer(what: string, ref: number): void {
    if (what === 'due') this.due(ref);
    else if (what === 'timeout') this.timedOut(ref);
    else if (what === 'resume') this.resume(ref);
    else if (what === 'forget') this.requests.delete(ref);
    else this.bury(ref);
  }
  /** Whether the service still waits for an answer to it. */
  isOpen(request: number): boolean {
    return this.requests.get(request)?.isLate === false;
  }
  /** The endpoint answered a request, or the connection to it failed. */
  answered(request: number, answer: Answer): void {
    const sent = this.requests.get(request);
    if (sent === undefined) return;
    this.requests.delete(request);
    if (sent.isLate) return this.answeredLate(request, sent, answer);
    if (isSuccess(answer)) {
      if (succeeded(this.endpoint, answer)) this.release();
      for (const event of this.eventsOf(sent, request)) this.delivered(event);
      return;
    }
    this.hasFailed(answer);
    for (const event of this.eventsOf(sent, request)) this.failed(event, answer);
  }
  save(): PushState {
    const { provisioning, endpoint, held } = this;
    return { plan: this.plan, events: this.saveEvents(), counts: this.counts, provisioning, endpoint, requests: [...this.requests], held, fresh: [...this.fresh] };
  }
  load(state: PushState): void {
    this.loadEvents(state);
    this.provisioning = state.provisioning;
    this.endpoint = state.endpoint;
    this.requests = new Map(state.requests);
    this.held = [...state.held];
    this.fresh = new Set(state.fresh);
  }
  protected isOut(state: State): boolean {
    // Without an answer nobody knows: it counts as handed out until it is delivered again.
    return state === 'posted' || state === 'silent';
  }

  protected laneOf({ state, wait }: PushEvent): string {
    return state === 'fresh' || state === 'posted' ? NOW : state === 'dead' ? DEAD : waitName(this.plan.tier, wait);
  }
  private eventsOf(sent: Request, request: number): PushEvent[] {
    return sent.events.flatMap((id) => {
      const event = this.events.get(id);
      return event !== undefined && event.request === request && this.isOut(event.state) ? [event] : [];
    });
  }
  private due(id: number): void {
    const event = this.events.get(id);
    if (event === undefined || event.dueAt !== this.service.now() || (event.state !== 'fresh' && event.state !== 'retry' && event.state !== 'silent')) return;
    if (this.endpoint.delayedUntil < 0) this.attempt([event]);
    else {
      this.held.push(id);
      event.dueAt = this.endpoint.delayedUntil;
    }
  }
  /** Posts these events, in as many requests as the batch settings make of them; a request that has room takes what else waits for its first attempt. */
  private attempt(due: readonly PushEvent[]): void {
    const { maxEventsPerBatch: most, preferredBatchBytes: preferred } = this.plan;
    const ready = due.filter((event) => this.isStillToBeSent(event));
    let batch: PushEvent[] = [];
    let bytes = 0;
    const close = () => {
      if (batch.length > 0) this.post(batch);
      batch = [];
      bytes = 0;
    };
    const put = (event: PushEvent): boolean => {
      if (batch.length >= most || (batch.length > 0 && bytes + event.bytes > preferred)) return false;
      this.fresh.delete(event.id);
      batch.push(event);
      bytes += event.bytes;
      return true;
    };
    for (const event of ready) {
      if (put(event)) continue;
      close();
      put(event);
    }
    if (most > 1 && batch.length > 0) {
      for (const id of this.fresh) {
        const event = this.events.get(id);
        if (event === undefined || !this.isStillToBeSent(event)) continue;
        if (!put(event)) break;
      }
    }
    close();
  }
  /** "The time-to-live expiration is checked only at the next scheduled delivery attempt." */
  private isStillToBeSent(event: PushEvent): boolean {
    if (this.plan.endpoint === undefined) {
      // The endpoint was taken away: that is not mended by trying again.
      this.giveUp(event, 'dead', 'not_retried', 'ResolutionError');
    } else if (this.service.now() - event.publishedAt >= this.plan.timeToLive) this.giveUp(event, 'dead', 'TimeToLiveExceeded');
    else return true;
    this.fresh.delete(event.id);
    return false;
  }
  private post(batch: readonly PushEvent[]): void {
    const request = this.service.next();
    for (const event of batch) {
      if (event.state === 'silent') this.service.tell({ kind: 'again', id: event.id, why: 'timed_out', answer: 'TimedOut' });
      event.count++;
      event.request = request;
      this.move(event, 'posted', this.service.now() + RESPONSE_TIMEOUT);
    }
    this.requests.set(request, { events: batch.map((event) => event.id), isLate: false });
    this.after(RESPONSE_TIMEOUT, 'timeout', request);
    this.service.tell({ kind: 'posted', subscription: this.node, request, events: batch.map(({ id, message, count }) => ({ id, message, count })) });
  }
  private delivered(event: PushEvent): void {
    if (this.plan.duplicates > 0 && this.luck.duplicate.next() < this.plan.duplicates && event.count < this.plan.maxDeliveryAttempts) {
      this.service.tell({ kind: 'again', id: event.id, why: 'delivered_twice' });
      return this.retryIn(event, 'retry', waitAfter('basic', 0));
    }
    this.counts.delivered++;
    this.remove(event);
    this.service.tell({ kind: 'done', id: event.id, why: 'answered' });
  }
  private failed(event: PushEvent, answer: Answer): void {
    const { tier, endpointType, maxDeliveryAttempts } = this.plan;
    if (isFinal(tier, endpointType, answer)) return this.giveUp(event, 'dead', 'not_retried', answer);
    if (event.count >= maxDeliveryAttempts) return this.giveUp(event, 'dead', 'MaxDeliveryAttemptsExceeded', answer);
    this.service.tell({ kind: 'again', id: event.id, why: 'failed', answer });
    this.retryIn(event, 'retry', this.nextWait(event, answer));
  }
  private timedOut(request: number): void {
    const sent = this.requests.get(request);
    if (sent === undefined || sent.isLate) return;
    sent.isLate = true;
    this.after(LATE_ANSWER - RESPONSE_TIMEOUT, 'forget', request);
    this.hasFailed('TimedOut');
    const { tier, endpointType, maxDeliveryAttempts } = this.plan;
    for (const event of this.eventsOf(sent, request)) {
      if (isFinal(tier, endpointType, 'TimedOut')) this.giveUp(event, 'dead', 'not_retried', 'TimedOut');
      else if (event.count >= maxDeliveryAttempts) this.giveUp(event, 'dead', 'MaxDeliveryAttemptsExceeded', 'TimedOut');
      else this.retryIn(event, 'silent', this.nextWait(event, 'TimedOut'));
    }
  }
  /** "If the endpoint responds within 3 minutes, Event Grid attempts to remove the event from the retry queue on a best effort basis." */
  private answeredLate(request: number, sent: Request, answer: Answer): void {
    if (!isSuccess(answer)) return;
    for (const event of this.eventsOf(sent, request)) {
      if (event.state !== 'silent' || this.luck.late.next() >= this.plan.lateAnswers) continue;
      this.counts.delivered++;
      this.remove(event);
      this.service.tell({ kind: 'done', id: event.id, why: 'answered_late' });
    }
  }
  private nextWait(event: PushEvent, answer: Answer): number {
    const { tier, endpointType, skippedRetries } = this.plan;
    const isUnwell = this.endpoint.delayedUntil >= 0;
    // "May opportunistically skip certain retries if an endpoint is consistently unhealthy."
    if (isUnwell && skippedRetries > 0 && this.luck.skip.next() < skippedRetries) event.step++;
    return Math.max(waitAfter(tier, event.step++), leastWait(tier, endpointType, answer));
  }
  /** "Event Grid adds a small randomization to all retry steps." */
  private retryIn(event: PushEvent, state: 'retry' | 'silent', wait: number): void {
    const { randomization } = this.plan;
    const span = randomization > 0 ? wait + Math.floor(wait * randomization * this.luck.retry.next()) : wait;
    event.wait = wait;
    this.move(event, state, this.service.now() + span);
    this.after(span, 'due', event.id);
  }
  private hasFailed(answer: Answer): void {
    const span = failed(this.endpoint, answer, this.service.now(), this.plan.failuresBeforeDelay);
    if (span > 0) this.after(span, 'resume', this.endpoint.rounds);
  }
  private resume(rounds: number): void {
    if (this.endpoint.rounds !== rounds || this.endpoint.delayedUntil !== this.service.now()) return;
    this.endpoint.delayedUntil = -1;
    this.release();
  }
  /** The endpoint is tried again, with all that has become due meanwhile. */
  private release(): void {
    const due = this.held.flatMap((id) => this.events.get(id) ?? []).filter((event) => event.state === 'fresh' || event.state === 'retry' || event.state === 'silent');
    this.held = [];
    this.attempt(due);
  }
}
