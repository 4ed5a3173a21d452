/** Tells the history what the events of SQS mean for the copies of the ledger. */
import type { RoomHost } from '../contract.ts';
import { Ledger, type LedgerState } from './ledger.ts';
import type { Receipt, SqsEvent } from './message.ts';

const said = (reason: string): string => `sqs.${reason}`;
/** The client's name of a session's id: "pay/1 out". */
export const clientOf = (session: string): string => session.split(' ')[0] ?? session;

/** Nodes of the document by the names of queues. */
export interface Geography {
  queueNode(name: string): string;
  /** Draws a way that a setting of a node implies. */
  pass(setting: string, node: string, message: number): void;
}
export interface TellerState {
  readonly ledger: LedgerState;
  /** The copy that ended last: what comes of it follows at once. */
  readonly last: readonly [id: number, entry: number];
}
export class Teller {
  readonly ledger: Ledger;
  /** The entry from which the next arrival comes; -1 when a producer sent it. */
  cause = -1;
  private readonly host: RoomHost;
  private readonly geography: Geography;
  private last: readonly [id: number, entry: number] = [-1, -1];
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
    this.ledger = new Ledger(host);
  }
  tell(event: Exclude<SqsEvent, { kind: 'answer' }>): void {
    const { ledger } = this;
    const place = this.geography.queueNode(event.queue);
    switch (event.kind) {
      case 'arrived': {
        const { id, message, how, of } = event;
        if (how === 'sent') {
          const cause = this.cause >= 0 ? this.cause : this.host.record('accepted', { message, place, detail: 1 });
          ledger.enqueued(id, message, place, cause);
        } else ledger.enqueued(id, message, place, ledger.get(of)?.entry ?? (this.last[0] === of ? this.last[1] : -1), said(how.replace('-', '_')));
        return;
      }
      case 'received': {
        const known = ledger.get(event.id);
        if (known !== undefined) ledger.delivered(known, clientOf(event.client), event.receives);
        return;
      }
      case 'returned': {
        const known = ledger.get(event.id);
        if (known !== undefined) ledger.requeued(known, said(event.why === 'visibility_timeout' ? (known.left ?? event.why) : event.why));
        return;
      }
      case 'deleted':
        this.last = [event.id, ledger.ended('settled', event.id, said(ledger.get(event.id)?.held === true ? 'deleted' : 'deleted_late'))];
        return;
      case 'gone':
        return this.gone(event.id, event.why);
      case 'moved':
        return this.moved(event, place);
    }
  }
  /** A reader leaves what it has received: it will come back when its time is over. */
  left({ id, receive }: Receipt, why: 'after_failure' | 'after_throttle'): void {
    const known = this.ledger.get(id);
    if (known?.held === true && known.attempts === receive) known.left = why;
  }
  save(): TellerState {
    return { ledger: this.ledger.save(), last: this.last };
  }
  load(state: TellerState): void {
    this.ledger.load(state.ledger);
    this.last = state.last;
  }
  private gone(id: number, why: 'retention' | 'purged' | 'queue_deleted'): void {
    const known = this.ledger.get(id);
    if (known === undefined) return;
    // Whoever works on it is not told.
    if (why === 'retention' && known.held) this.ledger.requeued(known, said(why));
    this.ledger.ended(why === 'retention' ? 'expired' : 'dropped', id, said(why));
  }
  private moved({ id, why }: { readonly id: number; readonly why: 'max_receive_count' | 'redrive' }, place: string): void {
    const known = this.ledger.get(id);
    if (known === undefined) return;
    if (why === 'max_receive_count') {
      this.last = [id, this.ledger.ended('dead-lettered', id, said(why), { detail: 1 })];
      this.geography.pass('deadLetterTargetArn', place, known.message);
    } else {
      this.ledger.delivered(known, 'operator', Math.max(1, known.attempts), { detail: 1 });
      this.last = [id, this.ledger.ended('settled', id, said('redriven'))];
    }
  }
}
