import type { Refusal } from '../contract.ts';

/**
 * What SQS and SNS say no with, in their own words; the code is the HTTP status.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and the pages of the actions
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
function refusal(name: string, text: string, code = 400): Refusal {
  return { refused: true, name, code, text, closes: 'message' };
}
const invalid = (text: string): Refusal => refusal('InvalidParameterValue', text);
const value = (given: unknown, parameter: string, reason: string): Refusal => invalid(`Value ${String(given)} for parameter ${parameter} is invalid. Reason: ${reason}`);

export const errors = {
  noQueue: () => refusal('QueueDoesNotExist', 'The specified queue does not exist.'),
  nameExists: (attribute: string) => refusal('QueueNameExists', `A queue already exists with the same name and a different value for attribute ${attribute}`),
  deletedRecently: () => refusal('QueueDeletedRecently', 'You must wait 60 seconds after deleting a queue before you can create another with the same name.'),
  queueName: () => invalid('The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.'),
  attributeName: (name: string) => refusal('InvalidAttributeName', `Unknown Attribute ${name}.`),
  attributeValue: (name: string) => refusal('InvalidAttributeValue', `Invalid value for the parameter ${name}.`),
  perGroupNeedsScope: () => invalid('The FifoThroughputLimit value perMessageGroupId is allowed only when DeduplicationScope is messageGroup.'),
  noDeadLetterQueue: (policy: string) => value(policy, 'RedrivePolicy', 'Dead letter target does not exist.'),
  deadLetterKind: (policy: string) => value(policy, 'RedrivePolicy', 'Dead-letter queue must be same type of queue as the source.'),
  maxReceiveCount: (policy: string) => value(policy, 'RedrivePolicy', 'Invalid value for maxReceiveCount: must be between 1 and 1000.'),
  redriveDenied: (policy: string) => value(policy, 'RedrivePolicy', 'The dead-letter queue does not allow this queue as a source (RedriveAllowPolicy).'),
  empty: () => refusal('MissingParameter', 'The request must contain the parameter MessageBody.'),
  tooLong: (most: number) => invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`),
  noGroup: () => refusal('MissingParameter', 'The request must contain the parameter MessageGroupId.'),
  noDeduplication: () => invalid('The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly'),
  notForThisQueue: (parameter: string, given: unknown) => value(given, parameter, 'The request include parameter that is not valid for this queue type.'),
  delay: (given: number) => value(given, 'DelaySeconds', 'DelaySeconds must be >= 0 and <= 900.'),
  longId: (parameter: string, given: string) => value(given, parameter, 'Can only include alphanumeric and punctuation characters. 1 to 128 in length.'),
  attributeCount: () => invalid('Number of message attributes [11] exceeds the allowed maximum [10].'),
  readCount: (given: number) => value(given, 'MaxNumberOfMessages', 'Must be between 1 and 10, if provided.'),
  waitTime: (given: number) => value(given, 'WaitTimeSeconds', 'Must be >= 0 and <= 20, if provided.'),
  visibility: (given: number) => value(given, 'VisibilityTimeout', 'VisibilityTimeout must be an integer between 0 and 43200'),
  visibilityTotal: (given: number) => value(given, 'VisibilityTimeout', 'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]'),
  overLimit: () => refusal('OverLimit', 'Too many messages in flight: the queue has as many as its quota allows.', 403),
  throttled: () => refusal('ThrottlingException', 'Rate exceeded'),
  handle: () => refusal('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.'),
  handleExpired: (handle: string) => value(handle, 'ReceiptHandle', 'The receipt handle has expired.'),
  notInFlight: (handle: string) => refusal('MessageNotInflight', `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`),
  purging: (queue: string) => refusal('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue} is allowed every 60 seconds.`, 403),
  emptyBatch: () => refusal('EmptyBatchRequest', 'There should be at least one SendMessageBatchRequestEntry in the request.'),
  manyEntries: (given: number) => refusal('TooManyEntriesInBatchRequest', `Maximum number of entries per request are 10. You have sent ${given}.`),
  sameEntryIds: (id: string) => refusal('BatchEntryIdsNotDistinct', `Id ${id} repeated.`),
  entryId: () => refusal('InvalidBatchEntryId', 'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.'),
  batchTooLong: (most: number, given: number) => refusal('BatchRequestTooLong', `Batch requests cannot be longer than ${most} bytes. You have sent ${given} bytes.`),
  notADeadLetterQueue: () => invalid('Source queue must be configured as a Dead Letter Queue.'),
  moving: () => invalid('There is already a task running. Only one active task is allowed for a source queue arn at a given time.'),
  moveRate: (given: number) => value(given, 'MaxNumberOfMessagesPerSecond', 'Must be between 1 and 500.'),
  noMoveTask: () => refusal('ResourceNotFoundException', 'Task does not exist.', 404),
  filterPattern: () => refusal('InvalidParameterValueException', 'Invalid filter pattern definition.'),
  filterCount: (given: number) => refusal('InvalidParameterValueException', `An event source mapping has at most 5 filters. You have given ${given}.`),
  noTopic: () => refusal('NotFound', 'Topic does not exist', 404),
  topicParameter: (text: string) => refusal('InvalidParameter', `Invalid parameter: ${text}`),
  snsThrottled: () => refusal('ThrottledException', 'Rate exceeded', 429),
} as const;
