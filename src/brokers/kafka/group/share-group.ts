import { copyOf } from '../../../base/copy.ts';
import type { BrokerHost } from '../../contract.ts';
import type { PartitionCounts, TopicPartition } from '../assignors/assignment.ts';
import { simple } from '../assignors/simple.ts';
import { Deadlines, type DeadlinesState } from './deadlines.ts';
import type { GroupError } from './errors.ts';
import { NEW_GROUP_EPOCH } from './modern-state.ts';

/** ShareGroupHeartbeat. https://kafka.apache.org/44/design/protocol/ */
export interface ShareHeartbeat {
  /** Whom to answer. */
  readonly client: string;
  readonly memberId: string;
  /** 0 to join, -1 to leave. */
  readonly memberEpoch: number;
  /** null when it has not changed. */
  readonly subscribedTopicNames: readonly string[] | null;
}
export interface ShareHeartbeatResponse {
  readonly kind: 'ShareGroupHeartbeat';
  readonly error: GroupError | null;
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** null when it has not changed. */
  readonly assignment: readonly TopicPartition[] | null;
}
export interface ShareGroupHost extends BrokerHost {
  readonly groupId: string;
  send(client: string, response: ShareHeartbeatResponse): void;
  topics(): PartitionCounts;
}

/** https://kafka.apache.org/44/configuration/broker-configs/ */
export const shareGroupDefaults = {
  'group.share.session.timeout.ms': 45_000,
  'group.share.heartbeat.interval.ms': 5_000,
  'group.share.assignment.interval.ms': 1_000,
  'group.share.max.size': 200,
};
export type ShareGroupSettings = typeof shareGroupDefaults;

interface ShareMember {
  readonly memberId: string;
  memberEpoch: number;
  previousEpoch: number;
  topics: readonly string[];
  assigned: readonly TopicPartition[];
}
interface ShareGroupData {
  groupEpoch: number;
  assignmentEpoch: number;
  assignmentAt: number | null;
  members: ShareMember[];
  target: { readonly memberId: string; readonly partitions: readonly TopicPartition[] }[];
  metadata: string;
  /** Topics and how many of their partitions have a state that says what was delivered of them: only those are assigned. */
  initialised: [topic: string, partitions: number][];
}

/**
 * The members of a share group: as in a consumer group the coordinator assigns, but partitions are shared, so nobody waits for anybody.
 * https://cwiki.apache.org/confluence/display/KAFKA/KIP-932%3A+Queues+for+Kafka
 */
export class ShareGroup {
  readonly #host: ShareGroupHost;
  #settings: ShareGroupSettings;
  readonly #given: ShareGroupSettings;
  readonly #sessions: Deadlines;
  #data: ShareGroupData = { groupEpoch: NEW_GROUP_EPOCH, assignmentEpoch: NEW_GROUP_EPOCH, assignmentAt: null, members: [], target: [], metadata: '', initialised: [] };

  constructor(host: ShareGroupHost, settings: Partial<ShareGroupSettings> = {}) {
    this.#host = host;
    this.#given = { ...shareGroupDefaults, ...settings };
    this.#settings = this.#given;
    this.#sessions = new Deadlines(host, 'share-group');
  }

  /** @param own what this group has instead of the brokers' settings */
  configure(own: Partial<ShareGroupSettings>): void {
    this.#settings = { ...this.#given, ...own };
  }
  get groupEpoch(): number {
    return this.#data.groupEpoch;
  }
  members(): readonly Readonly<ShareMember>[] {
    return this.#data.members;
  }
  /** Only an empty group may be deleted. */
  mayDelete(): GroupError | null {
    return this.#data.members.length > 0 ? 'NON_EMPTY_GROUP' : null;
  }

  heartbeat(request: ShareHeartbeat): void {
    const error = this.#refusal(request);
    if (error !== null) return this.#answer(request, { error });
    if (request.memberEpoch < 0) {
      this.#remove(request.memberId);
      return this.#answer(request, { heartbeatIntervalMs: 0 });
    }
    const before = this.#member(request.memberId) ?? { memberId: request.memberId, memberEpoch: 0, previousEpoch: -1, topics: [], assigned: [] };
    const topics = request.subscribedTopicNames === null ? before.topics : [...new Set(request.subscribedTopicNames)].sort();
    const changed = topics.join('\n') !== before.topics.join('\n');
    this.#put({ ...before, topics });
    this.#bumpIfNeeded(changed);
    this.#computeTarget();
    const member = this.#reconcile({ ...before, topics }, changed);
    this.#sessions.set(member.memberId, this.#settings['group.share.session.timeout.ms']);
    const same = member.assigned.length === before.assigned.length && member.assigned.every((one, i) => name(one) === name(before.assigned[i]));
    // What had no state yet has one soon: it is assigned when a member asks again.
    this.#data.initialised = [...new Map([...this.#data.initialised, ...this.#subscribed()])];
    const tells = request.memberEpoch === 0 || request.subscribedTopicNames !== null || !same;
    this.#answer(request, { memberEpoch: member.memberEpoch, assignment: tells ? member.assigned : null });
  }
  timer(_name: string, ref: number): void {
    const memberId = this.#sessions.due(ref);
    if (memberId !== null) this.#remove(memberId);
  }
  /** Its coordinator is gone: nobody's session ends there any more. */
  cutOff(): void {
    this.#sessions.clearWhere(() => true);
  }
  /** Another broker is the coordinator now: sessions begin anew. */
  handOver(): void {
    this.cutOff();
    for (const { memberId } of this.#data.members) this.#sessions.set(memberId, this.#settings['group.share.session.timeout.ms']);
  }
  save(): unknown {
    return { data: copyOf(this.#data), sessions: this.#sessions.save() };
  }
  load(state: unknown): void {
    const { data, sessions } = state as { data: ShareGroupData; sessions: DeadlinesState };
    this.#data = copyOf(data);
    this.#sessions.load(sessions);
  }

  #refusal({ memberId, memberEpoch, subscribedTopicNames }: ShareHeartbeat): GroupError | null {
    if (memberId === '' || memberEpoch < -1 || (memberEpoch === 0 && (subscribedTopicNames ?? []).length === 0)) return 'INVALID_REQUEST';
    const member = this.#member(memberId);
    if (member === undefined && memberEpoch !== 0) return this.#data.groupEpoch === NEW_GROUP_EPOCH ? 'GROUP_ID_NOT_FOUND' : 'UNKNOWN_MEMBER_ID';
    if (member === undefined) return this.#data.members.length >= this.#settings['group.share.max.size'] ? 'GROUP_MAX_SIZE_REACHED' : null;
    const known = memberEpoch <= 0 || memberEpoch === member.memberEpoch || (memberEpoch < member.memberEpoch && memberEpoch === member.previousEpoch);
    return known ? null : 'FENCED_MEMBER_EPOCH';
  }

  #bumpIfNeeded(changed: boolean): void {
    const metadata = this.#metadata();
    if (changed || metadata !== this.#data.metadata) this.#data.groupEpoch++;
    this.#data.metadata = metadata;
  }
  #subscribed(): [topic: string, partitions: number][] {
    return [...this.#host.topics()].filter(([topic]) => this.#data.members.some((member) => member.topics.includes(topic)));
  }
  #metadata(): string {
    return [...this.#subscribed(), ...this.#data.initialised].map(([topic, count]) => `${topic} ${count}`).join('\n');
  }
  #computeTarget(): void {
    const data = this.#data;
    const interval = this.#settings['group.share.assignment.interval.ms'] * 1000;
    if (data.groupEpoch <= data.assignmentEpoch || (data.assignmentAt !== null && this.#host.now() - data.assignmentAt < interval)) return;
    const assignment = simple(
      new Map(data.initialised),
      data.members.map(({ memberId, topics }) => ({ memberId, topics, assigned: this.#targetOf(memberId) })),
    );
    data.target = data.members.map(({ memberId }) => ({ memberId, partitions: (assignment.get(memberId) ?? []).map(({ topic, partition }) => ({ topic, partition })) }));
    data.assignmentEpoch = data.groupEpoch;
    data.assignmentAt = this.#host.now();
  }
  /** At once: what another member reads too need not be given up first. */
  #reconcile(member: ShareMember, changed: boolean): ShareMember {
    const { assignmentEpoch } = this.#data;
    if (member.memberEpoch === assignmentEpoch && !changed) return member;
    const assigned = this.#targetOf(member.memberId).filter((one) => member.topics.includes(one.topic));
    const after = { ...member, assigned, memberEpoch: assignmentEpoch, previousEpoch: member.memberEpoch };
    this.#put(after);
    return after;
  }

  #remove(memberId: string): void {
    const data = this.#data;
    if (this.#member(memberId) === undefined) return;
    data.members = data.members.filter((member) => member.memberId !== memberId);
    data.target = data.target.filter((one) => one.memberId !== memberId);
    this.#sessions.clear(memberId);
    data.metadata = this.#metadata();
    data.groupEpoch++;
    if (data.members.length === 0) {
      data.assignmentEpoch = data.groupEpoch;
      data.assignmentAt = null;
    }
  }
  #member(memberId: string): ShareMember | undefined {
    return this.#data.members.find((member) => member.memberId === memberId);
  }
  #targetOf(memberId: string): readonly TopicPartition[] {
    return this.#data.target.find((one) => one.memberId === memberId)?.partitions ?? [];
  }
  #put(member: ShareMember): void {
    const at = this.#data.members.findIndex((other) => other.memberId === member.memberId);
    if (at < 0) this.#data.members.push(member);
    else this.#data.members[at] = member;
  }
  #answer({ client, memberId, memberEpoch }: ShareHeartbeat, response: Partial<ShareHeartbeatResponse>): void {
    const heartbeatIntervalMs = this.#settings['group.share.heartbeat.interval.ms'];
    this.#host.send(client, { kind: 'ShareGroupHeartbeat', error: null, memberId, memberEpoch, heartbeatIntervalMs, assignment: null, ...response });
  }
}

const name = (one: TopicPartition | undefined) => `${one?.topic}-${one?.partition}`;
