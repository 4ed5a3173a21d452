/** The picture of topics, subscriptions and containers, read from the service itself. */
import { spanText } from '../../base/time.ts';
import type { Depth, Look, LookCell } from '../contract.ts';
import type { Container } from './container.ts';
import type { Places } from './places.ts';
import { DEAD, NOW, type PushEvent, type PushSubscription } from './push.ts';
import { QueueSubscription } from './queue.ts';
import type { QueueEvent } from './queue.ts';
import { waitNames } from './schedule.ts';
import type { EventGrid } from './server.ts';
import { HOLDER_LANES } from './shape.ts';
import type { Teller } from './teller.ts';
import type { Topic } from './topic.ts';

type Lane = Look['lanes'][number];
type Gauge = Look['gauges'][number];
/** Events of a lane among which the next one due is looked for. */
const LOOKED_AT = 64;

export function depthsOf(grid: EventGrid): readonly Depth[] {
  const subscriptions = [...grid.subscriptions.values()].map((one): Depth => ({ place: one.node, pending: one.pending, inFlight: one.inFlight, oldest: one.oldestPending() }));
  const containers = [...grid.containers.values()].map(({ node, events }): Depth => ({ place: node, pending: events.size, inFlight: 0, oldest: -1 }));
  return [...subscriptions, ...containers];
}
export function lookAt(grid: EventGrid, teller: Teller, places: Places, place: string, cells: number, now: number): Look | undefined {
  const topic = grid.topics.get(place);
  if (topic !== undefined) return topicLook(topic);
  const container = grid.containers.get(place);
  if (container !== undefined) return containerLook(container, teller, cells);
  const subscription = grid.subscriptions.get(place);
  const refused = grid.whyRefused(place);
  if (subscription === undefined) return { lanes: [], gauges: [], health: refused === undefined ? 'not created' : 'refused', tone: 'bad' };
  const look = subscription instanceof QueueSubscription ? queueLook(subscription, teller, cells, now) : pushLook(subscription, teller, cells, now);
  if (refused !== undefined) return { ...look, health: 'change refused', tone: 'warn' };
  return places.has(place) ? look : undefined;
}

function topicLook({ counts, trouble }: Topic): Look {
  const gauges: Gauge[] = [
    { name: 'published', value: String(counts.published) },
    { name: 'unmatched', value: String(counts.unmatched), ...(counts.unmatched > 0 ? { tone: 'warn' as const } : {}) },
  ];
  if (counts.refused > 0) gauges.push({ name: 'refused', value: String(counts.refused), tone: 'bad' });
  if (trouble === 'none') return { lanes: [], gauges };
  return { lanes: [], gauges, health: trouble === 'unavailable' ? 'unavailable' : 'key regenerated', tone: 'bad' };
}
function containerLook({ events, isDown }: Container, teller: Teller, cells: number): Look {
  const shown = [...events.keys()].slice(-cells);
  const lane: Lane = { cells: shown.flatMap((stored) => cellOf(teller, stored, 'dead')), more: events.size - shown.length };
  return { lanes: [lane], gauges: [{ name: 'events', value: String(events.size) }], ...(isDown ? { health: 'unavailable', tone: 'bad' as const } : {}) };
}
function cellOf(teller: Teller, id: number, state: LookCell['state']): LookCell[] {
  const known = teller.get(id);
  return known === undefined ? [] : [{ message: known.message, copy: known.copy, state, redelivered: known.count > 1 }];
}

/** What is being sent now, and what waits for which attempt: the retry schedule. */
function pushLook(push: PushSubscription, teller: Teller, cells: number, now: number): Look {
  const { tier, deadLetterDestination } = push.plan;
  const state = (event: PushEvent): LookCell['state'] => (event.state === 'posted' ? 'held' : event.state === 'silent' ? 'unsure' : event.state === 'dead' ? 'dead' : 'ready');
  const lane = (name: string, label: string, words: (event: PushEvent) => string): Lane => {
    const ids = push.lanes.get(name) ?? new Set<number>();
    const events = firstOf(ids, Math.max(cells, LOOKED_AT)).flatMap((id) => push.events.get(id) ?? []);
    const shown = events.slice(0, cells);
    const next = events.reduce<PushEvent | undefined>((least, one) => (least === undefined || one.dueAt < least.dueAt ? one : least), undefined);
    return { label, cells: shown.flatMap((event) => cellOf(teller, event.id, state(event))), more: ids.size - shown.length, end: next === undefined ? '' : words(next), ...(name === DEAD && ids.size > 0 ? { tone: 'bad' as const } : {}) };
  };
  const dueIn = ({ dueAt }: PushEvent) => (dueAt <= now ? 'held back' : `in ${wholeSeconds(dueAt - now)}`);
  const lanes = [lane(NOW, NOW, ({ state: s }) => (s === 'posted' ? 'sent' : push.endpoint.delayedUntil >= 0 ? 'held back' : '')), ...waitNames(tier).map((wait) => lane(wait, wait, dueIn)), ...(deadLetterDestination === '' ? [] : [lane(DEAD, 'dead', dueIn)])];
  return { lanes, gauges: countsOf(push), ...healthOf(push, now) };
}
function healthOf(push: PushSubscription, now: number): Pick<Look, 'health' | 'tone'> {
  if (push.provisioning !== 'Succeeded') return { health: push.provisioning, tone: push.provisioning === 'Failed' ? 'bad' : 'warn' };
  const { delayedUntil, failures, lastAnswer } = push.endpoint;
  if (delayedUntil >= 0) return { health: `delayed ${wholeSeconds(delayedUntil - now)}`, tone: 'bad' };
  return failures > 0 ? { health: `${failures} failed, ${String(lastAnswer)}`, tone: 'warn' } : {};
}
function countsOf({ node, pending, inFlight, counts }: PushSubscription | QueueSubscription): Gauge[] {
  return [
    { name: 'waiting', value: String(pending), of: node },
    { name: 'out', value: String(inFlight) },
    { name: 'dropped', value: String(counts.dropped), ...(counts.dropped > 0 ? { tone: 'bad' as const } : {}) },
    { name: 'delivered', value: String(counts.delivered), minor: true },
    { name: 'dead-lettered', value: String(counts.deadLettered), minor: true },
  ];
}
/** What can be received, and whose locks run down. */
function queueLook(queue: QueueSubscription, teller: Teller, cells: number, now: number): Look {
  const lane = (name: string, label: string, state: LookCell['state']): Lane => {
    const ids = queue.lanes.get(name) ?? new Set<number>();
    const shown = firstOf(ids, cells);
    const next = shown.flatMap((id) => queue.events.get(id) ?? []).find(({ dueAt }) => dueAt > now);
    return { label, cells: shown.flatMap((id) => cellOf(teller, id, state)), more: ids.size - shown.length, end: next === undefined || name === 'ready' ? '' : `in ${wholeSeconds(next.dueAt - now)}` };
  };
  const locked = firstOf(queue.lanes.get('locked') ?? [], LOOKED_AT * HOLDER_LANES).flatMap((id) => queue.events.get(id) ?? []);
  const holders = [...new Set(locked.map(({ holder }) => holder))].sort();
  const own = holders.length > HOLDER_LANES ? HOLDER_LANES - 1 : HOLDER_LANES;
  const rows = [...holders.slice(0, own).map((one) => [one]), ...(holders.length > own ? [holders.slice(own)] : [])];
  const held = rows.map((row) =>
    locksOf(
      row,
      locked.filter(({ holder }) => row.includes(holder)),
      queue.plan.lockDuration,
      teller,
      cells,
      now,
    ),
  );
  const free = Array.from({ length: HOLDER_LANES - held.length }, (): Lane => ({ cells: [], more: 0 }));
  const dead = queue.plan.deadLetterDestination === '' ? [] : [lane('dead', 'dead', 'dead')];
  return { lanes: [lane('ready', 'ready', 'ready'), ...held, ...free, lane('released', 'released', 'unsure'), ...dead], gauges: countsOf(queue) };
}
/** @param row names of receivers: a life and a session */
function locksOf(row: readonly string[], events: readonly QueueEvent[], lockDuration: number, teller: Teller, cells: number, now: number): Lane {
  const names = row.map((receiver) => receiver.split(' ')[1] ?? receiver);
  const left = Math.max(0, Math.min(...events.map(({ dueAt }) => dueAt)) - now);
  const shown = events.slice(0, cells);
  return {
    label: names.length === 1 ? (names[0] ?? '') : `${names.length} more`,
    cells: shown.flatMap(({ id }) => cellOf(teller, id, 'held')),
    more: events.length - shown.length,
    busy: Math.min(1, left / lockDuration),
    end: wholeSeconds(left),
    note: `${names.join(', ')}: ${events.length} locked, the first until ${wholeSeconds(left)} from now`,
    ...(left < lockDuration / 6 ? { tone: 'warn' as const } : {}),
  };
}
const wholeSeconds = (us: number): string => spanText(Math.ceil(us / 1e6) * 1e6);
function firstOf(ids: Iterable<number>, most: number): number[] {
  const out: number[] = [];
  for (const id of ids) {
    if (out.length >= most) break;
    out.push(id);
  }
  return out;
}
