import type { Rules } from '../contract.ts';

const GUIDE = 'https://docs.aws.amazon.com/sns/latest/dg';

/** What the model holds to be true of SNS filter policies, and where that is written. Tests are titled by these. */
export const rules = {
  N01: { name: 'filter-and-or', says: 'Every property of a policy must match, of each property any one of its values; a policy that is empty lets everything through.', source: `${GUIDE}/and-or-logic.html` },
  N02: { name: 'filter-or-operator', says: '$or holds at least two objects, one of which must match beside the properties around it.', source: `${GUIDE}/and-or-logic.html#or-operator` },
  N03: { name: 'filter-string', says: 'Strings are matched exactly, by prefix or suffix, ignoring case, or by a network; wildcards are not known.', source: `${GUIDE}/string-value-matching.html` },
  N04: { name: 'filter-anything-but', says: 'Anything-but takes a value, a list or a prefix, and needs the property to be there.', source: `${GUIDE}/string-value-matching.html#string-anything-but-matching` },
  N05: { name: 'filter-numeric', says: 'Numbers are matched exactly or by range, and only with attributes of type Number or numbers of a body.', source: `${GUIDE}/numeric-value-matching.html` },
  N06: { name: 'filter-exists', says: 'Exists asks for a leaf that is neither null nor empty; exists:false asks that the name is not there, but that some attribute is.', source: `${GUIDE}/attribute-key-matching.html` },
  N07: { name: 'filter-attributes', says: 'On attributes a policy compares String, String.Array and Number; of an array any element may match.', source: `${GUIDE}/subscription-filter-policy-constraints.html` },
  N08: { name: 'filter-body', says: 'On bodies a policy may nest; a body that is no JSON object is not delivered.', source: `${GUIDE}/sns-message-filtering.html` },
  N09: { name: 'filter-limits', says: 'A policy has at most 5 keys, 150 combinations of values and 256 KB; nested keys multiply by their depth.', source: `${GUIDE}/subscription-filter-policy-constraints.html` },
  N10: { name: 'filter-invalid', says: 'What is no policy is refused with InvalidParameter and the reason.', source: 'https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html' },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
