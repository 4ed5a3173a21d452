import { us } from './config.ts';
import type { Core } from './core.ts';
import { ackWait, allSettled, exceeded, giveUp, moveFloor } from './delivery.ts';
import type { Consumer, Stream } from './model.ts';
import { acked } from './retention.ts';
import { route } from './routing.ts';
import { storeAck, storeAll } from './stored-state.ts';

/** What clients say of deliveries, and what happens when they say nothing. */

/** The subject of a delivery's ack: $JS.ACK.<stream>.<consumer>.<deliveries>.<stream seq>.<consumer seq>.<time>.<pending> */
export interface AckSubject {
  readonly stream: string;
  readonly consumer: string;
  readonly deliveries: number;
  readonly seq: number;
  readonly dseq: number;
}
export function parseAckSubject(subject: string): AckSubject | null {
  const [js, ack, stream, consumer, deliveries, seq, dseq, ...rest] = subject.split('.');
  if (js !== '$JS' || ack !== 'ACK' || rest.length !== 2) return null;
  return { stream: stream ?? '', consumer: consumer ?? '', deliveries: Number(deliveries), seq: Number(seq), dseq: Number(dseq) };
}

/** @returns whether the ack was taken, so that one that asked for it is confirmed */
export function acknowledge(core: Core, consumer: Consumer, { seq, dseq }: AckSubject, how: 'ack' | 'term' = 'ack'): boolean {
  if (seq >= consumer.sseq) return false;
  const stream = core.stream(consumer);
  const full = consumer.config.max_ack_pending > 0 && consumer.pending.size >= consumer.config.max_ack_pending;
  if (consumer.config.ack_policy === 'all') acknowledgeAll(core, stream, consumer, seq, dseq, full);
  else if (consumer.config.ack_policy === 'explicit') acknowledgeOne(core, stream, consumer, seq, how, full);
  return true;
}
function acknowledgeOne(core: Core, stream: Stream, consumer: Consumer, seq: number, how: 'ack' | 'term', full: boolean): void {
  const out = consumer.pending.get(seq);
  if (out !== undefined) {
    consumer.pending.delete(seq);
    settled(core, stream, consumer, seq, how);
    moveFloor(consumer, seq, out.dseq);
    storeAck(core, consumer, out.dseq, seq);
  }
  consumer.redelivered.delete(seq);
  consumer.redeliver.delete(seq);
  acked(core, stream, consumer, seq);
  if (out !== undefined && full) core.signal(consumer);
}
/** Ack policy all: everything up to this delivery. */
function acknowledgeAll(core: Core, stream: Stream, consumer: Consumer, seq: number, dseq: number, full: boolean): void {
  if (dseq <= consumer.ackFloorConsumer || seq <= consumer.ackFloorStream) return;
  const floor = consumer.ackFloorStream;
  consumer.ackFloorConsumer = dseq;
  consumer.ackFloorStream = seq;
  if (consumer.pending.has(seq)) storeAck(core, consumer, dseq, seq);
  const covered = [...consumer.pending.keys()].filter((one) => one <= seq).sort((a, b) => a - b);
  for (const one of covered) {
    consumer.pending.delete(one);
    consumer.redelivered.delete(one);
    consumer.redeliver.delete(one);
    settled(core, stream, consumer, one, 'ack');
  }
  const lowest = Math.min(covered[0] ?? seq, seq - floor);
  if (seq - floor > 1) for (let one = seq; one >= lowest; one--) acked(core, stream, consumer, one);
  else acked(core, stream, consumer, seq);
  if (full) core.signal(consumer);
}
function settled(core: Core, stream: Stream, consumer: Consumer, seq: number, how: 'ack' | 'term'): void {
  const message = stream.store.messages.get(seq);
  core.emit({ kind: 'settled', stream: stream.name, consumer: consumer.name, seq, message: message?.message ?? -1, how: message === undefined ? 'gone' : how });
}

/** Redelivery at once, or after a delay (ns) that is counted as if ack_wait ended then. */
export function nak(core: Core, consumer: Consumer, { seq, dseq, deliveries }: AckSubject, delay: number): void {
  const out = consumer.pending.get(seq);
  if (dseq <= consumer.ackFloorConsumer || dseq > consumer.dseq || out === undefined) return;
  advise(core, consumer, 'MSG_NAKED', seq, deliveries, '');
  const message = core.stream(consumer).store.messages.get(seq)?.message ?? -1;
  const tell = (why: 'nak' | 'nak-delay', at: number) => core.emit({ kind: 'redelivery', stream: consumer.stream, consumer: consumer.name, seq, message, why, at });
  if (delay > 0) {
    consumer.redeliver.delete(seq);
    out.at = core.now() - us(consumer.config.ack_wait) + us(delay);
    if (consumer.timers.pending >= 0) core.arm(consumer, 'pending', NAK_CHECK);
    tell('nak-delay', out.at + backoffAt(consumer, Math.max(consumer.redelivered.get(seq) ?? 0, 0)));
    return;
  }
  if (!consumer.redeliver.has(seq)) consumer.redeliver.add(seq);
  tell('nak', core.now());
  core.signal(consumer);
}
/** µs until the waits are looked at after a nak with delay. */
const NAK_CHECK = 10_000;

/** No further redelivery, and an advisory. The same when a limit took a message that was out. */
export function terminate(core: Core, consumer: Consumer, ack: AckSubject, reason: string): boolean {
  const taken = acknowledge(core, consumer, ack, 'term');
  advise(core, consumer, 'MSG_TERMINATED', ack.seq, ack.deliveries, reason);
  return taken;
}
/** +WPI: the wait begins again. */
export function inProgress(core: Core, consumer: Consumer, { seq }: AckSubject): void {
  const out = consumer.pending.get(seq);
  if (out !== undefined) out.at = core.now();
}
function advise(core: Core, { stream, name }: Consumer, what: string, seq: number, deliveries: number, reason: string): void {
  const subject = `$JS.EVENT.ADVISORY.CONSUMER.${what}.${stream}.${name}`;
  core.emit({ kind: 'advisory', subject, stream, consumer: name, seq, deliveries, reason });
  route(core, null, { subject, message: -1 });
}

/** Waits that are over make messages due again; those at max_deliver are given up. */
export function checkPending(core: Core, consumer: Consumer): void {
  const { config, pending, redelivered, redeliver } = consumer;
  const { firstSeq } = core.stream(consumer).store;
  const now = core.now();
  consumer.timers.pending = -1;
  let next = config.backoff.length > 0 ? us(config.backoff.at(-1) ?? 0) : ackWait(consumer);
  const expired: number[] = [];
  let stale = false;
  for (const [seq, out] of [...pending]) {
    if (seq < firstSeq || seq <= consumer.ackFloorStream) {
      pending.delete(seq);
      redelivered.delete(seq);
      redeliver.delete(seq);
      stale = true;
      consumer.ackFloorStream = Math.max(consumer.ackFloorStream, seq);
      consumer.ackFloorConsumer = Math.max(consumer.ackFloorConsumer, out.dseq);
      continue;
    }
    const waited = now - out.at;
    const step = Math.max(redelivered.get(seq) ?? 0, 0);
    const deadline = backoffAt(consumer, step);
    if (config.backoff.length > 0) next = Math.min(next, backoffAt(consumer, step + 1));
    if (waited < deadline) next = Math.min(next, deadline - waited);
    else if (!redeliver.has(seq) && !givenUp(core, consumer, seq)) expired.push(seq);
  }
  if (expired.length > 0) expire(core, consumer, expired);
  if (pending.size > 0) core.arm(consumer, 'pending', next);
  else {
    redeliver.clear();
    if (core.since('2.10.27')) allSettled(consumer);
  }
  if (stale) storeAll(core, consumer);
}
/** The wait after so many redeliveries, µs. The last of the list repeats. */
function backoffAt({ config }: Consumer, step: number): number {
  return us(config.backoff[Math.min(step, config.backoff.length - 1)] ?? config.ack_wait);
}
/** At its last delivery a message is forgotten by the consumer, and stays in the stream. */
function givenUp(core: Core, consumer: Consumer, seq: number): boolean {
  const { max_deliver: most, max_ack_pending: limit } = consumer.config;
  const count = Math.max(consumer.redelivered.get(seq) ?? 0, 1);
  if (!core.since('2.10.27') || most <= 0 || count < most) return false;
  if (count === most) exceeded(core, consumer, seq, count);
  if (limit > 0 && consumer.pending.size >= limit) core.signal(consumer);
  giveUp(core, consumer, seq);
  consumer.redelivered.set(seq, count);
  return true;
}
/** Due again in stream order; their clocks move on together. */
export function expire(core: Core, consumer: Consumer, seqs: readonly number[]): void {
  const sorted = [...seqs].sort((a, b) => a - b);
  const offset = core.now() - (consumer.pending.get(sorted[0] ?? 0)?.at ?? core.now());
  const { messages } = core.stream(consumer).store;
  for (const seq of sorted) {
    consumer.redeliver.add(seq);
    const out = consumer.pending.get(seq);
    if (out !== undefined) out.at += offset;
    core.emit({ kind: 'redelivery', stream: consumer.stream, consumer: consumer.name, seq, message: messages.get(seq)?.message ?? -1, why: 'ack_wait', at: core.now() });
  }
  core.signal(consumer);
}
/** A new deliver subject: all that is out is due again. */
export function expireAll(core: Core, consumer: Consumer): void {
  const due = [...consumer.pending.keys()].filter((seq) => !consumer.redeliver.has(seq) && !givenUp(core, consumer, seq));
  if (due.length > 0) {
    expire(core, consumer, due);
    core.arm(consumer, 'pending', ackWait(consumer));
  }
  core.signal(consumer);
}
