/** Consumers that come and go. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#subscriptions */
import type { Refusal } from '../contract.ts';
import type { Core } from './core.ts';
import { dispatch, hashOf, rewind } from './dispatch.ts';
import { errors } from './errors.ts';
import type { Assignment } from './key-shared.ts';
import { KeyedWaiting } from './keyed-waiting.ts';
import { keyHash } from './murmur3.ts';
import type { Partition } from './partition.ts';
import type { Consumer, KeySharedPolicy, Subscription, SubscriptionType } from './subscription.ts';

export interface SubscribeArgs {
  readonly subscription: string;
  readonly type: SubscriptionType;
  readonly name: string;
  readonly priority: number;
  readonly initialPosition: 'Latest' | 'Earliest';
  readonly keyShared: KeySharedPolicy;
}
/** Points of a consumer on the ring that chooses the active one of a topic without partitions. */
const FAILOVER_POINTS = 100;

/** @param id the consumer's number */
export function join(core: Core, p: Partition, s: Subscription, session: string, id: number, args: SubscribeArgs): Refusal | null {
  const first = s.consumers.length === 0;
  if (first) begin(core, s, args);
  else if (s.type !== args.type || !samePolicy(s, args)) return errors.consumerBusy('Subscription is of different type');
  if (s.type === 'Exclusive' && !first) return errors.consumerBusy('Exclusive consumer is already connected');
  const consumer: Consumer = { id, session, name: args.name, priority: args.priority, permits: 0, unacked: 0, blocked: false, held: 0, mayReadTo: -1, pending: new Map() };
  if (s.keyed !== null) {
    const before = s.keyed.selector.assignments();
    const refused = s.keyed.selector.add({ id, name: args.name, ...(args.keyShared.mode === 'STICKY' ? { hashRanges: args.keyShared.ranges } : {}) });
    if (refused !== null) return refused;
    s.consumers.push(consumer);
    rehash(s, s.keyed, before, id);
    // All acknowledged, or alone: nothing has to be waited for.
    if (s.keyed.plan.classic && !s.keyed.plan.outOfOrder && !first && s.cursor.read - s.cursor.markDelete > 1) consumer.mayReadTo = s.cursor.read;
  } else s.consumers.push(consumer);
  if (s.individual) s.consumers.sort((a, b) => a.priority - b.priority);
  else elect(core, p, s);
  return null;
}
/** The first consumer says what the subscription is, and reading begins after the mark-delete position. */
function begin(core: Core, s: Subscription, { type, keyShared }: SubscribeArgs): void {
  const { options } = core;
  // Another type is another dispatcher.
  if (s.type !== type) s.turn = 0;
  s.type = type;
  s.cursor.read = s.cursor.markDelete;
  s.keyed = type === 'Key_Shared' ? new KeyedWaiting({ sticky: keyShared.mode === 'STICKY', outOfOrder: keyShared.allowOutOfOrderDelivery, classic: options.classicKeyShared, points: options.consistentHashing ? options.replicaPoints : 0 }) : null;
}
function samePolicy({ keyed }: Subscription, { keyShared }: SubscribeArgs): boolean {
  return keyed === null || (keyed.plan.sticky === (keyShared.mode === 'STICKY') && keyed.plan.outOfOrder === keyShared.allowOutOfOrderDelivery);
}
/** Hashes have changed hands. */
function rehash(s: Subscription, keyed: KeyedWaiting, before: readonly Assignment[], changed: number): void {
  keyed.draining?.reassigned(before, keyed.selector.assignments(), changed, (id) => [...(s.byId(id)?.pending.values() ?? [])].flatMap(({ hash, count }) => (count > 0 ? [hash] : [])));
  keyed.reassign();
}
/** What it had is sent again, to others; that does not count as a redelivery. */
export function leave(core: Core, p: Partition, s: Subscription, session: string): void {
  const at = s.consumers.findIndex((one) => one.session === session);
  const [gone] = at < 0 ? [] : s.consumers.splice(at, 1);
  if (gone === undefined) return;
  s.out -= gone.unacked;
  const positions = [...gone.pending.keys()].sort((a, b) => a - b);
  if (s.keyed !== null) {
    const before = s.keyed.selector.assignments();
    s.keyed.selector.remove(gone.id);
    s.keyed.draining?.removed(gone.id);
    rehash(s, s.keyed, before, gone.id);
  }
  for (const position of positions) core.emit({ kind: 'returned', partition: p.name, subscription: s.name, position, why: 'consumer_gone' });
  if (s.consumers.length === 0) return forget(s);
  if (!s.individual) return elect(core, p, s);
  for (const position of positions) {
    const entry = p.log.at(position);
    if (entry === undefined) continue;
    if (s.keyed === null) s.replay.push(position);
    else s.keyed.add(position, hashOf(s.keyed, entry));
  }
  if (s.consumers.length === 1 && s.consumers[0] !== undefined) s.consumers[0].mayReadTo = -1;
  unblock(core, p, s);
  dispatch(core, p, s);
}
/** Nobody is left: the next consumer begins after the mark-delete position, and how often anything came back is forgotten. */
export function forget(s: Subscription): void {
  s.active = -1;
  s.reading = false;
  s.changes++;
  s.out = 0;
  s.blocked = false;
  s.cursor.read = s.cursor.markDelete;
  s.redeliveries.clear();
  s.replay.clear();
  s.delayed.clear();
  s.tickAt = -1;
  s.keyed = null;
}
/** The subscription is not blocked any more when less than half of what it may have is unacknowledged. */
export function unblock(core: Core, p: Partition, s: Subscription): void {
  const most = core.options.maxUnackedPerSubscription;
  if (!s.blocked || (most > 0 && s.out >= Math.floor(most / 2))) return;
  s.blocked = false;
  core.emit({ kind: 'blocked', partition: p.name, subscription: s.name, session: null, begins: false });
}
/** Who is served: of the highest priority level, by name; of partitions, each its own one. */
function elect(core: Core, p: Partition, s: Subscription): void {
  s.consumers.sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id));
  const best = s.consumers.filter((one) => one.priority === s.consumers[0]?.priority);
  const chosen = best[p.index >= 0 ? p.index % best.length : onRing(p.fullName, best)];
  if (chosen === undefined || chosen.id === s.active) return;
  s.active = chosen.id;
  s.changes++;
  s.reading = false;
  const delay = s.type === 'Failover' ? core.options.failoverDelay : 0;
  if (delay > 0) core.after(delay, 'failover', s.no * 1e6 + (s.changes % 1e6));
  else takeOver(core, p, s);
}
function onRing(topic: string, consumers: readonly Consumer[]): number {
  const wanted = keyHash(topic);
  let [next, first]: ({ readonly hash: number; readonly index: number } | undefined)[] = [];
  for (const [index, { name }] of consumers.entries()) {
    for (let i = 0; i < FAILOVER_POINTS; i++) {
      const hash = keyHash(`${name}${i}`);
      // Where points collide, the later consumer has the place.
      if (hash >= wanted && (next === undefined || hash <= next.hash)) next = { hash, index };
      if (first === undefined || hash <= first.hash) first = { hash, index };
    }
  }
  return (next ?? first)?.index ?? 0;
}
/** The active consumer begins with what is not acknowledged, whoever has it. */
export function takeOver(core: Core, p: Partition, s: Subscription): void {
  s.reading = true;
  rewind(core, p, s, 'rewound');
  dispatch(core, p, s);
}
