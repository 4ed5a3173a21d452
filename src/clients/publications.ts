/** Publishing over wires: what is open until its outcome, what is tried again, what waits for room. The same for all who publish. */
import { copyOf } from '../base/copy.ts';
import { Things } from '../base/things.ts';
import type { Outcome, PublishListener, PublishSession } from '../brokers/contract.ts';
import { type Backoff, backoffDelay, type ClientHost } from './host.ts';

export interface PublishPlan {
  readonly pushback: 'block' | 'buffer' | 'drop';
  readonly bufferLimit: number;
  /** A retry follows a refusal, or no outcome within `timeout` µs. */
  readonly retry: Backoff & { readonly timeout: number };
}
/** A copy that is passed on: whose work it is, and the entry that tells of it. */
export interface Origin {
  readonly work: number;
  readonly copy: number;
  readonly cause: number;
}
/** Something that is to be published on one wire. */
interface Offer {
  readonly link: string;
  readonly message: number;
  readonly attempt: number;
  readonly origin: Origin | null;
}
/** On its way, until its outcome; between two attempts it waits for the next. */
interface Publication extends Offer {
  /** The entry that tells of the latest attempt. */
  readonly entry: number;
}
export interface PublishCounts {
  sent: number;
  confirmed: number;
  refused: number;
  unknown: number;
  shed: number;
  returned: number;
}
export interface Publisher {
  readonly place: string;
  readonly actor: string;
  plan(): PublishPlan;
  /** `Publications.due(what, id)` after `delayUs`. */
  after(delayUs: number, what: 'timeout' | 'retry', id: number): void;
  /** Everything that waited for room has been handed over. */
  drained?(): void;
  /** The first attempt is with the session. */
  taken?(origin: Origin): void;
  /** No more will come of it. @param entry the last that tells of it */
  ended?(origin: Origin, well: boolean, entry: number): void;
}
export type Sessions = readonly { readonly link: string; readonly session: PublishSession }[];
interface State {
  open: [number, Publication][];
  waiting: Offer[];
  next: number;
  blockedSince: number;
  counts: PublishCounts;
}
/** Numbers of publications begin anew after so many: they fit into what is scheduled. */
const NUMBERS = 1e6;

export class Publications {
  private readonly publisher: Publisher;
  private readonly host: ClientHost;
  private all: Sessions = [];
  private readonly open = new Things<Publication>();
  /** The oldest that is open, by link and message. */
  private readonly byMessage = new Map<string, Things<number>>();
  /** Those whose message was open on their link already: a bridge may be handed a message again. */
  private doubled: number[] = [];
  private state: Omit<State, 'open'> = { waiting: [], next: 0, blockedSince: -1, counts: { sent: 0, confirmed: 0, refused: 0, unknown: 0, shed: 0, returned: 0 } };

  constructor(publisher: Publisher, host: ClientHost) {
    this.publisher = publisher;
    this.host = host;
  }
  get counts(): Readonly<PublishCounts> {
    return this.state.counts;
  }
  get blocked(): boolean {
    return this.state.blockedSince >= 0;
  }
  /** What waits for room, the first in line first. */
  get waiting(): readonly { readonly message: number }[] {
    return this.state.waiting;
  }
  get sessions(): Sessions {
    return this.all;
  }
  setSessions(sessions: Sessions): void {
    this.all = sessions;
  }
  listener(link: string): PublishListener {
    const { host, publisher } = this;
    const here = { place: publisher.place, actor: publisher.actor };
    return {
      outcome: (message, outcome) => this.outcome(link, message, outcome),
      returned: (message, why) => {
        this.state.counts.returned++;
        host.record('returned', { message, ...here, reason: why, cause: this.oldest(link, message)?.[1].entry ?? -1 });
      },
      room: () => this.drain(),
      blocked: (why) => {
        if (this.state.blockedSince >= 0) return;
        this.state.blockedSince = host.now();
        host.record('blocked', { ...here, reason: why });
      },
      unblocked: () => {
        if (this.unblock()) this.drain();
      },
      lost: () => {
        for (const [id, p] of this.open.save()) if (p.link === link && this.open.at(id) === p) this.unknown(id, p, 'connection_lost');
      },
    };
  }
  /** Tries to hand over; when there is no room, does what the plan says about pushback. */
  offer(offer: Offer): void {
    const { state, publisher, host } = this;
    const { waiting } = state;
    if (!waiting.some((w) => w.link === offer.link) && this.handOver(offer)) return;
    const { pushback, bufferLimit } = publisher.plan();
    if (pushback === 'drop' || (pushback === 'buffer' && waiting.length >= bufferLimit)) {
      state.counts.shed++;
      host.record('shed', { message: offer.message, place: publisher.place, actor: publisher.actor, attempt: offer.attempt, reason: pushback === 'drop' ? 'clients.no_room' : 'clients.buffer_full' });
    } else waiting.push(offer);
  }
  due(what: 'timeout' | 'retry', id: number): void {
    const p = this.open.at(id);
    if (!p) return;
    if (what === 'timeout') return this.unknown(id, p, 'confirm_timeout');
    this.close(id, p);
    this.offer({ link: p.link, message: p.message, attempt: p.attempt + 1, origin: p.origin });
  }
  /** Whoever published is gone, and with it what was open. */
  clear(): void {
    this.open.clear();
    this.byMessage.clear();
    this.doubled = [];
    this.state.waiting = [];
    this.unblock();
  }
  /** What was to go over a wire that is there no more is given up. */
  giveUpGone(): void {
    const gone = (p: Offer) => p.origin !== null && !this.all.some((s) => s.link === p.link);
    const open = this.open.save().filter(([, p]) => gone(p));
    const waiting = this.state.waiting.filter(gone);
    this.state.waiting = this.state.waiting.filter((w) => !gone(w));
    for (const [id, p] of open) {
      this.close(id, p);
      this.end(p, false, p.entry);
    }
    for (const w of waiting) this.end(w, false, w.origin?.cause ?? -1);
  }
  save(): State {
    return copyOf({ ...this.state, open: this.open.save() });
  }
  load(saved: unknown): void {
    const { open, ...state } = copyOf(saved as State);
    this.state = state;
    this.open.load(open);
    this.byMessage.clear();
    this.doubled = [];
    for (const [id, p] of open) this.register(id, p);
  }

  /** @returns false when the session is full */
  private handOver(offer: Offer): boolean {
    const { host, publisher, state } = this;
    const { link, message, attempt, origin } = offer;
    const found = this.all.find((s) => s.link === link);
    if (!found) {
      this.end(offer, false, origin?.cause ?? -1);
      return true;
    }
    const answer = found.session.send(message, attempt);
    if (answer === 'full') return false;
    const id = state.next;
    state.next = (id + 1) % NUMBERS;
    const entry = host.write('sent', message, origin?.copy ?? -1, publisher.place, publisher.actor, attempt, undefined, origin?.cause ?? -1, -1);
    state.counts.sent++;
    if (found.session.awaited) {
      const p: Publication = { link, message, attempt, origin, entry };
      this.open.set(id, p);
      this.register(id, p);
      if (answer !== 'taken') {
        this.refused(id, p, answer.name);
        return true;
      }
      if (publisher.plan().retry.timeout > 0) publisher.after(publisher.plan().retry.timeout, 'timeout', id);
    }
    if (attempt === 1 && origin) publisher.taken?.(origin);
    if (!found.session.awaited) this.end(offer, true, entry);
    return true;
  }
  private outcome(link: string, message: number, outcome: Outcome): void {
    const found = this.oldest(link, message);
    if (!found) return;
    const [id, p] = found;
    const { publisher } = this;
    if (outcome === 'confirmed') {
      this.state.counts.confirmed++;
      const entry = this.host.write('confirmed', message, -1, publisher.place, publisher.actor, p.attempt, undefined, p.entry, -1);
      this.close(id, p);
      this.end(p, true, entry);
    } else if (outcome === 'unknown') this.unknown(id, p, 'connection_lost');
    else this.refused(id, p, outcome.name);
  }
  private refused(id: number, p: Publication, why: string): void {
    this.state.counts.refused++;
    this.again(id, p, this.host.record('refused', { ...this.facts(p), reason: why, cause: p.entry }));
  }
  private unknown(id: number, p: Publication, why: string): void {
    this.state.counts.unknown++;
    this.again(id, p, this.host.record('unknown', { ...this.facts(p), reason: `clients.${why}`, cause: p.entry }));
  }
  private again(id: number, p: Publication, entry: number): void {
    const { retry } = this.publisher.plan();
    this.close(id, p);
    if (p.attempt > retry.attempts) {
      const last = retry.attempts > 0 ? this.host.record('gave-up', { ...this.facts(p), cause: entry }) : entry;
      this.end(p, false, last);
      return;
    }
    // A new number: the timeout of the attempt before must not touch the next. A late confirm still spares the retry.
    const next = this.state.next;
    this.state.next = (next + 1) % NUMBERS;
    this.open.set(next, { ...p, entry });
    this.register(next, p);
    this.publisher.after(backoffDelay(retry, p.attempt, this.host.luck('backoff')), 'retry', next);
  }
  /** @returns whether it was blocked */
  private unblock(): boolean {
    const { state, publisher, host } = this;
    if (state.blockedSince < 0) return false;
    host.record('unblocked', { place: publisher.place, actor: publisher.actor, detail: host.now() - state.blockedSince });
    state.blockedSince = -1;
    return true;
  }
  private end(offer: Offer, well: boolean, entry: number): void {
    if (offer.origin) this.publisher.ended?.(offer.origin, well, entry);
  }
  private facts(p: Offer) {
    return { message: p.message, place: this.publisher.place, actor: this.publisher.actor, attempt: p.attempt };
  }
  private drain(): void {
    const held = this.state.waiting.length > 0;
    while (this.state.waiting.length > 0) {
      const next = this.state.waiting[0] as Offer;
      if (!this.handOver(next)) return;
      // Whoever publishes may be gone by now.
      if (this.state.waiting[0] === next) this.state.waiting.shift();
    }
    if (held) this.publisher.drained?.();
  }
  private register(id: number, p: Offer): void {
    const open = this.ofLink(p.link);
    if (open.has(p.message)) this.doubled.push(id);
    else open.set(p.message, id);
  }
  private close(id: number, p: Offer): void {
    this.open.delete(id);
    const open = this.ofLink(p.link);
    if (open.at(p.message) !== id) {
      this.doubled = this.doubled.filter((other) => other !== id);
      return;
    }
    open.delete(p.message);
    if (this.doubled.length === 0) return;
    const next = this.doubled.find((other) => this.open.at(other)?.message === p.message && this.open.at(other)?.link === p.link);
    if (next === undefined) return;
    this.doubled = this.doubled.filter((other) => other !== next);
    open.set(p.message, next);
  }
  private oldest(link: string, message: number): [number, Publication] | undefined {
    const id = this.byMessage.get(link)?.at(message);
    const p = id === undefined ? undefined : this.open.at(id);
    return id === undefined || !p ? undefined : [id, p];
  }
  private ofLink(link: string): Things<number> {
    let open = this.byMessage.get(link);
    if (!open) this.byMessage.set(link, (open = new Things()));
    return open;
  }
}
