/** What waits in a subscription: with an ordering key in its order, without one as it comes. */
import { type Core, keyOf } from './core.ts';
import type { Entry, OrderedKey, RequeueReason, Stored, Subscription } from './model.ts';

/** µs by which a message that others overtake is late at most. */
const LATE_BY = 200_000;

/** A message comes into the subscription's custody. */
export function add(core: Core, subscription: Subscription, stored: Stored): void {
  const entry: Entry = { stored, state: 'ready', failures: 0, deliveries: 0, lease: null, unkept: false, hold: 0 };
  subscription.entries.set(stored.seq, entry);
  if (subscription.config.ordering && stored.key !== '') {
    let key = subscription.keys.get(stored.key);
    if (key === undefined) subscription.keys.set(stored.key, (key = { name: stored.key, seqs: [], head: 0, next: 0, out: 0, holder: '', line: '', hold: 0 }));
    key.seqs.push(stored.seq);
    lineUp(subscription, key);
  } else if (core.luck.chance(subscription.config.habits.overtaken, 'overtaken')) hold(core, subscription, entry, 1 + core.luck.pick(LATE_BY, 'overtaken'));
  else subscription.fresh.push(stored.seq);
  core.touch(subscription);
}
/** Not deliverable for so long. */
function hold(core: Core, subscription: Subscription, entry: Entry, delay: number): void {
  entry.state = 'held';
  entry.hold = core.counters.hold++;
  core.holds.set(entry.hold, { subscription: subscription.id, seq: entry.stored.seq, hold: entry.hold });
  core.host.after(delay, 'hold', entry.hold);
}
/** A wait is over. */
export function release(core: Core, id: number): void {
  const found = core.holds.get(id);
  core.holds.delete(id);
  const subscription = found && core.byNumber(found.subscription);
  if (found === undefined || subscription === undefined) return;
  if ('key' in found) {
    const key = subscription.keys.get(found.key);
    if (key?.line !== 'blocked' || key.hold !== id) return;
    key.line = '';
    lineUp(subscription, key);
  } else {
    const entry = subscription.entries.get(found.seq);
    if (entry?.state !== 'held' || entry.hold !== id) return;
    entry.state = 'ready';
    (entry.deliveries > 0 ? subscription.again : subscription.fresh).push(found.seq);
  }
  core.touch(subscription);
}
/** The key stands in line when there is something of it to deliver, and nothing forbids it. */
export function lineUp(subscription: Subscription, key: OrderedKey): void {
  if (key.line !== '' || key.next >= key.seqs.length) return;
  key.line = 'ready';
  subscription.readyKeys.push(key.name);
}
/** Places of an ordered key's seq among its messages. */
function placeOf({ seqs, head }: OrderedKey, seq: number): number {
  let low = head;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seqs[middle] as number) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
/** Whether an earlier message of the key is still to be acknowledged. */
export function isBehind(subscription: Subscription, key: OrderedKey, seq: number): boolean {
  for (let at = key.head; at < key.seqs.length; at++) {
    const one = key.seqs[at] as number;
    if (one >= seq) return false;
    // Gone entries at the head are passed over; the first that is there decides.
    if (subscription.entries.has(one)) return true;
  }
  return false;
}
/** Ends the custody of acknowledged messages before which nothing is open; forgets keys without messages. */
export function advance(subscription: Subscription, key: OrderedKey, ended: (entry: Entry) => void): void {
  while (key.head < key.seqs.length) {
    const entry = subscription.entries.get(key.seqs[key.head] as number);
    if (entry !== undefined && entry.state !== 'acked') break;
    if (entry !== undefined) ended(entry);
    key.head++;
    if (key.next < key.head) key.next = key.head;
  }
  if (key.head >= key.seqs.length && key.line !== 'parked' && key.line !== 'ready') subscription.keys.delete(key.name);
  else if (key.head > 64 && key.head * 2 > key.seqs.length) {
    key.seqs = key.seqs.slice(key.head);
    key.next -= key.head;
    key.head = 0;
  }
}
/** Delivers the key once more from this message on: what came after it too, acknowledged or not. */
export function rewind(core: Core, subscription: Subscription, key: OrderedKey, seq: number, why: RequeueReason, back: (entry: Entry, why: RequeueReason) => void): void {
  const from = placeOf(key, seq);
  for (let at = from; at < key.next; at++) {
    const entry = subscription.entries.get(key.seqs[at] as number);
    if (entry === undefined || (entry.state !== 'out' && entry.state !== 'acked')) continue;
    back(entry, entry.stored.seq === seq ? why : 'key_redelivered');
    entry.state = 'ready';
  }
  key.next = from;
  core.touch(subscription);
}
/** A message that failed is to be delivered again: after its backoff, at once without one. */
export function retry(core: Core, subscription: Subscription, entry: Entry): void {
  const delay = backoffOf(subscription, entry);
  const key = keyOf(subscription, entry);
  if (key !== undefined) {
    if (delay > 0) {
      // A key in line leaves it when its turn comes: blocked keys are passed over.
      key.line = 'blocked';
      key.hold = core.counters.hold++;
      core.holds.set(key.hold, { subscription: subscription.id, key: key.name, hold: key.hold });
      core.host.after(delay, 'hold', key.hold);
    } else lineUp(subscription, key);
  } else if (delay > 0) hold(core, subscription, entry, delay);
  else {
    entry.state = 'ready';
    subscription.again.push(entry.stored.seq);
  }
  core.touch(subscription);
}
/** Doubles with each failure, from the minimum to the maximum. */
function backoffOf({ config }: Subscription, entry: Entry): number {
  if (config.retry === undefined) return 0;
  const { minimum, maximum } = config.retry;
  let delay = minimum;
  for (let n = 1; n < entry.failures && delay < maximum; n++) delay *= 2;
  return Math.min(delay, maximum);
}
/** The next entry without an ordering key that may be delivered; it stays in line. */
export function peek(subscription: Subscription): Entry | undefined {
  for (const line of [subscription.again, subscription.fresh]) {
    for (;;) {
      const seq = line.first();
      if (seq === undefined) break;
      const entry = subscription.entries.get(seq);
      if (entry?.state === 'ready') return entry;
      line.shift();
    }
  }
  return undefined;
}
/** Takes out what `peek` showed. */
export function take({ again, fresh }: Subscription, { stored }: Entry): void {
  (again.first() === stored.seq ? again : fresh).shift();
}
/** The next entry of a key, passing over what is gone. */
export function nextOf(subscription: Subscription, key: OrderedKey): Entry | undefined {
  while (key.next < key.seqs.length) {
    const entry = subscription.entries.get(key.seqs[key.next] as number);
    if (entry !== undefined) return entry;
    key.next++;
  }
  return undefined;
}
