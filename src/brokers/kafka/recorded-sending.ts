import { RandomStream } from '../../kernel/random.ts';
import { recordBytes } from './accumulator.ts';
import { consistentPartition } from './crc32.ts';
import { utf8 } from './murmur2.ts';
import { partitionOf, RoundRobinPartitioner, StickyPartitioner, type TopicMetadata, UNKNOWN_PARTITION } from './partitioner.ts';
import { type JsonObject, list, number, object, type Operation, settingOf, text } from './recorded.ts';
import type { RecordedCluster } from './recorded-cluster.ts';

/** bytes of the value of each record */
const VALUE = 1;

/** The partitions that a producer chooses for records which it sends one after the other, each when the one before is answered. */
export function send(node: RecordedCluster, operation: Operation): JsonObject {
  const config = object(operation['config']);
  const setting = (name: string) => settingOf(config[name] ?? null);
  const all = node.cluster.topic(text(operation['topic']))?.partitions ?? [];
  const topic: TopicMetadata = { partitions: all.length, available: all.flatMap(({ index, leader }) => (leader >= 0 ? [index] : [])) };
  const turns = new RoundRobinPartitioner();
  const luck = new RandomStream(1, 'partitioner');
  const sticky = new StickyPartitioner(number(setting('batch.size'), 16_384), luck);
  const byCrc32 = operation['library'] === 'librdkafka' && config['partitioner'] !== 'murmur2_random';
  const inTurn = text(config['partitioner.class']).endsWith('RoundRobinPartitioner');
  const choose = (record: JsonObject): number => {
    const key = typeof record['key'] === 'string' ? utf8(record['key']) : null;
    const named = typeof record['partition'] === 'number' ? record['partition'] : null;
    if (named !== null) return named;
    if (inTurn) return turns.partition(topic);
    if (byCrc32 && key !== null && key.length > 0) return consistentPartition(key, topic.partitions);
    // An empty key is none there, and each record goes anywhere (consistent_random).
    if (byCrc32) return Math.floor(luck.next() * topic.partitions);
    const found = partitionOf({ key }, topic, setting('partitioner.ignore.keys') === true);
    if (found !== UNKNOWN_PARTITION) return found;
    const chosen = sticky.partition(topic);
    sticky.appended(recordBytes((key?.length ?? 0) + VALUE), topic, true);
    return chosen;
  };
  const records = Array.from({ length: number(operation['times'], 1) }, () => list(operation['records']).map(object)).flat();
  const taken = records.map(choose);
  const distinct = [...new Set(taken)];
  if (operation['byAppearance'] === true) return { partitions: byAppearance(taken) };
  if (operation['distinct'] === true) return { partitions: distinct.sort((a, b) => a - b) };
  return operation['spread'] === true ? { partitions: distinct.length === 1 ? 'one' : 'several' } : { partitions: taken };
}
/** Numbered in the order in which they were first taken. */
export function byAppearance(partitions: readonly number[]): readonly number[] {
  const order = [...new Set(partitions)];
  return partitions.map((partition) => order.indexOf(partition));
}
