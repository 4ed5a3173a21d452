import type { Refusal } from '../../contract.ts';

interface KnownError {
  readonly code: number;
  /** Whether the same request may succeed later. */
  readonly retriable: boolean;
  readonly text: string;
  readonly source: string;
}
const codes = 'https://kafka.apache.org/44/design/protocol/#protocol_error_codes';
const kip848 = 'https://cwiki.apache.org/confluence/display/KAFKA/KIP-848%3A+The+Next+Generation+of+the+Consumer+Rebalance+Protocol';
const kip932 = 'https://cwiki.apache.org/confluence/display/KAFKA/KIP-932%3A+Queues+for+Kafka';

/** What a group coordinator, or the leader of a share-partition, refuses with. */
export const groupErrors = {
  OFFSET_METADATA_TOO_LARGE: { code: 12, retriable: false, text: 'The metadata field of the offset request was too large.', source: codes },
  COORDINATOR_NOT_AVAILABLE: { code: 15, retriable: true, text: 'The coordinator is not available.', source: codes },
  NOT_COORDINATOR: { code: 16, retriable: true, text: 'This is not the correct coordinator.', source: codes },
  ILLEGAL_GENERATION: { code: 22, retriable: false, text: 'Specified group generation id is not valid.', source: codes },
  INCONSISTENT_GROUP_PROTOCOL: {
    code: 23,
    retriable: false,
    text: "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list.",
    source: codes,
  },
  UNKNOWN_MEMBER_ID: { code: 25, retriable: false, text: 'The coordinator is not aware of this member.', source: codes },
  INVALID_SESSION_TIMEOUT: {
    code: 26,
    retriable: false,
    text: 'The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms).',
    source: codes,
  },
  REBALANCE_IN_PROGRESS: { code: 27, retriable: false, text: 'The group is rebalancing, so a rejoin is needed.', source: codes },
  INVALID_REQUEST: { code: 42, retriable: false, text: 'This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker.', source: codes },
  NON_EMPTY_GROUP: { code: 68, retriable: false, text: 'The group is not empty.', source: codes },
  GROUP_ID_NOT_FOUND: { code: 69, retriable: false, text: 'The group id does not exist.', source: codes },
  MEMBER_ID_REQUIRED: { code: 79, retriable: false, text: 'The group member needs to have a valid member id before actually entering a consumer group.', source: codes },
  GROUP_MAX_SIZE_REACHED: { code: 81, retriable: false, text: 'The group has reached its maximum size.', source: codes },
  FENCED_INSTANCE_ID: {
    code: 82,
    retriable: false,
    text: 'The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id.',
    source: codes,
  },
  UNSTABLE_OFFSET_COMMIT: { code: 88, retriable: true, text: 'There are unstable offsets that need to be cleared.', source: codes },
  FENCED_MEMBER_EPOCH: { code: 110, retriable: false, text: 'The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin.', source: kip848 },
  UNRELEASED_INSTANCE_ID: {
    code: 111,
    retriable: false,
    text: 'The instance ID is still used by another member in the consumer group. That member must leave first.',
    source: kip848,
  },
  UNSUPPORTED_ASSIGNOR: { code: 112, retriable: false, text: 'The assignor or its version range is not supported by the consumer group.', source: kip848 },
  STALE_MEMBER_EPOCH: { code: 113, retriable: false, text: 'The member epoch is stale. The member must retry after receiving its updated member epoch via the ConsumerGroupHeartbeat API.', source: kip848 },
  INVALID_RECORD_STATE: { code: 121, retriable: false, text: 'The record state is invalid. The acknowledgement of delivery could not be completed.', source: kip932 },
} as const satisfies Readonly<Record<string, KnownError>>;

export type GroupError = keyof typeof groupErrors;

/** A group's refusal ends nothing: the connection lives on. */
export function groupRefusal(name: GroupError): Refusal {
  const { code, text } = groupErrors[name];
  return { refused: true, name, code, text, closes: 'message' };
}
