/** The picture of a stream: a lane per partition, with a pointer per reader. */
import { spanText } from '../../base/time.ts';
import type { Look, LookCell } from '../contract.ts';
import type { RabbitBroker } from './broker.ts';
import type { QueuePlan } from './declare.ts';
import type { StreamReadings } from './stream-readings.ts';

type Lane = Look['lanes'][number];
type Gauge = Look['gauges'][number];

/** Cells of what everybody has read already, before the place of the slowest reader. */
const BEHIND = 2;

/** @param streams one, or the partitions of a super stream */
export function streamLook(server: RabbitBroker, readings: StreamReadings, streams: readonly QueuePlan[], most: number, now: number): Look {
  const lanes = streams.map((plan) => laneOf(server, readings, plan, most));
  const counts = streams.flatMap(({ name }) => server.queueCounts(name) ?? []);
  if (counts.length < streams.length) return { lanes, gauges: [], health: 'deleted', tone: 'bad' };
  const places = new Map(streams.flatMap(({ name }) => readings.standings(name)).map((one) => [one.place, one.name]));
  const depths = readings.depths();
  const gauges: Gauge[] = [];
  for (const [place, name] of places) {
    const { pending = 0, inFlight = 0, oldest = -1 } = depths.find((one) => one.place === place) ?? {};
    const alone = places.size === 1;
    gauges.push({ name: alone ? 'lag' : `lag ${name}`, value: String(pending + inFlight), of: place });
    if (oldest >= 0 && now - oldest > 1e6) gauges.push({ name: alone ? 'behind' : `${name} behind`, value: spanText(now - oldest), tone: now - oldest > 10e6 ? 'warn' : 'ok', minor: !alone });
  }
  const sum = (of: (one: (typeof counts)[number]) => number) => counts.reduce((total, one) => total + of(one), 0);
  gauges.push({ name: 'messages', value: String(sum((one) => one.ready)), minor: places.size > 1 });
  gauges.push({ name: 'bytes', value: String(sum((one) => one.bytes)), minor: true });
  gauges.push({ name: 'consumers', value: String(sum((one) => one.consumers)), minor: true });
  const down = server.queues().filter((view) => streams.some(({ name }) => name === view.queue) && !view.available).length;
  return down > 0 ? { lanes, gauges, health: 'no majority', tone: 'bad' } : { lanes, gauges };
}
function laneOf(server: RabbitBroker, readings: StreamReadings, { name, partition }: QueuePlan, most: number): Lane {
  const readers = readings.standings(name);
  const { first, end } = server.offsets(name);
  const slowest = readers.reduce((least, { next }) => Math.min(least, next ?? end), readers.length === 0 ? Math.max(0, end - most) : end);
  const kept = server.stored(name, Math.max(0, slowest - BEHIND), most);
  const cells = kept.map(({ offset, message, copy }): LookCell => {
    const stand = readings.standOf(name, offset);
    return { message, copy: stand?.copy ?? copy, state: offset < slowest ? 'kept' : stand?.held === true ? 'held' : 'ready', redelivered: stand?.again ?? false };
  });
  const pointers = readers.flatMap((reader) => {
    const before = kept.findIndex(({ offset }) => offset >= (reader.next ?? end));
    return before >= 0 ? [{ before, name: reader.name }] : reader.next === undefined && cells.length < most ? [{ before: cells.length, name: reader.name }] : [];
  });
  const consumers = server.queues().find((view) => view.queue === name)?.consumers ?? [];
  const active = consumers.filter((one) => one.active).map((one) => one.consumer.split(' ')[0] ?? '');
  return {
    ...(partition === undefined ? {} : { label: String(partition), end: active.map((one) => one.split('/').at(-1)).join(' ') || '–', note: `${name}: offsets ${first} to ${end}${readers.map((one) => `; ${one.name} is at ${one.next ?? end}`).join('')}; read by ${active.join(', ') || 'nobody'}` }),
    cells,
    // Offsets are not without gaps: the stream's own chunks take some.
    more: server.stored(name, (kept.at(-1)?.offset ?? end) + 1, 1).length === 0 ? 0 : end - 1 - (kept.at(-1)?.offset ?? end),
    pointers,
  };
}
