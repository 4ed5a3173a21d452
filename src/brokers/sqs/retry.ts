/** When SNS tries a delivery again. https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html */
import { exp, ln } from '../../kernel/exact-math.ts';

export type Backoff = 'linear' | 'arithmetic' | 'geometric' | 'exponential';
/** As `healthyRetryPolicy` has it; delays in seconds. What the counts of the other phases leave is the backoff phase. */
export interface RetryPolicy {
  readonly numRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly numMaxDelayRetries: number;
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  readonly backoffFunction: Backoff;
}
/** SQS and Lambda: 100 015 attempts more over 23 days. */
export const AWS_ENDPOINT: RetryPolicy = { numRetries: 100_015, numNoDelayRetries: 3, numMinDelayRetries: 2, numMaxDelayRetries: 100_000, minDelayTarget: 1, maxDelayTarget: 20, backoffFunction: 'exponential' };
export const HTTP_DEFAULT: RetryPolicy = { numRetries: 3, numNoDelayRetries: 0, numMinDelayRetries: 0, numMaxDelayRetries: 0, minDelayTarget: 20, maxDelayTarget: 20, backoffFunction: 'linear' };

/** @param n 1 for the first retry; @returns µs to wait before it, or undefined when there is none */
export function retryDelay(policy: RetryPolicy, n: number): number | undefined {
  if (n > policy.numRetries) return undefined;
  const { numNoDelayRetries: now, numMinDelayRetries: slow, numMaxDelayRetries: slowest, minDelayTarget: min, maxDelayTarget: max } = policy;
  if (n <= now) return 0;
  if (n <= now + slow) return min * 1_000_000;
  const steps = Math.max(0, policy.numRetries - now - slow - slowest);
  const step = n - now - slow;
  if (step > steps) return max * 1_000_000;
  return Math.round((min + (max - min) * shareOf(policy.backoffFunction, step, steps, min, max)) * 1_000_000);
}
/** How far from the least to the greatest delay a step of the backoff phase is, 0..1. */
function shareOf(backoff: Backoff, step: number, steps: number, min: number, max: number): number {
  if (steps <= 1 || max <= min) return 1;
  const at = (step - 1) / (steps - 1);
  switch (backoff) {
    case 'linear':
      return at;
    case 'arithmetic':
      return (step * (step - 1)) / (steps * (steps - 1));
    case 'geometric': {
      const least = Math.max(1, min);
      return (least * exp(at * ln(max / least)) - least) / Math.max(1, max - least);
    }
    case 'exponential':
      return (exp(at * ln(2) * (steps - 1)) - 1) / (exp(ln(2) * (steps - 1)) - 1);
  }
}
/** An asynchronous invocation that failed is tried again after one minute, then after two. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
export const asyncRetryDelay = (n: number): number => n * 60_000_000;
/** Throttled, it goes back to Lambda's own queue: from one second up to five minutes. */
export const asyncThrottleDelay = (n: number): number => Math.min(300, 1 << Math.min(n - 1, 9)) * 1_000_000;
