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
  if (p.producers.some((one) => one.name === producer.name)) return errors.producerBusy(`Producer with name '${producer.name}' is already connected to topic`);
  switch (producer.mode) {
    case 'Shared':
      if (p.exclusive !== null || p.waiters.length > 0) return errors.producerBusy('Topic has an existing exclusive producer');
      break;
    case 'Exclusive':
      if (p.exclusive !== null || p.waiters.length > 0) return errors.producerFenced('Topic has an existing exclusive producer');
      if (p.producers.length > 0) return errors.producerFenced('Topic has existing shared producers');
      p.exclusive = producer.session;
      break;
    case 'ExclusiveWithFencing':
      for (const { session } of [...p.producers.splice(0), ...p.waiters.splice(0)]) core.emit({ kind: 'closed', partition: p.name, session, why: 'ProducerFenced' });
      p.exclusive = producer.session;
      break;
    case 'WaitForExclusive':
      if (p.producers.length > 0) {
        p.waiters.push(producer);
        return 'waiting';
      }
      p.exclusive = producer.session;
  }
  p.producers.push(producer);
  return null;
}
export function disconnectProducer(core: Core, p: Partition, session: string): void {
  p.producers = p.producers.filter((one) => one.session !== session);
  p.waiters = p.waiters.filter((one) => one.session !== session);
  if (p.exclusive === session) p.exclusive = null;
  const [next] = p.waiters;
  if (next === undefined || p.producers.length > 0) return;
  p.waiters.shift();
  p.exclusive = next.session;
  p.producers.push(next);
  core.emit({ kind: 'granted', partition: p.name, session: next.session });
}
/** Why nobody may produce, or null. https://pulsar.apache.org/docs/4.0.x/cookbooks-retention-expiry/#backlog-quotas */
export function quotaExceeded(core: Core, p: Partition): Refusal | null {
  const { backlogBytes, backlogTime, backlogPolicy } = core.options;
  if (backlogPolicy === 'consumer_backlog_eviction') return null;
  const tooBig = backlogBytes >= 0 && p.backlogBytes > backlogBytes;
  const tooOld = backlogTime >= 0 && p.oldest >= 0 && core.now() - p.oldest > backlogTime;
  if (!tooBig && !tooOld) return null;
  const text = 'Cannot create producer on topic with backlog quota exceeded';
  return backlogPolicy === 'producer_exception' ? errors.blockedQuotaException(text) : errors.blockedQuotaError(text);
}

export function send(core: Core, p: Partition, to: Sender, args: SendArgs): void {
  const { options } = core;
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
  p.log.append(entry);
  for (const s of p.subscriptions.values()) {
    s.backlog += entry.messages.length;
    s.backlogBytes += entry.bytes;
  }
  core.emit({ kind: 'stored', partition: p.name, entry, subscriptions: [...p.subscriptions.keys()], kept: retentionTime !== 0 && retentionBytes !== 0 });
  if (to !== null) core.emit({ kind: 'receipt', partition: p.name, to });
  for (const s of p.subscriptions.values()) dispatch(core, p, s);
  if (p.subscriptions.size === 0) trim(core, p);
}
/** A non-persistent topic keeps nothing: who has no permits gets nothing. https://pulsar.apache.org/docs/4.0.x/concepts-messaging/#non-persistent-topics */
function pass(core: Core, p: Partition, entry: Entry): void {
  // Positions go on, though nothing is kept.
  p.log.append({ ...entry, bytes: 0 });
  p.log.trim(p.log.end, () => true);
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
