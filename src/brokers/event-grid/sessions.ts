/** The clients' side: producers that post, endpoints that answer, and clients that receive under a lock. */
import type { Delivery, PublishSession, ReceiveListener, ReceiveSession } from '../contract.ts';
import { handOver, takeIn } from '../intake.ts';
import type { Answer } from './schedule.ts';
import type { SessionState, Thing, Verb, Working } from './traffic.ts';

/** How an endpoint answers. */
export interface Answering {
  readonly failure: number;
  readonly rejection: number;
  readonly busy: number;
  /** Requests that wait for a free slot. */
  readonly backlog: number;
}
export interface Pulling {
  /** µs between two renewals of all locks; undefined: none */
  readonly renewEvery: number | undefined;
}
/** What sessions need of their room. */
export interface SessionHost {
  up(state: SessionState, thing: Thing, message?: number): void;
  answering(state: SessionState): Answering;
  pulling(state: SessionState): Pulling;
  /** `session.renew()` after `delay` µs. */
  renewAfter(state: SessionState, delay: number): void;
  /** An instance came up or went down. */
  present(state: SessionState): void;
}

export class Publisher implements PublishSession {
  readonly awaited = true;
  private readonly state: SessionState;
  private readonly host: SessionHost;
  constructor(state: SessionState, host: SessionHost) {
    this.state = state;
    this.host = host;
  }
  /** One POST per event: there is no connection to wait for. */
  send(message: number): 'taken' {
    this.host.up(this.state, { do: 'post', session: this.state.id, life: this.state.life, message }, message);
    return 'taken';
  }
  open(): void {
    this.state.isOpen = true;
  }
  /** Whatever is under way goes on; nobody hears of it. */
  close(): void {
    this.state.isOpen = false;
    this.state.life++;
  }
}

const WORST = { done: 0, retry: 1, reject: 2 } as const;

/** One instance behind an endpoint's address. A request is answered when all of its deliveries are settled: as a whole. */
export class EndpointSession implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: false, outOfOrder: true, partialBatch: false };
  private readonly state: SessionState;
  private readonly host: SessionHost;
  private readonly listener: ReceiveListener;
  constructor(state: SessionState, host: SessionHost, listener: ReceiveListener) {
    this.state = state;
    this.host = host;
    this.listener = listener;
  }
  open(): void {
    this.state.isOpen = true;
    this.host.present(this.state);
  }
  close(): void {
    const { state } = this;
    if (!state.isOpen) return;
    const open = state.requests;
    Object.assign(state, { isOpen: false, life: state.life + 1, buffer: [], requests: [], work: [], loseNextAck: false });
    for (const [request, { subscription }] of open) this.answer(subscription, request, 'SocketError');
    this.host.present(state);
  }
  ready(): void {
    this.drain();
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  /** A POST came in. */
  take(subscription: string, request: number, deliveries: readonly Delivery[]): void {
    const { state } = this;
    const answering = this.host.answering(state);
    const waiting = state.requests.filter(([, working]) => !working.hasBegun).length;
    const mine = deliveries.map((delivery) => ({ ...delivery, handle: state.nextHandle++ }));
    state.requests.push([request, { subscription, left: mine.length, worst: 'done', hasBegun: false }]);
    for (const { handle } of mine) state.work.push([handle, request]);
    state.buffer.push(...mine);
    this.drain();
    const working = this.working(request);
    if (working === undefined || working.hasBegun || waiting < answering.backlog) return;
    // Nobody has time for it, and no more requests may wait.
    state.requests = state.requests.filter(([one]) => one !== request);
    state.work = state.work.filter(([, one]) => one !== request);
    state.buffer = state.buffer.filter(({ handle }) => !mine.some((one) => one.handle === handle));
    this.answer(subscription, request, answering.busy);
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state } = this;
    const at = state.work.findIndex(([handle]) => handle === delivery.handle);
    if (at < 0 || how === 'extend') return;
    const [[, request]] = state.work.splice(at, 1) as [[number, number]];
    const working = this.working(request);
    if (working === undefined) return;
    working.left--;
    if (WORST[how] > WORST[working.worst]) working.worst = how;
    if (working.left > 0) return;
    state.requests = state.requests.filter(([one]) => one !== request);
    const { failure, rejection } = this.host.answering(state);
    if (state.loseNextAck) state.loseNextAck = false;
    else this.answer(working.subscription, request, working.worst === 'done' ? 200 : working.worst === 'retry' ? failure : rejection);
  }
  private working(request: number): Working | undefined {
    return this.state.requests.find(([one]) => one === request)?.[1];
  }
  private drain(): void {
    const { state } = this;
    while (state.buffer.length > 0) {
      const next = state.buffer[0] as Delivery;
      if (this.listener.push(next) === 'busy') return;
      state.buffer.shift();
      const request = state.work.find(([handle]) => handle === next.handle)?.[1];
      const working = request === undefined ? undefined : this.working(request);
      if (working) working.hasBegun = true;
    }
  }
  private answer(subscription: string, request: number, answer: Answer): void {
    this.host.up(this.state, { do: 'answer', session: this.state.id, subscription, request, answer });
  }
}

/** One client of a queue subscription, and the loop that applications write around it: receive, work, acknowledge. */
export class PullSession implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: true, outOfOrder: true };
  private readonly state: SessionState;
  private readonly host: SessionHost;
  private readonly listener: ReceiveListener;
  constructor(state: SessionState, host: SessionHost, listener: ReceiveListener) {
    this.state = state;
    this.host = host;
    this.listener = listener;
  }
  open(): void {
    this.state.isOpen = true;
    this.host.present(this.state);
    this.ask();
  }
  close(): void {
    const { state } = this;
    if (!state.isOpen) return;
    this.host.up(state, { do: 'hang-up', session: state.id, life: state.life });
    // The locks run on: nobody tells the service that their holder is gone.
    Object.assign(state, { isOpen: false, life: state.life + 1, buffer: [], holds: [], isCalling: false, isRenewing: false, loseNextAck: false, slots: 0 });
    this.host.present(state);
  }
  ready(slots: number): void {
    handOver(this.state, slots, this.listener);
    this.ask();
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  /** A receive was answered. */
  received(deliveries: readonly (readonly [Delivery, number])[]): void {
    const { state } = this;
    state.isCalling = false;
    for (const [delivery, token] of deliveries) {
      const mine = { ...delivery, handle: state.nextHandle++ };
      state.holds.push([mine, token]);
      takeIn(state, mine, this.listener);
    }
    this.renewLater();
    this.ask();
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state } = this;
    const at = state.holds.findIndex(([{ handle }]) => handle === delivery.handle);
    if (at < 0) return;
    const [, token] = state.holds[at] as [Delivery, number];
    if (how !== 'extend') state.holds.splice(at, 1);
    if (state.loseNextAck && how !== 'extend') {
      state.loseNextAck = false;
      return;
    }
    const verb: Verb = how === 'done' ? 'acknowledge' : how === 'retry' ? 'release' : how === 'reject' ? 'reject' : 'renewLock';
    this.say(verb, token, delivery);
  }
  settled(delivery: Delivery, outcome: Parameters<ReceiveListener['settled']>[1]): void {
    this.listener.settled(delivery, outcome);
  }
  /** Time to renew every lock that it holds. */
  renew(): void {
    const { state } = this;
    state.isRenewing = false;
    for (const [delivery, token] of state.holds) this.say('renewLock', token, delivery);
    this.renewLater();
  }
  /** The pause after a refusal is over. */
  askAgain(): void {
    this.state.isCalling = false;
    this.ask();
  }
  private renewLater(): void {
    const { state, host } = this;
    const { renewEvery } = host.pulling(state);
    if (renewEvery === undefined || state.isRenewing || state.holds.length === 0) return;
    state.isRenewing = true;
    host.renewAfter(state, renewEvery);
  }
  private ask(): void {
    const { state, host } = this;
    if (!state.isOpen || state.isCalling || state.slots <= 0 || state.buffer.length > 0) return;
    state.isCalling = true;
    host.up(state, { do: 'receive', session: state.id, life: state.life });
  }
  private say(verb: Verb, token: number, delivery: Delivery): void {
    this.host.up(this.state, { do: 'settle', session: this.state.id, life: this.state.life, verb, token, delivery });
  }
}
