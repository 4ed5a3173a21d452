/** One Redis server in a scenario: the server, what survives of it, the sessions of its clients, and the way between them. */
import { copyOf } from '../../base/copy.ts';
import type { Depth, Look, PublishListener, ReceiveListener, Room, RoomHost, Topology } from '../contract.ts';
import { applyPlan } from './administrate.ts';
import { Availability, type AvailabilityHost, type AvailabilityState } from './availability.ts';
import { type Config as RedisConfig, DEFAULTS } from './core.ts';
import { Desk } from './desk.ts';
import { Durability, durabilityOptions } from './durability.ts';
import { depthsOf, lookAt } from './look.ts';
import { operate } from './operate.ts';
import { Places } from './places.ts';
import type { Config, Plan } from './plan.ts';
import { readingOf } from './protocol.ts';
import { type Dataset, RedisServer } from './server.ts';
import { clientLost, type Reading, RedisPublishSession, RedisReceiveSession, type SessionHost } from './sessions.ts';
import { Teller, type TellerState } from './teller.ts';
import { type SessionState, type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';
import { NEWEST, VERSIONS } from './versions.ts';

/** ioredis tries again 50 ms later after each attempt, at most after 2 s (https://github.com/redis/ioredis#auto-reconnect). */
const RETRY_STEP = 50_000;
const RETRY_MOST = 2_000_000;

interface State {
  readonly redis: unknown;
  readonly durability: unknown;
  readonly traffic: TrafficState;
  readonly teller: TellerState;
  readonly availability: AvailabilityState;
  readonly applied: Plan;
}

export class ServerRoom implements Room, SessionHost, AvailabilityHost {
  readonly server: string;
  private readonly host: RoomHost;
  private readonly redis: RedisServer;
  private readonly durability: Durability;
  private readonly availability: Availability;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly desk: Desk;
  private readonly places: Places;
  private readonly publishers = new Map<string, { readonly listener: PublishListener; readonly session: RedisPublishSession }>();
  private readonly receivers = new Map<string, RedisReceiveSession>();

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.server = topology.cluster.id;
    this.places = new Places(topology);
    this.traffic = new Traffic(host);
    const options = { version: VERSIONS.find((one) => one === this.places.config()['version']) ?? NEWEST, config: redisConfig(this.places.config()) };
    this.redis = new RedisServer({ now: () => host.now(), after: (delay, name, ref) => this.traffic.serverTimer(delay, name, ref) }, options);
    this.durability = new Durability(() => host.now(), options, durabilityOptions(this.places.config()));
    this.availability = new Availability(host, this.durability, this);
    this.teller = new Teller(host, this.places, this.redis);
    this.desk = new Desk(host, this.redis, this.traffic, this.teller, this.durability, this.places);
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    this.know(topology);
    Object.assign(this.redis.config, redisConfig(this.places.config()));
    this.durability.settings = durabilityOptions(this.places.config());
    // Nobody can tell a server anything while it is down: it is told when it is up.
    if (this.availability.down === null) this.administrate();
  }
  know(topology: Topology): void {
    this.places.know(topology);
  }
  publisher(link: string, client: string, listener: PublishListener): RedisPublishSession {
    const id = `${client} ${link}`;
    const session = new RedisPublishSession(this.traffic.session(id, link, client, 'publish'), this);
    this.publishers.set(id, { listener, session });
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): RedisReceiveSession {
    const id = `${client} ${link}`;
    const session = new RedisReceiveSession(this.traffic.session(id, link, client, 'receive'), this, listener);
    this.receivers.set(id, session);
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action === 'lose-next-ack') {
      const sessions = [...this.traffic.sessions.values()].filter((s) => s.kind === 'receive' && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)));
      for (const s of sessions) s.loseNextAck = true;
      return sessions.length > 0 ? 'The next acknowledgement is lost, and with it the connection.' : undefined;
    }
    if (on === this.server) {
      const said = this.availability.act(action);
      this.redis.goodReplicas = this.availability.goodReplicas;
      return said;
    }
    const ours = this.places.entities.streams.some((s) => s.node === on) || this.places.entities.groups.some((g) => g.node === on);
    if (!ours || this.availability.down !== null) return ours ? `${this.server} is down.` : undefined;
    const said = operate(this.redis, this.places.entities, action, on, parameters);
    this.desk.flush();
    this.teller.compare('redis-streams.setid', 'dropped');
    return said;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.server) {
      this.availability.wake(ref);
      this.redis.goodReplicas = this.availability.goodReplicas;
      return;
    }
    if (what === WAKE.serverTimer) {
      const timer = this.traffic.takeTimer(ref);
      if (timer === undefined) return;
      this.redis.timer(timer[0], timer[1]);
      return this.desk.flush();
    }
    const found = this.traffic.take(ref);
    if (!found) return;
    const { state, thing } = found;
    if (what === WAKE.wait) {
      if (state.served === thing.life) this.traffic.down(state, thing);
    } else if (thing.life !== state.life) return;
    else if (what === WAKE.reconnect) (this.receivers.get(state.id) ?? this.publishers.get(state.id)?.session)?.reopen();
    else if (what === WAKE.poll) this.receivers.get(state.id)?.askAgain();
    else if (what === WAKE.claim) this.receivers.get(state.id)?.claimTurn();
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
    const config = this.places.config();
    const health = { down: this.availability.down, replicas: this.durability.replicas, ofReplicas: Number(config['replicas'] ?? 0), maxmemory: this.redis.config.maxmemory };
    return lookAt(this.redis, this.teller.ledger, this.places.entities, health, place, place === this.server, cells, this.host.now());
  }
  depths(): readonly Depth[] {
    return this.availability.down === null ? depthsOf(this.redis, this.places.entities) : [];
  }
  save(): unknown {
    const { redis, durability, traffic, teller, availability, places } = this;
    return { redis: redis.save(), durability: durability.save(), ...copyOf({ traffic: traffic.save(), teller: teller.save(), availability: availability.save(), applied: places.applied }) };
  }
  load(saved: unknown): void {
    const { redis, durability, ...rest } = saved as State;
    const state = copyOf(rest);
    this.redis.load(redis);
    this.durability.load(durability);
    this.traffic.load(state.traffic);
    this.teller.load(state.teller);
    this.availability.load(state.availability);
    this.places.applied = state.applied;
  }
  // SessionHost ----------------------------------------------------------------
  up(session: SessionState, thing: Thing, message = -1): void {
    this.traffic.up(session, thing, message);
  }
  reading(session: SessionState): Reading {
    const { places } = this;
    return readingOf(places.configOf(session), places.groupOf(session), places.keysOf(session));
  }
  pollAfter(session: SessionState, delay: number): void {
    this.traffic.later(delay, WAKE.poll, session);
  }
  claimAfter(session: SessionState, delay: number): void {
    this.traffic.later(delay, WAKE.claim, session);
  }
  broken(session: SessionState, why: string): void {
    this.host.forget(session.link, session.client);
    this.hangUp(session);
    this.clientLoses(session, why);
  }
  // AvailabilityHost -----------------------------------------------------------
  config(): Config {
    return this.places.config();
  }
  dataset(): Dataset {
    return this.redis.dataset();
  }
  disconnectAll(why: string): void {
    for (const state of this.traffic.sessions.values()) {
      if (state.served < 0) continue;
      const life = state.served;
      this.hangUp(state);
      this.traffic.down(state, { do: 'lost', session: state.id, life, why });
    }
  }
  adopt(data: Dataset, reason: string, cause: number): void {
    this.traffic.forgetTimers();
    this.redis.adopt(data);
    this.teller.compare(reason, 'lost', cause);
    this.administrate();
  }

  /** Tells the server of what has changed in the document. */
  private administrate(): void {
    this.redis.tells = Number(this.places.config()['replicas'] ?? 0) > 0 || this.places.config()['appendonly'] === 'yes';
    this.redis.goodReplicas = this.availability.goodReplicas;
    const refused = applyPlan(this.redis, this.places.applied, this.places.entities);
    this.desk.flush();
    this.teller.compare('redis-streams.setid', 'dropped');
    this.places.applied = this.places.entities;
    for (const { node, refusal } of refused) this.host.record('refused', { place: node, actor: this.server, reason: `redis-streams.${refusal.name}` });
  }
  /** The server's end of a connection is gone. */
  private hangUp(state: SessionState): void {
    for (const client of [state.id, `${state.id} claim`]) this.redis.disconnect(client);
    state.served = -1;
  }
  private clientLoses(state: SessionState, why: string): void {
    if (!state.wanted) return;
    clientLost(state, this.publishers.get(state.id)?.listener, why);
    this.host.record('left', { place: this.places.nodeOf(state), actor: state.client, reason: why });
    state.tries++;
    this.traffic.later(Math.min(state.tries * RETRY_STEP, RETRY_MOST), WAKE.reconnect, state);
  }
  /** A thing at its far end. */
  private happen(state: SessionState, thing: Thing): void {
    switch (thing.do) {
      case 'open':
        return this.connect(state, thing.life);
      case 'close':
        if (state.served !== thing.life) return;
        this.hangUp(state);
        this.host.record('left', { place: this.places.nodeOf(state), actor: state.client, reason: 'redis-streams.connection_closed' });
        return;
      case 'xadd':
      case 'xreadgroup':
      case 'xautoclaim':
      case 'xack':
      case 'bury':
        if (thing.life === state.served) this.desk.serve(state, thing);
        return;
      default:
        if (thing.life === state.life) this.hear(state, thing);
    }
  }
  private connect(state: SessionState, life: number): void {
    if (life !== state.life) return;
    if (this.availability.down !== null) return this.traffic.down(state, { do: 'lost', session: state.id, life, why: 'redis-streams.ECONNREFUSED' });
    state.served = life;
    this.host.record('joined', { place: this.places.nodeOf(state), actor: state.client, detail: state.kind === 'receive' ? 1 : 0 });
    this.traffic.down(state, { do: 'opened', session: state.id, life });
  }
  /** Something came down to a client. */
  private hear(state: SessionState, thing: Thing): void {
    const receiver = this.receivers.get(state.id);
    const publisher = this.publishers.get(state.id)?.listener;
    switch (thing.do) {
      case 'opened':
        state.connected = true;
        state.tries = 0;
        publisher?.room();
        return receiver?.opened();
      case 'lost':
        return this.clientLoses(state, thing.why);
      case 'reply':
        return publisher?.outcome(thing.message, thing.outcome);
      case 'deliver':
        return receiver?.take(thing.delivery, thing.at);
      case 'gone':
        return receiver?.skip(thing.at);
      case 'answered':
        return receiver?.answered(thing.what, thing.found, thing.refused);
    }
  }
}
function redisConfig(config: Config): RedisConfig {
  const of = (name: 'stream-node-max-entries' | 'stream-node-max-bytes' | 'maxmemory' | 'min-replicas-to-write') => (typeof config[name] === 'number' ? (config[name] as number) : DEFAULTS[name]);
  return {
    'stream-node-max-entries': of('stream-node-max-entries'),
    'stream-node-max-bytes': of('stream-node-max-bytes'),
    maxmemory: of('maxmemory'),
    'maxmemory-policy': config['maxmemory-policy'] === 'allkeys-lru' ? 'allkeys-lru' : 'noeviction',
    'min-replicas-to-write': of('min-replicas-to-write'),
  };
}
