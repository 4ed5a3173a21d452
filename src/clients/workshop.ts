/** Work on one message, the same for everybody who works on messages: how long it takes, whether it fails, and what it leaves behind. */
import { copyOf } from '../base/copy.ts';
import type { Delivery } from '../brokers/contract.ts';
import type { Kind } from '../history/entries.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Sampler } from '../scenario/spread.ts';
import { Effects, type Idempotency } from './effects.ts';
import type { ClientHost } from './host.ts';

export interface WorkPlan extends Idempotency {
  readonly serviceTime: Sampler;
  /** Share of messages that fail, 0..1. */
  readonly failureRate: number;
  /** Share of the service time after which the effect is applied, 0..1. */
  readonly effectAt: number;
}
export interface Work {
  readonly id: number;
  readonly link: string;
  readonly delivery: Delivery;
  startedAt: number;
  readonly takes: number;
  fails: string | null;
  tries: number;
  stage: 'before effect' | 'after effect' | 'waiting to retry' | 'ended';
  /** Its effect was not the first of this message. */
  twice: boolean;
  /** The broker took the delivery back while the work went on. */
  zombie: boolean;
  /** The newest entry about this work. */
  entry: number;
}
/** What went through lately, for the picture. */
export interface Past {
  readonly message: number;
  /** The last entry about the work: who has the smaller one was done first. */
  readonly entry: number;
  readonly redelivered: boolean;
  readonly duplicate: boolean;
}
interface State {
  nextWork: number;
  slow: number;
  outage: boolean;
  poisoned: number[];
  counts: { processed: number; failed: number; effects: number; duplicates: number; redelivered: number };
  /** Slot-µs of work so far. */
  busy: number;
}
const PAST = 24;

export class Workshop {
  plan: WorkPlan;
  private readonly place: string;
  private readonly host: ClientHost;
  private readonly effects = new Effects();
  private state: State = { nextWork: 0, slow: 1, outage: false, poisoned: [], counts: { processed: 0, failed: 0, effects: 0, duplicates: 0, redelivered: 0 }, busy: 0 };

  constructor(place: string, host: ClientHost, plan: WorkPlan) {
    this.place = place;
    this.host = host;
    this.plan = plan;
  }
  get counts(): Readonly<State['counts']> {
    return this.state.counts;
  }
  get slowed(): number {
    return this.state.slow;
  }
  get outage(): boolean {
    return this.state.outage;
  }
  slow(factor: number): void {
    this.state.slow = factor;
  }
  setOutage(down: boolean): void {
    this.state.outage = down;
  }
  poison(key: number, on: boolean): void {
    this.state.poisoned = this.state.poisoned.filter((k) => k !== key).concat(on ? [key] : []);
  }
  /** Decides what will become of the work on a delivery. @param luck of its service time */
  take(link: string, delivery: Delivery, luck: RandomStream): Work {
    const { host, plan, state } = this;
    if (delivery.redelivered) state.counts.redelivered++;
    const key = host.messages.key(delivery.message);
    let fails: string | null = null;
    if (host.messages.poison(delivery.message) || state.poisoned.includes(key)) fails = 'clients.poison';
    else if (state.outage) fails = 'clients.dependency_down';
    else if (plan.failureRate > 0 && host.luck('failures').next() < plan.failureRate) fails = 'clients.failed';
    const takes = Math.max(1, Math.round(plan.serviceTime(luck) * state.slow));
    return { id: state.nextWork++, link, delivery, startedAt: host.now(), takes, fails, tries: 0, stage: 'before effect', twice: false, zombie: false, entry: delivery.entry };
  }
  /** The id of the latest work that ends in these six digits. */
  idOf(digits: number): number {
    return digits + Math.floor((this.state.nextWork - 1 - digits) / 1e6) * 1e6;
  }
  begin(work: Work, actor: string): void {
    const { host } = this;
    work.tries++;
    work.stage = 'before effect';
    if (work.tries > 1) {
      work.startedAt = host.now();
      if (work.fails === 'clients.dependency_down' && !this.state.outage) work.fails = null;
      if (work.fails === 'clients.failed' && host.luck('failures').next() >= this.plan.failureRate) work.fails = null;
    }
    this.say('started', work, actor, undefined, work.takes);
  }
  /** µs from its beginning to its effect. */
  effectAfter(work: Work): number {
    return Math.min(work.takes, Math.round(work.takes * this.plan.effectAt));
  }
  /** µs from now to its end. */
  left(work: Work): number {
    return Math.max(0, work.startedAt + work.takes - this.host.now());
  }
  applyEffect(work: Work, actor: string): void {
    const { plan, state } = this;
    work.stage = 'after effect';
    const applied = this.effects.apply(work.delivery.message, plan);
    if (applied === 'known') {
      this.say('skipped', work, actor, plan.idempotency === 'inbox' ? 'clients.inbox' : 'clients.id_window');
      return;
    }
    state.counts.effects++;
    work.twice = applied === 'again';
    if (work.twice) state.counts.duplicates++;
    this.say('effect', work, actor);
  }
  /** The work has come to its end, well or not. */
  end(work: Work, actor: string): void {
    const { host, state } = this;
    state.busy += host.now() - work.startedAt;
    work.stage = 'ended';
    if (work.fails !== null) {
      state.counts.failed++;
      this.say('failed', work, actor, work.fails);
      return;
    }
    this.effects.finished(work.delivery.message, this.plan);
    this.say('finished', work, actor, undefined, host.now() - work.startedAt);
    state.counts.processed++;
  }
  /** Whoever worked on it is gone. */
  broken(work: Work): void {
    this.state.busy += this.spent(work);
  }
  /** Slot-µs of work up to now. @param under those under way */
  busyTime(under: Iterable<Work>): number {
    let busy = this.state.busy;
    for (const work of under) busy += this.spent(work);
    return busy;
  }
  facts(work: Work, actor: string) {
    return { message: work.delivery.message, copy: work.delivery.copy, place: this.place, actor, attempt: work.delivery.attempt, cause: work.entry };
  }
  save(): unknown {
    return { state: copyOf(this.state), effects: this.effects.save() };
  }
  load(saved: unknown): void {
    const { state, effects } = saved as { state: State; effects: unknown };
    this.state = copyOf(state);
    this.effects.load(effects);
  }
  /** An entry about the work, caused by the one before. */
  private say(kind: Kind, work: Work, actor: string, reason?: string, detail = -1): void {
    const { message, copy, attempt } = work.delivery;
    work.entry = this.host.write(kind, message, copy, this.place, actor, attempt, reason, work.entry, detail);
  }
  private spent(work: Work): number {
    return work.stage === 'before effect' || work.stage === 'after effect' ? this.host.now() - work.startedAt : 0;
  }
}
/** Where a work is among others in the order in which they were taken, or -1. */
export function positionOf(id: number, among: readonly Work[]): number {
  let low = 0;
  let high = among.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((among[middle] as Work).id < id) low = middle + 1;
    else high = middle;
  }
  return among[low]?.id === id ? low : -1;
}
/** One more of what went through; the oldest is forgotten. */
export function remember(past: Past[], work: Work): void {
  past.push({ message: work.delivery.message, entry: work.entry, redelivered: work.delivery.redelivered, duplicate: work.twice });
  if (past.length > PAST) past.shift();
}
