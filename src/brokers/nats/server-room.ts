/** One nats-server in a scenario, or a cluster of them: the server, the sessions of its clients, and the way between them. Other servers are its neighbours. */
import { copyOf } from '../../base/copy.ts';
import { micros } from '../../base/time.ts';
import type { Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Refusal, Room, RoomHost, Topology } from '../contract.ts';
import type { RandomStream } from '../../kernel/random.ts';
import { applyPlan } from './administrate.ts';
import { Availability, type AvailabilityHost, type AvailabilityState } from './availability.ts';
import { META } from './cluster-model.ts';
import type { Version } from './config.ts';
import { Desk, type Uplink, type Wiring } from './desk.ts';
import type { Envelope, NatsEvent } from './events.ts';
import type { Carried, LeafServer } from './leaves.ts';
import type { Geography } from './ledger.ts';
import { depthsOf, lookAt } from './look.ts';
import { operate } from './operate.ts';
import { type Config, type ConsumerPlan, domainOf, NOTHING, type Plan, plan, serverName } from './plan.ts';
import { NatsServer } from './server.ts';
import { goOn } from './server-pool.ts';
import { clientLost, NatsPublishSession, NatsReceiveSession, type Reading, type SessionHost } from './sessions.ts';
import { Teller, type TellerState } from './teller.ts';
import { type Fleeting, type SessionState, type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';

/** What it needs of the other servers of the scenario. */
export interface Neighbours {
  /** What is listened to at this server may have changed. */
  changed(cluster: string): void;
  carry(cluster: string, connection: string, envelope: Envelope, carried: Carried | null): void;
  /** A stream of this server has taken over a message of another's. */
  sourced(server: string, by: string, stream: string, seq: number): void;
  down(cluster: string): void;
  up(cluster: string): void;
  /** Messages on their way to other servers; undefined where the server has no leaf connections. */
  underWay(cluster: string): number | undefined;
}
interface State {
  readonly server: unknown;
  readonly traffic: TrafficState;
  readonly teller: TellerState;
  readonly availability: AvailabilityState;
  readonly applied: Plan;
  readonly untold: boolean;
}

export class ServerRoom implements Room, SessionHost, Geography, Wiring, AvailabilityHost, Uplink, LeafServer {
  readonly cluster: string;
  private readonly version: Version;
  private readonly host: RoomHost;
  private readonly neighbours: Neighbours;
  private readonly server: NatsServer;
  private readonly availability: Availability;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly desk: Desk;
  private topology: Topology;
  private entities: Plan = NOTHING;
  /** What the server was told of. */
  private applied: Plan = NOTHING;
  /** There is an edit that nobody could be told of: all are down, or nobody leads the cluster. */
  private untold = false;
  private readonly publishers = new Map<string, { readonly listener: PublishListener; readonly session: NatsPublishSession }>();
  private readonly receivers = new Map<string, NatsReceiveSession>();
  /** A stream goes on with what lay on a disk. */
  private restored = false;
  private readonly luck: RandomStream;

  /** @param topology the nodes of all servers, and the links that touch what lies in this one */
  constructor(host: RoomHost, topology: Topology, neighbours: Neighbours) {
    this.host = host;
    this.neighbours = neighbours;
    this.topology = topology;
    this.cluster = topology.cluster.id;
    this.traffic = new Traffic(host);
    this.version = (this.config()['version'] ?? '2.10.27') as Version;
    const clock = { now: () => host.now(), after: (delay: number, name: string, ref: number) => this.traffic.serverTimer(delay, name, ref) };
    const luck = host.luck(`${this.cluster} choice`);
    this.luck = host.luck(`${this.cluster} servers`);
    this.server = new NatsServer(clock, { version: this.version, name: serverName(this.cluster), domain: domainOf(topology.cluster), servers: Number(this.config()['nodes'] ?? 1), route: this.route, pick: (n) => Math.floor(luck.next() * n) });
    this.availability = new Availability(host, this.server, this);
    this.teller = new Teller(host, this, this.server);
    this.desk = new Desk(host, this.server, this.traffic, this.teller, this, this);
  }
  // Geography ------------------------------------------------------------------
  streamNode(stream: string): string {
    return (
      this.plans()
        .flatMap(({ streams }) => streams)
        .find(({ args }) => args.name === stream)?.node ?? this.cluster
    );
  }
  consumerNode(stream: string, consumer: string): string | undefined {
    return this.plans()
      .flatMap(({ consumers }) => consumers)
      .find((c) => c.stream === stream && c.name === consumer)?.node;
  }
  consumers(): readonly (readonly [string, string])[] {
    return this.entities.consumers.map(({ stream, name }) => [stream, name]);
  }
  wire(stream: string, consumer: string): string | undefined {
    return this.entities.consumers.find((c) => c.stream === stream && c.name === consumer)?.link;
  }
  readers(stream: string): readonly string[] {
    return this.entities.sources.filter(({ from }) => from === stream).map(({ link }) => link);
  }
  /** What is gone from the document is still known until the server was told. */
  private plans(): readonly Plan[] {
    return [this.entities, this.applied];
  }
  // Wiring ---------------------------------------------------------------------
  config(): Config {
    return this.topology.cluster.config ?? {};
  }
  configOf(session: SessionState): Config {
    return this.topology.links.find((l) => l.id === session.link)?.config ?? {};
  }
  nodeOf(session: SessionState): string {
    const link = this.topology.links.find((l) => l.id === session.link);
    return (session.kind === 'publish' ? link?.to : link?.from) ?? this.cluster;
  }
  subjectOf(session: SessionState): string {
    const node = this.nodeOf(session);
    const stream = this.entities.streams.find((s) => s.node === node);
    if (stream !== undefined) return stream.args.subjects?.[0] ?? stream.args.name;
    return this.entities.subjects.find((s) => s.node === node)?.subject ?? node;
  }
  consumerOf(session: SessionState): ConsumerPlan | undefined {
    const node = this.nodeOf(session);
    return this.entities.consumers.find((c) => c.node === node);
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    const before = this.config()['sync_interval'];
    const first = this.applied === NOTHING;
    this.know(topology);
    // Nobody can tell a server anything while it is down: it is told when it is up.
    this.untold = this.availability.down !== null || !this.decides;
    if (this.untold) return;
    this.administrate();
    if (first || before !== this.config()['sync_interval']) this.availability.syncEvery();
  }
  know(topology: Topology): void {
    this.topology = topology;
    this.entities = plan(topology);
    this.teller.onward.know(this.entities.readers);
  }
  publisher(link: string, client: string, listener: PublishListener): PublishSession {
    const id = `${client} ${link}`;
    const session = new NatsPublishSession(this.traffic.session(id, link, client, 'publish'), this);
    this.publishers.set(id, { listener, session });
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): ReceiveSession {
    const id = `${client} ${link}`;
    const session = new NatsReceiveSession(this.traffic.session(id, link, client, 'receive'), this, listener);
    this.receivers.set(id, session);
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action === 'lose-next-ack') {
      const sessions = [...this.traffic.sessions.values()].filter((s) => s.kind === 'receive' && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)));
      for (const s of sessions) s.loseNextAck = true;
      return sessions.length > 0 ? 'The next acknowledgement is lost, and with it the connection.' : undefined;
    }
    if (on === this.cluster || on.startsWith(`${this.cluster}/`)) return this.availability.act(action, on);
    const ours = this.entities.streams.some((s) => s.node === on) || this.entities.consumers.some((c) => c.node === on);
    if (!ours || this.availability.down !== null) return ours ? `${this.cluster} is down.` : undefined;
    const said = operate(this.server, this.entities, action, on, parameters, { now: this.host.now(), version: this.version });
    this.flush();
    this.teller.compare('nats.consumer_created', 'dropped');
    return said;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.sync) return this.availability.sync(ref);
    if (what === WAKE.serverTimer) {
      const timer = this.traffic.takeTimer(ref);
      if (timer === undefined) return;
      this.server.timer(timer[0], timer[1]);
      return this.flush();
    }
    const found = this.traffic.take(ref);
    if (!found || found.thing.life !== found.state.life) return;
    const { state, thing } = found;
    const receiver = this.receivers.get(state.id);
    if (what === WAKE.reconnect) (receiver ?? this.publishers.get(state.id)?.session)?.reopen();
    else if (what === WAKE.ask) receiver?.askAgain();
    else if (what === WAKE.overdue && thing.do === 'status') receiver?.overdue(thing.left);
  }
  arrive(_what: number, ref: number): void {
    const found = this.traffic.take(ref);
    if (found) this.happen(found.state, found.thing);
  }
  astray(_what: number, ref: number): void {
    const thing = this.traffic.take(ref)?.thing;
    if (thing !== undefined) this.missed(thing);
  }
  linkChanged(): void {}
  look(place: string, cells: number): Look | undefined {
    return lookAt({ server: this.server, ledger: this.teller.ledger, plan: this.entities, down: this.availability.down, cluster: this.cluster }, place, cells, this.host.now());
  }
  depths(): readonly Depth[] {
    return depthsOf(this.server, this.entities, this.traffic, this.teller.onward, this.host.now(), { place: this.cluster, inFlight: this.neighbours.underWay(this.cluster) });
  }
  save(): unknown {
    const { server, traffic, teller, availability, applied, untold } = this;
    return copyOf({ server: server.save(), traffic: traffic.save(), teller: teller.save(), availability: availability.save(), applied, untold });
  }
  load(saved: unknown): void {
    const state = copyOf(saved as State);
    this.server.load(state.server);
    this.traffic.load(state.traffic);
    this.teller.load(state.teller);
    this.availability.load(state.availability);
    this.applied = state.applied;
    this.untold = state.untold;
  }
  // SessionHost ----------------------------------------------------------------
  up(session: SessionState, thing: Thing, message = -1): void {
    this.traffic.up(session, thing, message);
  }
  reading(session: SessionState): Reading {
    const config = this.configOf(session);
    const consumer = this.consumerOf(session)?.args;
    const most = Number(config['PullMaxMessages'] ?? 500);
    const threshold = config['PullThresholdMessages'];
    return {
      mode: this.entities.subjects.some((s) => s.node === this.nodeOf(session)) ? 'core' : (consumer?.deliver_subject ?? '') === '' ? 'pull' : 'push',
      acks: consumer?.ack_policy !== 'none',
      most,
      threshold: Math.min(typeof threshold === 'number' ? threshold : Math.ceil(most / 2), most),
      expiry: micros(String(config['PullExpiry'] ?? '30s')),
      pendingLimit: Number(config['pendingMsgLimit'] ?? Number.POSITIVE_INFINITY),
    };
  }
  awaits(session: SessionState): boolean {
    return this.configOf(session)['ack'] === true && this.entities.streams.some((s) => s.node === this.nodeOf(session));
  }
  unsendable(session: SessionState, message: number): Refusal | undefined {
    const size = this.host.messages.size(message);
    const refusal = (name: string, text: string): Refusal => ({ refused: true, name, code: 0, text, closes: 'message' });
    if (size > Number(this.config()['max_payload'] ?? Number.POSITIVE_INFINITY)) return refusal('nats.maximum_payload_exceeded', 'nats: maximum payload exceeded');
    if (session.connected) return undefined;
    const kept = session.outbox.reduce((sum, one) => sum + (one.do === 'publish' ? this.host.messages.size(one.message) : 0), 0);
    return kept + size > Number(this.configOf(session)['ReconnectBufSize'] ?? 0) ? refusal('nats.outbound_buffer_limit_exceeded', 'nats: outbound buffer limit exceeded') : undefined;
  }
  pauseFor(session: SessionState, delay: number): void {
    this.traffic.later(delay, WAKE.ask, session);
  }
  expect(session: SessionState, delay: number): void {
    this.traffic.later(delay, WAKE.overdue, session, session.requests);
  }
  broken(session: SessionState, why: string): void {
    this.host.forget(session.link, session.client);
    this.hangUp(session);
    this.clientLoses(session, why);
  }
  over({ copy, message, place }: Fleeting, kind: 'settled' | 'dropped' | 'lost', reason: string): void {
    this.host.record(kind, { copy, message, place, reason });
  }
  // AvailabilityHost -----------------------------------------------------------
  disconnectAll(why: string, of?: number): void {
    if (this.availability.down !== null) this.neighbours.down(this.cluster);
    for (const state of this.traffic.sessions.values()) {
      if (state.served < 0 || (of !== undefined && state.server !== of)) continue;
      const life = state.served;
      this.hangUp(state);
      this.traffic.down(state, { do: 'lost', session: state.id, life, why });
    }
    if (of === undefined) this.traffic.forgetTimers();
  }
  flush(): void {
    this.desk.flush();
    if (this.restored) this.teller.compare('nats.not_on_disk', 'lost');
    this.restored = false;
    // What was edited while nobody could decide on it.
    if (this.untold && this.availability.down === null && this.decides) this.administrate();
  }
  returned(): void {
    this.neighbours.up(this.cluster);
  }
  begin(state: unknown, cause: number): void {
    if (state !== null) this.server.load(copyOf(state));
    this.server.restart();
    this.server.events();
    this.administrate('nats.not_on_disk', 'lost', cause);
    this.neighbours.up(this.cluster);
  }
  /** Streams and consumers can be made and changed: a cluster needs a leader for that. */
  private get decides(): boolean {
    return (this.server.cluster.groups.get(META)?.leader ?? 0) >= 0;
  }
  private get route(): number {
    return micros(String(this.config()['routeLatency'] ?? '500us'));
  }
  // Uplink ---------------------------------------------------------------------
  changed(): void {
    this.neighbours.changed(this.cluster);
  }
  carry(connection: string, envelope: Envelope, carried: Carried | null): void {
    this.neighbours.carry(this.cluster, connection, envelope, carried);
  }
  clusterChanged(event: Extract<NatsEvent, { readonly kind: 'server' | 'leader' | 'restored' }>): void {
    if (event.kind === 'leader') {
      const place = event.stream === '' ? this.cluster : event.consumer === '' ? this.streamNode(event.stream) : this.consumerNode(event.stream, event.consumer);
      const actor = event.server < 0 ? undefined : `${this.cluster}/node-${event.server + 1}`;
      if (place !== undefined) this.host.record('elected', { place, reason: event.server < 0 ? 'nats.leader_lost' : 'nats.elected', ...(actor === undefined ? { detail: -1 } : { actor }) });
    } else if (event.kind === 'restored') this.restored = true;
  }
  sourced({ stream, from, server, by, seq, message }: Extract<NatsEvent, { readonly kind: 'sourced' }>): void {
    for (const { link } of this.entities.abroad.filter((one) => one.to === stream && one.from === from && one.server === server)) this.host.pass(link, message);
    this.neighbours.sourced(server, by, from, seq);
  }
  /** A stream of another server has it now. */
  takenOver(by: string, stream: string, seq: number): void {
    this.teller.onward.taken(by, stream, seq);
  }
  // LeafServer -----------------------------------------------------------------
  get isDown(): boolean {
    return this.availability.down !== null;
  }
  get interests(): number {
    return this.server.interests;
  }
  interestFor(connection: string): ReadonlySet<string> {
    return this.server.interestFor(connection);
  }
  connectLeaf(connection: string, far: 'hub' | 'spoke'): void {
    this.server.connectLeaf(connection, far);
    this.desk.flush();
  }
  disconnectLeaf(connection: string): void {
    this.server.disconnect(connection);
    this.desk.flush();
  }
  interest(connection: string, what: string, wanted: boolean): void {
    this.server.interest(connection, what, wanted);
    this.desk.flush();
  }
  arrived(connection: string, envelope: Envelope, settled: number): void {
    this.desk.arrived(connection, envelope, settled);
  }

  /** Tells the server of what has changed in the document. */
  private administrate(reason = 'nats.consumer_created', gone: 'dropped' | 'lost' = 'dropped', cause = -1): void {
    this.server.configure({ max_payload: Number(this.config()['max_payload'] ?? 1_048_576), route: this.route });
    const refused = applyPlan(this.server, this.applied, this.entities);
    this.desk.flush();
    this.teller.compare(reason, gone, cause);
    this.applied = this.entities;
    this.untold = false;
    for (const { node, error } of refused) this.host.record('refused', { place: node, actor: this.cluster, reason: `nats.${error.err_code}` });
    for (const session of this.traffic.sessions.values()) this.desk.attach(session);
  }
  /** The server's end of a connection is gone. */
  private hangUp(state: SessionState): void {
    if (state.served < 0) return;
    state.served = -1;
    this.server.disconnect(state.id);
    this.desk.flush();
  }
  private clientLoses(state: SessionState, why: string): void {
    if (!state.wanted) return;
    clientLost(state, this.publishers.get(state.id)?.listener, why);
    this.host.record('left', { place: this.nodeOf(state), actor: state.client, reason: why });
    this.traffic.later(goOn(state, this.server.cluster.servers.length), WAKE.reconnect, state);
  }
  /** A thing at its far end. */
  private happen(state: SessionState, thing: Thing): void {
    switch (thing.do) {
      case 'open':
        return this.connect(state, thing.life);
      case 'close':
        if (state.served !== thing.life) return;
        this.hangUp(state);
        this.host.record('left', { place: this.nodeOf(state), actor: state.client, reason: 'nats.connection_closed' });
        return;
      case 'publish':
      case 'subscribe':
      case 'pull':
      case 'say':
        if (thing.life === state.served) this.desk.serve(state, thing);
        return;
      default:
        if (thing.life === state.life) this.hear(state, thing);
        else this.missed(thing);
    }
  }
  private connect(state: SessionState, life: number): void {
    if (life !== state.life) return;
    const { servers } = this.server.cluster;
    if (state.server < 0) state.server = servers.length > 1 ? Math.floor(this.luck.next() * servers.length) : 0;
    if (this.availability.down !== null || servers[state.server]?.up === false) return this.traffic.down(state, { do: 'lost', session: state.id, life, why: 'nats.connection_refused' });
    state.served = life;
    this.host.record('joined', { place: this.nodeOf(state), actor: state.client, detail: state.kind === 'receive' ? 1 : 0 });
    this.traffic.down(state, { do: 'opened', session: state.id, life });
    this.desk.greet(state);
  }
  /** Something came down to a client. */
  private hear(state: SessionState, thing: Thing): void {
    const receiver = this.receivers.get(state.id);
    const publisher = this.publishers.get(state.id);
    switch (thing.do) {
      case 'opened':
        state.connected = true;
        state.reconnecting = false;
        state.tries = 0;
        publisher?.session.opened();
        publisher?.listener.room();
        return receiver?.opened();
      case 'lost':
        return this.clientLoses(state, thing.why);
      case 'reply':
        return publisher?.listener.outcome(thing.message, thing.outcome);
      case 'deliver':
        return receiver === undefined ? this.missed(thing) : receiver.take(thing.delivery, thing.subject, thing.fleeting);
      case 'status':
        return receiver?.ended(thing.code, thing.left);
    }
  }
  /** Core NATS delivers at most once: what finds no reader is lost. */
  private missed(thing: Thing): void {
    if (thing.do === 'deliver' && thing.fleeting !== null) this.over(thing.fleeting, 'lost', 'nats.connection_closed');
  }
}
