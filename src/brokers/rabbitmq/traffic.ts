/** What is under way between the clients of a cluster and its server, and the client's side of every connection. */
import type { RoomHost } from '../contract.ts';
import { Conversations, type UnderwayState } from '../underway.ts';
import { newSession, type SessionState, type Thing } from './sessions.ts';

/** What a hop or a wake is about. */
export const WAKE = { thing: 0, serverTimer: 1, recover: 2, silence: 3, poll: 4, store: 5, commit: 6 } as const;

export interface TrafficState extends UnderwayState<SessionState, Thing> {
  readonly connections: readonly (readonly [connection: string, sessions: readonly string[]])[];
}
export class Traffic extends Conversations<SessionState, Thing> {
  /** Those that share a connection in the order in which they joined it. */
  private readonly byConnection = new Map<string, SessionState[]>();
  constructor(host: RoomHost) {
    super(host, { thing: WAKE.thing, timer: WAKE.serverTimer });
  }
  session(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
    return this.sessions.get(id) ?? this.enter(newSession(id, link, client, kind));
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
  later(delay: number, what: number, state: SessionState): void {
    this.wake(delay, what, { do: 'opened', session: state.id, life: state.life });
  }
  override save(): TrafficState {
    return { ...super.save(), connections: [...this.byConnection].map(([connection, sessions]) => [connection, sessions.map(({ id }) => id)]) };
  }
  override load(state: TrafficState): void {
    super.load(state);
    this.byConnection.clear();
    for (const [connection, sessions] of state.connections)
      this.byConnection.set(
        connection,
        sessions.flatMap((id) => this.sessions.get(id) ?? []),
      );
  }
}
