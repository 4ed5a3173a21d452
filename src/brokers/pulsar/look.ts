/** The picture of a topic: a lane for each partition, with the cursors of its subscriptions and the holes in what is acknowledged. */
import { spanText } from '../../base/time.ts';
import type { Depth, Look, LookCell } from '../contract.ts';
import type { KeyedWaiting } from './keyed-waiting.ts';
import type { Ledger } from './ledger.ts';
import type { Partition } from './partition.ts';
import type { Places } from './places.ts';
import type { PulsarServer } from './server.ts';
import { LANES } from './shape.ts';
import type { Subscription } from './subscription.ts';

type Lane = Look['lanes'][number];
type Gauge = Look['gauges'][number];

/** What waits, of subscriptions whose consumers have it all, and since when. */
export function depthsOf(server: PulsarServer, places: Places): readonly Depth[] {
  const depths = new Map<string, { pending: number; inFlight: number; delayed: number; oldest: number }>();
  for (const p of server.allPartitions()) {
    for (const s of p.subscriptions.values()) {
      const place = places.place(p.name, s.name);
      const depth = depths.get(place) ?? { pending: 0, inFlight: 0, delayed: 0, oldest: -1 };
      depths.set(place, depth);
      depth.pending += s.backlog - s.out;
      depth.inFlight += s.out;
      depth.delayed += Math.min(s.delayed.size, s.backlog - s.out);
      const at = s.backlog > s.out ? oldestWaiting(p, s) : -1;
      if (at >= 0 && (depth.oldest < 0 || at < depth.oldest)) depth.oldest = at;
    }
  }
  return [...depths].map(([place, { pending, inFlight, delayed, oldest }]) => ({ place, pending, inFlight, delayed, oldest: oldest < 0 ? -1 : Math.max(0, server.now() - oldest) }));
}
function oldestWaiting(p: Partition, s: Subscription): number {
  const position = Math.min(s.replay.first() ?? Infinity, s.keyed?.oldest() ?? Infinity, s.delayed.first()?.[1] ?? Infinity, Math.max(s.cursor.read, s.cursor.markDelete));
  return p.log.at(position)?.publishTime ?? -1;
}
export function lookAt(server: PulsarServer, ledger: Ledger, places: Places, place: string, cells: number): Look | undefined {
  if (place === places.cluster) return clusterLook(server);
  const topic = places.topics.find(({ node }) => node === place);
  return topic && topicLook(server, ledger, places, topic.name, cells);
}
function clusterLook(server: PulsarServer): Look {
  const { options, bookies } = server;
  const [up, there] = [server.up.length, bookies.up(options)];
  const moving = server.allPartitions().filter((p) => !p.serving).length;
  const words = [up === options.brokers ? `${up} brokers` : `${up} of ${options.brokers} brokers`, there === options.bookies ? `${there} bookies` : `${there} of ${options.bookies} bookies`, ...(moving > 0 ? [`${moving} topics without a broker`] : [])];
  const bad = there < options.ensembleSize || up === 0;
  return {
    lanes: [],
    gauges: [
      { name: 'brokers', value: `${up}/${options.brokers}` },
      { name: 'bookies', value: `${there}/${options.bookies}`, ...(there < options.ensembleSize ? { tone: 'bad' as const } : {}) },
    ],
    health: words.join(' · '),
    tone: bad ? 'bad' : up < options.brokers || there < options.bookies || moving > 0 ? 'warn' : 'ok',
  };
}
function topicLook(server: PulsarServer, ledger: Ledger, places: Places, name: string, cells: number): Look {
  const partitions = server.partitionsOf(name).flatMap((one) => server.partition(one) ?? []);
  if (partitions.length === 0) return { lanes: [], gauges: [], health: 'no such topic', tone: 'bad' };
  const shown = partitions.slice(0, LANES).map((p) => laneOf(p, ledger, cells));
  const names = [...new Set(partitions.flatMap((p) => [...p.subscriptions.keys()]))];
  const gauges = names.flatMap((one) => gaugesOf(partitions, places, one, names.length > 1));
  gauges.push({ name: 'entries', value: String(partitions.reduce((sum, { log }) => sum + log.end - log.start, 0)), minor: true });
  const away = partitions.filter((p) => !p.serving).length;
  const blocked = partitions.some((p) => [...p.subscriptions.values()].some((s) => s.blocked || s.consumers.some((c) => c.blocked)));
  if (away > 0) return { lanes: shown, gauges, health: away === partitions.length ? 'no broker serves it' : `${away} without a broker`, tone: 'bad' };
  if (blocked) return { lanes: shown, gauges, health: 'blocked on unacked', tone: 'warn' };
  return names.length === 0 && partitions.every((p) => p.persistent) ? { lanes: shown, gauges, health: 'no subscription', tone: 'warn' } : { lanes: shown, gauges };
}
function gaugesOf(partitions: readonly Partition[], places: Places, name: string, several: boolean): Gauge[] {
  const all = partitions.flatMap((p) => p.subscriptions.get(name) ?? []);
  const sum = (of: (s: Subscription) => number) => String(all.reduce((n, s) => n + of(s), 0));
  const label = (word: string) => (several ? `${word} ${name}` : word);
  const consumers = new Set(all.flatMap((s) => s.consumers.map((c) => c.session)));
  const draining = all.reduce((n, s) => n + s.consumers.reduce((m, c) => m + (s.keyed?.draining?.of(c.id).length ?? 0), 0), 0);
  const holes = all.reduce((n, s) => n + s.cursor.holes, 0);
  const blocked = all.some((s) => s.blocked || s.consumers.some((c) => c.blocked));
  return [
    { name: label('backlog'), value: sum((s) => s.backlog), of: places.place(partitions[0]?.name ?? '', name) },
    { name: label('unacked'), value: sum((s) => s.out), ...(blocked ? { tone: 'warn' as const } : {}), minor: several },
    { name: label('permits'), value: sum((s) => s.consumers.reduce((n, c) => n + c.permits, 0)), minor: true },
    { name: label('type'), value: `${all[0]?.type ?? ''}, ${consumers.size} consumer${consumers.size === 1 ? '' : 's'}`, minor: true },
    ...(holes > 0 ? [{ name: label('ack holes'), value: String(holes), minor: true }] : []),
    ...(draining > 0 ? [{ name: label('draining hashes'), value: String(draining), tone: 'warn' as const }] : []),
    ...(all.some((s) => s.delayed.size > 0) ? [{ name: label('delayed'), value: sum((s) => s.delayed.size), minor: true }] : []),
  ];
}
/** Cells of what all are done with, before the slowest cursor. */
const BEHIND = 2;
/** One partition from the slowest mark-delete position on: deleted, with a consumer, to be read, not yet written. */
function laneOf(p: Partition, ledger: Ledger, most: number): Lane {
  const subscriptions = [...p.subscriptions.values()];
  const slowest = subscriptions.reduce((least, { cursor }) => Math.min(least, cursor.markDelete), subscriptions.length === 0 ? Math.max(p.log.start, p.log.end - most) : p.log.end);
  const cells: LookCell[] = [];
  const positions: number[] = [];
  let position = Math.max(p.log.start, slowest - BEHIND);
  for (; position < p.log.end && cells.length < most; position++) {
    const entry = p.log.at(position);
    if (entry === undefined) continue;
    const stands = subscriptions.map((s) => (s.cursor.isDeleted(position) ? 'kept' : s.holder(position) !== undefined ? 'held' : entry.deliverAt > entry.publishTime && position < s.cursor.read && s.individual && s.redeliveries.get(position) === undefined ? 'unsure' : 'ready'));
    const state = (['held', 'ready', 'unsure'] as const).find((one) => stands.includes(one)) ?? 'kept';
    for (const [i, message] of entry.messages.entries()) {
      if (cells.length >= most) break;
      const known = subscriptions.flatMap((s) => ledger.of(p.name, s.name, position)[i] ?? []);
      cells.push({ message, copy: known[0]?.copy ?? -1, state: known.length === 0 && subscriptions.length > 0 ? 'kept' : state, redelivered: known.some((one) => one.attempts > 1) });
      positions.push(position);
    }
  }
  for (const { entry } of p.writing) {
    for (const message of entry.messages) if (cells.length < most) cells.push({ message, copy: -1, state: 'unsure', redelivered: false });
  }
  const pointers = subscriptions.flatMap(({ name, cursor }) => {
    const before = positions.findIndex((one) => one >= cursor.markDelete);
    return before >= 0 ? [{ before, name }] : cursor.markDelete >= p.log.end && positions.length < most ? [{ before: positions.length, name }] : [];
  });
  const waits = subscriptions.reduce((n, s) => Math.max(n, s.backlog), 0);
  const oldest = p.oldest;
  return {
    ...(p.index >= 0 ? { label: String(p.index) } : {}),
    cells,
    more: Math.max(0, p.log.end - position),
    pointers,
    end: p.serving ? (waits > 0 ? String(waits) : '') : 'no broker',
    note: [`${p.name}: ${p.serving ? `served by broker ${p.owner + 1}` : 'served by nobody'}, entries ${p.log.start} to ${p.log.end}`, ...(oldest >= 0 ? [`the oldest unacknowledged was published at ${spanText(Math.floor(oldest / 1e5) * 1e5)}`] : []), ...subscriptions.map(noteOf)].join('; '),
    ...(p.serving ? {} : { tone: 'bad' as const }),
  };
}
/** Consumers of which the share is told, and ranges of one. */
const TOLD = 4;
function noteOf(s: Subscription): string {
  const { name, type, cursor, consumers } = s;
  const where = `${name} (${type}) has acknowledged everything before ${cursor.markDelete}${cursor.holes > 0 ? ` and ${cursor.holes} after it` : ''}`;
  const who = consumers.slice(0, TOLD).map((c) => `${c.name} has ${c.pending.size}, ${c.permits} permits${c.id === s.active ? ', active' : ''}${c.mayReadTo >= 0 ? `, nothing after ${c.mayReadTo} until all before is acknowledged` : ''}${s.keyed === null ? '' : shareOf(s.keyed, c.id)}`);
  return [where, ...who, ...(consumers.length > TOLD ? [`${consumers.length - TOLD} more`] : [])].join(', ');
}
function shareOf(keyed: KeyedWaiting, id: number): string {
  const ranges = keyed.selector.assignments().filter(({ consumer }) => consumer === id);
  const size = keyed.selector.keyHashRange.end - keyed.selector.keyHashRange.start + 1;
  const part = Math.round((ranges.reduce((n, { start, end }) => n + end - start + 1, 0) / size) * 100);
  const draining = keyed.draining?.of(id) ?? [];
  const shown = ranges.slice(0, TOLD).map(({ start, end }) => `${start}-${end}`);
  return `, ${part}% of the hashes (${shown.join(' ')}${ranges.length > TOLD ? ` and ${ranges.length - TOLD} more ranges` : ''})${draining.length > 0 ? `, ${draining.length} draining` : ''}`;
}
