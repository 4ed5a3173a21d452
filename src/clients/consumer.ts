/** A consumer: instances × slots that take deliveries, work, apply an effect and settle; and every way in which that goes wrong. */
import { copyOf } from '../base/copy.ts';
import { Pages, type PagesState } from '../base/pages.ts';
import type { Delivery, Outcome, ReceiveListener, ReceiveSession } from '../brokers/contract.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Sampler } from '../scenario/spread.ts';
import { type Backoff, backoffDelay, type ClientHost } from './host.ts';

export interface ConsumerPlan {
  readonly instances: number;
  readonly concurrency: number;
  readonly serviceTime: Sampler;
  /** Share of messages that fail, 0..1. */
  readonly failureRate: number;
  readonly onFailure: 'requeue' | 'reject' | 'retry-in-place';
  readonly retry: Backoff;
  readonly idempotency: 'none' | 'id-window' | 'inbox';
  /** Ids that an id window remembers. */
  readonly window: number;
  /** Share of the service time after which the effect is applied, 0..1. */
  readonly effectAt: number;
  /** µs after a crash; absent = stays down. */
  readonly restartAfter?: number;
}
/** Where in the protocol an armed crash strikes. */
export type CrashPoint = 'crash' | 'shut-down' | 'crash-before-effect' | 'crash-after-effect' | 'crash-before-settle' | 'crash-after-settle';

interface Work {
  readonly id: number;
  readonly link: string;
  readonly delivery: Delivery;
  readonly startedAt: number;
  readonly takes: number;
  readonly fails: string | null;
  tries: number;
  stage: 'before effect' | 'after effect' | 'waiting to retry' | 'ended';
  /** Its effect was not the first of this message. */
  twice: boolean;
  /** The broker took the delivery back while the work went on. */
  zombie: boolean;
  /** The newest entry about this work. */
  entry: number;
}
interface Instance {
  up: boolean;
  armed: CrashPoint | null;
  /** Incarnation: wakes of an earlier one are void. */
  life: number;
  downSince: number;
  backAt: number;
  busySince: number;
  work: Work[];
  past: { message: number; redelivered: boolean; duplicate: boolean }[];
}
interface State {
  instances: Instance[];
  nextWork: number;
  slow: number;
  outage: boolean;
  poisoned: number[];
  /** Ids in the shared store (inbox or id window), oldest first. */
  known: number[];
  counts: { processed: number; failed: number; effects: number; duplicates: number; redelivered: number };
  /** Slot-µs of work so far. */
  busy: number;
}
const EFFECT = 0;
const END = 1;
const RETRY = 2;
const RESTART = 3;
const PAST = 24;

export class Consumer {
  readonly id: string;
  private readonly host: ClientHost;
  private plan: ConsumerPlan;
  /** Sessions by instance, then by link. */
  private sessions: Map<string, ReceiveSession>[] = [];
  /** By instance: made once, because every entry needs one. */
  private readonly names: string[] = [];
  private readonly serviceLuck: RandomStream[] = [];
  private known = new Set<number>();
  /** 1 per message that had its effect; older messages are forgotten. */
  private effects = new Pages(0, 200_000);
  private state: State = { instances: [], nextWork: 0, slow: 1, outage: false, poisoned: [], known: [], counts: { processed: 0, failed: 0, effects: 0, duplicates: 0, redelivered: 0 }, busy: 0 };

  constructor(id: string, host: ClientHost, plan: ConsumerPlan) {
    this.id = id;
    this.host = host;
    this.plan = plan;
    for (let i = 0; i < plan.instances; i++) this.state.instances.push(newInstance());
  }
  get instances(): readonly Readonly<Instance>[] {
    return this.state.instances;
  }
  get counts(): Readonly<State['counts']> {
    return this.state.counts;
  }
  get concurrency(): number {
    return this.plan.concurrency;
  }
  get slowed(): number {
    return this.state.slow;
  }
  get outage(): boolean {
    return this.state.outage;
  }
  name(instance: number): string {
    return (this.names[instance] ??= `${this.id}/${instance + 1}`);
  }
  /** Slot-µs of work up to now. */
  busyTime(): number {
    let busy = this.state.busy;
    for (const instance of this.state.instances) for (const w of instance.work) if (isWorking(w)) busy += this.host.now() - w.startedAt;
    return busy;
  }
  setSessions(instance: number, sessions: Map<string, ReceiveSession>): void {
    this.sessions[instance] = sessions;
  }
  buffered(instance: number): readonly Delivery[] {
    return [...(this.sessions[instance]?.values() ?? [])].flatMap((s) => [...s.buffered()]);
  }
  listener(instance: number, link: string): ReceiveListener {
    return {
      push: (delivery) => this.push(instance, link, delivery),
      withdrawn: (deliveries) => {
        const handles = new Set(deliveries.map((d) => d.handle));
        for (const w of this.at(instance).work) if (w.link === link && handles.has(w.delivery.handle)) w.zombie = true;
      },
      settled: (delivery, outcome) => this.settled(delivery, outcome),
    };
  }
  replan(plan: ConsumerPlan): void {
    this.adopt(plan);
    const { instances } = this.state;
    while (instances.length > plan.instances) {
      const last = instances.length - 1;
      for (const session of this.sessions[last]?.values() ?? []) session.close('graceful');
      instances.pop();
      this.sessions.length = last;
    }
    while (instances.length < plan.instances) instances.push(newInstance());
  }
  /** The plan of the document, without consequences: when a checkpoint is restored. */
  adopt(plan: ConsumerPlan): void {
    this.plan = plan;
  }
  /** More room than before, or new sessions: take what waits. */
  takeMore(): void {
    this.state.instances.forEach((_, i) => this.ready(i));
  }
  wake(what: number, ref: number): void {
    const instance = Math.floor(ref / 1e6) % 1000;
    const at = this.state.instances[instance];
    if (!at) return;
    if (what === RESTART) {
      if (ref % 1e6 === at.life % 1e6) this.restart(instance);
      return;
    }
    const work = at.work.find((w) => w.id % 1e6 === ref % 1e6);
    if (!work) return;
    if (what === EFFECT) this.applyEffect(instance, work);
    else if (what === END) this.end(instance, work);
    else this.begin(instance, work);
  }
  // Faults and interventions ---------------------------------------------------
  crash(instance: number, point: CrashPoint): string | undefined {
    const at = this.state.instances[instance];
    if (!at?.up) return undefined;
    if (point === 'crash') this.down(instance, 'clients.killed', -1);
    else if (point === 'shut-down') this.down(instance, 'clients.shut_down', -1, undefined, 'graceful');
    else at.armed = point;
    return point;
  }
  restart(instance: number): void {
    const at = this.at(instance);
    at.armed = null;
    if (at.up) return;
    at.up = true;
    at.backAt = -1;
    this.host.record('restarted', { place: this.id, actor: this.name(instance), detail: this.host.now() - at.downSince });
    for (const session of this.sessions[instance]?.values() ?? []) session.open();
    this.ready(instance);
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
  save(): unknown {
    return { state: copyOf(this.state), known: [...this.known], effects: this.effects.save() };
  }
  load(saved: unknown): void {
    const { state, known, effects } = saved as { state: State; known: number[]; effects: PagesState };
    this.state = copyOf(state);
    this.known = new Set(known);
    this.effects.load(effects);
  }

  private at(instance: number): Instance {
    return this.state.instances[instance] as Instance;
  }
  private ready(instance: number): void {
    const at = this.at(instance);
    if (!at.up) return;
    for (const session of this.sessions[instance]?.values() ?? []) {
      const free = this.plan.concurrency - at.work.length;
      if (free <= 0) return;
      session.ready(free);
    }
  }
  private push(instance: number, link: string, delivery: Delivery): 'started' | 'busy' {
    const at = this.state.instances[instance];
    if (!at?.up || at.work.length >= this.plan.concurrency) return 'busy';
    const { host, plan } = this;
    if (delivery.redelivered) this.state.counts.redelivered++;
    const key = host.messages.key(delivery.message);
    let fails: string | null = null;
    if (host.messages.poison(delivery.message) || this.state.poisoned.includes(key)) fails = 'clients.poison';
    else if (this.state.outage) fails = 'clients.dependency_down';
    else if (plan.failureRate > 0 && host.luck('failures').next() < plan.failureRate) fails = 'clients.failed';
    const takes = Math.max(1, Math.round(plan.serviceTime((this.serviceLuck[instance] ??= host.luck(`${instance + 1} service`))) * this.state.slow));
    const work: Work = { id: this.state.nextWork++, link, delivery, startedAt: host.now(), takes, fails, tries: 0, stage: 'before effect', twice: false, zombie: false, entry: delivery.entry };
    at.work.push(work);
    this.begin(instance, work);
    return 'started';
  }
  private begin(instance: number, work: Work): void {
    const { host } = this;
    work.tries++;
    work.stage = 'before effect';
    if (work.tries > 1) {
      (work as { startedAt: number }).startedAt = host.now();
      if (work.fails === 'clients.dependency_down' && !this.state.outage) (work as { fails: string | null }).fails = null;
      if (work.fails === 'clients.failed' && host.luck('failures').next() >= this.plan.failureRate) (work as { fails: string | null }).fails = null;
    }
    work.entry = host.record('started', { ...this.facts(instance, work), detail: work.takes });
    const effect = Math.min(work.takes, Math.round(work.takes * this.plan.effectAt));
    if (work.fails === null) host.after(effect, EFFECT, this.ref(instance, work));
    else host.after(work.takes, END, this.ref(instance, work));
  }
  private applyEffect(instance: number, work: Work): void {
    const { host, plan, state } = this;
    const { message } = work.delivery;
    if (this.struck(instance, 'crash-before-effect', work)) return;
    work.stage = 'after effect';
    if (plan.idempotency !== 'none' && this.known.has(message)) {
      work.entry = host.record('skipped', { ...this.facts(instance, work), reason: plan.idempotency === 'inbox' ? 'clients.inbox' : 'clients.id_window' });
    } else {
      const twice = this.effects.at(message) === 1;
      this.effects.set(message, 1);
      state.counts.effects++;
      work.twice = twice;
      if (twice) state.counts.duplicates++;
      work.entry = host.record('effect', this.facts(instance, work));
      // The inbox row commits with the effect; an id window is written after the work.
      if (plan.idempotency === 'inbox') this.remember(message);
    }
    if (this.struck(instance, 'crash-after-effect', work)) return;
    host.after(Math.max(0, work.startedAt + work.takes - host.now()), END, this.ref(instance, work));
  }
  private end(instance: number, work: Work): void {
    const { host, plan } = this;
    const at = this.at(instance);
    this.state.busy += host.now() - work.startedAt;
    work.stage = 'ended';
    if (work.fails !== null) {
      this.state.counts.failed++;
      work.entry = host.record('failed', { ...this.facts(instance, work), reason: work.fails });
      if (plan.onFailure === 'retry-in-place' && work.tries <= plan.retry.attempts) {
        work.stage = 'waiting to retry';
        host.after(backoffDelay(plan.retry, work.tries, host.luck('backoff')), RETRY, this.ref(instance, work));
        return;
      }
    } else {
      if (plan.idempotency === 'id-window') this.remember(work.delivery.message);
      work.entry = host.record('finished', { ...this.facts(instance, work), detail: host.now() - work.startedAt });
      this.state.counts.processed++;
    }
    if (this.struck(instance, 'crash-before-settle', work)) return;
    at.work = at.work.filter((w) => w !== work);
    at.past = [...at.past, { message: work.delivery.message, redelivered: work.delivery.redelivered, duplicate: work.twice }].slice(-PAST);
    const session = this.sessions[instance]?.get(work.link);
    if (!work.zombie) session?.settle(work.delivery, work.fails === null ? 'done' : plan.onFailure === 'requeue' ? 'retry' : 'reject');
    if (this.struck(instance, 'crash-after-settle', work)) return;
    this.ready(instance);
  }
  private settled(delivery: Delivery, outcome: Outcome): void {
    if (typeof outcome !== 'string') this.host.record('refused', { message: delivery.message, copy: delivery.copy, place: this.id, attempt: delivery.attempt, reason: outcome.name, cause: delivery.entry });
  }
  private struck(instance: number, point: CrashPoint, work: Work): boolean {
    if (this.at(instance).armed !== point) return false;
    this.down(instance, `clients.${point.replaceAll('-', '_')}`, work.entry, work);
    return true;
  }
  private down(instance: number, reason: string, cause: number, work?: Work, how: 'crash' | 'graceful' = 'crash'): void {
    const at = this.at(instance);
    const { host } = this;
    for (const w of at.work) if (isWorking(w)) this.state.busy += host.now() - w.startedAt;
    at.up = false;
    at.armed = null;
    at.life++;
    at.work = [];
    at.downSince = host.now();
    host.record('crashed', { place: this.id, actor: this.name(instance), reason, cause, ...(work ? { message: work.delivery.message, copy: work.delivery.copy, attempt: work.delivery.attempt } : {}) });
    for (const session of this.sessions[instance]?.values() ?? []) session.close(how);
    if (this.plan.restartAfter !== undefined) {
      at.backAt = host.now() + this.plan.restartAfter;
      host.after(this.plan.restartAfter, RESTART, this.refOf(instance, at.life));
    }
  }
  private remember(message: number): void {
    this.known.add(message);
    const most = this.plan.idempotency === 'id-window' ? this.plan.window : 200_000;
    while (this.known.size > most) this.known.delete(this.known.values().next().value as number);
  }
  private facts(instance: number, work: Work) {
    return { message: work.delivery.message, copy: work.delivery.copy, place: this.id, actor: this.name(instance), attempt: work.delivery.attempt, cause: work.entry };
  }
  private ref(instance: number, work: Work): number {
    return this.refOf(instance, work.id);
  }
  /** An instance (below 1000) and a number modulo a million in one integer. */
  private refOf(instance: number, n: number): number {
    return instance * 1e6 + (n % 1e6);
  }
}
function isWorking(work: Work): boolean {
  return work.stage === 'before effect' || work.stage === 'after effect';
}
function newInstance(): Instance {
  return { up: true, armed: null, life: 0, downSince: -1, backAt: -1, busySince: 0, work: [], past: [] };
}
