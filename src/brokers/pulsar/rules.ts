import type { Rules } from '../contract.ts';

const SERVICE = 'https://github.com/apache/pulsar/blob/master/pulsar-broker/src/main/java/org/apache/pulsar/broker/service';
const MESSAGING = 'https://pulsar.apache.org/docs/4.0.x/concepts-messaging';

/** What the model holds to be true of Key_Shared subscriptions, and where that is written. Tests are titled by these. */
export const rules = {
  K01: { name: 'key-hash', says: 'A key is hashed by murmur3_32 with seed 0, without the sign; its slot is the rest by 65536.', source: 'https://github.com/apache/pulsar/blob/master/pulsar-common/src/main/java/org/apache/pulsar/common/util/Murmur3_32Hash.java' },
  K02: { name: 'key-hash-zero', says: 'A hash of 0 means none to dispatchers, so that such a key has 1.', source: `${SERVICE}/StickyKeyConsumerSelectorUtils.java`, since: '4.0' },
  K03: { name: 'sticky-key', says: 'The ordering key goes before the key; a message with neither is hashed by its producer and sequence id.', source: `${MESSAGING}/#ordering-key` },
  K04: { name: 'consistent-hashing', says: 'AUTO_SPLIT gives every consumer 100 points on a ring, by its name and a number among its namesakes; a hash belongs to the next point.', source: `${SERVICE}/ConsistentHashingStickyKeyConsumerSelector.java`, since: '4.0' },
  K05: { name: 'point-collision', says: 'Where points collide, the consumer that joined first has the place, and the next one gets it when that one leaves.', source: `${SERVICE}/ConsistentHashingStickyKeyConsumerSelector.java`, since: '4.0' },
  K06: { name: 'minimal-movement', says: 'A consumer that joins takes hashes from the others, and moves none between them.', source: `${MESSAGING}/#auto-split-consistent-hashing` },
  K07: { name: 'auto-split', says: 'Without consistent hashing a consumer that joins takes the lower half of the largest range; what one leaves goes to the range above, the highest to the one below.', source: `${SERVICE}/HashRangeAutoSplitStickyKeyConsumerSelector.java` },
  K08: { name: 'sticky', says: 'STICKY consumers name their ranges; slots that nobody named are not dispatched.', source: `${MESSAGING}/#sticky` },
  K09: { name: 'sticky-conflict', says: 'Ranges that overlap, are empty or upside down are refused with ConsumerAssignError.', source: `${SERVICE}/HashRangeExclusiveStickyKeyConsumerSelector.java` },
  K10: { name: 'sticky-client', says: 'The client refuses ranges outside [0, 65535] and overlapping ones itself.', source: 'https://github.com/apache/pulsar/blob/master/pulsar-client-api/src/main/java/org/apache/pulsar/client/api/KeySharedPolicy.java' },
  K11: { name: 'draining', says: 'A hash that changes hands waits until its old consumer has acknowledged all of its messages; other hashes go on.', source: 'https://github.com/apache/pulsar/blob/master/pip/pip-379.md', since: '4.0' },
  K12: { name: 'draining-returns', says: 'A hash that comes back to the consumer it drains from need not drain.', source: `${SERVICE}/DrainingHashesTracker.java`, since: '4.0' },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof rules)[keyof typeof rules]['name'];

/** A test's title: the rule it proves. */
export function rule(name: Name): string {
  const [number, { says }] = Object.entries(rules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
