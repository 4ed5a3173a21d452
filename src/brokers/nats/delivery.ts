import { us } from './config.ts';
import { isPush } from './consumer-config.ts';
import type { Core } from './core.ts';
import { isServed } from './leading.ts';
import type { Consumer, Held, Stored, Stream } from './model.ts';
import { credit, nextWaiting, processWaiting, watchWaiting } from './pulls.ts';
import { isCounted, recount, waitingFor } from './retention.ts';
import { route, status } from './routing.ts';
import { headerBytes, nextPassing } from './store.ts';
import { nextOut, storeDelivery } from './stored-state.ts';
import { byteLength } from './transform.ts';

/** What a consumer delivers next, to whom, and what it remembers of it. */

interface Chosen {
  readonly message: Stored;
  readonly deliveries: number;
}
/** Delivers until nothing is left, nobody waits, or a limit is reached. */
export function serve(core: Core, consumer: Consumer): void {
  if (consumer.held !== null || !isServed(core, consumer)) return;
  const stream = core.stream(consumer);
  let blocked = false;
  while (mayDeliver(core, consumer)) {
    const next = choose(core, stream, consumer);
    if (next === 'max_ack_pending') {
      blocked = true;
      break;
    }
    if (next === null) {
      if (core.since('2.10.27') && consumer.sseq > stream.store.lastSeq && consumer.numPending !== 0) recount(core, stream, consumer);
      break;
    }
    const held = destine(core, consumer, next);
    if (held === null) break;
    if (wait(core, consumer, next.message, held)) return;
    deliver(core, stream, consumer, next.message, held);
  }
  if (consumer.replaying && consumer.sseq > consumer.replayThrough) consumer.replaying = false;
  watchWaiting(core, consumer, !blocked);
}
function mayDeliver(core: Core, consumer: Consumer): boolean {
  const { config, flow } = consumer;
  if (config.pause_until !== null && config.pause_until > core.now()) return false;
  if (!isPush(config)) return consumer.waiting.length > 0;
  return consumer.active && (flow === null || flow.bytes <= flow.window);
}

/** Redeliveries first, then the newest per subject, then the stream on from where the consumer is. */
function choose(core: Core, stream: Stream, consumer: Consumer): Chosen | 'max_ack_pending' | null {
  const again = chooseRedelivery(core, stream, consumer);
  if (again !== null) return again;
  const { max_ack_pending: limit } = consumer.config;
  if (limit > 0 && consumer.pending.size >= limit) return 'max_ack_pending';
  const { skip } = consumer;
  if (skip !== null && skip.seqs.length > 0) {
    const seq = skip.seqs.shift() ?? 0;
    if (skip.seqs.length === 0) {
      consumer.sseq = skip.resume;
      consumer.skip = null;
    }
    consumer.sseq += 1;
    const message = stream.store.messages.get(seq);
    return message === undefined ? null : { message, deliveries: 1 };
  }
  const message = nextPassing(stream.store, consumer.sseq, consumer.sought);
  consumer.sseq = Math.max(consumer.sseq, (message?.seq ?? stream.store.lastSeq) + 1);
  return message === null ? null : { message, deliveries: 1 };
}
function chooseRedelivery(core: Core, stream: Stream, consumer: Consumer): Chosen | null {
  for (const seq of consumer.redeliver) {
    consumer.redeliver.delete(seq);
    const extra = (consumer.redelivered.get(seq) ?? 0) + 1;
    consumer.redelivered.set(seq, extra);
    const { max_deliver: most } = consumer.config;
    if (most > 0 && extra + 1 > most) {
      if (extra === most) exceeded(core, consumer, seq, extra);
      giveUp(core, consumer, seq);
      continue;
    }
    const message = stream.store.messages.get(seq);
    if (message !== undefined) return { message, deliveries: extra + 1 };
    consumer.redelivered.set(seq, extra - 1);
  }
  return null;
}
/** The advisory by which dead letters can be collected: the message itself stays in the stream. */
export function exceeded(core: Core, { stream, name }: Consumer, seq: number, deliveries: number): void {
  const subject = `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${stream}.${name}`;
  core.emit({ kind: 'advisory', subject, stream, consumer: name, seq, deliveries, reason: '' });
  route(core, null, { subject, message: -1 });
}

/** The consumer forgets that it is out; from 2.14 on its floor may rise. */
export function giveUp(core: Core, consumer: Consumer, seq: number): void {
  const out = consumer.pending.get(seq);
  consumer.pending.delete(seq);
  if (out !== undefined && core.since('2.14.5')) moveFloor(consumer, seq, out.dseq);
}
/** A delivery is out no more: the floor rises to just below the next one that is. */
export function moveFloor(consumer: Consumer, seq: number, dseq: number): void {
  const { pending, sseq } = consumer;
  if (pending.size === 0) return allSettled(consumer);
  if (dseq !== consumer.ackFloorConsumer + 1) return;
  consumer.ackFloorConsumer = dseq;
  consumer.ackFloorStream = seq;
  const next = nextOut(pending, seq);
  const out = pending.get(next);
  if (out === undefined || next >= sseq) return;
  consumer.ackFloorConsumer = out.dseq - 1;
  consumer.ackFloorStream = next - 1;
}
export function allSettled(consumer: Consumer): void {
  consumer.ackFloorConsumer = consumer.dseq - 1;
  consumer.ackFloorStream = consumer.sseq - 1;
}
/** Finds the receiver. Without one the message goes back to where it was chosen from. */
function destine(core: Core, consumer: Consumer, { message, deliveries }: Chosen): Held | null {
  if (deliveries === 1 && isCounted(core, consumer)) consumer.numPending -= 1;
  const pending = waitingFor(core, consumer);
  const held = { seq: message.seq, deliveries, pending };
  if (isPush(consumer.config)) return { ...held, to: consumer.config.deliver_subject, left: 1, bytesLeft: 0 };
  const one = nextWaiting(core, consumer, sizeOf(consumer, message, deliveries, pending));
  if (one !== null) {
    if (one.n > 0 && one.heartbeat > 0) one.heartbeatAt = core.now() + one.heartbeat;
    return { ...held, to: one.reply, left: one.n, bytesLeft: one.bytes };
  }
  if (deliveries === 1 && message.seq === consumer.sseq - 1) {
    consumer.sseq -= 1;
    if (isCounted(core, consumer)) consumer.numPending += 1;
  } else if (!consumer.redeliver.has(message.seq)) {
    consumer.redelivered.set(message.seq, (consumer.redelivered.get(message.seq) ?? 0) - 1);
    consumer.redeliver.add(message.seq);
  }
  return null;
}
function ackSubject(consumer: Consumer, { seq, at }: Stored, deliveries: number, pending: number): string {
  return `$JS.ACK.${consumer.stream}.${consumer.name}.${deliveries}.${seq}.${consumer.dseq}.${String(at).padStart(16, '0')}000.${pending}`;
}
/** What a delivery counts for in max_bytes of a pull and in rate_limit_bps. */
function sizeOf(consumer: Consumer, message: Stored, deliveries: number, pending: number): number {
  const bare = consumer.config.headers_only;
  const header = bare ? headerBytes({ ...message.headers, 'Nats-Msg-Size': String(message.size) }) : headerBytes(message.headers);
  return byteLength(message.subject) + ackSubject(consumer, message, deliveries, pending).length + header + (bare ? 0 : message.size);
}

/** Replay at the original pace, or a rate limit, may ask for patience. @returns whether the consumer sleeps now */
function wait(core: Core, consumer: Consumer, message: Stored, held: Held): boolean {
  let delay = consumer.replaying && consumer.lastStamp >= 0 ? message.at - consumer.lastStamp : 0;
  if (delay <= 1000) delay = 0;
  consumer.lastStamp = message.at;
  const { rate, config } = consumer;
  if (rate !== null) {
    const perSecond = Math.floor(config.rate_limit_bps / 8);
    const due = core.now() + delay;
    const earned = Math.floor(((due - rate.at) * perSecond) / 1_000_000);
    const tokens = Math.min(rate.tokens + earned, burst(core, core.stream(consumer))) - sizeOf(consumer, message, held.deliveries, held.pending);
    consumer.rate = { tokens, at: due };
    if (tokens < 0) delay += Math.ceil((-tokens * 1_000_000) / perSecond);
  }
  if (delay === 0) return false;
  consumer.held = held;
  core.arm(consumer, 'held', delay);
  return true;
}
export const burst = ({ settings }: Core, { config }: Stream): number => (config.max_msg_size > 0 ? config.max_msg_size : settings.max_payload);

/** Sleep is over: what was held goes out, if it is still there. */
export function wake(core: Core, consumer: Consumer): void {
  const { held } = consumer;
  if (held === null) return;
  consumer.held = null;
  const stream = core.stream(consumer);
  const message = stream.store.messages.get(held.seq);
  if (message !== undefined) deliver(core, stream, consumer, message, held);
  serve(core, consumer);
}

function deliver(core: Core, stream: Stream, consumer: Consumer, message: Stored, { to, deliveries, pending, left, bytesLeft }: Held): void {
  const { config } = consumer;
  const reply = ackSubject(consumer, message, deliveries, pending);
  const dseq = consumer.dseq++;
  const info = { stream: stream.name, consumer: consumer.name, streamSeq: message.seq, consumerSeq: dseq, deliveries, pending, at: message.at };
  const headers = config.headers_only ? { ...message.headers, 'Nats-Msg-Size': String(message.size) } : message.headers;
  const size = config.headers_only ? 0 : message.size;
  const reached = route(core, null, { subject: to, shown: message.subject, reply, message: message.message, size, headers, info, bodyless: config.headers_only });
  core.emit({ kind: 'delivered', ...info, message: message.message, to, reached });
  if (!reached) core.later({ does: 'undelivered', consumer: consumer.id, seq: message.seq, to });
  storeDelivery(core, consumer, dseq, message.seq);
  if (config.ack_policy === 'none') {
    consumer.ackFloorConsumer = dseq;
    consumer.ackFloorStream = message.seq;
    if (stream.config.retention !== 'limits') core.later({ does: 'acked', stream: stream.name, seq: message.seq });
  } else track(core, consumer, message.seq, dseq);
  consumer.lastPull = core.now();
  if (config.idle_heartbeat > 0) core.arm(consumer, 'heartbeat', us(config.idle_heartbeat));
  controlFlow(core, consumer, byteLength(to) + reply.length + headerBytes(headers) + size);
  if (left <= 0 && bytesLeft > 0) status(core, to, 409, 'Batch Completed', { 'Nats-Pending-Messages': String(left), 'Nats-Pending-Bytes': String(bytesLeft) });
}
/** A burst of waits that end together is treated at once. */
const SLACK = 1000;
export const ackWait = ({ config }: Consumer, wait = 0): number => (wait > 0 ? wait : us(config.ack_wait)) + SLACK;

/** Remembers what is out, and since when. The consumer sequence stays that of the first delivery. */
function track(core: Core, consumer: Consumer, seq: number, dseq: number): void {
  const { backoff } = consumer.config;
  const step = Math.min(Math.max(consumer.redelivered.get(seq) ?? 0, 0), backoff.length - 1);
  const delay = ackWait(consumer, us(backoff[step] ?? 0));
  if (consumer.timers.pending < 0 || consumer.timers.pending > core.now() + delay) core.arm(consumer, 'pending', delay);
  const out = consumer.pending.get(seq);
  if (out === undefined) consumer.pending.set(seq, { dseq, at: core.now() });
  else out.at = core.now();
}
/** Flow control asks the client for a sign of life at half a window of bytes. */
function controlFlow(core: Core, consumer: Consumer, bytes: number): void {
  const { flow } = consumer;
  if (flow === null) return;
  flow.bytes += bytes;
  if (flow.reply !== '') {
    if (flow.bytes - flow.asked >= flow.window) flow.asked += bytes;
    return;
  }
  if (flow.bytes <= flow.window / 2) return;
  flow.asked = flow.bytes;
  flow.reply = `$JS.FC.${consumer.stream}.${consumer.name}.${core.counters.name++}`;
  status(core, consumer.config.deliver_subject, 100, 'FlowControl Request', null, flow.reply);
}
/** Nobody was there: the message is due again, and the request is credited. */
export function undelivered(core: Core, consumer: Consumer, seq: number, to: string): void {
  consumer.redelivered.set(seq, (consumer.redelivered.get(seq) ?? 0) - 1);
  if (isPush(consumer.config)) {
    consumer.active = false;
    return;
  }
  processWaiting(core, consumer, false);
  credit(consumer, to);
  if (!consumer.pending.has(seq) || consumer.redeliver.has(seq)) return;
  consumer.redeliver.add(seq);
  if (consumer.waiting.length > 0) core.signal(consumer);
}
