/** What is under way between clients and the service, and the client's side of every session. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import { Conversations, type UnderwayState } from '../underway.ts';
import type { Answer } from './model.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, service: 1 } as const;

export type Thing = { readonly session: string; readonly life: number } & (
  | { readonly do: 'linger' }
  /** A PutEvents on its way, or to be sent again. */
  | { readonly do: 'put' | 'put-again'; readonly messages: readonly number[]; readonly tries: number }
  | { readonly do: 'put-result'; readonly messages: readonly number[]; readonly tries: number; readonly results: Refusal | readonly (Refusal | null)[] }
  /** A call of a target, and its answer. */
  | { readonly do: 'request'; readonly delivery: Delivery }
  | { readonly do: 'response'; readonly handle: number; readonly answer: Answer; readonly reason: string }
  /** ReceiveMessage and what it brings; what a reader says of a message. */
  | { readonly do: 'receive'; readonly most: number }
  | { readonly do: 'received'; readonly deliveries: readonly Delivery[] }
  | { readonly do: 'delete' | 'release'; readonly handle: number }
);
export interface SessionState {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  readonly kind: 'publish' | 'target' | 'queue';
  /** Whether the process is there. */
  up: boolean;
  /** Incarnation: what was sent in an earlier one means nothing. */
  life: number;
  slots: number;
  /** Arrived and not yet taken by the client. */
  buffer: Delivery[];
  /** Entries that wait for others. */
  batch: number[];
  /** A ReceiveMessage is under way. */
  asking: boolean;
  loseNextAck: boolean;
}
export type TrafficState = UnderwayState<SessionState, Thing>;
export class Traffic extends Conversations<SessionState, Thing> {
  /** By link, in the order of their clients' names. */
  private readonly byLink = new Map<string, SessionState[]>();
  constructor(host: RoomHost) {
    super(host, { thing: WAKE.thing, timer: WAKE.service });
  }
  session(link: string, client: string, kind: SessionState['kind']): SessionState {
    const id = `${client} ${link}`;
    return this.sessions.get(id) ?? this.enter({ id, link, client, kind, up: false, life: 0, slots: 0, buffer: [], batch: [], asking: false, loseNextAck: false });
  }
  of(link: string): readonly SessionState[] {
    return this.byLink.get(link) ?? [];
  }
  later(delay: number, thing: Thing): void {
    this.wake(delay, WAKE.thing, thing);
  }
  protected override enter(state: SessionState): SessionState {
    const here = [...(this.byLink.get(state.link) ?? []), state];
    this.byLink.set(
      state.link,
      here.sort((a, b) => (a.client < b.client ? -1 : 1)),
    );
    return super.enter(state);
  }
}
