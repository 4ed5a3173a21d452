/** A request to a group's coordinator that is refused: each has its error where its response has it. */
import type { GroupError } from './group/errors.ts';
import type { GroupRequest, Response } from './protocol.ts';

export function refused(request: GroupRequest, error: GroupError): Response {
  switch (request.api) {
    case 'JoinGroup':
      return { api: 'Group', response: { kind: request.api, error, memberId: request.join.memberId, generationId: -1, protocolName: null, leader: '', members: [], skipAssignment: false } };
    case 'SyncGroup':
      return { api: 'Group', response: { kind: request.api, error, protocolName: null, assignment: [] } };
    case 'Heartbeat':
      return { api: 'Group', response: { kind: request.api, error } };
    case 'LeaveGroup':
      return { api: 'Group', response: { kind: request.api, error, members: [] } };
    case 'ConsumerGroupHeartbeat':
    case 'ShareGroupHeartbeat': {
      const { memberId, memberEpoch } = request.heartbeat;
      return { api: 'Group', response: { kind: request.api, error, memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null } };
    }
    case 'OffsetCommit':
    case 'TxnOffsetCommit':
      return { api: 'OffsetCommit', error };
    case 'OffsetFetch':
      return { api: 'OffsetFetch', error, offsets: [] };
  }
}
