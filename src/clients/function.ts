/** A serverless function: every invocation has an environment to itself, works on what it was handed one by one, and answers for all of it at its end. */
import { copyOf } from '../base/copy.ts';
import type { Delivery, Look, Outcome, ReceiveListener, ReceiveSession } from '../brokers/contract.ts';
import type { Connection, CrashPoint, Reader } from './client.ts';
import { type Environment, Environments, type EnvironmentsPlan } from './environments.ts';
import { functionLook } from './function-look.ts';
import type { ClientHost } from './host.ts';
import { type Past, remember, type Work, type WorkPlan, Workshop } from './workshop.ts';

export interface FunctionPlan extends WorkPlan, EnvironmentsPlan {
  /** µs from the beginning of the work of an invocation until it is killed */
  readonly timeout: number;
}
export interface Invocation {
  readonly id: number;
  readonly link: string;
  readonly deliveries: Delivery[];
  /** What becomes of those that were worked on, and the last entry about each. */
  readonly outcomes: { how: 'done' | 'retry'; readonly entry: number }[];
  /** Handles of those that the broker took back meanwhile. */
  readonly withdrawn: number[];
  work: Work | null;
  /** -1 until its environment is up. */
  startedAt: number;
}
interface State {
  /** By environment. */
  invocations: (Invocation | null)[];
  /** The batch that was pushed last: more of it may follow in the same instant. `environment` is -1 when it was throttled. */
  batch: { readonly link: string; readonly id: number; readonly at: number; readonly environment: number } | null;
  /** Crashes that wait for their moment, in one environment or in whichever gets there first. */
  armed: { readonly environment: number | null; readonly point: CrashPoint }[];
  past: Past[];
  counts: { invocations: number; throttled: number; errors: number; timeouts: number };
  /** Invocations that have ended, and how long they took together, µs */
  ended: { invocations: number; lasted: number };
  /** µs, -1 = never */
  throttledAt: number;
}
const READY = 0;
const EFFECT = 1;
const END = 2;
const TIMEOUT = 3;
const IDLE = 4;

export class ServerlessFunction implements Reader {
  readonly id: string;
  readonly workshop: Workshop;
  readonly environments: Environments;
  private readonly host: ClientHost;
  private plan: FunctionPlan;
  /** By link. */
  private sessions = new Map<string, ReceiveSession>();
  private state: State = { invocations: [], batch: null, armed: [], past: [], counts: { invocations: 0, throttled: 0, errors: 0, timeouts: 0 }, ended: { invocations: 0, lasted: 0 }, throttledAt: -1 };

  constructor(id: string, host: ClientHost, plan: FunctionPlan) {
    this.id = id;
    this.host = host;
    this.plan = plan;
    this.workshop = new Workshop(id, host, plan);
    this.environments = new Environments(id, host, plan, (delay, environment, stretch) => host.after(delay, IDLE, refOf(environment, stretch)));
  }
  get counts(): Readonly<State['counts']> {
    return this.state.counts;
  }
  get past(): readonly Past[] {
    return this.state.past;
  }
  /** Of the invocations that have ended, µs. */
  get meanDuration(): number {
    const { invocations, lasted } = this.state.ended;
    return invocations === 0 ? 0 : lasted / invocations;
  }
  get throttledAt(): number {
    return this.state.throttledAt;
  }
  get slots(): number {
    return this.plan.concurrency;
  }
  invocation(environment: number): Readonly<Invocation> | null {
    return this.state.invocations[environment] ?? null;
  }
  /** What an environment is about to run into. */
  armed(environment: number): CrashPoint | undefined {
    return this.state.armed.find((a) => a.environment === environment || a.environment === null)?.point;
  }
  busyTime(): number {
    return this.workshop.busyTime(this.state.invocations.flatMap((i) => i?.work ?? []));
  }
  start(): void {
    this.environments.start();
  }
  reading(): readonly Connection[] {
    return [{ name: this.id, up: true }];
  }
  connectionOf(): string {
    return this.id;
  }
  setReceivers(_connection: number, sessions: Map<string, ReceiveSession>): void {
    this.sessions = sessions;
  }
  receiveListener(_connection: number, link: string): ReceiveListener {
    return {
      push: (delivery) => this.push(link, delivery),
      withdrawn: (deliveries) => {
        const handles = deliveries.map((d) => d.handle);
        for (const i of this.state.invocations) if (i?.link === link) i.withdrawn.push(...handles.filter((handle) => i.deliveries.some((d) => d.handle === handle)));
      },
      settled: (delivery, outcome) => this.settled(delivery, outcome),
    };
  }
  replan(plan: FunctionPlan): void {
    this.plan = plan;
    this.workshop.plan = plan;
    this.environments.adopt(plan);
  }
  takeMore(): void {
    for (const session of this.sessions.values()) {
      const { free } = this.environments;
      if (free <= 0) return;
      session.ready(free);
    }
  }
  wake(what: number, ref: number): void {
    const environment = Math.floor(ref / 1e6);
    const id = ref % 1e6;
    if (what === IDLE) return this.environments.expire(environment, id);
    const invocation = this.invocation(environment);
    if (!invocation) return;
    const { work } = invocation;
    if (what === READY || what === TIMEOUT) {
      if (invocation.id !== id) return;
      if (what === READY) this.run(environment, invocation);
      else this.timeOut(environment, invocation);
    } else if (work && work.id % 1e6 === id) {
      if (what === EFFECT) this.applyEffect(environment, work);
      else this.end(environment, invocation, work);
    }
  }
  // Faults and interventions ---------------------------------------------------
  crash(which: number | undefined, point: CrashPoint): boolean {
    if (point === 'crash') {
      const struck = this.environments.alive.filter((e) => which === undefined || e === which);
      for (const environment of struck) this.kill(environment, 'clients.killed');
      return struck.length > 0;
    }
    this.state.armed.push({ environment: which ?? null, point });
    return true;
  }
  /** There is always another environment. */
  restart(): boolean {
    return false;
  }
  slow(factor: number): void {
    this.workshop.slow(factor);
  }
  setOutage(down: boolean): void {
    this.workshop.setOutage(down);
  }
  poison(key: number, on: boolean): void {
    this.workshop.poison(key, on);
  }
  look(cells: number, rate: number): Look {
    return functionLook(this, this.host.now(), cells, rate);
  }
  save(): unknown {
    return { state: copyOf(this.state), workshop: this.workshop.save(), environments: this.environments.save() };
  }
  load(saved: unknown): void {
    const { state, workshop, environments } = saved as { state: State; workshop: unknown; environments: unknown };
    this.state = copyOf(state);
    this.workshop.load(workshop);
    this.environments.load(environments);
  }

  private push(link: string, delivery: Delivery): 'started' | 'busy' {
    const { host, state } = this;
    const { batch } = state;
    if (batch && batch.link === link && batch.id === delivery.batch?.id && batch.at === host.now()) {
      this.invocation(batch.environment)?.deliveries.push(delivery);
      return batch.environment < 0 ? 'busy' : 'started';
    }
    const facts = { message: delivery.message, copy: delivery.copy, attempt: delivery.attempt, cause: delivery.entry };
    const environment = this.environments.acquire(facts);
    if (delivery.batch) state.batch = { link, id: delivery.batch.id, at: host.now(), environment: environment ?? -1 };
    if (environment === undefined) {
      state.counts.throttled++;
      state.throttledAt = host.now();
      host.record('throttled', { ...facts, place: this.id, actor: this.id, reason: 'clients.throttled' });
      return 'busy';
    }
    state.counts.invocations++;
    const { stretch, readyAt } = this.environments.at(environment) as Environment;
    const invocation: Invocation = { id: stretch % 1e6, link, deliveries: [delivery], outcomes: [], withdrawn: [], work: null, startedAt: -1 };
    while (state.invocations.length <= environment) state.invocations.push(null);
    state.invocations[environment] = invocation;
    if (readyAt > host.now()) host.after(readyAt - host.now(), READY, refOf(environment, stretch));
    else this.run(environment, invocation);
    return 'started';
  }
  private run(environment: number, invocation: Invocation): void {
    invocation.startedAt = this.host.now();
    this.host.after(this.plan.timeout, TIMEOUT, refOf(environment, invocation.id));
    this.next(environment, invocation);
  }
  /** Goes on with the next message of the invocation; after the last it is over. */
  private next(environment: number, invocation: Invocation): void {
    const { host, workshop } = this;
    const delivery = invocation.deliveries[invocation.outcomes.length];
    if (!delivery) return this.finish(environment, invocation);
    const work = workshop.take(invocation.link, delivery, host.luck('service'));
    invocation.work = work;
    workshop.begin(work, this.environments.name(environment));
    if (work.fails === null) host.after(workshop.effectAfter(work), EFFECT, refOf(environment, work.id));
    else host.after(work.takes, END, refOf(environment, work.id));
  }
  private applyEffect(environment: number, work: Work): void {
    if (this.struck(environment, 'crash-before-effect')) return;
    this.workshop.applyEffect(work, this.environments.name(environment));
    if (this.struck(environment, 'crash-after-effect')) return;
    this.host.after(this.workshop.left(work), END, refOf(environment, work.id));
  }
  private end(environment: number, invocation: Invocation, work: Work): void {
    const can = this.sessions.get(invocation.link)?.can;
    this.workshop.end(work, this.environments.name(environment));
    invocation.work = null;
    remember(this.state.past, work);
    if (work.fails === null) {
      invocation.outcomes.push({ how: 'done', entry: work.entry });
      return this.next(environment, invocation);
    }
    invocation.outcomes.push({ how: 'retry', entry: work.entry });
    if (invocation.deliveries.length > 1 && !can?.partialBatch) {
      this.regret(environment, invocation, 'clients.batch_failed');
      for (const outcome of invocation.outcomes) outcome.how = 'retry';
      return this.finish(environment, invocation);
    }
    // Where order counts, nothing may be done after what failed.
    if (can?.outOfOrder === false) return this.finish(environment, invocation);
    this.next(environment, invocation);
  }
  /** The invocation answers: whatever it did not get to is to come again. */
  private finish(environment: number, invocation: Invocation): void {
    if (this.struck(environment, 'crash-before-settle')) return;
    if (invocation.outcomes.some((o) => o.how === 'retry')) this.state.counts.errors++;
    this.over(environment, invocation);
    this.environments.release(environment);
    this.answer(invocation);
    this.takeMore();
  }
  private timeOut(environment: number, invocation: Invocation): void {
    this.state.counts.timeouts++;
    this.regret(environment, invocation, 'clients.function_timeout');
    this.kill(environment, 'clients.function_timeout');
  }
  private struck(environment: number, point: CrashPoint): boolean {
    const { armed } = this.state;
    const found = armed.findIndex((a) => a.point === point && (a.environment === null || a.environment === environment));
    if (found < 0) return false;
    armed.splice(found, 1);
    this.kill(environment, `clients.${point.replaceAll('-', '_')}`);
    return true;
  }
  /** The environment is gone. Whoever invoked it learns that at once, and nothing is done that was not yet answered for. */
  private kill(environment: number, reason: string): void {
    const invocation = this.invocation(environment);
    const work = invocation?.work ?? undefined;
    if (work) this.workshop.broken(work);
    const about = work ? { message: work.delivery.message, copy: work.delivery.copy, attempt: work.delivery.attempt, cause: work.entry } : {};
    this.host.record('crashed', { ...about, place: this.id, actor: this.environments.name(environment), reason });
    if (invocation) this.over(environment, invocation);
    this.environments.destroy(environment);
    if (invocation) this.answer({ ...invocation, outcomes: [] });
    this.takeMore();
  }
  private over(environment: number, invocation: Invocation): void {
    this.state.invocations[environment] = null;
    this.state.ended.invocations++;
    if (invocation.startedAt >= 0) this.state.ended.lasted += this.host.now() - invocation.startedAt;
  }
  private answer({ link, deliveries, outcomes, withdrawn }: Invocation): void {
    const session = this.sessions.get(link);
    deliveries.forEach((delivery, i) => {
      if (!withdrawn.includes(delivery.handle)) session?.settle(delivery, outcomes[i]?.how ?? 'retry');
    });
  }
  /** What had its effect will come again, for no fault of its own. */
  private regret(environment: number, { deliveries, outcomes, work }: Invocation, reason: string): void {
    const actor = this.environments.name(environment);
    const tell = ({ message, copy, attempt }: Delivery, cause: number) => this.host.record('failed', { message, copy, attempt, place: this.id, actor, reason, cause });
    outcomes.forEach(({ how, entry }, i) => {
      if (how === 'done') tell(deliveries[i] as Delivery, entry);
    });
    if (work?.stage === 'after effect') tell(work.delivery, work.entry);
  }
  private settled(delivery: Delivery, outcome: Outcome): void {
    if (typeof outcome !== 'string') this.host.record('refused', { message: delivery.message, copy: delivery.copy, place: this.id, attempt: delivery.attempt, reason: outcome.name, cause: delivery.entry });
  }
}
/** An environment (below 1000) and a number modulo a million in one integer. */
function refOf(environment: number, n: number): number {
  return environment * 1e6 + (n % 1e6);
}
