/** What is under way between the clients of a cluster and its server, and the client's side of every connection. */
import type { RoomHost } from '../contract.ts';
import { newSession, type SessionState, type Thing } from './sessions.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, brokerTimer: 1, recover: 2, silence: 3, poll: 4, store: 5, commit: 6 } as const;

export interface TrafficState {
  readonly sessions: readonly SessionState[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly timers: readonly (readonly [number, readonly [string, number]])[];
  readonly next: number;
}
export class Traffic {
  readonly sessions = new Map<string, SessionState>();
  /** Those that share a connection in the order in which they joined it. */
  private readonly byConnection = new Map<string, SessionState[]>();
  private things = new Map<number, Thing>();
  private timers = new Map<number, readonly [string, number]>();
  private next = 0;
  private readonly host: RoomHost;
  constructor(host: RoomHost) {
    this.host = host;
  }
  session(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
    const state = this.sessions.get(id) ?? newSession(id, link, client, kind);
    this.sessions.set(id, state);
    return state;
  }
  /** By name: the order in which they were made is another one after a checkpoint was restored. */
  inOrder(): SessionState[] {
    return [...this.sessions.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  /** The session whose connection the broker means; of several that share it, the one with this consumer tag. */
  at(connection: string, consumer?: string): SessionState | undefined {
    const sharing = this.byConnection.get(connection);
    return sharing === undefined || sharing.length === 1 || consumer === undefined ? sharing?.[0] : sharing.find((one) => one.id === consumer);
  }
  /** All sessions on a connection. */
  on(connection: string): readonly SessionState[] {
    return this.byConnection.get(connection) ?? [];
  }
  connected(state: SessionState, connection: string | null): void {
    if (state.connection !== null) {
      const others = this.on(state.connection).filter((one) => one !== state);
      if (others.length > 0) this.byConnection.set(state.connection, others);
      else this.byConnection.delete(state.connection);
    }
    state.connection = connection;
    if (connection === null) return;
    state.served = state.life;
    this.byConnection.set(connection, [...this.on(connection), state]);
  }
  /** The broker's end of a connection is gone: whoever is on it will hear of it. */
  end(connection: string, why: string): void {
    for (const state of this.on(connection)) {
      this.connected(state, null);
      this.down(state, { do: 'lost', session: state.id, life: state.served, why });
    }
  }
  /** From the client to the broker. */
  up(state: SessionState, thing: Thing, message: number): void {
    this.host.hop(state.link, state.client, state.kind === 'receive', WAKE.thing, this.keep(thing), message, false);
  }
  /** From the broker to the client. */
  down(state: SessionState, thing: Thing, message = -1, redelivered = false): void {
    this.host.hop(state.link, state.client, state.kind === 'publish', WAKE.thing, this.keep(thing), message, redelivered);
  }
  later(delay: number, what: number, state: SessionState): void {
    this.host.after(delay, what, this.keep({ do: 'opened', session: state.id, life: state.life }));
  }
  brokerTimer(delay: number, name: string, ref: number): void {
    const id = this.next++;
    this.timers.set(id, [name, ref]);
    this.host.after(delay, WAKE.brokerTimer, id);
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
    return { sessions: [...this.sessions.values()], things: [...this.things], timers: [...this.timers], next: this.next };
  }
  load(state: TrafficState): void {
    for (const session of state.sessions) {
      const known = this.sessions.get(session.id);
      if (known) Object.assign(known, session);
      else this.sessions.set(session.id, session);
    }
    this.byConnection.clear();
    for (const s of this.inOrder()) if (s.connection !== null) this.byConnection.set(s.connection, [...this.on(s.connection), s]);
    this.things = new Map(state.things);
    this.timers = new Map(state.timers);
    this.next = state.next;
  }
  private keep(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }
}
