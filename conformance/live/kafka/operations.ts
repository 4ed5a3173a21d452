import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Player } from '../contract.ts';
import { classicGroup } from './classic-operations.ts';

/** Random requests to one broker of Kafka. A case is about one thing, so that its requests meet. What depends on real time is left to the recorded cases. */

type Make = () => Operation;
/** Requests of one kind of conversation, and what it must hear of the answers. */
export interface Talk {
  readonly setup: readonly Operation[];
  readonly makes: readonly Make[];
  heard?(operation: Operation, seen: JsonObject): void;
}
const TOPIC = 't';
const PARTITIONS = 2;

/** What every conversation is about: a topic, and where it begins and ends. */
function log(d: Dice): { readonly produce: (more?: JsonObject) => Operation; readonly makes: readonly Make[] } {
  let made = 0;
  const partition = () => d.below(PARTITIONS);
  const isolation = () => (d.chance(0.4) ? { isolation: 'read_committed' } : {});
  const produce = (more: JsonObject = {}): Operation => ({ op: 'produce', topic: TOPIC, partition: partition(), values: Array.from({ length: d.between(1, 3) }, () => `m${++made}`), ...(d.chance(0.3) ? { acks: 1 } : {}), ...more });
  return {
    produce,
    makes: [
      () => produce(),
      () => ({ op: 'produce', topic: TOPIC, keys: Array.from({ length: d.between(1, 3) }, () => d.pick(['a', 'b', 'order-7', 'ü'])) }),
      () => ({ op: 'fetch', topic: TOPIC, partition: partition(), from: d.below(8), ...isolation() }),
      () => ({ op: 'listOffsets', topic: TOPIC, partition: partition(), at: d.pick(['earliest', 'latest']), ...isolation() }),
      () => ({ op: 'read', topic: TOPIC, partition: partition(), group: 'r', reset: d.pick(['none', 'earliest', 'latest']), commit: d.chance(0.5), ...(d.chance(0.3) ? { from: d.below(6) } : {}), ...isolation() }),
      () => ({ op: 'committed', group: 'r', topic: TOPIC, partitions: [0, 1], ...(d.chance(0.3) ? { stable: true } : {}) }),
      () => ({ op: 'commit', group: 'r', topic: TOPIC, partition: partition(), offset: d.below(9) }),
    ],
  };
}
/** Producers with ids: sequence numbers, epochs, and transactions. */
function producers(d: Dice): Talk {
  const { produce, makes } = log(d);
  const names = ['i', 'x', 'y'];
  // Two producers of one transactional id fence each other.
  const init = (producer: string): Operation => ({ op: 'initProducer', producer, ...(producer === 'i' ? {} : { transactionalId: d.chance(0.7) ? 'one' : 'two' }) });
  const by = (): Operation => produce({ producer: d.pick(names), ...(d.chance(0.2) ? { sequence: d.below(6) } : {}) });
  return {
    setup: names.map(init),
    makes: [
      by,
      by,
      by,
      () => init(d.pick(names)),
      () => ({ op: 'endTransaction', producer: d.pick(['x', 'y']), commit: d.chance(0.6) }),
      () => ({ op: 'endTransaction', producer: d.pick(['x', 'y']), commit: d.chance(0.6) }),
      () => ({ op: 'commitInTransaction', producer: d.pick(['x', 'y']), group: 'r', topic: TOPIC, partition: d.below(PARTITIONS), offset: d.below(9) }),
      ...makes,
    ],
  };
}
/** A group in which the coordinator assigns. A member says what it owns as it was told last, or does not say. */
function consumerGroup(d: Dice): Talk {
  const members = ['a', 'b', 'c'];
  const given = new Map<string, JsonObject>();
  const call = (more: JsonObject): Operation => ({ op: 'consumerHeartbeat', group: 'k', ...more });
  const joins = (): Operation => call({ member: d.pick(members), topics: d.pick([[TOPIC], [TOPIC], [TOPIC, 'u']]), epoch: 0, ...(d.chance(0.2) ? { assignor: d.pick(['uniform', 'range']) } : {}), ...(d.chance(0.15) ? { instanceId: d.pick(['s1', 's2']) } : {}) });
  const beats = (): Operation => {
    const member = d.pick(members);
    const owned = given.get(member);
    return call({ member, ...(owned !== undefined && d.chance(0.8) ? { owned } : {}) });
  };
  return {
    setup: [
      { op: 'topic', topic: 'u', partitions: 1 },
      { op: 'advance', ms: 300 },
    ],
    makes: [
      joins,
      joins,
      beats,
      beats,
      beats,
      () => call({ member: d.pick(members), epoch: -1 }),
      () => call({ member: d.pick(members), epoch: d.below(5), topics: [TOPIC] }),
      () => ({ op: 'commit', group: 'k', topic: TOPIC, partition: d.below(PARTITIONS), offset: d.below(9), ...(d.chance(0.8) ? { member: d.pick(members) } : {}), ...(d.chance(0.3) ? { generation: d.below(5) } : {}) }),
      () => ({ op: 'committed', group: 'k', topic: TOPIC, partitions: [0, 1] }),
    ],
    heard(operation, seen) {
      if (operation.op !== 'consumerHeartbeat') return;
      const assignment: unknown = Reflect.get(Object(seen['result']), 'assignment');
      if (assignment !== undefined) given.set(String(operation['member']), assignment as JsonObject);
    },
  };
}
/** A share group: records are acquired, and accepted, released or rejected in ranges. */
function shareGroup(d: Dice): Talk {
  const { produce } = log(d);
  const members = ['a', 'b'];
  /** Who has fetched has a share session, in which acknowledgements are sent. */
  const sessions = new Set<string>();
  const at = () => ({ group: 's', topic: TOPIC, partition: 0 });
  const acknowledge = (): Operation => {
    if (sessions.size === 0) return fetches();
    const offset = d.below(8);
    return { op: 'acknowledge', member: d.pick([...sessions]), ...at(), offset, last: offset + d.below(3), type: d.pick(['ACCEPT', 'ACCEPT', 'RELEASE', 'RELEASE', 'REJECT']) };
  };
  const fetches = (): Operation => ({ op: 'shareFetch', member: d.pick(members), ...at(), maxRecords: d.between(1, 4), mode: d.pick(['batch_optimized', 'record_limit']) });
  return {
    setup: [{ op: 'advance', ms: 300 }, { op: 'groupConfig', group: 's', config: { 'share.auto.offset.reset': 'earliest' } }, produce({ partition: 0 }), ...members.map((member): Operation => ({ op: 'shareHeartbeat', member, group: 's', topics: [TOPIC], epoch: 0 }))],
    makes: [() => produce({ partition: 0 }), fetches, fetches, fetches, acknowledge, acknowledge, acknowledge],
    heard({ op, member }) {
      if (op === 'shareFetch') sessions.add(String(member));
    },
  };
}

export function player(d: Dice): Player {
  const talk = d.pick([producers, producers, classicGroup, consumerGroup, shareGroup])(d);
  return {
    setup: [{ op: 'topic', topic: TOPIC, partitions: PARTITIONS }, ...talk.setup],
    next: () => d.pick(talk.makes)(),
    shown: (operation, seen) => talk.heard?.(operation, seen),
  };
}
