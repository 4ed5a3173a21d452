/** One RabbitMQ cluster in a scenario: the server, the sessions of its clients, and the way between them. */
import { micros } from '../../base/time.ts';
import type { Delivery, Depth, Look, PublishListener, ReceiveListener, Room, RoomHost, Topology } from '../contract.ts';
import { RabbitBroker } from './broker.ts';
import { applyPlan } from './administrate.ts';
import { Atlas } from './atlas.ts';
import { type EntityPlan, isStreamPlan, ownedBy } from './declare.ts';
import type { RabbitEvent, Version } from './events.ts';
import { lookAt } from './look.ts';
import { streamLook } from './stream-look.ts';
import { operate } from './operate.ts';
import { Outbox } from './outbox.ts';
import { CHANNEL, commitsEvery, openConnection, shakeHands, sharesChannel } from './protocol.ts';
import { clientLost, RabbitPublishSession, RabbitReceiveSession, type SessionHost, type SessionState, type Thing } from './sessions.ts';
import { beginning, readerName, storesEvery, subscribes } from './subscribing.ts';
import { Teller, type TellerState } from './teller.ts';
import { Traffic, type TrafficState, WAKE } from './traffic.ts';

/** Client libraries try again after 5 s (Java client: https://www.rabbitmq.com/client-libraries/java-api-guide#recovery). */
const RECOVERY_INTERVAL = 5_000_000;
/** Default heartbeat, after which an unreachable peer is given up (https://www.rabbitmq.com/docs/heartbeats). */
const HEARTBEAT = 60_000_000;

/** Settings of a publish link that hold from its next connection on. */
const PUBLICATION = ['node', 'confirms', 'tx', 'method', 'name'];
/** Settings of a consume link that hold from its next subscription on. */
const SUBSCRIPTION = ['node', 'method', 'prefetch', 'global', 'ack', 'x-priority', 'exclusive', 'x-stream-offset', 'x-stream-filter', 'x-stream-match-unfiltered', 'credit', 'name', 'single-active-consumer'];

/** What goes from a client to the broker. */
const UP: ReadonlySet<Thing['do']> = new Set<Thing['do']>(['publish', 'settle', 'commit', 'get', 'store', 'updated']);

interface State {
  readonly broker: unknown;
  readonly traffic: TrafficState;
  readonly teller: TellerState;
  readonly down: string[];
  readonly alarms: string[];
}

export class RabbitRoom implements Room, SessionHost {
  private readonly cluster: string;
  private readonly host: RoomHost;
  private readonly server: RabbitBroker;
  private readonly nodes: readonly string[];
  private nodesDown: string[] = [];
  private alarms: string[] = [];
  private readonly atlas: Atlas;
  private readonly teller: Teller;
  private readonly traffic: Traffic;
  private readonly outbox: Outbox;
  private readonly publishers = new Map<string, PublishListener>();
  private readonly receivers = new Map<string, { listener: ReceiveListener; session: RabbitReceiveSession }>();
  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.cluster = topology.cluster.id;
    const config = topology.cluster.config ?? {};
    this.nodes = Array.from({ length: Number(config['nodes'] ?? 1) }, (_, i) => `${this.cluster}/node-${i + 1}`);
    this.traffic = new Traffic(host);
    const brokerHost = { now: () => host.now(), after: (delay: number, name: string, ref: number) => this.traffic.serverTimer(delay, name, ref), luck: (purpose: string) => host.luck(purpose) };
    this.server = new RabbitBroker(brokerHost, {
      version: String(config['version'] ?? '4.0.5') as Version,
      nodes: this.nodes,
      ...(typeof config['memory'] === 'number' ? { memory: config['memory'] * 1e6 } : {}),
      ...(typeof config['vm_memory_high_watermark'] === 'number' ? { vm_memory_high_watermark: config['vm_memory_high_watermark'] } : {}),
      ...(typeof config['consumer_timeout'] === 'number' ? { consumer_timeout: config['consumer_timeout'] } : {}),
      ...(typeof config['queueIntakeRate'] === 'number' ? { queueIntakeRate: config['queueIntakeRate'] } : {}),
    });
    this.atlas = new Atlas(host, this.server, topology);
    this.teller = new Teller(host, this.atlas);
    this.outbox = new Outbox(host, this.server, this.traffic, this.teller, this.atlas);
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    const before = this.atlas.entities;
    const old = this.atlas.topology;
    this.atlas.know(topology);
    const again = this.toReopen(old, topology, before);
    for (const state of again) this.unsubscribe(state);
    const refused = applyPlan(this.server, before, this.atlas.entities);
    this.flush();
    this.forgetReaders();
    for (const { node, refusal } of refused) this.host.record('refused', { place: node, actor: this.cluster, reason: `rabbitmq.${refusal.name}` });
    for (const state of again) this.openSession(state);
  }
  /**
   * basic.qos, the ack mode, confirms and consumer arguments belong to a channel, an exclusive queue and its bindings to a
   * connection: where one of them changes, the client connects anew.
   */
  private toReopen(old: Topology, topology: Topology, before: EntityPlan): SessionState[] {
    const changed = this.traffic.inOrder().filter((state) => {
      if (!state.wanted) return false;
      const link = topology.links.find((l) => l.id === state.link);
      const was = old.links.find((l) => l.id === state.link);
      if (!link || !was) return false;
      const differs = (name: string) => was.config?.[name] !== link.config?.[name];
      if (link.kind === 'publish') return PUBLICATION.some(differs);
      return SUBSCRIPTION.some(differs) || JSON.stringify(ownedBy(before, link.from)) !== JSON.stringify(ownedBy(this.atlas.entities, link.from));
    });
    const ends = new Set(changed.flatMap((state) => state.connection ?? []));
    return this.traffic.inOrder().filter((state) => changed.includes(state) || (state.connection !== null && ends.has(state.connection)));
  }
  know(topology: Topology): void {
    this.atlas.know(topology);
  }
  publisher(link: string, client: string, listener: PublishListener): RabbitPublishSession {
    const id = `${client} ${link}`;
    this.publishers.set(id, listener);
    return new RabbitPublishSession(this.traffic.session(id, link, client, 'publish'), this);
  }
  receiver(link: string, client: string, listener: ReceiveListener): RabbitReceiveSession {
    const id = `${client} ${link}`;
    const session = new RabbitReceiveSession(this.traffic.session(id, link, client, 'receive'), this, listener);
    this.receivers.set(id, { listener, session });
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action === 'lose-next-ack') {
      const sessions = this.traffic.inOrder().filter((s) => s.kind === 'receive' && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)));
      for (const s of sessions) s.loseNextAck = true;
      return sessions.length > 0 ? 'The next acknowledgement is lost, and with it the connection.' : undefined;
    }
    const queue = this.atlas.entities.queues.find((q) => q.node === on)?.name;
    if (queue === undefined && on !== this.cluster && !on.startsWith(`${this.cluster}/`)) return undefined;
    const said = operate(this.server, action, on, queue, this.nodes, parameters);
    this.flush();
    return said;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.thing) return this.arrive(what, ref);
    if (what === WAKE.serverTimer) {
      const timer = this.traffic.takeTimer(ref);
      if (timer) this.server.timer(timer[0], timer[1]);
      return this.flush();
    }
    const found = this.traffic.take(ref);
    if (!found) return;
    const { state } = found;
    if (what === WAKE.silence) this.silent(state, found.thing.life);
    else if (found.thing.life !== state.life) return;
    else if (what === WAKE.recover) this.openSession(state);
    else if (what === WAKE.poll) this.receivers.get(state.id)?.session.askAgain();
    else if (what === WAKE.commit) this.traffic.down(state, { do: 'committed', session: state.id, life: state.served });
    else if (what === WAKE.store) {
      this.receivers.get(state.id)?.session.storePlaces();
      this.storeLater(state);
    }
  }
  arrive(_what: number, ref: number): void {
    const found = this.traffic.take(ref);
    if (!found) return;
    this.happen(found.state, found.thing);
    this.flush();
  }
  astray(_what: number, ref: number): void {
    this.traffic.take(ref);
  }
  linkChanged(link: string, cut: boolean): void {
    for (const state of this.traffic.inOrder()) {
      if (state.link !== link) continue;
      state.cutSince = cut ? this.host.now() : -1;
      if (cut && (state.wanted || state.connection !== null)) this.traffic.later(HEARTBEAT, WAKE.silence, state);
    }
  }
  look(place: string, cells: number): Look | undefined {
    const config = this.atlas.topology.cluster.config ?? {};
    const memoryLimit = Number(config['memory'] ?? 0) * 1e6 * Number(config['vm_memory_high_watermark'] ?? 0.6);
    const streams = this.atlas.entities.queues.filter((q) => q.node === place && isStreamPlan(q));
    if (streams.length > 0) return streamLook(this.server, this.teller.streams, streams, cells, this.host.now());
    return lookAt(this.server, { nodes: this.nodes, down: this.nodesDown, alarms: this.alarms, memoryLimit }, this.atlas.topology, this.atlas.entities, place, cells, this.host.now());
  }
  depths(): readonly Depth[] {
    const streams = new Set(this.atlas.entities.queues.filter(isStreamPlan).map((q) => q.name));
    const queues = this.atlas.entities.queues.flatMap(({ node, name }) => {
      const counts = streams.has(name) ? null : this.server.queueCounts(name);
      return counts ? [{ place: node, pending: counts.ready, inFlight: counts.unacked, oldest: counts.oldestEnqueuedAt ?? -1 }] : [];
    });
    return [...queues, ...this.teller.streams.depths()];
  }
  save(): unknown {
    return { broker: this.server.save(), traffic: this.traffic.save(), teller: this.teller.save(), down: [...this.nodesDown], alarms: [...this.alarms] };
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.server.load(state.broker);
    this.traffic.load(state.traffic);
    this.nodesDown = [...state.down];
    this.alarms = [...state.alarms];
    this.teller.load(state.teller);
  }
  // SessionHost ----------------------------------------------------------------
  up(session: SessionState, thing: Thing, message = -1): void {
    this.traffic.up(session, thing, message);
  }
  pollAfter(session: SessionState, delay: number): void {
    this.traffic.later(delay, WAKE.poll, session);
  }
  fetches(session: SessionState): number | undefined {
    const config = this.atlas.linkConfig(session);
    return config['method'] === 'basic.get' ? micros(String(config['interval'] ?? '1s')) : undefined;
  }
  commitsEvery(session: SessionState): number | undefined {
    return commitsEvery(this.atlas.linkConfig(session));
  }
  storesEvery(session: SessionState): number | undefined {
    return storesEvery(this.atlas.linkConfig(session));
  }
  autoAck(session: SessionState): boolean {
    return this.atlas.linkConfig(session)['ack'] === 'auto';
  }
  confirms(session: SessionState): boolean {
    return this.atlas.linkConfig(session)['confirms'] !== false;
  }
  broken(state: SessionState, why: string): void {
    const all = state.connection === null ? [state] : this.traffic.on(state.connection);
    for (const one of all) this.host.forget(one.link, one.client);
    if (state.connection !== null) this.server.closeConnection(state.connection);
    for (const one of all) this.traffic.connected(one, null);
    this.flush();
    for (const one of all) this.clientLoses(one, why);
  }

  /** Nothing came for as long as heartbeats may be missed. @param life of the client when that began */
  private silent(state: SessionState, life: number): void {
    if (state.cutSince < 0 || this.host.now() - state.cutSince < HEARTBEAT) return;
    if (life === state.life && state.wanted) return this.broken(state, 'rabbitmq.heartbeat');
    const { connection } = state;
    if (connection === null || state.served === state.life) return;
    // That its client is gone the broker has not heard: it gives it up all the same.
    this.server.closeConnection(connection);
    for (const one of this.traffic.on(connection)) this.traffic.connected(one, null);
    this.host.record('left', { place: this.atlas.nodeAt(state), actor: state.client, reason: 'rabbitmq.heartbeat' });
    this.flush();
  }
  private openSession(state: SessionState): void {
    const session = this.receivers.get(state.id)?.session ?? new RabbitPublishSession(state, this);
    session.open();
  }
  private unsubscribe(state: SessionState): void {
    if (state.connection !== null) this.server.closeConnection(state.connection);
    this.traffic.connected(state, null);
    this.flush();
    clientLost(state, this.publishers.get(state.id), this.receivers.get(state.id)?.listener, 'rabbitmq.connection_closed');
  }
  private clientLoses(state: SessionState, why: string): void {
    if (!state.wanted) return;
    clientLost(state, this.publishers.get(state.id), this.receivers.get(state.id)?.listener, why);
    this.host.record('left', { place: this.atlas.nodeAt(state), actor: state.client, reason: why });
    this.traffic.later(RECOVERY_INTERVAL, WAKE.recover, state);
  }
  /** A client that stores its offset in the stream does so from time to time, too. */
  private storeLater(state: SessionState): void {
    if (this.storesEvery(state) !== undefined) this.traffic.later(micros(String(this.atlas.linkConfig(state)['flushInterval'] ?? '5s')), WAKE.store, state);
  }
  /** Readers of streams that no wire leads to any more are gone for good. */
  private forgetReaders(): void {
    const { streams } = this.teller;
    const wanted = new Set(
      this.traffic.inOrder().flatMap((state) => {
        const link = this.atlas.topology.links.find((l) => l.id === state.link);
        return link === undefined || state.kind === 'publish' ? [] : this.atlas.sourcesOf(state).map(({ name }) => `${readerName(link.config ?? {}, state.client).reader} ${name}`);
      }),
    );
    for (const { stream, reader } of streams.names()) if (!wanted.has(`${reader} ${stream}`)) streams.leave(reader, stream);
  }
  /** A thing at its far end. */
  private happen(state: SessionState, thing: Thing): void {
    const { server } = this;
    if (thing.do === 'open') return this.connect(state, thing.life);
    if (thing.do === 'close') {
      const { connection } = state;
      if (connection === null || state.served !== thing.life) return;
      server.closeConnection(connection);
      this.host.record('left', { place: this.atlas.nodeAt(state), actor: state.client, reason: 'rabbitmq.connection_closed' });
      this.traffic.connected(state, null);
      this.traffic.end(connection, 'rabbitmq.connection_closed');
      this.flush();
      // A reader without a name is nothing but its connection; that it crashed nobody knows.
      if (thing.how === 'graceful' && !state.who.tracked) for (const { name } of this.atlas.sourcesOf(state)) this.teller.streams.leave(state.who.reader, name);
      return;
    }
    const { connection } = state;
    const receiver = this.receivers.get(state.id);
    // What a process wrote before it died is still delivered: the broker reads it before the end of the connection.
    if (thing.life !== (UP.has(thing.do) ? state.served : state.life)) return;
    switch (thing.do) {
      case 'publish':
        if (connection !== null) this.publish(state, connection, thing.message);
        break;
      case 'settle':
        if (connection === null) break;
        if (thing.how === 'ack') server.basicAck(connection, CHANNEL, { deliveryTag: thing.tag });
        else if (thing.how === 'requeue' && !subscribes(this.atlas.linkConfig(state))) server.basicNack(connection, CHANNEL, { deliveryTag: thing.tag, requeue: true });
        else server.basicReject(connection, CHANNEL, { deliveryTag: thing.tag, requeue: false });
        break;
      case 'commit':
        if (connection !== null && !server.txCommit(connection, CHANNEL).refused) this.traffic.later(micros(String(this.atlas.linkConfig(state)['sync'] ?? '5ms')), WAKE.commit, state);
        break;
      case 'committed': {
        const { batch } = state;
        state.batch = [];
        state.committing = false;
        for (const message of batch) this.publishers.get(state.id)?.outcome(message, 'confirmed');
        this.publishers.get(state.id)?.room();
        break;
      }
      case 'confirm':
        this.publishers.get(state.id)?.outcome(thing.message, thing.refusal ?? 'confirmed');
        break;
      case 'return':
        this.publishers.get(state.id)?.returned(thing.message, thing.text);
        break;
      case 'get':
        if (connection !== null) this.get(state, connection, thing.life);
        break;
      case 'store':
        server.storeOffset(thing.at.stream, state.who.reader, thing.at.offset);
        break;
      case 'update':
        receiver?.session.update(thing.stream, thing.consumer, thing.active);
        break;
      case 'updated':
        if (connection !== null) server.consumerUpdated(connection, CHANNEL, { consumerTag: thing.consumer, from: beginning(server, this.atlas.linkConfig(state), thing.stream) });
        break;
      case 'deliver':
        receiver?.session.take(thing.delivery, thing.tag, thing.at);
        break;
      case 'empty':
        receiver?.session.foundNothing();
        break;
      case 'opened':
        state.connected = true;
        this.publishers.get(state.id)?.room();
        receiver?.session.ask();
        this.storeLater(state);
        break;
      case 'lost':
        this.clientLoses(state, thing.why);
        break;
      case 'blocked':
        state.blocked = true;
        this.publishers.get(state.id)?.blocked(thing.why);
        break;
      case 'unblocked':
        state.blocked = false;
        this.publishers.get(state.id)?.unblocked();
        break;
      case 'cancelled':
        clientLost(state, undefined, receiver?.listener, 'rabbitmq.consumer_cancelled');
        this.traffic.later(RECOVERY_INTERVAL, WAKE.recover, state);
    }
  }
  private connect(state: SessionState, life: number): void {
    if (life !== state.life) return;
    const { server } = this;
    const config = this.atlas.linkConfig(state);
    const shared = sharesChannel(config) ? this.sharedConnection(state.client) : undefined;
    const connection = shared ?? `${state.id}#${life}`;
    state.who = readerName(config, state.client);
    let answer = shared === undefined ? openConnection(server, connection, config) : { refused: false as const };
    if (!answer.refused) answer = shakeHands(server, connection, state, config, this.atlas.sourcesOf(state), ownedBy(this.atlas.entities, this.atlas.nodeAt(state)));
    this.traffic.connected(state, connection);
    if (answer.refused) {
      const refusal = answer;
      if (refusal.closes !== 'connection') server.closeConnection(connection);
      this.traffic.connected(state, null);
      this.host.record('refused', { place: this.atlas.nodeAt(state), actor: state.client, reason: `rabbitmq.${refusal.name}` });
      this.traffic.down(state, { do: 'lost', session: state.id, life, why: `rabbitmq.${refusal.name}` });
      return;
    }
    this.host.record('joined', { place: this.atlas.nodeAt(state), actor: state.client, detail: state.kind === 'receive' ? 1 : 0 });
    this.traffic.down(state, { do: 'opened', session: state.id, life });
  }
  /** The connection on which a client has its subscriptions with a global prefetch, once there is one. */
  private sharedConnection(client: string): string | undefined {
    return this.traffic.inOrder().find((one) => one.client === client && one.kind === 'receive' && one.connection !== null && sharesChannel(this.atlas.linkConfig(one)))?.connection ?? undefined;
  }
  private publish(state: SessionState, connection: string, message: number): void {
    const prepared = this.atlas.stencils.get(state.link);
    if (!prepared) return;
    const answer = this.server.publish(connection, CHANNEL, prepared.of(message));
    if (answer.refused) this.host.record('refused', { message, place: prepared.target, actor: state.client, reason: `rabbitmq.${answer.name}` });
  }
  /** basic.get: one message, or none. */
  private get(state: SessionState, connection: string, life: number): void {
    const got = this.server.basicGet(connection, CHANNEL, { queue: this.atlas.sourcesOf(state)[0]?.name ?? '', noAck: this.autoAck(state) });
    if (got.refused) return;
    if (got.empty) return this.traffic.down(state, { do: 'empty', session: state.id, life });
    const entry = this.teller.fetched(got, state.client);
    const delivery: Delivery = { handle: state.nextHandle++, message: got.message, copy: this.teller.id(got.copy), attempt: this.teller.attempts(got.copy), redelivered: got.redelivered, entry };
    this.traffic.down(state, { do: 'deliver', session: state.id, life, delivery, tag: got.deliveryTag }, got.message, got.redelivered);
  }
  private flush(): void {
    this.outbox.flush(-1, (event) => this.hear(event));
  }
  private hear(event: RabbitEvent): void {
    if (event.kind === 'node') this.nodesDown = this.nodes.filter((n) => (n === event.node ? !event.up : this.nodesDown.includes(n)));
    else if (event.kind === 'alarm') this.alarms = [...this.alarms.filter((a) => a !== event.resource), ...(event.on ? [event.resource] : [])];
  }
}
