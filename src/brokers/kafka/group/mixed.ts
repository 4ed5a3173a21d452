import type { HeartbeatRequest, JoinRequest, JoinResponse, LeaveRequest, SyncRequest, SyncResponse } from './classic-state.ts';
import { type ClassicResponse, classicDefaults } from './classic-state.ts';
import type { GroupError } from './errors.ts';
import { ModernGroup, newMember, SESSION } from './modern.ts';
import { JOIN_EPOCH, type ModernGroupHost, type ModernMember, type ModernSettings } from './modern-state.ts';
import type { CommitRequest } from './offset-owner.ts';

const JOIN = 'join ';
const SYNC = 'sync ';

/** A group as it goes from one protocol to the other. */
export interface Migrated {
  readonly generation: number;
  readonly members: readonly ModernMember[];
}
export interface MixedGroupHost extends ModernGroupHost {
  send(client: string, response: ClassicResponse | Parameters<ModernGroupHost['send']>[1]): void;
  /** One that nobody has had. */
  newMemberId(prefix: string): string;
  /** Only members of the classic protocol are left. @returns whether the group is a classic one from now on */
  downgrades(group: Migrated): boolean;
}

/**
 * A consumer group that may have members of the classic protocol, too, while it is migrated: they are told to join again whenever the
 * coordinator has something for them, and their generation is their epoch. Nobody leads.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol (Supporting Online Consumer Group Upgrade)
 */
export class MixedGroup extends ModernGroup {
  readonly #host: MixedGroupHost;
  constructor(host: MixedGroupHost, settings: Partial<ModernSettings> = {}) {
    super(host, settings);
    this.#host = host;
  }

  /** A classic group with members becomes this one: what they have is theirs in the epoch of its generation. */
  adopt({ generation, members }: Migrated): void {
    Object.assign(this.data, { groupEpoch: generation, assignmentEpoch: generation, assignmentAt: null, members: [...members], target: members.map(({ memberId, assigned }) => ({ memberId, partitions: assigned.map(({ topic, partition }) => ({ topic, partition })) })) });
    for (const { memberId, classic } of members) if (classic !== null) this.deadlines.set(SESSION + memberId, classic.sessionTimeoutMs);
  }

  join(request: JoinRequest): void {
    const { client, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request;
    const answer = (response: Partial<JoinResponse>) => this.#host.send(client, { kind: 'JoinGroup', error: null, memberId: request.memberId, generationId: -1, protocolName: null, leader: '', members: [], skipAssignment: false, ...response });
    const error = this.#refusalOfJoin(request);
    if (error !== null) return answer({ error });
    const memberId = request.memberId === '' ? this.#host.newMemberId(groupInstanceId ?? request.clientId) : request.memberId;
    if (request.memberId === '' && groupInstanceId === null) return answer({ error: 'MEMBER_ID_REQUIRED', memberId });
    const known = this.#named(memberId, groupInstanceId);
    const before = known === undefined ? newMember(memberId, groupInstanceId) : known.memberId === memberId ? known : this.replaced(known, memberId, JOIN_EPOCH);
    const [first] = protocols;
    const topics = [...new Set(first?.metadata.topics)].sort();
    const updated: ModernMember = { ...before, rebalanceTimeoutMs, topics, classic: { sessionTimeoutMs, protocols } };
    const subscriptionChanged = topics.join('\n') !== before.topics.join('\n');
    this.put(updated);
    this.bumpIfNeeded(subscriptionChanged);
    this.computeTarget(memberId);
    const member = this.reconcile(updated, subscriptionChanged, first?.metadata.owned ?? []);
    this.deadlines.clear(JOIN + memberId);
    this.deadlines.set(SYNC + memberId, rebalanceTimeoutMs);
    this.deadlines.set(SESSION + memberId, sessionTimeoutMs);
    answer({ memberId, generationId: member.memberEpoch, protocolName: first?.name ?? null });
  }
  sync(request: SyncRequest): void {
    const answer = (response: Partial<SyncResponse>) => this.#host.send(request.client, { kind: 'SyncGroup', error: null, protocolName: null, assignment: [], ...response });
    const member = this.#speaking(request);
    if (typeof member === 'string') return answer({ error: member });
    const { protocolName } = request;
    const own = member.classic?.protocols[0]?.name ?? null;
    if (protocolName !== null && protocolName !== own) return answer({ error: 'INCONSISTENT_GROUP_PROTOCOL' });
    if (this.data.groupEpoch > member.memberEpoch && member.state !== 'UNREVOKED_PARTITIONS') {
      this.#expectJoin(member);
      return answer({ error: 'REBALANCE_IN_PROGRESS' });
    }
    this.deadlines.clear(SYNC + member.memberId);
    this.#keepAlive(member);
    answer({ protocolName: own, assignment: member.assigned.map(({ topic, partition }) => ({ topic, partition })) });
  }
  beat(request: HeartbeatRequest): void {
    const member = this.#speaking(request);
    let error = typeof member === 'string' ? member : null;
    if (typeof member !== 'string') {
      this.#keepAlive(member);
      if (this.#hasNews(member)) {
        this.#expectJoin(member);
        error = 'REBALANCE_IN_PROGRESS';
      }
    }
    this.#host.send(request.client, { kind: 'Heartbeat', error });
  }
  leave({ client, members }: LeaveRequest): void {
    const answers = members.map(({ memberId, groupInstanceId }) => {
      const member = this.#named(memberId, groupInstanceId);
      const error: GroupError | null = member === undefined ? 'UNKNOWN_MEMBER_ID' : memberId !== '' && member.memberId !== memberId ? 'FENCED_INSTANCE_ID' : null;
      if (member !== undefined && error === null) this.fence(member.memberId);
      return { memberId, groupInstanceId, error };
    });
    this.#host.send(client, { kind: 'LeaveGroup', error: null, members: answers });
  }

  /** To a member of the classic protocol it is a generation. */
  override mayCommit(request: CommitRequest): GroupError | null {
    const error = super.mayCommit(request);
    return error === 'STALE_MEMBER_EPOCH' && this.#isClassic(request.memberId) ? 'ILLEGAL_GENERATION' : error;
  }
  override mayFetch(memberId: string | null, memberEpoch: number): GroupError | null {
    return memberId !== null && this.#isClassic(memberId) ? null : super.mayFetch(memberId, memberEpoch);
  }
  protected override reached(due: string): void {
    if (due.startsWith(JOIN)) this.fence(due.slice(JOIN.length));
    else if (due.startsWith(SYNC)) this.fence(due.slice(SYNC.length));
    else super.reached(due);
  }
  protected override fence(memberId: string): void {
    const member = this.member(memberId);
    if (member === undefined) return;
    this.deadlines.clear(JOIN + memberId);
    this.deadlines.clear(SYNC + memberId);
    const { groupEpoch } = this.data;
    const rest = this.data.members.filter((other) => other !== member);
    const last = member.classic === null && rest.length > 0 && rest.every(({ classic }) => classic !== null);
    if (last && this.#host.downgrades({ generation: groupEpoch, members: rest })) this.reset();
    else super.fence(memberId);
  }

  #refusalOfJoin({ memberId, groupInstanceId, sessionTimeoutMs, protocolType, protocols }: JoinRequest): GroupError | null {
    if (sessionTimeoutMs < classicDefaults['group.min.session.timeout.ms'] || sessionTimeoutMs > classicDefaults['group.max.session.timeout.ms']) return 'INVALID_SESSION_TIMEOUT';
    const known = this.#named(memberId, groupInstanceId);
    if (known === undefined && this.data.members.length >= this.settings['group.consumer.max.size']) return 'GROUP_MAX_SIZE_REACHED';
    // Its own, too: what it supported so far counts.
    const common = protocols.some(({ name }) => this.data.members.every(({ classic }) => classic === null || classic.protocols.some((one) => one.name === name)));
    if (protocolType !== 'consumer' || !common) return 'INCONSISTENT_GROUP_PROTOCOL';
    if (groupInstanceId === null || memberId === '') return null;
    return known === undefined ? 'UNKNOWN_MEMBER_ID' : known.memberId === memberId ? null : 'FENCED_INSTANCE_ID';
  }
  #named(memberId: string, instanceId: string | null): ModernMember | undefined {
    return instanceId === null ? this.member(memberId) : this.data.members.find((member) => member.instanceId === instanceId);
  }
  /** The member of the classic protocol that speaks, or why it may not. */
  #speaking({ memberId, groupInstanceId, generationId }: HeartbeatRequest): ModernMember | GroupError {
    const member = this.#named(memberId, groupInstanceId);
    if (member !== undefined && member.memberId !== memberId) return 'FENCED_INSTANCE_ID';
    if (member?.classic == null) return 'UNKNOWN_MEMBER_ID';
    return generationId === member.memberEpoch ? member : 'ILLEGAL_GENERATION';
  }
  /** It has to give something up, may have more, or is behind. */
  #hasNews(member: ModernMember): boolean {
    return member.memberEpoch < this.data.groupEpoch || member.state === 'UNREVOKED_PARTITIONS' || (member.state === 'UNRELEASED_PARTITIONS' && this.someIsFree(member));
  }
  #keepAlive({ memberId, classic }: ModernMember): void {
    if (classic !== null) this.deadlines.set(SESSION + memberId, classic.sessionTimeoutMs);
  }
  /** Who is told to join again has the rebalance timeout for it. */
  #expectJoin({ memberId, rebalanceTimeoutMs }: ModernMember): void {
    if (!this.deadlines.has(JOIN + memberId)) this.deadlines.set(JOIN + memberId, rebalanceTimeoutMs);
  }
  #isClassic(memberId: string): boolean {
    return this.member(memberId)?.classic != null;
  }
}
