import { ClassicRebalance } from './classic-rebalance.ts';
import { type HeartbeatRequest, type JoinRequest, type LeaveRequest, type Member, memberOf, refusalOfMember, sameProtocols, selectProtocol, staticMember, supportsProtocols, type SyncRequest } from './classic-state.ts';
import type { GroupError } from './errors.ts';

export type { ClassicGroupHost, ClassicResponse, ClassicSettings } from './classic-state.ts';

/**
 * A group of the classic protocol, as its coordinator keeps it: members join, one of them (the leader) assigns, all sync, and heartbeats
 * keep them in. Whoever joins or goes makes everybody join again.
 * https://cwiki.apache.org/confluence/display/KAFKA/Kafka+Client-side+Assignment+Proposal
 */
export class ClassicGroup extends ClassicRebalance {
  join(request: JoinRequest): void {
    const error = this.#refusalOfJoin(request);
    if (error !== null) {
      const full = error === 'GROUP_MAX_SIZE_REACHED';
      if (full) this.remove(request.memberId);
      this.answerJoin(request.client, { error, memberId: full ? '' : request.memberId });
    } else if (request.memberId === '') this.#joinNew(request);
    else if (this.data.pendingJoin.includes(request.memberId)) this.#addMember(request, request.memberId);
    else this.#joinAgain(request);
  }

  sync(request: SyncRequest): void {
    const { client, memberId } = request;
    const error = this.#refusalOfSync(request);
    if (error !== null) return this.answerSync(client, { error });
    const member = memberOf(this.data, memberId);
    if (member === undefined) return;
    this.synced(memberId);
    if (this.data.state === 'Stable') return this.answerSync(client, { protocolName: this.data.protocolName, assignment: member.assignment });
    member.awaitingSync = client;
    if (this.data.leader === memberId) this.assign(request.assignments);
  }

  heartbeat({ client, memberId, groupInstanceId, generationId }: HeartbeatRequest): void {
    const { data } = this;
    let error: GroupError | null = data.state === 'Dead' ? 'COORDINATOR_NOT_AVAILABLE' : refusalOfMember(data, memberId, groupInstanceId);
    error ??= generationId === data.generationId ? null : 'ILLEGAL_GENERATION';
    if (error === null) {
      this.keepAlive(memberId);
      if (data.state === 'PreparingRebalance') error = 'REBALANCE_IN_PROGRESS';
    }
    this.host.send(client, { kind: 'Heartbeat', error });
  }

  leave({ client, members }: LeaveRequest): void {
    if (this.data.state === 'Dead') return this.host.send(client, { kind: 'LeaveGroup', error: 'COORDINATOR_NOT_AVAILABLE', members: [] });
    const answers = members.map(({ memberId, groupInstanceId }) => {
      const leaving = memberId === '' ? (staticMember(this.data, groupInstanceId)?.memberId ?? '') : memberId;
      const pending = this.data.pendingJoin.includes(leaving);
      const error = pending ? null : refusalOfMember(this.data, leaving, memberId === '' ? null : groupInstanceId);
      if (error === null) this.dismiss(leaving);
      return { memberId, groupInstanceId, error };
    });
    this.host.send(client, { kind: 'LeaveGroup', error: null, members: answers });
    if (this.data.state !== 'Empty' && answers.some(({ error }) => error === null)) this.rebalanceOrComplete();
  }

  #refusalOfJoin(request: JoinRequest): GroupError | null {
    const { memberId, groupInstanceId, sessionTimeoutMs } = request;
    const { data, settings } = this;
    if (sessionTimeoutMs < settings['group.min.session.timeout.ms'] || sessionTimeoutMs > settings['group.max.session.timeout.ms']) return 'INVALID_SESSION_TIMEOUT';
    if (!this.#hasRoomFor(memberId)) return 'GROUP_MAX_SIZE_REACHED';
    if (data.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
    if (!supportsProtocols(data, request)) return 'INCONSISTENT_GROUP_PROTOCOL';
    if (memberId === '' || data.pendingJoin.includes(memberId)) return null;
    return refusalOfMember(data, memberId, groupInstanceId) ?? (data.state === 'Empty' ? 'UNKNOWN_MEMBER_ID' : null);
  }
  /** While members join again, those who have count; afterwards, those who are in. */
  #hasRoomFor(memberId: string): boolean {
    const { data } = this;
    if (data.state === 'Empty' || data.state === 'Dead') return true;
    const known = memberOf(data, memberId);
    const preparing = data.state === 'PreparingRebalance';
    const counted = preparing ? data.members.filter((member) => member.awaitingJoin !== null).length : data.members.length;
    return (known !== undefined && (!preparing || known.awaitingJoin !== null)) || counted < this.settings['group.max.size'];
  }

  #joinNew(request: JoinRequest): void {
    const prefix = request.groupInstanceId ?? request.clientId;
    const memberId = this.host.newMemberId?.(prefix) ?? `${prefix}-${++this.data.ids}`;
    const existing = staticMember(this.data, request.groupInstanceId);
    if (existing !== undefined) return this.#replaceStatic(request, existing, memberId);
    if (request.groupInstanceId !== null) return this.#addMember(request, memberId);
    this.data.pendingJoin.push(memberId);
    this.expect(memberId, request.sessionTimeoutMs);
    this.answerJoin(request.client, { error: 'MEMBER_ID_REQUIRED', memberId });
  }

  #joinAgain(request: JoinRequest): void {
    const { data } = this;
    const member = memberOf(data, request.memberId);
    if (member === undefined) return;
    const nothingNew = sameProtocols(member.protocols, request.protocols);
    const leads = data.leader === member.memberId;
    // A leader of a stable group joins to have the partitions assigned anew; others, without news, have only missed the answer.
    if ((data.state === 'CompletingRebalance' && nothingNew) || (data.state === 'Stable' && nothingNew && !leads)) {
      return this.answerJoin(request.client, this.currentGeneration(member));
    }
    update(member, request);
    this.rebalanceOrComplete();
  }

  #addMember(request: JoinRequest, memberId: string): void {
    const { groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocols, client } = request;
    if (this.data.state === 'PreparingRebalance' && this.data.previous === 'Empty') this.data.newMemberAdded = true;
    if (this.data.members.length === 0) this.data.protocolType = request.protocolType;
    this.data.leader ??= memberId;
    this.data.members.push({ memberId, groupInstanceId, sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment: [], awaitingJoin: client, awaitingSync: null, isNew: true });
    this.data.pendingJoin = this.data.pendingJoin.filter((pending) => pending !== memberId);
    this.expectNewMember(memberId);
    this.rebalanceOrComplete();
  }

  /** A static member that restarted: it takes the place, the assignment and, if need be, the lead of its former self, which is fenced. */
  #replaceStatic(request: JoinRequest, member: Member, memberId: string): void {
    const { data } = this;
    this.answerWaiting(member, 'FENCED_INSTANCE_ID');
    if (data.leader === member.memberId) data.leader = memberId;
    data.pendingSync = data.pendingSync.filter((pending) => pending !== member.memberId);
    this.forget(member.memberId);
    data.members = [...data.members.filter((other) => other !== member), member];
    member.memberId = memberId;
    member.isNew = false;
    // Its first session still has the length of the old one's.
    this.keepAlive(memberId);
    update(member, request);
    if (data.state === 'CompletingRebalance') return this.prepareRebalance();
    if (data.state !== 'Stable') return this.completeIfAllJoined();
    if (selectProtocol(data) !== data.protocolName) return this.rebalanceOrComplete();
    const leads = data.leader === memberId;
    this.completeJoin(member, { ...this.currentGeneration(member), skipAssignment: leads });
  }

  #refusalOfSync({ memberId, groupInstanceId, generationId, protocolType, protocolName }: SyncRequest): GroupError | null {
    const { data } = this;
    if (data.state === 'Dead') return 'COORDINATOR_NOT_AVAILABLE';
    const error = refusalOfMember(data, memberId, groupInstanceId);
    if (error !== null) return error;
    if (generationId !== data.generationId) return 'ILLEGAL_GENERATION';
    const differs = (asked: string | null, has: string | null) => asked !== null && has !== null && asked !== has;
    if (differs(protocolType, data.protocolType) || differs(protocolName, data.protocolName)) return 'INCONSISTENT_GROUP_PROTOCOL';
    return data.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : null;
  }
}

function update(member: Member, { protocols, rebalanceTimeoutMs, sessionTimeoutMs, client }: JoinRequest): void {
  member.protocols = protocols;
  member.rebalanceTimeoutMs = rebalanceTimeoutMs;
  member.sessionTimeoutMs = sessionTimeoutMs;
  member.awaitingJoin = client;
}
