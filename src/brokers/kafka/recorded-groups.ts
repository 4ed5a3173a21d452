import type { ClassicResponse } from './group/classic-state.ts';
import type { GroupResponse, MemberOfGroup, Request, TopicPartition } from './protocol.ts';
import { type Json, type JsonObject, list, number, object, type Operation, outcome, partitionsOf, text } from './recorded.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import type { Producer } from './recorded-producing.ts';

export interface Member {
  group: string;
  id: string;
  generation: number;
  instanceId: string | null;
  protocol: string;
}
export const NOBODY: MemberOfGroup = { memberId: '', groupInstanceId: null, generationOrEpoch: -1 };

/** Recorded members of classic groups, and commits of members of any. */
export class Groups {
  readonly #node: RecordedCluster;
  readonly #unblocked: (member: string, shown: Json) => void;
  readonly #members = new Map<string, Member>();

  constructor(node: RecordedCluster, unblocked: (member: string, shown: Json) => void) {
    this.#node = node;
    this.#unblocked = unblocked;
  }
  commit(group: string, member: MemberOfGroup, offsets: readonly (TopicPartition & { readonly offset: number; readonly metadata?: string })[]): JsonObject {
    return outcome(this.#node.must({ api: 'OffsetCommit', group, member, offsets, how: 'sync' }, 'OffsetCommit').error);
  }
  commitInTransaction(operation: Operation, { transactionalId, id: producerId, epoch: producerEpoch }: Producer): JsonObject {
    const { group, who, offsets } = this.#commitOf(operation);
    return outcome(this.#node.must({ api: 'TxnOffsetCommit', transactionalId: transactionalId ?? '', producerId, producerEpoch, group, member: who, offsets }, 'OffsetCommit').error);
  }
  commitOf(operation: Operation): JsonObject {
    const { group, who, offsets } = this.#commitOf(operation);
    return this.commit(group, who, offsets);
  }
  #commitOf(operation: Operation) {
    const member = operation['member'] === undefined ? undefined : this.member(operation);
    const { id: memberId, instanceId: groupInstanceId, generation } = member ?? { id: '', instanceId: null, generation: -1 };
    const who = { memberId, groupInstanceId, generationOrEpoch: number(operation['generation'], generation) };
    const metadata = 'x'.repeat(number(operation['metadataBytes']));
    return { group: text(operation['group'], member?.group), who, offsets: [{ topic: text(operation['topic']), partition: number(operation['partition']), offset: number(operation['offset']), metadata }] };
  }
  committed(group: string, partitions: readonly TopicPartition[]): readonly { readonly partition: number; readonly offset: number }[] {
    return this.#node.must({ api: 'OffsetFetch', group, member: NOBODY, partitions, stable: false }, 'OffsetFetch').offsets;
  }
  /** A transaction that is open may still change one of them. */
  unstable(group: string, partitions: readonly TopicPartition[]): boolean {
    return this.#node.must({ api: 'OffsetFetch', group, member: NOBODY, partitions, stable: true }, 'OffsetFetch').error !== null;
  }
  committedOf(operation: Operation): JsonObject {
    const topic = text(operation['topic']);
    const partitions = partitionsOf(operation).map((partition) => ({ topic, partition }));
    const { error, offsets } = this.#node.must({ api: 'OffsetFetch', group: text(operation['group']), member: NOBODY, partitions, stable: operation['stable'] === true }, 'OffsetFetch');
    return error === null ? { offsets: Object.fromEntries(offsets.map(({ partition, offset }) => [String(partition), offset])) } : { error };
  }
  member(operation: Operation): Member {
    const name = text(operation['member']);
    const known = this.#members.get(name);
    const member = known ?? { group: '', id: '', generation: -1, instanceId: null, protocol: '' };
    if (!known) this.#members.set(name, member);
    member.group = text(operation['group'], member.group);
    member.instanceId = text(operation['instanceId']) || member.instanceId;
    return member;
  }
  /** Sent, and answered whenever the group is ready. */
  #send(operation: Operation, request: Request): null {
    const name = text(operation['member']);
    this.#node.send(-1, request, (response) => {
      if (response.api === 'Unavailable') this.#unblocked(name, { error: this.#node.absence(request) });
      else if (response.api === 'Group' && isClassic(response.response)) this.#unblocked(name, this.#answered(name, response.response));
    });
    return null;
  }
  join(operation: Operation): null {
    const member = this.member(operation);
    const names = operation['protocols'] === undefined ? ['range'] : list(operation['protocols']).map((one) => text(one));
    const metadata = { topics: list(operation['topics']).map((one) => text(one)), owned: ownedOf(operation), generation: null };
    const timeouts = { sessionTimeoutMs: number(operation['sessionTimeoutMs'], 45_000), rebalanceTimeoutMs: number(operation['rebalanceTimeoutMs'], 300_000) };
    const join = { memberId: member.id, groupInstanceId: member.instanceId, clientId: 'tailrace', ...timeouts, protocolType: 'consumer', protocols: names.map((name) => ({ name, metadata })) };
    return this.#send(operation, { api: 'JoinGroup', group: member.group, join });
  }
  sync(operation: Operation): null {
    const member = this.member(operation);
    const topic = text(operation['topic']);
    const assignments = Object.entries(object(operation['assignments'])).map(([name, partitions]) => ({ memberId: this.#members.get(name)?.id ?? '', partitions: list(partitions).map((one) => ({ topic, partition: number(one) })) }));
    const sync = { memberId: member.id, groupInstanceId: member.instanceId, generationId: number(operation['generation'], member.generation), protocolType: 'consumer', protocolName: member.protocol, assignments };
    return this.#send(operation, { api: 'SyncGroup', group: member.group, sync });
  }
  #nameOf(group: string, id: string): string {
    for (const [name, member] of this.#members) if (member.group === group && member.id === id) return name;
    return id === '' ? '' : '(gone)';
  }
  #answered(name: string, response: ClassicResponse): JsonObject {
    const member = this.#members.get(name);
    if (!member) throw new Error(`no member ${name}`);
    if (response.kind === 'SyncGroup') return response.error === null ? { assignment: response.assignment.map((one) => one.partition) } : { error: response.error };
    if (response.kind !== 'JoinGroup') return outcome(response.error);
    if (response.error === null || response.error === 'MEMBER_ID_REQUIRED') member.id = response.memberId;
    if (response.error !== null) return { error: response.error };
    member.generation = response.generationId;
    member.protocol = response.protocolName ?? '';
    const members = response.members.map((one) => this.#nameOf(member.group, one.memberId)).sort();
    return { generation: response.generationId, protocol: response.protocolName, leader: this.#nameOf(member.group, response.leader), ...(members.length > 0 ? { members } : {}) };
  }
  heartbeat(operation: Operation): JsonObject {
    const member = this.member(operation);
    return this.#now({ api: 'Heartbeat', group: member.group, heartbeat: { memberId: member.id, groupInstanceId: member.instanceId, generationId: number(operation['generation'], member.generation) } });
  }
  leave(operation: Operation): JsonObject {
    const member = this.member(operation);
    return this.#now({ api: 'LeaveGroup', group: member.group, leave: { members: [{ memberId: member.id, groupInstanceId: member.instanceId }] } });
  }
  #now(request: Request): JsonObject {
    const { response } = this.#node.must(request, 'Group');
    return outcome(response.kind === 'LeaveGroup' ? (response.error ?? response.members[0]?.error ?? null) : response.error);
  }
}
/** The cases speak the classic protocol. */
function isClassic(response: GroupResponse): response is ClassicResponse {
  return response.kind !== 'ConsumerGroupHeartbeat' && response.kind !== 'ShareGroupHeartbeat';
}
/** Partitions by topic. */
export const ownedOf = (operation: Operation): TopicPartition[] => Object.entries(object(operation['owned'])).flatMap(([topic, partitions]) => list(partitions).map((one) => ({ topic, partition: number(one) })));
