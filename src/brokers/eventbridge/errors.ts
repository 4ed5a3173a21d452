import type { Refusal } from '../contract.ts';

/**
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html#API_PutRule_Errors
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html
 */
function refusal(name: string, text: string, code = 400): Refusal {
  return { refused: true, name, code, text, closes: 'message' };
}
export const errors = {
  // Of requests ----------------------------------------------------------------
  throttling: () => refusal('ThrottlingException', 'Rate exceeded'),
  validation: (text: string) => refusal('ValidationException', text),
  resourceNotFound: (what: string, name: string) => refusal('ResourceNotFoundException', `${what} ${name} does not exist.`),
  invalidEventPattern: (why: string) => refusal('InvalidEventPatternException', `Event pattern is not valid. Reason: ${why}`),
  limitExceeded: () => refusal('LimitExceededException', 'The request failed because it attempted to create resource beyond the allowed service quota.'),
  resourceAlreadyExists: (name: string) => refusal('ResourceAlreadyExistsException', `Replay ${name} already exists.`),
  illegalStatus: (name: string) => refusal('IllegalStatusException', `Replay ${name} is not in a valid state for this operation.`),
  // Of entries -----------------------------------------------------------------
  internalFailure: () => refusal('InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.', 500),
  notAuthorizedForSource: () => refusal('NotAuthorizedForSourceException', 'Not authorized for the source.'),
  invalidArgument: (name: string) => refusal('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`),
  malformedDetail: () => refusal('MalformedDetail', 'Detail is malformed.'),
} as const;
/** What the client library tries again by itself: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
export const isTransient = ({ name, code }: Refusal): boolean => name === 'ThrottlingException' || code >= 500;
