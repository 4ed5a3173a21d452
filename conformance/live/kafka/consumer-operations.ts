import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import { type Talk, TOPIC } from './operations.ts';

/** Two of them are processes of one static member. */
const MEMBERS = ['a', 'b', 'c', 'once', 'again'];
const STATIC = new Set(['once', 'again']);
const PRODUCER = 'x';

/** A group in which the coordinator assigns. A member says what it owns as it was told last, or does not say. */
export function consumerGroup(d: Dice): Talk {
  const given = new Map<string, JsonObject>();
  const assignor = () => d.pick(['uniform', 'range']);
  const call = (more: JsonObject): Operation => ({ op: 'consumerHeartbeat', group: 'k', ...(STATIC.has(String(more['member'])) ? { instanceId: 's' } : {}), ...more });
  const topics = () => d.pick([[TOPIC], [TOPIC], [TOPIC, 'u'], ['u'], ['v', TOPIC], []]);
  const joins = (): Operation => call({ member: d.pick(MEMBERS), topics: topics(), epoch: 0, ...(d.chance(0.2) ? { assignor: d.chance(0.2) ? 'none' : assignor() } : {}), ...(d.chance(0.05) ? { owned: { t: [0] } } : {}) });
  const beats = (): Operation => {
    const member = d.pick(MEMBERS);
    const owned = given.get(member);
    const says = owned === undefined || d.chance(0.2) ? {} : { owned: d.chance(0.15) ? { t: [1] } : owned };
    return call({ member, ...says, ...(d.chance(0.15) ? { topics: topics() } : {}), ...(d.chance(0.1) ? { rebalanceTimeoutMs: 300_000 } : {}), ...(d.chance(0.1) ? { assignor: assignor() } : {}) });
  };
  const committed = (more: JsonObject): JsonObject => ({ group: 'k', topic: TOPIC, partition: d.below(2), offset: d.below(9), ...(d.chance(0.8) ? { member: d.pick(MEMBERS) } : {}), ...(d.chance(0.3) ? { generation: d.below(5) } : {}), ...more });
  return {
    setup: [
      { op: 'topic', topic: 'u', partitions: 1 },
      { op: 'advance', ms: 300 },
      { op: 'initProducer', producer: PRODUCER, transactionalId: 'one' },
      // Else it would matter how much real time has passed.
      { op: 'groupConfig', group: 'k', config: { 'consumer.assignment.interval.ms': '0', 'consumer.session.timeout.ms': '45000' } },
    ],
    makes: [
      joins,
      joins,
      beats,
      beats,
      beats,
      beats,
      () => call({ member: d.pick(MEMBERS), epoch: d.pick([-1, -1, -2, -3]) }),
      () => call({ member: d.pick(MEMBERS), epoch: d.below(6), topics: [TOPIC] }),
      () => ({ op: 'commit', ...committed({}) }),
      () => ({ op: 'commitInTransaction', ...committed({ producer: PRODUCER }) }),
      () =>
        d.pick<Operation>([
          { op: 'endTransaction', producer: PRODUCER, commit: true },
          { op: 'addPartitions', topic: TOPIC, partitions: d.between(2, 5) },
          { op: 'addPartitions', topic: 'u', partitions: d.between(2, 3) },
          { op: 'topic', topic: 'v', partitions: 2 },
        ]),
      () => ({ op: 'committed', group: 'k', topic: TOPIC, partitions: [0, 1], ...(d.chance(0.2) ? { stable: true } : {}) }),
    ],
    heard(operation, seen) {
      if (operation.op !== 'consumerHeartbeat') return;
      const assignment: unknown = Reflect.get(Object(seen['result']), 'assignment');
      if (assignment !== undefined) given.set(String(operation['member']), assignment as JsonObject);
    },
  };
}
