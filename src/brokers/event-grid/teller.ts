/** Tells the history what the service's happenings mean for copies: one per event and subscription, one per event in a container. */
import type { RoomHost } from '../contract.ts';
import type { Again, GivenUp, Happening } from './happenings.ts';
import { type Answer, outcomeOf } from './schedule.ts';
import { reasonOf } from './words.ts';

export interface Known {
  readonly copy: number;
  readonly message: number;
  readonly place: string;
  /** The newest entry about it. */
  entry: number;
  /** Deliveries so far. */
  count: number;
}
const AGAIN: Readonly<Record<Exclude<Again, 'failed' | 'given_up'>, string>> = { timed_out: 'timed_out', delivered_twice: 'at_least_once', released: 'released', lock_expired: 'lock_expired' };
const GIVEN_UP: Readonly<Record<Exclude<GivenUp, 'not_retried'>, string>> = {
  MaxDeliveryAttemptsExceeded: 'max_delivery_attempts',
  TimeToLiveExceeded: 'time_to_live',
  rejected: 'rejected',
  subscription_deleted: 'subscription_deleted',
  subscription_expired: 'subscription_expired',
  dead_letter_not_found: 'dead_letter_not_found',
  dead_letter_unavailable: 'dead_letter_unavailable',
};
const said = (reason: string): string => `event-grid.${reason}`;
const again = (why: Again, answer: Answer | undefined): string => (why === 'failed' || why === 'given_up' ? (answer === undefined ? said('given_up') : reasonOf('failed', outcomeOf(answer))) : said(AGAIN[why]));
const givenUp = (why: GivenUp, answer: Answer | undefined): string => (why === 'not_retried' ? reasonOf('not_retried', outcomeOf(answer ?? 'ResolutionError')) : said(GIVEN_UP[why]));

export class Teller {
  private readonly host: RoomHost;
  /** Of events that are not done with, and of those in containers. */
  private known = new Map<number, Known>();
  /** The entry of the newest acceptance: what it routed refers to it. */
  private accepted = -1;
  constructor(host: RoomHost) {
    this.host = host;
  }
  get(id: number): Known | undefined {
    return this.known.get(id);
  }
  /** @param cause entry of which a publication came; -1 for a producer's */
  tell(happening: Happening, cause: number): void {
    const { host } = this;
    switch (happening.kind) {
      case 'accepted':
        this.accepted = host.record('accepted', { message: happening.message, place: happening.topic, detail: happening.copies, cause });
        return;
      case 'unmatched':
        host.record('unrouted', { message: happening.message, place: happening.topic, reason: said('unmatched'), cause: this.accepted });
        return;
      case 'matched':
        this.enqueued(happening.id, happening.message, happening.subscription, this.accepted);
        return host.pass(happening.link, happening.message);
      case 'done':
        this.ended('settled', happening.id, said(happening.why));
        return;
      case 'again': {
        const one = this.known.get(happening.id);
        if (one) one.entry = host.record('requeued', { ...factsOf(one), reason: again(happening.why, happening.answer) });
        return;
      }
      case 'dropped':
      case 'expired':
        this.ended(happening.kind, happening.id, givenUp(happening.why, happening.answer));
        return;
      case 'dead-lettered': {
        const { id, stored, message, container, why, answer } = happening;
        const entry = this.ended('dead-lettered', id, givenUp(why, answer), 1);
        this.enqueued(stored, message, container, entry);
        return;
      }
      case 'taken': {
        const one = this.known.get(happening.id);
        if (!one) return;
        one.entry = host.record('delivered', { ...factsOf(one), actor: 'operator', attempt: 1 });
        this.ended('settled', happening.id, said('rehydrated'));
        return;
      }
      case 'subscription': {
        const { subscription, refusal } = happening;
        if (refusal !== undefined) host.record('refused', { place: subscription, reason: said(refusal.name) });
        return;
      }
      default:
    }
  }
  /** Handed to a client. @returns the entry */
  delivered(id: number, client: string, count: number): Known | undefined {
    const one = this.known.get(id);
    if (!one) return undefined;
    one.count = count;
    one.entry = this.host.record('delivered', { ...factsOf(one), actor: client });
    return one;
  }
  save(): readonly (readonly [number, Known])[] {
    return [...this.known];
  }
  load(state: readonly (readonly [number, Known])[]): void {
    this.known = new Map(state);
  }
  private enqueued(id: number, message: number, place: string, cause: number): void {
    const copy = this.host.copy();
    const entry = this.host.record('enqueued', { message, copy, place, cause });
    this.known.set(id, { copy, message, place, entry, count: 0 });
  }
  private ended(kind: 'settled' | 'dropped' | 'expired' | 'dead-lettered', id: number, reason: string, detail?: number): number {
    const one = this.known.get(id);
    if (!one) return -1;
    this.known.delete(id);
    return this.host.record(kind, { ...factsOf(one), reason, ...(detail === undefined ? {} : { detail }) });
  }
}
const factsOf = ({ message, copy, place, entry, count }: Known) => ({ message, copy, place, attempt: count, cause: entry });
