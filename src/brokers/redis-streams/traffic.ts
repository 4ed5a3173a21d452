/** What is under way between clients and a server, and the client's side of every connection. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import { Conversations, type UnderwayState } from '../underway.ts';
import type { Id } from './ids.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, serverTimer: 1, reconnect: 2, poll: 3, claim: 4, server: 5, wait: 6 } as const;

/** Where an entry is, as its reader knows it. */
export interface Place {
  readonly key: string;
  readonly id: Id;
}
/** Something on its way between a client and the server. */
export type Thing = { readonly session: string; readonly life: number } & (
  | { readonly do: 'open' | 'close' | 'opened' }
  | { readonly do: 'lost'; readonly why: string }
  | { readonly do: 'xadd'; readonly message: number }
  | { readonly do: 'reply'; readonly message: number; readonly outcome: 'confirmed' | 'unknown' | Refusal }
  /** `after`: per stream where the history is read on; null for new entries. */
  | { readonly do: 'xreadgroup'; readonly after: Readonly<Record<string, string>> | null }
  | { readonly do: 'xautoclaim' }
  | { readonly do: 'deliver'; readonly delivery: Delivery; readonly at: Place }
  /** An entry of its history that was deleted. */
  | { readonly do: 'gone'; readonly at: Place }
  /** The end of a reply. `found`: entries in it. */
  | { readonly do: 'answered'; readonly what: 'xreadgroup' | 'xautoclaim'; readonly found: number; readonly refused: boolean }
  /** XACK; or, to bury: MULTI, XADD to the dead stream, XACK, EXEC. */
  | Offline
);

/** What a client does with an entry that it has done with. */
export type Offline = { readonly do: 'xack'; readonly at: Place; readonly why: 'done' | 'rejected' | 'gone' } | { readonly do: 'bury'; readonly at: Place; readonly message: number };

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
  /** Attempts to connect since the last success. */
  tries: number;
  loseNextAck: boolean;
  buffer: Delivery[];
  /** Where the entries are that the client holds, by handle. */
  places: [handle: number, at: Place][];
  nextHandle: number;
  slots: number;
  /** An XREADGROUP is under way, or a pause is being made. */
  asking: boolean;
  /** An XAUTOCLAIM is under way; or it is time for one. */
  claiming: boolean;
  claimDue: boolean;
  /** The process is new: it asks for what it left behind. */
  fresh: boolean;
  /** Commands that wait for a connection. */
  offline: Offline[];
  /** Per stream where its own history is read on; null when that is done. */
  history: Record<string, string> | null;
  /** Per stream where XAUTOCLAIM goes on; known to the server's side of the client only. */
  cursors: Record<string, string>;
}
function newSession(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
  return { id, link, client, kind, wanted: false, life: 0, connected: false, served: -1, tries: 0, loseNextAck: false, buffer: [], places: [], nextHandle: 1, slots: 0, asking: false, claiming: false, claimDue: false, fresh: true, offline: [], history: null, cursors: {} };
}

export type TrafficState = UnderwayState<SessionState, Thing>;
export class Traffic extends Conversations<SessionState, Thing> {
  constructor(host: RoomHost) {
    super(host, { thing: WAKE.thing, timer: WAKE.serverTimer });
  }
  session(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
    return this.sessions.get(id) ?? this.enter(newSession(id, link, client, kind));
  }
  later(delay: number, what: number, state: SessionState, thing?: Thing): void {
    this.wake(delay, what, thing ?? { do: 'opened', session: state.id, life: state.life });
  }
}
