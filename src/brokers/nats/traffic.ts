/** What is under way between clients and a server, and the client's side of every connection. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import { Conversations, type UnderwayState } from '../underway.ts';

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
  /** Number of the server of the cluster that it is, or was, connected to; -1: none yet. */
  server: number;
  /** Servers tried in vain since the last pause. */
  tries: number;
  outbox: Outgoing[];
}
/** What a client says by itself, and keeps while it reconnects. */
export type Outgoing = { readonly do: 'publish'; readonly message: number } | { readonly do: 'say'; readonly how: Say; readonly subject: string };
function newSession(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
  return { id, link, client, kind, wanted: false, life: 0, connected: false, served: -1, listens: '', loseNextAck: false, buffer: [], subjects: [], nextHandle: 1, slots: 0, ordered: 0, owed: 0, requests: 0, pausing: false, reconnecting: false, server: -1, tries: 0, outbox: [] };
}

export type TrafficState = UnderwayState<SessionState, Thing>;
export class Traffic extends Conversations<SessionState, Thing> {
  constructor(host: RoomHost) {
    super(host, { thing: WAKE.thing, timer: WAKE.serverTimer });
  }
  session(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
    return this.sessions.get(id) ?? this.enter(newSession(id, link, client, kind));
  }
  later(delay: number, what: number, state: SessionState, about = 0): void {
    this.wake(delay, what, { do: 'status', session: state.id, life: state.life, code: 0, left: about });
  }
  /** Copies of core NATS on their way from a place. */
  fleeting(place: string): number {
    let count = 0;
    for (const thing of this.things.values()) if (thing.do === 'deliver' && thing.fleeting?.place === place) count++;
    return count;
  }
}
