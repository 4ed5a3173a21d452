/** The picture of topics and subscriptions, read from the service itself. */
import { spanText } from '../../base/time.ts';
import type { Depth, Look, LookCell } from '../contract.ts';
import type { Entry, Subscription, Topic } from './model.ts';
import type { Plan } from './plan.ts';
import { windowOf } from './pushing.ts';
import { oldestOf } from './retention.ts';
import type { PubSubServer } from './server.ts';
import { LEASE_LANES } from './shape.ts';

type Lane = Look['lanes'][number];
type Gauge = Look['gauges'][number];
export interface Glance {
  readonly place: string;
  /** at most so many in a lane */
  readonly cells: number;
  readonly now: number;
  /** Ordering keys that publishers have paused. */
  readonly paused: number;
  copyOf(subscription: string, seq: number): number;
}
/** Looked through for waiting messages at most: what is out or done with lies between them. */
const REACH = 4000;
/** A deadline that near is worth a colour, µs. */
const NEAR = 2_000_000;

export function depthsOf(server: PubSubServer, plan: Plan, now: number): readonly Depth[] {
  const shown = new Set<string>();
  return plan.subscriptions.map(({ node, config }): Depth => {
    const one = shown.has(config.name) ? undefined : server.subscription(config.name);
    shown.add(config.name);
    if (one === undefined) return { place: node, pending: 0, inFlight: 0, oldest: -1 };
    const pending = one.entries.size - one.inFlight;
    return { place: node, pending, inFlight: one.inFlight, oldest: pending === 0 ? -1 : Math.max(0, now - (oldestOf(one)?.at ?? now)) };
  });
}
export function lookAt(server: PubSubServer, plan: Plan, glance: Glance): Look | undefined {
  const down: Pick<Look, 'health' | 'tone'> = server.down ? { health: 'UNAVAILABLE', tone: 'bad' } : {};
  const topic = plan.topics.find(({ node }) => node === glance.place);
  if (topic !== undefined) return { ...topicLook(server.topic(topic.config.name), glance), ...down };
  const subscription = plan.subscriptions.find(({ node }) => node === glance.place);
  if (subscription === undefined) return undefined;
  const found = server.subscription(subscription.config.name);
  if (found === undefined) return { lanes: [], gauges: [], health: 'does not exist', tone: 'bad', ...down };
  return { ...subscriptionLook(server, found, glance), ...down };
}
function topicLook(topic: Topic | undefined, { paused }: Glance): Look {
  if (topic === undefined) return { lanes: [], gauges: [], health: 'does not exist', tone: 'bad' };
  const gauges: Gauge[] = [
    { name: 'published', value: String(topic.next - 1) },
    { name: 'subscriptions', value: String(topic.subscriptions.length), ...(topic.subscriptions.length === 0 ? { tone: 'warn' as const } : {}) },
  ];
  if (topic.config.retention !== undefined) gauges.push({ name: 'retained', value: String(topic.log.length - topic.first) });
  if (paused > 0) gauges.push({ name: 'paused keys', value: String(paused), tone: 'bad' });
  return { lanes: [], gauges };
}
function cellOf({ config }: Subscription, { stored, state, deliveries }: Entry, glance: Glance): LookCell {
  const shown = { ready: 'ready', held: 'unsure', out: 'held', acked: 'kept' } as const;
  return { message: stored.message, copy: glance.copyOf(config.name, stored.seq), state: shown[state], redelivered: deliveries > (state === 'out' || state === 'acked' ? 1 : 0) };
}
/** One lane for what waits, and one for the leases of each subscriber. */
function subscriptionLook(server: PubSubServer, one: Subscription, glance: Glance): Look {
  const { cells } = glance;
  const pending = one.entries.size - one.inFlight;
  const waiting = firstWaiting(one, cells);
  const lanes: Lane[] = [{ label: 'backlog', cells: waiting.map((entry) => cellOf(one, entry, glance)), more: Math.max(0, pending - waiting.length) }];
  const outs = new Map<string, Entry[]>();
  for (const seq of server.leased(one.id)) {
    const entry = one.entries.get(seq);
    if (entry?.lease) outs.set(entry.lease.holder, [...(outs.get(entry.lease.holder) ?? []), entry]);
  }
  const names = [...new Set([...one.streams.keys(), ...one.endpoint, ...outs.keys()])].sort();
  const own = names.length > LEASE_LANES ? LEASE_LANES - 1 : LEASE_LANES;
  const rows = [...names.slice(0, own).map((name) => [name]), ...(names.length > own ? [names.slice(own)] : [])];
  for (const row of rows) {
    const out = row.flatMap((name) => outs.get(name) ?? []);
    const shown = out.slice(0, cells).map((entry) => cellOf(one, entry, glance));
    lanes.push({ label: row.length === 1 ? (row[0] ?? '') : `${row.length} others`, cells: shown, more: out.length - shown.length, ...leaseWords(row, out, glance.now) });
  }
  const gauges: Gauge[] = [
    { name: 'unacked', value: String(pending), of: glance.place },
    { name: 'outstanding', value: String(one.inFlight) },
  ];
  if (one.config.ordering) gauges.push(...keyGauges(one));
  if (one.config.push) gauges.push(...pushGauges(one, glance.now));
  const health = one.detached ? ({ health: 'detached', tone: 'bad' } as const) : {};
  return { lanes, gauges, ...health };
}
function firstWaiting(one: Subscription, most: number): Entry[] {
  const found: Entry[] = [];
  let looked = 0;
  for (const seq of one.byAge) {
    const entry = one.entries.get(seq);
    if (entry !== undefined && (entry.state === 'ready' || entry.state === 'held')) found.push(entry);
    if (found.length >= most || ++looked >= REACH) break;
  }
  return found;
}
/** How many a subscriber has, and when the first of their deadlines runs out. */
function leaseWords(names: readonly string[], out: readonly Entry[], now: number): Pick<Lane, 'end' | 'note' | 'tone'> {
  const who = names.join(', ');
  if (out.length === 0) return { end: '', note: `${who}: nothing out` };
  const left = Math.max(0, Math.min(...out.map(({ lease }) => lease?.deadline ?? now)) - now);
  const extended = Math.max(...out.map(({ lease }) => lease?.extended ?? 0));
  const most = Math.max(...out.map(({ deliveries }) => deliveries));
  const note = [`${who}: ${out.length} out, the first deadline in ${spanText(left)}`, extended > 0 ? `extended up to ${extended} times` : 'never extended', ...(most > 1 ? [`delivered up to ${most} times`] : [])].join(', ');
  return { end: `${out.length} · ${spanText(Math.ceil(left / 1e6) * 1e6)}`, note, ...(left < NEAR ? { tone: 'warn' as const } : {}) };
}
function keyGauges({ keys, inFlight, entries }: Subscription): Gauge[] {
  let blocked = 0;
  for (const key of keys.values()) if (key.line !== 'ready' && key.next < key.seqs.length) blocked++;
  const kept = inFlight - [...keys.values()].reduce((sum, { out }) => sum + out, 0);
  return [{ name: 'keys', value: `${blocked} of ${keys.size} held up`, ...(blocked > 0 ? { tone: 'warn' as const } : {}) }, ...(kept > 0 && entries.size > 0 ? [{ name: 'acked, not done', value: String(kept), minor: true }] : [])];
}
function pushGauges(one: Subscription, now: number): Gauge[] {
  const { pushing } = one;
  const pause = pushing.resumeAt - now;
  return [{ name: 'push window', value: `${pushing.out}/${windowOf(one)}` }, ...(pause > 0 ? [{ name: 'backs off', value: spanText(pause), tone: 'warn' as const }] : [])];
}
