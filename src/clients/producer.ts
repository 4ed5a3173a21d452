/** A producer: makes messages by its plan, hands each to every publish session, and lives with what the broker answers. */
import { copyOf } from '../base/copy.ts';
import type { Look, PublishListener } from '../brokers/contract.ts';
import { drawFrom, zipfTable } from '../kernel/distributions.ts';
import { type ArrivalPlan, type ArrivalState, goOn, nextArrival } from './arrivals.ts';
import type { Connection, Writer } from './client.ts';
import type { ClientHost } from './host.ts';
import { producerLook } from './producer-look.ts';
import { Publications, type PublishPlan, type Sessions } from './publications.ts';

export interface ProducerPlan extends ArrivalPlan, PublishPlan {
  /** Messages in all; absent = no end. */
  readonly limit?: number;
  readonly keys: { readonly count: number; readonly skew: number };
  /** bytes */
  readonly size: number;
  readonly priority?: number;
}
interface State {
  arrivals: ArrivalState;
  plan: number;
  made: number;
  /** Arrivals that came due while `block` held the producer back. */
  stopped: boolean;
  poison: number[];
}
const ARRIVAL = 0;
const DUE = ['timeout', 'retry'] as const;

export class Producer implements Writer {
  readonly id: string;
  readonly publications: Publications;
  private readonly host: ClientHost;
  private readonly index: number;
  private plan: ProducerPlan;
  private keys: Float64Array;
  private state: State = { arrivals: { since: 0, count: 0 }, plan: 0, made: 0, stopped: false, poison: [] };

  /** @param index the producer's number in the messages' table */
  constructor(id: string, index: number, host: ClientHost, plan: ProducerPlan) {
    this.id = id;
    this.index = index;
    this.host = host;
    this.plan = plan;
    this.keys = zipfTable(plan.keys.count, plan.keys.skew);
    const after = (delay: number, what: (typeof DUE)[number], number: number) => host.after(delay, 1 + DUE.indexOf(what), number);
    this.publications = new Publications({ place: id, actor: id, plan: () => this.plan, after, drained: () => this.drained() }, host);
  }
  /** Its number in the messages' table. */
  get number(): number {
    return this.index;
  }
  look(cells: number, rate: number): Look {
    return producerLook(this, this.host.messages, cells, rate);
  }
  writing(): readonly Connection[] {
    return [{ name: this.id, up: true }];
  }
  setPublishers(_connection: number, sessions: Sessions): void {
    this.publications.setSessions(sessions);
  }
  publishListener(_connection: number, link: string): PublishListener {
    return this.publications.listener(link);
  }
  start(): void {
    this.state.arrivals = { since: this.host.now(), count: 0 };
    this.scheduleArrival();
  }
  /** Producing ends; what is open is still pursued. */
  stop(): void {
    this.state.stopped = true;
    this.state.plan++;
  }
  replan(plan: ProducerPlan): void {
    const sameArrivals = JSON.stringify([plan.arrivals, plan.rate, plan.burst, plan.onOff, plan.ramp]) === JSON.stringify([this.plan.arrivals, this.plan.rate, this.plan.burst, this.plan.onOff, this.plan.ramp]);
    this.plan = plan;
    this.keys = zipfTable(plan.keys.count, plan.keys.skew);
    if (sameArrivals || this.state.stopped) return;
    this.state.plan++;
    this.start();
  }
  /** Messages made by hand or by a burst, at once. */
  make(count: number, key: number | undefined): void {
    for (let i = 0; i < count; i++) this.produce(key);
  }
  poison(key: number): void {
    this.state.poison = [...new Set([...this.state.poison, key])];
  }
  unpoison(key: number): void {
    this.state.poison = this.state.poison.filter((k) => k !== key);
  }
  wake(what: number, ref: number): void {
    const due = DUE[what - 1];
    if (due !== undefined) return this.publications.due(due, ref);
    if (what !== ARRIVAL || ref !== this.state.plan || this.state.stopped) return;
    this.state.arrivals.count++;
    this.produce(undefined);
    this.scheduleArrival();
  }
  save(): unknown {
    return { state: copyOf(this.state), publications: this.publications.save() };
  }
  load(saved: unknown): void {
    const { state, publications } = saved as { state: State; publications: unknown };
    this.state = copyOf(state);
    this.publications.load(publications);
  }

  private scheduleArrival(): void {
    if (this.plan.limit !== undefined && this.state.made >= this.plan.limit) return;
    if (this.plan.pushback === 'block' && this.publications.waiting.length > 0) return;
    const now = this.host.now();
    const at = nextArrival(this.plan, this.state.arrivals, now, this.host.luck('arrivals'));
    if (at !== Infinity) this.host.after(Math.max(0, at - now), ARRIVAL, this.state.plan);
  }
  private produce(key: number | undefined): void {
    const { plan, host, state } = this;
    const k = key ?? drawFrom(this.keys, host.luck('keys'));
    state.made++;
    const message = host.messages.add(host.now(), this.index, k, plan.size, plan.priority ?? -1, state.poison.includes(k));
    host.write('produced', message, -1, this.id, this.id, -1, undefined, -1, -1);
    for (const { link } of this.publications.sessions) this.publications.offer({ link, message, attempt: 1, origin: null });
  }
  private drained(): void {
    if (this.plan.pushback !== 'block' || this.state.stopped) return;
    this.state.plan++;
    this.state.arrivals = goOn(this.plan, this.state.arrivals, this.host.now());
    this.scheduleArrival();
  }
}
