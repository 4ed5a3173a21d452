/** What can happen: the kinds of entry, and what each means for the custody of a copy. */

/**
 * produced   a message came into being at a producer          sent        the producer handed it to its session (attempt n)
 * accepted   the broker took it; detail = copies to follow     confirmed   the producer knows that it was accepted
 * refused    the broker said no; the producer knows            unknown     the producer does not know and never will
 * returned   given back as unroutable                          unrouted    accepted into nothing
 * gave-up    the producer stopped trying                       shed        the producer dropped it before sending
 * enqueued   a copy came into custody at a place; detail = its lane (partition) where there are several; a reason: it came there in another way than by being published
 * delivered   the copy was handed to a reader (attempt n); detail = 1: taken to be moved, nobody works on it; a reason: why it is this one's turn
 * received   it arrived in the reader's buffer                 started     work on it began; detail = planned µs
 * effect     its effect was applied at the reader              skipped     the reader passed over it: it knew the id, or is not to get it
 * failed     the work failed                                   finished    the work ended; detail = µs of work
 * settled    custody ended as done                             requeued    back to waiting
 * expired, dropped, dead-lettered, lost   the other ends of a copy
 * withdrawn  the broker took a delivery back                   joined, left  a client came or went; detail = 1 for a reader
 * blocked, unblocked, throttled   pushback upon a producer     crashed, restarted  an instance or a node
 * committed, aborted   a transaction ended; detail = its messages here   elected     a place has a new leader (actor), or -1
 * rebalancing, rebalanced   a group shares its work out anew        assigned, revoked  a member's share; detail = parts of it
 * fault, fault-ended, edited      the timeline                 census      the broker's own count: attempt = in flight, detail = pending
 * delayed    said just before a census: of the pending, detail wait for nothing but their time, and were not to be handed over yet
 */
export const KINDS = [
  'produced',
  'sent',
  'accepted',
  'confirmed',
  'refused',
  'unknown',
  'returned',
  'unrouted',
  'gave-up',
  'shed',
  'enqueued',
  'delivered',
  'received',
  'started',
  'effect',
  'skipped',
  'failed',
  'finished',
  'settled',
  'requeued',
  'expired',
  'dropped',
  'dead-lettered',
  'lost',
  'withdrawn',
  'joined',
  'left',
  'blocked',
  'unblocked',
  'throttled',
  'crashed',
  'restarted',
  'fault',
  'fault-ended',
  'edited',
  'census',
  'judged',
  'committed',
  'aborted',
  'elected',
  'rebalancing',
  'rebalanced',
  'assigned',
  'revoked',
  'delayed',
] as const;
export type Kind = (typeof KINDS)[number];
const CODES: ReadonlyMap<Kind, number> = new Map(KINDS.map((kind, code) => [kind, code]));
/** Index of the kind in `KINDS`: what is looked up for every entry is an array by this. */
export const codeOf = (kind: Kind): number => CODES.get(kind) as number;
/** By code, whether a kind is one of these. */
export const among = (...kinds: readonly Kind[]): readonly boolean[] => KINDS.map((kind) => kinds.includes(kind));

export type Fate = 'pending' | 'in flight' | 'done' | 'dead-lettered' | 'expired' | 'dropped' | 'lost';

/** Which fate an entry gives a copy, and from which fates it may. An entry that is not here leaves custody alone. */
export const FATES: Readonly<Partial<Record<Kind, { readonly to: Fate; readonly from: readonly (Fate | 'unborn')[] }>>> = {
  enqueued: { to: 'pending', from: ['unborn'] },
  delivered: { to: 'in flight', from: ['pending'] },
  requeued: { to: 'pending', from: ['in flight'] },
  // From pending: a reader that it was taken back from settles it after all.
  settled: { to: 'done', from: ['in flight', 'pending'] },
  expired: { to: 'expired', from: ['pending'] },
  dropped: { to: 'dropped', from: ['pending', 'in flight'] },
  'dead-lettered': { to: 'dead-lettered', from: ['pending', 'in flight'] },
  lost: { to: 'lost', from: ['pending', 'in flight'] },
};

/** One line of the history. Absent numbers are -1; `place`, `actor`, `reason` index the history's strings. */
export interface Entry {
  /** Position in the whole run. */
  readonly id: number;
  /** µs */
  readonly time: number;
  readonly kind: Kind;
  /** Index of the kind in `KINDS`. */
  readonly code: number;
  readonly message: number;
  readonly copy: number;
  /** The node where it happened: a queue, an exchange, a producer, a consumer. */
  readonly place: number;
  /** Who did it: an instance ("pay/2"), a producer, a broker's node. */
  readonly actor: number;
  readonly attempt: number;
  readonly reason: number;
  /** The entry that brought it about. */
  readonly cause: number;
  readonly detail: number;
}
/** Watches the history as it grows, and can be checkpointed. */
export interface Fold {
  /** @param entry lent: it is another one after the call, so only its numbers may be kept */
  see(entry: Entry): void;
  save(): unknown;
  load(state: unknown): void;
}
