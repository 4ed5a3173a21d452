/** One Kafka cluster in a scenario: brokers, the clients' sessions, and the way between them. */
import { micros } from '../../base/time.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Depth, Look, PublishListener, ReceiveListener, Room, RoomHost, Topology } from '../contract.ts';
import { act } from './actions.ts';
import type { ReplicaRacks } from './assignors/assignment.ts';
import { KafkaCluster } from './cluster.ts';
import { type ClientState, DRAWN } from './connection.ts';
import type { ConsumerHost } from './consumer-context.ts';
import { lookAt } from './look.ts';
import { KafkaProducer, type ProducerSessionState } from './producer.ts';
import type { KafkaEvent, Request, Response } from './protocol.ts';
import { apart, rackOfInstance } from './racks.ts';
import { Readings, type ReadingsState } from './readings.ts';
import { KafkaReceiver, type ReceiverState } from './receiver.ts';
import { clusterSettings, type Config, quotaLimits, shareGroupConfig, topicSettings } from './settings.ts';
import type { ShareGroupConfig } from './shares.ts';
import { nameOf, Site } from './site.ts';
import { tell } from './teller.ts';
import { type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';

interface State {
  readonly cluster: unknown;
  readonly readings: ReadingsState;
  readonly traffic: TrafficState;
  readonly producers: readonly (readonly [string, ProducerSessionState])[];
  readonly consumers: readonly (readonly [string, ReceiverState])[];
}
export class KafkaRoom implements Room, ConsumerHost {
  readonly id: string;
  readonly host: RoomHost;
  readonly cluster: KafkaCluster;
  readonly readings: Readings;
  readonly traffic: Traffic;
  topology: Topology;
  site: Site;
  readonly producers = new Map<string, KafkaProducer>();
  readonly consumers = new Map<string, KafkaReceiver>();

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.id = topology.cluster.id;
    this.topology = topology;
    this.site = new Site(topology);
    this.traffic = new Traffic(host);
    const config = topology.cluster.config ?? {};
    const after = (delay: number, name: string, ref: number) => this.traffic.serverTimer(delay, name, ref);
    this.cluster = new KafkaCluster({ now: () => host.now(), after }, clusterSettings(config, micros(String(config['replicaLatency'] ?? '1ms'))));
    this.readings = new Readings(host, (topic) => this.site.nodeOf(topic));
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    const before = this.topology;
    const first = this.cluster.topicNames().length === 0;
    // What a client is made with holds until it is made again; it says goodbye as what it was.
    const anew = first ? [] : this.inOrder().filter((client) => client.wanted && needsRestart(client, before, topology));
    for (const client of anew) this.session(client.id)?.close('graceful');
    this.flush();
    this.know(topology);
    const { topics } = this.site;
    const names = new Set(topics.map((t) => t.name));
    for (const name of this.cluster.topicNames()) if (!names.has(name)) this.dropTopic(name);
    for (const { node, name } of topics) {
      const refused = this.cluster.putTopic(name, topicSettings(node));
      if (refused) this.host.record('refused', { place: node.id, actor: this.id, reason: `kafka.${refused.name}` });
    }
    this.reconcileReadings();
    this.flush();
    for (const client of anew) this.session(client.id)?.open();
    this.flush();
  }
  know(topology: Topology): void {
    this.topology = topology;
    this.site = new Site(topology);
  }
  publisher(link: string, client: string, listener: PublishListener): KafkaProducer {
    const state = this.traffic.client(link, client, 'publish');
    const session = new KafkaProducer(state, this, listener);
    this.producers.set(state.id, session);
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): KafkaReceiver {
    const state = this.traffic.client(link, client, 'receive');
    const session = new KafkaReceiver(state, this, listener);
    this.consumers.set(state.id, session);
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    const said = act(this, action, on, parameters);
    this.flush();
    return said;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.server) {
      const [name, arg] = this.traffic.takeTimer(ref) ?? [];
      if (name !== undefined && arg !== undefined) this.cluster.timer(name, arg);
    } else {
      const thing = this.traffic.takeThing(ref);
      if (thing) this.landed(thing);
    }
    this.flush();
  }
  arrive(_what: number, ref: number): void {
    const thing = this.traffic.takeThing(ref);
    if (!thing) return;
    if (this.isFar(thing)) this.traffic.wake(this.cluster.settings.rackLatency, WAKE.far, thing);
    else this.landed(thing);
    this.flush();
  }
  astray(_what: number, ref: number): void {
    this.traffic.takeThing(ref);
  }
  linkChanged(): void {
    // Kafka's clients notice a cut by themselves, when an answer fails to come.
  }
  look(place: string, cells: number): Look | undefined {
    return lookAt(this, place, cells);
  }
  depths(): readonly Depth[] {
    return this.readings.depths();
  }
  save(): unknown {
    const state: State = {
      cluster: this.cluster.save(),
      readings: this.readings.save(),
      traffic: this.traffic.save(),
      producers: [...this.producers].map(([id, p]) => [id, p.save()]),
      consumers: [...this.consumers].map(([id, c]) => [id, c.save()]),
    };
    return state;
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.cluster.load(state.cluster);
    this.readings.load(state.readings);
    this.traffic.load(state.traffic);
    for (const [id, p] of state.producers) this.producers.get(id)?.load(p);
    for (const [id, c] of state.consumers) this.consumers.get(id)?.load(c);
  }
  // ConsumerHost ---------------------------------------------------------------
  request(state: ClientState, broker: number, request: Request, drawn: readonly number[], correlation?: number): number {
    return this.traffic.request(state, broker, request, drawn, correlation);
  }
  reconnects(state: ClientState, broker: number): void {
    this.cluster.nodes.reconnects(this.traffic.address(state.id, state.life), broker);
  }
  later(state: ClientState, delay: number, name: string, arg: number): void {
    this.traffic.later(state, delay, name, arg);
  }
  config({ link }: ClientState): Config {
    return this.site.config(link);
  }
  topicOf({ link }: ClientState): string {
    return this.site.topicOf(link);
  }
  luck(state: ClientState, purpose: string): RandomStream {
    return this.host.luck(`${state.id} ${purpose}`);
  }
  readonly replicaRacks: ReplicaRacks = ({ topic, partition }) => {
    const { racks } = this.cluster.settings;
    return new Set(this.cluster.partition(topic, partition)?.replicas.flatMap((r) => racks[r.broker] || []));
  };
  counts(): ReadonlyMap<string, number> {
    return this.cluster.counts();
  }
  messageAt(topic: string, partition: number, offset: number): number | undefined {
    const log = this.cluster.partition(topic, partition)?.log;
    return log?.has(offset) ? log.message(offset) : undefined;
  }
  recordTime(topic: string, partition: number, offset: number): number {
    const log = this.cluster.partition(topic, partition)?.log;
    return log?.has(offset) ? log.time(offset) : 0;
  }
  /** The client's error handler produces the record to another topic, and waits for all in-sync replicas. */
  forward(state: ClientState, topic: string, message: number): boolean {
    const target = this.cluster.topic(topic);
    if (!target) return false;
    const partition = target.partitions[this.host.messages.key(message) % target.partitions.length];
    if (!partition || partition.leader < 0) return false;
    this.request(
      state,
      partition.leader,
      { api: 'Produce', acks: -1, timeout: 30_000_000, batches: [{ topic, partition: partition.index, producerId: -1, producerEpoch: -1, baseSequence: -1, transactional: false, records: [{ message, key: this.host.messages.key(message), size: this.host.messages.size(message), time: this.host.now() }] }] },
      [message],
    );
    return true;
  }
  // What happens meanwhile -----------------------------------------------------
  /** Of a link, of a client, or of one of its instances. */
  readers(on: string): KafkaReceiver[] {
    return this.inOrder().flatMap(({ id, client, link }) => (link === on || client === on || client.startsWith(`${on}/`) ? (this.consumers.get(id) ?? []) : []));
  }
  flush(): void {
    const { out } = this.cluster;
    for (let i = 0; i < out.length; i++) this.follow(out[i] as KafkaEvent);
    out.length = 0;
  }

  /** By name: the order in which they were made is another one after a checkpoint was restored. */
  private inOrder(): ClientState[] {
    return [...this.traffic.sessions.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  private session(id: string): KafkaProducer | KafkaReceiver | undefined {
    return this.producers.get(id) ?? this.consumers.get(id);
  }
  private landed(thing: Thing): void {
    const { session, life } = thing;
    // A request arrives whoever sent it: the broker cannot know that the client is gone.
    if (thing.is === 'request') return this.cluster.handle(this.traffic.address(session, life), thing.correlation, thing.broker, thing.request);
    if (!this.traffic.of(thing)) return;
    if (thing.is === 'response') this.session(session)?.answered(thing.correlation, thing.response);
    else this.session(session)?.timer(thing.name, thing.arg);
  }
  private isFar(thing: Thing): boolean {
    const { racks, rackLatency } = this.cluster.settings;
    if (rackLatency === 0 || thing.is === 'timer' || thing.broker < 0) return false;
    const state = this.traffic.sessions.get(thing.session);
    return state !== undefined && apart(racks[thing.broker], rackOfInstance(String(this.config(state)['client.rack'] ?? ''), state.client));
  }
  private follow(event: KafkaEvent): void {
    if (event.kind !== 'response') return tell(this, event);
    const state = this.traffic.at(event.to);
    if (!state) return;
    const response = this.asHandedOut(state, event.response);
    this.traffic.respond(state, event.correlation, event.broker ?? -1, response, drawnOf(response));
  }
  /** What a share group's member acquired, with the numbers under which the history knows it. */
  private asHandedOut(state: ClientState, response: Response): Response {
    if (response.api !== 'ShareFetch') return response;
    const group = String(this.config(state)['group.id'] ?? '');
    return { ...response, records: response.records.map((r) => ({ ...r, ...this.readings.inHand(group, r.topic, r.partition, r.offset) })) };
  }
  private dropTopic(name: string): void {
    for (const partition of this.cluster.deleteTopic(name)) this.readings.gone(name, partition.index, { before: partition.log.end }, 'dropped', 'kafka.topic_deleted');
  }
  private reconcileReadings(): void {
    const configs = new Map<string, ShareGroupConfig>();
    const wanted = new Map<string, { group: string; topic: string; committedOnly: boolean }>();
    for (const link of this.topology.links) {
      const node = this.topology.nodes.find((n) => n.id === link.from);
      if (node?.kind !== 'kafka.topic') continue;
      const group = String(link.config?.['group.id'] ?? '');
      const topic = nameOf(node);
      wanted.set(`${group} ${topic}`, { group, topic, committedOnly: (link.config?.['group.protocol'] === 'share' ? link.config['share.isolation.level'] : link.config?.['isolation.level']) === 'read_committed' });
      if (link.config?.['group.protocol'] === 'share') configs.set(group, configs.get(group) ?? shareGroupConfig(link.config));
    }
    for (const link of this.topology.links) this.cluster.quotas.configure(link.id, quotaLimits(link.config ?? {}));
    for (const [group, config] of configs) this.cluster.shares.configure(group, config);
    this.readings.reconcile([...wanted.values()], (topic) => this.cluster.topic(topic)?.partitions.map((p) => p.log.end) ?? []);
  }
}
/** Messages drawn on the way of a response. */
function drawnOf(response: Response): readonly number[] {
  if (response.api === 'ShareFetch') return response.records.slice(0, DRAWN).map((r) => r.message);
  if (response.api !== 'Fetch') return [];
  const drawn: number[] = [];
  for (const { records } of response.results) for (let i = 0; i < records.messages.length && drawn.length < DRAWN; i++) drawn.push(records.messages[i] as number);
  return drawn;
}
/** Settings that a client reads once, when it is made. */
const RESTARTS = ['acks', 'enable.idempotence', 'transactional.id', 'partitioner.class', 'group.id', 'group.protocol', 'group.remote.assignor', 'staticMembership', 'partition.assignment.strategy', 'isolation.level', 'enable.auto.commit', 'client.rack'];
function needsRestart({ link }: ClientState, before: Topology, after: Topology): boolean {
  const [was, is] = [before, after].map((topology) => topology.links.find((l) => l.id === link));
  return is !== undefined && RESTARTS.some((name) => is.config?.[name] !== was?.config?.[name]);
}
