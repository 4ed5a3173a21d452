/** Tells the history what the service's events mean for copies: one per message and subscription. */
import { copyOf } from '../../base/copy.ts';
import type { RoomHost } from '../contract.ts';
import type { PubSubEvent, Stored } from './model.ts';

export interface Known {
  readonly copy: number;
  readonly message: number;
  readonly place: string;
  /** The newest entry about it. */
  entry: number;
  attempts: number;
}
/** Names → nodes and wires of the document. */
export interface Geography {
  topicNode(name: string): string;
  subscriptionNode(name: string): string;
  /** The wire that leads to a subscription. */
  wire(name: string): string | undefined;
}
const said = (reason: string): string => `google-pubsub.${reason}`;
const factsOf = ({ message, copy, place, entry, attempts }: Known) => ({ message, copy, place, attempt: attempts, cause: entry });

export class Teller {
  private copies = new Map<string, Map<number, Known>>();
  private readonly host: RoomHost;
  private readonly geography: Geography;
  /** The entry of the latest dead letter: what is accepted next came of it. */
  private buried = -1;
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
  }
  of(subscription: string, seq: number): Known | undefined {
    return this.copies.get(subscription)?.get(seq);
  }
  /** @returns the copy that was handed over, for deliveries */
  tell(event: PubSubEvent): Known | undefined {
    const { host } = this;
    if (event.kind === 'accepted') this.accepted(event);
    else if (event.kind === 'replayed') this.enqueued(event.subscription, event.stored, -1, said('seek'));
    else if (event.kind !== 'pulled') {
      const known = this.of(event.subscription, event.seq);
      if (known === undefined) return undefined;
      switch (event.kind) {
        case 'delivered':
          known.attempts = event.attempt;
          known.entry = host.record('delivered', { ...factsOf(known), actor: event.holder });
          return known;
        case 'requeued':
          known.entry = host.record('requeued', { ...factsOf(known), reason: said(event.why) });
          return undefined;
        case 'acked':
          host.record('settled', { ...factsOf(known), reason: said(event.late ? 'late_ack' : 'acked') });
          break;
        case 'dead-lettered':
          this.buried = host.record('dead-lettered', { ...factsOf(known), reason: said('max_delivery_attempts') });
          host.pass(`deadLetterTopic:${known.place}`, known.message);
          break;
        default:
          host.record(event.kind, { ...factsOf(known), reason: said(event.why) });
      }
      this.copies.get(event.subscription)?.delete(event.seq);
    }
    return undefined;
  }
  save(): unknown {
    return copyOf([...this.copies].map(([name, copies]) => [name, [...copies]]));
  }
  load(saved: unknown): void {
    this.copies = new Map(copyOf(saved as [string, [number, Known][]][]).map(([name, copies]) => [name, new Map(copies)]));
  }
  private accepted({ topic, stored, to, matched, from }: Extract<PubSubEvent, { kind: 'accepted' }>): void {
    const { host, geography } = this;
    const place = geography.topicNode(topic);
    const because = from === undefined ? host.record('accepted', { message: stored.message, place, detail: to.length }) : this.buried;
    if (to.length === 0 && !matched) host.record('unrouted', { message: stored.message, place, reason: said('no_subscription'), cause: because });
    for (const name of to) {
      this.enqueued(name, stored, because);
      const wire = geography.wire(name);
      if (wire !== undefined) host.pass(wire, stored.message);
    }
  }
  private enqueued(name: string, { seq, message }: Stored, cause: number, reason?: string): void {
    const copy = this.host.copy();
    const place = this.geography.subscriptionNode(name);
    const entry = this.host.record('enqueued', { message, copy, place, cause, ...(reason === undefined ? {} : { reason }) });
    let copies = this.copies.get(name);
    if (copies === undefined) this.copies.set(name, (copies = new Map()));
    copies.set(seq, { copy, message, place, entry, attempts: 0 });
  }
}
