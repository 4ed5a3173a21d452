/** Keeps the cluster's groups and their committed offsets: hands requests to the group they name, and tells what came of them. */
import type { KafkaCluster } from './cluster.ts';
import { clientOf } from './connection.ts';
import type { GroupError } from './group/errors.ts';
import { JOIN_EPOCH } from './group/modern-state.ts';
import type { OffsetToCommit, PartitionError } from './group/offsets.ts';
import { Group, type GroupSettings, type GroupState } from './groups.ts';
import { InternalTopic, type InternalTopicState } from './internal-topic.ts';
import type { Partition } from './partition.ts';
import { refused } from './refused.ts';
import type { ErrorName, GroupRequest, GroupResponse, Response, TopicPartition } from './protocol.ts';

export interface CoordinatorState {
  readonly topic: InternalTopicState;
  readonly groups: readonly GroupState[];
  readonly timers: readonly (readonly [number, readonly [group: string, name: string, ref: number]])[];
  readonly next: number;
  readonly late: readonly number[];
  readonly withheld: readonly Withheld[];
}
/** An answer that a broker owes whose process stands still. */
interface Withheld {
  readonly broker: number;
  readonly to: string;
  readonly correlation: number;
  readonly response: Response;
}

export class Coordinator {
  readonly topic: InternalTopic;
  private readonly cluster: KafkaCluster;
  private readonly groups = new Map<string, Group>();
  private timers = new Map<number, readonly [group: string, name: string, ref: number]>();
  private next = 0;
  /** Timers that were due at a broker whose process stands still. */
  private late: number[] = [];
  private withheld: Withheld[] = [];
  constructor(cluster: KafkaCluster) {
    this.cluster = cluster;
    this.topic = new InternalTopic('__consumer_offsets', cluster.settings.offsetsTopic, cluster, (partition) => this.elected(partition));
  }
  /** FindCoordinator: whom the metadata have for the leader, dead or alive. */
  find(group: string): { readonly error: 'NONE' | 'COORDINATOR_NOT_AVAILABLE'; readonly node: number } {
    const node = this.nodeOf(group);
    return { error: node < 0 ? 'COORDINATOR_NOT_AVAILABLE' : 'NONE', node };
  }
  /** @param broker whom the client takes for the coordinator */
  handle(from: string, correlation: number, broker: number, request: GroupRequest): void {
    if (!this.cluster.nodes.up(broker)) return this.reply(from, correlation, { api: 'Unavailable' });
    if (broker !== this.nodeOf(request.group)) return this.reply(from, correlation, refused(request, 'NOT_COORDINATOR'));
    const group = this.group(request.group);
    if (QUIET.has(request.api)) return this.answer(from, correlation, group, request);
    this.watched(group, 'kafka.left', () => this.answer(from, correlation, group, request));
  }
  private answer(from: string, correlation: number, group: Group, request: GroupRequest): void {
    const client = `${correlation}|${from}`;
    switch (request.api) {
      case 'JoinGroup': {
        const error = group.refusalOf('classic');
        if (error !== null) this.reply(from, correlation, refused(request, error));
        else {
          group.founded();
          group.join({ ...request.join, client });
        }
        break;
      }
      case 'SyncGroup':
        group.sync({ ...request.sync, client });
        break;
      case 'Heartbeat':
        group.heartbeat({ ...request.heartbeat, client });
        break;
      case 'LeaveGroup':
        group.leave({ ...request.leave, client });
        break;
      case 'ConsumerGroupHeartbeat': {
        const { memberId, memberEpoch } = request.heartbeat;
        // A request that is wrong converts nothing.
        const error = group.modern.refusalOf({ ...request.heartbeat, client }) ?? (memberEpoch === JOIN_EPOCH ? group.refusalOf('consumer') : null);
        if (error !== null) return this.reply(from, correlation, refused(request, error));
        group.knows(memberId, from);
        group.modern.heartbeat({ ...request.heartbeat, client });
        if (group.memberIds().length > 0) group.founded();
        break;
      }
      case 'ShareGroupHeartbeat': {
        const { memberId, memberEpoch } = request.heartbeat;
        const error = memberEpoch === JOIN_EPOCH ? group.refusalOf('share') : null;
        if (error !== null) return this.reply(from, correlation, refused(request, error));
        group.knows(memberId, from);
        group.share.heartbeat({ ...request.heartbeat, client });
        break;
      }
      case 'OffsetCommit':
        this.commit(from, correlation, group, request);
        break;
      case 'TxnOffsetCommit':
        this.reply(from, correlation, { api: 'OffsetCommit', error: this.commitInTransaction(group, request) });
        break;
      case 'OffsetFetch': {
        const { memberId, generationOrEpoch } = request.member;
        const who = group.type === 'consumer' && memberId !== '' ? { memberId, memberEpoch: generationOrEpoch } : { memberId: null, memberEpoch: -1 };
        const answer = group.offsets.fetch(who, request.partitions, request.stable);
        const unstable = typeof answer === 'string' ? answer : (answer.find((o) => o.error !== null)?.error ?? null);
        this.reply(from, correlation, { api: 'OffsetFetch', error: unstable, offsets: typeof answer === 'string' ? [] : answer.map(({ topic, partition, offset }) => ({ topic, partition, offset })) });
      }
    }
  }
  timer(id: number): void {
    const timer = this.timers.get(id);
    if (!timer) return;
    const [name, what, ref] = timer;
    const group = this.group(name);
    if (this.cluster.nodes.frozen(group.node)) {
      this.late.push(id);
      return;
    }
    this.timers.delete(id);
    this.watched(group, 'kafka.session_timeout', () => group.timer(what, ref));
  }
  /** Topics were made, deleted or got more partitions. */
  topicsChanged(): void {
    for (const group of this.groups.values()) group.modern.topicsChanged();
  }
  /** A broker died. Until another leads, the groups that it had loaded have no coordinator. */
  brokerLost(broker: number): void {
    for (const group of this.groups.values()) if (group.node === broker) group.cutOff();
    this.goesOn(broker);
  }
  /** Its process stood still, and does what it was late with. */
  goesOn(broker: number): void {
    const { withheld } = this;
    this.withheld = withheld.filter((one) => one.broker !== broker);
    for (const one of withheld) if (one.broker === broker) this.reply(one.to, one.correlation, this.cluster.nodes.up(broker) ? one.response : { api: 'Unavailable' });
    this.catchUp();
  }
  /** The broker that coordinates a group; -1 while none does. */
  nodeOf(name: string): number {
    return this.topic.partitionOf(name).leader;
  }
  committed(group: string, { topic, partition }: TopicPartition): number {
    const known = this.groups.get(group);
    return known?.type === 'share' ? this.cluster.shares.startOffset(group, { topic, partition }) : (known?.offsets.committed(topic, partition) ?? -1);
  }
  configure(group: string, own: GroupSettings): void {
    this.group(group).configure(own);
  }
  /** An administrator sets a group's offset: only of a group without members (kafka-consumer-groups.sh --reset-offsets). @returns whether it was done */
  resetOffsets(name: string, offsets: readonly (TopicPartition & { readonly offset: number })[], latest: boolean): boolean {
    const group = this.group(name);
    if (group.memberIds().length > 0) return false;
    if (group.type === 'share') {
      this.cluster.shares.reset(name, offsets, latest);
      return true;
    }
    group.offsets.commit({ memberId: '', groupInstanceId: null, generationOrEpoch: -1 }, offsets.map(toCommit));
    return true;
  }
  /** For pictures. */
  state(name: string): { readonly state: string; readonly rebalancing: boolean; readonly type: Group['type']; readonly generation: number; readonly members: readonly { readonly client: string; readonly partitions: readonly TopicPartition[] }[] } | undefined {
    const group = this.groups.get(name);
    if (!group) return undefined;
    const { state, type, generation } = group;
    return { state, type, generation, rebalancing: group.rebalancing || state === 'CompletingRebalance', members: group.members().map((m) => ({ client: group.nameOf(m.memberId), partitions: m.partitions })) };
  }
  /** The offsets that a transaction committed in a group are the group's now, or forgotten. */
  endTransaction(name: string, producerId: number, how: 'commit' | 'abort'): void {
    this.groups.get(name)?.offsets.endTransaction(producerId, how);
  }
  save(): CoordinatorState {
    return { topic: this.topic.save(), groups: [...this.groups.values()].map((g) => g.save()), timers: [...this.timers], next: this.next, late: [...this.late], withheld: [...this.withheld] };
  }
  load(state: CoordinatorState): void {
    this.topic.load(state.topic);
    this.groups.clear();
    for (const group of state.groups) this.group(group.id).load(group);
    this.timers = new Map(state.timers);
    this.next = state.next;
    this.late = [...state.late];
    this.withheld = [...state.withheld];
  }

  /** Whoever leads from now on loads the groups of the partition. */
  private elected(partition: Partition): void {
    for (const group of this.groups.values()) {
      if (this.topic.partitionOf(group.id) !== partition) continue;
      this.watched(group, 'kafka.session_timeout', () => group.handOver());
      group.node = partition.leader;
    }
    this.catchUp();
  }
  /** Timers that a broker was late with, unless it still is. */
  private catchUp(): void {
    const { late } = this;
    this.late = [];
    for (const id of late) this.timer(id);
  }
  private group(id: string): Group {
    const known = this.groups.get(id);
    if (known) return known;
    const after = (delay: number, name: string, ref: number) => {
      const timer = this.next++;
      this.timers.set(timer, [id, name, ref]);
      this.cluster.host.after(delay, 'group', timer);
    };
    const group: Group = new Group(id, this.nodeOf(id), this.cluster, { after, send: (to, response) => this.send(group, to, response) });
    this.groups.set(id, group);
    return group;
  }
  /** A response of a group: to whoever asked, under the number of its request. */
  private send(group: Group, to: string, response: GroupResponse): void {
    const at = to.indexOf('|');
    const from = to.slice(at + 1);
    if (response.kind === 'JoinGroup' && response.memberId !== '') group.knows(response.memberId, from);
    this.says(group.node, from, Number(to.slice(0, at)), { api: 'Group', response });
  }
  /** A dead broker's connections break; a process that stands still says nothing until it goes on. */
  private says(broker: number, to: string, correlation: number, response: Response): void {
    const { nodes } = this.cluster;
    if (nodes.frozen(broker)) this.withheld.push({ broker, to, correlation, response });
    else this.reply(to, correlation, nodes.up(broker) ? response : { api: 'Unavailable' });
  }
  private reply(to: string, correlation: number, response: Response): void {
    this.cluster.out.push({ kind: 'response', to, correlation, response });
  }
  private commit(from: string, correlation: number, group: Group, request: Extract<GroupRequest, { api: 'OffsetCommit' }>): void {
    const offsets = this.known(request.offsets);
    const refused = offsets.length > 0 ? (group.refusalOfCommit(request.member.generationOrEpoch, false) ?? errorOf(group.offsets.commit(request.member, offsets.map(toCommit)))) : null;
    if (refused === null && offsets.length > 0) this.cluster.out.push({ kind: 'offsets-committed', group: request.group, how: request.how, offsets });
    const error = refused ?? (offsets.length < request.offsets.length ? 'UNKNOWN_TOPIC_OR_PARTITION' : null);
    if (error !== null) this.cluster.out.push({ kind: 'commit-refused', group: request.group, client: clientOf(from), error });
    this.reply(from, correlation, { api: 'OffsetCommit', error });
  }
  /** The group becomes part of the producer's transaction. */
  private commitInTransaction(group: Group, { producerId, producerEpoch, member, offsets }: Extract<GroupRequest, { api: 'TxnOffsetCommit' }>): GroupError | ErrorName | null {
    const { transactions } = this.cluster;
    const known = this.known(offsets);
    if (known.length === 0) return 'UNKNOWN_TOPIC_OR_PARTITION';
    const refused = transactions.mayWrite(producerId, producerEpoch);
    if (refused !== 'NONE') return refused;
    transactions.wroteOffsets(producerId, group.id);
    return group.refusalOfCommit(member.generationOrEpoch, true) ?? errorOf(group.offsets.commitInTransaction(producerId, member, known.map(toCommit))) ?? (known.length < offsets.length ? 'UNKNOWN_TOPIC_OR_PARTITION' : null);
  }
  /** Of partitions that do not exist nothing is committed: they are refused before the group is asked (KafkaApis.handleOffsetCommitRequest). */
  private known<T extends TopicPartition>(offsets: readonly T[]): readonly T[] {
    return offsets.filter(({ topic, partition }) => this.cluster.partition(topic, partition) !== undefined);
  }
  /** Tells when a rebalance begins or ends, and who came and went. */
  private watched(group: Group, gone: string, todo: () => void): void {
    const before = { state: group.state, rebalancing: group.rebalancing, members: group.memberIds() };
    todo();
    const members = group.memberIds();
    const tell = (id: string, joined: boolean) => this.cluster.out.push({ kind: 'member', group: group.id, client: group.nameOf(id), joined, because: gone });
    const [had, has] = [new Set(before.members), new Set(members)];
    for (const id of before.members) if (!has.has(id)) tell(id, false);
    for (const id of members) if (!had.has(id)) tell(id, true);
    const { state, rebalancing, generation } = group;
    if (!before.rebalancing && rebalancing) this.cluster.out.push({ kind: 'rebalance', group: group.id, begins: true, generation });
    if (before.state !== 'Stable' && state === 'Stable' && group.type !== 'share') this.cluster.out.push({ kind: 'rebalance', group: group.id, begins: false, generation });
  }
}
/** Requests that neither bring a member nor take one away: most of all that a coordinator is asked. */
const QUIET: ReadonlySet<GroupRequest['api']> = new Set(['OffsetCommit', 'TxnOffsetCommit', 'OffsetFetch', 'Heartbeat']);
const toCommit = (one: TopicPartition & { readonly offset: number; readonly metadata?: string }): OffsetToCommit => ({ metadata: '', ...one, leaderEpoch: -1 });
/** Of a request as a whole, or of its first partition that was refused. */
const errorOf = (answer: GroupError | readonly PartitionError[]): GroupError | null => (typeof answer === 'string' ? answer : (answer.find(({ error }) => error !== null)?.error ?? null));
