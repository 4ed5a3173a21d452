import type { Assignment, ConsumerMember, PartitionCounts, ReplicaRacks, TopicPartition } from './assignors/assignment.ts';
import { cooperativeSticky } from './assignors/cooperative-sticky.ts';
import { range } from './assignors/range.ts';
import { roundRobin } from './assignors/round-robin.ts';
import { sticky } from './assignors/sticky.ts';
import { type Json, type JsonObject, list, object, type Operation, text } from './recorded.ts';

type Assignor = (counts: PartitionCounts, members: readonly ConsumerMember[], racks?: ReplicaRacks) => Assignment;
/** Those of the client library, by the names of `partition.assignment.strategy`. */
export const clientAssignors: Readonly<Record<string, Assignor>> = { range, roundrobin: roundRobin, sticky, 'cooperative-sticky': cooperativeSticky };

const partitionNamed = (name: string): TopicPartition => {
  const dash = name.lastIndexOf('-');
  return { topic: name.slice(0, dash), partition: Number(name.slice(dash + 1)) };
};
const names = (partitions: readonly TopicPartition[]) => partitions.map(({ topic, partition }) => `${topic}-${partition}`);
export const words = (value: Json | undefined): readonly string[] => list(value).map(String);

/** A member of a group as cases and tables describe it. */
export function memberNamed(memberId: string, given: JsonObject): ConsumerMember {
  const { instanceId, generation, rack } = given;
  return {
    memberId,
    instanceId: typeof instanceId === 'string' ? instanceId : null,
    topics: words(given['topics']),
    owned: words(given['owned']).map(partitionNamed),
    generation: typeof generation === 'number' ? generation : null,
    ...(typeof rack === 'string' ? { rack } : {}),
  };
}
/** Assignments are sets: what is compared is sorted. */
export const assigned = (assignment: Assignment, members: readonly string[]): JsonObject => Object.fromEntries(members.map((member) => [member, names(assignment.get(member) ?? []).sort()]));
export const countsOf = (topics: Json | undefined): PartitionCounts => new Map(Object.entries(object(topics)).map(([topic, count]) => [topic, Number(count)]));

/** What the leader of a classic group makes of its members. */
export function assign(operation: Operation): JsonObject {
  const assignor = clientAssignors[text(operation['assignor'])];
  if (assignor === undefined) throw new Error(`assignor ${text(operation['assignor'])} is not modelled`);
  const members = Object.entries(object(operation['members'])).map(([memberId, member]) => memberNamed(memberId, object(member)));
  const racks = object(operation['racks']);
  const racksOf: ReplicaRacks = ({ topic, partition }) => new Set(words(list(racks[topic])[partition]));
  const assignment = assignor(countsOf(operation['partitionsOf']), members, operation['racks'] === undefined ? undefined : racksOf);
  return {
    assignment: assigned(
      assignment,
      members.map(({ memberId }) => memberId),
    ),
  };
}
