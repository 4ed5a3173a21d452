/** Messages with subscribers: acknowledged, given back, extended, or timed out; and what a failure leads to. */
import type { Refusal } from '../contract.ts';
import { advance, isBehind, lineUp, retry, rewind } from './backlog.ts';
import { type Core, keyOf } from './core.ts';
import { errors } from './errors.ts';
import type { Entry, Lease, OrderedKey, RequeueReason, Stream, Subscription } from './model.ts';
import { forward } from './publishing.ts';
import { slowDown } from './pushing.ts';

/** Longest deadline that a subscriber may ask for, s. */
export const LONGEST = 600;

/** An acknowledgement ID names the message and the delivery. */
export const ackIdOf = (seq: number, lease: number): string => `${seq}-${lease}`;
function parse(ackId: string): { readonly seq: number; readonly lease: number } | undefined {
  const [, seq, lease] = /^(\d{1,15})-(\d{1,15})$/.exec(ackId) ?? [];
  return seq === undefined ? undefined : { seq: Number(seq), lease: Number(lease) };
}
/** Hands an entry to a subscriber. */
export function lend(core: Core, subscription: Subscription, entry: Entry, holder: string, how: { readonly stream?: Stream; readonly pushed: boolean; readonly deadline: number }): void {
  const { name, deadLetter } = subscription.config;
  const { seq, message, size } = entry.stored;
  const key = keyOf(subscription, entry);
  const id = core.counters.lease++;
  entry.state = 'out';
  entry.unkept = false;
  entry.deliveries++;
  entry.lease = { id, holder, stream: how.stream?.serial ?? 0, since: core.now, deadline: core.now + how.deadline, extended: 0 };
  core.leases.set(id, { subscription: subscription.id, seq });
  core.host.after(how.deadline, 'deadline', id);
  subscription.inFlight++;
  if (how.pushed) subscription.pushing.out++;
  if (how.stream !== undefined) {
    how.stream.messages++;
    how.stream.bytes += size;
  }
  if (key !== undefined) {
    key.next++;
    key.out++;
    key.holder = holder;
  }
  core.tell({ kind: 'delivered', subscription: name, seq, message, holder, lease: id, attempt: entry.deliveries, shown: deadLetter === undefined ? 0 : entry.failures + 1, pushed: how.pushed });
}
/** The subscriber's time with it is over, however that came. */
function end(core: Core, subscription: Subscription, entry: Entry): void {
  const { lease } = entry;
  if (lease === null) return;
  entry.lease = null;
  core.leases.delete(lease.id);
  freeRoom(subscription, entry, lease);
  if (subscription.config.push && lease.stream === 0) subscription.pushing.out = Math.max(0, subscription.pushing.out - 1);
  const key = keyOf(subscription, entry);
  if (key === undefined) return;
  key.out--;
  if (key.out > 0) return;
  key.holder = '';
  // It waited for room on the stream that had the others.
  if (key.line === 'parked') key.line = '';
  lineUp(subscription, key);
}
function freeRoom(subscription: Subscription, entry: Entry, lease: Lease): void {
  const stream = subscription.streams.get(lease.holder);
  if (stream?.serial !== lease.stream || entry.unkept) return;
  stream.messages = Math.max(0, stream.messages - 1);
  stream.bytes = Math.max(0, stream.bytes - entry.stored.size);
  for (;;) {
    const parked = stream.parked.shift();
    if (parked === undefined) return;
    const key = subscription.keys.get(parked);
    if (key?.line !== 'parked') continue;
    key.line = '';
    return lineUp(subscription, key);
  }
}
/** Nothing more is to be done with it. */
export function done(core: Core, subscription: Subscription, entry: Entry, late: boolean): void {
  core.tell({ kind: 'acked', subscription: subscription.config.name, seq: entry.stored.seq, late });
  forget(core, subscription, entry);
}
export function forget(core: Core, subscription: Subscription, entry: Entry): void {
  if (entry.state === 'out' || entry.state === 'acked') subscription.inFlight--;
  end(core, subscription, entry);
  subscription.entries.delete(entry.stored.seq);
  core.touch(subscription);
}
function backInLine(core: Core, subscription: Subscription, entry: Entry, why: RequeueReason): void {
  core.tell({ kind: 'requeued', subscription: subscription.config.name, seq: entry.stored.seq, why });
  subscription.inFlight--;
  end(core, subscription, entry);
  entry.state = 'held';
}
/** What follows on acknowledgements of a key: the custody of everything up to the first open message ends. */
export function settleKey(core: Core, subscription: Subscription, key: OrderedKey): void {
  advance(subscription, key, (entry) => done(core, subscription, entry, false));
  if (key.line === '') lineUp(subscription, key);
}
export type AckResult = 'confirmed' | Refusal;

/** @returns what a subscriber with exactly-once delivery learns; everybody else is told that it worked */
export function acknowledge(core: Core, subscription: Subscription, ackId: string): AckResult {
  const asked = parse(ackId);
  if (asked === undefined) return errors.ackId(ackId);
  const { exactlyOnce, habits } = subscription.config;
  const entry = subscription.entries.get(asked.seq);
  if (entry?.lease?.id !== asked.lease || entry.state !== 'out') {
    if (exactlyOnce) return errors.invalidAckId();
    // Too late. Without an ordering key it may count all the same; with one the rest of the key has come again, too.
    if (entry !== undefined && entry.state !== 'acked' && keyOf(subscription, entry) === undefined && core.luck.chance(habits.lateAck, 'late ack')) done(core, subscription, entry, true);
    return 'confirmed';
  }
  const key = keyOf(subscription, entry);
  if (exactlyOnce && key !== undefined && isBehind(subscription, key, asked.seq)) return errors.outOfOrderAck();
  if (!exactlyOnce && core.luck.chance(habits.ackLost, 'lost ack')) {
    if (entry.unkept) return 'confirmed';
    // The subscriber is done with it; its deadline runs on.
    freeRoom(subscription, entry, entry.lease);
    entry.unkept = true;
    core.touch(subscription);
    return 'confirmed';
  }
  if (key === undefined) done(core, subscription, entry, false);
  else {
    entry.state = 'acked';
    end(core, subscription, entry);
    settleKey(core, subscription, key);
    core.touch(subscription);
  }
  return 'confirmed';
}
/** @param seconds from now; 0 gives it back */
export function modify(core: Core, subscription: Subscription, ackId: string, seconds: number): AckResult {
  const asked = parse(ackId);
  if (asked === undefined) return errors.ackId(ackId);
  if (seconds < 0 || seconds > LONGEST) return errors.modifiedDeadline(seconds);
  const entry = subscription.entries.get(asked.seq);
  if (entry?.lease?.id !== asked.lease || entry.state !== 'out') return subscription.config.exactlyOnce ? errors.invalidAckId() : 'confirmed';
  if (seconds === 0) fail(core, subscription, entry, 'nack');
  else if (!entry.unkept) {
    const { lease } = entry;
    const deadline = core.now + seconds * 1e6;
    // The timer that is set looks again; one that would be too late is set anew.
    if (deadline < lease.deadline) core.host.after(deadline - core.now, 'deadline', lease.id);
    lease.deadline = deadline;
    lease.extended++;
  }
  return 'confirmed';
}
/** A lease's timer. */
export function deadline(core: Core, id: number): void {
  const found = core.leases.get(id);
  const subscription = found && core.byNumber(found.subscription);
  const entry = found && subscription?.entries.get(found.seq);
  if (subscription === undefined || entry?.lease?.id !== id) return;
  if (entry.lease.deadline > core.now) core.host.after(entry.lease.deadline - core.now, 'deadline', id);
  else fail(core, subscription, entry, entry.unkept ? 'ack_not_kept' : subscription.config.push && entry.lease.stream === 0 ? 'push_deadline' : 'ack_deadline');
}
/** It was given back, or its time ran out: once more, later, or to the dead-letter topic. */
export function fail(core: Core, subscription: Subscription, entry: Entry, why: RequeueReason): void {
  const { name, deadLetter, habits } = subscription.config;
  const key = keyOf(subscription, entry);
  const { seq } = entry.stored;
  if (why === 'push_failed' || why === 'push_deadline') slowDown(core, subscription);
  if (!core.luck.chance(habits.uncounted, 'attempts')) entry.failures++;
  const buried = deadLetter?.allowed === true && entry.failures >= deadLetter.attempts ? core.topics.get(deadLetter.topic) : undefined;
  if (buried !== undefined && deadLetter !== undefined) {
    const { stored, deliveries, failures } = entry;
    core.tell({ kind: 'dead-lettered', subscription: name, seq, attempt: deliveries, topic: deadLetter.topic });
    forget(core, subscription, entry);
    forward(core, subscription, buried, stored, failures);
    if (key !== undefined) settleKey(core, subscription, key);
    return;
  }
  if (key === undefined) {
    backInLine(core, subscription, entry, why);
    if (!isTooOld(core, subscription, entry)) retry(core, subscription, entry);
    return;
  }
  rewindKey(core, subscription, key, seq, why);
  if (isTooOld(core, subscription, entry)) settleKey(core, subscription, key);
  else retry(core, subscription, entry);
}
export function rewindKey(core: Core, subscription: Subscription, key: OrderedKey, seq: number, why: RequeueReason): void {
  rewind(core, subscription, key, seq, why, (one, reason) => backInLine(core, subscription, one, reason));
}
/** Past its retention: it is not delivered again, but expires. */
export function isTooOld(core: Core, subscription: Subscription, entry: Entry): boolean {
  if (core.now - entry.stored.at < subscription.config.retention) return false;
  core.tell({ kind: 'expired', subscription: subscription.config.name, seq: entry.stored.seq, why: 'retention' });
  forget(core, subscription, entry);
  return true;
}
