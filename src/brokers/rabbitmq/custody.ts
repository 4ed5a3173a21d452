import { QuorumBacklog, ClassicBacklog } from './backlog.ts';
import { firstInLine, hasRoom } from './consumer.ts';
import type { Core } from './core.ts';
import { bury, dropExpired } from './dead-letter.ts';
import type { Reason, RequeueReason } from './events.ts';
import type { Channel, Consumer, Copy, Envelope, Held, Queue, QueueType } from './model.ts';
import { deliverEvent, deliveryOf } from './message.ts';
import { append, isStream, readAll, settleReads } from './stream.ts';

/** What happens to the copies of one queue: arrival, dispatch, settlement, return. */

export function newBacklog(core: Core, type: QueueType) {
  if (type !== 'quorum') return new ClassicBacklog();
  return new QuorumBacklog(core.since43 ? 'levels' : core.since40 ? 'weighted' : 'fifo');
}

const HIGH_ABOVE = 4;
const QUORUM_DEFAULT = 4;
const QUORUM_HIGHEST = 31;

/** The priority that this queue goes by for a message. */
export function levelOf(core: Core, queue: Queue, priority: number | null): number {
  if (queue.type === 'classic') return Math.max(0, Math.min(priority ?? 0, queue.settings.maxPriority));
  if (core.since43) return Math.max(0, Math.min(priority ?? QUORUM_DEFAULT, QUORUM_HIGHEST));
  return core.since40 && (priority ?? 0) > HIGH_ABOVE ? 1 : 0;
}

function expiry(queue: Queue, envelope: Envelope, now: number): number {
  const own = envelope.cover.expiration === null ? null : Number(envelope.cover.expiration);
  const ttl = own === null ? queue.settings.ttl : Math.min(own, queue.settings.ttl ?? own);
  return ttl === null ? -1 : now + ttl * 1000;
}

const over = (queue: Queue, copies: number, bytes: number) => {
  const { maxLength, maxBytes } = queue.settings;
  return (maxLength !== null && copies > maxLength) || (maxBytes !== null && bytes > maxBytes);
};
/** Quorum queues count what waits to be dead-lettered at least once, too. */
const isOver = (queue: Queue) => over(queue, queue.backlog.size + queue.undertakings.size, queue.readyBytes + queue.undertakingBytes);

const LOW = 0.8;
function updateRejecting(queue: Queue): void {
  if (queue.type !== 'quorum' || queue.settings.overflow !== 'reject-publish') {
    queue.rejecting = false;
    return;
  }
  if (!queue.rejecting) {
    queue.rejecting = isOver(queue);
    return;
  }
  const { maxLength, maxBytes } = queue.settings;
  const copies = queue.backlog.size + queue.undertakings.size;
  const bytes = queue.readyBytes + queue.undertakingBytes;
  const below = (limit: number | null, value: number) => limit === null || value <= Math.trunc(limit * LOW);
  if (below(maxLength, copies) && below(maxBytes, bytes)) queue.rejecting = false;
}

/** Why the queue would not take a message of this size now, or null. */
export function refuses(queue: Queue, size: number): Reason | null {
  if (!queue.available) return queue.type === 'classic' ? 'rabbitmq.queue_unavailable' : 'rabbitmq.no_quorum';
  if (queue.settings.overflow === 'drop-head') return null;
  if (queue.type === 'quorum') return queue.rejecting ? 'rabbitmq.maxlen_reject_publish' : null;
  return over(queue, queue.backlog.size + 1, queue.readyBytes + size) ? 'rabbitmq.maxlen_reject_publish' : null;
}

export function enqueue(core: Core, queue: Queue, envelope: Envelope, parent: number | null): Copy {
  if (isStream(queue)) return append(core, queue, envelope, parent);
  const now = core.now();
  const carried = core.since43 || (queue.type === 'quorum' && core.since40) ? envelope.cover.failedDeliveries : 0;
  const copy: Copy = {
    id: core.counters.copy++,
    envelope,
    seq: queue.nextSeq++,
    enqueuedAt: now,
    expiresAt: expiry(queue, envelope, now),
    level: levelOf(core, queue, envelope.cover.priority),
    redelivered: carried > 0,
    acquired: 0,
    failed: carried,
  };
  core.stored.copies++;
  core.stored.bytes += envelope.size;
  core.emit({ kind: 'enqueued', copy: copy.id, message: envelope.message, queue: queue.name, parent });
  dropExpired(core, queue);
  const consumer = queue.backlog.size === 0 ? nextConsumer(queue) : null;
  if (consumer !== null) {
    // What a classic queue hands on without keeping it is not flagged.
    if (queue.type === 'classic') copy.redelivered = false;
    deliver(core, queue, copy, consumer);
    return copy;
  }
  queue.backlog.push(copy);
  queue.readyBytes += envelope.size;
  trim(core, queue);
  dispatch(core, queue);
  return copy;
}

/** Drop-head: the limit counts ready messages only. */
export function trim(core: Core, queue: Queue): void {
  if (queue.settings.overflow === 'drop-head') {
    while (isOver(queue) && queue.backlog.size > 0) {
      const head = takeHead(queue);
      if (head !== undefined) bury(core, queue, head, 'maxlen');
    }
  }
  updateRejecting(queue);
}

function takeHead(queue: Queue): Copy | undefined {
  const copy = queue.backlog.shift();
  if (copy !== undefined) queue.readyBytes -= copy.envelope.size;
  return copy;
}

function nextConsumer(queue: Queue): Consumer | null {
  if (queue.settings.singleActive) return queue.active !== null && !isQuiescing(queue) && hasRoom(queue.active) ? queue.active : null;
  for (let one = queue.ring.take(); one !== undefined; one = queue.ring.take()) if (hasRoom(one)) return one;
  return null;
}

/** Quorum, single active consumer: a consumer of higher priority waits until the active one has settled. */
function isQuiescing(queue: Queue): boolean {
  if (queue.type !== 'quorum' || queue.active === null) return false;
  for (const one of queue.consumers.values()) if (one.priority > queue.active.priority) return true;
  return false;
}

/** Chooses who is served where only one may be. */
export function chooseActive(core: Core, queue: Queue): void {
  if (!queue.settings.singleActive) return;
  const { active } = queue;
  if (queue.suspects.some((one) => one.active)) {
    queue.active = null;
    return;
  }
  if (active !== null && queue.consumers.get(keyOf(active)) === active) {
    if (!core.since40 || !isQuiescing(queue) || active.unacked > 0) return;
  }
  queue.active = firstInLine(queue.consumers.values());
  if (queue.active !== null && queue.active !== active) {
    const { channel, tag } = queue.active;
    core.emit({ kind: 'active-consumer', queue: queue.name, connection: channel.connection.name, channel: channel.number, consumer: tag });
  }
}

export const keyOf = (consumer: Pick<Consumer, 'channel' | 'tag'>) => `${consumer.channel.connection.order}/${consumer.channel.number}/${consumer.tag}`;

export function dispatch(core: Core, queue: Queue): void {
  if (isStream(queue)) return readAll(core, queue);
  if (queue.available && !queue.deleted) {
    for (;;) {
      dropExpired(core, queue);
      if (queue.backlog.size === 0) break;
      const consumer = nextConsumer(queue);
      if (consumer === null) break;
      const copy = takeHead(queue);
      if (copy !== undefined) deliver(core, queue, copy, consumer);
    }
  }
  updateRejecting(queue);
  armTtl(core, queue);
}

export function armTtl(core: Core, queue: Queue): void {
  if (!queue.available || queue.deleted) return;
  const at = queue.backlog.nextExpiry();
  if (at < 0 || (queue.ttlAt >= 0 && queue.ttlAt <= at)) return;
  queue.ttlAt = at;
  core.host.after(Math.max(0, at - core.now()), 'ttl', queue.id);
}

function deliver(core: Core, queue: Queue, copy: Copy, consumer: Consumer): void {
  const { channel } = consumer;
  const deliveryTag = channel.nextTag++;
  core.emit(deliverEvent(core, queue, copy, consumer, deliveryTag));
  if (consumer.noAck) {
    forget(core, copy);
    core.emit({ kind: 'settled', copy: copy.id, message: copy.envelope.message, queue: queue.name, how: 'auto-ack' });
  } else hold(core, queue, copy, channel, deliveryTag, consumer);
  if (!queue.settings.singleActive && (queue.type === 'classic' || hasRoom(consumer))) queue.ring.put(consumer);
}

function hold(core: Core, queue: Queue, copy: Copy, channel: Channel, tag: number, consumer: Consumer | null): void {
  const held: Held = { copy, key: copy.id, queue, channel, tag, consumer, at: core.now(), stale: false };
  queue.held.set(held.key, held);
  channel.unacked.set(tag, held);
  if (consumer === null) {
    if (queue.type === 'quorum') queue.ghosts++;
  } else {
    consumer.unacked++;
    if (channel.globalPrefetch > 0) channel.globalUsed++;
  }
  armTimeouts(core);
}

/** Deliveries are looked through for ones that are out too long about once a minute, unless told otherwise. */
export function armTimeouts(core: Core): void {
  if (core.timeoutCheckAt >= 0) return;
  const tick = core.settings.channel_tick_interval * 1000;
  core.timeoutCheckAt = core.now() + tick;
  core.host.after(tick, 'timeouts', 0);
}

/** basic.get takes the head whoever else is waiting. */
export function fetch(core: Core, queue: Queue, channel: Channel, noAck: boolean) {
  dropExpired(core, queue);
  const copy = takeHead(queue);
  if (copy === undefined) return null;
  const deliveryTag = channel.nextTag++;
  const delivery = deliveryOf(core, queue, copy, deliveryTag, true);
  if (noAck) {
    forget(core, copy);
    core.emit({ kind: 'settled', copy: copy.id, message: copy.envelope.message, queue: queue.name, how: 'get' });
  } else hold(core, queue, copy, channel, deliveryTag, null);
  dispatch(core, queue);
  return delivery;
}

/** The copy is no longer stored anywhere. */
export function forget(core: Core, copy: Copy): void {
  core.stored.copies--;
  core.stored.bytes -= copy.envelope.size;
}

/** Takes a delivery from its channel and gives its consumer room again. */
export function release(held: Held): void {
  const { queue, channel, consumer } = held;
  channel.unacked.delete(held.tag);
  if (held.consumer !== null) channel.globalUsed = Math.max(0, channel.globalUsed - 1);
  if (held.stale) {
    if (consumer !== null && consumer.late > 0 && --consumer.late === 0) queue.ghosts = Math.max(0, queue.ghosts - 1);
    return;
  }
  held.stale = true;
  queue.held.delete(held.key);
  if (consumer === null) {
    if (queue.type === 'quorum') queue.ghosts--;
    return;
  }
  consumer.unacked--;
  if (consumer.cancelled) {
    if (queue.type === 'quorum' && consumer.unacked === 0) queue.ghosts--;
  } else wake(consumer);
}

/** A consumer that was passed over for want of room queues up again once it has some. */
export function wake(consumer: Consumer): void {
  if (consumer.reading === null && !consumer.queued && !consumer.queue.settings.singleActive && hasRoom(consumer)) consumer.queue.ring.put(consumer);
}

export type Settlement = { how: 'ack' } | { how: 'discard'; failed: boolean } | { how: 'requeue'; because: RequeueReason; failed: boolean; mayGoToTail: boolean };

const byClient: readonly RequeueReason[] = ['rabbitmq.nack_requeue', 'rabbitmq.reject_requeue', 'rabbitmq.recover'];

const isStale = ({ stale }: Held) => stale;
/** Settles deliveries of one queue in their order. A quorum queue without a leader does it when it has one. */
export function settle(core: Core, queue: Queue, batch: readonly Held[], settlement: Settlement): void {
  const live = batch.some(isStale) ? batch.filter((held) => !held.stale) : batch;
  if (live !== batch) for (const held of batch) if (held.stale) release(held);
  if (live.length === 0 || queue.deleted) return;
  if (isStream(queue)) return settleReads(core, queue, live, settlement.how === 'ack' ? 'settled' : settlement.how === 'requeue' && !byClient.includes(settlement.because) ? 'abandoned' : 'rejected');
  if (!queue.available && queue.type === 'quorum') {
    for (const held of live) held.channel.unacked.delete(held.tag);
    queue.deferred.push({ batch: live, settlement });
    return;
  }
  const { ghosts } = queue;
  for (const held of live) {
    // A mistake that is mended in 4.0: the consumer is given room once for the return and once for the death.
    if (settlement.how === 'requeue' && held.consumer !== null && !core.since40 && diesOfReturn(core, queue, held.copy, settlement.failed)) held.consumer.bonus++;
    release(held);
  }
  if (queue.ghosts < ghosts) queue.lastUsed = core.now();
  if (settlement.how === 'requeue')
    giveBack(
      core,
      queue,
      live.map((held) => held.copy),
      settlement,
    );
  else {
    for (const { copy } of live) {
      if (settlement.how === 'ack') {
        forget(core, copy);
        core.emit({ kind: 'settled', copy: copy.id, message: copy.envelope.message, queue: queue.name, how: 'ack' });
      } else {
        if (settlement.failed) copy.failed++;
        bury(core, queue, copy, 'rejected');
      }
    }
  }
  chooseActive(core, queue);
  dispatch(core, queue);
  if (settlement.how === 'requeue' && queue.type === 'quorum') trim(core, queue);
}

/** Whether one more return is more than its limit. */
function diesOfReturn(core: Core, queue: Queue, copy: Copy, failed: boolean): boolean {
  const { deliveryLimit } = queue.settings;
  return queue.type === 'quorum' && deliveryLimit !== null && (core.since43 ? copy.failed + Number(failed) : copy.acquired + 1) > deliveryLimit;
}

export function giveBack(core: Core, queue: Queue, batch: readonly Copy[], how: { because: RequeueReason; failed: boolean; mayGoToTail: boolean }): void {
  for (const copy of batch) {
    const dies = diesOfReturn(core, queue, copy, how.failed);
    copy.redelivered = true;
    copy.acquired++;
    if (how.failed) copy.failed++;
    if (dies) {
      bury(core, queue, copy, 'delivery_limit');
      continue;
    }
    const requeued = (position: 'original' | 'head' | 'tail' | 'delayed') => core.emit({ kind: 'requeued', copy: copy.id, message: copy.envelope.message, queue: queue.name, because: how.because, position });
    const delay = retryDelay(queue, copy, how.failed);
    if (delay > 0) {
      queue.delayed.push({ at: core.now() + delay, seq: copy.seq, copy });
      armRetry(core, queue);
      requeued('delayed');
      continue;
    }
    queue.readyBytes += copy.envelope.size;
    if (queue.type === 'quorum' && queue.settings.deliveryLimit === null && how.mayGoToTail) {
      copy.seq = queue.nextSeq++;
      copy.level = levelOf(core, queue, null);
      queue.backlog.push(copy);
      requeued('tail');
    } else {
      queue.backlog.giveBack(copy);
      requeued(queue.type === 'classic' ? 'original' : 'head');
    }
  }
  // A quorum queue looks at its limit when it has served its consumers.
  if (queue.type === 'classic') trim(core, queue);
}

/** 4.3: min(min × deliveries, max), for the kinds of return that the type names. */
function retryDelay(queue: Queue, copy: Copy, failed: boolean): number {
  const { delayedRetry, delayedRetryMin, delayedRetryMax } = queue.settings;
  if (delayedRetry === 'disabled' || (delayedRetry === 'failed' && !failed) || (delayedRetry === 'returned' && failed)) return 0;
  return Math.min(delayedRetryMin * Math.max(1, copy.failed), delayedRetryMax) * 1000;
}

export function armRetry(core: Core, queue: Queue): void {
  const next = queue.delayed.first();
  if (next === undefined || (queue.delayedAt >= 0 && queue.delayedAt <= next.at)) return;
  queue.delayedAt = next.at;
  core.host.after(Math.max(0, next.at - core.now()), 'retry', queue.id);
}

export function retryDue(core: Core, queue: Queue): void {
  if (core.now() < queue.delayedAt) return;
  queue.delayedAt = -1;
  for (let next = queue.delayed.first(); next !== undefined && next.at <= core.now(); next = queue.delayed.first()) {
    queue.delayed.shift();
    queue.readyBytes += next.copy.envelope.size;
    queue.backlog.giveBack(next.copy);
  }
  armRetry(core, queue);
  trim(core, queue);
  dispatch(core, queue);
}
