import type { Consumer, Stored, Stream } from './model.ts';
import { countFrom, nextPassing } from './store.ts';

/** What a consumer has yet to deliver for the first time. */

/** The sequence from which on it goes through the stream; before that it may have the newest of each subject to send. */
const onward = ({ skip, sseq }: Consumer): number => (skip === null || skip.seqs.length === 0 ? sseq : skip.resume + 1);

/** In the order in which it will be delivered. @param most at most so many */
export function awaiting({ store }: Stream, consumer: Consumer, most = Number.POSITIVE_INFINITY): Stored[] {
  const { held, skip, filters } = consumer;
  const first = [...(held !== null && held.deliveries === 1 ? [held.seq] : []), ...(skip?.seqs ?? [])];
  const out = first.flatMap((seq) => store.messages.get(seq) ?? []).slice(0, most);
  for (let next = nextPassing(store, onward(consumer), filters); next !== null && out.length < most; next = nextPassing(store, next.seq + 1, filters)) out.push(next);
  return out;
}
export function awaitingCount({ store }: Stream, consumer: Consumer): number {
  const { held, skip, filters } = consumer;
  const first = [...(held !== null && held.deliveries === 1 ? [held.seq] : []), ...(skip?.seqs ?? [])];
  return first.filter((seq) => store.messages.has(seq)).length + countFrom(store, onward(consumer), filters, false);
}
