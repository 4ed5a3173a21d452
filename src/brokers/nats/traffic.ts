/** What is under way between clients and a server, and the client's side of every connection. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, serverTimer: 1, reconnect: 2, ask: 3, overdue: 4, sync: 5 } as const;

/** How a client says what came of a delivery. */
export type Say = 'ack' | 'nak' | 'term' | 'progress';
/** A copy of core NATS on its way: nobody keeps it. */
export interface Fleeting {
  readonly copy: number;
  readonly message: number;
  readonly place: string;
}
/** Something on its way between a client and the server. */
export type Thing = { readonly session: string; readonly life: number } & (
  | { readonly do: 'open' | 'close' | 'opened' | 'subscribe' }
  | { readonly do: 'lost'; readonly why: string }
  | Outgoing
  | { readonly do: 'reply'; readonly message: number; readonly outcome: 'confirmed' | Refusal }
  | { readonly do: 'pull'; readonly batch: number }
  /** `subject`: where to say what came of it; '' where nobody asks. */
  | { readonly do: 'deliver'; readonly delivery: Delivery; readonly subject: string; readonly fleeting: Fleeting | null }
  /** The server ends or refuses a request. `left`: messages that it will not get. */
  | { readonly do: 'status'; readonly code: number; readonly left: number }
);

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
  /** The life of the connection that the server knows, or -1. */
  served: number;
  /** What the server's end listens to for it: subject and queue. */
  listens: string;
  loseNextAck: boolean;
  buffer: Delivery[];
  /** Where to say what came of a delivery, by handle. */
  subjects: [handle: number, subject: string][];
  nextHandle: number;
  slots: number;
  /** Messages that are on order or in the client's hands, as its pull loop counts them. */
  ordered: number;
  /** Messages that requests under way may still bring. */
  owed: number;
  /** Number of the newest request. */
  requests: number;
  /** A pause after a refusal. */
  pausing: boolean;
  /** The connection is gone and will come back: what is said meanwhile is kept. */
  reconnecting: boolean;
  outbox: Outgoing[];
}
/** What a client says by itself, and keeps while it reconnects. */
export type Outgoing = { readonly do: 'publish'; readonly message: number } | { readonly do: 'say'; readonly how: Say; readonly subject: string };
function newSession(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
  return { id, link, client, kind, wanted: false, life: 0, connected: false, served: -1, listens: '', loseNextAck: false, buffer: [], subjects: [], nextHandle: 1, slots: 0, ordered: 0, owed: 0, requests: 0, pausing: false, reconnecting: false, outbox: [] };
}

export interface TrafficState {
  readonly sessions: readonly SessionState[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly timers: readonly (readonly [number, readonly [string, number]])[];
  readonly next: number;
}
export class Traffic {
  readonly sessions = new Map<string, SessionState>();
  private things = new Map<number, Thing>();
  private timers = new Map<number, readonly [string, number]>();
  private next = 0;
  private readonly host: RoomHost;
  constructor(host: RoomHost) {
    this.host = host;
  }
  session(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
    const state = this.sessions.get(id) ?? newSession(id, link, client, kind);
    this.sessions.set(id, state);
    return state;
  }
  /** From the client to the server. */
  up(state: SessionState, thing: Thing, message = -1): void {
    this.host.hop(state.link, state.client, state.kind === 'receive', WAKE.thing, this.keep(thing), message, false);
  }
  /** From the server to the client. */
  down(state: SessionState, thing: Thing, message = -1, redelivered = false): void {
    this.host.hop(state.link, state.client, state.kind === 'publish', WAKE.thing, this.keep(thing), message, redelivered);
  }
  later(delay: number, what: number, state: SessionState, about = 0): void {
    this.host.after(delay, what, this.keep({ do: 'status', session: state.id, life: state.life, code: 0, left: about }));
  }
  serverTimer(delay: number, name: string, ref: number): void {
    const id = this.next++;
    this.timers.set(id, [name, ref]);
    this.host.after(delay, WAKE.serverTimer, id);
  }
  timer(ref: number): readonly [string, number] | undefined {
    const timer = this.timers.get(ref);
    this.timers.delete(ref);
    return timer;
  }
  /** The process that asked for them is no more. */
  forgetTimers(): void {
    this.timers.clear();
  }
  /** The thing and its session, once. */
  take(ref: number): { readonly thing: Thing; readonly state: SessionState } | undefined {
    const thing = this.things.get(ref);
    const state = thing && this.sessions.get(thing.session);
    this.things.delete(ref);
    return thing && state ? { thing, state } : undefined;
  }
  /** Copies of core NATS on their way from a place. */
  fleeting(place: string): number {
    let count = 0;
    for (const thing of this.things.values()) if (thing.do === 'deliver' && thing.fleeting?.place === place) count++;
    return count;
  }
  save(): TrafficState {
    return { sessions: [...this.sessions.values()], things: [...this.things], timers: [...this.timers], next: this.next };
  }
  load(state: TrafficState): void {
    for (const session of state.sessions) {
      const known = this.sessions.get(session.id);
      if (known) Object.assign(known, session);
      else this.sessions.set(session.id, session);
    }
    this.things = new Map(state.things);
    this.timers = new Map(state.timers);
    this.next = state.next;
  }
  private keep(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }
}
