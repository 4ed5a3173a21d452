/** The picture of a queue or a topic, read from the services themselves. */
import { spanText } from '../../base/time.ts';
import { hashText } from '../../kernel/random.ts';
import type { Depth, Look, LookCell } from '../contract.ts';
import type { Dispatch } from './dispatch.ts';
import type { Ledger } from './ledger.ts';
import type { Item } from './message.ts';
import { ownQueues, type Plan } from './plan.ts';
import type { Queue } from './queue.ts';
import { GROUP_LANES } from './shape.ts';
import type { Sns } from './sns.ts';
import type { Sqs } from './sqs.ts';

type Lane = Look['lanes'][number];
type Gauge = Look['gauges'][number];
interface Scene {
  readonly queue: Queue | undefined;
  readonly topic: { readonly node: string; readonly state: ReturnType<Sns['topic']> } | undefined;
  readonly isMoving: boolean;
  readonly ledger: Ledger;
  readonly dispatch: Dispatch;
  readonly place: string;
  /** µs */
  readonly now: number;
}
export function depthsOf(plan: Plan, sqs: Sqs, dispatch: Dispatch): readonly Depth[] {
  // Two nodes of one name are one queue, and its copies are at its owner.
  const queues = ownQueues(plan).map(({ node, name }): Depth => {
    const queue = sqs.queue(name);
    const oldest = queue?.oldest() ?? Infinity;
    return { place: node, pending: (queue?.visible ?? 0) + (queue?.delayed ?? 0), inFlight: queue?.inFlight ?? 0, delayed: queue?.delayed ?? 0, oldest: oldest === Infinity ? -1 : oldest };
  });
  return [...queues, ...dispatch.depths().map(({ place, waiting, working }): Depth => ({ place, pending: waiting, inFlight: working, oldest: -1 }))];
}
export function lookAt(scene: Scene, cells: number): Look {
  if (scene.topic !== undefined) return topicLook(scene, scene.topic, cells);
  const { queue } = scene;
  if (queue === undefined) return { lanes: [], gauges: [], health: 'no such queue', tone: 'bad' };
  const lanes = queue.isFifo ? groupLanes(queue, scene, cells) : standardLanes(queue, scene, cells);
  return { lanes, gauges: gaugesOf(queue, scene), ...(scene.isMoving ? { health: 'redriving', tone: 'warn' as const } : {}) };
}
function gaugesOf(queue: Queue, { place, now }: Scene): Gauge[] {
  const { calls } = queue;
  const oldest = queue.oldest();
  const full = queue.inFlight >= queue.conduct.inFlight;
  const gauges: Gauge[] = [
    { name: 'visible', value: String(queue.visible), of: place },
    { name: 'in flight', value: String(queue.inFlight), ...(full ? { tone: 'bad' as const } : {}) },
  ];
  if (queue.delayed > 0) gauges.push({ name: 'delayed', value: String(queue.delayed) });
  gauges.push({ name: 'oldest', value: oldest === Infinity ? 'none' : spanText(Math.max(0, Math.floor((now - oldest) / 1e6)) * 1e6), minor: true });
  gauges.push({ name: 'requests', value: short(calls.requests), minor: true });
  gauges.push({ name: 'empty receives', value: short(calls.emptyReceives), minor: true, ...(calls.emptyReceives > calls.requests / 2 ? { tone: 'warn' as const } : {}) });
  if (now >= 1e6) gauges.push({ name: 'requests a month', value: short((calls.requests / now) * MONTH), minor: true });
  return gauges;
}
/** 30 days, µs. */
const MONTH = 30 * 86_400e6;
/** 1234567 → "1.2 M" */
function short(n: number): string {
  if (n < 1000) return String(Math.round(n));
  for (const [unit, size] of [
    ['k', 1e3],
    ['M', 1e6],
  ] as const)
    if (n < size * 1000) return `${Number((n / size).toPrecision(2))} ${unit}`;
  return `${Number((n / 1e9).toPrecision(2))} G`;
}
function cellsOf(items: readonly Item[], ledger: Ledger): LookCell[] {
  return items.flatMap((item): LookCell[] => {
    const known = ledger.get(item.id);
    return known === undefined ? [] : [{ message: item.message, copy: known.copy, state: item.state === 'in flight' ? 'held' : item.state === 'delayed' ? 'unsure' : 'ready', redelivered: item.receives > (item.state === 'in flight' ? 1 : 0) }];
  });
}
/** Of what can be received, the oldest. */
function visible(queue: Queue, most: number, group?: string): Item[] {
  const orders = queue.servers.flatMap((shelf) => {
    const heaps = group === undefined ? [...shelf.all().values()] : [shelf.all().get(group)];
    return heaps.flatMap((heap) => heap?.smallest(most) ?? []);
  });
  const items = orders.sort((a, b) => a - b).flatMap((order) => queue.ofOrder(order) ?? []);
  return items.filter(({ state }) => state === 'visible').slice(0, most);
}
/** The first that time will bring back, and how long that takes. */
function runsDown(items: readonly Item[], now: number): Pick<Lane, 'end' | 'tone'> {
  if (items.length === 0) return { end: '' };
  const left = Math.max(0, Math.min(...items.map(({ until }) => until)) - now);
  return { end: spanText(left >= 1e6 ? Math.ceil(left / 1e6) * 1e6 : Math.ceil(left / 1e5) * 1e5), ...(left < 2e6 ? { tone: 'warn' as const } : {}) };
}
function standardLanes(queue: Queue, { ledger, now }: Scene, cells: number): Lane[] {
  const ready = visible(queue, cells);
  const held = queue.held(cells);
  const lanes: Lane[] = [
    { label: 'visible', cells: cellsOf(ready, ledger), more: queue.visible - ready.length, end: '' },
    { label: 'in flight', cells: cellsOf(held, ledger), more: queue.inFlight - held.length, note: 'the time is what is left of the first visibility timeout', ...runsDown(held, now) },
  ];
  if (queue.attributes.DelaySeconds > 0) {
    const late = queue.later(cells);
    lanes.push({ label: 'delayed', cells: cellsOf(late, ledger), more: queue.delayed - late.length, ...runsDown(late, now) });
  }
  return lanes;
}
/** In flight, as many are looked at for a picture. */
const HELD = 500;
/** Groups with something in flight, then those that wait, one lane each; the last lane sums up the others. */
function groupLanes(queue: Queue, { ledger, now }: Scene, cells: number): Lane[] {
  const [shelf] = queue.servers;
  const names = new Set<string>();
  for (const group of queue.lockedGroups()) if (names.size < GROUP_LANES) names.add(group);
  const waiting = visible(queue, cells * GROUP_LANES);
  for (const { group } of waiting) if (names.size < GROUP_LANES) names.add(group);
  const held = queue.held(HELD);
  const lanes: Lane[] = slotted([...names].sort()).map((group): Lane => {
    if (group === undefined) return { cells: [], more: 0, end: '' };
    const mine = held.filter((item) => item.group === group);
    const next = visible(queue, cells, group);
    const all = [...mine, ...next].slice(0, cells);
    const note = mine.length > 0 ? `group ${group} waits for ${mine.length} in flight` : `group ${group} can be received from`;
    return { label: group.length > LONGEST ? `${group.slice(0, LONGEST - 1)}…` : group, cells: cellsOf(all, ledger), more: mine.length + (shelf?.all().get(group)?.size ?? 0) - all.length, ...runsDown(mine, now), note };
  });
  const others = waiting.filter(({ group }) => !names.has(group));
  const rest = queue.size - lanes.reduce((sum, lane) => sum + lane.cells.length + lane.more, 0) - queue.delayed;
  lanes.push({ label: 'others', cells: cellsOf(others.slice(0, cells), ledger), more: Math.max(0, rest - Math.min(cells, others.length)), end: '' });
  return lanes;
}
/** Letters of a group's name for which there is room. */
const LONGEST = 7;
/** Each group in a lane of its own, most of them always in the same one: what comes and goes must not move the others. */
function slotted(groups: readonly string[]): (string | undefined)[] {
  const lanes: (string | undefined)[] = Array.from({ length: GROUP_LANES });
  for (const group of groups) {
    let at = hashText(group) % GROUP_LANES;
    while (lanes[at] !== undefined) at = (at + 1) % GROUP_LANES;
    lanes[at] = group;
  }
  return lanes;
}
function topicLook({ dispatch, place }: Scene, { node, state }: NonNullable<Scene['topic']>, cells: number): Look {
  if (state === undefined) return { lanes: [], gauges: [], health: 'no such topic', tone: 'bad' };
  const here = dispatch.depths().filter((one) => one.place.startsWith(`${node}/`));
  const waiting = here.reduce((sum, one) => sum + one.waiting + one.working, 0);
  const copies = dispatch.underWay(place, cells);
  const again = copies.filter(({ attempt }) => attempt > 1).length;
  const lane: Lane = { cells: copies.map(({ known, attempt }): LookCell => ({ message: known.message, copy: known.copy, state: known.held ? 'held' : 'ready', redelivered: attempt > 1 })), more: waiting - copies.length };
  const gauges: Gauge[] = [
    { name: 'published', value: String(state.published) },
    { name: 'to deliver', value: String(waiting), ...(again > 0 ? { tone: 'warn' as const } : {}) },
  ];
  if (state.filtered > 0) gauges.push({ name: 'filtered out', value: String(state.filtered) });
  if (state.subscriptions.size === 0) gauges.push({ name: 'subscriptions', value: '0', tone: 'warn' });
  return { lanes: [lane], gauges };
}
