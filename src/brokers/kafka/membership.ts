/**
 * A consumer's side of the classic group protocol: join, sync, heartbeats, leaving; the assignor runs on the member that leads.
 * https://kafka.apache.org/44/operations/consumer-rebalance-protocol/
 */
import { cooperativeSticky } from './assignors/cooperative-sticky.ts';
import { range } from './assignors/range.ts';
import { roundRobin } from './assignors/round-robin.ts';
import { sticky } from './assignors/sticky.ts';
import type { ConsumerMember, ReplicaRacks, TopicPartition } from './assignors/assignment.ts';
import type { ClassicResponse } from './group/classic-state.ts';
import type { GroupError } from './group/errors.ts';
import type { GroupRequest, GroupResponse } from './protocol.ts';

export interface MembershipSettings {
  readonly group: string;
  readonly clientId: string;
  readonly groupInstanceId: string | null;
  /** Made by the client itself, for the newer protocols. */
  readonly memberId: string;
  /** group.remote.assignor */
  readonly assignor: string | null;
  /** ms */
  readonly sessionTimeout: number;
  readonly heartbeatInterval: number;
  readonly maxPollInterval: number;
  /** partition.assignment.strategy, best first */
  readonly strategies: readonly string[];
  readonly topic: string;
  /** Partitions of its topic, as the client's metadata have it. */
  readonly partitions: number;
  /** Partitions of every topic that the group reads: the leader assigns them all. */
  readonly counts: ReadonlyMap<string, number>;
  readonly replicaRacks: ReplicaRacks;
  /** client.rack */
  readonly rack: string;
}
/** How a consumer belongs to its group, by whichever protocol. */
export interface Membership {
  readonly memberId: string;
  /** Generation or member epoch under which it commits; -1 while it is out. */
  readonly epoch: number;
  readonly owned: readonly TopicPartition[];
  readonly joined: boolean;
  readonly rebalancing: boolean;
  readonly stable: boolean;
  /** Whether poll() has to take part in a rebalance before it gives out records. */
  needsJoin(): boolean;
  join(): void;
  answered(correlation: number, response: GroupResponse): void;
  /** The background thread's turn. @param beat void when another has been set since */
  heartbeat(beat: number): void;
  /** The coordinator refused a commit. */
  commitRefused(error: string): void;
  leave(reason: 'close' | 'poll interval'): void;
}
export interface MembershipListener {
  /** @returns its correlation */
  request(request: GroupRequest): number;
  /** Partitions that are no longer its own; `lost`: it is out of the group, and may not commit for them. */
  revoked(partitions: readonly TopicPartition[], lost: boolean): void;
  /** All that it has now, and what is new of it. */
  assigned(all: readonly TopicPartition[], fresh: readonly TopicPartition[]): void;
  /** Before partitions go: the moment for a last commit. */
  beforeRebalance(): void;
  /** The coordinator refused membership for good: the application ends with this error. */
  refused(error: GroupError): void;
  heartbeatIn(delay: number, beat: number): void;
  /** A retry of the join, after a pause. */
  joinIn(delay: number): void;
}
export interface MembershipState {
  stage: 'out' | 'joining' | 'syncing' | 'stable';
  memberId: string;
  generation: number;
  protocol: string;
  owned: TopicPartition[];
  /** The coordinator wants everybody to join again. */
  rejoin: boolean;
  beating: boolean;
  /** Number of partitions when it joined: a leader that sees more joins again. */
  knew: number;
  leads: boolean;
}
export const OUT: MembershipState = { stage: 'out', memberId: '', generation: -1, protocol: '', owned: [], rejoin: false, beating: false, knew: 0, leads: false };
/** µs after which an application that ended with an error is there again. */
export const STARTED_AGAIN = 5_000_000;
const same = (a: TopicPartition, b: TopicPartition) => a.topic === b.topic && a.partition === b.partition;
export const without = (some: readonly TopicPartition[], others: readonly TopicPartition[]) => some.filter((one) => !others.some((other) => same(one, other)));

export class ClassicMembership implements Membership {
  private state: MembershipState = { ...OUT };
  private readonly settings: () => MembershipSettings;
  private readonly listener: MembershipListener;
  constructor(settings: () => MembershipSettings, listener: MembershipListener) {
    this.settings = settings;
    this.listener = listener;
  }
  get memberId(): string {
    return this.state.memberId;
  }
  get epoch(): number {
    return this.state.generation;
  }
  get owned(): readonly TopicPartition[] {
    return this.state.owned;
  }
  get joined(): boolean {
    return this.state.stage !== 'out';
  }
  get rebalancing(): boolean {
    return this.state.stage === 'joining' || this.state.stage === 'syncing' || this.state.rejoin;
  }
  get stable(): boolean {
    return this.state.stage === 'stable' && !this.state.rejoin;
  }
  private get cooperative(): boolean {
    return this.settings().strategies.every((s) => s === 'cooperative-sticky');
  }
  needsJoin(): boolean {
    if (this.state.leads && this.state.stage === 'stable' && this.settings().partitions !== this.state.knew) this.state.rejoin = true;
    return this.state.stage === 'out' || (this.state.stage === 'stable' && this.state.rejoin);
  }
  join(): void {
    const { state, settings } = this;
    const { group, clientId, groupInstanceId, sessionTimeout, maxPollInterval, strategies, topic, partitions, rack } = settings();
    if (state.stage !== 'joining') this.listener.beforeRebalance();
    // Eager: everything is given up before joining. Cooperative: what is owned goes on being read.
    if (!this.cooperative) this.giveUp(state.owned, false);
    state.stage = 'joining';
    state.rejoin = false;
    state.knew = partitions;
    const owned = [...state.owned];
    const protocols = strategies.map((name) => ({ name, metadata: { topics: [topic], owned, rack, generation: state.generation >= 0 ? state.generation : null } }));
    this.listener.request({ api: 'JoinGroup', group, join: { memberId: state.memberId, groupInstanceId, clientId, sessionTimeoutMs: sessionTimeout, rebalanceTimeoutMs: maxPollInterval, protocolType: 'consumer', protocols } });
    this.beat();
  }
  answered(_correlation: number, response: GroupResponse): void {
    switch (response.kind) {
      case 'JoinGroup':
        this.joinAnswered(response);
        break;
      case 'SyncGroup':
        this.synced(response);
        break;
      case 'Heartbeat':
        this.beaten(response.error);
        break;
    }
  }
  commitRefused(error: string): void {
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'ILLEGAL_GENERATION' || error === 'FENCED_INSTANCE_ID') this.forget();
  }
  /** heartbeat.interval.ms is over: the background thread beats, whatever the application does. */
  heartbeat(): void {
    const { state } = this;
    state.beating = false;
    if (state.stage === 'out') return;
    const { group, groupInstanceId } = this.settings();
    if (state.stage === 'stable') this.listener.request({ api: 'Heartbeat', group, heartbeat: { memberId: state.memberId, groupInstanceId, generationId: state.generation } });
    this.beat();
  }
  /** max.poll.interval.ms is over, or the consumer is closed. A static member keeps its place until its session ends. */
  leave(reason: 'close' | 'poll interval'): void {
    const { state } = this;
    if (state.stage === 'out') return;
    const { group, groupInstanceId } = this.settings();
    if (groupInstanceId === null || reason === 'poll interval') {
      if (groupInstanceId === null) this.listener.request({ api: 'LeaveGroup', group, leave: { members: [{ memberId: state.memberId, groupInstanceId }] } });
    }
    this.forget();
  }
  /** Out of the group: nothing that it held may be committed any more. */
  private forget(): void {
    const { state } = this;
    this.giveUp(state.owned, true);
    Object.assign(state, { stage: 'out', memberId: '', generation: -1, rejoin: false, leads: false });
  }
  save(): MembershipState {
    return { ...this.state, owned: [...this.state.owned] };
  }
  load(state: MembershipState): void {
    this.state = { ...state, owned: [...state.owned] };
  }

  private beat(): void {
    if (this.state.beating) return;
    this.state.beating = true;
    this.listener.heartbeatIn(this.settings().heartbeatInterval * 1000, 0);
  }
  private giveUp(partitions: readonly TopicPartition[], lost: boolean): void {
    if (partitions.length === 0) return;
    this.state.owned = without(this.state.owned, partitions);
    this.listener.revoked(partitions, lost);
  }
  private joinAnswered(response: Extract<ClassicResponse, { kind: 'JoinGroup' }>): void {
    const { state } = this;
    if (state.stage !== 'joining') return;
    if (response.error === 'MEMBER_ID_REQUIRED') {
      state.memberId = response.memberId;
      this.join();
      return;
    }
    if (response.error !== null) return this.refused(response.error);
    const { group, groupInstanceId, counts, replicaRacks } = this.settings();
    state.memberId = response.memberId;
    state.generation = response.generationId;
    state.protocol = response.protocolName ?? '';
    state.stage = 'syncing';
    state.leads = response.leader === response.memberId;
    const members = response.members.map((m): ConsumerMember => ({ memberId: m.memberId, instanceId: m.groupInstanceId, topics: m.metadata.topics, owned: m.metadata.owned, generation: m.metadata.generation, ...(m.metadata.rack === undefined ? {} : { rack: m.metadata.rack }) }));
    const assignments = state.leads && !response.skipAssignment ? [...assignWith(state.protocol, counts, members, replicaRacks)].map(([memberId, given]) => ({ memberId, partitions: given })) : [];
    this.listener.request({ api: 'SyncGroup', group, sync: { memberId: state.memberId, groupInstanceId, generationId: state.generation, protocolType: 'consumer', protocolName: state.protocol, assignments } });
  }
  private synced(response: Extract<ClassicResponse, { kind: 'SyncGroup' }>): void {
    const { state } = this;
    if (state.stage !== 'syncing') return;
    if (response.error !== null) return this.refused(response.error);
    state.stage = 'stable';
    const gone = without(state.owned, response.assignment);
    const fresh = without(response.assignment, state.owned);
    if (state.protocol === 'cooperative-sticky' && gone.length > 0) {
      // What goes to others is given up now, and everybody joins once more so that they get it (KIP-429).
      this.giveUp(gone, false);
      state.rejoin = true;
    }
    state.owned = [...response.assignment];
    this.listener.assigned(state.owned, fresh);
  }
  private beaten(error: string | null): void {
    const { state } = this;
    if (error === null || state.stage !== 'stable') return;
    if (error === 'REBALANCE_IN_PROGRESS') state.rejoin = true;
    else if (error === 'UNKNOWN_MEMBER_ID' || error === 'ILLEGAL_GENERATION' || error === 'FENCED_INSTANCE_ID') this.forget();
  }
  private refused(error: GroupError): void {
    const { state } = this;
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'ILLEGAL_GENERATION') {
      this.giveUp(state.owned, true);
      state.generation = -1;
      if (error === 'UNKNOWN_MEMBER_ID') state.memberId = '';
    }
    state.stage = 'out';
    const fatal = error === 'INCONSISTENT_GROUP_PROTOCOL';
    if (fatal) this.listener.refused(error);
    this.listener.joinIn(fatal ? STARTED_AGAIN : 100_000);
  }
}
type Counts = ReadonlyMap<string, number>;
function assignWith(strategy: string, counts: Counts, members: readonly ConsumerMember[], racks: ReplicaRacks): ReadonlyMap<string, readonly TopicPartition[]> {
  switch (strategy) {
    case 'roundrobin':
      return roundRobin(counts, members);
    case 'sticky':
      return sticky(counts, members);
    case 'cooperative-sticky':
      return cooperativeSticky(counts, members);
    default:
      return range(counts, members, racks);
  }
}
