import { RandomStream } from '../../kernel/random.ts';
import { recordBytes } from './accumulator.ts';
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
  const sticky = new StickyPartitioner(number(setting('batch.size'), 16_384), new RandomStream(1, 'partitioner'));
  const inTurn = text(config['partitioner.class']).endsWith('RoundRobinPartitioner');
  const choose = (record: JsonObject): number => {
    const key = typeof record['key'] === 'string' ? utf8(record['key']) : null;
    const named = typeof record['partition'] === 'number' ? record['partition'] : null;
    if (named !== null) return named;
    if (inTurn) return turns.partition(topic);
    const found = partitionOf({ key }, topic, setting('partitioner.ignore.keys') === true);
    if (found !== UNKNOWN_PARTITION) return found;
    const chosen = sticky.partition(topic);
    sticky.appended(recordBytes((key?.length ?? 0) + VALUE), topic, true);
    return chosen;
  };
  const records = Array.from({ length: number(operation['times'], 1) }, () => list(operation['records']).map(object)).flat();
  const taken = records.map(choose);
  const order = [...new Set(taken)];
  if (operation['byAppearance'] === true) return { partitions: taken.map((partition) => order.indexOf(partition)) };
  if (operation['distinct'] === true) return { partitions: order.sort((a, b) => a - b) };
  return operation['spread'] === true ? { partitions: order.length === 1 ? 'one' : 'several' } : { partitions: taken };
}
