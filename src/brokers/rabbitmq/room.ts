/** One RabbitMQ cluster in a scenario: the server, the sessions of its clients, and the way between them. */
import { copyOf } from '../../base/copy.ts';
import type { Delivery, Depth, Look, PublishListener, ReceiveListener, Room, RoomHost, Topology } from '../contract.ts';
import { RabbitBroker } from './broker.ts';
import { applyPlan } from './administrate.ts';
import { type EntityPlan, nameOf, plan } from './declare.ts';
import type { RabbitEvent, Version } from './events.ts';
import { CHANNEL, copiesFrom, isFresh, publication, shakeHands } from './protocol.ts';
import { lookAt } from './look.ts';
import { operate } from './operate.ts';
import { clientLost, newSession, RabbitPublishSession, RabbitReceiveSession, type SessionHost, type SessionState, type Thing } from './sessions.ts';
import { type Geography, Teller, type TellerState } from './teller.ts';

/** Client libraries try again after 5 s (Java client: https://www.rabbitmq.com/client-libraries/java-api-guide#recovery). */
const RECOVERY_INTERVAL = 5_000_000;
/** Default heartbeat, after which an unreachable peer is given up (https://www.rabbitmq.com/docs/heartbeats). */
const HEARTBEAT = 60_000_000;
const THING = 0;
const BROKER_TIMER = 1;
const RECOVER = 2;
const SILENCE = 3;

interface State {
  readonly broker: unknown;
  readonly sessions: readonly SessionState[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly timers: readonly (readonly [number, readonly [string, number]])[];
  readonly next: number;
  readonly teller: TellerState;
  readonly down: string[];
  readonly alarms: string[];
}

export class RabbitRoom implements Room, SessionHost, Geography {
  readonly cluster: string;
  private readonly host: RoomHost;
  private readonly server: RabbitBroker;
  private readonly nodes: readonly string[];
  private nodesDown: string[] = [];
  private alarms: string[] = [];
  private readonly teller: Teller;
  private topology: Topology;
  private entities: EntityPlan = { queues: [], exchanges: [], bindings: [] };
  private readonly states = new Map<string, SessionState>();
  private readonly publishers = new Map<string, PublishListener>();
  private readonly receivers = new Map<string, { listener: ReceiveListener; session: RabbitReceiveSession }>();
  private readonly byConnection = new Map<string, SessionState>();
  private things = new Map<number, Thing>();
  private timers = new Map<number, readonly [string, number]>();
  private next = 0;
  private queueNodes = new Map<string, string>();
  private exchangeNodes = new Map<string, string>();

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.cluster = topology.cluster.id;
    this.topology = topology;
    const config = topology.cluster.config ?? {};
    this.nodes = Array.from({ length: Number(config['nodes'] ?? 1) }, (_, i) => `${this.cluster}/node-${i + 1}`);
    const brokerHost = {
      now: () => host.now(),
      after: (delay: number, name: string, ref: number) => {
        const id = this.next++;
        this.timers.set(id, [name, ref]);
        host.after(delay, BROKER_TIMER, id);
      },
    };
    this.server = new RabbitBroker(brokerHost, {
      version: String(config['version'] ?? '4.0.5') as Version,
      nodes: this.nodes,
      ...(typeof config['memory'] === 'number' ? { memory: config['memory'] * 1e6 } : {}),
      ...(typeof config['vm_memory_high_watermark'] === 'number' ? { vm_memory_high_watermark: config['vm_memory_high_watermark'] } : {}),
      ...(typeof config['consumer_timeout'] === 'number' ? { consumer_timeout: config['consumer_timeout'] } : {}),
    });
    this.teller = new Teller(host, this);
  }
  // Geography ------------------------------------------------------------------
  queue(name: string): string {
    return this.queueNodes.get(name) ?? name;
  }
  exchange(name: string): string {
    return this.exchangeNodes.get(name) ?? this.cluster;
  }
  wire(from: string, to: string, toKind: 'queue' | 'exchange', via: string, routingKey: string): string | undefined {
    if (via === 'dead-letter') return `x-dead-letter-exchange:${this.queue(from)}`;
    if (via === 'alternate-exchange') return `alternate-exchange:${this.exchange(from)}`;
    const bindings = this.entities.bindings.filter((b) => b.source === from && b.destination === to && b.toKind === toKind);
    return (bindings.find((b) => b.routingKey === routingKey) ?? bindings[0])?.link;
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    const before = this.entities;
    const old = this.topology;
    this.know(topology);
    const refused = applyPlan(this.server, before, this.entities);
    this.flush(-1);
    for (const { node, refusal } of refused) this.host.record('refused', { place: node, actor: this.cluster, reason: `rabbitmq.${refusal.name}` });
    for (const link of topology.links) {
      const was = old.links.find((l) => l.id === link.id);
      if (!was || JSON.stringify(was.config) === JSON.stringify(link.config) || link.kind !== 'consume') continue;
      // basic.qos, the ack mode and consumer arguments belong to a subscription: a change subscribes anew.
      const readers = [...this.states.values()].filter((s) => s.link === link.id && s.wanted);
      for (const state of readers) this.unsubscribe(state);
      for (const state of readers) this.openSession(state);
    }
  }
  /** The names of a topology, without touching the server: when a checkpoint is restored. */
  know(topology: Topology): void {
    this.topology = topology;
    this.entities = plan(topology);
    this.queueNodes = new Map(this.entities.queues.map((q) => [q.name, q.node]));
    this.exchangeNodes = new Map(this.entities.exchanges.map((e) => [e.name, e.node]));
  }
  publisher(link: string, client: string, listener: PublishListener): RabbitPublishSession {
    const id = `${client} ${link}`;
    this.publishers.set(id, listener);
    return new RabbitPublishSession(this.sessionState(id, link, client, 'publish'), this);
  }
  receiver(link: string, client: string, listener: ReceiveListener): RabbitReceiveSession {
    const id = `${client} ${link}`;
    const session = new RabbitReceiveSession(this.sessionState(id, link, client, 'receive'), this, listener);
    this.receivers.set(id, { listener, session });
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action === 'lose-next-ack') {
      const sessions = [...this.states.values()].filter((s) => s.kind === 'receive' && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)));
      for (const s of sessions) s.loseNextAck = true;
      return sessions.length > 0 ? 'The next acknowledgement is lost, and with it the connection.' : undefined;
    }
    const queue = this.entities.queues.find((q) => q.node === on)?.name;
    if (queue === undefined && on !== this.cluster && !on.startsWith(`${this.cluster}/`)) return undefined;
    const said = operate(this.server, action, on, queue, this.nodes, parameters);
    this.flush(-1);
    return said;
  }
  wake(what: number, ref: number): void {
    if (what === THING) this.arrive(what, ref);
    else if (what === BROKER_TIMER) {
      const timer = this.timers.get(ref);
      this.timers.delete(ref);
      if (timer) this.server.timer(timer[0], timer[1]);
      this.flush(-1);
    } else if (what === RECOVER || what === SILENCE) {
      const thing = this.things.get(ref);
      this.things.delete(ref);
      const state = thing && this.states.get(thing.session);
      if (!thing || !state || thing.life !== state.life) return;
      if (what === RECOVER) this.openSession(state);
      else if (state.cutSince >= 0 && this.host.now() - state.cutSince >= HEARTBEAT) this.broken(state, 'rabbitmq.heartbeat');
    }
  }
  arrive(_what: number, ref: number): void {
    const thing = this.things.get(ref);
    const state = thing && this.states.get(thing.session);
    if (!thing || !state) return;
    this.things.delete(ref);
    this.happen(state, thing);
    this.flush(-1);
  }
  astray(_what: number, ref: number): void {
    this.things.delete(ref);
  }
  linkChanged(link: string, cut: boolean): void {
    for (const state of this.states.values()) {
      if (state.link !== link) continue;
      state.cutSince = cut ? this.host.now() : -1;
      if (cut && state.wanted) this.later(HEARTBEAT, SILENCE, state);
    }
  }
  look(place: string, cells: number): Look | undefined {
    const config = this.topology.cluster.config ?? {};
    const memoryLimit = Number(config['memory'] ?? 0) * 1e6 * Number(config['vm_memory_high_watermark'] ?? 0.6);
    return lookAt(this.server, { nodes: this.nodes, down: this.nodesDown, alarms: this.alarms, memoryLimit }, this.topology, this.entities, place, cells, this.host.now());
  }
  depths(): readonly Depth[] {
    return this.entities.queues.flatMap(({ node, name }) => {
      const counts = this.server.queueCounts(name);
      return counts ? [{ place: node, pending: counts.ready, inFlight: counts.unacked, oldest: counts.oldestEnqueuedAt ?? -1 }] : [];
    });
  }
  save(): unknown {
    return copyOf({
      broker: this.server.save(),
      sessions: [...this.states.values()],
      things: [...this.things],
      timers: [...this.timers],
      next: this.next,
      teller: this.teller.save(),
      down: this.nodesDown,
      alarms: this.alarms,
    });
  }
  load(saved: unknown): void {
    const state = copyOf(saved as State);
    this.server.load(state.broker as never);
    for (const session of state.sessions) {
      const known = this.states.get(session.id);
      if (known) Object.assign(known, session);
      else this.states.set(session.id, session);
    }
    this.byConnection.clear();
    for (const s of this.states.values()) if (s.connection !== null) this.byConnection.set(s.connection, s);
    this.things = new Map(state.things);
    this.timers = new Map(state.timers);
    this.next = state.next;
    this.nodesDown = state.down;
    this.alarms = state.alarms;
    this.teller.load(state.teller);
  }
  // SessionHost ----------------------------------------------------------------
  up(session: SessionState, thing: Thing, message = -1): void {
    const backwards = session.kind === 'receive';
    this.host.hop(session.link, session.client, backwards, THING, this.keep(thing), message, false);
  }
  autoAck(session: SessionState): boolean {
    return this.linkConfig(session)['ack'] === 'auto';
  }
  broken(state: SessionState, why: string): void {
    this.host.forget(state.link, state.client);
    if (state.connection !== null) this.server.closeConnection(state.connection);
    this.endConnection(state);
    this.flush(-1);
    this.clientLoses(state, why);
  }

  private sessionState(id: string, link: string, client: string, kind: SessionState['kind']): SessionState {
    const state = this.states.get(id) ?? newSession(id, link, client, kind);
    this.states.set(id, state);
    return state;
  }
  private linkConfig(session: SessionState): Readonly<Record<string, unknown>> {
    return this.topology.links.find((l) => l.id === session.link)?.config ?? {};
  }
  private keep(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }
  private later(delay: number, what: number, state: SessionState): void {
    this.host.after(delay, what, this.keep({ do: 'opened', session: state.id, life: state.life }));
  }
  private down(state: SessionState, thing: Thing, message = -1, redelivered = false): void {
    this.host.hop(state.link, state.client, state.kind === 'publish', THING, this.keep(thing), message, redelivered);
  }
  private openSession(state: SessionState): void {
    const session = this.receivers.get(state.id)?.session ?? new RabbitPublishSession(state, this);
    session.open();
  }
  private unsubscribe(state: SessionState): void {
    if (state.connection !== null) this.server.closeConnection(state.connection);
    this.endConnection(state);
    this.flush(-1);
    const receiver = this.receivers.get(state.id);
    clientLost(state, undefined, receiver?.listener, 'rabbitmq.connection_closed');
  }
  private endConnection(state: SessionState): void {
    if (state.connection !== null) this.byConnection.delete(state.connection);
    state.connection = null;
  }
  private clientLoses(state: SessionState, why: string): void {
    if (!state.wanted) return;
    clientLost(state, this.publishers.get(state.id), this.receivers.get(state.id)?.listener, why);
    this.host.record('left', { place: this.nodeAt(state), actor: state.client, reason: why });
    this.later(RECOVERY_INTERVAL, RECOVER, state);
  }
  /** The node at the broker's end of a session's link. */
  private nodeAt(state: SessionState): string {
    const link = this.topology.links.find((l) => l.id === state.link);
    return (state.kind === 'publish' ? link?.to : link?.from) ?? this.cluster;
  }
  /** A thing at its far end. */
  private happen(state: SessionState, thing: Thing): void {
    const { server } = this;
    if (thing.do === 'open') return this.connect(state, thing.life);
    if (thing.do === 'close') {
      if (state.connection === null || !state.connection.endsWith(`#${thing.life}`)) return;
      server.closeConnection(state.connection);
      this.host.record('left', { place: this.nodeAt(state), actor: state.client, reason: 'rabbitmq.connection_closed' });
      return this.endConnection(state);
    }
    if (thing.life !== state.life) return;
    const { connection } = state;
    const receiver = this.receivers.get(state.id);
    switch (thing.do) {
      case 'publish':
        if (connection !== null) this.publish(state, connection, thing.message);
        break;
      case 'settle':
        if (connection === null) break;
        if (thing.how === 'ack') server.basicAck(connection, CHANNEL, { deliveryTag: thing.tag });
        else if (thing.how === 'requeue') server.basicNack(connection, CHANNEL, { deliveryTag: thing.tag, requeue: true });
        else server.basicReject(connection, CHANNEL, { deliveryTag: thing.tag, requeue: false });
        break;
      case 'confirm':
        this.publishers.get(state.id)?.outcome(thing.message, thing.refusal ?? 'confirmed');
        break;
      case 'return':
        this.publishers.get(state.id)?.returned(thing.message, thing.text);
        break;
      case 'deliver':
        receiver?.session.take(thing.delivery, thing.tag);
        break;
      case 'opened':
        state.connected = true;
        this.publishers.get(state.id)?.room();
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
        this.later(RECOVERY_INTERVAL, RECOVER, state);
    }
  }
  private connect(state: SessionState, life: number): void {
    if (life !== state.life) return;
    const { server } = this;
    const connection = `${state.id}#${life}`;
    const config = this.linkConfig(state);
    const queue = this.topology.nodes.find((n) => n.id === this.nodeAt(state));
    const answer = shakeHands(server, connection, state, config, queue ? nameOf(queue) : '');
    this.byConnection.set(connection, state);
    state.connection = connection;
    if (answer.refused) {
      const refusal = answer;
      if (refusal.closes !== 'connection') server.closeConnection(connection);
      this.endConnection(state);
      this.host.record('refused', { place: this.nodeAt(state), actor: state.client, reason: `rabbitmq.${refusal.name}` });
      this.down(state, { do: 'lost', session: state.id, life, why: `rabbitmq.${refusal.name}` });
      return;
    }
    this.host.record('joined', { place: this.nodeAt(state), actor: state.client, detail: state.kind === 'receive' ? 1 : 0 });
    this.down(state, { do: 'opened', session: state.id, life });
  }
  private publish(state: SessionState, connection: string, message: number): void {
    const config = this.linkConfig(state);
    const link = this.topology.links.find((l) => l.id === state.link);
    const target = this.topology.nodes.find((n) => n.id === link?.to);
    if (!target) return;
    const answer = this.server.publish(connection, CHANNEL, publication(this.host, message, target, config));
    if (answer.refused) this.host.record('refused', { message, place: target.id, actor: state.client, reason: `rabbitmq.${answer.name}` });
  }
  /** Tells everything that the server did, and sends what is for clients. */
  private flush(cause: number): void {
    const { out } = this.server;
    let accepted = cause;
    let message = -1;
    for (let i = 0; i < out.length; i++) {
      const event = out[i] as RabbitEvent;
      // A publication is accepted when its first copy, or nothing at all, comes of it; the broker may have held it back before.
      if (isFresh(event) && event.message !== message) {
        message = event.message;
        accepted = this.host.record('accepted', { message, place: this.entrance(event), detail: copiesFrom(out, i) });
      }
      this.follow(event, accepted);
    }
    out.length = 0;
  }
  private entrance(event: RabbitEvent): string {
    const first = this.server.out.find((e) => e.kind === 'route' && 'message' in event && e.message === event.message);
    if (first?.kind === 'route') return this.exchange(first.from);
    return event.kind === 'unrouted' ? this.exchange(event.exchange) : event.kind === 'enqueued' ? this.queue(event.queue) : this.cluster;
  }
  private follow(event: RabbitEvent, cause: number): void {
    const entry = this.teller.tell(event, cause, (connection) => this.byConnection.get(connection)?.client ?? connection);
    if (event.kind === 'node') this.nodesDown = this.nodes.filter((n) => (n === event.node ? !event.up : this.nodesDown.includes(n)));
    else if (event.kind === 'alarm') this.alarms = [...this.alarms.filter((a) => a !== event.resource), ...(event.on ? [event.resource] : [])];
    if (!('connection' in event) || event.connection === undefined) return;
    const state = this.byConnection.get(event.connection);
    if (!state) return;
    const { id: session, life } = state;
    switch (event.kind) {
      case 'deliver': {
        const delivery: Delivery = { handle: state.nextHandle++, message: event.message, copy: event.copy, attempt: this.teller.attempts(event.copy), redelivered: event.redelivered, entry };
        this.down(state, { do: 'deliver', session, life, delivery, tag: event.deliveryTag }, event.message, event.redelivered);
        break;
      }
      case 'confirm':
        this.down(state, { do: 'confirm', session, life, message: event.message, refusal: event.ack ? null : { refused: true, name: event.because ?? 'rabbitmq.nack', code: 0, text: 'basic.nack', closes: 'message' } });
        break;
      case 'return':
        this.down(state, { do: 'return', session, life, message: event.message, text: `rabbitmq.${event.replyText}` }, event.message);
        break;
      case 'cancelled':
        this.down(state, { do: 'cancelled', session, life });
        break;
      case 'closed':
        if (event.refusal === null) break;
        if (event.channel !== null) this.server.closeConnection(event.connection);
        this.endConnection(state);
        this.down(state, { do: 'lost', session, life, why: `rabbitmq.${event.refusal.name}` });
        break;
      case 'blocked':
      case 'unblocked':
        if (state.kind === 'publish') this.down(state, { do: event.kind, session, life, why: `rabbitmq.${event.reason}` });
        break;
      case 'throttled':
        this.host.record('throttled', { place: this.queue(event.queue), actor: state.client, reason: 'rabbitmq.credit_flow', detail: event.on ? 1 : 0 });
    }
  }
}
