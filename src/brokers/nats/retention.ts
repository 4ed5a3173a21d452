import type { Core } from './core.ts';
import { type ApiError, errors } from './errors.ts';
import type { RemovalReason } from './events.ts';
import type { Consumer, Stored, Stream } from './model.ts';
import { countFrom, countOf, firstOf, lastPassing, newest, nextPassing, passes, subjectsPassing, take } from './store.ts';
import { us } from './config.ts';
import { storeAck, storeAll } from './stored-state.ts';
import { isSubsetOf } from './subjects.ts';

/** How messages leave a stream: limits, age, acks, deletes and purges, and what that means to its consumers. */

/** Takes one message out. Consumers count it no longer, and one that waits for its ack gives it up. */
export function remove(core: Core, stream: Stream, seq: number, reason: RemovalReason): boolean {
  const message = take(stream.store, seq, stream.config.storage);
  if (message === null) return false;
  core.removed(stream, message, reason);
  for (const consumer of stream.consumers.values()) {
    if (!passes(message.subject, consumer.sought)) continue;
    // Before 2.10 what was counted once stays counted.
    if (seq >= consumer.sseq && (core.since('2.10.27') || seq > consumer.countedThrough)) consumer.numPending -= 1;
    const out = consumer.pending.get(seq);
    if (out !== undefined) core.later({ does: 'term', consumer: consumer.id, seq, dseq: out.dseq, reason: 'Unacknowledged message was deleted' });
  }
  return true;
}
/** Counts what waits for a consumer afresh. */
export function recount(core: Core, { store }: Stream, consumer: Consumer): void {
  consumer.numPending = countFrom(store, consumer.sseq, consumer.filters, consumer.config.deliver_policy === 'last_per_subject');
  consumer.countedThrough = core.since('2.10.27') ? store.lastSeq : lastPassing(store, consumer.sseq, consumer.filters);
}
/** Before 2.10 a consumer for which nothing waited when it was counted does not count at all, and counts afresh whenever it is asked. */
export const isCounted = (core: Core, consumer: Consumer): boolean => consumer.countedThrough > 0 || core.since('2.10.27');
/** How much waits for a consumer, as far as it knows. */
export function waitingFor(core: Core, consumer: Consumer): number {
  if (!isCounted(core, consumer)) recount(core, core.stream(consumer), consumer);
  return Math.max(consumer.numPending, 0);
}

/** Limits of a stream, in the server's order: per subject, messages, bytes. Only discard old makes room. */
export function enforceLimits(core: Core, stream: Stream, subject: string): void {
  enforceSubjectLimit(core, stream, subject);
  enforceTotals(core, stream);
}
export function enforceTotals(core: Core, stream: Stream): void {
  const { config, store } = stream;
  if (config.discard !== 'old') return;
  while (config.max_msgs > 0 && store.messages.size > config.max_msgs) remove(core, stream, store.firstSeq, 'max_msgs');
  while (config.max_bytes > 0 && store.bytes > config.max_bytes) remove(core, stream, store.firstSeq, 'max_bytes');
}
export function enforceSubjectLimit(core: Core, stream: Stream, subject: string): void {
  const limit = stream.config.max_msgs_per_subject;
  if (limit > 0) while (countOf(stream.store, subject) > limit) if (!remove(core, stream, firstOf(stream.store, subject), 'max_msgs_per_subject')) return;
}

/** Sees to it that somebody looks when this message, or the oldest, is too old. */
export function watchAge(core: Core, stream: Stream, { expiresAt }: Stored): void {
  const first = stream.store.messages.get(stream.store.firstSeq);
  const ages = stream.config.max_age > 0 && first !== undefined ? [first.at + us(stream.config.max_age)] : [];
  const due = Math.min(...ages, ...(expiresAt >= 0 ? [expiresAt] : []));
  if (due < NEVER && (stream.ageTimer < 0 || due < stream.ageTimer)) core.armStream(stream, 'age', due - core.now());
}
/** Nats-TTL: never. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** Does this consumer still have to settle the message? Given up after max_deliver counts as not settled. */
function needsAck(stream: Stream, consumer: Consumer, { seq, subject }: Stored): boolean {
  if (isFiltered(stream, consumer) && !passes(subject, consumer.filters)) return false;
  const { config, ackFloorStream, sseq, pending, redelivered } = consumer;
  const open = seq > ackFloorStream && (config.ack_policy !== 'explicit' || seq >= sseq || pending.has(seq));
  return open || redelivered.has(seq);
}
/** A filter that names exactly what the stream takes is no filter. */
function isFiltered({ config }: Stream, { filters }: Consumer): boolean {
  return filters.length > 0 && !(filters.length === config.subjects.length && config.subjects.every((one) => filters.includes(one)));
}
/** @param but the consumer whose interest does not count: it acked, or goes */
export function noInterest(stream: Stream, message: Stored, but: Consumer | null): boolean {
  return ![...stream.consumers.values()].some((one) => one !== but && needsAck(stream, one, message));
}
/** Mirrors and sources of other streams count as interest. */
export const isRead = (core: Core, { name }: Stream): boolean => [...core.streams.values()].some(({ config }) => config.mirror?.name === name || config.sources.some((one) => one.name === name && one.external === undefined));
/** A consumer is done with a message of a workqueue or interest stream. Mirrors and sources read at once, so none holds it back. */
export function acked(core: Core, stream: Stream, consumer: Consumer | null, seq: number): void {
  const message = stream.store.messages.get(seq);
  if (stream.config.retention === 'limits' || message === undefined) return;
  if (stream.config.retention === 'workqueue' || noInterest(stream, message, consumer)) remove(core, stream, seq, 'acked');
}
/** After a consumer of an interest stream went, or changed its filter (`gone` null): what nobody wants any more goes. */
export function cleanUp(core: Core, stream: Stream, floor: number, gone: Consumer | null): void {
  if (stream.consumers.size === 0) {
    purgeAll(core, stream, 'no-interest');
    return;
  }
  const from = Math.max(floor, stream.store.firstSeq);
  for (const message of [...stream.store.messages.values()]) if (message.seq >= from && noInterest(stream, message, gone)) remove(core, stream, message.seq, 'no-interest');
}

function purgeAll(core: Core, stream: Stream, reason: RemovalReason): number {
  stream.store.tallies?.clear();
  return sweep(core, stream, reason);
}
function sweep(core: Core, stream: Stream, reason: RemovalReason): number {
  const { store } = stream;
  const gone = [...store.messages.values()];
  for (const message of gone) core.removed(stream, message, reason);
  store.messages.clear();
  store.bySubject.clear();
  store.firstSeq = store.lastSeq + 1;
  store.bytes = 0;
  if (gone.length > 0) recountAll(core, stream);
  return gone.length;
}
/** Everything below `seq`. Beyond the last sequence the stream goes on from `seq`. In memory 2.9 needs a message there. */
function compact(core: Core, stream: Stream, seq: number, reason: RemovalReason): number | ApiError {
  const { store } = stream;
  if (seq > store.lastSeq) {
    const count = sweep(core, stream, reason);
    store.firstSeq = seq;
    store.lastSeq = seq - 1;
    if (core.since('2.10.27')) store.published = store.lastSeq;
    return count;
  }
  if (store.tallies !== null && !store.messages.has(seq)) return errors.general('no message found');
  const below: number[] = [];
  for (const message of store.messages.values()) {
    if (message.seq >= seq) break;
    below.push(message.seq);
  }
  removeTogether(core, stream, below, reason);
  return below.length;
}
/** Takes messages out at once: what waits is counted afresh, and nothing that is out is given up for it. */
function removeTogether(core: Core, stream: Stream, seqs: readonly number[], reason: RemovalReason): void {
  for (const seq of seqs) {
    const message = take(stream.store, seq, stream.config.storage, true);
    if (message !== null) core.removed(stream, message, reason);
  }
  if (seqs.length > 0) recountAll(core, stream);
}
/** From 2.10 on. */
function recountAll(core: Core, stream: Stream): void {
  if (!core.since('2.10.27')) return;
  const { firstSeq } = stream.store;
  for (const consumer of stream.consumers.values()) {
    recount(core, stream, consumer);
    if (!core.since('2.14.5')) continue;
    for (const seq of [...consumer.redelivered.keys()]) if (seq < firstSeq && consumer.redelivered.delete(seq)) consumer.redeliver.delete(seq);
  }
}

export interface PurgeArgs {
  readonly filter?: string;
  /** Purges below this sequence. */
  readonly seq?: number;
  /** Keeps so many of the newest. */
  readonly keep?: number;
}
/** @returns how many were removed */
export function purge(core: Core, stream: Stream, args: PurgeArgs, reason: RemovalReason = 'purged'): number | ApiError {
  const { filter = '', seq = 0, keep = 0 } = args;
  const count = filter === '' || filter === '>' ? purgeWhole(core, stream, seq, keep, reason) : purgeSubjects(core, stream, filter, seq, keep, reason);
  if (typeof count !== 'number') return count;
  const { firstSeq, lastSeq } = stream.store;
  const start = filter === '' ? firstSeq : (nextPassing(stream.store, firstSeq, [filter])?.seq ?? 0);
  for (const consumer of stream.consumers.values()) {
    const covered = filter === '' || consumer.filters.some((one) => one === filter || isSubsetOf(one, filter));
    const wider = !covered && (consumer.filters.length === 0 || consumer.filters.some((one) => isSubsetOf(filter, one)));
    if (covered || wider) skipPurged(core, stream, consumer, wider ? firstSeq : start, lastSeq, wider);
  }
  return count;
}
function purgeWhole(core: Core, stream: Stream, seq: number, keep: number, reason: RemovalReason): number | ApiError {
  const counts = core.since(stream.config.storage === 'file' ? '2.10.27' : '2.14.5');
  if (keep === 0 && (seq === 0 || (seq === 1 && !core.since('2.10.27')))) return purgeAll(core, stream, reason);
  if (seq > 1) return compact(core, stream, seq, reason);
  if (counts) return purgeSubjects(core, stream, '>', seq, keep, reason);
  // It keeps sequences, whether there is a message or not.
  return keep > 0 && keep < stream.store.messages.size ? compact(core, stream, stream.store.lastSeq - keep + 1, reason) : 0;
}
function purgeSubjects(core: Core, stream: Stream, filter: string, seq: number, keep: number, reason: RemovalReason): number {
  const { store } = stream;
  const later = core.since('2.14.5');
  if (later && seq === 1) return 0;
  const all = filter === '>';
  const total = all ? store.messages.size : subjectsPassing(store, [filter]).reduce((sum, subject) => sum + countOf(store, subject), 0);
  const last = seq > 1 ? seq - 1 : all ? store.lastSeq : (newest(store, filter)?.seq ?? 0);
  const most = keep > 0 ? total - keep : total;
  const seqs: number[] = [];
  for (const message of store.messages.values()) {
    if (seqs.length >= most || message.seq > last) break;
    if (passes(message.subject, [filter])) seqs.push(message.seq);
  }
  if (later ? seqs.length > 1 : stream.config.storage === 'file') removeTogether(core, stream, seqs, reason);
  else for (const one of seqs) remove(core, stream, one, reason);
  return seqs.length;
}
/** A consumer after a purge: its floors move up, and what it had out below them is forgotten. */
function skipPurged(core: Core, { store }: Stream, consumer: Consumer, first: number, last: number, wider: boolean): void {
  const start = first === 0 && !wider ? last + 1 : first;
  const forget = (seq: number, dseq: number) => {
    consumer.ackFloorConsumer = Math.max(consumer.ackFloorConsumer, dseq);
    consumer.dseq = Math.max(consumer.dseq, consumer.ackFloorConsumer);
    consumer.pending.delete(seq);
    consumer.redelivered.delete(seq);
    storeAck(core, consumer, dseq, seq);
  };
  consumer.sseq = Math.max(consumer.sseq, start);
  if (consumer.ackFloorStream < start) {
    consumer.ackFloorStream = start - 1;
    for (const [seq, { dseq }] of [...consumer.pending]) if (seq <= consumer.ackFloorStream || (wider && !store.messages.has(seq))) forget(seq, dseq);
  }
  if (consumer.pending.size === 0) {
    consumer.redelivered.clear();
    consumer.ackFloorConsumer = consumer.dseq - 1;
    consumer.ackFloorStream = consumer.sseq - 1;
  }
  for (const seq of [...consumer.redeliver]) if (seq < consumer.sseq) consumer.redeliver.delete(seq);
  storeAll(core, consumer);
}
