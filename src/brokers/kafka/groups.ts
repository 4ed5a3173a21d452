/** One group of a cluster, of the type that its first member gave it, with its committed offsets. */
import type { KafkaCluster } from './cluster.ts';
import { clientOf } from './connection.ts';
import { ClassicGroup } from './group/classic.ts';
import type { GroupError } from './group/errors.ts';
import type { HeartbeatRequest, JoinRequest, LeaveRequest, SyncRequest } from './group/classic-state.ts';
import { type Migrated, MixedGroup } from './group/mixed.ts';
import type { OffsetOwner } from './group/offset-owner.ts';
import { GroupOffsets } from './group/offsets.ts';
import type { ModernSettings } from './group/modern-state.ts';
import { ShareGroup, type ShareGroupSettings } from './group/share-group.ts';
import type { GroupResponse, TopicPartition } from './protocol.ts';

/** `group.consumer.migration.policy` */
export type MigrationPolicy = 'bidirectional' | 'upgrade' | 'downgrade' | 'disabled';
/** `group.type`: what a group speaks. */
export type GroupType = 'classic' | 'consumer' | 'share';
export interface GroupState {
  readonly id: string;
  readonly node: number;
  readonly ids: number;
  readonly type: GroupType;
  readonly classic: unknown;
  readonly modern: unknown;
  readonly share: unknown;
  readonly offsets: unknown;
  readonly names: readonly (readonly [string, string])[];
  readonly exists: boolean;
  readonly own: GroupSettings;
}
/** What a group has of its own, else the brokers' (https://kafka.apache.org/44/configuration/group-configs/). */
export type GroupSettings = Partial<ModernSettings & ShareGroupSettings>;
interface GroupHost {
  after(delay: number, name: string, ref: number): void;
  send(to: string, response: GroupResponse): void;
}

export class Group {
  readonly id: string;
  /** The broker that has it loaded: its coordinator, or who was that until it died. */
  node: number;
  readonly classic: ClassicGroup;
  readonly modern: MixedGroup;
  readonly share: ShareGroup;
  readonly offsets: GroupOffsets;
  type: GroupType = 'classic';
  private readonly policy: MigrationPolicy;
  /** Member ids given out so far. */
  private ids = 0;
  /** Somebody joined it, or committed without being a member: before that the coordinator knows no such group. */
  private exists = false;
  /** Client of a member id. */
  private names = new Map<string, string>();
  private own: GroupSettings = {};
  constructor(id: string, node: number, cluster: KafkaCluster, { after, send }: GroupHost) {
    this.node = node;
    const { settings } = cluster;
    this.id = id;
    const now = () => cluster.host.now();
    const topics = () => cluster.counts();
    const newMemberId = (prefix: string) => `${prefix}-${++this.ids}`;
    const host = { groupId: id, now, after, send, newMemberId };
    this.classic = new ClassicGroup(host, { 'group.initial.rebalance.delay.ms': settings.initialRebalanceDelay / 1000, 'group.max.size': settings.groupMaxSize });
    this.policy = settings.migrationPolicy;
    this.modern = new MixedGroup({ ...host, topics, downgrades: (group) => this.downgrade(group) }, { 'group.consumer.session.timeout.ms': settings.consumerSessionTimeout / 1000, 'group.consumer.heartbeat.interval.ms': settings.consumerHeartbeatInterval / 1000 });
    this.share = new ShareGroup({ ...host, topics }, { 'group.share.session.timeout.ms': settings.shareSessionTimeout / 1000, 'group.share.heartbeat.interval.ms': settings.shareHeartbeatInterval / 1000 });
    const owner = (): OffsetOwner => (this.type === 'consumer' ? this.modern : this.classic);
    const owned: OffsetOwner = { mayCommit: (request) => owner().mayCommit(request), committed: (memberId) => owner().committed(memberId), mayFetch: (memberId, epoch) => owner().mayFetch(memberId, epoch), offsetExpiry: () => owner().offsetExpiry() };
    this.offsets = new GroupOffsets({ now, after, expired: () => undefined }, owned, { 'offsets.retention.minutes': settings.offsetsRetention / 60e6, 'offsets.retention.check.interval.ms': settings.offsetsRetentionCheckInterval / 1000 });
  }
  /** kafka-configs.sh --entity-type groups: holds from the next request on. */
  configure(own: GroupSettings): void {
    this.own = own;
    this.modern.configure(own);
    this.share.configure(own);
  }
  /** Whoever comes first says what the group is; once it has members (or shares its partitions), it is that. @returns why not */
  refusalOf(type: GroupType): GroupError | null {
    if (this.type === type) return null;
    const empty = this.memberIds().length === 0 && this.type !== 'share';
    if (!empty && this.type === 'classic' && type === 'consumer' && (this.policy === 'bidirectional' || this.policy === 'upgrade')) this.modern.adopt(this.classic.upgrade());
    else if (!empty && this.type === 'consumer' && type === 'classic' && this.policy !== 'disabled') return null;
    else if (!empty) return type === 'classic' ? 'INCONSISTENT_GROUP_PROTOCOL' : 'GROUP_ID_NOT_FOUND';
    this.type = type;
    return null;
  }
  /** The requests of the classic protocol, which a consumer group takes, too. */
  join(request: JoinRequest): void {
    if (this.type === 'consumer') this.modern.join(request);
    else this.classic.join(request);
  }
  sync(request: SyncRequest): void {
    if (this.type === 'consumer') this.modern.sync(request);
    else this.classic.sync(request);
  }
  heartbeat(request: HeartbeatRequest): void {
    if (this.type === 'consumer') this.modern.beat(request);
    else this.classic.heartbeat(request);
  }
  leave(request: LeaveRequest): void {
    if (this.type === 'consumer') this.modern.leave(request);
    else this.classic.leave(request);
  }
  private downgrade(group: Migrated): boolean {
    if (this.policy !== 'bidirectional' && this.policy !== 'downgrade') return false;
    this.type = 'classic';
    this.classic.downgraded(group);
    return true;
  }
  founded(): void {
    this.exists = true;
  }
  /** A commit of nobody's makes the group; one of a member needs it (OffsetMetadataManager.validateOffsetCommit). @returns why not */
  refusalOfCommit(generationOrEpoch: number, transactional: boolean): GroupError | null {
    if (!this.exists && generationOrEpoch >= 0) return transactional ? 'ILLEGAL_GENERATION' : 'GROUP_ID_NOT_FOUND';
    this.exists = true;
    return null;
  }
  memberIds(): string[] {
    return this.members().map((member) => member.memberId);
  }
  /** With what each of them has. */
  members(): { readonly memberId: string; readonly partitions: readonly TopicPartition[] }[] {
    if (this.type === 'classic') return this.classic.members().map(({ memberId, assignment }) => ({ memberId, partitions: assignment }));
    return (this.type === 'consumer' ? this.modern : this.share).members().map(({ memberId, assigned }) => ({ memberId, partitions: assigned }));
  }
  /** The group as its type has it. */
  private get spoken(): ClassicGroup | MixedGroup | ShareGroup {
    return this.type === 'classic' ? this.classic : this.type === 'consumer' ? this.modern : this.share;
  }
  get state(): string {
    if (this.type === 'classic') return this.classic.state;
    if (this.type === 'consumer') return this.modern.state;
    return this.share.members().length > 0 ? 'Stable' : 'Empty';
  }
  /** While it shares its partitions out anew. Members of a share group wait for nobody. */
  get rebalancing(): boolean {
    return this.type === 'classic' ? this.classic.state === 'PreparingRebalance' : this.type === 'consumer' && ['Assigning', 'Reconciling'].includes(this.modern.state);
  }
  get generation(): number {
    return this.type === 'classic' ? this.classic.generationId : (this.type === 'consumer' ? this.modern : this.share).groupEpoch;
  }
  /** Its coordinator died: no other does its work yet. */
  cutOff(): void {
    this.spoken.cutOff();
  }
  /** Another broker is the coordinator now. */
  handOver(): void {
    this.spoken.handOver();
  }
  timer(name: string, ref: number): void {
    if (name === 'offsets-retention') this.offsets.timer(name, ref);
    else if (name === 'consumer-group') this.modern.timer(name, ref);
    else if (name === 'share-group') this.share.timer(name, ref);
    else this.classic.timer(name, ref);
  }
  knows(memberId: string, session: string): void {
    this.names.set(memberId, clientOf(session));
  }
  /** The client behind a member id: "pay/1". */
  nameOf(memberId: string): string {
    return this.names.get(memberId) ?? memberId.replace(/-\d+$/, '');
  }
  save(): GroupState {
    return { id: this.id, node: this.node, ids: this.ids, type: this.type, classic: this.classic.save(), modern: this.modern.save(), share: this.share.save(), offsets: this.offsets.save(), names: [...this.names], exists: this.exists, own: { ...this.own } };
  }
  load(state: GroupState): void {
    this.node = state.node;
    this.ids = state.ids;
    this.type = state.type;
    this.classic.load(state.classic);
    this.modern.load(state.modern);
    this.share.load(state.share);
    this.offsets.load(state.offsets);
    this.names = new Map(state.names);
    this.exists = state.exists;
    this.configure(state.own);
  }
}
