/** A producer: makes messages by its plan, hands each to every publish session, and lives with what the broker answers. */
import { copyOf } from '../base/copy.ts';
import type { Look, Outcome, PublishListener, PublishSession } from '../brokers/contract.ts';
import { drawFrom, zipfTable } from '../kernel/distributions.ts';
import type { Connection, Writer } from './client.ts';
import { type ArrivalPlan, type ArrivalState, nextArrival } from './arrivals.ts';
import { type Backoff, backoffDelay, type ClientHost } from './host.ts';
import { producerLook } from './producer-look.ts';

export interface ProducerPlan extends ArrivalPlan {
  /** Messages in all; absent = no end. */
  readonly limit?: number;
  readonly keys: { readonly count: number; readonly skew: number };
  /** bytes */
  readonly size: number;
  readonly priority?: number;
  readonly pushback: 'block' | 'buffer' | 'drop';
  readonly bufferLimit: number;
  /** A retry follows a refusal, or no outcome within `timeout` µs. */
  readonly retry: Backoff & { readonly timeout: number };
}
/** One message on one session, until its outcome. */
interface Publication {
  readonly link: string;
  readonly message: number;
  attempt: number;
  /** The entry that tells of the latest attempt. */
  entry: number;
}
interface State {
  arrivals: ArrivalState;
  plan: number;
  made: number;
  /** Arrivals that came due while `block` held the producer back. */
  stopped: boolean;
  waiting: { link: string; message: number; attempt: number }[];
  open: [number, Publication][];
  nextOpen: number;
  poison: number[];
  blockedSince: number;
  counts: { sent: number; confirmed: number; refused: number; unknown: number; shed: number; returned: number };
}
const ARRIVAL = 0;
const TIMEOUT = 1;
const RETRY = 2;

export class Producer implements Writer {
  readonly id: string;
  private readonly host: ClientHost;
  private readonly index: number;
  private plan: ProducerPlan;
  private keys: Float64Array;
  private sessions: readonly { readonly link: string; readonly session: PublishSession }[] = [];
  private publications = new Map<number, Publication>();
  /** Open publication by "link message". */
  private byMessage = new Map<string, Map<number, number>>();
  private state: State = {
    arrivals: { since: 0, count: 0 },
    plan: 0,
    made: 0,
    stopped: false,
    waiting: [],
    open: [],
    nextOpen: 0,
    poison: [],
    blockedSince: -1,
    counts: { sent: 0, confirmed: 0, refused: 0, unknown: 0, shed: 0, returned: 0 },
  };

  /** @param index the producer's number in the messages' table */
  constructor(id: string, index: number, host: ClientHost, plan: ProducerPlan) {
    this.id = id;
    this.index = index;
    this.host = host;
    this.plan = plan;
    this.keys = zipfTable(plan.keys.count, plan.keys.skew);
  }
  /** Its number in the messages' table. */
  get number(): number {
    return this.index;
  }
  get counts(): Readonly<State['counts']> {
    return this.state.counts;
  }
  get blocked(): boolean {
    return this.state.blockedSince >= 0;
  }
  /** Messages that wait for room, the first in line first. */
  get waiting(): readonly { readonly message: number }[] {
    return this.state.waiting;
  }
  look(cells: number, rate: number): Look {
    return producerLook(this, this.host.messages, cells, rate);
  }
  writing(): readonly Connection[] {
    return [{ name: this.id, up: true }];
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
  resume(): void {
    if (!this.state.stopped) return;
    this.state.stopped = false;
    this.start();
  }
  replan(plan: ProducerPlan): void {
    const sameArrivals = JSON.stringify([plan.arrivals, plan.rate, plan.burst, plan.onOff, plan.ramp]) === JSON.stringify([this.plan.arrivals, this.plan.rate, this.plan.burst, this.plan.onOff, this.plan.ramp]);
    this.adopt(plan);
    if (sameArrivals || this.state.stopped) return;
    this.state.plan++;
    this.start();
  }
  /** The plan of the document, without consequences: when a checkpoint is restored. */
  adopt(plan: ProducerPlan): void {
    this.plan = plan;
    this.keys = zipfTable(plan.keys.count, plan.keys.skew);
  }
  setPublishers(_connection: number, sessions: readonly { readonly link: string; readonly session: PublishSession }[]): void {
    this.sessions = sessions;
  }
  publishListener(_connection: number, link: string): PublishListener {
    return {
      outcome: (message, outcome) => this.outcome(link, message, outcome),
      returned: (message, why) => {
        this.state.counts.returned++;
        this.host.record('returned', { message, place: this.id, actor: this.id, reason: why, cause: this.entryOf(link, message) });
      },
      room: () => this.drain(),
      blocked: (why) => {
        if (this.state.blockedSince >= 0) return;
        this.state.blockedSince = this.host.now();
        this.host.record('blocked', { place: this.id, actor: this.id, reason: why });
      },
      unblocked: () => {
        if (this.state.blockedSince < 0) return;
        this.host.record('unblocked', { place: this.id, actor: this.id, detail: this.host.now() - this.state.blockedSince });
        this.state.blockedSince = -1;
        this.drain();
      },
      lost: () => {
        for (const [id, p] of [...this.publications]) if (p.link === link) this.settleUnknown(id, p, 'connection_lost');
      },
    };
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
    if (what === ARRIVAL) {
      if (ref !== this.state.plan || this.state.stopped) return;
      this.state.arrivals.count++;
      this.produce(undefined);
      this.scheduleArrival();
    } else if (what === TIMEOUT) {
      const p = this.publications.get(ref);
      if (p) this.settleUnknown(ref, p, 'confirm_timeout');
    } else if (what === RETRY) {
      const p = this.publications.get(ref);
      if (!p) return;
      this.close(ref, p);
      this.offer(p.link, p.message, p.attempt + 1);
    }
  }
  save(): unknown {
    return copyOf({ ...this.state, open: [...this.publications] });
  }
  load(saved: unknown): void {
    this.state = copyOf(saved as State);
    this.publications = new Map(this.state.open);
    this.byMessage.clear();
    for (const [id, p] of this.publications) this.ofLink(p.link).set(p.message, id);
    this.state.open = [];
  }

  private scheduleArrival(): void {
    if (this.plan.limit !== undefined && this.state.made >= this.plan.limit) return;
    if (this.plan.pushback === 'block' && this.state.waiting.length > 0) return;
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
    for (const { link } of this.sessions) this.offer(link, message, 1);
  }
  /** Tries to hand over; when there is no room, does what the plan says about pushback. */
  private offer(link: string, message: number, attempt: number): void {
    const ahead = this.state.waiting.some((w) => w.link === link);
    if (!ahead && this.handOver(link, message, attempt)) return;
    const { waiting } = this.state;
    if (this.plan.pushback === 'drop' || (this.plan.pushback === 'buffer' && waiting.length >= this.plan.bufferLimit)) {
      this.state.counts.shed++;
      this.host.record('shed', { message, place: this.id, actor: this.id, attempt, reason: this.plan.pushback === 'drop' ? 'clients.no_room' : 'clients.buffer_full' });
    } else waiting.push({ link, message, attempt });
  }
  /** @returns false when the session is full */
  private handOver(link: string, message: number, attempt: number): boolean {
    const found = this.sessions.find((s) => s.link === link);
    if (!found) return true;
    const id = this.state.nextOpen++;
    const answer = found.session.send(message, attempt);
    if (answer === 'full') {
      this.state.nextOpen--;
      return false;
    }
    const entry = this.host.write('sent', message, -1, this.id, this.id, attempt, undefined, -1, -1);
    this.state.counts.sent++;
    if (!found.session.awaited) return true;
    const p: Publication = { link, message, attempt, entry };
    this.publications.set(id, p);
    this.ofLink(link).set(message, id);
    if (answer !== 'taken') this.refused(id, p, answer.name);
    else if (this.plan.retry.timeout > 0) this.host.after(this.plan.retry.timeout, TIMEOUT, id);
    return true;
  }
  private outcome(link: string, message: number, outcome: Outcome): void {
    const id = this.byMessage.get(link)?.get(message);
    const p = id === undefined ? undefined : this.publications.get(id);
    if (id === undefined || !p) return;
    if (outcome === 'confirmed') {
      this.state.counts.confirmed++;
      this.host.write('confirmed', message, -1, this.id, this.id, p.attempt, undefined, p.entry, -1);
      this.close(id, p);
    } else if (outcome === 'unknown') this.settleUnknown(id, p, 'connection_lost');
    else this.refused(id, p, outcome.name);
  }
  private refused(id: number, p: Publication, why: string): void {
    this.state.counts.refused++;
    const entry = this.host.record('refused', { message: p.message, place: this.id, actor: this.id, attempt: p.attempt, reason: why, cause: p.entry });
    this.again(id, p, entry);
  }
  private settleUnknown(id: number, p: Publication, why: string): void {
    this.state.counts.unknown++;
    const entry = this.host.record('unknown', { message: p.message, place: this.id, actor: this.id, attempt: p.attempt, reason: `clients.${why}`, cause: p.entry });
    this.again(id, p, entry);
  }
  private again(id: number, p: Publication, entry: number): void {
    if (p.attempt > this.plan.retry.attempts) {
      if (this.plan.retry.attempts > 0) this.host.record('gave-up', { message: p.message, place: this.id, actor: this.id, attempt: p.attempt, cause: entry });
      this.close(id, p);
      return;
    }
    // A new number: the timeout of the attempt before must not touch the next. A late confirm still spares the retry.
    this.close(id, p);
    const next = this.state.nextOpen++;
    this.publications.set(next, { ...p, entry });
    this.ofLink(p.link).set(p.message, next);
    this.host.after(backoffDelay(this.plan.retry, p.attempt, this.host.luck('backoff')), RETRY, next);
  }
  private close(id: number, p: Publication): void {
    this.publications.delete(id);
    const open = this.ofLink(p.link);
    if (open.get(p.message) === id) open.delete(p.message);
  }
  private ofLink(link: string): Map<number, number> {
    let open = this.byMessage.get(link);
    if (!open) this.byMessage.set(link, (open = new Map()));
    return open;
  }
  private entryOf(link: string, message: number): number {
    const id = this.byMessage.get(link)?.get(message);
    return (id === undefined ? undefined : this.publications.get(id)?.entry) ?? -1;
  }
  private drain(): void {
    const { waiting } = this.state;
    const held = waiting.length > 0;
    while (waiting.length > 0) {
      const next = waiting[0] as State['waiting'][number];
      if (!this.handOver(next.link, next.message, next.attempt)) return;
      waiting.shift();
    }
    if (held && this.plan.pushback === 'block' && !this.state.stopped) {
      // A blocked sender does not make up for what it did not produce: its plan goes on from here.
      this.state.plan++;
      this.start();
    }
  }
}
