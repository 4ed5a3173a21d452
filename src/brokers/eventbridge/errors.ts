import type { Refusal } from '../contract.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html#API_PutRule_Errors */
function refusal(name: string, text: string): Refusal {
  return { refused: true, name, code: 400, text, closes: 'message' };
}
export const errors = {
  invalidEventPattern: (why: string) => refusal('InvalidEventPatternException', `Event pattern is not valid. Reason: ${why}`),
  limitExceeded: () => refusal('LimitExceededException', 'The request failed because it attempted to create resource beyond the allowed service quota.'),
} as const;
