/** What consumers say about entries: done, up to here, again. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#acknowledgment */
import type { Core } from './core.ts';
import { dispatch, hashOf, rewind } from './dispatch.ts';
import type { Partition } from './partition.ts';
import type { Subscription } from './subscription.ts';
import { unblock } from './subscribing.ts';

export interface Ack {
  readonly position: number;
  /** Of a batch, those that are done; null = the whole entry. */
  readonly indexes: readonly number[] | null;
}

/** Who acknowledges does not matter: an entry is deleted for all consumers of the subscription. */
export function acknowledge(core: Core, p: Partition, s: Subscription, acks: readonly Ack[]): void {
  for (const { position, indexes } of acks) {
    const entry = p.log.at(position);
    if (entry === undefined || s.cursor.isDeleted(position)) continue;
    if (indexes === null) deleteEntry(core, p, s, position);
    else if (core.options.batchIndexAck) deleteSome(core, p, s, position, indexes, entry.messages.length);
  }
  settle(core, p, s);
}
/** Everything up to and including the position. Where consumers share a subscription that is ignored. */
export function acknowledgeUpTo(core: Core, p: Partition, s: Subscription, upTo: number): void {
  if (s.individual) return;
  for (let position = s.cursor.markDelete; position <= upTo && position < p.log.end; position++) if (!s.cursor.isDeleted(position)) deleteEntry(core, p, s, position);
  settle(core, p, s);
}
/** @param told whether it is told as acknowledged; else who calls tells why it is gone */
export function deleteEntry(core: Core, p: Partition, s: Subscription, position: number, told = true): void {
  const entry = p.log.at(position);
  if (entry === undefined) return;
  const left = entry.messages.length - s.cursor.deletedOf(position).size;
  const taken = s.take(position);
  if (!s.cursor.delete(position)) return;
  s.backlog -= left;
  s.redeliveries.delete(position);
  s.keyed?.remove(position);
  if (told) core.emit({ kind: 'acked', partition: p.name, subscription: s.name, position, indexes: null });
  if (taken === undefined) return;
  if (s.keyed?.draining?.settled(taken.from.id, taken.had.hash) === true) s.keyed.drained(taken.had.hash);
}
function deleteSome(core: Core, p: Partition, s: Subscription, position: number, indexes: readonly number[], size: number): void {
  const fresh = s.cursor.deleteSome(position, indexes);
  if (fresh.length === 0) return;
  if (s.cursor.deletedOf(position).size < size) {
    s.backlog -= fresh.length;
    const from = s.holder(position);
    const had = from?.pending.get(position);
    if (from !== undefined && had !== undefined) {
      had.count -= fresh.length;
      from.unacked -= fresh.length;
      s.out -= fresh.length;
    }
    core.emit({ kind: 'acked', partition: p.name, subscription: s.name, position, indexes: fresh });
    return;
  }
  // These were the last of the batch; the counts still have them.
  core.emit({ kind: 'acked', partition: p.name, subscription: s.name, position, indexes: fresh });
  s.backlog -= fresh.length;
  deleteEntry(core, p, s, position, false);
}
/** After acknowledgements: who may be served again, and what need not be kept. */
export function settle(core: Core, p: Partition, s: Subscription): void {
  const { maxUnackedPerConsumer, markDeleteRate } = core.options;
  for (const c of s.consumers) {
    if (c.blocked && c.unacked <= maxUnackedPerConsumer / 2) {
      c.blocked = false;
      c.permits += c.held;
      c.held = 0;
      core.emit({ kind: 'blocked', partition: p.name, subscription: s.name, session: c.session, begins: false });
    }
    if (c.mayReadTo >= 0 && s.cursor.markDelete >= c.mayReadTo) c.mayReadTo = -1;
  }
  unblock(core, p, s);
  s.cursor.write(core.now(), 1e6 / markDeleteRate);
  s.cursor.read = Math.max(s.cursor.read, s.cursor.markDelete);
  if (movesOn(p)) trim(core, p);
  dispatch(core, p, s);
}
/** Closed ledgers that all subscriptions are done with go. What retention keeps is looked at now and then only. */
export function trim(core: Core, p: Partition, looks = false): void {
  const { retentionTime, retentionBytes } = core.options;
  if (retentionTime !== 0 && retentionBytes !== 0 && !looks) return;
  p.log.trim(passed(p), core.now(), core.options);
}
/** Below it all subscriptions are done, and it is written that they are. */
function passed(p: Partition): number {
  let safe = p.log.end;
  for (const { cursor } of p.subscriptions.values()) safe = Math.min(safe, cursor.safe, cursor.markDelete);
  return safe;
}
/** Whether the slowest cursor has come into another ledger: only then is it looked at what may go. */
function movesOn(p: Partition): boolean {
  const ledger = p.log.ledgerOf(passed(p) - 1);
  if (ledger === p.slowestIn) return false;
  p.slowestIn = ledger;
  return true;
}
export function flow(core: Core, p: Partition, s: Subscription, session: string, permits: number): void {
  const c = s.consumer(session);
  if (c === undefined) return;
  if (c.blocked) c.held += permits;
  else c.permits += permits;
  dispatch(core, p, s);
}
/** redeliverUnacknowledgedMessages. A subscription with one active consumer reads everything again that is not acknowledged. @param positions null = all that the consumer has */
export function redeliver(core: Core, p: Partition, s: Subscription, session: string, positions: readonly number[] | null, why: 'nack' | 'ack_timeout'): void {
  const c = s.consumer(session);
  if (c === undefined) return;
  if (!s.individual) {
    if (c.id === s.active && s.reading) rewind(core, p, s, why);
    return dispatch(core, p, s);
  }
  for (const position of positions ?? [...c.pending.keys()].sort((a, b) => a - b)) {
    const entry = p.log.at(position);
    if (entry === undefined || !c.pending.has(position)) continue;
    const taken = s.take(position);
    s.redeliveries.set(position, (s.redeliveries.get(position) ?? 0) + 1);
    core.emit({ kind: 'returned', partition: p.name, subscription: s.name, position, why });
    if (s.keyed === null) s.replay.push(position);
    else {
      if (taken !== undefined && s.keyed.draining?.settled(c.id, taken.had.hash) === true) s.keyed.drained(taken.had.hash);
      s.keyed.add(position, hashOf(s.keyed, entry));
    }
  }
  settle(core, p, s);
}
