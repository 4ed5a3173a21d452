/** The Redis client library's side, and the loop that applications write around it: read, work, acknowledge, claim. */
import type { Delivery, PublishListener, PublishSession, ReceiveListener, ReceiveSession } from '../contract.ts';
import { handOver, takeIn } from '../intake.ts';
import type { Offline, Place, SessionState, Thing } from './traffic.ts';

/** How a reader was set up: its consume link and its group. */
export interface Reading {
  readonly noack: boolean;
  /** First what is still pending with it, then what is new. */
  readonly ownPending: boolean;
  readonly blocks: boolean;
  /** µs between two calls that found nothing and did not wait. */
  readonly pause: number;
  /** µs between two XAUTOCLAIM; undefined for none. */
  readonly claimEvery: number | undefined;
  /** More deliveries than that, and the entry is given up; undefined for never. */
  readonly maxDeliveries: number | undefined;
  readonly hasDeadStream: boolean;
  /** The streams of its group. */
  readonly keys: readonly string[];
}
/** What sessions need of their room. */
export interface SessionHost {
  up(session: SessionState, thing: Thing, message?: number): void;
  reading(session: SessionState): Reading;
  /** `session.askAgain()` after `delay` µs. */
  pollAfter(session: SessionState, delay: number): void;
  /** `session.claimTurn()` after `delay` µs. */
  claimAfter(session: SessionState, delay: number): void;
  /** The client's process, or its operator, breaks the connection at once. */
  broken(session: SessionState, why: string): void;
}
/** A pause after a refusal, µs: as long as the groups of the document need to be there. */
const AFTER_REFUSAL = 1_000_000;

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
    this.state.fresh = true;
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
    Object.assign(state, { wanted: false, connected: false, life: state.life + 1, buffer: [], places: [], offline: [], asking: false, claiming: false, claimDue: false, history: null, cursors: {} });
  }
}

export class RedisPublishSession extends Session implements PublishSession {
  readonly awaited = true;
  constructor(state: SessionState, host: SessionHost) {
    super(state, host);
  }
  send(message: number, _attempt: number): 'taken' | 'full' {
    const { state } = this;
    if (!state.connected) return 'full';
    this.host.up(state, { do: 'xadd', session: state.id, life: state.life, message }, message);
    return 'taken';
  }
}

export class RedisReceiveSession extends Session implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: false, outOfOrder: true };
  private readonly listener: ReceiveListener;
  constructor(state: SessionState, host: SessionHost, listener: ReceiveListener) {
    super(state, host);
    this.listener = listener;
  }
  opened(): void {
    const { state, host } = this;
    const { ownPending, noack, keys, claimEvery } = host.reading(state);
    if (state.fresh) state.history = ownPending && !noack ? Object.fromEntries(keys.map((key) => [key, '0-0'])) : null;
    state.fresh = false;
    for (const thing of state.offline.splice(0)) this.say(thing);
    if (claimEvery !== undefined) host.claimAfter(state, claimEvery);
    this.ask();
  }
  ready(slots: number): void {
    handOver(this.state, slots, this.listener);
    this.ask();
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  /** The pause is over. */
  askAgain(): void {
    this.state.asking = false;
    this.ask();
  }
  /** The next XREADGROUP, when everything of the one before has been taken up. */
  private ask(): void {
    const { state, host } = this;
    if (!state.connected || state.asking || state.claiming || state.slots <= 0 || state.buffer.length > 0) return;
    if (state.claimDue) return this.claim();
    state.asking = true;
    if (host.reading(state).keys.length === 0) return host.pollAfter(state, AFTER_REFUSAL);
    host.up(state, { do: 'xreadgroup', session: state.id, life: state.life, after: state.history });
  }
  /** Time for the next XAUTOCLAIM. */
  claimTurn(): void {
    const { state, host } = this;
    const { claimEvery } = host.reading(state);
    if (claimEvery === undefined || !state.connected) return;
    host.claimAfter(state, claimEvery);
    state.claimDue = true;
    this.claim();
  }
  /** XAUTOCLAIM, on a connection of its own, when everything that was read before has been taken up; otherwise before the next read. */
  private claim(): void {
    const { state, host } = this;
    if (state.claiming || state.slots <= 0 || state.buffer.length > 0) return;
    state.claimDue = false;
    state.claiming = true;
    host.up(state, { do: 'xautoclaim', session: state.id, life: state.life });
  }
  /** One entry of a reply. */
  take(delivery: Delivery, at: Place): void {
    const { state, host } = this;
    if (state.history !== null && state.history[at.key] !== undefined) state.history[at.key] = at.id;
    const { maxDeliveries, hasDeadStream, noack } = host.reading(state);
    if (!noack && maxDeliveries !== undefined && delivery.attempt > maxDeliveries) return this.giveUp(delivery.message, at, hasDeadStream);
    state.places.push([delivery.handle, at]);
    takeIn(state, delivery, this.listener);
  }
  /** An entry of its own history that exists no more: there is nothing to do but to acknowledge it. */
  skip(at: Place): void {
    const { state } = this;
    if (state.history !== null && state.history[at.key] !== undefined) state.history[at.key] = at.id;
    this.say({ do: 'xack', at, why: 'gone' });
  }
  /** The whole reply is in. */
  answered(what: 'xreadgroup' | 'xautoclaim', found: number, refused: boolean): void {
    const { state, host } = this;
    if (what === 'xautoclaim') {
      state.claiming = false;
      return this.ask();
    }
    const { blocks, pause } = host.reading(state);
    if (refused) return host.pollAfter(state, AFTER_REFUSAL);
    if (found > 0) return this.askAgain();
    const wasHistory = state.history !== null;
    state.history = null;
    if (wasHistory || blocks) this.askAgain();
    else host.pollAfter(state, pause);
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state, host } = this;
    const found = state.places.findIndex(([handle]) => handle === delivery.handle);
    if (found < 0 || how === 'extend') return;
    const [[, at]] = state.places.splice(found, 1) as [[number, Place]];
    const { noack, hasDeadStream } = host.reading(state);
    // There is no way to give an entry back: it stays pending until somebody claims it, or this consumer comes back.
    if (noack || how === 'retry') return;
    if (state.loseNextAck) {
      state.loseNextAck = false;
      return host.broken(state, 'redis-streams.connection_closed');
    }
    if (how === 'done') this.say({ do: 'xack', at, why: 'done' });
    else this.giveUp(delivery.message, at, hasDeadStream);
  }
  private giveUp(message: number, at: Place, hasDeadStream: boolean): void {
    this.say(hasDeadStream ? { do: 'bury', at, message } : { do: 'xack', at, why: 'rejected' });
  }
  /** An acknowledgement belongs to no connection: without one it waits for the next. */
  private say(thing: Offline): void {
    const { state, host } = this;
    if (!state.connected) state.offline.push(thing);
    else host.up(state, { ...thing, session: state.id, life: state.life }, thing.do === 'bury' ? thing.message : -1);
  }
}
/** The client learns that its connection is gone. What it holds stays its own: a reader can acknowledge on the next connection. */
export function clientLost(state: SessionState, publish: PublishListener | undefined, why: string): void {
  Object.assign(state, { connected: false, life: state.life + 1, asking: false, claiming: false, claimDue: false });
  publish?.lost(why);
}
