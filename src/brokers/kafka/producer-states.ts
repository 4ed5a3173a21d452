/** What a partition remembers of idempotent producers: epoch and the newest batches, so that a batch sent again is not written again. */
import { copyOf } from '../../base/copy.ts';
import type { Batch as ProducedBatch } from './protocol.ts';

interface Batch {
  readonly first: number;
  readonly last: number;
  readonly offset: number;
}
type JudgedBatch = Pick<ProducedBatch, 'producerId' | 'producerEpoch' | 'baseSequence' | 'transactional' | 'records'>;
interface ProducerEntry {
  epoch: number;
  /** The newest five (ProducerStateEntry.NUM_BATCHES_TO_RETAIN), oldest first. */
  batches: Batch[];
  seenAt: number;
}
export type ProducerStatesState = readonly (readonly [number, ProducerEntry])[];
const RETAINED = 5;

/** Sequence numbers begin again at 0 behind the last that there is. @returns that of the last of so many records (DefaultRecordBatch.incrementSequence) */
export const lastSequence = (first: number, count: number): number => (first + count - 1) % 2_147_483_648;

export class ProducerStates {
  private entries = new Map<number, ProducerEntry>();
  /** @returns what a batch with these sequence numbers is: the next, known already (with its offset), out of order, or from a fenced epoch (ProducerAppendInfo.checkSequence) */
  judge({ producerId, producerEpoch: epoch, baseSequence: first, transactional, records }: JudgedBatch): { readonly is: 'next' | 'out of order' | 'fenced' } | { readonly is: 'duplicate'; readonly offset: number } {
    const entry = this.entries.get(producerId);
    // Nothing is known of this producer (any more): whatever number it is at is taken, unless it begins its part of a transaction here.
    if (!entry) return { is: transactional && first !== 0 ? 'out of order' : 'next' };
    if (epoch < entry.epoch) return { is: 'fenced' };
    if (epoch > entry.epoch) return { is: first === 0 ? 'next' : 'out of order' };
    const last = lastSequence(first, records.length);
    const known = entry.batches.find((b) => b.first === first && b.last === last);
    if (known) return { is: 'duplicate', offset: known.offset };
    return { is: first === lastSequence(entry.batches.at(-1)?.last ?? -1, 2) ? 'next' : 'out of order' };
  }
  add(producerId: number, epoch: number, first: number, last: number, offset: number, now: number): void {
    const known = this.entries.get(producerId);
    const entry = known && known.epoch === epoch ? known : { epoch, batches: [], seenAt: now };
    if (entry.batches.push({ first, last, offset }) > RETAINED) entry.batches.shift();
    entry.seenAt = now;
    this.entries.set(producerId, entry);
  }
  /** A newer incarnation exists: the older one may not write any more. */
  fence(producerId: number, epoch: number): void {
    const entry = this.entries.get(producerId);
    if (entry && entry.epoch < epoch) this.entries.set(producerId, { epoch, batches: [], seenAt: entry.seenAt });
  }
  /** The log ends earlier now: of whom it has no batch any more nothing is known. */
  truncate(end: number): void {
    for (const [id, entry] of this.entries) {
      const kept = entry.batches.filter((b) => b.offset < end);
      if (kept.length === 0 && entry.batches.length > 0) this.entries.delete(id);
      entry.batches = kept;
    }
  }
  /** producer.id.expiration.ms: an idle producer's history is forgotten. */
  expire(before: number): void {
    for (const [id, entry] of this.entries) if (entry.seenAt < before) this.entries.delete(id);
  }
  save(): ProducerStatesState {
    return copyOf([...this.entries]);
  }
  load(state: ProducerStatesState): void {
    this.entries = new Map(copyOf(state));
  }
}
