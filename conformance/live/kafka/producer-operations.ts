import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import { type Talk, TOPIC } from './operations.ts';

/** Batches of one size class: `max.message.bytes` is between them. */
const [SMALL, LARGE] = [20, 900];

/** What is written to the topic and read from it, and what a group commits of it. */
export function log(d: Dice): { readonly produce: (more?: JsonObject) => Operation; readonly makes: Talk['makes'] } {
  let made = 0;
  // There are two at first.
  const partition = () => d.pick([0, 0, 0, 1, 1, 1, 2]);
  const isolation = () => (d.chance(0.4) ? { isolation: 'read_committed' } : {});
  const written = (): JsonObject => {
    if (d.chance(0.1)) return { bytes: d.pick([SMALL, LARGE]) };
    if (d.chance(0.1)) return { key: d.pick(['a', 'b']), value: null };
    return { values: Array.from({ length: d.between(1, 3) }, () => `m${++made}`), ...(d.chance(0.3) ? { key: d.pick(['a', 'b']) } : {}) };
  };
  const produce = (more: JsonObject = {}): Operation => ({ op: 'produce', topic: TOPIC, partition: partition(), ...written(), ...(d.chance(0.3) ? { acks: 1 } : {}), ...more });
  const unknown = (operation: Operation): Operation => (d.chance(0.04) ? { ...operation, topic: 'nowhere' } : operation);
  return {
    produce,
    makes: [
      () => unknown(produce()),
      () => produce(d.chance(0.1) ? { acks: 0 } : {}),
      () => ({ op: 'produce', topic: TOPIC, keys: Array.from({ length: d.between(1, 3) }, () => d.pick(['a', 'b', 'order-7', 'ü'])) }),
      () => unknown({ op: 'fetch', topic: TOPIC, partition: partition(), from: d.below(8), ...isolation(), ...(d.chance(0.2) ? { partitionMaxBytes: d.pick([1, 100, 300]) } : {}), ...(d.chance(0.1) ? { maxBytes: d.pick([1, 200]) } : {}) }),
      () => unknown({ op: 'listOffsets', topic: TOPIC, partition: partition(), at: d.pick(['earliest', 'latest']), ...isolation() }),
      () => ({ op: 'read', topic: TOPIC, ...(d.chance(0.3) ? { partitions: [0, 1] } : { partition: d.below(2) }), group: 'r', reset: d.pick(['none', 'earliest', 'latest']), commit: d.chance(0.5), ...(d.chance(0.3) ? { from: d.below(6) } : {}), ...isolation() }),
      () => ({ op: 'committed', group: 'r', topic: TOPIC, partitions: [0, 1], ...(d.chance(0.3) ? { stable: true } : {}) }),
      () => unknown({ op: 'commit', group: 'r', topic: TOPIC, partition: partition(), offset: d.below(9), ...(d.chance(0.1) ? { metadataBytes: d.pick([4096, 4097]) } : {}) }),
      () => ({ op: 'addPartitions', topic: TOPIC, partitions: d.between(1, 4) }),
      () => ({ op: 'partitions', topic: TOPIC }),
    ],
  };
}
/** Producers with ids: sequence numbers, epochs, and transactions. */
export function producers(d: Dice): Talk {
  const { produce, makes } = log(d);
  const names = ['i', 'x', 'y'];
  // Two producers of one transactional id fence each other.
  const init = (producer: string): Operation => ({ op: 'initProducer', producer, ...(producer === 'i' ? {} : { transactionalId: d.chance(0.7) ? 'one' : 'two' }) });
  const again = (producer: string): Operation => ({ ...init(producer), ...(d.chance(0.1) ? { timeoutMs: d.pick([900_000, 900_001]) } : {}) });
  const by = (): Operation => produce({ producer: d.pick(names), ...(d.chance(0.2) ? { sequence: d.below(6) } : {}) });
  const ends = (): Operation => ({ op: 'endTransaction', producer: d.pick(['x', 'y']), commit: d.chance(0.6) });
  return {
    config: d.pick<JsonObject>([{}, {}, { 'max.message.bytes': '500' }, { 'cleanup.policy': 'compact' }, { 'min.insync.replicas': '2' }]),
    setup: names.map(init),
    makes: [by, by, by, () => again(d.pick(names)), ends, ends, () => ({ op: 'commitInTransaction', producer: d.pick(['x', 'y']), group: 'r', topic: TOPIC, partition: d.below(2), offset: d.below(9) }), ...makes],
  };
}
