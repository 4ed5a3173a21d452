/** What SendMessage and its batch refuse before anything is stored. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';
import type { Sent } from './message.ts';
import type { Queue } from './queue.ts';

const MOST_ATTRIBUTES = 10;
const LONGEST_ID = 128;
/** Bytes of names, types and values. */
function attributeBytes(sent: Sent): number {
  return Object.entries(sent.attributes).reduce((sum, [name, { Type, Value }]) => sum + name.length + Type.length + String(Value).length, 0);
}
export function refusedMessage({ isFifo, attributes }: Queue, sent: Sent): Refusal | undefined {
  const { MessageGroupId: group, MessageDeduplicationId: deduplication, DelaySeconds: delay } = sent;
  if (sent.body === '') return errors.empty();
  if (sent.size + attributeBytes(sent) > attributes.MaximumMessageSize) return errors.tooLong(attributes.MaximumMessageSize);
  if (Object.keys(sent.attributes).length > MOST_ATTRIBUTES) return errors.attributeCount();
  if (group !== undefined && (group === '' || group.length > LONGEST_ID)) return errors.longId('MessageGroupId', group);
  if (deduplication !== undefined && (deduplication === '' || deduplication.length > LONGEST_ID)) return errors.longId('MessageDeduplicationId', deduplication);
  if (!isFifo) {
    if (deduplication !== undefined) return errors.notForThisQueue('MessageDeduplicationId', deduplication);
    return delay !== undefined && (!Number.isInteger(delay) || delay < 0 || delay > 900) ? errors.delay(delay) : undefined;
  }
  if (delay !== undefined) return errors.notForThisQueue('DelaySeconds', delay);
  if (group === undefined) return errors.noGroup();
  if (deduplication === undefined && !attributes.ContentBasedDeduplication) return errors.noDeduplication();
  return undefined;
}
export function refusedBatch(ids: readonly string[]): Refusal | undefined {
  if (ids.length === 0) return errors.emptyBatch();
  if (ids.length > 10) return errors.manyEntries(ids.length);
  if (ids.some((id) => !/^[A-Za-z0-9_-]{1,80}$/.test(id))) return errors.entryId();
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  return twice === undefined ? undefined : errors.sameEntryIds(twice);
}
