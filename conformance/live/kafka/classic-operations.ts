import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import { type Talk, TOPIC } from './operations.ts';

/** Two of them are processes of one static member. */
const MEMBERS = ['a', 'b', 'c', 'once', 'again'];
const STATIC = new Set(['once', 'again']);
const PRODUCER = 'x';

/** A classic group: who has asked and was not answered yet asks nothing more; the leader assigns. */
export function classicGroup(d: Dice): Talk {
  const waiting = new Set<string>();
  const leaders = new Set<string>();
  const committed = (): Operation => ({ op: 'committed', group: 'g', topic: TOPIC, partitions: [0, 1] });
  const ofOne = (make: (member: string) => Operation) => (): Operation => {
    const free = MEMBERS.filter((member) => !waiting.has(member));
    return free.length === 0 ? committed() : make(d.pick(free));
  };
  const back = (): JsonObject => (d.chance(0.2) ? { generation: d.below(4) } : {});
  const who = (member: string): JsonObject => ({ member, group: 'g', ...(STATIC.has(member) ? { instanceId: 's' } : {}) });
  const join = ofOne((member) => ({
    op: 'join',
    ...who(member),
    topics: [TOPIC],
    ...(d.chance(0.2) ? { protocols: d.pick([['roundrobin'], ['range', 'roundrobin'], []]) } : {}),
    ...(d.chance(0.05) ? { sessionTimeoutMs: 5_000 } : {}),
  }));
  const sync = ofOne((member) => ({ op: 'sync', ...who(member), topic: TOPIC, ...(leaders.has(member) ? { assignments: d.pick<JsonObject>([{ a: [0], b: [1] }, { a: [0, 1], once: [] }, { again: [1], c: [0] }, {}]) } : {}), ...back() }));
  return {
    setup: [{ op: 'initProducer', producer: PRODUCER, transactionalId: 'one' }],
    makes: [
      join,
      join,
      join,
      sync,
      sync,
      ofOne((member) => ({ op: 'heartbeat', ...who(member), ...back() })),
      ofOne((member) => ({ op: 'leave', ...who(member) })),
      ofOne((member) => ({ op: 'commit', ...who(member), topic: TOPIC, partition: 0, offset: d.below(9), ...back() })),
      ofOne((member) => ({ op: 'commitInTransaction', producer: PRODUCER, ...(d.chance(0.8) ? who(member) : { group: 'g' }), topic: TOPIC, partition: 0, offset: d.below(9), ...back() })),
      () => ({ op: 'endTransaction', producer: PRODUCER, commit: d.chance(0.6) }),
      () => ({ op: 'commit', group: 'g', topic: TOPIC, partition: 1, offset: d.below(9) }),
      committed,
    ],
    heard({ op, member }, { unblocked }) {
      if (op === 'join' || op === 'sync') waiting.add(String(member));
      for (const [name, shown] of Object.entries((unblocked ?? {}) as Readonly<Record<string, JsonObject>>)) {
        waiting.delete(name);
        if (shown['leader'] === name) leaders.add(name);
        else if (shown['leader'] !== undefined) leaders.delete(name);
      }
    },
  };
}
