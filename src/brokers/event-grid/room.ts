/** Event Grid in a scenario: the service, the clients around it, and the way between them. */
import { copyOf } from '../../base/copy.ts';
import type { Depth, Look, PublishListener, ReceiveListener, Room, RoomHost, Topology } from '../contract.ts';
import { Desk } from './desk.ts';
import { depthsOf, lookAt } from './look.ts';
import { mend, operate } from './operate.ts';
import { Places } from './places.ts';
import { EventGrid, type GridState } from './server.ts';
import { type Answering, EndpointSession, Publisher, type Pulling, PullSession, type SessionHost } from './sessions.ts';
import { type Known, Teller } from './teller.ts';
import { type SessionState, type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';

interface State {
  readonly grid: GridState;
  readonly traffic: TrafficState;
  readonly known: readonly (readonly [number, Known])[];
}

export class EventGridRoom implements Room, SessionHost {
  private readonly host: RoomHost;
  private readonly grid: EventGrid;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly desk: Desk;
  private readonly places = new Places();
  private readonly producers = new Map<string, PublishListener>();
  private readonly endpoints = new Map<string, EndpointSession>();
  private readonly pullers = new Map<string, PullSession>();

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.traffic = new Traffic(host);
    this.teller = new Teller(host);
    this.grid = new EventGrid({ now: () => host.now(), after: (delay, name, ref) => this.traffic.serverTimer(delay, name, ref), luck: (purpose) => host.luck(purpose) });
    this.desk = new Desk(host, this.grid, this.traffic, this.teller, this.places);
    this.places.know(topology);
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    this.know(topology);
    this.grid.configure(this.places.plan);
    this.desk.flush();
  }
  know(topology: Topology): void {
    this.places.know(topology);
  }
  publisher(link: string, client: string, listener: PublishListener): Publisher {
    const state = this.traffic.session(link, client, 'publish', this.places.topicOf(link) ?? '');
    this.producers.set(state.id, listener);
    return new Publisher(state, this);
  }
  receiver(link: string, client: string, listener: ReceiveListener): EndpointSession | PullSession {
    const isPull = this.places.isPull(link);
    const state = this.traffic.session(link, client, isPull ? 'pull' : 'push', this.places.subscriptionOf(link));
    if (isPull) {
      const session = new PullSession(state, this, listener);
      this.pullers.set(state.id, session);
      return session;
    }
    const session = new EndpointSession(state, this, listener);
    this.endpoints.set(state.id, session);
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action === 'lose-next-ack') {
      const sessions = [...this.traffic.sessions.values()].filter((s) => s.kind !== 'publish' && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)));
      for (const s of sessions) s.loseNextAck = true;
      return sessions.length > 0 ? 'The next answer is lost on its way.' : undefined;
    }
    if (action === 'start-cluster' && on === this.places.room) return mend(this.grid);
    if (!this.places.has(on)) return undefined;
    const said = operate({ grid: this.grid, desk: this.desk, places: this.places, teller: this.teller }, action, on, parameters);
    this.desk.flush();
    return said;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.timer) {
      const timer = this.traffic.takeTimer(ref);
      if (timer === undefined) return;
      this.grid.timer(timer[0], timer[1]);
      return this.desk.flush();
    }
    const found = this.traffic.take(ref);
    if (found?.thing.do !== 'pause' || found.thing.life !== found.state.life) return;
    const session = this.pullers.get(found.state.id);
    if (what === WAKE.renew) session?.renew();
    else session?.askAgain();
  }
  arrive(_what: number, ref: number): void {
    const found = this.traffic.take(ref);
    if (found) this.happen(found.state, found.thing);
  }
  astray(_what: number, ref: number): void {
    this.traffic.take(ref);
  }
  linkChanged(): void {}
  look(place: string, cells: number): Look | undefined {
    return this.places.has(place) ? lookAt(this.grid, this.teller, this.places, place, cells, this.host.now()) : undefined;
  }
  depths(): readonly Depth[] {
    return depthsOf(this.grid);
  }
  save(): unknown {
    return copyOf({ grid: this.grid.save(), traffic: this.traffic.save(), known: this.teller.save() });
  }
  load(saved: unknown): void {
    const { grid, traffic, known } = copyOf(saved as State);
    this.grid.load(grid, this.places.plan);
    this.traffic.load(traffic);
    this.teller.load(known);
  }
  // SessionHost ----------------------------------------------------------------
  up(state: SessionState, thing: Thing, message = -1): void {
    this.traffic.up(state, thing, message);
  }
  answering(state: SessionState): Answering {
    return this.places.answering(state.link);
  }
  pulling(state: SessionState): Pulling {
    return this.places.pulling(state.link);
  }
  renewAfter(state: SessionState, delay: number): void {
    this.traffic.later(delay, WAKE.renew, state);
  }
  present(state: SessionState): void {
    const { place } = state;
    if (state.isOpen) this.host.record('joined', { place, actor: state.client, detail: 1 });
    else this.host.record('left', { place, actor: state.client, reason: 'event-grid.instance_gone' });
  }

  /** A thing at its far end. */
  private happen(state: SessionState, thing: Thing): void {
    switch (thing.do) {
      case 'reply':
        if (thing.life === state.life) this.producers.get(state.id)?.outcome(thing.message, thing.outcome);
        return;
      case 'deliver':
        // When the service has hung up meanwhile, nothing arrives.
        if (!this.grid.push(thing.subscription)?.isOpen(thing.request)) return;
        if (state.isOpen) return this.endpoints.get(state.id)?.take(thing.subscription, thing.request, thing.deliveries);
        return this.traffic.up(state, { do: 'answer', session: state.id, subscription: thing.subscription, request: thing.request, answer: 'SocketError' });
      case 'validate':
        return this.validated(state, thing.subscription, thing.attempt);
      case 'events':
        if (thing.life === state.life) this.pullers.get(state.id)?.received(thing.deliveries);
        return;
      case 'settled':
        if (thing.life === state.life) this.pullers.get(state.id)?.settled(thing.delivery, thing.outcome);
        return;
      default:
        return this.desk.serve(state, thing);
    }
  }
  private validated(state: SessionState, subscription: string, attempt: number): void {
    const handshake = this.places.handshakeOf(state.link);
    if (state.isOpen && handshake === 'none') return;
    const answer = !state.isOpen ? 'failed' : handshake === 'validationUrl' ? 'ok' : 'code';
    this.traffic.up(state, { do: 'validated', session: state.id, subscription, attempt, answer });
  }
}
