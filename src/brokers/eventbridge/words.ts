/** What every reason of EventBridge means, and what would prevent it. */
import type { Remedy, Words } from '../../scenario/descriptor.ts';
import { API, DOC } from './settings.ts';

const RETRY = `${DOC}/eb-rule-retry-policy.html`;
const DLQ = `${DOC}/eb-rule-dlq.html`;
const HTTP = `${DOC}/eb-api-destinations.html`;
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html';
const PUT = `${API}/API_PutEvents.html`;
const refusal = (says: string, rule: string): Words => ({ says, rule });

export const reasons: Readonly<Record<string, Words>> = {
  'eventbridge.no_order': { says: 'EventBridge keeps no order: every event takes its own time from the bus to the target.', rule: `${DOC}/eb-troubleshooting.html` },
  'eventbridge.no_rule': { says: 'No rule of the bus matches the event. PutEvents succeeded all the same.', rule: PUT },
  'eventbridge.no_target': { says: 'The rule that matched has no target.', rule: `${API}/API_PutTargets.html` },
  'eventbridge.third_bus': { says: 'An event that came from another bus is not sent on to a third one.', rule: `${DOC}/eb-bus-to-bus.html` },
  'eventbridge.forwarded': { says: 'The rule handed it to another bus.', rule: `${DOC}/eb-bus-to-bus.html` },
  'eventbridge.replay': { says: 'It was replayed from an archive: rules that had it before got it again, unless their pattern looks at replay-name.', rule: `${API}/API_StartReplay.html` },
  'eventbridge.redriven': { says: 'Somebody took it out of the dead-letter queue and put it on the bus again: every rule that matches got it.', rule: DLQ },
  'eventbridge.at_least_once': { says: 'EventBridge delivers at least once: it delivered the event again although the target had answered.', rule: `${DOC}/eb-troubleshooting.html` },
  'eventbridge.delivered_before': { says: 'The second delivery failed, the first had not.', rule: RETRY },
  'eventbridge.http_2xx': { says: 'The endpoint answered 2xx.', rule: HTTP },
  'eventbridge.http_4xx': { says: 'The endpoint answered 4xx, which is not tried again.', rule: HTTP },
  'eventbridge.http_429': { says: 'The endpoint was busy and answered 429; EventBridge tries again.', rule: HTTP },
  'eventbridge.http_5xx': { says: 'The endpoint answered 5xx; EventBridge tries again.', rule: HTTP },
  'eventbridge.timeout': { says: 'The endpoint gave no answer within five seconds, so EventBridge tries again; what the endpoint had begun goes on.', rule: HTTP },
  'eventbridge.connection_refused': { says: 'Nobody answered at the endpoint; EventBridge tries again.', rule: RETRY },
  'eventbridge.connection_reset': { says: 'The instance went down before it had answered; EventBridge tries again.', rule: RETRY },
  'eventbridge.retry_attempts': { says: 'All attempts were used up (MaximumRetryAttempts).', rule: RETRY },
  'eventbridge.event_age': { says: 'The event was older than MaximumEventAgeInSeconds.', rule: RETRY },
  'eventbridge.access_denied': { says: 'EventBridge may not call the target, which is not tried again.', rule: DLQ },
  'eventbridge.target_gone': { says: 'The target is not there any more, which is not tried again.', rule: DLQ },
  'eventbridge.invalid_json': { says: 'What the input transformer makes of the event is no JSON, which is not tried again.', rule: `${DOC}/eb-transform-target-input.html` },
  'eventbridge.queue_refused': { says: 'The event should have gone to a dead-letter queue that is not there or does not let EventBridge in, so it was lost (InvocationsFailedToBeSentToDlq).', rule: DLQ },
  'eventbridge.function_done': { says: 'The function ended without an error.', rule: LAMBDA },
  'eventbridge.function_error': { says: 'The function failed; Lambda invokes it again one and then two minutes later.', rule: LAMBDA },
  'eventbridge.function_throttled': { says: 'The function had no concurrency left; Lambda keeps the event and tries again, from 1 s up to 5 min later.', rule: LAMBDA },
  'eventbridge.function_retries': { says: 'The function failed at every attempt that Lambda makes. EventBridge had delivered the event when Lambda took it: the DeadLetterConfig of the rule is not for this.', rule: LAMBDA },
  'eventbridge.function_event_age': { says: 'The event was too old for the queue of the function (MaximumEventAgeInSeconds).', rule: LAMBDA },
  'eventbridge.deleted': { says: 'The reader deleted the message.', rule: DLQ },
  'eventbridge.visibility_timeout': { says: 'It was not deleted in time, or given back, and is visible again.', rule: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html' },
  'eventbridge.retention': { says: 'The queue kept it for MessageRetentionPeriod, and nobody came.', rule: DLQ },
  'eventbridge.purged': { says: 'The queue was purged.', rule: DLQ },
  'eventbridge.queue_deleted': { says: 'The queue was deleted.', rule: DLQ },
  'eventbridge.ThrottlingException': refusal('Rate exceeded: more PutEvents requests a second than the quota allows.', `${DOC}/eb-quota.html`),
  'eventbridge.InternalFailure': refusal('The entry failed inside the service while the request succeeded. Client libraries do not try such entries again.', PUT),
  'eventbridge.ValidationException': refusal('The request is not valid, for instance larger than the limit.', PUT),
  'eventbridge.MalformedDetail': refusal('Detail is malformed: it is no JSON object.', PUT),
  'eventbridge.InvalidArgument': refusal('The entry lacks its Source, DetailType or Detail.', PUT),
  'eventbridge.NotAuthorizedForSourceException': refusal('Not authorized for the source: those that begin with aws. are reserved.', PUT),
  'eventbridge.ResourceNotFoundException': refusal('There is no such bus, rule or archive.', PUT),
  'eventbridge.InvalidEventPatternException': refusal('The event pattern is not valid.', `${API}/API_PutRule.html`),
  'eventbridge.LimitExceededException': refusal('More rules, targets or characters than the quota allows.', `${DOC}/eb-quota.html`),
};
export const remedies: Readonly<Record<string, Remedy>> = {
  'delivered-once': { says: 'Make the target idempotent: the id of the event is the same at every delivery, but not after it was put or replayed anew.' },
  'effect-once': { says: 'Make the target idempotent by an id in the detail, and let rules whose targets must not see replays match {"replay-name":[{"exists":false}]}.' },
  order: { says: 'Do not rely on order: carry a version or a time in the detail, or take a FIFO queue, a stream, or the newer custom event bus with FIFO subscribers.' },
  'no-loss': { says: 'Give every rule a DeadLetterConfig whose policy lets EventBridge in, every function an OnFailure destination, and the bus an archive.' },
  unrouted: { says: 'Test the pattern against an event (TestEventPattern), and keep an archive or a rule that matches everything.' },
  dropped: { says: 'Set DeadLetterConfig (OnFailure of a function): without a queue an event that is given up is gone.' },
  'dropped eventbridge.queue_refused': { says: 'Let events.amazonaws.com send to the queue: its policy is a setting of the queue.' },
  'dead-lettered': { says: 'Mend the target, then put the events of the queue on the bus again, or replay the archive; both bring duplicates.' },
  'poison-loop': { says: 'Lower MaximumRetryAttempts, or answer 4xx to what can never succeed.' },
  'growing-depth': { says: 'Raise the rate limit of the API destination or the capacity of its endpoint: what waits grows old, and is given up.' },
  backpressure: { says: 'Raise the PutEvents quota, or put more entries into one request.' },
};
