import type { Assignment, ConsumerMember, PartitionCounts } from './assignors/assignment.ts';
import { serverRange } from './assignors/server-range.ts';
import { uniform } from './assignors/uniform.ts';
import { adapter, cannot } from './conformance-cases.ts';
import { consistentPartition } from './crc32.ts';
import { murmur2, toPositive, utf8 } from './murmur2.ts';
import { partitionForKey } from './partitioner.ts';
import { type Json, type JsonObject, list, object } from './recorded.ts';
import { assigned, clientAssignors, countsOf, memberNamed, words } from './recorded-assignors.ts';

/** Recorded cases of Kafka, and tables of facts about it, checked against the model. The shapes are those of conformance/FORMAT.md. */

type Row = JsonObject;
interface VectorOutcome {
  readonly row: string;
  readonly expected: Json;
  readonly actual: Json;
}

function partitionerRow(given: Row): VectorOutcome {
  const key = utf8(String(given['key']));
  const murmur = murmur2(key);
  const forCounts = (name: string, choose: (count: number) => number) => Object.fromEntries(Object.keys(object(given[name])).map((count) => [count, choose(Number(count))]));
  const { key: name, ...expected } = given;
  const known: Row = {
    murmur2: murmur,
    toPositive: toPositive(murmur),
    partition: forCounts('partition', (count) => partitionForKey(key, count)),
    crc32Partition: forCounts('crc32Partition', (count) => consistentPartition(key, count)),
  };
  return { row: String(name), expected, actual: Object.fromEntries(Object.keys(expected).map((fact) => [fact, known[fact] ?? null])) };
}

const assignors: Readonly<Record<string, (counts: PartitionCounts, members: readonly ConsumerMember[]) => Assignment>> = {
  ...clientAssignors,
  uniform: (counts, members) => uniform(counts, members.map(withTarget)),
  'server-range': (counts, members) => serverRange(counts, members.map(withTarget)),
};
const withTarget = (member: ConsumerMember) => ({ ...member, assigned: member.owned ?? [] });

const sorted = (assignment: Json | undefined): Row => Object.fromEntries(Object.entries(object(assignment)).map(([member, partitions]) => [member, [...words(partitions)].sort()]));

function assignorRow(given: Row): VectorOutcome {
  const kind = String(given['assignor']);
  const assign = assignors[kind];
  const name = `${kind}: ${String(given['name'])}`;
  if (assign === undefined) return { row: name, expected: 'an assignment', actual: `assignor ${kind} is not modelled` };
  const counts = countsOf(given['topics']);
  if (given['sequence'] !== undefined) return { row: name, ...sequence(assign, counts, list(given['sequence']).map(object)) };
  const members = Object.entries(object(given['members'])).map(([memberId, member]) => memberNamed(memberId, object(member)));
  const ids = members.map((member) => member.memberId);
  const first = assign(counts, members);
  if (given['afterSecondRebalance'] === undefined) return { row: name, expected: sorted(given['expected']), actual: assigned(first, ids) };
  const second = assign(
    counts,
    members.map((member) => again(member, first)),
  );
  return {
    row: name,
    expected: [sorted(given['expected']), sorted(given['afterSecondRebalance'])],
    actual: [assigned(first, ids), assigned(second, ids)],
  };
}
const again = (member: ConsumerMember, before: Assignment): ConsumerMember => ({ ...member, owned: before.get(member.memberId) ?? [], generation: (member.generation ?? 0) + 1 });

/** Members come and go; what one got in the last rebalance it owns in the next. Who had to revoke something joins once more. */
function sequence(assign: (typeof assignors)[string], counts: PartitionCounts, steps: readonly Row[]): Pick<VectorOutcome, 'expected' | 'actual'> {
  const topics = [...counts.keys()];
  let before: Assignment = new Map();
  let generation = 0;
  const actual = steps.map((step) => {
    const ids = words(step['members']);
    return list(step['rebalances']).map(() => {
      const members = ids.map((memberId) => ({ memberId, topics, owned: before.get(memberId) ?? [], generation: before.has(memberId) ? generation : null }));
      before = assign(counts, members);
      generation++;
      return assigned(before, ids);
    });
  });
  return { expected: steps.map((step) => list(step['rebalances']).map(sorted)), actual };
}

/** The room's entry for the conformance runner. */
export const kafkaConformance = {
  broker: 'kafka',
  version: '4.4.0',
  cannot,
  adapter,
  vectors(name: string, rows: readonly Row[]): readonly VectorOutcome[] | null {
    if (name === 'kafka-partitioner') return rows.map(partitionerRow);
    return name === 'kafka-assignors' ? rows.map(assignorRow) : null;
  },
};
