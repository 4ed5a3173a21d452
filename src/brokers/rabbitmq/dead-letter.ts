import type { Core, Funeral } from './core.ts';
import { enqueue, forget, refuses, trim } from './custody.ts';
import type { DeathReason, Reason } from './events.ts';
import { route } from './exchanges.ts';
import type { Copy, Death, Envelope, Queue } from './model.ts';
import { isStream } from './stream.ts';

const fate: Record<DeathReason, { kind: 'expired' | 'dropped'; because: Reason }> = {
  expired: { kind: 'expired', because: 'rabbitmq.message_ttl' },
  maxlen: { kind: 'dropped', because: 'rabbitmq.maxlen_drop_head' },
  delivery_limit: { kind: 'dropped', because: 'rabbitmq.delivery_limit' },
  rejected: { kind: 'dropped', because: 'rabbitmq.rejected' },
};

/** The copy leaves its queue for good: to the dead-letter exchange when the queue has one. */
export function bury(core: Core, queue: Queue, copy: Copy, reason: DeathReason): void {
  const { deadLetterExchange: exchange, deadLetterRoutingKey: routingKey, atLeastOnce } = queue.settings;
  if (exchange === null) {
    forget(core, copy);
    core.emit({ ...fate[reason], copy: copy.id, message: copy.envelope.message, queue: queue.name });
    return;
  }
  if (atLeastOnce && reason !== 'maxlen') {
    queue.undertakings.push({ copy, reason });
    queue.undertakingBytes += copy.envelope.size;
    core.workers.add(queue.id);
    return;
  }
  core.funerals.push({ copy, queue: queue.name, fromQuorum: queue.type === 'quorum', exchange, routingKey, reason, refused: false });
}

/** reject-publish-dlx: what the queue does not take is dead-lettered all the same. */
export function buryRefused(core: Core, queue: Queue, envelope: Envelope): void {
  const { deadLetterExchange: exchange, deadLetterRoutingKey: routingKey } = queue.settings;
  if (exchange === null) return;
  const copy: Copy = { id: -1, envelope, seq: -1, enqueuedAt: core.now(), expiresAt: -1, level: 0, redelivered: false, acquired: 0, failed: envelope.cover.failedDeliveries };
  core.funerals.push({ copy, queue: queue.name, fromQuorum: false, exchange, routingKey, reason: 'maxlen', refused: true });
}

/** Expired messages go when they are at the head. */
export function dropExpired(core: Core, queue: Queue): void {
  if (!queue.available || queue.backlog.size === 0) return;
  const now = core.now();
  const isOver = (copy: Copy) => copy.expiresAt >= 0 && copy.expiresAt <= now;
  for (let copy = queue.backlog.shiftIf(isOver); copy !== undefined; copy = queue.backlog.shiftIf(isOver)) {
    queue.readyBytes -= copy.envelope.size;
    bury(core, queue, copy, 'expired');
  }
}

function deathOf(core: Core, funeral: Pick<Funeral, 'copy' | 'queue' | 'reason'>): Death[] {
  const { copy, queue, reason } = funeral;
  const { envelope } = copy;
  const same = envelope.cover.deaths.find((death) => death.queue === queue && death.reason === reason);
  const others = envelope.cover.deaths.filter((death) => death !== same);
  if (same !== undefined) return [{ ...same, count: same.count + 1 }, ...others];
  const { exchange, routingKeys, expiration } = envelope.cover;
  return [{ queue, reason, count: 1, exchange, routingKeys, time: core.now(), originalExpiration: expiration }, ...others];
}

/** Back to a queue it was in before, with no rejection on the way: a loop that no client drives. */
function isCycle(queue: string, deaths: readonly Death[]): boolean {
  const last = deaths.findIndex((death) => death.queue === queue);
  return last >= 0 && deaths.slice(0, last + 1).every((death) => death.reason !== 'rejected');
}

function letter(core: Core, funeral: Funeral): Envelope {
  const { copy, exchange, routingKey, reason, queue } = funeral;
  const { envelope } = copy;
  const { cover } = envelope;
  const { CC: _cc, ...withoutCc } = cover.headers;
  return {
    ...envelope,
    cover: {
      ...cover,
      exchange,
      routingKeys: routingKey === null ? cover.routingKeys : [routingKey],
      headers: routingKey === null ? cover.headers : withoutCc,
      expiration: null,
      deaths: deathOf(core, funeral),
      firstDeath: cover.firstDeath ?? { queue, reason, exchange: cover.exchange },
      failedDeliveries: core.since43 || funeral.fromQuorum ? copy.failed : cover.failedDeliveries,
    },
  };
}

interface Targets {
  readonly letter: Envelope;
  readonly queues: readonly Queue[];
  readonly problem: Reason | null;
}

function targets(core: Core, funeral: Funeral): Targets {
  const sent = letter(core, funeral);
  const exchange = core.exchanges.get(funeral.exchange);
  if (exchange === undefined) return { letter: sent, queues: [], problem: 'rabbitmq.dead_letter_exchange_missing' };
  const names = route(core, exchange, sent.message, sent.cover, core.queues.get(funeral.queue)?.node ?? null);
  if (names.length === 0) return { letter: sent, queues: [], problem: 'rabbitmq.dead_letter_unroutable' };
  const open = funeral.reason === 'rejected' ? names : names.filter((name) => !isCycle(name, sent.cover.deaths));
  if (open.length === 0) return { letter: sent, queues: [], problem: 'rabbitmq.dead_letter_cycle' };
  return { letter: sent, queues: open.flatMap((name) => core.queues.get(name) ?? []), problem: null };
}

/** @param surely with a confirm from every target */
function bring(core: Core, funeral: Funeral, { letter: sent, queues, problem }: Targets, surely: boolean): void {
  const { copy, queue, exchange, reason, refused } = funeral;
  const { message } = copy.envelope;
  if (!refused) forget(core, copy);
  if (problem !== null && !refused) {
    core.emit({ kind: 'dropped', copy: copy.id, message, queue, because: problem });
    return;
  }
  const copies: number[] = [];
  for (const target of queues) {
    const because = isStream(target) && !core.since40 && !surely ? 'rabbitmq.dead_letter_to_stream' : refuses(target, sent.size);
    if (because === null) copies.push(enqueue(core, target, sent, refused ? null : copy.id).id);
    else {
      core.emit({ kind: 'not-enqueued', message, queue: target.name, because });
      if (target.settings.overflow === 'reject-publish-dlx' && target.available) buryRefused(core, target, sent);
    }
  }
  const routingKey = sent.cover.routingKeys[0] ?? '';
  if (refused) core.emit({ kind: 'refused-dead-lettered', message, queue, exchange, routingKey, copies });
  else core.emit({ kind: 'dead-lettered', copy: copy.id, message, queue, because: reason, exchange, routingKey, copies });
}

/** The worker's own limit on what it has sent and not had confirmed. */
const WORKER_PREFETCH = 32;

/** At least once: a letter leaves its queue when every target has taken it; what is stuck is tried again. */
function work(core: Core, queue: Queue): void {
  const stuck: { copy: Copy; reason: DeathReason }[] = [];
  while (queue.undertakings.size > 0 && stuck.length < WORKER_PREFETCH) {
    const next = queue.undertakings.shift();
    if (next === undefined) break;
    const { deadLetterExchange, deadLetterRoutingKey } = queue.settings;
    const funeral: Funeral = {
      copy: next.copy,
      queue: queue.name,
      fromQuorum: true,
      exchange: deadLetterExchange ?? '',
      routingKey: deadLetterRoutingKey,
      reason: next.reason,
      refused: false,
    };
    const mark = core.out.length;
    const found = targets(core, funeral);
    const { letter: sent, queues, problem } = found;
    const waits = deadLetterExchange !== null && problem !== 'rabbitmq.dead_letter_cycle' && (problem !== null || queues.some((target) => refuses(target, sent.size) !== null));
    if (waits) {
      core.out.length = mark;
      stuck.push(next);
    } else {
      queue.undertakingBytes -= next.copy.envelope.size;
      if (deadLetterExchange === null) bury(core, queue, next.copy, next.reason);
      else bring(core, funeral, found, true);
    }
  }
  if (stuck.length > 0) {
    const rest = queue.undertakings.clear();
    for (const one of [...stuck, ...rest]) queue.undertakings.push(one);
    if (queue.undertakingAt < core.now()) {
      const pause = core.settings.dead_letter_worker_publisher_confirm_timeout * 1000;
      queue.undertakingAt = core.now() + pause;
      core.host.after(pause, 'undertake', queue.id);
    }
  }
  trim(core, queue);
}

/** Everything that died in this instant, in order, and what dies of that. */
export function settleDeaths(core: Core): void {
  for (;;) {
    const funeral = core.funerals.shift();
    if (funeral !== undefined) {
      bring(core, funeral, targets(core, funeral), false);
      continue;
    }
    const worker = core.workers.values().next();
    if (worker.done === true) return;
    core.workers.delete(worker.value);
    const queue = core.queuesById.get(worker.value);
    if (queue?.available) work(core, queue);
  }
}
