/** Attributes of a queue: names, defaults, ranges. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
import type { Refusal } from '../contract.ts';
import { errors } from './errors.ts';

export interface RedrivePolicy {
  /** Name of the queue. */
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}
export interface RedriveAllowPolicy {
  readonly redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  readonly sourceQueueArns: readonly string[];
}
export interface Attributes {
  readonly FifoQueue: boolean;
  /** s */
  readonly VisibilityTimeout: number;
  /** s */
  readonly DelaySeconds: number;
  /** s */
  readonly MessageRetentionPeriod: number;
  /** s */
  readonly ReceiveMessageWaitTimeSeconds: number;
  /** bytes */
  readonly MaximumMessageSize: number;
  readonly RedrivePolicy: RedrivePolicy | null;
  readonly RedriveAllowPolicy: RedriveAllowPolicy;
  readonly ContentBasedDeduplication: boolean;
  readonly DeduplicationScope: 'queue' | 'messageGroup';
  readonly FifoThroughputLimit: 'perQueue' | 'perMessageGroupId';
}
export const DEFAULTS: Attributes = {
  FifoQueue: false,
  VisibilityTimeout: 30,
  DelaySeconds: 0,
  MessageRetentionPeriod: 345_600,
  ReceiveMessageWaitTimeSeconds: 0,
  MaximumMessageSize: 1_048_576,
  RedrivePolicy: null,
  RedriveAllowPolicy: { redrivePermission: 'allowAll', sourceQueueArns: [] },
  ContentBasedDeduplication: false,
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};
/** Least and most, in the unit of the attribute. */
export const RANGES: Readonly<Partial<Record<keyof Attributes, readonly [least: number, most: number]>>> = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  MaximumMessageSize: [1024, 1_048_576],
};
const FIFO_ONLY = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'] as const;

/** What of the service cannot be set by an attribute: quotas, and how often it does what it promises not to rule out. */
export interface Conduct {
  /** Messages in flight at most. */
  readonly inFlight: number;
  /** A FIFO queue looks for groups among so many of the oldest. */
  readonly scanned: number;
  /** Calls a second and action of a FIFO queue, or of each of its groups in high throughput mode. */
  readonly calls: number;
  /** Servers among which the messages of a standard queue are spread; how many of them a short poll asks. */
  readonly servers: number;
  readonly asked: number;
  /** Share of receives and deletes that miss a server which has another copy. */
  readonly duplicates: number;
  /** Share of receives that do not take the oldest. */
  readonly reordering: number;
  /** µs that a purge goes on. */
  readonly purgeTakes: number;
}
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export const POLITE: Conduct = { inFlight: 120_000, scanned: 120_000, calls: 300, servers: 1, asked: 1, duplicates: 0, reordering: 0, purgeTakes: 0 };

/** The refusal of what no queue of that kind may have; undefined when all is well. */
export function refusedAttributes(given: Attributes, isFifo: boolean, names: readonly string[] = Object.keys(given)): Refusal | undefined {
  for (const name of names) {
    if (!Object.hasOwn(DEFAULTS, name)) return errors.attributeName(name);
    const range = RANGES[name as keyof Attributes];
    const value = given[name as keyof Attributes];
    if (range !== undefined && (typeof value !== 'number' || !Number.isInteger(value) || value < range[0] || value > range[1])) return errors.attributeValue(name);
    if (!isFifo && FIFO_ONLY.some((one) => one === name) && value !== DEFAULTS[name as keyof Attributes]) return errors.attributeName(name);
  }
  if (given.FifoThroughputLimit === 'perMessageGroupId' && given.DeduplicationScope !== 'messageGroup') return errors.perGroupNeedsScope();
  const { RedrivePolicy } = given;
  if (RedrivePolicy !== null && (!Number.isInteger(RedrivePolicy.maxReceiveCount) || RedrivePolicy.maxReceiveCount < 1 || RedrivePolicy.maxReceiveCount > 1000)) return errors.maxReceiveCount(JSON.stringify(RedrivePolicy));
  return undefined;
}
