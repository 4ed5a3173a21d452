import type { GroupResponse, Request, TopicPartition } from './protocol.ts';
import { type JsonObject, list, number, type Operation, text } from './recorded.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import { type Groups, type Member, ownedOf } from './recorded-groups.ts';

/** Recorded heartbeats of the protocols in which the coordinator assigns. A member's id is its name. */
export class Heartbeats {
  readonly #node: RecordedCluster;
  readonly #groups: Groups;

  constructor(node: RecordedCluster, groups: Groups) {
    this.#node = node;
    this.#groups = groups;
  }
  consumer(operation: Operation): JsonObject {
    const { member, memberEpoch } = this.#member(operation);
    const { group, id: memberId, instanceId } = member;
    const joins = memberEpoch === 0;
    const rebalanceTimeout = number(operation['rebalanceTimeoutMs'], joins ? 300_000 : -1);
    const heartbeat = {
      memberId,
      memberEpoch,
      instanceId,
      rebalanceTimeoutMs: rebalanceTimeout < 0 ? null : rebalanceTimeout,
      subscribedTopicNames: topicsOf(operation),
      serverAssignor: text(operation['assignor']) || null,
      topicPartitions: operation['owned'] === undefined && !joins ? null : ownedOf(operation),
    };
    return this.#shown(member, { api: 'ConsumerGroupHeartbeat', group, heartbeat });
  }
  share(operation: Operation): JsonObject {
    const { member, memberEpoch } = this.#member(operation);
    const { group, id: memberId } = member;
    return this.#shown(member, { api: 'ShareGroupHeartbeat', group, heartbeat: { memberId, memberEpoch, subscribedTopicNames: topicsOf(operation) } });
  }
  #member(operation: Operation): { readonly member: Member; readonly memberEpoch: number } {
    const member = this.#groups.member(operation);
    member.id = text(operation['member']);
    return { member, memberEpoch: number(operation['epoch'], Math.max(member.generation, 0)) };
  }
  #shown(member: Member, request: Request): JsonObject {
    const { response } = this.#node.must(request, 'Group');
    if (!isHeartbeat(response)) throw new Error(`${request.api} was answered with ${response.kind}`);
    const { error, memberEpoch, assignment } = response;
    if (error !== null) return { error };
    member.generation = memberEpoch;
    return { epoch: memberEpoch, ...(assignment === null ? {} : { assignment: byTopic(assignment) }) };
  }
}
type HeartbeatResponse = Extract<GroupResponse, { readonly kind: 'ConsumerGroupHeartbeat' | 'ShareGroupHeartbeat' }>;
const isHeartbeat = (response: GroupResponse): response is HeartbeatResponse => response.kind === 'ConsumerGroupHeartbeat' || response.kind === 'ShareGroupHeartbeat';

const topicsOf = (operation: Operation) => (operation['topics'] === undefined ? null : list(operation['topics']).map((one) => text(one)));

function byTopic(partitions: readonly TopicPartition[]): JsonObject {
  const all: Record<string, number[]> = {};
  for (const { topic, partition } of partitions) all[topic] = [...(all[topic] ?? []), partition].sort((a, b) => a - b);
  return all;
}
