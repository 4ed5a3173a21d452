/** The seam between generic clients, the engine and a broker's room. Push, poll, lease, log and webhook brokers fit through it. */
import type { Facts } from '../history/history.ts';
import type { Kind } from '../history/entries.ts';
import type { Messages } from '../history/messages.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { ScenarioLink, ScenarioNode } from '../scenario/document.ts';

/** What a pure broker model needs from around it, and nothing else. */
export interface BrokerHost {
  /** Virtual time, µs. */
  now(): number;
  /** Asks for `broker.timer(name, ref)` after `delayUs`. */
  after(delayUs: number, name: string, ref: number): void;
}
/** A broker saying no: typed and expected, in the broker's own words. */
export interface Refusal {
  readonly refused: true;
  readonly name: string;
  readonly code: number;
  readonly text: string;
  /** What the refusal ends: nothing, the channel or the connection. */
  readonly closes: 'message' | 'channel' | 'connection';
}
export type { Rules } from '../scenario/descriptor.ts';

/** A message handed to a reader. `handle` is the session's own number for it. */
export interface Delivery {
  readonly handle: number;
  readonly message: number;
  readonly copy: number;
  /** 1 for the first handing-over of this copy. */
  readonly attempt: number;
  readonly redelivered: boolean;
  /** The history's entry that tells of the handing-over. */
  readonly entry: number;
  /** What is handed over together, all in one instant: a function works on it in one invocation and answers for all of it. Absent: alone. */
  readonly batch?: { readonly id: number; readonly size: number };
}
export type Outcome = 'confirmed' | 'unknown' | Refusal;

export interface PublishSession {
  /** An outcome follows whatever was taken; without it the client never learns (no confirms, acks=0). */
  readonly awaited: boolean;
  /** `full`: no room now, `room()` follows. */
  send(message: number, attempt: number): 'taken' | 'full' | Refusal;
  close(how: 'graceful' | 'crash'): void;
  open(): void;
}
export interface PublishListener {
  outcome(message: number, outcome: Outcome): void;
  returned(message: number, why: string): void;
  room(): void;
  blocked(why: string): void;
  unblocked(): void;
  /** The connection is gone; everything without an outcome is unknown. The session reopens by itself and calls `room`. */
  lost(why: string): void;
}
export interface ReceiveSession {
  /** `partialBatch`: of a batch, some may be settled as done and others as retry; without it a batch fails as a whole. Absent = no batches. */
  readonly can: { readonly retryOne: boolean; readonly reject: boolean; readonly extend: boolean; readonly outOfOrder: boolean; readonly partialBatch?: boolean };
  /** Room for `slots` more at once: a poll, a receive, a pull, or taking from the prefetch buffer. A function's slot is one invocation, which takes a batch. */
  ready(slots: number): void;
  settle(delivery: Delivery, how: 'done' | 'retry' | 'reject' | 'extend'): void;
  close(how: 'graceful' | 'crash'): void;
  open(): void;
  /** Arrived, not yet taken by the client. */
  buffered(): readonly Delivery[];
  portion?(): Portion | undefined;
}
/** What a reader is given of a source whose parts are shared out among several. */
export interface Portion {
  /** Short: "0-3 7". */
  readonly parts: string;
  /** When it was given nothing lately, because they were shared out anew, µs; the last one may go on. */
  readonly stops: readonly (readonly [from: number, to: number])[];
}
export interface ReceiveListener {
  push(delivery: Delivery): 'started' | 'busy';
  /** The broker took deliveries back. `clientKnows: false`: silently, the work goes on as a zombie. */
  withdrawn(deliveries: readonly Delivery[], why: string, clientKnows: boolean): void;
  settled(delivery: Delivery, outcome: Outcome): void;
}

/** A cell in the picture of a place, as the model knows it. */
export interface LookCell {
  readonly message: number;
  readonly copy: number;
  /** kept: read by everybody and still there; unsure: there, and not to be read yet. */
  readonly state: 'ready' | 'held' | 'dead' | 'kept' | 'unsure';
  readonly redelivered: boolean;
  /** Its effect was not the first of this message. */
  readonly duplicate?: boolean;
}
export interface Look {
  readonly lanes: readonly {
    readonly label?: string;
    readonly cells: readonly LookCell[];
    readonly more: number;
    readonly busy?: number;
    readonly past?: boolean;
    readonly note?: string;
    readonly end?: string;
    readonly parts?: string;
    readonly stops?: readonly (readonly [from: number, to: number])[];
    readonly pointers?: readonly { readonly before: number; readonly name: string }[];
    readonly tone?: 'ok' | 'warn' | 'bad';
  }[];
  readonly gauges: readonly {
    readonly name: string;
    readonly value: string;
    readonly tone?: 'ok' | 'warn' | 'bad';
    readonly minor?: boolean;
    /** The address whose waiting messages it counts: how fast they grow is shown beside it. */
    readonly of?: string;
  }[];
  readonly health?: string;
  readonly tone?: 'ok' | 'warn' | 'bad';
}
/**
 * The nodes inside one cluster and the links that touch it, settings filled in. Where a broker has no clusters, or they can be
 * linked with each other, all its nodes: `cluster` is then its family.
 */
export interface Topology {
  readonly cluster: ScenarioNode;
  readonly nodes: readonly ScenarioNode[];
  readonly links: readonly ScenarioLink[];
}
export interface Depth {
  readonly place: string;
  readonly pending: number;
  readonly inFlight: number;
  /** Of the pending, those that are not to be handed over for the first time yet, however many readers are free. Absent: none. */
  readonly delayed?: number;
  /** µs of virtual time, of the oldest that waits; -1 when none does. */
  readonly oldest: number;
}

/** What the engine gives to a broker's room. */
export interface RoomHost {
  now(): number;
  /** `room.wake(what, ref)` after `delayUs`. */
  after(delayUs: number, what: number, ref: number): void;
  /**
   * One thing on its way over a link: `room.arrive(what, ref)` at the far end. Things on one link in one direction keep their
   * order, and wait while the link is cut (as TCP does); a room that gives up a connection calls `forget`. With a message it is drawn.
   */
  hop(link: string, client: string, back: boolean, what: number, ref: number, message: number, redelivered: boolean): void;
  /** Whatever is under way on the link for this client, both ways, is gone: `room.astray(what, ref)` for each. */
  forget(link: string, client: string): void;
  /** A way through the broker that takes no time: drawn only. */
  pass(link: string, message: number): void;
  record(kind: Kind, facts: Facts): number;
  /** The same without an object in between, for what happens to every message; -1 and undefined stand for nothing. */
  write(kind: Kind, message: number, copy: number, place: string | undefined, actor: string | undefined, attempt: number, reason: string | undefined, cause: number, detail: number): number;
  /** A number for a copy, unique in the run: rooms share one count. */
  copy(): number;
  luck(purpose: string): RandomStream;
  readonly messages: Messages;
  /** The words of a message's key: "A". */
  keyName(message: number): string;
}
/** One broker cluster, its sessions included. All of it is state, saved and loaded as a whole. */
export interface Room {
  /** Makes the broker's entities those of the topology: at the start (all), and after an edit (the difference). */
  reconcile(topology: Topology): void;
  /** Learns the names of a topology without acting: before a checkpoint is loaded. */
  know(topology: Topology): void;
  publisher(link: string, client: string, listener: PublishListener): PublishSession;
  receiver(link: string, client: string, listener: ReceiveListener): ReceiveSession;
  /** @returns what was done, in words; undefined when this is not an action of the room. */
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined;
  wake(what: number, ref: number): void;
  arrive(what: number, ref: number): void;
  astray(what: number, ref: number): void;
  /** A link was cut or mended. */
  linkChanged(link: string, cut: boolean): void;
  /** @param cells at most so many per lane */
  look(place: string, cells: number): Look | undefined;
  depths(): readonly Depth[];
  save(): unknown;
  load(state: unknown): void;
}
export type RoomFactory = (host: RoomHost, topology: Topology) => Room;
