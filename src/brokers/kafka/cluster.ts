/**
 * A Kafka cluster as its clients meet it: brokers, topics, replication, the controller, produce and fetch. Groups and
 * transactions have coordinators of their own (group/, transactions.ts). Each request is done with all its consequences when it returns.
 */
import type { BrokerHost } from '../contract.ts';
import { Timeouts } from '../timeouts.ts';
import { Coordinator, type CoordinatorState } from './coordinator.ts';
import { Fetches, type FetchesState } from './fetches.ts';
import type { InternalTopic } from './internal-topic.ts';
import { Nodes, type NodesState } from './nodes.ts';
import { Partition, type PartitionListener, type PartitionState } from './partition.ts';
import { type ErrorName, type KafkaEvent, keyOf, type Request } from './protocol.ts';
import { Produces, type ProducesState } from './produces.ts';
import { Quotas, type QuotasState } from './quotas.ts';
import type { ClusterSettings, TopicSettings } from './settings.ts';
import { spread } from './racks.ts';
import { Replication, type ReplicationState } from './replication.ts';
import { Shares, type SharesState } from './shares.ts';
import { Transactions, type TransactionsState } from './transactions.ts';
import { Upkeep, type UpkeepState } from './upkeep.ts';

interface Topic {
  readonly name: string;
  settings: TopicSettings;
  readonly partitions: Partition[];
}
interface State {
  readonly nodes: NodesState;
  readonly topics: readonly { readonly name: string; readonly settings: TopicSettings; readonly replicas: readonly (readonly number[])[]; readonly partitions: readonly PartitionState[] }[];
  readonly fetches: FetchesState;
  readonly shares: SharesState;
  readonly quotas: QuotasState;
  readonly produces: ProducesState;
  readonly transactions: TransactionsState;
  readonly coordinator: CoordinatorState;
  readonly replication: ReplicationState;
  readonly upkeep: UpkeepState;
}
export class KafkaCluster implements PartitionListener {
  /** What happened since it was last emptied. */
  readonly out: KafkaEvent[] = [];
  readonly host: BrokerHost;
  readonly settings: ClusterSettings;
  readonly transactions: Transactions;
  readonly coordinator: Coordinator;
  readonly shares: Shares;
  readonly quotas: Quotas;
  readonly nodes: Nodes;
  private readonly topics = new Map<string, Topic>();
  readonly fetches: Fetches;
  private readonly produces: Produces;
  private readonly replication: Replication;
  readonly upkeep: Upkeep;

  constructor(host: BrokerHost, settings: ClusterSettings) {
    this.host = host;
    this.settings = settings;
    this.nodes = new Nodes(this);
    this.fetches = new Fetches(this);
    this.replication = new Replication(this);
    this.produces = new Produces(this);
    this.transactions = new Transactions(this);
    this.coordinator = new Coordinator(this);
    this.shares = new Shares(this);
    this.quotas = new Quotas(this);
    this.upkeep = new Upkeep(this);
  }
  // Topics ---------------------------------------------------------------------
  topic(name: string): Readonly<Topic> | undefined {
    return this.topics.get(name);
  }
  /** Topics that exist and how many partitions they have, in the order in which they were made. */
  counts(): ReadonlyMap<string, number> {
    return new Map([...this.topics].map(([name, { partitions }]) => [name, partitions.length]));
  }
  topicNames(): string[] {
    return [...this.topics.keys()];
  }
  partition(topic: string, index: number): Partition | undefined {
    return this.topics.get(topic)?.partitions[index];
  }
  /** Also of the cluster's own topics. */
  anyPartition(topic: string, index: number): Partition | undefined {
    return this.partition(topic, index) ?? this.internalTopics.find(({ name }) => name === topic)?.partition(index);
  }
  /** "topic/index", made once for a partition that is there. */
  keyOf(topic: string, index: number): string {
    return this.partition(topic, index)?.key ?? keyOf(topic, index);
  }
  /**
   * Creates it, or changes its settings; the number of partitions can only grow.
   * @param placed brokers of the replicas of each partition, the first of which leads; spread by the cluster when left out
   * @returns why not, in the broker's words
   */
  putTopic(name: string, settings: TopicSettings, placed?: readonly (readonly number[])[]): { readonly name: string; readonly text: string } | undefined {
    const known = this.topics.get(name);
    if (settings.replicationFactor > this.nodes.count)
      return { name: 'INVALID_REPLICATION_FACTOR', text: `Unable to replicate the partition ${settings.replicationFactor} time(s): The target replication factor of ${settings.replicationFactor} cannot be reached because only ${this.nodes.count} broker(s) are registered.` };
    if (known && settings.partitions < known.partitions.length) return { name: 'INVALID_PARTITIONS', text: `The topic ${name} currently has ${known.partitions.length} partition(s); ${settings.partitions} would not be an increase.` };
    const topic: Topic = known ?? { name, settings, partitions: [] };
    topic.settings = settings;
    this.topics.set(name, topic);
    for (const partition of topic.partitions) partition.settings = settings;
    const base = [...this.topics.keys()].indexOf(name);
    while (topic.partitions.length < settings.partitions) {
      const index = topic.partitions.length;
      const replicas = placed?.[index] ?? spread(this.settings.racks, settings.replicationFactor, base + index);
      topic.partitions.push(new Partition(name, index, replicas, settings, this.nodes, this));
    }
    this.upkeep.watchRetention();
    this.fetches.look();
    this.shares.look();
    this.coordinator.topicsChanged();
    return undefined;
  }
  /** @returns the partitions that were there, with all their records */
  deleteTopic(name: string): readonly Partition[] {
    const topic = this.topics.get(name);
    this.topics.delete(name);
    this.shares.topicDeleted(name);
    this.coordinator.topicsChanged();
    return topic?.partitions ?? [];
  }
  // Requests -------------------------------------------------------------------
  /** @param asked the broker that the client takes for the leader or coordinator; -1 when it leaves that to the cluster */
  handle(from: string, correlation: number, asked: number, request: Request): void {
    const broker = this.addressee(asked, request);
    if (this.nodes.holds(from, correlation, broker, request) || this.quotas.holds(from, correlation, broker, request)) return;
    const reply = (response: Extract<KafkaEvent, { kind: 'response' }>['response']) => this.out.push({ kind: 'response', to: from, correlation, response });
    switch (request.api) {
      case 'Metadata': {
        const topics: Record<string, readonly number[]> = {};
        for (const name of request.topics) topics[name] = this.topics.get(name)?.partitions.map((p) => p.leader) ?? [];
        reply({ api: 'Metadata', error: this.nodes.anyUp ? 'NONE' : 'DISCONNECTED', topics });
        break;
      }
      case 'FindCoordinator':
        reply({ api: 'FindCoordinator', ...this.coordinator.find(request.group) });
        break;
      case 'InitProducerId':
        reply({ api: 'InitProducerId', ...this.transactions.init(from, broker, request.transactionalId, request.transactionTimeout) });
        break;
      case 'EndTxn':
        reply({ api: 'EndTxn', ...this.transactions.end(broker, request) });
        break;
      case 'Produce':
        this.produces.handle(from, correlation, broker, request);
        break;
      case 'Fetch':
        this.fetches.handle(from, correlation, broker, request);
        break;
      case 'ListOffsets':
        reply({
          api: 'ListOffsets',
          error: this.nodes.anyUp ? 'NONE' : 'DISCONNECTED',
          offsets: request.partitions.map(({ topic, partition }) => {
            const found = this.partition(topic, partition);
            const error = this.leaderError(found);
            return { topic, partition, error, offset: !found ? -1 : request.at === 'earliest' ? found.log.start : request.isolation === 'read_committed' ? found.lastStable : found.highWatermark };
          }),
        });
        break;
      case 'ShareFetch':
      case 'ShareAcknowledge':
      case 'ShareSessionEnd':
        this.shares.handle(from, correlation, request);
        break;
      default:
        this.coordinator.handle(from, correlation, broker, request);
    }
  }
  /** Who is to answer; -1 when any broker can. */
  private addressee(asked: number, request: Request): number {
    switch (request.api) {
      case 'Produce':
      case 'Fetch':
        return asked;
      case 'InitProducerId':
        return request.transactionalId === null || asked >= 0 ? asked : this.transactions.nodeOf(request.transactionalId);
      case 'EndTxn':
        return asked < 0 ? this.transactions.nodeOf(request.transactionalId) : asked;
      case 'Metadata':
      case 'FindCoordinator':
      case 'ListOffsets':
      case 'ShareFetch':
      case 'ShareAcknowledge':
      case 'ShareSessionEnd':
        return -1;
      default:
        return asked < 0 ? this.coordinator.nodeOf(request.group) : asked;
    }
  }
  /** A process that stood still does what it was late with. */
  goesOn(broker: number): void {
    this.coordinator.goesOn(broker);
    this.transactions.goesOn();
  }
  /** Its connections broke. */
  brokerLost(): void {
    this.fetches.look();
    this.shares.look();
    this.produces.brokerLost();
  }
  /** Whoever sent this is gone: no answer is wanted. */
  forget(from: string): void {
    this.fetches.forget(from);
    this.shares.forget(from);
    this.produces.forget(from);
  }
  leaderError(partition: Partition | undefined): ErrorName {
    if (!partition) return 'UNKNOWN_TOPIC_OR_PARTITION';
    if (partition.leader < 0) return 'LEADER_NOT_AVAILABLE';
    return this.nodes.up(partition.leader) ? 'NONE' : 'DISCONNECTED';
  }
  /** The next produce request for this topic is refused as if its in-sync replicas had just become too few. */
  refuseNext(topic: string): void {
    this.produces.refuseNext(topic);
  }
  /** Timeouts for one purpose: `timer(name, lane)` follows for them. */
  timeouts(name: string, whose: { stands(id: number): boolean; expired(id: number): void }): Timeouts {
    return new Timeouts({ now: () => this.host.now(), call: (delay, lane) => this.host.after(delay, name, lane), ...whose });
  }
  timer(name: string, ref: number): void {
    switch (name) {
      case 'replicated':
        this.replication.arrived(ref);
        break;
      case 'followers know':
        this.replication.followersKnow(ref);
        break;
      case 'fence':
        this.nodes.timer(ref);
        break;
      case 'lag':
      case 'retention':
        this.upkeep.timer(name);
        break;
      case 'fetch':
        this.fetches.timer(ref);
        break;
      case 'share-fetch':
      case 'share-lock':
        this.shares.timer(name, ref);
        break;
      case 'produce':
        this.produces.timer(ref);
        break;
      case 'unmute':
        this.quotas.timer(ref);
        break;
      case 'transaction':
        this.transactions.timer(ref);
        break;
      default:
        this.coordinator.timer(ref);
    }
  }
  // PartitionListener ----------------------------------------------------------
  committed(partition: Partition, from: number, to: number): void {
    const { topic, index } = partition;
    for (let offset = from; offset < to; offset++) this.accept(partition, offset);
    this.out.push({ kind: 'replicated', topic, partition: index, from, to });
    if (this.settings.rackAwareReads) this.replication.tellFollowers(partition, to);
    this.produces.look(partition.key);
    this.fetches.look(partition.key);
    this.shares.look(partition.key);
  }
  truncated(partition: Partition, accepted: readonly number[], because: 'unclean_election' | 'leader_failed'): void {
    this.out.push({ kind: 'truncated', topic: partition.topic, partition: partition.index, end: partition.log.end, accepted, because });
  }
  elected(partition: Partition, clean: boolean): void {
    this.out.push({ kind: 'elected', topic: partition.topic, partition: partition.index, leader: partition.leader, clean });
    this.produces.lostLeader(partition.key);
    this.fetches.look(partition.key);
    this.shares.leaderChanged(partition.topic, partition.index);
    this.shares.look(partition.key);
    this.transactions.goesOn();
  }
  isrChanged(partition: Partition, shrunk: boolean): void {
    this.out.push({ kind: 'isr', topic: partition.topic, partition: partition.index, isr: [...partition.isr], shrunk });
    if (shrunk) this.produces.look(partition.key);
  }
  fetching(partition: Partition, brokers: readonly number[]): void {
    this.replication.fetching(partition, brokers);
  }
  /** The broker answers for a record, unless it has already: whoever reads it may count on it. */
  accept(partition: Partition, offset: number): void {
    const { log, topic, index } = partition;
    if (log.accept(offset)) this.out.push({ kind: 'accepted', topic, partition: index, offset, message: log.message(offset), transactional: log.transactional(offset) });
  }
  save(): unknown {
    const state: State = {
      nodes: this.nodes.save(),
      topics: [...this.topics.values()].map(({ name, settings, partitions }) => ({ name, settings, replicas: partitions.map((p) => p.replicas.map((r) => r.broker)), partitions: partitions.map((p) => p.save()) })),
      fetches: this.fetches.save(),
      shares: this.shares.save(),
      quotas: this.quotas.save(),
      produces: this.produces.save(),
      transactions: this.transactions.save(),
      coordinator: this.coordinator.save(),
      replication: this.replication.save(),
      upkeep: this.upkeep.save(),
    };
    return state;
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.nodes.load(state.nodes);
    this.topics.clear();
    for (const { name, settings, replicas, partitions } of state.topics) {
      const made = partitions.map((p, i) => {
        const partition = new Partition(name, i, replicas[i] ?? [], settings, this.nodes, this);
        partition.load(p);
        return partition;
      });
      this.topics.set(name, { name, settings, partitions: made });
    }
    this.fetches.load(state.fetches);
    this.shares.load(state.shares);
    this.quotas.load(state.quotas);
    this.produces.load(state.produces);
    this.transactions.load(state.transactions);
    this.coordinator.load(state.coordinator);
    this.replication.load(state.replication);
    this.upkeep.load(state.upkeep);
  }
  *all(): IterableIterator<Partition> {
    for (const topic of this.topics.values()) yield* topic.partitions;
    for (const topic of this.internalTopics) yield* topic.partitions();
  }
  private get internalTopics(): readonly InternalTopic[] {
    return [this.coordinator.topic, this.transactions.topic];
  }
}
