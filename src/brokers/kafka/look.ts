/** The picture of a cluster's places: a topic is one lane per partition. */
import { spanText } from '../../base/time.ts';
import type { Look, LookCell } from '../contract.ts';
import type { Partition } from './partition.ts';
import type { KafkaRoom } from './room.ts';
import { nameOf } from './site.ts';

type Lane = Look['lanes'][number];
type Gauge = Look['gauges'][number];

export function lookAt(room: KafkaRoom, place: string, cells: number): Look | undefined {
  if (place === room.id) return clusterLook(room);
  const node = room.topology.nodes.find((n) => n.id === place && n.kind === 'kafka.topic');
  return node && topicLook(room, nameOf(node), cells);
}
function topicLook(room: KafkaRoom, name: string, cells: number): Look {
  const topic = room.cluster.topic(name);
  if (!topic) return { lanes: [], gauges: [], health: 'no such topic', tone: 'bad' };
  const groups = room.readings.groupsOf(name);
  const node = room.site.nodeOf(name);
  const lanes = topic.partitions.map((partition) => laneOf(room, name, partition, groups, cells));
  const depths = room.readings.depths();
  const gauges: Gauge[] = [];
  for (const group of groups) {
    const depth = depths.find((d) => d.place === room.readings.placeOf(name, group));
    const lag = (depth?.pending ?? 0) + (depth?.inFlight ?? 0);
    gauges.push({ name: groups.length === 1 ? 'lag' : `lag ${group}`, value: String(lag), of: room.readings.placeOf(name, group) });
    if (depth && depth.oldest >= 0 && room.host.now() - depth.oldest > 1e6) gauges.push({ name: groups.length === 1 ? 'behind' : `${group} behind`, value: spanText(room.host.now() - depth.oldest), tone: room.host.now() - depth.oldest > 10e6 ? 'warn' : 'ok', minor: groups.length > 1 });
    const state = room.cluster.coordinator.state(group);
    if (state) gauges.push({ name: `group ${group}`, value: `${state.state}, ${state.type === 'classic' ? 'generation' : 'epoch'} ${state.generation}, ${state.members.length} member${state.members.length === 1 ? '' : 's'}`, minor: true });
  }
  for (const link of room.topology.links) {
    const left = link.from === node || link.to === node ? room.cluster.quotas.left(link.id) : 0;
    if (left > 0) gauges.push({ name: `${link.from === node ? link.to : link.from} throttled`, value: spanText(left), tone: 'warn' });
  }
  gauges.push({ name: 'records', value: String(topic.partitions.reduce((sum, p) => sum + p.log.end - p.log.start, 0)), minor: groups.length > 1 });
  const few = topic.partitions.filter((p) => p.isr.length < p.minInsyncReplicas).length;
  const offline = topic.partitions.filter((p) => p.leader < 0 || !room.cluster.nodes.up(p.leader)).length;
  const shrunk = topic.partitions.filter((p) => p.isr.length < p.replicas.length).length;
  gauges.push({ name: 'under-replicated', value: String(shrunk), minor: true });
  const rebalancing = groups.find((g) => room.cluster.coordinator.state(g)?.rebalancing);
  if (offline > 0) return { lanes, gauges, health: `${offline} without leader`, tone: 'bad' };
  if (few > 0) return { lanes, gauges, health: 'too few in sync', tone: 'bad' };
  if (rebalancing !== undefined) return { lanes, gauges, health: 'rebalancing', tone: 'warn' };
  return { lanes, gauges, ...(shrunk > 0 ? { health: 'under-replicated', tone: 'warn' as const } : {}) };
}
/** Cells of what everybody has read already, before the slowest group's place. */
const BEHIND = 2;
/** One partition around the place of its slowest group: read, in hands, to be read, not yet replicated. */
function laneOf(room: KafkaRoom, topic: string, partition: Partition, groups: readonly string[], most: number): Lane {
  const { log, index } = partition;
  const at = groups.map((group) => ({ group, next: Math.max(log.start, Math.min(log.end, room.cluster.coordinator.committed(group, { topic, partition: index }))) }));
  const slowest = at.reduce((least, { next }) => Math.min(least, next), groups.length === 0 ? Math.max(log.start, log.end - most) : log.end);
  const from = Math.max(log.start, slowest - BEHIND);
  const cells: LookCell[] = [];
  const offsets: number[] = [];
  for (let offset = from; offset < log.end && cells.length < most; offset++) {
    if (!log.has(offset)) continue;
    const stands = groups.flatMap((g) => room.readings.standOf(g, topic, index, offset) ?? []);
    const state = log.aborted(offset) ? 'dead' : offset >= partition.highWatermark ? 'unsure' : offset < slowest ? 'kept' : stands.some((s) => s.held) ? 'held' : 'ready';
    cells.push({ message: log.message(offset), copy: stands[0]?.copy ?? -1, state, redelivered: stands.some((s) => s.again) });
    offsets.push(offset);
  }
  const pointers = at.flatMap(({ group, next }) => {
    const before = offsets.findIndex((o) => o >= next);
    return before >= 0 ? [{ before, name: group }] : next >= log.end && cells.length < most ? [{ before: cells.length, name: group }] : [];
  });
  const leader = partition.leader < 0 ? 'no leader' : `leader is broker ${partition.leader + 1}`;
  const owners = groups.map(
    (g) =>
      room.cluster.coordinator
        .state(g)
        ?.members.filter((m) => m.partitions.some((p) => p.topic === topic && p.partition === index))
        .map((m) => m.client)
        .join(', ') || 'nobody',
  );
  const offline = partition.leader < 0 || !room.cluster.nodes.up(partition.leader);
  const inSync = partition.replicas.map((r) => (partition.isr.includes(r.broker) ? '●' : '○')).join('');
  const tone = offline ? 'bad' : partition.isr.length < partition.replicas.length ? 'warn' : undefined;
  return {
    label: String(index),
    cells,
    more: Math.max(0, log.end - (offsets.at(-1) ?? log.end - 1) - 1),
    pointers,
    end: `${offline ? '–' : partition.leader + 1} ${inSync}`,
    note: `Partition ${index}: ${leader}, in sync ${partition.isr.map((b) => b + 1).join(' ') || 'none'}; offsets ${log.start} to ${log.end}, high watermark ${partition.highWatermark}${groups.map((g, i) => `; ${g} is at ${at[i]?.next}, read by ${owners[i]}`).join('')}`,
    ...(tone ? { tone } : {}),
  };
}
function clusterLook(room: KafkaRoom): Look {
  const { cluster } = room;
  const all = Array.from({ length: cluster.nodes.count }, (_, b) => b);
  const up = all.filter((b) => cluster.nodes.up(b)).length;
  const stalled = all.filter((b) => cluster.nodes.stalled(b));
  const frozen = all.filter((b) => cluster.nodes.frozen(b));
  const words = [up === all.length ? `${up} broker${up === 1 ? '' : 's'}` : `${up} of ${all.length} brokers`, ...stalled.map((b) => `broker ${b + 1} does not replicate`), ...frozen.map((b) => `broker ${b + 1} stands still`)];
  const bad = up < all.length || stalled.length > 0 || frozen.length > 0;
  return {
    lanes: [],
    gauges: [
      { name: 'brokers', value: `${up}/${all.length}` },
      { name: 'topics', value: String(cluster.topicNames().length) },
    ],
    health: words.join(' · '),
    tone: bad ? 'bad' : 'ok',
  };
}
