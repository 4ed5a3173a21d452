import type { Core } from './core.ts';
import type { Consumer } from './model.ts';

/** How far a consumer has come as its store has it. It knows nothing of what the consumer only looked at, and 2.14 reports it. */
export interface StoredState {
  /** The newest delivery: consumer sequence, and the highest stream sequence of all. */
  dseq: number;
  seq: number;
  ackFloorConsumer: number;
  ackFloorStream: number;
}

/** Where a new consumer begins. One with replicas tells them where, and nothing of acks. */
export function startStored(core: Core, consumer: Consumer): void {
  if (!core.since('2.14.5')) return;
  const before = Math.max(0, consumer.sseq - 1);
  const replicated = core.cluster.groups.has(consumer.id);
  consumer.ackFloorStream = before;
  Object.assign(consumer.stored, { seq: before, ackFloorStream: replicated && consumer.config.ack_policy !== 'none' ? 0 : before });
}
export function storeDelivery(core: Core, { stored, config }: Consumer, dseq: number, seq: number): void {
  if (!core.since('2.14.5') || dseq <= stored.ackFloorConsumer) return;
  if (config.ack_policy === 'none') Object.assign(stored, { ackFloorConsumer: dseq, ackFloorStream: Math.max(stored.ackFloorStream, seq) });
  stored.dseq = Math.max(stored.dseq, dseq);
  stored.seq = Math.max(stored.seq, seq);
}
/** An ack of a delivery that was out, after it was taken from those that are. @param dseq that of its first delivery */
export function storeAck(core: Core, { stored, config, pending }: Consumer, dseq: number, seq: number): void {
  if (!core.since('2.14.5') || dseq <= stored.ackFloorConsumer) return;
  if (config.ack_policy === 'explicit' && pending.size === 0) Object.assign(stored, { ackFloorConsumer: stored.dseq, ackFloorStream: stored.seq });
  else if (config.ack_policy === 'all' || dseq === stored.ackFloorConsumer + 1) Object.assign(stored, { ackFloorConsumer: dseq, ackFloorStream: seq });
  if (config.ack_policy !== 'explicit' || pending.size === 0 || stored.ackFloorStream !== seq || stored.dseq <= dseq) return;
  const next = nextOut(pending, seq);
  const out = pending.get(next);
  if (out !== undefined && next <= stored.seq) Object.assign(stored, { ackFloorConsumer: out.dseq - 1, ackFloorStream: next - 1 });
}
/** The next sequence that is out, or infinity. Nearly always it is the very next; where few pass the filter, fewer are out than lie between. */
export function nextOut(pending: Consumer['pending'], seq: number): number {
  for (let next = seq + 1; next <= seq + pending.size; next++) if (pending.has(next)) return next;
  let next = Number.POSITIVE_INFINITY;
  for (const other of pending.keys()) if (other > seq && other < next) next = other;
  return next;
}
/** The store takes over what the consumer knows, unless it does not fit together. */
export function storeAll(core: Core, { stored, dseq, sseq, ackFloorConsumer, ackFloorStream, pending }: Consumer): void {
  if (!core.since('2.14.5')) return;
  const fits = ackFloorConsumer < dseq && ackFloorStream < sseq && dseq - 1 >= stored.dseq && ackFloorStream >= stored.ackFloorStream;
  if (fits && ![...pending.keys()].some((seq) => seq <= ackFloorStream || seq >= sseq)) Object.assign(stored, { dseq: dseq - 1, seq: sseq - 1, ackFloorConsumer, ackFloorStream });
}

/** What a consumer's information says of its progress. */
export function progress(core: Core, { stored, dseq, sseq, ackFloorConsumer, ackFloorStream }: Consumer): StoredState {
  if (!core.since('2.14.5')) return { dseq: dseq - 1, seq: sseq - 1, ackFloorConsumer, ackFloorStream };
  return stored.dseq > 0 || stored.seq > 0 ? stored : { ...stored, dseq: dseq - 1, seq: sseq - 1 };
}
