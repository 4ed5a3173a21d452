import { goDuration, us } from './config.ts';
import { isPush } from './consumer-config.ts';
import type { Core } from './core.ts';
import type { Headers } from './events.ts';
import { enqueue, groupProblem, stillThere, turn } from './groups.ts';
import type { Consumer, Waiting } from './model.ts';
import type { PullArgs } from './pull-args.ts';
import { waitingFor } from './retention.ts';
import { hasInterest, status } from './routing.ts';

/** Pull requests: what is asked, who waits, and how a request ends. */

export const waitingCount = (core: Core, consumer: Consumer): number => {
  processWaiting(core, consumer, false);
  return consumer.waiting.length;
};
const remaining = ({ n, bytes }: Waiting): Headers => ({ 'Nats-Pending-Messages': String(n), 'Nats-Pending-Bytes': String(bytes) });

/** A request arrives. It waits, or is answered with the reason why not. */
export function pull(core: Core, consumer: Consumer, reply: string, args: PullArgs): void {
  const { config } = consumer;
  const { batch = 1, expires = 0, max_bytes: bytes = 0, idle_heartbeat: heartbeat = 0 } = args;
  const refuse = (code: number, why: string) => status(core, reply, code, why);
  if (isPush(config)) return refuse(409, 'Consumer is push based');
  if (heartbeat > 0 && heartbeat * 2 > expires) return refuse(400, 'Bad Request - heartbeat value too large');
  if (config.max_batch > 0 && batch > config.max_batch) return refuse(409, `Exceeded MaxRequestBatch of ${config.max_batch}`);
  if (expires > 0 && config.max_expires > 0 && expires > config.max_expires) return refuse(409, `Exceeded MaxRequestExpires of ${goDuration(config.max_expires)}`);
  if (bytes > 0 && config.max_bytes > 0 && bytes > config.max_bytes) return refuse(409, `Exceeded MaxRequestMaxBytes of ${config.max_bytes}`);
  const misplaced = groupProblem(consumer, args);
  if (misplaced !== null) return refuse(...misplaced);
  stillThere(core, consumer, args);
  if (consumer.waiting.length >= config.max_waiting && (core.now() - consumer.checkedAt > LEAST_CHECK || !core.since('2.10.27'))) processWaiting(core, consumer, false);
  if (args.no_wait === true) {
    const pending = waitingFor(core, consumer) + consumer.redeliver.size;
    if (pending === 0 && expires === 0) {
      consumer.lastPull = core.now();
      return refuse(404, 'No Messages');
    }
    if (pending > 0 && pending < processWaiting(core, consumer, false).wanted) {
      consumer.lastPull = core.now();
      return refuse(408, 'Requests Pending');
    }
  }
  if (consumer.waiting.length >= config.max_waiting) {
    // A client with heartbeats finds out by their absence; a 409 would make it ask again at once.
    return core.since('2.14.5') && heartbeat > 0 ? undefined : refuse(409, 'Exceeded MaxWaiting');
  }
  consumer.lastPull = core.now();
  enqueue(consumer, {
    reply,
    n: batch,
    d: 0,
    bytes,
    expires: expires > 0 ? core.now() + us(expires) : -1,
    noWait: args.no_wait === true,
    heartbeat: us(heartbeat),
    heartbeatAt: heartbeat > 0 ? core.now() + us(heartbeat) : -1,
    group: args.group ?? '',
    minPending: args.min_pending ?? 0,
    minAckPending: args.min_ack_pending ?? 0,
    priority: args.priority ?? 0,
    pin: args.id ?? '',
  });
  core.signal(consumer);
}

/** µs: a full queue is not searched for stale requests more often, from 2.10 on. */
const LEAST_CHECK = 1_000_000;

/** Expired requests and those nobody listens for go; heartbeats are sent. */
export function processWaiting(core: Core, consumer: Consumer, endOfStream: boolean): { readonly wanted: number; readonly next: number } {
  const now = core.now();
  if (consumer.waiting.length > 0) consumer.checkedAt = now;
  const left: Waiting[] = [];
  let wanted = 0;
  let next = -1;
  const sooner = (at: number) => {
    if (at >= 0 && (next < 0 || at < next)) next = at;
  };
  for (const one of consumer.waiting) {
    const expired = one.expires >= 0 && now >= one.expires;
    const served = endOfStream && one.noWait && (one.d > 0 || (core.since('2.14.5') && one.expires < 0));
    if (expired || served) {
      if (expired || !core.since('2.14.5')) status(core, one.reply, 408, 'Request Timeout', remaining(one));
      else status(core, one.reply, 404, 'No Messages');
      continue;
    }
    if (!hasInterest(core, one.reply)) continue;
    if (one.heartbeatAt >= 0 && now >= one.heartbeatAt) {
      idleHeartbeat(core, consumer, one.reply);
      one.heartbeatAt = now + one.heartbeat;
    }
    sooner(one.heartbeatAt);
    sooner(one.expires);
    wanted += one.n;
    left.push(one);
  }
  consumer.waiting = left;
  return { wanted, next };
}
export function idleHeartbeat(core: Core, consumer: Consumer, subject: string): void {
  const stalled = consumer.flow !== null && consumer.flow.reply !== '' ? { 'Nats-Consumer-Stalled': consumer.flow.reply } : {};
  status(core, subject, 100, 'Idle Heartbeat', { 'Nats-Last-Consumer': String(consumer.dseq - 1), 'Nats-Last-Stream': String(consumer.sseq - 1), ...stalled });
}

/** The request that gets a message of this size, one less wanted by it; null when nobody can have it. */
export function nextWaiting(core: Core, consumer: Consumer, size: number): Waiting | null {
  const { waiting } = consumer;
  for (let passed = 0; passed < waiting.length; ) {
    const one = waiting.shift();
    if (one === undefined) break;
    const pinned = consumer.pinned;
    const why = end(core, consumer, one, size);
    if (why === null) {
      one.d += 1;
      one.n -= 1;
      // Requests take turns: one that wants more goes behind the others.
      if (one.n > 0) enqueue(consumer, one);
      return one;
    }
    if (why === 'later') {
      waiting.push(one);
      passed += 1;
      continue;
    }
    // A pin that was given for this message goes with the request.
    if (pinned === null) consumer.pinned = null;
    if (why !== 'unheard') status(core, one.reply, ...why, remaining(one));
  }
  return null;
}
/** Why this request ends here, or has to wait; null when it gets the message. */
function end(core: Core, consumer: Consumer, one: Waiting, size: number): readonly [number, string] | 'unheard' | 'later' | null {
  if (one.expires >= 0 && core.now() >= one.expires) return [408, 'Request Timeout'];
  const whose = turn(core, consumer, one);
  if (whose !== 'now') return whose;
  if (one.bytes > 0) {
    if (size > one.bytes) return [409, 'Message Size Exceeds MaxBytes'];
    one.bytes -= size;
    if (one.bytes === 0) one.n = 1;
  }
  return hasInterest(core, one.reply) ? null : 'unheard';
}
/** A delivery that failed is wanted again. */
export function credit(consumer: Consumer, reply: string): void {
  const one = consumer.waiting.find((waiting) => waiting.reply === reply);
  if (one === undefined) return;
  one.n += 1;
  one.d -= 1;
}
/** Looks again when the next request expires or wants a heartbeat. */
export function watchWaiting(core: Core, consumer: Consumer, endOfStream: boolean): void {
  if (isPush(consumer.config)) return;
  const { next } = processWaiting(core, consumer, endOfStream);
  if (next < 0) core.disarm(consumer, 'wait');
  else if (consumer.timers.wait !== next) core.arm(consumer, 'wait', next - core.now());
}
