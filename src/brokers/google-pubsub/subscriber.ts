/** A subscriber: the client library's stream with its lease management, single pulls, or an endpoint that is called. */
import { Deque } from '../../base/deque.ts';
import type { Delivery, ReceiveListener, ReceiveSession, Refusal } from '../contract.ts';
import type { Receiving } from './plan.ts';
import type { Held, SubscriberState, Thing } from './traffic.ts';

/** The library extends deadlines so long before they run out, µs. */
const GRACE = 5_000_000;
const LEAST_EXTENSION = 10_000_000;
const LEAST_EXACTLY_ONCE = 60_000_000;
const MOST_EXTENSION = 600;
/** Between attempts of an acknowledgement that may yet succeed, µs: twice as long each time. */
const FIRST_RETRY = 1_000_000;
const LAST_RETRY = 64_000_000;
/** After a refusal, µs. */
const REOPEN = 1_000_000;

export interface SubscriberHost {
  now(): number;
  up(state: SubscriberState, thing: Thing, message?: number): void;
  later(delay: number, thing: Thing): void;
  receiving(state: SubscriberState): Receiving;
  /** An instance of an endpoint came or went. */
  endpointChanged(state: SubscriberState): void;
}
export class PubSubSubscriber implements ReceiveSession {
  readonly can = { retryOne: true, reject: false, extend: true, outOfOrder: true };
  private readonly state: SubscriberState;
  private readonly host: SubscriberHost;
  private readonly listener: ReceiveListener;
  constructor(state: SubscriberState, host: SubscriberHost, listener: ReceiveListener) {
    this.state = state;
    this.host = host;
    this.listener = listener;
  }
  open(): void {
    if (this.state.wanted) return;
    this.state.wanted = true;
    this.state.life++;
    this.connect();
  }
  close(how: 'graceful' | 'crash'): void {
    const { state, host } = this;
    if (!state.wanted) return;
    const about = { session: state.id, life: state.life };
    const { subscription } = host.receiving(state);
    const all = [...state.held.values()];
    // Requests whose server is gone are answered by nobody; a library that is shut down gives back what it has.
    for (const { ackId, pushed } of all) if (pushed) host.up(state, { do: 'respond', ...about, subscription, ackId, status: 0 });
    const held = all.filter(({ pushed }) => !pushed).map(({ ackId }) => ackId);
    host.up(state, { do: 'close', ...about });
    if (how === 'graceful' && held.length > 0) host.up(state, { do: 'modify', ...about, ackIds: held, seconds: 0 });
    Object.assign(state, { wanted: false, life: state.life + 1, slots: 0, asking: false, ticking: false, held: new Map(), buffer: new Deque(), lines: new Map(), ackTimes: new Map() });
    host.endpointChanged(state);
  }
  /** The way of delivery has changed: what is held stays. */
  reopen(): void {
    if (!this.state.wanted) return;
    this.state.asking = false;
    this.connect();
  }
  ready(slots: number): void {
    this.state.slots = slots;
    this.offer();
    this.ask();
  }
  buffered(): readonly Delivery[] {
    const { held, buffer, lines } = this.state;
    return [...buffer, ...[...lines.values()].flatMap((line) => [...line])].flatMap((handle) => held.get(handle)?.delivery ?? []);
  }
  /** A message arrives. */
  take(delivery: Delivery, ackId: string, ofKey: string, pushed: boolean): void {
    const { state, host } = this;
    const { ordering, busyIsRefused, maxExtension, method } = host.receiving(state);
    const key = ordering ? ofKey : '';
    const held: Held = { delivery, ackId, key, pushed, receivedAt: host.now() };
    const line = key === '' ? undefined : state.lines.get(key);
    state.held.set(delivery.handle, held);
    if (line !== undefined) line.push(delivery.handle);
    else {
      if (key !== '') state.lines.set(key, new Deque());
      state.buffer.push(delivery.handle);
    }
    this.offer(pushed);
    // What came last is last in the buffer: it found no room when anything is left there.
    if (pushed && busyIsRefused && line === undefined && state.buffer.size > 0) return this.refuse(held);
    if (!pushed && method === 'StreamingPull' && maxExtension > 0 && !state.ticking) {
      state.ticking = true;
      host.later(LEAST_EXTENSION / 2, { do: 'wake', why: 'keep alive', ref: -1, session: state.id, life: state.life });
    }
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state, host } = this;
    const held = state.held.get(delivery.handle);
    if (held === undefined) return;
    const about = { session: state.id, life: state.life };
    const { ackId, pushed } = held;
    const { subscription } = host.receiving(state);
    if (how === 'extend') {
      if (!pushed) host.up(state, { do: 'modify', ...about, ackIds: [ackId], seconds: this.extension() });
      return;
    }
    this.letGo(held);
    const isLost = state.loseNextAck;
    state.loseNextAck = false;
    if (pushed) host.up(state, { do: 'respond', ...about, subscription, ackId, status: isLost ? 0 : how === 'done' ? 200 : 500 });
    else if (isLost) return;
    else if (how === 'done') {
      const seconds = Math.min(MOST_EXTENSION, Math.ceil((host.now() - held.receivedAt) / 1e6));
      state.ackTimes.set(seconds, (state.ackTimes.get(seconds) ?? 0) + 1);
      host.up(state, { do: 'ack', ...about, ackId, delivery, tries: 0 });
    } else host.up(state, { do: 'modify', ...about, ackIds: [ackId], seconds: 0 });
  }
  /** With exactly-once delivery the subscriber learns what became of its acknowledgement. */
  acked(delivery: Delivery, ackId: string, tries: number, refusal: Refusal | null): void {
    const { state, host } = this;
    if (refusal === null) return this.listener.settled(delivery, 'confirmed');
    if (refusal.name === 'PERMANENT_FAILURE_INVALID_ACK_ID' || refusal.name === 'NOT_FOUND') return this.listener.settled(delivery, { ...refusal, name: `google-pubsub.${refusal.name}` });
    let wait = FIRST_RETRY;
    for (let n = 0; n < tries; n++) wait = Math.min(LAST_RETRY, wait * 2);
    host.later(wait, { do: 'wake', why: 'again', ref: -1, retry: { ackId, delivery, tries: tries + 1 }, session: state.id, life: state.life });
  }
  answered(refusal: Refusal | null): void {
    const { state, host } = this;
    if (refusal === null) {
      state.asking = false;
      return this.ask();
    }
    host.later(REOPEN, { do: 'wake', why: 'reopen', ref: -1, session: state.id, life: state.life });
  }
  /** The library's ticker: what it has is extended, unless it has had it for too long. */
  keepAlive(): void {
    const { state, host } = this;
    const { maxExtension } = host.receiving(state);
    const now = host.now();
    const ackIds = [...state.held.values()].filter(({ receivedAt, pushed }) => !pushed && now - receivedAt < maxExtension).map(({ ackId }) => ackId);
    state.ticking = ackIds.length > 0;
    if (!state.ticking) return;
    const seconds = this.extension();
    host.up(state, { do: 'modify', session: state.id, life: state.life, ackIds, seconds });
    host.later(seconds * 1e6 - GRACE, { do: 'wake', why: 'keep alive', ref: -1, session: state.id, life: state.life });
  }

  private connect(): void {
    const { state, host } = this;
    const { push, method } = host.receiving(state);
    if (push) host.endpointChanged(state);
    else if (method === 'StreamingPull') host.up(state, { do: 'open', session: state.id, life: state.life });
    else this.ask();
  }
  /** The next pull, when everything of the one before has been taken up. */
  private ask(): void {
    const { state, host } = this;
    const { push, method, maxMessages } = host.receiving(state);
    if (push || method !== 'Pull' || !state.wanted || state.asking || state.slots <= 0 || state.buffer.size > 0) return;
    state.asking = true;
    host.up(state, { do: 'pull', session: state.id, life: state.life, count: maxMessages });
  }
  /** Gives the program what it has room for. */
  private offer(always = false): void {
    const { state } = this;
    while (state.buffer.size > 0 && (always || state.slots > 0)) {
      const handle = state.buffer.first() as number;
      const held = state.held.get(handle);
      if (held !== undefined && this.listener.push(held.delivery) === 'busy') return;
      state.buffer.shift();
      state.slots = Math.max(0, state.slots - 1);
    }
  }
  /** 429: it does not wait here. */
  private refuse(held: Held): void {
    const { state, host } = this;
    state.buffer.remove((handle) => handle === held.delivery.handle);
    this.letGo(held);
    host.up(state, { do: 'respond', session: state.id, life: state.life, subscription: host.receiving(state).subscription, ackId: held.ackId, status: 429 });
  }
  /** The program is done with it: the next of its ordering key may go. */
  private letGo({ delivery, key }: Held): void {
    const { state } = this;
    state.held.delete(delivery.handle);
    if (key === '') return;
    const next = state.lines.get(key)?.shift();
    if (next === undefined) state.lines.delete(key);
    else state.buffer.push(next);
  }
  /** Seconds of one extension: the 99th percentile of the time that acknowledgements took, within its bounds. */
  private extension(): number {
    const { state, host } = this;
    const { extension, exactlyOnce } = host.receiving(state);
    let total = 0;
    for (const count of state.ackTimes.values()) total += count;
    let seconds = 0;
    let seen = 0;
    for (const [took, count] of [...state.ackTimes].sort(([a], [b]) => a - b)) {
      seconds = took;
      seen += count;
      if (seen * 100 >= total * 99) break;
    }
    let time = seconds * 1e6;
    if (extension.most > 0) time = Math.min(time, extension.most);
    if (extension.least > 0) time = Math.max(time, extension.least);
    else if (exactlyOnce) time = Math.max(time, LEAST_EXACTLY_ONCE);
    return Math.min(MOST_EXTENSION, Math.ceil(Math.max(time, LEAST_EXTENSION) / 1e6));
  }
}
