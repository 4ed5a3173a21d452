import { expect, test } from 'vitest';
import { RandomStream } from '../../kernel/random.ts';
import { consistentPartition } from './crc32.ts';
import { murmur2, toPositive, utf8 } from './murmur2.ts';
import { partitionForKey, partitionOf, RoundRobinPartitioner, StickyPartitioner, UNKNOWN_PARTITION } from './partitioner.ts';
import { partitionerRule } from './partitioner-rules.ts';

const three = { partitions: 3, available: [0, 1, 2] };
/** The numbers given, then 0 for ever; as fractions of 2^31. */
const numbers = (...given: number[]) => ({ next: () => (given.shift() ?? 0) / 0x80000000 });

test(partitionerRule('explicit'), () => {
  expect([partitionOf({ partition: 2, key: utf8('a') }, three, false), partitionOf({ partition: 0, key: null }, three, true)]).toEqual([2, 0]);
});
test(partitionerRule('key'), () => {
  // The published hashes of Kafka's UtilsTest.
  expect(['21', 'foobar', 'a-little-bit-long-string'].map((key) => murmur2(utf8(key)))).toEqual([-973932308, -790332482, -985981536]);
  expect([toPositive(-1), toPositive(-2147483648), partitionForKey(utf8('foobar'), 12), partitionOf({ key: utf8('') }, three, false)]).toEqual([2147483647, 0, 6, 0]);
});
test('a lone surrogate is a question mark, as Java encodes it', () => {
  expect([...utf8('a\ud800b')]).toEqual([97, 63, 98]);
  expect([...utf8('é€😀')]).toEqual([...Buffer.from('é€😀', 'utf8')]);
});
test(partitionerRule('ignore-keys'), () => {
  expect([partitionOf({ key: utf8('a') }, three, true), partitionOf({ key: null }, three, false)]).toEqual([UNKNOWN_PARTITION, UNKNOWN_PARTITION]);
});
test(partitionerRule('sticky'), () => {
  const sticky = new StickyPartitioner(100, numbers(1, 5, 6));
  expect(sticky.partition(three)).toBe(1);
  sticky.appended(99, three, true);
  expect(sticky.partition(three)).toBe(1);
  sticky.appended(1, three, true);
  expect(sticky.partition(three)).toBe(2);
  sticky.appended(100, three, true);
  expect(sticky.partition(three)).toBe(0);
});
test(partitionerRule('switch-waits'), () => {
  const sticky = new StickyPartitioner(100, numbers(1, 2, 0));
  sticky.partition(three);
  sticky.appended(150, three, false);
  expect(sticky.partition(three)).toBe(1);
  expect(sticky.partition(three, true)).toBe(2);
  sticky.appended(199, three, false);
  expect(sticky.partition(three)).toBe(2);
  sticky.appended(1, three, false);
  expect(sticky.partition(three)).toBe(0);
});
test(partitionerRule('adaptive'), () => {
  // Queues 0 3 1 weigh 4 1 3: of 0..7 the first four go to the first, 4 to the second, the rest to the third (KIP-794).
  const chosen = Array.from({ length: 8 }, (_, random) => {
    const sticky = new StickyPartitioner(1, numbers(random));
    sticky.queueSizes([0, 3, 1].map((batches, partition) => ({ partition, batches })));
    return sticky.partition(three);
  });
  expect(chosen).toEqual([0, 0, 0, 0, 1, 2, 2, 2]);
});
test('with queues of one length, or not all known, the choice is even; a partition left out is not chosen', () => {
  const choose = (random: number, batches: readonly number[] | null, known?: number) => {
    const sticky = new StickyPartitioner(1, numbers(random));
    sticky.queueSizes(batches?.map((one, partition) => ({ partition, batches: one })) ?? null, known);
    return sticky.partition(three);
  };
  expect([choose(2, [4, 4, 4]), choose(2, null), choose(2, [4])]).toEqual([2, 2, 2]);
  expect([2, 3, 4, 5].map((random) => choose(random, [4, 4], 3))).toEqual([0, 1, 0, 1]);
});
test(partitionerRule('available'), () => {
  const some = { partitions: 3, available: [0, 2] };
  expect([0, 1, 2].map((random) => new StickyPartitioner(1, numbers(random)).partition(some))).toEqual([0, 2, 0]);
  expect([0, 1, 2].map((random) => new StickyPartitioner(1, numbers(random)).partition({ partitions: 3, available: [] }))).toEqual([0, 1, 2]);
  const round = new RoundRobinPartitioner();
  expect([round.partition(some), round.partition(some), round.partition({ partitions: 3, available: [] })]).toEqual([0, 2, 2]);
});
test(partitionerRule('round-robin'), () => {
  const round = new RoundRobinPartitioner();
  expect([1, 2, 3, 4].map(() => round.partition(three))).toEqual([0, 1, 2, 0]);
  round.load(2147483647);
  expect([1, 2, 3].map(() => round.partition(three))).toEqual([1, 0, 1]);
});
test(partitionerRule('librdkafka'), () => {
  expect([consistentPartition(utf8('21'), 12), consistentPartition(utf8(''), 12)]).toEqual([4, 0]);
});
test('over many records without a key all partitions get about as much, and a copy of the state goes on alike', () => {
  const luck = new RandomStream(1, 'sticky');
  const sticky = new StickyPartitioner(1_000, luck);
  const bytes = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) {
    const partition = sticky.partition(three);
    bytes[partition] = (bytes[partition] ?? 0) + 100;
    sticky.appended(100, three, true);
  }
  for (const sum of bytes) expect(Math.abs(sum - 1_000_000)).toBeLessThan(100_000);
  const other = new StickyPartitioner(1_000, luck);
  other.load(JSON.parse(JSON.stringify(sticky.save())));
  expect(other.partition(three)).toBe(sticky.partition(three));
});
