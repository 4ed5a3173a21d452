/** The AMQP client library's side: one connection with one channel per link and client, and what is under way on it. */
import type { ReaderName } from './stream-readings.ts';
import type { Delivery, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Refusal } from '../contract.ts';

/** Something on its way between a client and the broker. */
export type Thing =
  | { readonly do: 'open'; readonly session: string; readonly life: number }
  | { readonly do: 'close'; readonly session: string; readonly life: number; readonly how: 'graceful' | 'crash' }
  | { readonly do: 'publish'; readonly session: string; readonly life: number; readonly message: number; readonly attempt: number }
  | { readonly do: 'settle'; readonly session: string; readonly life: number; readonly tag: number; readonly how: 'ack' | 'requeue' | 'reject' }
  | { readonly do: 'confirm'; readonly session: string; readonly life: number; readonly message: number; readonly refusal: Refusal | null }
  | { readonly do: 'return'; readonly session: string; readonly life: number; readonly message: number; readonly text: string }
  | { readonly do: 'deliver'; readonly session: string; readonly life: number; readonly delivery: Delivery; readonly tag: number; readonly at?: StreamPlace }
  /** A single active consumer of a stream is told to begin or to stop, and answers. */
  | { readonly do: 'update' | 'updated'; readonly session: string; readonly life: number; readonly stream: string; readonly consumer: string; readonly active: boolean }
  | { readonly do: 'store'; readonly session: string; readonly life: number; readonly at: StreamPlace }
  /** tx.commit, and its answer. */
  | { readonly do: 'commit' | 'committed'; readonly session: string; readonly life: number }
  | { readonly do: 'get' | 'empty'; readonly session: string; readonly life: number }
  | { readonly do: 'opened'; readonly session: string; readonly life: number }
  | { readonly do: 'lost'; readonly session: string; readonly life: number; readonly why: string }
  | { readonly do: 'blocked' | 'unblocked'; readonly session: string; readonly life: number; readonly why: string }
  | { readonly do: 'cancelled'; readonly session: string; readonly life: number };

export interface SessionState {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  readonly kind: 'publish' | 'receive';
  /** What the client wants: to be connected. */
  wanted: boolean;
  /** Incarnation; what was sent in an earlier one means nothing. */
  life: number;
  /** What the client believes. */
  connected: boolean;
  /** Name of the broker's connection while there is one. Subscriptions of one client with a global prefetch share it. */
  connection: string | null;
  /** The incarnation that the connection serves. */
  served: number;
  blocked: boolean;
  loseNextAck: boolean;
  buffer: Delivery[];
  /** Delivery tags by handle, and where in a stream it was. */
  tags: Record<number, { readonly tag: number; readonly at?: StreamPlace }>;
  /** How far the client has come in the streams whose offsets it stores. */
  places: Place[];
  /** Who it is to a stream. */
  who: ReaderName;
  nextHandle: number;
  cutSince: number;
  /** Published and not committed yet; while a commit is under way nothing is published. */
  batch: number[];
  committing: boolean;
  /** basic.get: room for so many, and whether an answer is awaited or a pause is being made. */
  slots: number;
  asking: boolean;
}
export interface StreamPlace {
  readonly stream: string;
  readonly offset: number;
}
interface Place {
  readonly stream: string;
  /** The highest offset that the client is through with, and the one that it stored last. */
  done: number;
  stored: number;
  /** Messages since then. */
  since: number;
}
/** What sessions need of their room. */
export interface SessionHost {
  /** Sends a thing from the client to the broker. */
  up(session: SessionState, thing: Thing, message?: number): void;
  autoAck(session: SessionState): boolean;
  confirms(session: SessionState): boolean;
  /** µs between two basic.get that found nothing; undefined when the broker pushes (basic.consume). */
  fetches(session: SessionState): number | undefined;
  /** After how many messages a transaction is committed; undefined without transactions. */
  commitsEvery(session: SessionState): number | undefined;
  /** After how many messages the client stores its offset in the stream; undefined when it does not. */
  storesEvery(session: SessionState): number | undefined;
  /** `session.ask()` after `delay` µs. */
  pollAfter(session: SessionState, delay: number): void;
  /** The client's process, or its operator, breaks the connection at once. */
  broken(session: SessionState, why: string): void;
}
export function newSession(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
  return { id, link, client, kind, wanted: false, life: 0, connected: false, connection: null, served: 0, blocked: false, loseNextAck: false, buffer: [], tags: {}, places: [], who: { reader: client, tracked: false }, nextHandle: 1, cutSince: -1, batch: [], committing: false, slots: 0, asking: false };
}

abstract class Session {
  protected readonly state: SessionState;
  protected readonly host: SessionHost;
  constructor(state: SessionState, host: SessionHost) {
    this.state = state;
    this.host = host;
  }
  open(): void {
    const { state } = this;
    if (state.wanted) return;
    state.wanted = true;
    state.life++;
    this.host.up(state, { do: 'open', session: state.id, life: state.life });
  }
  close(how: 'graceful' | 'crash'): void {
    const { state } = this;
    if (!state.wanted) return;
    // The operating system ends the connection of a dead process: the broker learns of both kinds one hop later.
    this.host.up(state, { do: 'close', session: state.id, life: state.life, how });
    state.wanted = false;
    state.connected = false;
    state.blocked = false;
    state.life++;
    state.buffer = [];
    state.tags = {};
    state.places = [];
    state.batch = [];
    state.committing = false;
    state.asking = false;
  }
}

export class RabbitPublishSession extends Session implements PublishSession {
  constructor(state: SessionState, host: SessionHost) {
    super(state, host);
  }
  get awaited(): boolean {
    return this.host.confirms(this.state) || this.host.commitsEvery(this.state) !== undefined;
  }
  send(message: number, attempt: number): 'taken' | 'full' {
    const { state } = this;
    if (!state.connected || state.blocked || state.committing) return 'full';
    this.host.up(state, { do: 'publish', session: state.id, life: state.life, message, attempt }, message);
    const every = this.host.commitsEvery(state);
    if (every !== undefined && state.batch.push(message) >= every) this.commit();
    return 'taken';
  }
  override close(how: 'graceful' | 'crash'): void {
    if (how === 'graceful' && this.state.batch.length > 0 && !this.state.committing) this.commit();
    super.close(how);
  }
  private commit(): void {
    this.state.committing = true;
    this.host.up(this.state, { do: 'commit', session: this.state.id, life: this.state.life });
  }
}

export class RabbitReceiveSession extends Session implements ReceiveSession {
  readonly can = { retryOne: true, reject: true, extend: false, outOfOrder: true };
  private readonly listener: ReceiveListener;
  constructor(state: SessionState, host: SessionHost, listener: ReceiveListener) {
    super(state, host);
    this.listener = listener;
  }
  override close(how: 'graceful' | 'crash'): void {
    if (how === 'graceful') this.storePlaces();
    super.close(how);
  }
  ready(slots: number): void {
    this.state.slots = slots;
    this.ask();
    for (let free = slots; free > 0 && this.state.buffer.length > 0; free--) {
      if (this.listener.push(this.state.buffer[0] as Delivery) === 'busy') return;
      this.state.buffer.shift();
    }
  }
  /** The pause after an empty queue is over. */
  askAgain(): void {
    this.state.asking = false;
    this.ask();
  }
  /** One basic.get at a time, while there is room. */
  ask(): void {
    const { state, host } = this;
    if (host.fetches(state) === undefined || !state.connected || state.asking || state.slots <= 0) return;
    state.asking = true;
    host.up(state, { do: 'get', session: state.id, life: state.life });
  }
  /** The queue was empty; it is looked at again after a pause. */
  foundNothing(): void {
    this.host.pollAfter(this.state, this.host.fetches(this.state) ?? 0);
  }
  buffered(): readonly Delivery[] {
    return this.state.buffer;
  }
  /** A delivery came in. */
  take(delivery: Delivery, tag: number, at?: StreamPlace): void {
    this.state.tags[delivery.handle] = at ? { tag, at } : { tag };
    this.state.asking = false;
    this.state.slots--;
    if (this.state.buffer.length > 0 || this.listener.push(delivery) === 'busy') this.state.buffer.push(delivery);
    this.ask();
  }
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void {
    const { state, host } = this;
    const found = state.tags[delivery.handle];
    if (found === undefined || how === 'extend') return;
    const { tag, at } = found;
    delete state.tags[delivery.handle];
    if (host.autoAck(state)) return;
    if (state.loseNextAck) {
      state.loseNextAck = false;
      host.broken(state, 'rabbitmq.connection_closed');
      return;
    }
    host.up(state, { do: 'settle', session: state.id, life: state.life, tag, how: how === 'done' ? 'ack' : how === 'retry' ? 'requeue' : 'reject' });
    const every = host.storesEvery(state);
    if (at !== undefined && every !== undefined) this.through(at, every);
  }
  /** Told to begin or to stop: it stores how far it came before it stops. */
  update(stream: string, consumer: string, active: boolean): void {
    if (!active) this.storePlaces(stream);
    this.host.up(this.state, { do: 'updated', session: this.state.id, life: this.state.life, stream, consumer, active });
  }
  /** Stores how far it came where that is not stored yet. */
  storePlaces(stream?: string): void {
    for (const place of this.state.places) if (stream === undefined || place.stream === stream) this.store(place);
  }
  private through({ stream, offset }: StreamPlace, every: number): void {
    let place = this.state.places.find((one) => one.stream === stream);
    if (place === undefined) this.state.places.push((place = { stream, done: -1, stored: -1, since: 0 }));
    place.done = Math.max(place.done, offset);
    if (++place.since >= every) this.store(place);
  }
  private store(place: Place): void {
    if (place.done <= place.stored) return;
    place.stored = place.done;
    place.since = 0;
    this.host.up(this.state, { do: 'store', session: this.state.id, life: this.state.life, at: { stream: place.stream, offset: place.done } });
  }
}
/** The client learns that its connection is gone: what it holds can no longer be settled. */
export function clientLost(state: SessionState, publish: PublishListener | undefined, receive: ReceiveListener | undefined, why: string): void {
  const buffered = state.buffer;
  const handles = new Set(buffered.map((d) => d.handle));
  const out = Object.keys(state.tags).map(Number);
  const working = out.filter((handle) => !handles.has(handle)).map((handle) => ({ handle, message: -1, copy: -1, attempt: -1, redelivered: false, entry: -1 }));
  state.connected = false;
  state.blocked = false;
  state.wanted = false;
  state.life++;
  state.buffer = [];
  state.tags = {};
  state.places = [];
  state.batch = [];
  state.committing = false;
  state.asking = false;
  publish?.lost(why);
  receive?.withdrawn(working, why, true);
}
