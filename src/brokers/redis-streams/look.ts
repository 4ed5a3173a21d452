/** The picture of a server's places, read from the server itself. */
import { spanText } from '../../base/time.ts';
import type { Depth, Look, LookCell } from '../contract.ts';
import { byName, type Group, lag } from './group.ts';
import { FIRST, LAST, msOf } from './ids.ts';
import type { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';
import { EPOCH, type RedisServer } from './server.ts';
import { range, type Stream } from './stream.ts';
import { messageOf, undelivered } from './teller.ts';

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
    const waiting = readings.map(({ stream, group }) => undelivered(stream, group));
    const oldest = waiting.flatMap((ids) => (ids[0] === undefined ? [] : [(Number(msOf(ids[0])) - EPOCH) * 1000]));
    return { place: node, pending: waiting.reduce((sum, ids) => sum + ids.length, 0), inFlight: readings.reduce((sum, { group }) => sum + group.ids.length, 0), oldest: oldest.length === 0 ? -1 : Math.max(0, Math.min(...oldest)) };
  });
}
export function lookAt(server: RedisServer, ledger: Ledger, plan: Plan, health: Health, place: string, isServer: boolean, cells: number, now: number): Look | undefined {
  const stream = plan.streams.find((s) => s.node === place);
  if (stream) return streamLook(server.stream(stream.key), cells, health);
  if (plan.groups.some((g) => g.node === place)) return groupLook(readingsOf(server, plan, place), ledger, cells, now, health);
  return isServer ? serverLook(server, health) : undefined;
}
const down = (health: Health): Pick<Look, 'health' | 'tone'> => (health.down === null ? {} : { health: health.down, tone: 'bad' });

/** The newest entries; what was trimmed is not there. */
function streamLook(stream: Stream | undefined, cells: number, health: Health): Look {
  if (stream === undefined) return { lanes: [], gauges: [], health: 'no such key', tone: 'bad', ...down(health) };
  const shown = range(stream, FIRST, LAST, cells, true).reverse();
  const lane: Lane = { cells: shown.map(([, fields]): LookCell => ({ message: messageOf(fields), copy: -1, state: 'ready', redelivered: false })), more: stream.length - shown.length };
  const gauges: Gauge[] = [{ name: 'length', value: String(stream.length) }, { name: 'added', value: String(stream.entriesAdded), minor: true }];
  if (stream.groups.length === 0) gauges.push({ name: 'groups', value: '0', tone: 'warn' });
  return { lanes: [lane], gauges, ...down(health) };
}
/** What is still to be read, and the pending list of each consumer. */
function groupLook(readings: readonly Reading[], ledger: Ledger, cells: number, now: number, health: Health): Look {
  if (readings.length === 0) return { lanes: [], gauges: [], health: 'no such group', tone: 'bad', ...down(health) };
  const cell = (key: string, group: Group, id: string, state: LookCell['state']): LookCell[] => {
    const known = ledger.get(key, group.name, id);
    return known === undefined ? [] : [{ message: known.message, copy: known.copy, state, redelivered: known.attempts > 1 }];
  };
  const waiting = readings.flatMap(({ key, stream, group }) => undelivered(stream, group).map((id) => ({ key, group, id })));
  const lanes: Lane[] = [{ label: 'to read', cells: waiting.slice(0, cells).flatMap(({ key, group, id }) => cell(key, group, id, 'ready')), more: Math.max(0, waiting.length - cells) }];
  const names = [...new Set(readings.flatMap(({ group }) => group.consumers.map((c) => c.name)))].sort();
  for (const name of names) {
    const held = readings.flatMap(({ key, group }) => (byName(group.consumers, name)?.ids ?? []).map((id) => ({ key, group, id })));
    const note = noteOf(readings, name, now);
    lanes.push({ label: name, cells: held.slice(0, cells).flatMap(({ key, group, id }) => cell(key, group, id, 'held')), more: Math.max(0, held.length - cells), busy: held.length, ...note });
  }
  const pending = readings.reduce((sum, { group }) => sum + group.ids.length, 0);
  const lags = readings.map(({ stream, group }) => lag(stream, group, true));
  const gauges: Gauge[] = [
    { name: 'lag', value: lags.includes(null) ? 'unknown' : String(lags.reduce((sum: number, one) => sum + (one ?? 0), 0)) },
    { name: 'pending', value: String(pending) },
    { name: 'consumers', value: String(names.length), minor: true },
  ];
  return { lanes, gauges, ...down(health) };
}
/** How long the oldest has been pending with a consumer, and how often the most delivered was. */
function noteOf(readings: readonly Reading[], name: string, now: number): { note?: string; tone?: 'warn' } {
  const pending = readings.flatMap(({ group }) => group.pending.filter((p) => p.consumer === name));
  if (pending.length === 0) return {};
  const idle = now - Math.min(...pending.map((p) => (p.time - EPOCH) * 1000));
  const most = Math.max(...pending.map((p) => p.deliveries));
  const words = [...(idle >= 1e6 ? [`idle ${spanText(Math.round(idle / 1e5) * 1e5)}`] : []), ...(most > 1 ? [`×${most}`] : [])];
  return words.length === 0 ? {} : { note: words.join(', '), ...(idle >= 10e6 ? { tone: 'warn' as const } : {}) };
}
function serverLook(server: RedisServer, health: Health): Look {
  const used = server.memory();
  const full = health.maxmemory > 0 && used > health.maxmemory;
  const memory = health.maxmemory > 0 ? `${Math.round((used / health.maxmemory) * 100)}%` : `${(used / 1e6).toFixed(1)} MB`;
  const gauges: Gauge[] = [{ name: 'memory', value: memory, ...(full ? { tone: 'bad' as const } : {}) }];
  if (health.ofReplicas > 0) gauges.push({ name: 'replicas', value: `${health.replicas}/${health.ofReplicas}`, ...(health.replicas < health.ofReplicas ? { tone: 'warn' as const } : {}) });
  const words = [`memory ${memory}`, ...(health.ofReplicas > 0 ? [`${health.replicas} of ${health.ofReplicas} replicas`] : [])];
  return { lanes: [], gauges, health: words.join(' · '), tone: full ? 'bad' : 'ok', ...down(health) };
}
