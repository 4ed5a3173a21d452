import type { GroupError } from './errors.ts';
import { type ConsumerHeartbeat, includes, JOIN_EPOCH, LEAVE_STATIC_EPOCH, type ModernMember } from './modern-state.ts';

/** What the request itself says wrong. */
export function refusalOfRequest(request: ConsumerHeartbeat, supported: ReadonlySet<string>): GroupError | null {
  const { memberId, memberEpoch, instanceId, rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, serverAssignor } = request;
  if (memberId === '' || instanceId === '') return 'INVALID_REQUEST';
  const saysEnough = rebalanceTimeoutMs !== null && topicPartitions?.length === 0 && subscribedTopicNames !== null;
  if (memberEpoch === JOIN_EPOCH && !saysEnough) return 'INVALID_REQUEST';
  if (memberEpoch === LEAVE_STATIC_EPOCH && instanceId === null) return 'INVALID_REQUEST';
  if (memberEpoch < LEAVE_STATIC_EPOCH) return 'INVALID_REQUEST';
  return serverAssignor !== null && !supported.has(serverAssignor) ? 'UNSUPPORTED_ASSIGNOR' : null;
}
export function refusalOfDynamic(existing: ModernMember | undefined, request: ConsumerHeartbeat): GroupError | null {
  if (existing === undefined) return request.memberEpoch === JOIN_EPOCH ? null : 'UNKNOWN_MEMBER_ID';
  return refusalOfEpoch(existing, request);
}
export function refusalOfStatic(existing: ModernMember | undefined, request: ConsumerHeartbeat): GroupError | null {
  if (request.memberEpoch === JOIN_EPOCH) return existing === undefined || existing.memberEpoch === LEAVE_STATIC_EPOCH || existing.classic !== null ? null : 'UNRELEASED_INSTANCE_ID';
  if (existing === undefined) return 'UNKNOWN_MEMBER_ID';
  return existing.memberId === request.memberId ? refusalOfEpoch(existing, request) : 'FENCED_INSTANCE_ID';
}
/** A member whose answer was lost comes with its last epoch: that is all right if it does not own what it was not told of. */
function refusalOfEpoch(member: ModernMember, { memberEpoch, topicPartitions }: ConsumerHeartbeat): GroupError | null {
  if (memberEpoch === JOIN_EPOCH || memberEpoch === member.memberEpoch) return null;
  const lostAnswer = memberEpoch === member.previousEpoch && topicPartitions?.every((one) => includes(member.assigned, one)) === true;
  return memberEpoch < member.memberEpoch && lostAnswer ? null : 'FENCED_MEMBER_EPOCH';
}
