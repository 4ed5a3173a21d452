import type { Rules } from '../contract.ts';

const OPERATORS = 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html';
const DOC = 'https://docs.aws.amazon.com/eventbridge/latest/userguide';
const API = 'https://docs.aws.amazon.com/eventbridge/latest/APIReference';
const RETRY = `${DOC}/eb-rule-retry-policy.html`;
const LAMBDA = 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html';
const RULER = 'https://github.com/aws/event-ruler/blob/main/README.md';

/** What the model holds to be true of EventBridge, and where that is written. Tests are titled by these. */
export const rules = {
  E01: { name: 'pattern-and-or', says: 'All fields of a pattern must match, of each field any one of its values.', source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html' },
  E02: { name: 'pattern-exact', says: 'Values are compared exactly and with their type: 1 is not "1", null not "".', source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-null-values.html' },
  E03: { name: 'pattern-text', says: 'Prefix, suffix, equals-ignore-case and wildcard look at strings only.', source: OPERATORS },
  E04: { name: 'pattern-wildcard', says: 'An asterisk stands for any number of characters, none included; two in a row are refused; \\* and \\\\ stand for themselves.', source: `${RULER}#wildcard-matching` },
  E05: { name: 'pattern-anything-but', says: 'Anything-but needs the field to be there, takes only strings or only numbers, and can go with prefix, suffix, equals-ignore-case and wildcard.', source: `${RULER}#anything-but-matching` },
  E06: { name: 'pattern-numeric', says: 'Numeric compares JSON numbers, by one bound or a range whose bottom is below its top.', source: `${RULER}#numeric-matching` },
  E07: { name: 'pattern-exists', says: 'Exists looks at leaves: an object or an empty array counts as absent.', source: `${RULER}#exists-matching` },
  E08: { name: 'pattern-cidr', says: 'A CIDR block matches the IPv4 and IPv6 addresses in it, however they are spelt.', source: `${RULER}#ip-address-matching` },
  E09: { name: 'pattern-or', says: '$or holds at least two objects, one of which must match beside the fields around it; more than 1000 combinations are refused.', source: OPERATORS },
  E10: { name: 'pattern-arrays', says: 'Of an array any element may match; fields of objects in one array must match in the same element.', source: `${RULER}#json-array-matching` },
  E11: { name: 'pattern-dots', says: 'A dot in a name and nesting are the same.', source: `${RULER}#caveat-compiled-rules-and-json-keys-with-dots` },
  E12: { name: 'pattern-invalid', says: 'What is no pattern is refused with InvalidEventPatternException and the reason.', source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html' },
  E13: { name: 'pattern-size', says: 'A pattern is at most 2048 characters long; the quota can be raised.', source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html' },
  E14: { name: 'put-partial', says: 'PutEvents takes up to ten entries and answers for each, in order; some may fail while others are taken.', source: `${API}/API_PutEvents.html` },
  E15: { name: 'put-entry-errors', says: 'An entry needs Source, DetailType and a Detail that is a JSON object; sources that begin with aws. are reserved.', source: `${API}/API_PutEventsResultEntry.html` },
  E16: { name: 'put-size', says: 'The entries of one request together may not be larger than the limit; a request that is gets refused as a whole.', source: `${API}/API_PutEvents.html` },
  E17: { name: 'put-throttled', says: 'Requests above the PutEvents quota are refused with ThrottlingException; nothing of them is taken.', source: `${DOC}/eb-quota.html` },
  E18: { name: 'put-unmatched', says: 'An event that matches no rule is taken like any other, and is gone.', source: `${API}/API_PutEvents.html` },
  E19: { name: 'rule-pattern-refused', says: 'A rule with an invalid pattern is refused; a rule that exists keeps its old one.', source: `${API}/API_PutRule.html` },
  E20: { name: 'rule-quota', says: 'A bus has a limited number of rules.', source: `${DOC}/eb-quota.html` },
  E21: { name: 'targets-five', says: 'A rule has five targets at most, and each gets every event that matches.', source: `${DOC}/eb-quota.html` },
  E22: { name: 'rule-late', says: 'A change of a rule or a new archive counts only after a while.', source: `${API}/API_PutRule.html` },
  E23: { name: 'rule-disabled', says: 'A disabled rule matches nothing.', source: `${API}/API_DisableRule.html` },
  E24: { name: 'invocations-delayed', says: 'Invocations above the quota are delayed, not lost.', source: `${DOC}/eb-quota.html` },
  E25: { name: 'api-destination-rate', says: 'An API destination is called at its rate limit at most; what waits longer than the event may be old is given up.', source: `${API}/API_CreateApiDestination.html` },
  E26: { name: 'retry-limits', says: 'Retriable failures are tried again, later and later, until the attempts are used up or the event is too old, whichever is first.', source: RETRY },
  E27: { name: 'retry-day', says: 'By default that is 24 hours and up to 185 attempts.', source: RETRY },
  E28: { name: 'not-retriable', says: 'Without permission, with the target gone, or after 4xx nothing is tried again.', source: `${DOC}/eb-rule-dlq.html` },
  E29: { name: 'dead-letter', says: 'What is given up goes to the dead-letter queue of the target if there is one that takes it, and is dropped if not.', source: `${DOC}/eb-rule-dlq.html` },
  E42: { name: 'dead-letter-attributes', says: 'A dead letter names its rule, its target, an ERROR_CODE, the RETRY_ATTEMPTS, and the condition that was exhausted, if one was.', source: `${DOC}/eb-rule-dlq.html` },
  E30: { name: 'client-timeout', says: 'An API destination that does not answer within five seconds has failed; a later answer counts for nothing.', source: `${DOC}/eb-api-destinations.html` },
  E31: { name: 'at-least-once', says: 'An event may be delivered again although its target answered.', source: `${DOC}/eb-troubleshooting.html` },
  E32: { name: 'no-order', says: 'Events are not delivered in the order in which they were put.', source: `${DOC}/eb-troubleshooting.html` },
  E33: { name: 'lambda-asynchronous', says: 'Lambda takes an event into the queue of its function: failures after that are neither retried nor buried by the rule.', source: LAMBDA },
  E34: { name: 'lambda-errors', says: 'After an error of the function Lambda tries twice more, one and two minutes later.', source: LAMBDA },
  E35: { name: 'lambda-throttles', says: 'A throttled event goes back to the queue of its function and is tried again after 1 s, then later and later up to 5 min, for six hours.', source: LAMBDA },
  E36: { name: 'bus-to-bus', says: 'A rule may send to another bus; events that came from a bus are not sent to a third one.', source: `${DOC}/eb-bus-to-bus.html` },
  E37: { name: 'archive-lag', says: 'An event takes a while to come into an archive, and a replay passes over what is not there yet.', source: `${DOC}/eb-archive.html` },
  E38: { name: 'archive-pattern', says: 'An archive keeps what its pattern matches, for RetentionDays; 0 is for ever.', source: `${API}/API_CreateArchive.html` },
  E39: { name: 'replay', says: 'A replay puts the events of a time range on their bus again, minute by minute and in no order within a minute, with its name; they are not archived again.', source: `${API}/API_StartReplay.html` },
  E40: { name: 'replay-rules', says: 'A replay may be for some rules only, has a name of its own, and can be cancelled while it runs.', source: `${API}/API_ReplayDestination.html` },
  E41: { name: 'transformer', says: 'An input transformer fills values of the event into a template; what is not there leaves nothing, and what is then no JSON is not delivered.', source: `${DOC}/eb-transform-target-input.html` },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
