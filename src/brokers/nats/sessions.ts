/** The NATS client library's side: publish and wait for the stream's answer, the pull loop of Consume, and plain subscriptions. */
import type { Delivery, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Refusal } from '../contract.ts';
import { handOver, takeIn } from '../intake.ts';
import type { Fleeting, Outgoing, Say, SessionState, Thing } from './traffic.ts';

/** How a reader was set up: its consume link and what it reads. */
export interface Reading {
  /** pull: the client orders; push: the consumer sends to a subject; core: a subject of core NATS. */
  readonly mode: 'pull' | 'push' | 'core';
  readonly acks: boolean;
  /** PullMaxMessages, PullThresholdMessages: messages on order and in hand, and below which it orders more. */
  readonly most: number;
  readonly threshold: number;
  /** µs, PullExpiry. */
  readonly expiry: number;
  /** Messages that a plain subscription keeps for its reader; more are dropped. */
  readonly pendingLimit: number;
}
/** What sessions need of their room. */
export interface SessionHost {
  up(session: SessionState, thing: Thing, message?: number): void;
  reading(session: SessionState): Reading;
  /** A publish waits for the stream's answer. */
  awaits(session: SessionState): boolean;
  /** Why the client library itself does not send it: too large, or no room in its buffer while it reconnects. */
  unsendable(session: SessionState, message: number): Refusal | undefined;
  /** `session.askAgain()` after `delay` µs. */
  pauseFor(session: SessionState, delay: number): void;
  /** `session.overdue(request)` when nothing of the newest request came for so long. */
  expect(session: SessionState, delay: number): void;
  /** The client's process, or its operator, breaks the connection at once. */
  broken(session: SessionState, why: string): void;
  /** What became of a copy of core NATS. */
  over(fleeting: Fleeting, kind: 'settled' | 'dropped' | 'lost', reason: string): void;
}
/** µs: a pause after a refusal. */
const AFTER_REFUSAL = 1_000_000;
/** µs beyond its expiry after which a request counts as lost: two heartbeats of nats.go are missed by then. */
const GRACE = 5_000_000;

abstract class Session {
  protected readonly state: SessionState;
  protected readonly host: SessionHost;
  constructor(state: SessionState, host: SessionHost) {
    this.state = state;
    this.host = host;
  }
  open(): void {
    if (this.state.wanted) return;
    this.state.wanted = true;
    this.reopen();
  }
  /** Tries to connect, in a new life. */
  reopen(): void {
    const { state } = this;
    state.life++;
    this.host.up(state, { do: 'open', session: state.id, life: state.life });
  }
  close(_how: 'graceful' | 'crash'): void {
    const { state } = this;
    if (!state.wanted) return;
    // The operating system ends the connection of a dead process: the server learns of both kinds one hop later.
    this.host.up(state, { do: 'close', session: state.id, life: state.life });
    // Whatever the process held and waited for is gone with it.
    Object.assign(state, { wanted: false, connected: false, reconnecting: false, life: state.life + 1, outbox: [], buffer: [], subjects: [], ordered: 0, owed: 0, pausing: false });
  }
  /** While it reconnects a client keeps what it would send. */
  protected transmit(thing: Outgoing): void {
    const { state } = this;
    if (state.connected) this.host.up(state, { ...thing, session: state.id, life: state.life }, thing.do === 'publish' ? thing.message : -1);
    else state.outbox.push(thing);
  }
  protected sendKept(): void {
    for (const thing of this.state.outbox.splice(0)) this.transmit(thing);
  }
}

export class NatsPublishSession extends Session implements PublishSession {
  constructor(state: SessionState, host: SessionHost) {
    super(state, host);
  }
  get awaited(): boolean {
    return this.host.awaits(this.state);
  }
  send(message: number, _attempt: number): 'taken' | 'full' | Refusal {
    const { state } = this;
    if (!state.connected && !state.reconnecting) return 'full';
    const refusal = this.host.unsendable(state, message);
    if (refusal !== undefined) return refusal;
    this.transmit({ do: 'publish', message });
    return 'taken';
  }
  opened(): void {
    this.sendKept();
  }
}

export class NatsReceiveSession extends Session implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: true, outOfOrder: true };
  private readonly listener: ReceiveListener;
  constructor(state: SessionState, host: SessionHost, listener: ReceiveListener) {
    super(state, host);
    this.listener = listener;
  }
  opened(): void {
    this.sendKept();
    this.state.ordered = this.inHand();
    this.state.owed = 0;
    this.state.pausing = false;
    this.order();
  }
  ready(slots: number): void {
    handOver(this.state, slots, this.listener);
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  take(delivery: Delivery, subject: string, fleeting: Fleeting | null): void {
    const { state, host } = this;
    const { mode, pendingLimit } = host.reading(state);
    if (mode === 'pull') state.owed = Math.max(state.owed - 1, 0);
    if (fleeting !== null) {
      if (state.buffer.length >= pendingLimit) return host.over(fleeting, 'dropped', 'nats.slow_consumer');
      host.over(fleeting, 'settled', 'nats.at_most_once');
    } else state.subjects.push([delivery.handle, subject]);
    takeIn(state, delivery, this.listener);
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state, host } = this;
    const found = state.subjects.findIndex(([handle]) => handle === delivery.handle);
    if (found < 0) return;
    const subject = state.subjects[found]?.[1] ?? '';
    const { acks, mode } = host.reading(state);
    if (how === 'extend') {
      if (acks) this.say('progress', subject);
      return;
    }
    state.subjects.splice(found, 1);
    if (mode === 'pull') state.ordered = Math.max(state.ordered - 1, 0);
    if (acks && state.loseNextAck) {
      state.loseNextAck = false;
      return host.broken(state, 'nats.connection_closed');
    }
    if (acks) this.say(how === 'done' ? 'ack' : how === 'retry' ? 'nak' : 'term', subject);
    this.order();
  }
  private say(how: Say, subject: string): void {
    this.transmit({ do: 'say', how, subject });
  }
  /** The pull loop: below the threshold it orders as much as it may have. https://github.com/nats-io/nats.go/blob/main/jetstream/pull.go */
  order(): void {
    const { state, host } = this;
    const { mode, most, threshold, expiry } = host.reading(state);
    if (mode !== 'pull' || !state.connected || state.pausing || state.ordered >= threshold) return;
    const batch = most - state.ordered;
    state.ordered = most;
    state.owed += batch;
    state.requests++;
    host.up(state, { do: 'pull', session: state.id, life: state.life, batch });
    host.expect(state, expiry + GRACE);
  }
  /** A request has ended: it is over, or was refused. */
  ended(code: number, left: number): void {
    const { state, host } = this;
    if (left === ALL) {
      this.forgetOrders();
      return this.order();
    }
    if (code === TIMEOUT) {
      state.owed = Math.max(state.owed - left, 0);
      state.ordered = Math.max(state.ordered - left, 0);
      return this.order();
    }
    this.forgetOrders();
    if (state.pausing) return;
    state.pausing = true;
    host.pauseFor(state, AFTER_REFUSAL);
  }
  /** The pause after a refusal is over. */
  askAgain(): void {
    const { state, host } = this;
    state.pausing = false;
    if (!state.connected) return;
    if (host.reading(state).mode === 'pull') this.order();
    else host.up(state, { do: 'subscribe', session: state.id, life: state.life });
  }
  /** Nothing came of what was ordered. @param request the newest one when the wait began */
  overdue(request: number): void {
    const { state } = this;
    if (request !== state.requests || state.owed === 0 || !state.connected) return;
    this.forgetOrders();
    this.order();
  }
  private forgetOrders(): void {
    this.state.owed = 0;
    this.state.ordered = this.inHand();
  }
  private inHand(): number {
    return this.state.subjects.length;
  }
}
const TIMEOUT = 408;
/** Of what is on order nothing will come: another server leads the consumer now. */
export const ALL = -1;

/** The client learns that its connection is gone. What it holds stays its own: acks belong to no connection. */
export function clientLost(state: SessionState, publish: PublishListener | undefined, why: string): void {
  Object.assign(state, { connected: false, reconnecting: true, life: state.life + 1, ordered: 0, owed: 0, pausing: false });
  publish?.lost(why);
}
