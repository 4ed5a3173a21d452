/** Events on their way to targets: the latency of the bus, quotas, attempts, and what becomes of what fails. */
import { copyOf } from '../../base/copy.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Spread } from '../../scenario/fields.ts';
import { type Sampler, sampler } from '../../scenario/spread.ts';
import type { BrokerHost } from '../contract.ts';
import type { Answer, BusConfig, BusEvent, Invocation, TargetConfig } from './model.ts';
import { Pace } from './quota.ts';

/** What invocations need to know of the service that they belong to. */
export interface Targets {
  bus(name: string): BusConfig | undefined;
  target(rule: string, id: string): TargetConfig | undefined;
  /** Queue for what a target of a rule did not get, '' = none. */
  deadLetterQueue(rule: string, target: string): string;
  /** Whether what is to be sent is JSON: an input transformer may have spoilt it. */
  sendable(event: BusEvent, target: TargetConfig): boolean;
  /** An event arrives at another bus. */
  forward(invocation: Invocation, bus: string): void;
}
/** Hears what happens to invocations. */
export interface InvocationSink {
  /** It is its turn: the target is called. */
  invoke(invocation: Invocation): void;
  /** No answer came in time: whoever works on it goes on. */
  timedOut(invocation: Invocation): void;
  /** The attempt that is out failed, or is not believed: the event waits again. */
  again(invocation: Invocation, reason: string): void;
  over(invocation: Invocation, fate: 'settled' | 'dropped', reason: string): void;
  /** @returns whether the queue took it */
  bury(invocation: Invocation, queue: string, reason: string): boolean;
  /** It was handed on to another bus. */
  forwarded(invocation: Invocation): void;
}
export interface ServiceHost extends BrokerHost {
  luck(purpose: string): RandomStream;
}
interface Line {
  readonly no: number;
  readonly rule: string;
  readonly id: string;
  /** Everything on its way to this target, oldest first. */
  readonly all: Set<number>;
  /** Events whose turn it is when the quotas allow; a set, because it gives the oldest and forgets any at once. */
  ready: Set<number>;
  pace: Pace;
  /** A wake is on its way. */
  awaited: boolean;
  waiting: number;
  /** Of those that wait, how many the bus has not brought to the target yet. */
  coming: number;
  out: number;
}
export interface InvocationsState {
  readonly all: readonly Invocation[];
  readonly next: number;
  readonly lines: readonly { readonly rule: string; readonly id: string; readonly ready: readonly number[]; readonly next: number; readonly awaited: boolean }[];
  readonly quotas: readonly (readonly [bus: string, next: number])[];
}
/** How long an API destination waits for an answer, µs. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html */
export const CLIENT_TIMEOUT = 5_000_000;
/** Attempts that one number can tell apart, for timers. */
const ATTEMPTS = 4096;
/** Waits of Lambda after errors of the function, µs, and the bounds of its waits after throttles. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const AFTER_ERROR = [60_000_000, 120_000_000];
const AFTER_THROTTLE = { first: 1_000_000, most: 300_000_000 };

export class Invocations {
  private all = new Map<number, Invocation>();
  private next = 0;
  private lines: Line[] = [];
  private byTarget = new Map<string, Line>();
  private quotas = new Map<string, Pace>();
  private readonly samplers = new Map<string, Sampler>();
  private readonly host: ServiceHost;
  private readonly targets: Targets;
  private readonly sink: InvocationSink;
  constructor(host: ServiceHost, targets: Targets, sink: InvocationSink) {
    this.host = host;
    this.targets = targets;
    this.sink = sink;
  }
  /** An event has matched: it goes to the target after the latency of the bus. */
  add(event: BusEvent, rule: string, target: string): Invocation {
    const invocation: Invocation = { id: this.next++, event, rule, target, since: this.host.now(), attempts: 0, stage: 'coming', again: -1, failure: '', twice: false, lambda: null, copy: -1, entry: -1 };
    this.all.set(invocation.id, invocation);
    const line = this.line(rule, target);
    line.all.add(invocation.id);
    line.waiting++;
    line.coming++;
    this.host.after(this.latency(event.bus), 'due', invocation.id);
    return invocation;
  }
  /** What waits and what is out, of every target that ever had an event. */
  lineCounts(): readonly { readonly rule: string; readonly id: string; readonly waiting: number; readonly coming: number; readonly out: number }[] {
    return this.lines;
  }
  /** The oldest on their way to a target. */
  oldest(rule: string, target: string, most: number): Invocation[] {
    const out: Invocation[] = [];
    for (const id of this.byTarget.get(`${rule} ${target}`)?.all ?? []) {
      if (out.length >= most) break;
      out.push(this.all.get(id) as Invocation);
    }
    return out;
  }
  timer(name: string, ref: number): boolean {
    if (name === 'due') this.due(ref);
    else if (name === 'retry') this.retry(ref);
    else if (name === 'pump') {
      const line = this.lines[ref];
      if (line !== undefined) {
        line.awaited = false;
        this.pump(line);
      }
    } else if (name === 'timeout') {
      const invocation = this.all.get(Math.floor(ref / ATTEMPTS));
      if (invocation?.stage !== 'out' || invocation.attempts !== ref % ATTEMPTS) return true;
      this.sink.timedOut(invocation);
      this.answer(invocation.id, invocation.attempts, 'error', 'eventbridge.timeout');
    } else return false;
    return true;
  }
  /** @param attempt the one that is answered: late answers count for nothing */
  answer(id: number, attempt: number, answer: Answer, reason: string): void {
    const invocation = this.all.get(id);
    if (invocation?.stage !== 'out' || invocation.attempts !== attempt) return;
    this.comesBack(invocation);
    // Nobody tries a delivery again that has been made before.
    if (invocation.twice) return this.end(invocation, 'settled', 'eventbridge.delivered_before');
    if (answer === 'succeeded') return this.succeeded(invocation, reason);
    invocation.failure = reason;
    this.sink.again(invocation, reason);
    if (invocation.lambda !== null) return this.functionFailed(invocation, answer, reason);
    if (answer === 'rejected') return this.giveUp(invocation, reason);
    this.scheduleRetry(invocation);
  }
  private due(id: number): void {
    const invocation = this.all.get(id);
    if (invocation === undefined) return;
    const line = this.line(invocation.rule, invocation.target);
    if (invocation.stage === 'coming') line.coming--;
    invocation.stage = 'line';
    line.ready.add(id);
    this.pump(line);
  }
  private retry(id: number): void {
    const invocation = this.all.get(id);
    if (invocation?.stage !== 'waiting') return;
    if (invocation.lambda === null) return this.due(id);
    const target = this.targets.target(invocation.rule, invocation.target);
    if (target === undefined) return this.giveUp(invocation, 'eventbridge.target_gone');
    if (this.host.now() - invocation.lambda.since >= target.functionEventAge) return this.functionGivesUp(invocation, target, 'eventbridge.function_event_age');
    this.send(invocation);
  }
  /** Sends what may be sent now. */
  private pump(line: Line): void {
    for (let id = line.ready.values().next().value; id !== undefined; id = line.ready.values().next().value) {
      const invocation = this.all.get(id) as Invocation;
      const target = this.targets.target(line.rule, line.id);
      const bus = this.targets.bus(invocation.event.bus);
      if (target === undefined || bus === undefined) {
        line.ready.delete(id);
        this.giveUp(invocation, 'eventbridge.target_gone');
        continue;
      }
      const now = this.host.now();
      if (now - invocation.since >= target.maximumEventAge) {
        line.ready.delete(id);
        this.giveUp(invocation, 'eventbridge.event_age');
        continue;
      }
      const quota = this.quota(invocation.event.bus);
      const at = Math.max(quota.next, target.kind === 'http' ? line.pace.next : 0);
      if (at > now) return this.wakeAt(line, at);
      quota.take(now, bus.invocationsPerSecond);
      if (target.kind === 'http') line.pace.take(now, target.invocationRate);
      line.ready.delete(id);
      this.call(invocation, target);
    }
  }
  private call(invocation: Invocation, target: TargetConfig): void {
    if (!target.permission) return this.giveUp(invocation, 'eventbridge.access_denied');
    if (!this.targets.sendable(invocation.event, target)) return this.giveUp(invocation, 'eventbridge.invalid_json');
    if (target.kind === 'lambda') {
      // Lambda takes the event into the function's own queue: for EventBridge it is delivered.
      invocation.lambda = { since: this.host.now(), errors: 0, throttles: 0 };
      return this.send(invocation);
    }
    if (target.kind === 'bus') {
      this.forget(invocation);
      this.sink.forwarded(invocation);
      return this.targets.forward(invocation, target.to);
    }
    this.send(invocation);
    this.host.after(CLIENT_TIMEOUT, 'timeout', invocation.id * ATTEMPTS + invocation.attempts);
  }
  private send(invocation: Invocation): void {
    const line = this.line(invocation.rule, invocation.target);
    line.waiting--;
    line.out++;
    invocation.attempts++;
    invocation.stage = 'out';
    this.sink.invoke(invocation);
  }
  private comesBack(invocation: Invocation): void {
    const line = this.line(invocation.rule, invocation.target);
    line.waiting++;
    line.out--;
    invocation.stage = 'waiting';
  }
  private succeeded(invocation: Invocation, reason: string): void {
    const duplicates = this.targets.bus(invocation.event.bus)?.duplicates ?? 0;
    if (duplicates > 0 && this.host.luck('duplicates').next() < duplicates) {
      invocation.twice = true;
      this.sink.again(invocation, 'eventbridge.at_least_once');
      return this.waitFor(invocation, this.latency(invocation.event.bus));
    }
    this.end(invocation, 'settled', reason);
  }
  /** Whichever limit comes first: attempts or age. */
  private scheduleRetry(invocation: Invocation): void {
    const target = this.targets.target(invocation.rule, invocation.target);
    const bus = this.targets.bus(invocation.event.bus);
    if (target === undefined || bus === undefined) return this.giveUp(invocation, 'eventbridge.target_gone');
    if (invocation.attempts > target.maximumRetryAttempts) return this.giveUp(invocation, 'eventbridge.retry_attempts');
    const { base, max } = bus.backoff;
    let wait = base;
    for (let n = 1; n < invocation.attempts && wait < max; n++) wait *= 2;
    const jittered = Math.round(Math.min(wait, max) * (0.5 + this.host.luck('backoff').next()));
    const left = invocation.since + target.maximumEventAge - this.host.now();
    this.waitFor(invocation, Math.max(0, Math.min(jittered, left)));
  }
  private functionFailed(invocation: Invocation, answer: Answer, reason: string): void {
    const target = this.targets.target(invocation.rule, invocation.target);
    const { lambda } = invocation;
    if (target === undefined || lambda === null) return this.giveUp(invocation, 'eventbridge.target_gone');
    let wait: number;
    if (answer === 'throttled') {
      wait = AFTER_THROTTLE.first;
      for (let n = 0; n < lambda.throttles && wait < AFTER_THROTTLE.most; n++) wait *= 2;
      wait = Math.min(wait, AFTER_THROTTLE.most);
      lambda.throttles++;
    } else {
      if (lambda.errors >= target.functionRetries) return this.functionGivesUp(invocation, target, reason === 'eventbridge.function_error' ? 'eventbridge.function_retries' : reason);
      wait = AFTER_ERROR[Math.min(lambda.errors, AFTER_ERROR.length - 1)] as number;
      lambda.errors++;
    }
    const left = lambda.since + target.functionEventAge - this.host.now();
    this.waitFor(invocation, Math.max(0, Math.min(wait, left)));
  }
  private waitFor(invocation: Invocation, delay: number): void {
    invocation.stage = 'waiting';
    invocation.again = this.host.now() + delay;
    this.host.after(delay, 'retry', invocation.id);
  }
  /** EventBridge is done with it: to the queue of the target, if there is one that takes it. */
  private giveUp(invocation: Invocation, reason: string): void {
    this.endsAs(invocation, this.targets.deadLetterQueue(invocation.rule, invocation.target), reason);
  }
  /** Lambda is done with it: that is no longer the rule's business, nor that of its queue. */
  private functionGivesUp(invocation: Invocation, target: TargetConfig, reason: string): void {
    this.endsAs(invocation, target.onFailure, reason);
  }
  private endsAs(invocation: Invocation, queue: string, reason: string): void {
    if (invocation.twice) return this.end(invocation, 'settled', 'eventbridge.delivered_before');
    if (queue === '') return this.end(invocation, 'dropped', reason);
    this.forget(invocation);
    if (!this.sink.bury(invocation, queue, reason)) this.sink.over(invocation, 'dropped', 'eventbridge.queue_refused');
  }
  private end(invocation: Invocation, fate: 'settled' | 'dropped', reason: string): void {
    this.forget(invocation);
    this.sink.over(invocation, fate, reason);
  }
  private forget(invocation: Invocation): void {
    const line = this.line(invocation.rule, invocation.target);
    if (invocation.stage === 'out') line.out--;
    else line.waiting--;
    if (invocation.stage === 'coming') line.coming--;
    line.ready.delete(invocation.id);
    line.all.delete(invocation.id);
    this.all.delete(invocation.id);
  }
  private latency(bus: string): number {
    const spread = this.targets.bus(bus)?.latency ?? '0us';
    const name = JSON.stringify(spread);
    let draw = this.samplers.get(name);
    if (draw === undefined) this.samplers.set(name, (draw = sampler(spread as Spread)));
    return draw(this.host.luck('latency'));
  }
  private line(rule: string, id: string): Line {
    const name = `${rule} ${id}`;
    let line = this.byTarget.get(name);
    if (line === undefined) {
      line = { no: this.lines.length, rule, id, all: new Set(), ready: new Set(), pace: new Pace(), awaited: false, waiting: 0, coming: 0, out: 0 };
      this.lines.push(line);
      this.byTarget.set(name, line);
    }
    return line;
  }
  private quota(bus: string): Pace {
    let pace = this.quotas.get(bus);
    if (pace === undefined) this.quotas.set(bus, (pace = new Pace()));
    return pace;
  }
  private wakeAt(line: Line, at: number): void {
    if (line.awaited) return;
    line.awaited = true;
    this.host.after(Math.ceil(at - this.host.now()), 'pump', line.no);
  }
  save(): InvocationsState {
    return {
      all: copyOf([...this.all.values()]),
      next: this.next,
      lines: this.lines.map(({ rule, id, ready, pace, awaited }) => ({ rule, id, ready: [...ready], next: pace.next, awaited })),
      quotas: [...this.quotas].map(([bus, { next }]) => [bus, next]),
    };
  }
  load(state: InvocationsState): void {
    this.next = state.next;
    this.all = new Map(copyOf(state.all).map((one) => [one.id, one]));
    this.lines = [];
    this.byTarget = new Map();
    for (const { rule, id, ready, next, awaited } of state.lines) {
      const line = this.line(rule, id);
      line.ready = new Set(ready);
      line.pace.next = next;
      line.awaited = awaited;
    }
    for (const { id, rule, target, stage } of this.all.values()) {
      const line = this.line(rule, target);
      line.all.add(id);
      if (stage === 'out') line.out++;
      else line.waiting++;
      if (stage === 'coming') line.coming++;
    }
    this.quotas = new Map();
    for (const [bus, next] of state.quotas) this.quota(bus).next = next;
  }
}
