import { copyOf } from '../../../base/copy.ts';
import type { TopicPartition } from '../assignors/assignment.ts';
import type { ServerAssignor } from '../assignors/server.ts';
import { serverRange } from '../assignors/server-range.ts';
import { uniform } from '../assignors/uniform.ts';
import { Deadlines, type DeadlinesState } from './deadlines.ts';
import type { GroupError } from './errors.ts';
import { assignmentChanged, reconcile } from './modern-reconcile.ts';
import { refusalOfDynamic, refusalOfRequest, refusalOfStatic } from './modern-refusals.ts';
import { type ConsumerHeartbeat, type ConsumerHeartbeatResponse, emptyModern, includes, JOIN_EPOCH, LEAVE_STATIC_EPOCH, type ModernData, modernDefaults, type ModernGroupHost, type ModernMember, type ModernSettings, NEW_GROUP_EPOCH, samePartition } from './modern-state.ts';
import { type CommitRequest, type ExpiryRule, type OffsetOwner, sinceCommit } from './offset-owner.ts';

/** Names of deadlines. */
export const SESSION = 'session ';
const REBALANCE = 'rebalance ';
/** `group.consumer.assignors` */
const assignors: Readonly<Record<string, ServerAssignor>> = { uniform, range: serverRange };
const DEFAULT_ASSIGNOR = 'uniform';
const SUPPORTED: ReadonlySet<string> = new Set(Object.keys(assignors));

/**
 * A group of the consumer protocol, as its coordinator keeps it: the coordinator assigns, and each member is led to the target by its own
 * heartbeats, so that nobody waits for a member that has nothing to give. Subscriptions by regular expression are not modelled.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol
 */
export class ModernGroup implements OffsetOwner {
  protected readonly host: ModernGroupHost;
  readonly #given: ModernSettings;
  protected settings: ModernSettings;
  protected readonly deadlines: Deadlines;
  protected data = emptyModern();

  constructor(host: ModernGroupHost, settings: Partial<ModernSettings> = {}) {
    this.host = host;
    this.#given = { ...modernDefaults, ...settings };
    this.settings = this.#given;
    this.deadlines = new Deadlines(host, 'consumer-group');
  }

  /** @param own what this group has instead of the brokers' settings */
  configure(own: Partial<ModernSettings>): void {
    this.settings = { ...this.#given, ...own };
  }
  get groupId(): string {
    return this.host.groupId;
  }
  get groupEpoch(): number {
    return this.data.groupEpoch;
  }
  get state(): 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' {
    const { members, groupEpoch, assignmentEpoch } = this.data;
    if (members.length === 0) return 'Empty';
    if (groupEpoch > assignmentEpoch) return 'Assigning';
    return members.every((member) => member.state === 'STABLE' && member.memberEpoch === assignmentEpoch) ? 'Stable' : 'Reconciling';
  }
  members(): readonly Readonly<ModernMember>[] {
    return this.data.members;
  }
  targetOf(memberId: string): readonly TopicPartition[] {
    return this.data.target.find((one) => one.memberId === memberId)?.partitions ?? [];
  }

  /** What a request itself says wrong. */
  refusalOf(request: ConsumerHeartbeat): GroupError | null {
    return refusalOfRequest(request, SUPPORTED);
  }
  /** ConsumerGroupHeartbeat: joins, keeps in, reconciles and leaves. */
  heartbeat(request: ConsumerHeartbeat): void {
    const error = this.refusalOf(request) ?? this.absence(request) ?? (request.memberEpoch < 0 ? this.#leave(request) : this.#regular(request));
    if (error !== null) this.#answer(request, { error });
  }
  /** A group is there when its first member has joined. */
  protected absence({ memberEpoch }: ConsumerHeartbeat): GroupError | null {
    const { groupEpoch, members } = this.data;
    return memberEpoch !== JOIN_EPOCH && groupEpoch === NEW_GROUP_EPOCH && members.length === 0 ? 'GROUP_ID_NOT_FOUND' : null;
  }
  /** Topics were made, deleted or got more partitions: the next heartbeat looks whether it matters. */
  topicsChanged(): void {
    this.data.metadataStale = true;
  }
  timer(_name: string, ref: number): void {
    const due = this.deadlines.due(ref);
    if (due !== null) this.reached(due);
  }
  protected reached(due: string): void {
    if (due.startsWith(SESSION)) this.fence(due.slice(SESSION.length));
    if (!due.startsWith(REBALANCE)) return;
    const [epoch = '', ...rest] = due.slice(REBALANCE.length).split(' ');
    const member = this.member(rest.join(' '));
    if (member?.memberEpoch === Number(epoch)) this.fence(member.memberId);
  }
  /** Its coordinator is gone: nobody's session ends there any more. */
  cutOff(): void {
    this.deadlines.clearWhere(() => true);
  }
  /** Another broker is the coordinator now: everything was written down; sessions, and the time to give partitions up, begin anew. */
  handOver(): void {
    this.cutOff();
    for (const member of this.data.members) {
      this.deadlines.set(SESSION + member.memberId, member.classic?.sessionTimeoutMs ?? this.settings['group.consumer.session.timeout.ms']);
      this.#watchRevocation(member);
    }
  }
  save(): unknown {
    return { data: copyOf(this.data), deadlines: this.deadlines.save() };
  }
  load(state: unknown): void {
    const { data, deadlines } = state as { data: ModernData; deadlines: DeadlinesState };
    this.data = copyOf(data);
    this.deadlines.load(deadlines);
  }

  /** A member may be behind by epochs in which the partition was its own all the while. */
  mayCommit({ memberId, groupInstanceId, generationOrEpoch, transactional, partitions }: CommitRequest): GroupError | null {
    if (generationOrEpoch < 0 && this.data.members.length === 0) return null;
    if (transactional && generationOrEpoch === -1 && memberId === '' && groupInstanceId === null) return null;
    const member = this.member(memberId);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    if (generationOrEpoch === member.memberEpoch) return null;
    const mine = [...member.assigned, ...member.pendingRevocation];
    const since = (one: TopicPartition) => mine.find((other) => samePartition(one, other))?.epoch ?? Number.POSITIVE_INFINITY;
    return generationOrEpoch > member.memberEpoch || partitions.some((one) => generationOrEpoch < since(one)) ? 'STALE_MEMBER_EPOCH' : null;
  }
  committed(): void {
    // Heartbeats alone keep a member in.
  }
  mayFetch(memberId: string | null, memberEpoch: number): GroupError | null {
    if (memberId === null && memberEpoch < 0) return null;
    const member = this.member(memberId ?? '');
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    return member.memberEpoch === memberEpoch ? null : 'STALE_MEMBER_EPOCH';
  }
  offsetExpiry(): ExpiryRule {
    return { ...sinceCommit, keeps: (topic) => this.data.members.some((member) => member.topics.includes(topic)) };
  }

  #regular(request: ConsumerHeartbeat): GroupError | null {
    const { memberId, instanceId, memberEpoch } = request;
    const existing = instanceId === null ? this.member(memberId) : this.data.members.find((member) => member.instanceId === instanceId);
    const full = this.data.members.length >= this.settings['group.consumer.max.size'];
    if (full && existing === undefined && this.member(memberId) === undefined) return 'GROUP_MAX_SIZE_REACHED';
    const error = instanceId === null ? refusalOfDynamic(existing, request) : refusalOfStatic(existing, request);
    if (error !== null) return error;
    const preferred = this.#preferredAssignor();
    // A dynamic member may come again as a static one.
    const known = existing ?? this.member(memberId);
    const before = known === undefined ? newMember(memberId, instanceId) : this.replaced(known, memberId, memberEpoch);
    const updated: ModernMember = {
      ...before,
      instanceId: instanceId ?? before.instanceId,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs ?? before.rebalanceTimeoutMs,
      topics: request.subscribedTopicNames === null ? before.topics : [...new Set(request.subscribedTopicNames)].sort(),
      assignor: request.serverAssignor ?? before.assignor,
      // Whoever speaks this protocol does so from now on.
      classic: null,
    };
    const subscriptionChanged = updated.topics.join('\n') !== before.topics.join('\n');
    this.put(updated);
    this.bumpIfNeeded(subscriptionChanged || this.#preferredAssignor(memberId) !== preferred);
    this.computeTarget(memberId);
    const member = this.reconcile(updated, subscriptionChanged, request.topicPartitions);
    this.deadlines.set(SESSION + memberId, this.settings['group.consumer.session.timeout.ms']);
    const saysAll = request.rebalanceTimeoutMs !== null && request.subscribedTopicNames !== null && request.topicPartitions !== null;
    const tells = memberEpoch === JOIN_EPOCH || saysAll || assignmentChanged(before, member);
    const assignment = tells ? member.assigned.map(({ topic, partition }) => ({ topic, partition })) : null;
    this.#answer(request, { memberEpoch: member.memberEpoch, assignment });
    return null;
  }
  /** A static member that comes back has a new id and takes over all that its predecessor had. */
  protected replaced(member: ModernMember, memberId: string, memberEpoch: number): ModernMember {
    if (member.instanceId === null || memberEpoch !== JOIN_EPOCH) return member;
    const { data, before } = { data: this.data, before: member.memberId };
    data.members = data.members.filter((other) => other !== member);
    data.target = data.target.map((one) => (one.memberId === before ? { ...one, memberId } : one));
    return { ...member, memberId, memberEpoch: 0, previousEpoch: 0, assigned: member.assigned.map((one) => ({ ...one, epoch: 0 })) };
  }

  protected bumpIfNeeded(changed: boolean): void {
    const data = this.data;
    if (!changed && !data.metadataStale) return;
    const metadata = this.#metadata();
    if (changed || metadata !== data.metadata) data.groupEpoch++;
    data.metadata = metadata;
    data.metadataStale = false;
  }
  #metadata(): string {
    const topics = [...this.host.topics()].filter(([topic]) => this.data.members.some((member) => member.topics.includes(topic)));
    return topics.map(([topic, count]) => `${topic} ${count}`).join('\n');
  }

  /** Not more often than the interval allows: until then, the last target stands. */
  protected computeTarget(by: string): void {
    const data = this.data;
    if (data.groupEpoch <= data.assignmentEpoch) return;
    const interval = this.settings['group.consumer.assignment.interval.ms'] * 1000;
    if (data.assignmentAt !== null && this.host.now() - data.assignmentAt < interval) return;
    const assign = assignors[this.#preferredAssignor(by)] ?? uniform;
    const assignment = assign(
      this.host.topics(),
      data.members.map((member) => ({ ...member, assigned: this.targetOf(member.memberId) })),
    );
    data.target = data.members.map(({ memberId }) => ({ memberId, partitions: (assignment.get(memberId) ?? []).map(({ topic, partition }) => ({ topic, partition })) }));
    data.assignmentEpoch = data.groupEpoch;
    data.assignmentAt = this.host.now();
  }
  /**
   * Most votes win, and of as many the assignor that was asked for first; but one that only the member asks for whose heartbeat it is
   * counts as asked for last, so that a tie is decided otherwise with each of its heartbeats (ConsumerGroup.computePreferredServerAssignor).
   */
  #preferredAssignor(by?: string): string {
    const votes = new Map<string, number>();
    for (const { assignor } of this.data.members) if (assignor !== null) votes.set(assignor, (votes.get(assignor) ?? 0) + 1);
    const own = by === undefined ? null : (this.member(by)?.assignor ?? null);
    if (own !== null && votes.get(own) === 1) {
      votes.delete(own);
      votes.set(own, 1);
    }
    const most = Math.max(...votes.values());
    return [...votes.keys()].find((name) => votes.get(name) === most) ?? DEFAULT_ASSIGNOR;
  }

  protected reconcile(member: ModernMember, subscriptionChanged: boolean, owned: readonly TopicPartition[] | null): ModernMember {
    const existing = this.host.topics();
    const topics = new Set(member.topics.filter((topic) => existing.has(topic)));
    const after = reconcile(member, { target: this.targetOf(member.memberId), targetEpoch: this.data.assignmentEpoch, owned, subscriptionChanged, topics, taken: (one) => this.#taken(one) });
    if (after === member) return member;
    this.put(after);
    this.#clearRebalance(member.memberId);
    this.#watchRevocation(after);
    return after;
  }
  #taken(one: TopicPartition): boolean {
    return this.data.members.some((other) => includes(other.assigned, one) || includes(other.pendingRevocation, one));
  }
  /** @returns whether nobody has a partition any more for which a member waits */
  protected someIsFree(member: ModernMember): boolean {
    return this.targetOf(member.memberId).some((one) => !includes(member.assigned, one) && !this.#taken(one));
  }
  /** Nobody is in it, and it never was. */
  protected reset(): void {
    this.data = emptyModern();
    this.deadlines.clearWhere(() => true);
  }
  /** Who has something to give up has the rebalance timeout for it. */
  #watchRevocation({ state, memberEpoch, memberId, rebalanceTimeoutMs }: ModernMember): void {
    if (state === 'UNREVOKED_PARTITIONS') this.deadlines.set(`${REBALANCE}${memberEpoch} ${memberId}`, rebalanceTimeoutMs);
  }
  #clearRebalance(memberId: string): void {
    this.deadlines.clearWhere((key) => key.startsWith(REBALANCE) && key.slice(key.indexOf(' ', REBALANCE.length) + 1) === memberId);
  }

  #leave({ client, memberId, memberEpoch, instanceId }: ConsumerHeartbeat): GroupError | null {
    const member = instanceId === null ? this.member(memberId) : this.data.members.find((one) => one.instanceId === instanceId);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    if (member.memberId !== memberId) return 'FENCED_INSTANCE_ID';
    if (memberEpoch === LEAVE_STATIC_EPOCH) this.put({ ...member, memberEpoch, pendingRevocation: [] });
    else this.fence(memberId);
    this.host.send(client, { kind: 'ConsumerGroupHeartbeat', error: null, memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null });
    return null;
  }
  /** Takes a member out, with all it had. */
  protected fence(memberId: string): void {
    const data = this.data;
    if (this.member(memberId) === undefined) return;
    data.members = data.members.filter((member) => member.memberId !== memberId);
    data.target = data.target.filter((one) => one.memberId !== memberId);
    this.deadlines.clear(SESSION + memberId);
    this.#clearRebalance(memberId);
    data.metadata = this.#metadata();
    data.groupEpoch++;
    if (data.members.length > 0) return;
    data.assignmentEpoch = data.groupEpoch;
    data.assignmentAt = null;
  }

  protected member(memberId: string): ModernMember | undefined {
    return this.data.members.find((member) => member.memberId === memberId);
  }
  protected put(member: ModernMember): void {
    const at = this.data.members.findIndex((other) => other.memberId === member.memberId);
    if (at < 0) this.data.members.push(member);
    else this.data.members[at] = member;
  }
  #answer({ client, memberId, memberEpoch }: ConsumerHeartbeat, response: Partial<ConsumerHeartbeatResponse>): void {
    const heartbeatIntervalMs = this.settings['group.consumer.heartbeat.interval.ms'];
    this.host.send(client, { kind: 'ConsumerGroupHeartbeat', error: null, memberId, memberEpoch, heartbeatIntervalMs, assignment: null, ...response });
  }
}

export const newMember = (memberId: string, instanceId: string | null): ModernMember => ({
  memberId,
  instanceId,
  memberEpoch: 0,
  previousEpoch: -1,
  state: 'STABLE',
  rebalanceTimeoutMs: -1,
  topics: [],
  assignor: null,
  assigned: [],
  pendingRevocation: [],
  classic: null,
});
