/** One Kafka cluster in a scenario: brokers, the clients' sessions, and the way between them. */
import { copyOf } from '../../base/copy.ts';
import { micros } from '../../base/time.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Depth, Look, PublishListener, ReceiveListener, Room, RoomHost, Topology } from '../contract.ts';
import { act } from './actions.ts';
import type { ReplicaRacks } from './assignors/assignment.ts';
import { KafkaCluster } from './cluster.ts';
import type { ClientState } from './connection.ts';
import type { ConsumerHost } from './consumer-context.ts';
import { lookAt } from './look.ts';
import { KafkaProducer, type ProducerSessionState } from './producer.ts';
import type { KafkaEvent, Request, Response } from './protocol.ts';
import { apart, rackOfInstance } from './racks.ts';
import { Readings, type ReadingsState } from './readings.ts';
import { KafkaReceiver, type ReceiverState } from './receiver.ts';
import { clusterSettings, quotaLimits, shareGroupConfig, topicSettings } from './settings.ts';
import type { ShareGroupConfig } from './shares.ts';
import { tell } from './teller.ts';

type Thing =
  | { readonly is: 'request'; readonly session: string; readonly life: number; readonly correlation: number; readonly broker: number; readonly request: Request }
  | { readonly is: 'response'; readonly session: string; readonly life: number; readonly correlation: number; readonly broker: number; readonly response: Response }
  /** It goes to a broker in another rack, or comes from there, and has reached the end of its link. */
  | { readonly is: 'far'; readonly thing: Thing }
  | { readonly is: 'timer'; readonly session: string; readonly life: number; readonly name: string; readonly arg: number }
  | { readonly is: 'cluster'; readonly name: string; readonly ref: number };
interface State {
  readonly cluster: unknown;
  readonly readings: ReadingsState;
  readonly clients: readonly ClientState[];
  readonly producers: readonly (readonly [string, ProducerSessionState])[];
  readonly consumers: readonly (readonly [string, ReceiverState])[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly next: number;
}
const ARRIVES = 0;
const DUE = 1;
/** Flights drawn of one request; a batch may have thousands of records. */
const DRAWN = 8;

export class KafkaRoom implements Room, ConsumerHost {
  readonly id: string;
  readonly host: RoomHost;
  readonly cluster: KafkaCluster;
  readonly readings: Readings;
  topology: Topology;
  private readonly clients = new Map<string, ClientState>();
  readonly producers = new Map<string, KafkaProducer>();
  readonly consumers = new Map<string, KafkaReceiver>();
  private things = new Map<number, Thing>();
  private next = 0;

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.id = topology.cluster.id;
    this.topology = topology;
    const config = topology.cluster.config ?? {};
    const after = (delay: number, name: string, ref: number) => host.after(delay, DUE, this.keep({ is: 'cluster', name, ref }));
    this.cluster = new KafkaCluster({ now: () => host.now(), after }, clusterSettings(config, micros(String(config['replicaLatency'] ?? '1ms'))));
    this.readings = new Readings(host, (topic) => this.nodeOf(topic));
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
    const names = new Set(this.topics.map((t) => t.name));
    for (const name of this.cluster.topicNames()) if (!names.has(name)) this.dropTopic(name);
    for (const { node, name } of this.topics) {
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
  }
  publisher(link: string, client: string, listener: PublishListener): KafkaProducer {
    const state = this.clientState(link, client, 'publish');
    const session = new KafkaProducer(state, this, listener);
    this.producers.set(state.id, session);
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): KafkaReceiver {
    const state = this.clientState(link, client, 'receive');
    const session = new KafkaReceiver(state, this, listener);
    this.consumers.set(state.id, session);
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    const said = act(this, action, on, parameters);
    this.flush();
    return said;
  }
  wake(_what: number, ref: number): void {
    const thing = this.things.get(ref);
    this.things.delete(ref);
    if (!thing) return;
    if (thing.is === 'far') this.landed(thing.thing);
    else if (thing.is === 'cluster') this.cluster.timer(thing.name, thing.ref);
    else if (thing.is === 'timer') {
      const state = this.clients.get(thing.session);
      if (state && state.life === thing.life) this.session(thing.session)?.timer(thing.name, thing.arg);
    }
    this.flush();
  }
  arrive(_what: number, ref: number): void {
    const thing = this.things.get(ref);
    this.things.delete(ref);
    if (!thing) return;
    if (this.isFar(thing)) this.host.after(this.cluster.settings.rackLatency, DUE, this.keep({ is: 'far', thing }));
    else this.landed(thing);
    this.flush();
  }
  private landed(thing: Thing): void {
    if (thing.is === 'request') this.cluster.handle(`${thing.session}#${thing.life}`, thing.correlation, Math.max(thing.broker, 0), thing.request);
    else if (thing.is === 'response') {
      const state = this.clients.get(thing.session);
      if (state && state.life === thing.life) this.session(thing.session)?.answered(thing.correlation, thing.response);
    }
  }
  private isFar(thing: Thing): boolean {
    const { racks, rackLatency } = this.cluster.settings;
    if (rackLatency === 0 || (thing.is !== 'request' && thing.is !== 'response') || thing.broker < 0) return false;
    const state = this.clients.get(thing.session);
    return state !== undefined && apart(racks[thing.broker], rackOfInstance(String(this.config(state)['client.rack'] ?? ''), state.client));
  }
  astray(_what: number, ref: number): void {
    this.things.delete(ref);
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
      clients: copyOf([...this.clients.values()]),
      producers: [...this.producers].map(([id, p]) => [id, p.save()]),
      consumers: [...this.consumers].map(([id, c]) => [id, c.save()]),
      things: [...this.things],
      next: this.next,
    };
    return state;
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.cluster.load(state.cluster);
    this.readings.load(state.readings);
    for (const client of copyOf(state.clients)) {
      const known = this.clients.get(client.id);
      if (known) Object.assign(known, client);
      else this.clients.set(client.id, client as ClientState);
    }
    for (const [id, p] of state.producers) this.producers.get(id)?.load(p);
    for (const [id, c] of state.consumers) this.consumers.get(id)?.load(c);
    this.things = new Map(state.things);
    this.next = state.next;
  }
  // ConsumerHost ---------------------------------------------------------------
  request(state: ClientState, broker: number, request: Request, messages: readonly number[]): number {
    const correlation = state.nextCorrelation++;
    const thing: Thing = { is: 'request', session: state.id, life: state.life, correlation, broker, request };
    this.host.hop(state.link, state.client, state.kind === 'receive', ARRIVES, this.keep(thing), messages[0] ?? -1, false);
    for (const message of messages.slice(1, DRAWN)) this.host.pass(state.link, message);
    return correlation;
  }
  later(state: ClientState, delay: number, name: string, arg: number): void {
    this.host.after(delay, DUE, this.keep({ is: 'timer', session: state.id, life: state.life, name, arg }));
  }
  config(state: ClientState): Readonly<Record<string, unknown>> {
    return this.topology.links.find((l) => l.id === state.link)?.config ?? {};
  }
  topicOf(state: ClientState): string {
    const link = this.topology.links.find((l) => l.id === state.link);
    const node = this.topology.nodes.find((n) => n.id === (state.kind === 'publish' ? link?.to : link?.from));
    return node ? nameOf(node) : '';
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
  // Names ----------------------------------------------------------------------
  get topics(): { readonly node: Topology['nodes'][number]; readonly name: string }[] {
    return this.topology.nodes.filter((n) => n.kind === 'kafka.topic').map((node) => ({ node, name: nameOf(node) }));
  }
  /** Of a link, of a client, or of one of its instances. */
  readers(on: string): KafkaReceiver[] {
    return this.inOrder().flatMap(({ id, client, link }) => (link === on || client === on || client.startsWith(`${on}/`) ? (this.consumers.get(id) ?? []) : []));
  }
  nodeOf(topic: string): string {
    return this.topics.find((t) => t.name === topic)?.node.id ?? topic;
  }
  flush(): void {
    const { out } = this.cluster;
    for (let i = 0; i < out.length; i++) this.follow(out[i] as KafkaEvent);
    out.length = 0;
  }

  /** By name: the order in which they were made is another one after a checkpoint was restored. */
  private inOrder(): ClientState[] {
    return [...this.clients.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  private session(id: string): KafkaProducer | KafkaReceiver | undefined {
    return this.producers.get(id) ?? this.consumers.get(id);
  }
  private follow(event: KafkaEvent): void {
    if (event.kind !== 'response') return tell(this, event);
    const [session = '', life = ''] = event.to.split('#');
    const state = this.clients.get(session);
    if (!state || state.life !== Number(life)) return;
    const { correlation, broker = -1 } = event;
    const response = this.asHandedOut(state, event.response);
    const messages = response.api === 'ShareFetch' ? response.records.slice(0, DRAWN).map((r) => r.message) : response.api === 'Fetch' ? response.results.flatMap((r) => r.records.slice(0, DRAWN).map((x) => x.message)).slice(0, DRAWN) : [];
    this.host.hop(state.link, state.client, state.kind === 'publish', ARRIVES, this.keep({ is: 'response', session, life: state.life, correlation, broker, response }), messages[0] ?? -1, false);
    for (const message of messages.slice(1)) this.host.pass(state.link, message);
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
  private clientState(link: string, client: string, kind: ClientState['kind']): ClientState {
    const id = `${client} ${link}`;
    const state = this.clients.get(id) ?? { id, link, client, kind, wanted: false, life: 0, nextCorrelation: 0 };
    this.clients.set(id, state);
    return state;
  }
  private keep(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }
}
/** Settings that a client reads once, when it is made. */
const RESTARTS = ['acks', 'enable.idempotence', 'transactional.id', 'partitioner.class', 'group.id', 'group.protocol', 'group.remote.assignor', 'staticMembership', 'partition.assignment.strategy', 'isolation.level', 'enable.auto.commit', 'client.rack'];
function needsRestart({ link }: ClientState, before: Topology, after: Topology): boolean {
  const [was, is] = [before, after].map((topology) => topology.links.find((l) => l.id === link));
  return is !== undefined && RESTARTS.some((name) => is.config?.[name] !== was?.config?.[name]);
}

export function nameOf(node: { readonly id: string; readonly config?: Readonly<Record<string, unknown>> }): string {
  const name = node.config?.['name'];
  return typeof name === 'string' && name !== '' ? name : node.id;
}
