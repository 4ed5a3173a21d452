/** What is under way between clients and brokers, and the client's side of every connection. */
import { copyOf } from '../../base/copy.ts';
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import { Once, type OnceState, Underway, type UnderwayState } from '../underway.ts';
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
export interface TrafficState extends UnderwayState<ClientState, Thing> {
  readonly calls: OnceState<Call>;
}
/** Of the messages that go together, so many are drawn. */
const DRAWN = 8;

export class Traffic extends Underway<ClientState, Thing> {
  private readonly calls = new Once<Call>();
  constructor(host: RoomHost) {
    super(host, { thing: WAKE.thing, timer: WAKE.server });
  }
  client(link: string, client: string, kind: ClientState['kind']): ClientState {
    const id = `${client} ${link}`;
    return this.sessions.get(id) ?? this.enter({ id, link, client, kind, wanted: false, life: 0, loseNextAck: false, attachments: [] });
  }
  /** Messages that go the way of `up` or `down` together: the first of them is the thing's own. */
  beside(state: ClientState, [, ...others]: readonly number[]): void {
    for (const message of others.slice(0, DRAWN - 1)) this.host.pass(state.link, message);
  }
  later(state: ClientState, delay: number, name: string, arg: number, partition = ''): void {
    this.host.after(delay, WAKE.client, this.calls.keep({ session: state.id, life: state.life, name, arg, partition }));
  }
  takeCall(ref: number): Call | undefined {
    return this.calls.take(ref);
  }
  override save(): TrafficState {
    return { ...super.save(), calls: copyOf(this.calls.save()) };
  }
  override load(state: TrafficState): void {
    super.load(state);
    this.calls.load(copyOf(state.calls));
  }
}
