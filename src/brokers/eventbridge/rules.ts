import type { Rules } from '../contract.ts';

const OPERATORS = 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html';
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
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
