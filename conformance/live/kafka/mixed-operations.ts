import type { JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import { type Talk, TOPIC } from './operations.ts';

const CLASSIC = ['a'];
const CONSUMERS = ['x', 'y'];

/**
 * A group that members of both protocols join and leave. Each owns what it was given last. Which partitions somebody gets who had none
 * goes by the order of ids, of which the coordinator makes one at random: a difference in nothing but that is none.
 */
export function mixedGroup(d: Dice): Talk {
  const waiting = new Set<string>();
  const leaders = new Set<string>();
  const given = new Map<string, readonly number[]>();
  const owned = (member: string): JsonObject => ({ owned: { [TOPIC]: given.get(member) ?? [] } });
  const committed = (): Operation => ({ op: 'committed', group: 'g', topic: TOPIC, partitions: [0, 1] });
  const ofOne = (make: (member: string) => Operation) => (): Operation => {
    const free = CLASSIC.filter((member) => !waiting.has(member));
    return free.length === 0 ? committed() : make(d.pick(free));
  };
  const who = (member: string): JsonObject => ({ member, group: 'g' });
  const join = ofOne((member) => ({ op: 'join', ...who(member), topics: [TOPIC], ...owned(member), ...(d.chance(0.1) ? { protocols: d.pick([['roundrobin'], ['range', 'roundrobin']]) } : {}) }));
  const sync = ofOne((member) => ({ op: 'sync', ...who(member), topic: TOPIC, ...(leaders.has(member) ? { assignments: { a: [0, 1, 2, 3, 4, 5] } } : {}) }));
  const call = (member: string, more: JsonObject): Operation => ({ op: 'consumerHeartbeat', group: 'g', member, ...more });
  const enters = (): Operation => call(d.pick(CONSUMERS), { topics: [TOPIC], epoch: 0 });
  const beats = (): Operation => {
    const member = d.pick(CONSUMERS);
    return call(member, given.has(member) ? owned(member) : {});
  };
  return {
    partitions: 6,
    setup: [
      { op: 'advance', ms: 300 },
      // Else it would matter how much real time has passed.
      { op: 'groupConfig', group: 'g', config: { 'consumer.assignment.interval.ms': '0', 'consumer.session.timeout.ms': '45000' } },
    ],
    makes: [
      join,
      join,
      join,
      sync,
      sync,
      ofOne((member) => ({ op: 'heartbeat', ...who(member) })),
      ofOne((member) => (d.chance(0.4) ? { op: 'leave', ...who(member) } : { op: 'heartbeat', ...who(member) })),
      enters,
      beats,
      beats,
      () => call(d.pick(CONSUMERS), d.chance(0.5) ? { epoch: -1 } : {}),
      () => ({ op: 'commit', member: d.pick([...CLASSIC, ...CONSUMERS]), group: 'g', topic: TOPIC, partition: d.below(3), offset: d.below(9) }),
    ],
    heard({ op, member }, seen) {
      const name = String(member);
      if (op === 'consumerHeartbeat') {
        const { assignment } = Object(seen['result']) as { readonly assignment?: Readonly<Record<string, readonly number[]>> };
        if (assignment !== undefined) given.set(name, assignment[TOPIC] ?? []);
      }
      if (op === 'join' || op === 'sync') waiting.add(name);
      for (const [one, shown] of Object.entries((seen['unblocked'] ?? {}) as Readonly<Record<string, JsonObject>>)) {
        waiting.delete(one);
        if (Array.isArray(shown['assignment'])) given.set(one, shown['assignment'] as readonly number[]);
        if (shown['leader'] === one) leaders.add(one);
        else if (shown['leader'] !== undefined) leaders.delete(one);
      }
    },
  };
}
