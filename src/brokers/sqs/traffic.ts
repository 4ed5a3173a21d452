/** What is under way between clients and the services, and the client's side of every session. */
import type { Delivery, Outcome, RoomHost } from '../contract.ts';
import { Underway, type UnderwayState } from '../underway.ts';
import type { Receipt } from './message.ts';

/** What a wake is about: a thing, or a timer of SQS. */
export const WAKE = { thing: 0, timer: 1 } as const;
/** Timers of SQS by number. */

/** What a client holds. */
export interface Held {
  readonly delivery: Delivery;
  readonly receipt: Receipt;
}
/** Something on its way, or due later; `session` and `life` name the client that it concerns. */
export type Thing =
  | { readonly do: 'send'; readonly session: string; readonly life: number; readonly messages: readonly number[] }
  | { readonly do: 'sent'; readonly session: string; readonly life: number; readonly message: number; readonly outcome: Outcome }
  | { readonly do: 'receive'; readonly session: string; readonly life: number; readonly poller: number; readonly most: number; readonly wait: number | undefined }
  | ({ readonly do: 'deliver'; readonly session: string; readonly life: number; readonly poller: number } & Held)
  /** The end of an answer to a receive. */
  | { readonly do: 'answered'; readonly session: string; readonly life: number; readonly poller: number; readonly found: number /** It was a long poll. */; readonly waited: boolean; readonly refused: boolean }
  /** DeleteMessage, or its batch. */
  | { readonly do: 'delete'; readonly session: string; readonly life: number; readonly held: readonly Held[] }
  | ({ readonly do: 'change'; readonly session: string; readonly life: number; readonly seconds: number } & Held)
  /** A refusal of the last two. */
  | { readonly do: 'replied'; readonly session: string; readonly life: number; readonly delivery: Delivery; readonly outcome: Outcome }
  | { readonly do: 'hang-up'; readonly session: string }
  // What a client does later.
  | { readonly do: 'flush' | 'ask' | 'beat' | 'scale' | 'window'; readonly session: string; readonly life: number; readonly ref: number }
  // SNS and its subscribers.
  | { readonly do: 'notify' | 'retry' | 'timeout'; readonly copy: number; readonly attempt: number }
  | { readonly do: 'push'; readonly session: string; readonly life: number; readonly copy: number; readonly delivery: Delivery }
  | { readonly do: 'deploy' }
  | { readonly do: 'response'; readonly copy: number; readonly attempt: number; readonly how: 'done' | 'failed' | 'rejected' | 'busy' };

interface Base {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  /** What the client wants: to work. */
  wanted: boolean;
  /** Incarnation; what was asked in an earlier one means nothing. */
  life: number;
}
export interface PublishState extends Base {
  readonly kind: 'publish';
  /** Messages that wait for their batch to be full. */
  batch: number[];
  /** Batches so far. */
  batches: number;
}
export interface PollState extends Base {
  readonly kind: 'poll';
  slots: number;
  asking: boolean;
  buffer: Delivery[];
  /** What it has received and not done with, by handle. */
  held: [handle: number, held: Held][];
  nextHandle: number;
  loseNextAck: boolean;
}
/** One of the pollers of an event source mapping: it reads a batch, has the function called with it, and deletes. */
export interface Poller {
  readonly number: number;
  state: 'asking' | 'gathering' | 'invoking' | 'resting';
  batch: Held[];
  /** The window is over: call the function as soon as the answer is in. */
  due: boolean;
  /** Windows and rests so far. */
  round: number;
  /** Deliveries that the function has yet to answer for. */
  open: number;
  /** What it is done with. */
  done: Held[];
  /** Something of the batch failed. */
  failed: boolean;
}
export interface MappingState extends Base {
  readonly kind: 'mapping';
  pollers: Poller[];
  /** Batches at the same time. */
  limit: number;
  nextHandle: number;
  nextBatch: number;
  /** s; the pause after a throttled invocation. */
  rest: number;
  nextPoller: number;
  /** Lambda does not take the settings: nothing is read. */
  refused: boolean;
  loseNextAck: boolean;
}
export interface EndpointState extends Base {
  readonly kind: 'endpoint';
  nextHandle: number;
  /** Copies in work, by handle. */
  held: [handle: number, copy: number, attempt: number][];
}
export type SessionState = PublishState | PollState | MappingState | EndpointState;

export type TrafficState = UnderwayState<SessionState, Thing>;
export class Traffic extends Underway<SessionState, Thing> {
  constructor(host: RoomHost) {
    super(host, WAKE);
  }
  /** The session of that id; a new one is made of `fresh`. */
  session<T extends SessionState>(fresh: T): T {
    return (this.sessions.get(fresh.id) ?? this.enter(fresh)) as T;
  }
  /** From SNS, along a link, in one of several lanes: what goes in different lanes may overtake. */
  out(link: string, lane: string, thing: Thing, message: number, redelivered: boolean): void {
    this.send({ link, client: lane }, false, thing, message, redelivered);
  }
  later(delay: number, thing: Thing): void {
    this.wake(delay, WAKE.thing, thing);
  }
}
