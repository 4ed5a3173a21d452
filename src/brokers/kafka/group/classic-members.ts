import { type ClassicData, type ClassicGroupHost, classicDefaults, type ClassicGroupState, type ClassicSettings, copyGroup, emptyGroup, type JoinResponse, type Member, memberOf, membersInOrder, NEW_MEMBER_JOIN_TIMEOUT_MS, refusalOfMember, type SyncResponse, topicsOf } from './classic-state.ts';
import { Deadlines, type DeadlinesState } from './deadlines.ts';
import type { GroupError } from './errors.ts';
import type { Migrated } from './mixed.ts';
import { newMember } from './modern.ts';
import type { ModernMember } from './modern-state.ts';
import { type CommitRequest, type ExpiryRule, never, type OffsetOwner, sinceCommit } from './offset-owner.ts';

/** Names of deadlines. */
export const SYNC = 'sync';
export const HEARTBEAT = 'heartbeat ';

function modernMember({ memberId, groupInstanceId, rebalanceTimeoutMs, sessionTimeoutMs, protocols, assignment }: Member, epoch: number): ModernMember {
  const topics = [...new Set(protocols[0]?.metadata.topics)].sort();
  const assigned = assignment.map(({ topic, partition }) => ({ topic, partition, epoch }));
  return { ...newMember(memberId, groupInstanceId), memberEpoch: epoch, previousEpoch: epoch, rebalanceTimeoutMs, topics, assigned, classic: { sessionTimeoutMs, protocols } };
}

/** Members of a classic group: what they wait for, how long they may be silent, who may commit for them. */
export class ClassicMembers implements OffsetOwner {
  protected readonly host: ClassicGroupHost;
  protected readonly settings: ClassicSettings;
  protected data: ClassicData;
  protected readonly deadlines: Deadlines;
  #written: ClassicData | null = null;

  constructor(host: ClassicGroupHost, settings: Partial<ClassicSettings> = {}) {
    this.host = host;
    this.settings = { ...classicDefaults, ...settings };
    this.data = emptyGroup(host.now());
    this.deadlines = new Deadlines(host, 'classic-group');
  }

  get groupId(): string {
    return this.host.groupId;
  }
  get state(): ClassicGroupState {
    return this.data.state;
  }
  get generationId(): number {
    return this.data.generationId;
  }
  get leader(): string | null {
    return this.data.leader;
  }
  get protocolName(): string | null {
    return this.data.protocolName;
  }
  members(): readonly Readonly<Member>[] {
    return this.data.members;
  }

  save(): unknown {
    return { data: copyGroup(this.data), written: this.#written === null ? null : copyGroup(this.#written), deadlines: this.deadlines.save() };
  }
  load(state: unknown): void {
    const { data, written, deadlines } = state as { data: ClassicData; written: ClassicData | null; deadlines: DeadlinesState };
    this.#written = written === null ? null : copyGroup(written);
    this.data = copyGroup(data);
    this.deadlines.load(deadlines);
  }

  /** The group was deleted: whoever waits is told. */
  unload(): void {
    for (const member of this.data.members) this.answerWaiting(member, 'NOT_COORDINATOR');
    this.enter('Dead');
  }
  /** It becomes a consumer group: whoever waits is sent back to join again. @returns what its members had */
  upgrade(): Migrated {
    const { generationId: generation, members } = this.data;
    for (const member of members) this.answerWaiting(member, 'REBALANCE_IN_PROGRESS');
    this.deadlines.clearWhere(() => true);
    this.data = emptyGroup(this.host.now());
    this.#written = null;
    return { generation, members: members.map((member) => modernMember(member, generation)) };
  }
  /** Its coordinator is gone: whoever waits there is told, and nobody's session ends there any more. */
  cutOff(): void {
    for (const member of this.data.members) this.answerWaiting(member, 'NOT_COORDINATOR');
    this.deadlines.clearWhere(() => true);
  }
  /** Another broker is the coordinator now: it goes on with what was written down, and sessions begin anew. */
  handOver(): void {
    this.cutOff();
    this.data = { ...(this.#written === null ? emptyGroup(this.host.now()) : copyGroup(this.#written)), ids: this.data.ids };
    for (const { memberId } of this.data.members) this.keepAlive(memberId);
  }

  mayCommit({ memberId, groupInstanceId, generationOrEpoch, transactional }: CommitRequest): GroupError | null {
    const { data } = this;
    if (data.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
    // Without a generation it is an administrator, or a consumer that was assigned its partitions by hand.
    if (generationOrEpoch < 0 && data.state === 'Empty') return null;
    if (generationOrEpoch >= 0 || memberId !== '' || groupInstanceId !== null) {
      const error = refusalOfMember(data, memberId, groupInstanceId);
      if (error !== null) return error;
      if (generationOrEpoch !== data.generationId) return 'ILLEGAL_GENERATION';
    } else if (!transactional && data.state !== 'Empty') return 'UNKNOWN_MEMBER_ID';
    return !transactional && data.state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : null;
  }
  /** A commit shows that a member lives, as a heartbeat does. */
  committed(memberId: string): void {
    if (this.data.state === 'Stable' || this.data.state === 'PreparingRebalance') this.keepAlive(memberId);
  }
  mayFetch(): GroupError | null {
    return this.data.state === 'Dead' ? 'GROUP_ID_NOT_FOUND' : null;
  }
  offsetExpiry(): ExpiryRule {
    if (this.data.protocolType === null) return sinceCommit;
    if (this.data.state === 'Empty') return { from: this.data.since, keeps: () => false };
    const topics = topicsOf(this.data);
    if (this.data.state === 'Stable' && topics !== null) return { ...sinceCommit, keeps: (topic) => topics.has(topic) };
    return never;
  }

  protected answerJoin(client: string, response: Partial<JoinResponse>): void {
    const nothing = { error: null, memberId: '', generationId: -1, protocolName: null, leader: '', members: [], skipAssignment: false };
    this.host.send(client, { kind: 'JoinGroup', ...nothing, ...response });
  }
  protected answerSync(client: string, response: Partial<SyncResponse>): void {
    this.host.send(client, { kind: 'SyncGroup', error: null, protocolName: null, assignment: [], ...response });
  }
  protected completeJoin(member: Member, response: Partial<JoinResponse>): void {
    if (member.awaitingJoin === null) return;
    const client = member.awaitingJoin;
    member.awaitingJoin = null;
    this.answerJoin(client, response);
  }
  protected completeSync(member: Member, response: Partial<SyncResponse>): void {
    if (member.awaitingSync === null) return;
    const client = member.awaitingSync;
    member.awaitingSync = null;
    this.answerSync(client, response);
    this.keepAlive(member.memberId);
  }
  protected answerWaiting(member: Member, error: GroupError): void {
    this.completeJoin(member, { error, memberId: member.memberId });
    if (member.awaitingSync !== null) this.answerSync(member.awaitingSync, { error });
    member.awaitingSync = null;
  }
  /** What a member is told of the generation that runs; only the leader is told of the others. */
  protected currentGeneration(member: Member): Partial<JoinResponse> {
    const { generationId, protocolName, leader } = this.data;
    const metadata = (one: Member) => one.protocols.find(({ name }) => name === protocolName)?.metadata ?? { topics: [], owned: [], generation: null };
    const told = leader === member.memberId ? membersInOrder(this.data) : [];
    const members = told.map((one) => ({ memberId: one.memberId, groupInstanceId: one.groupInstanceId, metadata: metadata(one) }));
    return { memberId: member.memberId, generationId, protocolName, leader: leader ?? '', members };
  }

  protected keepAlive(memberId: string): void {
    const member = memberOf(this.data, memberId);
    if (member !== undefined) this.expect(memberId, member.sessionTimeoutMs);
  }
  protected expect(memberId: string, withinMs: number): void {
    this.deadlines.set(`${HEARTBEAT}${memberId}`, withinMs);
  }
  protected expectNewMember(memberId: string): void {
    this.deadlines.clear(`${HEARTBEAT}${memberId}`);
    this.expect(memberId, NEW_MEMBER_JOIN_TIMEOUT_MS);
  }
  protected forget(memberId: string): void {
    this.deadlines.clear(`${HEARTBEAT}${memberId}`);
  }
  protected synced(memberId: string): void {
    this.data.pendingSync = this.data.pendingSync.filter((pending) => pending !== memberId);
    if (this.data.pendingSync.length === 0) this.deadlines.clear(SYNC);
  }

  /** Takes a member out, telling it so if it waits for the rebalance. */
  protected dismiss(memberId: string): void {
    const member = memberOf(this.data, memberId);
    if (member !== undefined) this.completeJoin(member, { error: 'UNKNOWN_MEMBER_ID' });
    this.remove(memberId);
  }
  protected remove(memberId: string): void {
    const { data } = this;
    this.forget(memberId);
    data.members = data.members.filter((member) => member.memberId !== memberId);
    data.pendingJoin = data.pendingJoin.filter((pending) => pending !== memberId);
    data.pendingSync = data.pendingSync.filter((pending) => pending !== memberId);
    if (data.leader === memberId) data.leader = membersInOrder(data)[0]?.memberId ?? null;
  }

  protected enter(state: ClassicGroupState): void {
    this.data.previous = this.data.state;
    this.data.state = state;
    this.data.since = this.host.now();
    // A generation is written down with its assignment, or when nobody is left.
    if (state === 'Stable' || state === 'Empty') this.#written = copyGroup(this.data);
  }
}
