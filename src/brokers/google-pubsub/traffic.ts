/** What is under way between clients and the service, and what each client knows. */
import { copyOf } from '../../base/copy.ts';
import { Deque } from '../../base/deque.ts';
import type { Delivery, Refusal, RoomHost } from '../contract.ts';
import { Underway, type UnderwayState } from '../underway.ts';
import type { Attributes } from './filter.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, server: 1, client: 2 } as const;
/** Why a client is woken. */
export type Alarm = 'flush' | 'again' | 'timeout' | 'keep alive' | 'ask' | 'reopen';

/** Something on its way. */
export type Thing = { readonly session: string; readonly life: number } & (
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  | { readonly do: 'pull'; readonly count: number }
  /** A message beside others in one request: drawn, and nothing else. */
  | { readonly do: 'ride' }
  | { readonly do: 'publish'; readonly batch: number; readonly key: string; readonly items: readonly { readonly message: number; readonly attributes: Attributes }[] }
  | { readonly do: 'published'; readonly batch: number; readonly refusal: Refusal | null }
  | { readonly do: 'deliver'; readonly delivery: Delivery; readonly ackId: string; readonly key: string; readonly pushed: boolean }
  /** The end of a pull's answer; or a stream or a pull is refused. */
  | { readonly do: 'answered'; readonly refusal: Refusal | null }
  | { readonly do: 'ack'; readonly ackId: string; readonly delivery: Delivery; readonly tries: number }
  | { readonly do: 'modify'; readonly ackIds: readonly string[]; readonly seconds: number }
  /** What a subscriber with exactly-once delivery learns. */
  | { readonly do: 'acked'; readonly ackId: string; readonly delivery: Delivery; readonly tries: number; readonly refusal: Refusal | null }
  | { readonly do: 'respond'; readonly subscription: string; readonly ackId: string; readonly status: number }
  /** `ref`: a batch; or, for an acknowledgement that is sent again, -1 */
  | { readonly do: 'wake'; readonly why: Alarm; readonly ref: number; readonly retry?: { readonly ackId: string; readonly delivery: Delivery; readonly tries: number } }
);

/** One publish request: its messages, with what goes with them. */
export interface Batch {
  readonly id: number;
  readonly key: string;
  readonly items: { readonly message: number; readonly attributes: Attributes }[];
  bytes: number;
  /** When the library gives up, µs; 0 = not sent yet. */
  until: number;
  tries: number;
}
/** A message that a client has. */
export interface Held {
  readonly delivery: Delivery;
  readonly ackId: string;
  readonly receivedAt: number;
  /** Ordering key that holds; '' = none. */
  readonly key: string;
  readonly pushed: boolean;
}
interface Common {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  wanted: boolean;
  /** Incarnation; what was sent in an earlier one means nothing to the client. */
  life: number;
}
export interface PublisherState extends Common {
  readonly kind: 'publish';
  batches: Map<number, Batch>;
  /** By ordering key: the batch that is being filled, and those that wait for the one under way. */
  open: Map<string, number>;
  queues: Map<string, number[]>;
  paused: Set<string>;
  nextBatch: number;
  outstanding: number;
  outstandingBytes: number;
  blocked: boolean;
}
export interface SubscriberState extends Common {
  readonly kind: 'receive';
  /** The life that the service knows of. */
  served: number;
  slots: number;
  nextHandle: number;
  /** A pull is under way, or a pause is made. */
  asking: boolean;
  ticking: boolean;
  held: Map<number, Held>;
  /** Handles that may go to the program, in order. */
  buffer: Deque<number>;
  /** Per ordering key at work: handles that wait for it. */
  lines: Map<string, Deque<number>>;
  /** Seconds that acknowledgements took, with how often. */
  ackTimes: Map<number, number>;
  loseNextAck: boolean;
}
export type SessionState = PublisherState | SubscriberState;

const newPublisher = (id: string, link: string, client: string): PublisherState => ({ ...{ kind: 'publish', id, link, client, wanted: false, life: 0 }, ...{ batches: new Map(), open: new Map(), queues: new Map(), paused: new Set(), nextBatch: 1, outstanding: 0, outstandingBytes: 0, blocked: false } });
const newSubscriber = (id: string, link: string, client: string): SubscriberState => ({
  ...{ kind: 'receive', id, link, client, wanted: false, life: 0 },
  ...{ served: -1, slots: 0, nextHandle: 1, asking: false, ticking: false, held: new Map(), buffer: new Deque(), lines: new Map(), ackTimes: new Map(), loseNextAck: false },
});

function plain(state: SessionState): object {
  if (state.kind === 'publish') return { ...state, batches: [...state.batches], open: [...state.open], queues: [...state.queues], paused: [...state.paused] };
  return { ...state, held: [...state.held], buffer: [...state.buffer], lines: [...state.lines].map(([key, line]) => [key, [...line]]), ackTimes: [...state.ackTimes] };
}
/** Puts what was saved into a state. */
function fill(state: SessionState, saved: Record<string, never>): void {
  const { batches, open, queues, paused, held, buffer, lines, ackTimes, ...rest } = saved;
  Object.assign(state, rest);
  if (state.kind === 'publish') Object.assign(state, { batches: new Map(batches), open: new Map(open), queues: new Map(queues), paused: new Set(paused) });
  else Object.assign(state, { held: new Map(held), buffer: new Deque(buffer), lines: new Map((lines as unknown as [string, number[]][]).map(([key, line]) => [key, new Deque(line)])), ackTimes: new Map(ackTimes) });
}

export interface TrafficState extends UnderwayState<SessionState, Thing> {
  readonly clients: readonly { readonly id: string; readonly link: string; readonly client: string; readonly kind: 'publish' | 'receive' }[];
}
export class Traffic extends Underway<SessionState, Thing> {
  readonly publishers = new Map<string, PublisherState>();
  readonly subscribers = new Map<string, SubscriberState>();
  constructor(host: RoomHost) {
    super(host, { thing: WAKE.thing, timer: WAKE.server });
  }
  publisher(id: string, link: string, client: string): PublisherState {
    const state = this.publishers.get(id) ?? newPublisher(id, link, client);
    this.publishers.set(id, state);
    return state;
  }
  subscriber(id: string, link: string, client: string): SubscriberState {
    const state = this.subscribers.get(id) ?? newSubscriber(id, link, client);
    this.subscribers.set(id, state);
    return state;
  }
  later(delay: number, thing: Thing): void {
    this.wake(delay, WAKE.client, thing);
  }
  override save(): TrafficState {
    return { ...super.save(), clients: copyOf([...this.publishers.values(), ...this.subscribers.values()].map(plain)) as TrafficState['clients'] };
  }
  override load(state: TrafficState): void {
    super.load(state);
    for (const one of copyOf(state.clients)) fill(one.kind === 'publish' ? this.publisher(one.id, one.link, one.client) : this.subscriber(one.id, one.link, one.client), one as never);
  }
}
