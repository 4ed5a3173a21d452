import type { Json, JsonObject, Operation } from '../../../src/testing/conformance-runner.ts';
import type { Dice } from '../../../src/testing/dice.ts';
import type { Talk } from './operations.ts';

const TOPICS = ['t', 'u', 'v'];
const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** Members of a classic group that come, go and subscribe anew: what they were given in one rebalance they own in the next. */
export function assignors(d: Dice): Talk {
  const assignor = d.pick(['range', 'roundrobin', 'sticky', 'cooperative-sticky']);
  const racks = assignor === 'range' && d.chance(0.4);
  let owned: JsonObject = {};
  let generation = 0;
  // The number of partitions of a topic only grows.
  const partitionsOf: Record<string, number> = { t: d.between(1, 3) };
  const topics = () => d.pick([TOPICS, TOPICS, ['t', 'u'], ['t'], ['v', 'u'], ['t', 'nowhere']]);
  const all = topics();
  const same = d.chance(0.5);
  const member = (name: string, at: number): JsonObject => ({
    topics: same ? all : topics(),
    ...(at === 0 && d.chance(0.2) ? { instanceId: d.pick(['i', 'z']) } : {}),
    ...(racks ? { rack: d.pick(['r1', 'r2']) } : {}),
    ...(owned[name] === undefined || assignor === 'range' || assignor === 'roundrobin' ? {} : { owned: owned[name], generation: d.chance(0.1) ? generation - 1 : generation }),
  });
  const assign = (): Operation => {
    const members = NAMES.filter(() => d.chance(0.6));
    for (const topic of TOPICS) if (d.chance(0.3)) partitionsOf[topic] = (partitionsOf[topic] ?? 0) + d.between(1, 2);
    const replicas = Object.fromEntries(Object.entries(partitionsOf).map(([topic, count]) => [topic, Array.from({ length: count }, () => [d.pick(['r1', 'r2']), d.pick(['r2', 'r3'])])]));
    return { op: 'assign', assignor, partitionsOf: { ...partitionsOf }, members: Object.fromEntries((members.length === 0 ? ['a'] : members).map((name, i) => [name, member(name, i)])), ...(racks ? { racks: replicas as Json } : {}) };
  };
  return {
    setup: [],
    makes: [assign],
    heard(_, seen) {
      generation++;
      owned = (Object(seen['result']) as { readonly assignment?: JsonObject }).assignment ?? {};
    },
  };
}
