import { copyOf } from '../../../base/copy.ts';
import type { BrokerHost } from '../../contract.ts';
import type { TopicPartition } from '../assignors/assignment.ts';
import { hashOfString, inHashOrder } from '../assignors/hash-order.ts';
import type { GroupError } from './errors.ts';

/** Requests, responses and members of a classic group. https://kafka.apache.org/44/design/protocol/ (JoinGroup, SyncGroup, Heartbeat, LeaveGroup) */

export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

/** What a consumer tells its leader: the coordinator only passes it on. */
export interface Subscription {
  /** client.rack */
  readonly rack?: string;
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
  readonly generation: number | null;
}
/** One entry of `partition.assignment.strategy`; the first is the one a member would like best. */
export interface JoinProtocol {
  readonly name: string;
  readonly metadata: Subscription;
}
export interface JoinRequest {
  /** Whom to answer: the coordinator's connection to the consumer. */
  readonly client: string;
  /** '' until the coordinator has given one. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** `client.id`, from which the member id is made. */
  readonly clientId: string;
  /** `session.timeout.ms` */
  readonly sessionTimeoutMs: number;
  /** `max.poll.interval.ms` */
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly JoinProtocol[];
}
interface MemberRequest {
  readonly client: string;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}
export interface SyncRequest extends MemberRequest {
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** Empty but from the leader, on which the assignor runs. */
  readonly assignments: readonly { readonly memberId: string; readonly partitions: readonly TopicPartition[] }[];
}
export type HeartbeatRequest = MemberRequest;
export interface LeaveRequest {
  readonly client: string;
  /** An administrator may remove a static member by its instance id alone: the member id is then ''. */
  readonly members: readonly { readonly memberId: string; readonly groupInstanceId: string | null }[];
}

export interface JoinResponse {
  readonly kind: 'JoinGroup';
  readonly error: GroupError | null;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly leader: string;
  /** The leader's alone: whom it has to assign partitions to. */
  readonly members: readonly { readonly memberId: string; readonly groupInstanceId: string | null; readonly metadata: Subscription }[];
  /** A static leader that came back: the assignment stands. */
  readonly skipAssignment: boolean;
}
export interface SyncResponse {
  readonly kind: 'SyncGroup';
  readonly error: GroupError | null;
  readonly protocolName: string | null;
  readonly assignment: readonly TopicPartition[];
}
export interface HeartbeatResponse {
  readonly kind: 'Heartbeat';
  readonly error: GroupError | null;
}
export interface LeaveResponse {
  readonly kind: 'LeaveGroup';
  readonly error: GroupError | null;
  readonly members: readonly { readonly memberId: string; readonly groupInstanceId: string | null; readonly error: GroupError | null }[];
}
export type ClassicResponse = JoinResponse | SyncResponse | HeartbeatResponse | LeaveResponse;

export interface ClassicGroupHost extends BrokerHost {
  readonly groupId: string;
  /** A response is on its way to the client that asked. */
  send(client: string, response: ClassicResponse): void;
  /** A member id that nobody has had: Kafka appends a random UUID, without this a number is. */
  newMemberId?(prefix: string): string;
}

/** A broker's settings for classic groups. https://kafka.apache.org/44/configuration/broker-configs/ */
export const classicDefaults = {
  'group.initial.rebalance.delay.ms': 3_000,
  'group.min.session.timeout.ms': 6_000,
  'group.max.session.timeout.ms': 1_800_000,
  'group.max.size': 2_147_483_647,
};
export type ClassicSettings = typeof classicDefaults;

/** A new member has so long to come back for the answer to its JoinGroup. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

export interface Member {
  memberId: string;
  readonly groupInstanceId: string | null;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: readonly JoinProtocol[];
  assignment: readonly TopicPartition[];
  /** Whom to answer when the rebalance is complete; null when nobody waits. */
  awaitingJoin: string | null;
  awaitingSync: string | null;
  isNew: boolean;
}

/** All state of a classic group but its deadlines. */
export interface ClassicData {
  state: ClassicGroupState;
  previous: ClassicGroupState;
  /** µs at which it came into its state. */
  since: number;
  generationId: number;
  protocolType: string | null;
  protocolName: string | null;
  leader: string | null;
  members: Member[];
  /** Were given a member id and have not come back with it yet. */
  pendingJoin: string[];
  /** Have not asked for their assignment in this generation yet. */
  pendingSync: string[];
  newMemberAdded: boolean;
  /** The delay of a new group's first rebalance, and how much it may still grow. */
  initial: { readonly delayMs: number; readonly remainingMs: number } | null;
  /** Member ids given out so far. */
  ids: number;
}

export const emptyGroup = (now: number): ClassicData => ({
  state: 'Empty',
  previous: 'Dead',
  since: now,
  generationId: 0,
  protocolType: null,
  protocolName: null,
  leader: null,
  members: [],
  pendingJoin: [],
  pendingSync: [],
  newMemberAdded: false,
  initial: null,
  ids: 0,
});
export const copyGroup = (data: ClassicData): ClassicData => copyOf(data);

/** In the order of Kafka's map of members: the first becomes leader when the leader goes. */
export const membersInOrder = (data: ClassicData): Member[] => inHashOrder(data.members, (member) => hashOfString(member.memberId));
export const memberOf = (data: ClassicData, memberId: string): Member | undefined => data.members.find((member) => member.memberId === memberId);
export const staticMember = (data: ClassicData, instanceId: string | null): Member | undefined => (instanceId === null ? undefined : data.members.find((member) => member.groupInstanceId === instanceId));
export const everybodyJoined = (data: ClassicData): boolean => data.pendingJoin.length === 0 && data.members.every((member) => member.awaitingJoin !== null);
/** The longest of all members. */
export const rebalanceTimeoutMs = (data: ClassicData): number => data.members.reduce((most, member) => Math.max(most, member.rebalanceTimeoutMs), 0);
/** Whether a member that joins again has anything new to say. */
export const sameProtocols = (a: readonly JoinProtocol[], b: readonly JoinProtocol[]): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Why a member may not speak for the group; null when it may. */
export function refusalOfMember(data: ClassicData, memberId: string, instanceId: string | null): GroupError | null {
  if (instanceId !== null) {
    const existing = staticMember(data, instanceId);
    if (existing === undefined) return 'UNKNOWN_MEMBER_ID';
    if (existing.memberId !== memberId) return 'FENCED_INSTANCE_ID';
  }
  return memberOf(data, memberId) === undefined ? 'UNKNOWN_MEMBER_ID' : null;
}

const supportedByAll = (data: ClassicData, name: string) => data.members.every((member) => member.protocols.some((protocol) => protocol.name === name));

/** A joining member needs one protocol in common with everybody. */
export function supportsProtocols(data: ClassicData, { protocolType, protocols }: Pick<JoinRequest, 'protocolType' | 'protocols'>): boolean {
  if (data.state === 'Empty') return protocolType !== '' && protocols.length > 0;
  return data.protocolType === protocolType && protocols.some(({ name }) => supportedByAll(data, name));
}

/** Every member votes for the first of its protocols that all support; most votes win, and of as many the first in Kafka's map of votes. */
export function selectProtocol(data: ClassicData): string | null {
  const votes = new Map<string, number>();
  for (const member of membersInOrder(data)) {
    const vote = member.protocols.find(({ name }) => supportedByAll(data, name))?.name;
    if (vote !== undefined) votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  const most = Math.max(...votes.values());
  return inHashOrder([...votes.keys()], hashOfString).find((name) => votes.get(name) === most) ?? null;
}

/** Topics that the members read with the protocol chosen; null when the coordinator does not know. */
export function topicsOf(data: ClassicData): ReadonlySet<string> | null {
  if (data.protocolType !== 'consumer') return null;
  if (data.members.length > 0 && data.protocolName === null) return null;
  return new Set(data.members.flatMap((member) => member.protocols.find(({ name }) => name === data.protocolName)?.metadata.topics ?? []));
}
