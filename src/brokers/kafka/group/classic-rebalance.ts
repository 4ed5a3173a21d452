import type { TopicPartition } from '../assignors/assignment.ts';
import { ClassicMembers, HEARTBEAT, SYNC } from './classic-members.ts';
import { emptyGroup, everybodyJoined, type Member, memberOf, membersInOrder, rebalanceTimeoutMs, selectProtocol, type SyncRequest } from './classic-state.ts';
import type { Migrated } from './mixed.ts';

const JOIN = 'join';

/** What happens between two stable generations of a classic group, and the deadlines that drive it. */
export class ClassicRebalance extends ClassicMembers {
  timer(_name: string, ref: number): void {
    const due = this.deadlines.due(ref);
    if (due === JOIN) this.#joinDue();
    else if (due === SYNC) this.#syncDue();
    else if (due !== null) this.#sessionDue(due.slice(HEARTBEAT.length));
  }
  /** A consumer group becomes this one: its members, who all speak the classic protocol, are to join again. */
  downgraded({ generation, members }: Migrated): void {
    const made = members.map(
      ({ memberId, instanceId, rebalanceTimeoutMs: rebalance, assigned, classic }): Member => ({
        memberId,
        groupInstanceId: instanceId,
        sessionTimeoutMs: classic?.sessionTimeoutMs ?? 0,
        rebalanceTimeoutMs: rebalance,
        protocols: classic?.protocols ?? [],
        assignment: assigned.map(({ topic, partition }) => ({ topic, partition })),
        awaitingJoin: null,
        awaitingSync: null,
        isNew: false,
      }),
    );
    this.data = { ...emptyGroup(this.host.now()), generationId: generation, ids: this.data.ids, members: made, protocolType: 'consumer', leader: made[0]?.memberId ?? null };
    this.data.protocolName = selectProtocol(this.data);
    this.enter('Stable');
    for (const { memberId } of made) this.keepAlive(memberId);
    this.prepareRebalance();
  }
  protected rebalanceOrComplete(): void {
    const { state } = this.data;
    if (state === 'Stable' || state === 'CompletingRebalance' || state === 'Empty') this.prepareRebalance();
    else this.completeIfAllJoined();
  }
  /** The first rebalance of a group that was empty does not end early: others are likely to come. */
  protected completeIfAllJoined(): void {
    if (this.data.state === 'PreparingRebalance' && this.data.previous !== 'Empty' && everybodyJoined(this.data)) this.#completeJoinPhase();
  }

  protected prepareRebalance(): void {
    const { data } = this;
    if (data.state === 'CompletingRebalance') {
      for (const member of data.members) {
        member.assignment = [];
        this.completeSync(member, { error: 'REBALANCE_IN_PROGRESS' });
      }
    }
    data.pendingSync = [];
    this.deadlines.clear(SYNC);
    const initial = data.state === 'Empty';
    this.enter('PreparingRebalance');
    if (initial) this.#delayInitial(this.settings['group.initial.rebalance.delay.ms'], rebalanceTimeoutMs(data));
    else if (everybodyJoined(data)) this.#completeJoinPhase();
    else this.#waitForJoins();
  }
  #waitForJoins(): void {
    this.data.initial = null;
    this.#schedule(JOIN, rebalanceTimeoutMs(this.data));
  }
  #schedule(key: string, delayMs: number): void {
    this.deadlines.clear(key);
    this.deadlines.set(key, delayMs);
  }
  #delayInitial(delayMs: number, remainingMs: number): void {
    this.data.initial = { delayMs, remainingMs: Math.max(remainingMs - delayMs, 0) };
    this.#schedule(JOIN, delayMs);
  }

  #joinDue(): void {
    const { data } = this;
    if (data.initial !== null && data.newMemberAdded && data.initial.remainingMs > 0) {
      data.newMemberAdded = false;
      const { delayMs, remainingMs } = data.initial;
      const next = Math.min(this.settings['group.initial.rebalance.delay.ms'], remainingMs);
      data.initial = { delayMs: next, remainingMs: Math.max(remainingMs - delayMs, 0) };
      this.#schedule(JOIN, next);
    } else this.#completeJoinPhase();
  }
  #completeJoinPhase(): void {
    const { data } = this;
    this.deadlines.clear(JOIN);
    data.initial = null;
    // A static member may come back until its session ends; the others are out.
    for (const member of data.members.filter((one) => one.awaitingJoin === null && one.groupInstanceId === null)) this.remove(member.memberId);
    if (data.state === 'Dead') return;
    if (data.members.length > 0 && !this.#leaderJoined()) return this.#waitForJoins();
    data.generationId++;
    data.pendingSync = [];
    if (data.members.length === 0) {
      data.protocolName = null;
      return this.enter('Empty');
    }
    data.protocolName = selectProtocol(data);
    this.enter('CompletingRebalance');
    for (const member of membersInOrder(data)) {
      this.completeJoin(member, this.currentGeneration(member));
      this.#renew(member);
      data.pendingSync.push(member.memberId);
    }
    this.#schedule(SYNC, rebalanceTimeoutMs(data));
  }
  /** A new member had longer to join; from now on its session counts. */
  #renew(member: Member): void {
    if (member.isNew) this.forget(member.memberId);
    member.isNew = false;
    this.keepAlive(member.memberId);
  }
  #leaderJoined(): boolean {
    const { data } = this;
    const leader = data.leader === null ? undefined : memberOf(data, data.leader);
    if (leader?.awaitingJoin != null) return true;
    const other = membersInOrder(data).find((member) => member.awaitingJoin !== null);
    if (other !== undefined) data.leader = other.memberId;
    return other !== undefined;
  }

  /** The leader has spoken. Whom it left out gets nothing. */
  protected assign(assignments: SyncRequest['assignments']): void {
    const { data } = this;
    const given = new Map<string, readonly TopicPartition[]>(assignments.map(({ memberId, partitions }) => [memberId, partitions]));
    for (const member of membersInOrder(data)) {
      member.assignment = given.get(member.memberId) ?? [];
      this.completeSync(member, { protocolName: data.protocolName, assignment: member.assignment });
    }
    this.enter('Stable');
  }
  #syncDue(): void {
    if (this.data.pendingSync.length === 0) return;
    for (const memberId of this.data.pendingSync) this.remove(memberId);
    this.prepareRebalance();
  }

  #sessionDue(memberId: string): void {
    const { data } = this;
    const member = memberOf(data, memberId);
    // Whoever waits for the others is not held to heartbeats.
    if (member !== undefined && !member.isNew && (member.awaitingJoin !== null || member.awaitingSync !== null)) return;
    if (member === undefined && !data.pendingJoin.includes(memberId)) return;
    this.dismiss(memberId);
    if (member !== undefined && (data.state === 'Stable' || data.state === 'CompletingRebalance')) this.prepareRebalance();
    else if (data.state === 'PreparingRebalance' && everybodyJoined(data)) this.#completeJoinPhase();
  }
}
