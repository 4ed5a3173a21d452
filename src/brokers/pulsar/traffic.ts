/** What is under way between clients and brokers, and the client's side of every connection. */
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import type { Ack } from './acknowledging.ts';
import type { SendArgs } from './producing.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, server: 1, client: 2 } as const;

/** One message of an entry, as it is handed to a consumer. */
export interface Handed {
  readonly delivery: Delivery;
  readonly index: number;
}
/** An entry on its way to a consumer. */
export interface Parcel {
  readonly position: number;
  /** Messages of the entry, those that were acknowledged included. */
  readonly size: number;
  readonly redeliveries: number;
  readonly reconsumeTimes: number;
  readonly handed: readonly Handed[];
}
/** How the application was done with messages, for the history alone: the broker is told nothing of it. */
export interface Farewell {
  readonly position: number;
  readonly index: number;
  readonly how: 'dead-lettered' | 'dropped';
  readonly reason: string;
  /** Copies that were made of it elsewhere. */
  readonly copies: number;
}
/** Something on its way between a client and a broker, about one partition. */
export type Thing = { readonly session: string; readonly partition: string; readonly life: number } & (
  | { readonly do: 'attach' | 'detach' | 'granted' }
  | { readonly do: 'attached'; readonly refusal: Refusal | 'waiting' | null }
  | { readonly do: 'closed'; readonly why: string }
  | { readonly do: 'send'; readonly tag: number; readonly args: SendArgs }
  /** `tag` of what was sent; the outcome null = it is written. */
  | { readonly do: 'receipt'; readonly tag: number; readonly refusal: Refusal | null }
  | { readonly do: 'flow'; readonly permits: number }
  | { readonly do: 'ack'; readonly acks: readonly Ack[]; readonly upTo: number; readonly farewells: readonly Farewell[] }
  | { readonly do: 'redeliver'; readonly positions: readonly number[] | null; readonly why: 'nack' | 'ack_timeout' }
  | { readonly do: 'deliver'; readonly parcel: Parcel }
  /** A consumer's own producer: to the dead letter or the retry letter topic. `partition` is then the topic. */
  | { readonly do: 'forward'; readonly tag: number; readonly args: SendArgs }
  | { readonly do: 'forwarded'; readonly tag: number; readonly copies: number; readonly refusal: Refusal | null }
);
/** A client's call to itself. */
export interface Call {
  readonly session: string;
  readonly life: number;
  readonly name: string;
  readonly arg: number;
  readonly partition: string;
}
/** One connection of a client: to the broker of a partition. */
export interface Attachment {
  readonly partition: string;
  /** Incarnation; what was sent in an earlier one means nothing. */
  life: number;
  state: 'closed' | 'opening' | 'waiting' | 'open';
  /** The life that the broker knows, or -1. */
  served: number;
  /** Attempts since the last success. */
  tries: number;
  /** Messages that the application took since permits were last given (consumers). */
  taken: number;
}
export interface ClientState {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  readonly kind: 'publish' | 'receive';
  /** What the client wants: to be connected. */
  wanted: boolean;
  /** Incarnation of the process. */
  life: number;
  loseNextAck: boolean;
  attachments: Attachment[];
}
export interface TrafficState {
  readonly clients: readonly ClientState[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly calls: readonly (readonly [number, Call])[];
  readonly timers: readonly (readonly [number, readonly [string, number]])[];
  readonly next: number;
}
/** Of the messages that go together, so many are drawn. */
const DRAWN = 8;

export class Traffic {
  readonly clients = new Map<string, ClientState>();
  private things = new Map<number, Thing>();
  private calls = new Map<number, Call>();
  private timers = new Map<number, readonly [string, number]>();
  private next = 0;
  private readonly host: RoomHost;
  constructor(host: RoomHost) {
    this.host = host;
  }
  client(link: string, client: string, kind: ClientState['kind']): ClientState {
    const id = `${client} ${link}`;
    const state = this.clients.get(id) ?? { id, link, client, kind, wanted: false, life: 0, loseNextAck: false, attachments: [] };
    this.clients.set(id, state);
    return state;
  }
  /** From the client to the broker. */
  up(state: ClientState, thing: Thing, messages: readonly number[] = []): void {
    this.hop(state, state.kind === 'receive', thing, messages, false);
  }
  /** From the broker to the client. */
  down(state: ClientState, thing: Thing, messages: readonly number[] = [], redelivered = false): void {
    this.hop(state, state.kind === 'publish', thing, messages, redelivered);
  }
  later(state: ClientState, delay: number, name: string, arg: number, partition = ''): void {
    const id = this.next++;
    this.calls.set(id, { session: state.id, life: state.life, name, arg, partition });
    this.host.after(delay, WAKE.client, id);
  }
  serverTimer(delay: number, name: string, ref: number): void {
    const id = this.next++;
    this.timers.set(id, [name, ref]);
    this.host.after(delay, WAKE.server, id);
  }
  takeTimer(ref: number): readonly [string, number] | undefined {
    const timer = this.timers.get(ref);
    this.timers.delete(ref);
    return timer;
  }
  takeCall(ref: number): Call | undefined {
    const call = this.calls.get(ref);
    this.calls.delete(ref);
    return call;
  }
  takeThing(ref: number): Thing | undefined {
    const thing = this.things.get(ref);
    this.things.delete(ref);
    return thing;
  }
  save(): TrafficState {
    return { clients: [...this.clients.values()], things: [...this.things], calls: [...this.calls], timers: [...this.timers], next: this.next };
  }
  load(state: TrafficState): void {
    for (const client of state.clients) {
      const known = this.clients.get(client.id);
      if (known) Object.assign(known, client);
      else this.clients.set(client.id, client);
    }
    this.things = new Map(state.things);
    this.calls = new Map(state.calls);
    this.timers = new Map(state.timers);
    this.next = state.next;
  }
  private hop(state: ClientState, back: boolean, thing: Thing, [first = -1, ...others]: readonly number[], redelivered: boolean): void {
    const id = this.next++;
    this.things.set(id, thing);
    this.host.hop(state.link, state.client, back, WAKE.thing, id, first, redelivered);
    for (const message of others.slice(0, DRAWN - 1)) this.host.pass(state.link, message);
  }
}
