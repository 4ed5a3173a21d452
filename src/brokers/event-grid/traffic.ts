/** What is under way between clients and the service, and what clients remember of their requests. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import type { Answer } from './schedule.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, timer: 1, renew: 2, ask: 3 } as const;

/** A request that an endpoint works on. */
export interface Working {
  readonly subscription: string;
  /** Deliveries of it that are not settled. */
  left: number;
  worst: 'done' | 'retry' | 'reject';
  hasBegun: boolean;
}
export type Verb = 'acknowledge' | 'release' | 'reject' | 'renewLock';
export type Thing = { readonly session: string } & (
  | { readonly do: 'post'; readonly life: number; readonly message: number }
  | { readonly do: 'reply'; readonly life: number; readonly message: number; readonly outcome: 'confirmed' | Refusal }
  /** A POST to an endpoint, and its answer. */
  | { readonly do: 'deliver'; readonly subscription: string; readonly request: number; readonly deliveries: readonly Delivery[] }
  | { readonly do: 'answer'; readonly subscription: string; readonly request: number; readonly answer: Answer }
  | { readonly do: 'validate'; readonly subscription: string; readonly attempt: number }
  | { readonly do: 'validated'; readonly subscription: string; readonly attempt: number; readonly answer: 'code' | 'ok' | 'failed' }
  /** `pause`: a wake of the client's own. */
  | { readonly do: 'receive' | 'hang-up' | 'pause'; readonly life: number }
  | { readonly do: 'events'; readonly life: number; readonly deliveries: readonly (readonly [Delivery, number])[] }
  | { readonly do: 'settle'; readonly life: number; readonly verb: Verb; readonly token: number; readonly delivery: Delivery }
  | { readonly do: 'settled'; readonly life: number; readonly delivery: Delivery; readonly outcome: 'confirmed' | Refusal }
);
export interface SessionState {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  readonly kind: 'publish' | 'push' | 'pull';
  /** The node at the service's end of its wire. */
  place: string;
  isOpen: boolean;
  /** Incarnation; what was sent in an earlier one means nothing. */
  life: number;
  loseNextAck: boolean;
  /** Arrived, and not yet begun. */
  buffer: Delivery[];
  nextHandle: number;
  /** An endpoint's requests, and the request of each handle. */
  requests: [number, Working][];
  work: [handle: number, request: number][];
  /** A pulling client: what it holds under a lock, and the tokens. */
  holds: [delivery: Delivery, token: number][];
  slots: number;
  isCalling: boolean;
  isRenewing: boolean;
}
function newSession(id: string, link: string, client: string, kind: SessionState['kind'], place: string): SessionState {
  return { id, link, client, kind, place, isOpen: false, life: 0, loseNextAck: false, buffer: [], nextHandle: 1, requests: [], work: [], holds: [], slots: 0, isCalling: false, isRenewing: false };
}
export interface TrafficState {
  readonly sessions: readonly SessionState[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly timers: readonly (readonly [number, readonly [string, number]])[];
  readonly turns: readonly (readonly [string, number])[];
  readonly next: number;
}
export class Traffic {
  readonly sessions = new Map<string, SessionState>();
  private things = new Map<number, Thing>();
  private timers = new Map<number, readonly [string, number]>();
  /** Instances behind push links, by name. */
  private pools = new Map<string, readonly SessionState[]>();
  /** Requests so far, by push link: instances behind one address take turns. */
  private turns = new Map<string, number>();
  private next = 0;
  private readonly host: RoomHost;
  constructor(host: RoomHost) {
    this.host = host;
  }
  session(link: string, client: string, kind: SessionState['kind'], place: string): SessionState {
    const id = `${client} ${link}`;
    const state = this.sessions.get(id) ?? newSession(id, link, client, kind, place);
    state.place = place;
    this.sessions.set(id, state);
    this.pools.delete(link);
    return state;
  }
  /** From the client to the service. */
  up(state: SessionState, thing: Thing, message = -1): void {
    this.host.hop(state.link, state.client, state.kind !== 'publish', WAKE.thing, this.keep(thing), message, false);
  }
  down(state: SessionState, thing: Thing, message = -1, redelivered = false): void {
    this.host.hop(state.link, state.client, state.kind === 'publish', WAKE.thing, this.keep(thing), message, redelivered);
  }
  /** The instance behind a push link whose turn it is: one that is up, if any is. */
  endpoint(link: string): SessionState | undefined {
    let all = this.pools.get(link);
    if (all === undefined) this.pools.set(link, (all = [...this.sessions.values()].filter((state) => state.link === link && state.kind === 'push').sort((a, b) => (a.id < b.id ? -1 : 1))));
    const up = all.filter(({ isOpen }) => isOpen);
    const turn = this.turns.get(link) ?? 0;
    this.turns.set(link, turn + 1);
    return up[turn % up.length] ?? all[0];
  }
  timer(delay: number, name: string, ref: number): void {
    const id = this.next++;
    this.timers.set(id, [name, ref]);
    this.host.after(delay, WAKE.timer, id);
  }
  takeTimer(id: number): readonly [string, number] | undefined {
    const timer = this.timers.get(id);
    this.timers.delete(id);
    return timer;
  }
  /** A wake for a session in this life of its. */
  wake(delay: number, what: number, state: SessionState): void {
    this.host.after(delay, what, this.keep({ do: 'pause', session: state.id, life: state.life }));
  }
  take(ref: number): { readonly thing: Thing; readonly state: SessionState } | undefined {
    const thing = this.things.get(ref);
    const state = thing && this.sessions.get(thing.session);
    this.things.delete(ref);
    return thing && state ? { thing, state } : undefined;
  }
  save(): TrafficState {
    return { sessions: [...this.sessions.values()], things: [...this.things], timers: [...this.timers], turns: [...this.turns], next: this.next };
  }
  load(state: TrafficState): void {
    for (const session of state.sessions) {
      const known = this.sessions.get(session.id);
      if (known) Object.assign(known, session);
      else this.sessions.set(session.id, session);
    }
    this.pools.clear();
    this.things = new Map(state.things);
    this.timers = new Map(state.timers);
    this.turns = new Map(state.turns);
    this.next = state.next;
  }
  private keep(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }
}
