/** Producers, and what they write. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#access-mode */
import type { Refusal } from '../contract.ts';
import { trim } from './acknowledging.ts';
import type { Core } from './core.ts';
import { dispatch } from './dispatch.ts';
import type { Entry } from './entry-log.ts';
import { errors } from './errors.ts';
import type { Sender } from './events.ts';
import type { Partition, Producer } from './partition.ts';
import type { Consumer } from './subscription.ts';

/** What a client writes in one go. */
export interface SendArgs {
  readonly messages: readonly number[];
  readonly bytes: number;
  readonly producer: string;
  /** Sequence id of the last message; -1 = not counted. */
  readonly sequence: number;
  readonly key: string | null;
  /** µs; -1 = at once */
  readonly deliverAt: number;
  readonly reconsumeTimes?: number;
  readonly cause?: number;
}

/** @returns 'waiting' when it will be granted exclusive access later */
export function connectProducer(core: Core, p: Partition, producer: Producer): Refusal | 'waiting' | null {
  const blocked = quotaExceeded(core, p);
  if (blocked !== null) return blocked;
  switch (producer.mode) {
    case 'Shared':
      if (p.exclusive !== null || p.waiters.length > 0) return errors.producerBusy('Topic has an existing exclusive producer');
      if (p.producers.some((one) => one.name === producer.name)) return errors.producerBusy(`Producer with name '${producer.name}' is already connected to topic`);
      break;
    case 'Exclusive':
      if (p.exclusive !== null || p.waiters.length > 0) return errors.producerFenced('Topic has an existing exclusive producer');
      if (p.producers.length > 0) return errors.producerFenced('Topic has existing shared producers');
      return takeAccess(p, producer);
    case 'ExclusiveWithFencing':
      fenceOut(core, p);
      return takeAccess(p, producer);
    case 'WaitForExclusive':
      if (p.producers.length === 0) return takeAccess(p, producer);
      p.waiters.push(producer);
      return 'waiting';
  }
  p.producers.push(producer);
  return null;
}
/** Exclusive access, unless it is a producer of an epoch that is over. */
function takeAccess(p: Partition, producer: Producer): Refusal | null {
  const { session, life } = producer;
  const held = p.epochs.get(session);
  if (held?.life !== life) p.epochs.set(session, { life, epoch: ++p.epoch });
  else if (held.epoch < p.epoch) return errors.producerFenced('Topic epoch has already moved');
  p.exclusive = session;
  p.producers.push(producer);
  return null;
}
/** Who waits is told at once, whoever was connected with the next message it sends. */
function fenceOut(core: Core, p: Partition): void {
  for (const { session } of p.waiters.splice(0)) core.emit({ kind: 'closed', partition: p.name, session, why: 'ProducerFenced' });
  for (const { session } of p.producers.splice(0)) p.fenced.add(session);
  p.exclusive = null;
}
export function disconnectProducer(core: Core, p: Partition, session: string): void {
  p.fenced.delete(session);
  const gone = p.producers.find((one) => one.session === session);
  if (gone !== undefined) p.silent(gone.name, core.now());
  p.producers = p.producers.filter((one) => one.session !== session);
  p.waiters = p.waiters.filter((one) => one.session !== session);
  if (p.exclusive === session) p.exclusive = null;
  while (p.producers.length === 0) {
    const next = p.waiters.shift();
    if (next === undefined) return;
    const granted = takeAccess(p, next) === null;
    core.emit(granted ? { kind: 'granted', partition: p.name, session: next.session } : { kind: 'closed', partition: p.name, session: next.session, why: 'ProducerFenced' });
  }
}
/** The backlog quota by size. */
export function tooBig({ options: { backlogBytes } }: Core, p: Partition): boolean {
  return backlogBytes >= 0 && p.backlogBytes >= backlogBytes;
}
/** The backlog quota by age. Unless it is to be precise, a ledger is as old as it has been closed for, and one that is written to has no age. */
export function tooOld(core: Core, p: Partition): boolean {
  const { backlogTime, preciseBacklogTime } = core.options;
  const { slowest } = p;
  if (backlogTime <= 0 || slowest === undefined) return false;
  const since = preciseBacklogTime ? p.log.at(slowest.cursor.markDelete)?.publishTime : p.log.closedAround(slowest.cursor.markDelete)?.closed;
  return since !== undefined && core.now() - since > backlogTime;
}
/** Why nobody may produce, or null. https://pulsar.apache.org/docs/4.0.x/cookbooks-retention-expiry/#backlog-quotas */
export function quotaExceeded(core: Core, p: Partition): Refusal | null {
  const { backlogPolicy } = core.options;
  if (backlogPolicy === 'consumer_backlog_eviction' || !(tooBig(core, p) || tooOld(core, p))) return null;
  const text = 'Cannot create producer on topic with backlog quota exceeded';
  return backlogPolicy === 'producer_exception' ? errors.blockedQuotaException(text) : errors.blockedQuotaError(text);
}

export function send(core: Core, p: Partition, to: Sender, args: SendArgs): void {
  const { options } = core;
  // Nobody of that number is connected, so that the broker closes the connection.
  if (p.fenced.delete(to.session)) return core.emit({ kind: 'closed', partition: p.name, session: to.session, why: 'connection_closed' });
  const refuse = (refusal: Refusal) => core.emit({ kind: 'send-error', partition: p.name, to, refusal });
  if (!p.serving) return refuse(errors.serviceNotReady('The topic is not served by any broker now'));
  if (options.deduplication && args.sequence >= 0) {
    const [known = -1] = p.sequences.get(args.producer) ?? [];
    if (args.sequence <= known) {
      core.emit({ kind: 'duplicate', partition: p.name, messages: args.messages });
      return core.emit({ kind: 'receipt', partition: p.name, to });
    }
  }
  const { messages, bytes, producer, sequence, key, deliverAt, reconsumeTimes = 0, cause = -1 } = args;
  const about = { position: p.next, messages, bytes, publishTime: core.now(), producer, sequence, key, deliverAt, reconsumeTimes, cause };
  if (!p.persistent) {
    core.emit({ kind: 'receipt', partition: p.name, to });
    return pass(core, p, { ...about, bookies: [] });
  }
  const write = core.bookies.write(p.next, options);
  if (write === null) return refuse(errors.persistence('Not enough non-faulty bookies available'));
  if (options.deduplication && sequence >= 0) p.sequences.set(producer, [sequence, core.now()]);
  // Entries are confirmed in order.
  const at = Math.max(core.now() + write.takes, p.writing.at(-1)?.at ?? 0);
  p.writing.push({ entry: { ...about, bookies: write.bookies }, to, at });
  core.after(at - core.now(), 'written', p.no);
}
/** The bookies have answered. */
export function written(core: Core, p: Partition): void {
  while ((p.writing[0]?.at ?? Infinity) <= core.now()) {
    const done = p.writing.shift();
    if (done !== undefined) store(core, p, done.entry, done.to);
  }
}
export function store(core: Core, p: Partition, entry: Entry, to: Sender | null): void {
  const { retentionTime, retentionBytes } = core.options;
  const closed = p.log.append(entry, core.now(), core.options);
  for (const s of p.subscriptions.values()) {
    s.backlog += entry.messages.length;
  }
  core.emit({ kind: 'stored', partition: p.name, entry, subscriptions: [...p.subscriptions.keys()], kept: retentionTime !== 0 && retentionBytes !== 0 });
  if (to !== null) core.emit({ kind: 'receipt', partition: p.name, to });
  for (const s of p.subscriptions.values()) dispatch(core, p, s);
  if (closed) trim(core, p);
}
/** A non-persistent topic keeps nothing: who has no permits gets nothing. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#non-persistent-topics */
function pass(core: Core, p: Partition, entry: Entry): void {
  // Positions go on, though nothing is kept.
  p.log.skip();
  const readers = [...p.subscriptions.values()].filter((s) => s.consumers.length > 0);
  core.emit({ kind: 'stored', partition: p.name, entry, subscriptions: readers.map(({ name }) => name), kept: false });
  const n = entry.messages.length;
  for (const s of readers) {
    const c = receiver(s.individual ? s.consumers : s.consumers.filter(({ id }) => id === s.active), s.turn++);
    if (c === undefined) {
      core.emit({ kind: 'missed', partition: p.name, subscription: s.name, entry });
      continue;
    }
    c.permits -= n;
    core.emit({ kind: 'dispatched', partition: p.name, subscription: s.name, entry, consumer: c.session, redeliveries: 0, indexes: entry.messages.map((_, i) => i), durable: false });
  }
}
function receiver(consumers: readonly Consumer[], turn: number): Consumer | undefined {
  for (let i = 0; i < consumers.length; i++) {
    const c = consumers[(turn + i) % consumers.length];
    if (c !== undefined && c.permits > 0) return c;
  }
  return undefined;
}
