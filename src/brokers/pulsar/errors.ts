import type { Refusal } from '../contract.ts';

/** Numbers are those of ServerError in https://github.com/apache/pulsar/blob/master/pulsar-common/src/main/proto/PulsarApi.proto */
export const errors = {
  consumerAssign: (text: string): Refusal => ({ refused: true, name: 'ConsumerAssignError', code: 19, text, closes: 'channel' }),
  /** Thrown by the client: the broker never sees it. */
  illegalArgument: (text: string): Refusal => ({ refused: true, name: 'IllegalArgumentException', code: 0, text, closes: 'message' }),
} as const;
