/** What EventBridge writes beside an event that it puts into a dead-letter queue. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
import type { Invocation } from './model.ts';

export interface DeadAttributes {
  readonly RULE_ARN: string;
  readonly TARGET_ARN: string;
  readonly ERROR_CODE: string;
  /** Only when attempts or time ran out. */
  readonly EXHAUSTED_RETRY_CONDITION?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
  readonly RETRY_ATTEMPTS: number;
}
/** By the reason of the last failure. */
const CODES: Readonly<Record<string, string>> = {
  'eventbridge.http_4xx': 'ERROR_FROM_TARGET',
  'eventbridge.http_5xx': 'ERROR_FROM_TARGET',
  'eventbridge.http_429': 'THROTTLING',
  'eventbridge.timeout': 'TIMEOUT',
  'eventbridge.connection_refused': 'CONNECTION_FAILURE',
  'eventbridge.connection_reset': 'CONNECTION_FAILURE',
  'eventbridge.access_denied': 'NO_PERMISSIONS',
  'eventbridge.target_gone': 'NO_RESOURCE',
  'eventbridge.invalid_json': 'INVALID_JSON',
};
const CONDITIONS = { 'eventbridge.retry_attempts': 'MaximumRetryAttempts', 'eventbridge.event_age': 'MaximumEventAgeInSeconds' } as const;

/** @param reason why it was given up */
export function deadAttributes({ rule, target, attempts, failure }: Invocation, reason: string): DeadAttributes {
  const condition = Object.hasOwn(CONDITIONS, reason) ? CONDITIONS[reason as keyof typeof CONDITIONS] : undefined;
  return {
    RULE_ARN: rule,
    TARGET_ARN: target,
    ERROR_CODE: CODES[condition === undefined ? reason : failure] ?? 'UNKNOWN',
    ...(condition === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: condition }),
    RETRY_ATTEMPTS: Math.max(0, attempts - 1),
  };
}
