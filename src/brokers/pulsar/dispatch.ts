/** What a subscription sends next, and to whom. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#subscription-types */
import type { Core } from './core.ts';
import type { Entry } from './entry-log.ts';
import type { Returned } from './events.ts';
import { stickyKeyOf } from './key-shared.ts';
import type { KeyedWaiting } from './keyed-waiting.ts';
import type { Partition } from './partition.ts';
import { canTake, type Consumer, type Subscription } from './subscription.ts';

export function dispatch(core: Core, p: Partition, s: Subscription): void {
  if (!p.serving || s.consumers.length === 0) return;
  if (s.individual) releaseDelayed(core, p, s);
  if (s.type === 'Shared') dispatchShared(core, p, s);
  else if (s.keyed !== null) dispatchKeyed(core, p, s, s.keyed);
  else if (!s.individual) dispatchSingle(core, p, s);
}
/** Whether the topic's rate allows another message now. */
function inBudget(core: Core, p: Partition): boolean {
  const { dispatchRate } = core.options;
  if (dispatchRate === 0) return true;
  const now = core.now();
  if (p.refillAt <= now && p.refillAt !== -1) p.refillAt = -1;
  if (p.refillAt === -1) {
    p.budget = dispatchRate;
    p.refillAt = now + 1e6;
    core.after(1e6, 'refill', p.no);
  }
  return p.budget > 0;
}
function deliver(core: Core, p: Partition, s: Subscription, c: Consumer, entry: Entry, hash: number): void {
  const { maxUnackedPerConsumer, maxUnackedPerSubscription } = core.options;
  const { position } = entry;
  const deleted = s.cursor.deletedOf(position);
  const indexes = entry.messages.flatMap((_, i) => (deleted.has(i) ? [] : [i]));
  const count = indexes.length;
  p.budget -= count;
  c.permits -= count;
  c.unacked += count;
  s.out += count;
  c.pending.set(position, { count, hash });
  core.emit({ kind: 'dispatched', partition: p.name, subscription: s.name, entry, consumer: c.session, redeliveries: s.individual ? (s.redeliveries.get(position) ?? 0) : 0, indexes, durable: true });
  if (!s.individual) return;
  if (maxUnackedPerConsumer > 0 && c.unacked >= maxUnackedPerConsumer && !c.blocked) {
    c.blocked = true;
    core.emit({ kind: 'blocked', partition: p.name, subscription: s.name, session: c.session, begins: true });
  }
  if (maxUnackedPerSubscription > 0 && s.out >= maxUnackedPerSubscription && !s.blocked) {
    s.blocked = true;
    core.emit({ kind: 'blocked', partition: p.name, subscription: s.name, session: null, begins: true });
  }
}
/** The next entry that nobody read, where there is one. */
function peekUnread(core: Core, p: Partition, { cursor }: Subscription): Entry | undefined {
  for (; cursor.read < p.log.end; cursor.read++) {
    const entry = cursor.isDeleted(cursor.read) ? undefined : p.log.at(cursor.read);
    if (entry !== undefined) return core.bookies.canRead(entry.bookies) ? entry : undefined;
  }
  return undefined;
}
/** The same; what is not due yet is set aside. */
function nextUnread(core: Core, p: Partition, s: Subscription): Entry | undefined {
  for (;;) {
    const entry = peekUnread(core, p, s);
    if (entry === undefined || !s.individual || !isDelayed(core, entry)) return entry;
    setAside(core, s, entry);
    s.cursor.read++;
  }
}
// Shared ---------------------------------------------------------------------
function dispatchShared(core: Core, p: Partition, s: Subscription): void {
  while (s.consumers.some(canTake) && inBudget(core, p)) {
    let next = nextShared(core, p, s);
    const c = next && nextConsumer(s);
    if (next === undefined || c === undefined) return;
    // A consumer gets so many entries before it is the next one's turn (dispatcherMaxRoundRobinBatchSize). Those that are not due yet count.
    for (let sent = 0; next !== undefined && sent < core.options.roundRobinBatch && canTake(c) && inBudget(core, p); sent++) {
      if (next.again) s.replay.shift();
      else s.cursor.read++;
      if (!next.again && isDelayed(core, next.entry)) setAside(core, s, next.entry);
      else deliver(core, p, s, c, next.entry, 0);
      next = nextShared(core, p, s);
    }
  }
}
/** What comes again goes first, also when the subscription is blocked on unacknowledged messages. */
function nextShared(core: Core, p: Partition, s: Subscription): { readonly entry: Entry; readonly again: boolean } | undefined {
  const again = nextReplay(core, p, s);
  const entry = again ?? (s.blocked ? undefined : peekUnread(core, p, s));
  return entry && { entry, again: again !== undefined };
}
function nextReplay(core: Core, p: Partition, s: Subscription): Entry | undefined {
  for (let position = s.replay.first(); position !== undefined; position = s.replay.first()) {
    const entry = p.log.at(position);
    if (entry !== undefined && !s.cursor.isDeleted(position) && s.holder(position) === undefined) return core.bookies.canRead(entry.bookies) ? entry : undefined;
    s.replay.shift();
  }
  return undefined;
}
/** From the one whose turn it is: those of higher priority levels (0 is the highest), then its own level in turn, then lower ones. Joining and leaving does not change whose turn it is. */
function nextConsumer(s: Subscription): Consumer | undefined {
  const { consumers } = s;
  if (s.turn >= consumers.length) s.turn = 0;
  const level = consumers[s.turn]?.priority ?? 0;
  const free = (from: number, to: number, isOf: (priority: number) => boolean): number => {
    for (let i = from; i < to; i++) if (isOf(consumers[i]?.priority ?? 0) && canTake(consumers[i] as Consumer)) return i;
    return -1;
  };
  let at = free(0, s.turn, (one) => one < level);
  if (at < 0) at = free(s.turn, consumers.length, (one) => one === level);
  if (at < 0) at = free(0, s.turn, (one) => one === level);
  if (at < 0) at = free(s.turn, consumers.length, (one) => one > level);
  if (at < 0) return undefined;
  s.turn = at + 1;
  return consumers[at];
}
// Key_Shared -----------------------------------------------------------------
export function hashOf(keyed: KeyedWaiting, entry: Entry): number {
  return keyed.hash(stickyKeyOf({ ...(entry.key === null ? {} : { key: entry.key }), producerName: entry.producer, sequenceId: entry.sequence }));
}
function dispatchKeyed(core: Core, p: Partition, s: Subscription, keyed: KeyedWaiting): void {
  for (const c of s.consumers) if (!sendWaiting(core, p, s, keyed, c)) return;
  const { lookAheadPerConsumer, lookAheadPerSubscription } = core.options;
  const lookAhead = Math.min(lookAheadPerConsumer * s.consumers.length, lookAheadPerSubscription);
  while (keyed.size < lookAhead && !s.blocked && s.consumers.some(canTake)) {
    if (!inBudget(core, p)) return;
    const entry = nextUnread(core, p, s);
    if (entry === undefined) return;
    s.cursor.read++;
    const hash = hashOf(keyed, entry);
    const c = s.byId(keyed.selector.select(hash));
    if (c !== undefined && canTake(c) && mayHave(c, entry.position) && !keyed.hasHash(hash) && keyed.draining?.blocks(c.id, hash) !== true) deliver(core, p, s, c, entry, hash);
    else keyed.add(entry.position, hash);
  }
}
/** @returns false when the topic may send nothing more now */
function sendWaiting(core: Core, p: Partition, s: Subscription, keyed: KeyedWaiting, c: Consumer): boolean {
  while (canTake(c)) {
    const first = keyed.first(c.id);
    if (first === undefined || !mayHave(c, first.position)) return true;
    if (!inBudget(core, p)) return false;
    const entry = p.log.at(first.position);
    if (entry === undefined || s.cursor.isDeleted(first.position)) keyed.remove(first.position);
    else if (keyed.draining?.blocks(c.id, first.hash) === true) keyed.park(c.id);
    else if (!core.bookies.canRead(entry.bookies)) return true;
    else {
      keyed.remove(first.position);
      deliver(core, p, s, c, entry, first.hash);
    }
  }
  return true;
}
/** Before 4.0 a consumer that had just joined got nothing that was read after that, until all before was acknowledged. */
const mayHave = (c: Consumer, position: number): boolean => c.mayReadTo < 0 || position < c.mayReadTo;

// Exclusive and Failover -----------------------------------------------------
function dispatchSingle(core: Core, p: Partition, s: Subscription): void {
  const c = s.byId(s.active);
  if (c === undefined || !s.reading) return;
  while (c.permits > 0) {
    // As many entries as it has permits are read in one go, however many messages are in them.
    for (let entries = c.permits; entries > 0; entries--) {
      const entry = inBudget(core, p) ? nextUnread(core, p, s) : undefined;
      if (entry === undefined) return;
      s.cursor.read++;
      deliver(core, p, s, c, entry, 0);
    }
  }
}
/** Everything that is not acknowledged is read again. */
export function rewind(core: Core, p: Partition, s: Subscription, why: Returned): void {
  const out: number[] = [];
  for (const c of s.consumers) {
    out.push(...c.pending.keys());
    c.pending.clear();
    c.unacked = 0;
  }
  s.out = 0;
  s.cursor.read = s.cursor.markDelete;
  for (const position of out.sort((a, b) => a - b)) core.emit({ kind: 'returned', partition: p.name, subscription: s.name, position, why });
}
// Delayed delivery -----------------------------------------------------------
/** Unless it is strict, the tracker hands out what is due within a tick. */
const cutoff = (core: Core): number => core.now() + (core.options.delayedStrict ? 0 : core.options.delayedTick);
const isDelayed = (core: Core, entry: Entry): boolean => core.options.delayedDelivery && entry.deliverAt > cutoff(core);

function setAside(core: Core, s: Subscription, entry: Entry): void {
  s.delayed.push([entry.deliverAt, entry.position]);
  plan(core, s);
}
/** The next look at the delayed messages: when the first is due, but not within a tick of the last look. */
function plan(core: Core, s: Subscription): void {
  const first = s.delayed.first();
  if (first === undefined || (s.tickAt >= 0 && s.tickAt <= first[0])) return;
  const now = core.now();
  const at = Math.max(first[0], now);
  s.tickAt = at;
  core.after(at - now, 'delayed', s.no);
}
function releaseDelayed(core: Core, p: Partition, s: Subscription): void {
  const until = cutoff(core);
  for (let first = s.delayed.first(); first !== undefined && first[0] <= until; first = s.delayed.first()) {
    s.delayed.shift();
    const entry = p.log.at(first[1]);
    if (entry === undefined || s.cursor.isDeleted(first[1])) continue;
    if (s.keyed === null) s.replay.push(first[1]);
    else s.keyed.add(first[1], hashOf(s.keyed, entry));
  }
}
/** The timer of the delayed messages. */
export function tick(core: Core, p: Partition, s: Subscription): void {
  if (s.tickAt < 0 || core.now() < s.tickAt) return;
  s.tickAt = -1;
  dispatch(core, p, s);
  plan(core, s);
}
