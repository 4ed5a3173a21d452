/** Instances × slots that take deliveries: how they connect, crash, come back and share what there is to do. What they do is another matter. */
import { copyOf } from '../base/copy.ts';
import type { Delivery, Look, Outcome, Portion, ReceiveListener, ReceiveSession } from '../brokers/contract.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Connection, CrashPoint, Reader } from './client.ts';
import type { ClientHost } from './host.ts';
import { instancesLook } from './instances-look.ts';
import { type Past, positionOf, remember, type Work, type WorkPlan, Workshop } from './workshop.ts';

export interface InstancesPlan extends WorkPlan {
  readonly instances: number;
  readonly concurrency: number;
  /** µs after a crash; absent = stays down. */
  readonly restartAfter?: number;
}
export interface Instance {
  up: boolean;
  armed: CrashPoint | null;
  /** Incarnation: wakes of an earlier one are void. */
  life: number;
  downSince: number;
  backAt: number;
  /** In the order in which it was taken. */
  work: Work[];
  past: Past[];
}
const RESTART = 0;

export abstract class Instances<P extends InstancesPlan> implements Reader {
  readonly id: string;
  readonly workshop: Workshop;
  protected readonly host: ClientHost;
  protected plan: P;
  /** Sessions by instance, then by link. */
  private sessions: Map<string, ReceiveSession>[] = [];
  /** By instance: made once, because every entry needs one. */
  private readonly names: string[] = [];
  private readonly serviceLuck: RandomStream[] = [];
  private state: Instance[] = [];

  constructor(id: string, host: ClientHost, plan: P) {
    this.id = id;
    this.host = host;
    this.plan = plan;
    this.workshop = new Workshop(id, host, plan);
    for (let i = 0; i < plan.instances; i++) this.state.push(newInstance());
  }
  get instances(): readonly Readonly<Instance>[] {
    return this.state;
  }
  get concurrency(): number {
    return this.plan.concurrency;
  }
  get slots(): number {
    return this.state.length * this.plan.concurrency;
  }
  name(instance: number): string {
    return (this.names[instance] ??= `${this.id}/${instance + 1}`);
  }
  busyTime(): number {
    return this.workshop.busyTime(this.state.flatMap((instance) => instance.work));
  }
  reading(): readonly Connection[] {
    return this.state.map(({ up }, i) => ({ name: this.name(i), up }));
  }
  connectionOf(address: string): string {
    return address;
  }
  setReceivers(instance: number, sessions: Map<string, ReceiveSession>): void {
    this.sessions[instance] = sessions;
  }
  buffered(instance: number): readonly Delivery[] {
    return [...(this.sessions[instance]?.values() ?? [])].flatMap((s) => [...s.buffered()]);
  }
  /** Of all that an instance reads from. */
  portion(instance: number): Portion | undefined {
    const portions = [...(this.sessions[instance]?.values() ?? [])].flatMap((s) => s.portion?.() ?? []);
    if (portions.length === 0) return undefined;
    return { parts: portions.map((p) => p.parts).join(' · '), stops: portions.flatMap((p) => p.stops) };
  }
  receiveListener(instance: number, link: string): ReceiveListener {
    return {
      push: (delivery) => this.push(instance, link, delivery),
      withdrawn: (deliveries) => {
        const handles = new Set(deliveries.map((d) => d.handle));
        // An instance that was taken away may still be told what became of what it left behind.
        for (const w of this.state[instance]?.work ?? []) if (w.link === link && handles.has(w.delivery.handle)) w.zombie = true;
      },
      settled: (delivery, outcome) => this.settled(delivery, outcome),
    };
  }
  replan(plan: P): void {
    this.plan = plan;
    this.workshop.plan = plan;
    while (this.state.length > plan.instances) {
      const last = this.state.length - 1;
      this.leave(last, 'graceful');
      this.state.pop();
      this.sessions.length = last;
    }
    while (this.state.length < plan.instances) this.state.push(newInstance());
  }
  takeMore(): void {
    this.state.forEach((_, i) => this.ready(i));
  }
  wake(what: number, ref: number): void {
    const instance = Math.floor(ref / 1e6) % 1000;
    const at = this.state[instance];
    if (!at) return;
    if (what === RESTART) {
      if (ref % 1e6 === at.life % 1e6) this.comeBack(instance);
      return;
    }
    const work = at.work[positionOf(this.workshop.idOf(ref % 1e6), at.work)];
    if (work) this.step(what, instance, work);
  }
  // Faults and interventions ---------------------------------------------------
  crash(which: number | undefined, point: CrashPoint): boolean {
    return this.each(which, (instance) => {
      const at = this.at(instance);
      if (!at.up) return;
      if (point === 'crash') this.down(instance, 'clients.killed', -1);
      else if (point === 'shut-down') this.down(instance, 'clients.shut_down', -1, undefined, 'graceful');
      else at.armed = point;
    });
  }
  restart(which: number | undefined): boolean {
    return this.each(which, (instance) => this.comeBack(instance));
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
    return instancesLook(this, this.host.now(), cells, rate, [{ name: 'processed', value: String(this.workshop.counts.processed) }]);
  }
  save(): unknown {
    return { instances: copyOf(this.state), workshop: this.workshop.save() };
  }
  load(saved: unknown): void {
    const { instances, workshop } = saved as { instances: Instance[]; workshop: unknown };
    this.state = copyOf(instances);
    this.workshop.load(workshop);
  }

  /** Work on a delivery begins, or begins again. */
  protected abstract begin(instance: number, work: Work): void;
  /** What was asked for with `after` is due. */
  protected abstract step(what: number, instance: number, work: Work): void;

  protected at(instance: number): Instance {
    return this.state[instance] as Instance;
  }
  /** `step(what, …)` after `delayUs`, if the work is still there. @param what 1 or more */
  protected after(delayUs: number, what: number, instance: number, work: Work): void {
    this.host.after(delayUs, what, refOf(instance, work.id));
  }
  protected struck(instance: number, point: CrashPoint, work: Work): boolean {
    if (this.at(instance).armed !== point) return false;
    this.down(instance, `clients.${point.replaceAll('-', '_')}`, work.entry, work);
    return true;
  }
  protected settle(instance: number, work: Work, how: 'done' | 'retry' | 'reject'): void {
    if (!work.zombie) this.sessions[instance]?.get(work.link)?.settle(work.delivery, how);
  }
  /** The slot is free again. */
  protected release(instance: number, work: Work): void {
    const at = this.at(instance);
    const slot = positionOf(work.id, at.work);
    if (slot >= 0) at.work.splice(slot, 1);
    remember(at.past, work);
  }
  protected ready(instance: number): void {
    const at = this.at(instance);
    if (!at.up) return;
    for (const session of this.sessions[instance]?.values() ?? []) {
      const free = this.plan.concurrency - at.work.length;
      if (free <= 0) return;
      session.ready(free);
    }
  }
  /** Connections end; what else an instance has open ends with them. */
  protected leave(instance: number, how: 'crash' | 'graceful'): void {
    for (const session of this.sessions[instance]?.values() ?? []) session.close(how);
  }
  protected connect(instance: number): void {
    for (const session of this.sessions[instance]?.values() ?? []) session.open();
  }
  private push(instance: number, link: string, delivery: Delivery): 'started' | 'busy' {
    const at = this.state[instance];
    if (!at?.up || at.work.length >= this.plan.concurrency) return 'busy';
    const work = this.workshop.take(link, delivery, (this.serviceLuck[instance] ??= this.host.luck(`${instance + 1} service`)));
    at.work.push(work);
    this.begin(instance, work);
    return 'started';
  }
  private settled(delivery: Delivery, outcome: Outcome): void {
    if (typeof outcome !== 'string') this.host.record('refused', { message: delivery.message, copy: delivery.copy, place: this.id, attempt: delivery.attempt, reason: outcome.name, cause: delivery.entry });
  }
  private each(which: number | undefined, todo: (instance: number) => void): boolean {
    const chosen = (which === undefined ? this.state.map((_, i) => i) : [which]).filter((i) => this.state[i] !== undefined);
    for (const i of chosen) todo(i);
    return chosen.length > 0;
  }
  private comeBack(instance: number): void {
    const at = this.at(instance);
    at.armed = null;
    if (at.up) return;
    at.up = true;
    at.backAt = -1;
    this.host.record('restarted', { place: this.id, actor: this.name(instance), detail: this.host.now() - at.downSince });
    this.connect(instance);
    this.ready(instance);
  }
  private down(instance: number, reason: string, cause: number, work?: Work, how: 'crash' | 'graceful' = 'crash'): void {
    const at = this.at(instance);
    const { host } = this;
    for (const w of at.work) this.workshop.broken(w);
    at.up = false;
    at.armed = null;
    at.life++;
    at.work = [];
    at.downSince = host.now();
    host.record('crashed', { place: this.id, actor: this.name(instance), reason, cause, ...(work ? { message: work.delivery.message, copy: work.delivery.copy, attempt: work.delivery.attempt } : {}) });
    this.leave(instance, how);
    if (this.plan.restartAfter !== undefined) {
      at.backAt = host.now() + this.plan.restartAfter;
      host.after(this.plan.restartAfter, RESTART, refOf(instance, at.life));
    }
  }
}
/** An instance (below 1000) and a number modulo a million in one integer. */
function refOf(instance: number, n: number): number {
  return instance * 1e6 + (n % 1e6);
}
function newInstance(): Instance {
  return { up: true, armed: null, life: 0, downSince: -1, backAt: -1, work: [], past: [] };
}
