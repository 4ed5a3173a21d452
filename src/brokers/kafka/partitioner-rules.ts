import type { Rules } from '../contract.ts';

const producer = 'https://kafka.apache.org/44/configuration/producer-configs/';
const kip480 = 'https://cwiki.apache.org/confluence/display/KAFKA/KIP-480%3A+Sticky+Partitioner';
const kip794 = 'https://cwiki.apache.org/confluence/display/KAFKA/KIP-794%3A+Strictly+Uniform+Sticky+Partitioner';

/** How producers choose partitions, and where that is written. Tests are titled by these. */
export const partitionerRules = {
  P01: { name: 'explicit', says: 'A partition named by the record wins over its key.', source: producer, recorded: ['named-partition-wins'] },
  P02: { name: 'key', says: 'A record with a key goes to murmur2(key), made positive, modulo the number of partitions; an empty key is a key.', source: producer, recorded: ['key-chooses-partition', 'adding-partitions-moves-keys'] },
  P03: { name: 'ignore-keys', says: 'With partitioner.ignore.keys the key does not matter.', source: producer, recorded: ['keys-may-be-ignored'] },
  P04: { name: 'sticky', says: 'Records without a key go to one partition until batch.size bytes went there, then to another at random.', source: kip480, recorded: ['no-key-sticks-to-a-partition'] },
  P05: {
    name: 'switch-waits',
    says: 'While a batch of the partition has room the switch waits, until twice batch.size; it comes as soon as a record does not fit, or the batch has gone.',
    source: kip794,
    recorded: ['switch-waits-for-the-batch', 'switch-that-waited-comes-when-batches-have-gone', 'full-batch-switches', 'large-records-switch-at-once'],
  },
  P06: {
    name: 'adaptive',
    says: 'The more batches wait for a partition, the less likely it is to be chosen; one whose broker took nothing for partitioner.availability.timeout.ms is not.',
    source: kip794,
    recorded: ['long-queues-are-avoided', 'without-adaptive-partitioning-all-are-alike', 'unavailable-partitions-are-passed-over'],
  },
  P07: { name: 'available', says: 'Partitions without a leader are chosen only when none has one.', source: kip480, recorded: ['partitions-without-a-leader-are-passed-over'] },
  P08: { name: 'round-robin', says: 'RoundRobinPartitioner takes the partitions in turn, whatever the keys.', source: 'https://kafka.apache.org/44/javadoc/org/apache/kafka/clients/producer/RoundRobinPartitioner.html', recorded: ['round-robin-takes-partitions-in-turn'] },
  P09: { name: 'librdkafka', says: 'Clients built on librdkafka hash keys with CRC-32 by default.', source: 'https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md', recorded: ['librdkafka-hashes-keys-with-crc32'] },
} as const satisfies Rules & Record<string, { readonly name: string }>;

type Name = (typeof partitionerRules)[keyof typeof partitionerRules]['name'];

/** A test's title: the rule it proves. */
export function partitionerRule(name: Name): string {
  const [number, { says }] = Object.entries(partitionerRules).find(([, one]) => one.name === name) ?? ['', { says: '' }];
  return `${number} ${says}`;
}
