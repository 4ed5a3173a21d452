/** What is under way between the clients and the brokers of a cluster: requests, responses, and the clients' own timers. */
import { copyOf } from '../../base/copy.ts';
import type { RoomHost } from '../contract.ts';
import { Underway, type UnderwayState } from '../underway.ts';
import type { ClientState } from './connection.ts';
import type { Request, Response } from './protocol.ts';

/** What the room is woken about. `far`: a thing goes to a broker in another rack, or comes from there, and has reached the end of its link. */
export const WAKE = { thing: 0, server: 1, client: 2, far: 3 } as const;
interface OfSession {
  readonly session: string;
  readonly life: number;
}
/** `broker`: -1 for whichever. Nothing that is under way changes: checkpoints share it. */
export type Thing = OfSession &
  ({ readonly is: 'request'; readonly correlation: number; readonly broker: number; readonly request: Request } | { readonly is: 'response'; readonly correlation: number; readonly broker: number; readonly response: Response } | { readonly is: 'timer'; readonly name: string; readonly arg: number });
export type TrafficState = UnderwayState<ClientState, Thing>;

export class Traffic extends Underway<ClientState, Thing> {
  /** Under which a session is known to the cluster. */
  private readonly addresses = new Map<string, { readonly life: number; readonly text: string }>();
  constructor(host: RoomHost) {
    super(host, { thing: WAKE.thing, timer: WAKE.server });
  }
  client(link: string, client: string, kind: ClientState['kind']): ClientState {
    const id = `${client} ${link}`;
    return this.sessions.get(id) ?? this.enter({ id, link, client, kind, wanted: false, life: 0, nextCorrelation: 0 });
  }
  /** A session's address: another one each time that it is opened. */
  address(id: string, life: number): string {
    const known = this.addresses.get(id);
    if (known?.life === life) return known.text;
    const text = `${id}#${life}`;
    this.addresses.set(id, { life, text });
    return text;
  }
  /** Whose address it is, unless the session was opened anew since. */
  at(address: string): ClientState | undefined {
    const state = this.sessions.get(address.slice(0, address.lastIndexOf('#')));
    return state && this.address(state.id, state.life) === address ? state : undefined;
  }
  /** Whom a thing is about, unless the session was opened anew since. */
  of({ session, life }: Thing): ClientState | undefined {
    const state = this.sessions.get(session);
    return state?.life === life ? state : undefined;
  }
  request(state: ClientState, broker: number, request: Request, drawn: readonly number[], correlation = state.nextCorrelation++): number {
    this.up(state, { is: 'request', session: state.id, life: state.life, correlation, broker, request }, drawn[0]);
    this.beside(state, drawn);
    return correlation;
  }
  respond(state: ClientState, correlation: number, broker: number, response: Response, drawn: readonly number[]): void {
    this.down(state, { is: 'response', session: state.id, life: state.life, correlation, broker, response }, drawn[0]);
    this.beside(state, drawn);
  }
  later(state: ClientState, delay: number, name: string, arg: number): void {
    this.wake(delay, WAKE.client, { is: 'timer', session: state.id, life: state.life, name, arg });
  }
  override save(): TrafficState {
    return { sessions: copyOf([...this.sessions.values()]), things: this.things.save(), timers: this.timers.save() };
  }
  override load({ sessions, things, timers }: TrafficState): void {
    super.load({ sessions, things: { next: things.next, kept: [] }, timers });
    this.things.load(things);
  }
  /** Messages that go together: the first of them is the thing's own. */
  private beside(state: ClientState, drawn: readonly number[]): void {
    for (let i = 1; i < drawn.length; i++) this.host.pass(state.link, drawn[i] as number);
  }
}
