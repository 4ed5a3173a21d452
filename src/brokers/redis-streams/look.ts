/** The picture of a server's places, read from the server itself. */
import { bytesText } from '../../base/bytes.ts';
import { spanText } from '../../base/time.ts';
import type { Depth, Look, LookCell } from '../contract.ts';
import { byName, type Group, lag } from './group.ts';
import { FIRST, type Id, LAST, msOf } from './ids.ts';
import type { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';
import { EPOCH, type RedisServer } from './server.ts';
import { CONSUMER_LANES } from './shape.ts';
import { position } from './sorted.ts';
import { countFrom, range, type Stream } from './stream.ts';
import { messageOf } from './teller.ts';
import { unread, unreadCount } from './unread.ts';

type Lane = Look['lanes'][number];
type Gauge = Look['gauges'][number];
/** What the room knows of the server's health. */
export interface Health {
  readonly down: string | null;
  readonly replicas: number;
  readonly ofReplicas: number;
  /** bytes; 0 = no limit */
  readonly maxmemory: number;
}
interface Reading {
  readonly key: string;
  readonly stream: Stream;
  readonly group: Group;
}
function readingsOf(server: RedisServer, plan: Plan, groupNode: string): Reading[] {
  const name = plan.groups.find((g) => g.node === groupNode)?.name ?? '';
  return [...new Set(plan.reads.filter((r) => r.groupNode === groupNode && r.owner).map((r) => r.key))].flatMap((key) => {
    const stream = server.stream(key);
    const group = stream && byName(stream.groups, name);
    return stream && group ? [{ key, stream, group }] : [];
  });
}
export function depthsOf(server: RedisServer, plan: Plan): readonly Depth[] {
  return plan.groups.map(({ node }) => {
    const readings = readingsOf(server, plan, node);
    const oldest = readings.flatMap(({ stream, group }) => unread(stream, group, 1)).map((id) => (Number(msOf(id)) - EPOCH) * 1000);
    const pending = readings.reduce((sum, { stream, group }) => sum + unreadCount(stream, group), 0);
    return { place: node, pending, inFlight: readings.reduce((sum, { group }) => sum + group.ids.length, 0), oldest: oldest.length === 0 ? -1 : Math.max(0, Math.min(...oldest)) };
  });
}
export function lookAt(server: RedisServer, ledger: Ledger, plan: Plan, health: Health, place: string, isServer: boolean, cells: number, now: number): Look | undefined {
  const stream = plan.streams.find((s) => s.node === place);
  if (stream) return streamLook(server.stream(stream.key), cells, health);
  if (plan.groups.some((g) => g.node === place)) return groupLook(place, readingsOf(server, plan, place), ledger, cells, now, health);
  return isServer ? serverLook(server, health) : undefined;
}
const down = (health: Health): Pick<Look, 'health' | 'tone'> => (health.down === null ? {} : { health: health.down, tone: 'bad' });

/** Entries before the position of the slowest group that are shown: what was read stays there. */
const BEHIND = 3;
/** Around the position of the slowest group, or, without one, the newest entries. */
function streamLook(stream: Stream | undefined, cells: number, health: Health): Look {
  if (stream === undefined) return { lanes: [], gauges: [], health: 'no such key', tone: 'bad', ...down(health) };
  const { groups } = stream;
  const slowest = groups.map(({ lastId }) => lastId).sort()[0] ?? LAST;
  const start = range(stream, FIRST, slowest, groups.length === 0 ? cells : BEHIND, true).at(-1)?.[0] ?? slowest;
  const shown = range(stream, start, LAST, cells);
  const pending = (id: Id) => groups.some((group) => position(group.ids, id) >= 0);
  const lane: Lane = {
    cells: shown.map(([id, fields]): LookCell => ({ message: messageOf(fields), copy: -1, state: pending(id) ? 'held' : groups.length > 0 && id <= slowest ? 'kept' : 'ready', redelivered: false })),
    more: countFrom(stream, start) - shown.length,
    pointers: groups.flatMap(({ name, lastId }) => {
      const before = shown.findIndex(([id]) => id > lastId);
      return before >= 0 ? [{ before, name }] : shown.length < cells ? [{ before: shown.length, name }] : [];
    }),
  };
  const gauges: Gauge[] = [
    { name: 'length', value: String(stream.length) },
    { name: 'added', value: String(stream.entriesAdded), minor: true },
  ];
  if (groups.length === 0) gauges.push({ name: 'groups', value: '0', tone: 'warn' });
  return { lanes: [lane], gauges, ...down(health) };
}

/** One lane for what is still to be read, and one for the pending list of each consumer. */
function groupLook(place: string, readings: readonly Reading[], ledger: Ledger, cells: number, now: number, health: Health): Look {
  if (readings.length === 0) return { lanes: [], gauges: [], health: 'no such group', tone: 'bad', ...down(health) };
  const cell = (key: string, group: Group, id: Id, state: LookCell['state']): LookCell[] => {
    const known = ledger.get(key, group.name, id);
    return known === undefined ? [] : [{ message: known.message, copy: known.copy, state, redelivered: known.attempts > 1 }];
  };
  const waiting = readings.flatMap(({ key, stream, group }) => unread(stream, group, cells).flatMap((id) => cell(key, group, id, 'ready'))).slice(0, cells);
  const toRead = readings.reduce((sum, { stream, group }) => sum + unreadCount(stream, group), 0);
  const lanes: Lane[] = [{ label: 'to read', cells: waiting, more: toRead - waiting.length }];
  const names = [...new Set(readings.flatMap(({ group }) => group.consumers.map((c) => c.name)))].sort();
  const own = names.length > CONSUMER_LANES ? CONSUMER_LANES - 1 : CONSUMER_LANES;
  const rows = [...names.slice(0, own).map((name) => [name]), ...(names.length > own ? [names.slice(own)] : [])];
  for (const row of rows) {
    const held = readings.flatMap(({ key, group }) => row.flatMap((name) => byName(group.consumers, name)?.ids ?? []).map((id) => ({ key, group, id })));
    const shown = held.slice(0, cells).flatMap(({ key, group, id }) => cell(key, group, id, 'held'));
    lanes.push({ label: row.length === 1 ? (row[0] ?? '') : `${row.length} others`, cells: shown, more: held.length - shown.length, ...wordsOf(readings, row, now) });
  }
  const pending = readings.reduce((sum, { group }) => sum + group.ids.length, 0);
  const lags = readings.map(({ stream, group }) => lag(stream, group, true));
  const gauges: Gauge[] = [
    { name: 'lag', value: lags.includes(null) ? 'unknown' : String(lags.reduce((sum: number, one) => sum + (one ?? 0), 0)), of: place },
    { name: 'pending', value: String(pending) },
    { name: 'consumers', value: String(names.length), minor: true },
  ];
  return { lanes, gauges, ...down(health) };
}
/** How much is pending with consumers, how long the oldest has been, and how often the most delivered was. */
function wordsOf(readings: readonly Reading[], names: readonly string[], now: number): Pick<Lane, 'end' | 'note' | 'tone'> {
  const pending = readings.flatMap(({ group }) => group.pending.filter((p) => names.includes(p.consumer)));
  if (pending.length === 0) return { end: '', note: `${names.join(', ')}: nothing pending` };
  const idle = now - Math.min(...pending.map((p) => (p.time - EPOCH) * 1000));
  const most = Math.max(...pending.map((p) => p.deliveries));
  const span = spanText(Math.floor(idle / 1e6) * 1e6);
  const note = `${names.join(', ')}: ${pending.length} pending, the longest for ${span}${most > 1 ? `, delivered up to ${most} times` : ''}`;
  return { end: idle >= 1e6 ? `${pending.length} · ${span}` : String(pending.length), note, ...(idle >= 10e6 ? { tone: 'warn' as const } : {}) };
}
function serverLook(server: RedisServer, health: Health): Look {
  const used = server.memory();
  const full = health.maxmemory > 0 && used > health.maxmemory;
  const memory = health.maxmemory > 0 ? `${Math.round((used / health.maxmemory) * 100)}%` : bytesText(used);
  const gauges: Gauge[] = [{ name: 'memory', value: memory, ...(full ? { tone: 'bad' as const } : {}) }];
  if (health.ofReplicas > 0) gauges.push({ name: 'replicas', value: `${health.replicas}/${health.ofReplicas}`, ...(health.replicas < health.ofReplicas ? { tone: 'warn' as const } : {}) });
  const words = [`memory ${memory}`, ...(health.ofReplicas > 0 ? [`${health.replicas} of ${health.ofReplicas} replicas`] : [])];
  return { lanes: [], gauges, health: words.join(' · '), tone: full ? 'bad' : 'ok', ...down(health) };
}
