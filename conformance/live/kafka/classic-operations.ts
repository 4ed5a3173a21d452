import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Talk } from './operations.ts';

const MEMBERS = ['a', 'b', 'c'];
const TOPIC = 't';

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
  const join = ofOne((member) => ({ op: 'join', member, group: 'g', topics: [TOPIC], ...(d.chance(0.2) ? { protocols: d.pick([['roundrobin'], ['range', 'roundrobin']]) } : {}) }));
  const sync = ofOne((member) => ({ op: 'sync', member, group: 'g', topic: TOPIC, ...(leaders.has(member) ? { assignments: { a: [0], b: [1] } } : {}), ...back() }));
  return {
    setup: [],
    makes: [
      join,
      join,
      join,
      sync,
      sync,
      ofOne((member) => ({ op: 'heartbeat', member, group: 'g', ...back() })),
      ofOne((member) => ({ op: 'leave', member, group: 'g' })),
      ofOne((member) => ({ op: 'commit', member, group: 'g', topic: TOPIC, partition: 0, offset: d.below(9), ...back() })),
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
