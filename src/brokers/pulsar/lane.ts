/** What a producer holds for one partition: batches that are being filled, and entries without a receipt. */
import type { SendArgs } from './producing.ts';

/** Messages that will be one entry. */
export interface Batch {
  /** With key-based batches all of its messages have this key; else null. */
  readonly key: string | null;
  readonly messages: number[];
  bytes: number;
  /** Sequence id of its last message. */
  last: number;
}
/** An entry that was handed over and not confirmed. */
export interface Pending {
  readonly tag: number;
  readonly args: SendArgs;
  /** µs */
  readonly since: number;
}
export interface Lane {
  readonly partition: string;
  batches: Batch[];
  /** Messages and bytes in all batches together, and since when, µs. */
  gathered: number;
  bytes: number;
  since: number;
  /** When batches were sent last, µs; -1 = never. */
  sentAt: number;
  /** A timer that sends them is set. */
  planned: boolean;
  pending: Pending[];
  /** Messages without an outcome. */
  open: number;
  /** The send timeout is watched. */
  timing: boolean;
}
/** Limits of a batch: with key-based batches, of those of all keys together. */
export interface BatchLimits {
  readonly messages: number;
  readonly bytes: number;
}
export const laneOf = (partition: string): Lane => ({ partition, batches: [], gathered: 0, bytes: 0, since: -1, sentAt: -1, planned: false, pending: [], open: 0, timing: false });

export const hasRoom = (lane: Lane, size: number, limits: BatchLimits): boolean => lane.gathered < limits.messages && lane.bytes + size <= limits.bytes;
export const isFull = (lane: Lane, limits: BatchLimits): boolean => lane.gathered >= limits.messages || lane.bytes >= limits.bytes;

export function gather(lane: Lane, now: number, key: string | null, { message, size, sequence }: { readonly message: number; readonly size: number; readonly sequence: number }): void {
  if (lane.gathered === 0) lane.since = now;
  let batch = lane.batches.find((one) => one.key === key);
  if (batch === undefined) lane.batches.push((batch = { key, messages: [], bytes: 0, last: 0 }));
  batch.messages.push(message);
  batch.bytes += size;
  batch.last = sequence;
  lane.gathered++;
  lane.bytes += size;
}
/** All go together, the one whose last message came first before the others. */
export function takeBatches(lane: Lane): Batch[] {
  const { batches } = lane;
  Object.assign(lane, { batches: [], gathered: 0, bytes: 0, since: -1 });
  return batches.sort((a, b) => a.last - b.last);
}
