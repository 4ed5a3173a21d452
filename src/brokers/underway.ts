/** What is under way between the clients and the servers of a room, and the clients' side of every connection: the same for every broker. */
import { copyOf } from '../base/copy.ts';
import { Things } from '../base/things.ts';
import type { RoomHost } from './contract.ts';

export interface OnceState<Thing> {
  readonly next: number;
  readonly kept: readonly (readonly [number, Thing])[];
}
/** Calls of the agenda carry integers; this is what they mean. Each thing is taken once. */
export class Once<Thing> {
  private readonly kept = new Things<Thing>();
  private next = 0;

  keep(thing: Thing): number {
    this.kept.set(this.next, thing);
    return this.next++;
  }
  take(ref: number): Thing | undefined {
    const thing = this.kept.at(ref);
    this.kept.delete(ref);
    return thing;
  }
  values(): Iterable<Thing> {
    return this.kept.values();
  }
  /** Nobody waits for them any more: whoever comes finds nothing. */
  clear(): void {
    this.kept.clear();
  }
  save(): OnceState<Thing> {
    return { next: this.next, kept: this.kept.save() };
  }
  load({ next, kept }: OnceState<Thing>): void {
    this.next = next;
    this.kept.load(kept);
  }
}

/** A client's end of a link. */
export interface Session {
  readonly id: string;
  readonly link: string;
  readonly client: string;
  /** 'publish', or one of the broker's ways of reading. */
  readonly kind: string;
}
type Timer = readonly [name: string, ref: number];
export interface UnderwayState<S, Thing> {
  readonly sessions: readonly S[];
  readonly things: OnceState<Thing>;
  readonly timers: OnceState<Timer>;
}
/** Sessions, what is on its way on their links, and the server's timers. */
export class Underway<S extends Session, Thing> {
  readonly sessions = new Map<string, S>();
  protected readonly things = new Once<Thing>();
  protected readonly timers = new Once<Timer>();
  protected readonly host: RoomHost;
  private readonly wakes: { readonly thing: number; readonly timer: number };

  /** @param wakes what a hop and a timer of the server are about: the room is woken with these */
  constructor(host: RoomHost, wakes: { readonly thing: number; readonly timer: number }) {
    this.host = host;
    this.wakes = wakes;
  }
  /** From the client to the server. */
  up(state: S, thing: Thing, message = -1): void {
    this.send(state, state.kind !== 'publish', thing, message);
  }
  /** From the server to the client. */
  down(state: S, thing: Thing, message = -1, redelivered = false): void {
    this.send(state, state.kind === 'publish', thing, message, redelivered);
  }
  /** @param back against the direction of the link */
  send({ link, client }: Pick<Session, 'link' | 'client'>, back: boolean, thing: Thing, message = -1, redelivered = false): void {
    this.host.hop(link, client, back, this.wakes.thing, this.things.keep(thing), message, redelivered);
  }
  /** @param what as the room is to be woken */
  wake(delay: number, what: number, thing: Thing): void {
    this.host.after(delay, what, this.things.keep(thing));
  }
  serverTimer(delay: number, name: string, ref: number): void {
    this.host.after(delay, this.wakes.timer, this.timers.keep([name, ref]));
  }
  takeTimer(ref: number): Timer | undefined {
    return this.timers.take(ref);
  }
  /** The server that asked for them is no more. */
  forgetTimers(): void {
    this.timers.clear();
  }
  takeThing(ref: number): Thing | undefined {
    return this.things.take(ref);
  }
  save(): UnderwayState<S, Thing> {
    return copyOf({ sessions: [...this.sessions.values()], things: this.things.save(), timers: this.timers.save() });
  }
  load(saved: UnderwayState<S, Thing>): void {
    const { sessions, things, timers } = copyOf(saved);
    for (const session of sessions) {
      // Whoever has a session keeps the same object.
      const known = this.sessions.get(session.id);
      if (known) Object.assign(known, session);
      else this.enter(session);
    }
    this.things.load(things);
    this.timers.load(timers);
  }
  /** A session that was not known. */
  protected enter(state: S): S {
    this.sessions.set(state.id, state);
    return state;
  }
}
/** Where everything on its way is about one session. */
export class Conversations<S extends Session, Thing extends { readonly session: string }> extends Underway<S, Thing> {
  /** The thing and its session, once. */
  take(ref: number): { readonly thing: Thing; readonly state: S } | undefined {
    const thing = this.takeThing(ref);
    const state = thing && this.sessions.get(thing.session);
    return thing && state ? { thing, state } : undefined;
  }
}
