/** What is under way between clients and the service, and what clients remember of their requests. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import { Conversations, type UnderwayState } from '../underway.ts';
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
export interface TrafficState extends UnderwayState<SessionState, Thing> {
  readonly turns: readonly (readonly [string, number])[];
}
export class Traffic extends Conversations<SessionState, Thing> {
  /** Instances behind push links, by name. */
  private pools = new Map<string, readonly SessionState[]>();
  /** Requests so far, by push link: instances behind one address take turns. */
  private turns = new Map<string, number>();
  constructor(host: RoomHost) {
    super(host, WAKE);
  }
  session(link: string, client: string, kind: SessionState['kind'], place: string): SessionState {
    const id = `${client} ${link}`;
    const state = this.sessions.get(id) ?? this.enter(newSession(id, link, client, kind, place));
    state.place = place;
    this.pools.delete(link);
    return state;
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
  /** A wake for a session in this life of its. */
  later(delay: number, what: number, state: SessionState): void {
    this.wake(delay, what, { do: 'pause', session: state.id, life: state.life });
  }
  override save(): TrafficState {
    return { ...super.save(), turns: [...this.turns] };
  }
  override load(state: TrafficState): void {
    super.load(state);
    this.pools.clear();
    this.turns = new Map(state.turns);
  }
}
