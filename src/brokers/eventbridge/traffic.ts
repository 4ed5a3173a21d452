/** What is under way between clients and the service, and the client's side of every session. */
import { copyOf } from '../../base/copy.ts';
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
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
export interface TrafficState {
  readonly sessions: readonly SessionState[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly timers: readonly (readonly [number, readonly [string, number]])[];
  readonly next: number;
}
export class Traffic {
  readonly sessions = new Map<string, SessionState>();
  /** By link, in the order of their clients' names. */
  private byLink = new Map<string, SessionState[]>();
  private things = new Map<number, Thing>();
  private timers = new Map<number, readonly [string, number]>();
  private next = 0;
  private readonly host: RoomHost;
  constructor(host: RoomHost) {
    this.host = host;
  }
  session(link: string, client: string, kind: SessionState['kind']): SessionState {
    const id = `${client} ${link}`;
    const known = this.sessions.get(id);
    if (known !== undefined) return known;
    const state: SessionState = { id, link, client, kind, up: false, life: 0, slots: 0, buffer: [], batch: [], asking: false, loseNextAck: false };
    this.add(state);
    return state;
  }
  of(link: string): readonly SessionState[] {
    return this.byLink.get(link) ?? [];
  }
  /** @param back against the direction of the link */
  send(state: SessionState, back: boolean, thing: Thing, message = -1, redelivered = false): void {
    this.host.hop(state.link, state.client, back, WAKE.thing, this.keep(thing), message, redelivered);
  }
  later(delay: number, thing: Thing): void {
    this.host.after(delay, WAKE.thing, this.keep(thing));
  }
  serviceTimer(delay: number, name: string, ref: number): void {
    const id = this.next++;
    this.timers.set(id, [name, ref]);
    this.host.after(delay, WAKE.service, id);
  }
  timer(ref: number): readonly [string, number] | undefined {
    const timer = this.timers.get(ref);
    this.timers.delete(ref);
    return timer;
  }
  /** The thing and its session, once. */
  take(ref: number): { readonly thing: Thing; readonly state: SessionState } | undefined {
    const thing = this.things.get(ref);
    const state = thing && this.sessions.get(thing.session);
    this.things.delete(ref);
    return thing && state ? { thing, state } : undefined;
  }
  save(): TrafficState {
    return copyOf({ sessions: [...this.sessions.values()], things: [...this.things], timers: [...this.timers], next: this.next });
  }
  load(saved: TrafficState): void {
    const state = copyOf(saved);
    for (const session of state.sessions) {
      const known = this.sessions.get(session.id);
      if (known) Object.assign(known, session);
      else this.add(session);
    }
    this.things = new Map(state.things);
    this.timers = new Map(state.timers);
    this.next = state.next;
  }
  private add(state: SessionState): void {
    this.sessions.set(state.id, state);
    const here = [...(this.byLink.get(state.link) ?? []), state];
    this.byLink.set(
      state.link,
      here.sort((a, b) => (a.client < b.client ? -1 : 1)),
    );
  }
  private keep(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }
}
