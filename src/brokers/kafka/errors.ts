/** What Kafka's brokers and client libraries refuse with: error codes of the protocol, exceptions of the Java client. */
import type { Refusal } from '../contract.ts';
import { type GroupError, groupErrors } from './group/errors.ts';
import type { ErrorName } from './protocol.ts';

interface KnownError {
  /** -1: an exception of the client library, without a code of the protocol. */
  readonly code: number;
  readonly text: string;
  readonly retriable: boolean;
}
/** https://kafka.apache.org/44/design/protocol/#protocol_error_codes and the classes of org.apache.kafka.common.errors */
export const errors = {
  DISCONNECTED: { code: 13, text: 'The server disconnected before a response was received.', retriable: true },
  OFFSET_OUT_OF_RANGE: { code: 1, text: 'The requested offset is not within the range of offsets maintained by the server.', retriable: false },
  UNKNOWN_TOPIC_OR_PARTITION: { code: 3, text: 'This server does not host this topic-partition.', retriable: true },
  LEADER_NOT_AVAILABLE: { code: 5, text: 'There is no leader for this topic-partition as we are in the middle of a leadership election.', retriable: true },
  NOT_LEADER_OR_FOLLOWER: { code: 6, text: 'For requests intended only for the leader, this error indicates that the broker is not the current leader.', retriable: true },
  REQUEST_TIMED_OUT: { code: 7, text: 'The request timed out.', retriable: true },
  OFFSET_NOT_AVAILABLE: { code: 78, text: 'The leader high watermark has not caught up from a recent leader election so the offsets cannot be guaranteed to be monotonically increasing.', retriable: true },
  MESSAGE_TOO_LARGE: { code: 10, text: 'The request included a message larger than the max message size the server will accept.', retriable: false },
  COORDINATOR_NOT_AVAILABLE: { code: 15, text: 'The coordinator is not available.', retriable: true },
  NOT_COORDINATOR: { code: 16, text: 'This is not the correct coordinator.', retriable: true },
  NOT_ENOUGH_REPLICAS: { code: 19, text: 'Messages are rejected since there are fewer in-sync replicas than required.', retriable: true },
  OUT_OF_ORDER_SEQUENCE_NUMBER: { code: 45, text: 'The broker received an out of order sequence number.', retriable: false },
  INVALID_PRODUCER_EPOCH: { code: 47, text: 'Producer attempted to produce with an old epoch.', retriable: false },
  INVALID_TXN_STATE: { code: 48, text: 'The producer attempted a transactional operation in an invalid state.', retriable: false },
  INVALID_TRANSACTION_TIMEOUT: { code: 50, text: 'The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms).', retriable: false },
  CONCURRENT_TRANSACTIONS: { code: 51, text: 'The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing.', retriable: true },
  INVALID_RECORD: { code: 87, text: 'This record has failed the validation on the broker and hence will be rejected.', retriable: false },
  PRODUCER_FENCED: { code: 90, text: 'There is a newer producer with the same transactionalId which fences the current one.', retriable: false },
  TimeoutException: { code: -1, text: 'Expiring record(s): delivery.timeout.ms has passed, or max.block.ms without metadata.', retriable: true },
  BufferExhaustedException: { code: -1, text: 'Failed to allocate memory within the configured max blocking time (max.block.ms).', retriable: true },
  RecordTooLargeException: { code: -1, text: 'The message is larger than the maximum request size you have configured with the max.request.size configuration.', retriable: false },
  TransactionAbortableException: { code: -1, text: 'The client encountered an error with the transaction, which can now only be aborted.', retriable: false },
  TransactionAbortedException: { code: -1, text: 'Failing batch since transaction was aborted.', retriable: false },
  RetriableCommitFailedException: { code: -1, text: 'Offset commit failed with a retriable exception. You should retry committing the latest consumed offsets.', retriable: true },
  CommitFailedException: { code: -1, text: 'Offset commit cannot be completed since the consumer is not part of an active group for auto partition assignment; it is likely that the consumer was kicked out of the group.', retriable: false },
  NoOffsetForPartitionException: { code: -1, text: 'Undefined offset with no reset policy for partitions.', retriable: false },
} as const satisfies Readonly<Record<string, KnownError>>;
export type KafkaError = keyof typeof errors;

/** Errors that the producer and the consumer try again by themselves. */
export const RETRIABLE: ReadonlySet<ErrorName> = new Set(Object.entries(errors).flatMap(([name, error]) => (error.retriable && error.code >= 0 ? [name as ErrorName] : [])));

/** Whether the same request may succeed later. */
export const isRetriable = (name: GroupError | ErrorName): boolean => name !== 'NONE' && { ...groupErrors, ...errors }[name].retriable;

/** A refusal ends the record or the call, never the connection. */
export function refusal(name: KafkaError): Refusal {
  const { code, text } = errors[name];
  return { refused: true, name: `kafka.${name}`, code, text, closes: 'message' };
}
