import type { Refusal } from '../contract.ts';

const refusal =
  (name: string, code: number, closes: Refusal['closes'] = 'message') =>
  (text: string): Refusal => ({ refused: true, name, code, text, closes });

/** Numbers are those of ServerError in https://github.com/apache/pulsar/blob/master/pulsar-common/src/main/proto/PulsarApi.proto; 0 is thrown by the client: the broker never sees it. */
export const errors = {
  persistence: refusal('PersistenceError', 2),
  consumerBusy: refusal('ConsumerBusy', 5, 'channel'),
  serviceNotReady: refusal('ServiceNotReady', 6, 'channel'),
  blockedQuotaError: refusal('ProducerBlockedQuotaExceededError', 7, 'channel'),
  blockedQuotaException: refusal('ProducerBlockedQuotaExceededException', 8, 'channel'),
  topicNotFound: refusal('TopicNotFound', 11, 'channel'),
  producerBusy: refusal('ProducerBusy', 16, 'channel'),
  consumerAssign: refusal('ConsumerAssignError', 19, 'channel'),
  producerFenced: refusal('ProducerFenced', 25, 'channel'),
  illegalArgument: refusal('IllegalArgumentException', 0),
  queueFull: refusal('ProducerQueueIsFullError', 0),
  memoryFull: refusal('MemoryBufferIsFullError', 0),
  invalidMessage: refusal('InvalidMessageException', 0),
  alreadyClosed: refusal('AlreadyClosedException', 0),
} as const;
