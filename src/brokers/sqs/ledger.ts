/** The copies that the history knows of: in queues by the id of the message there, under way from SNS by their number. */
import type { RoomHost } from '../contract.ts';

export interface Known {
  /** Its number in the history. */
  readonly copy: number;
  readonly message: number;
  readonly place: string;
  /** The newest entry about it. */
  entry: number;
  /** Deliveries. */
  attempts: number;
  /** Whether a reader has it. */
  held: boolean;
  /** Why that reader does nothing more about it, where it says so to nobody. */
  left: string | null;
}
export type LedgerState = readonly (readonly [id: number, known: Known])[];
export type End = 'settled' | 'dropped' | 'expired' | 'lost' | 'dead-lettered';

export class Ledger {
  private copies = new Map<number, Known>();
  private readonly host: RoomHost;
  constructor(host: RoomHost) {
    this.host = host;
  }
  get(id: number): Known | undefined {
    return this.copies.get(id);
  }
  /** @param reason how it came there, when not by being published */
  enqueued(id: number, message: number, place: string, cause: number, reason?: string): Known {
    const known = this.born(message, place, cause, reason);
    this.copies.set(id, known);
    return known;
  }
  /** A copy that is found under its own number. */
  born(message: number, place: string, cause: number, reason?: string): Known {
    const copy = this.host.copy();
    const entry = this.host.record('enqueued', { message, copy, place, cause, ...(reason === undefined ? {} : { reason }) });
    return { copy, message, place, entry, attempts: 0, held: false, left: null };
  }
  delivered(known: Known, actor: string, attempts: number, more: { readonly detail?: number } = {}): void {
    known.attempts = attempts;
    known.held = true;
    known.left = null;
    known.entry = this.host.record('delivered', { ...factsOf(known), actor, ...more });
  }
  requeued(known: Known, reason: string): void {
    known.held = false;
    known.entry = this.host.record('requeued', { ...factsOf(known), reason });
  }
  /** @returns the entry */
  over(kind: End, known: Known, reason: string, more: { readonly detail?: number } = {}): number {
    return this.host.record(kind, { ...factsOf(known), reason, ...more });
  }
  /** @returns the entry, or -1 when it was not known */
  ended(kind: End, id: number, reason: string, more: { readonly detail?: number } = {}): number {
    const known = this.copies.get(id);
    if (known === undefined) return -1;
    this.copies.delete(id);
    return this.over(kind, known, reason, more);
  }
  save(): LedgerState {
    return [...this.copies].map(([id, known]) => [id, { ...known }]);
  }
  load(state: LedgerState): void {
    this.copies = new Map(state.map(([id, known]) => [id, { ...known }]));
  }
}
const factsOf = ({ message, copy, place, entry, attempts }: Known) => ({ message, copy, place, attempt: attempts, cause: entry });
