/** Tells the history what the server's events mean for the copies of the ledger. */
import { awaiting } from './awaiting.ts';
import type { NatsEvent, RemovalReason } from './events.ts';
import { type CopyHost, type Ending, type Geography, type Known, Ledger, type LedgerState } from './ledger.ts';
import type { Consumer, Stream } from './model.ts';
import type { NatsServer } from './server.ts';
import { Onward, type OnwardState } from './onward.ts';
import { passes } from './store.ts';
import { readerOf } from './syncing.ts';

const REMOVED: Readonly<Record<RemovalReason, string>> = {
  acked: 'nats.acked_by_all',
  'no-interest': 'nats.no_interest',
  max_msgs: 'nats.max_msgs',
  max_bytes: 'nats.max_bytes',
  max_age: 'nats.max_age',
  max_msgs_per_subject: 'nats.max_msgs_per_subject',
  ttl: 'nats.ttl',
  deleted: 'nats.deleted',
  purged: 'nats.purged',
  rollup: 'nats.rollup',
  'stream-deleted': 'nats.stream_deleted',
};
const AGAIN = { ack_wait: 'nats.ack_wait', nak: 'nats.nak', 'nak-delay': 'nats.nak' } as const;
/** Sequences of which the message is remembered after it is gone. */
const REMEMBERED = 20_000;
type Stored = Extract<NatsEvent, { readonly kind: 'stored' }>;
type Delivered = Extract<NatsEvent, { readonly kind: 'delivered' }>;

export interface TellerState {
  readonly ledger: LedgerState;
  readonly messages: readonly (readonly [string, number])[];
  readonly onward: OnwardState;
}

export class Teller {
  readonly ledger: Ledger;
  /** What waits for streams of other servers. */
  readonly onward: Onward;
  private readonly host: CopyHost;
  private readonly geography: Geography;
  private readonly server: NatsServer;
  private messages = new Map<string, number>();
  /** Streams of which deliveries that are out may have been forgotten in silence. */
  private stale = new Set<string>();
  constructor(host: CopyHost, geography: Geography, server: NatsServer) {
    this.host = host;
    this.geography = geography;
    this.server = server;
    this.ledger = new Ledger(host, geography);
    this.onward = new Onward(host, (stream) => geography.streamNode(stream));
  }
  tell(event: NatsEvent): void {
    const { ledger, host, geography } = this;
    switch (event.kind) {
      case 'stored':
        // What the server says itself is nobody's message.
        return event.message < 0 ? undefined : this.stored(event);
      case 'skipped': {
        if (event.message < 0) return;
        const place = geography.streamNode(event.stream);
        const cause = host.record('accepted', { message: event.message, place, detail: 0 });
        host.record('unrouted', { message: event.message, place, reason: 'nats.no_interest', cause });
        return;
      }
      case 'duplicate':
        host.record('accepted', { message: event.message, place: geography.streamNode(event.stream), reason: 'nats.duplicate', detail: 0 });
        return;
      case 'removed':
        return this.removed(event.stream, event.seq, event.reason);
      case 'settled': {
        const { stream, consumer, seq, how } = event;
        const why = ledger.of(stream, consumer).get(seq)?.why ?? '';
        if (how === 'ack') return ledger.ended('settled', stream, consumer, seq, 'nats.ack');
        return ledger.ended('dropped', stream, consumer, seq, how === 'term' ? 'nats.term' : why);
      }
      case 'redelivery': {
        const known = ledger.of(event.stream, event.consumer).get(event.seq);
        if (known !== undefined) known.why = AGAIN[event.why];
        return;
      }
      case 'advisory':
        if (event.subject.includes('.MAX_DELIVERIES.')) ledger.ended('dropped', event.stream, event.consumer, event.seq, 'nats.max_deliver');
        return;
      case 'consumer':
        if (event.what === 'deleted' || event.what === 'expired') this.gone(event.stream, event.consumer, event.what === 'expired' ? 'nats.inactive_threshold' : 'nats.consumer_deleted');
        return;
      default:
        return;
    }
  }
  /** @param reader who got it @returns the copy, unless the document has no such consumer */
  delivered({ stream, consumer, streamSeq, message, deliveries, to, reached }: Delivered, reader: string): Known | undefined {
    const by = readerOf(to);
    if (by !== '' && reached) this.onward.sent(by, stream, streamSeq);
    if (message < 0 || this.geography.consumerNode(stream, consumer) === undefined) return undefined;
    const known = this.ledger.of(stream, consumer).get(streamSeq) ?? this.ledger.enqueued(stream, consumer, streamSeq, message, -1);
    this.ledger.delivered(stream, consumer, known, reader, deliveries);
    if (this.server.stream(stream)?.consumers.get(consumer)?.config.ack_policy === 'none') this.ledger.ended('settled', stream, consumer, streamSeq, 'nats.ack_none');
    return known;
  }
  private stored({ stream: name, seq, message, subject, later }: Stored): void {
    this.messages.set(`${name} ${seq}`, message);
    if (this.messages.size > REMEMBERED) this.messages.delete(this.messages.keys().next().value as string);
    const consumers = [...(this.server.stream(name)?.consumers.values() ?? [])].filter((one) => !later.includes(one.name) && this.geography.consumerNode(name, one.name) !== undefined && passes(subject, one.filters));
    const readers = this.onward.wanted(name, subject);
    const cause = this.host.record('accepted', { message, place: this.geography.streamNode(name), detail: consumers.length + readers.length });
    for (const { name: consumer } of consumers) {
      this.ledger.enqueued(name, consumer, seq, message, cause);
      const wire = this.geography.wire(name, consumer);
      if (wire !== undefined) this.host.pass(wire, message);
    }
    for (const by of readers) this.onward.stored(by, name, seq, message, cause);
    for (const wire of this.geography.readers(name)) this.host.pass(wire, message);
  }
  /** What waits is lost to its consumers; what is out stays out until the server says more. */
  private removed(stream: string, seq: number, why: RemovalReason): void {
    const reason = REMOVED[why];
    this.onward.removed(stream, seq, why === 'max_age' || why === 'ttl' ? 'expired' : 'dropped', reason);
    for (const consumer of this.ledger.consumers(stream)) {
      const known = this.ledger.of(stream, consumer).get(seq);
      if (known === undefined) continue;
      if (known.holder === null) this.ledger.ended(why === 'max_age' || why === 'ttl' ? 'expired' : 'dropped', stream, consumer, seq, reason);
      else {
        known.why = reason;
        this.stale.add(stream);
      }
    }
  }
  private gone(stream: string, consumer: string, reason: string): void {
    for (const seq of [...this.ledger.of(stream, consumer).keys()]) this.ledger.ended('dropped', stream, consumer, seq, reason);
  }
  /** After each flush: purges forget what is out without a word. */
  settle(): void {
    for (const name of this.stale) {
      const stream = this.server.stream(name);
      for (const consumer of this.ledger.consumers(name)) {
        const pending = stream?.consumers.get(consumer)?.pending;
        for (const [seq, { holder, why }] of [...this.ledger.of(name, consumer)]) if (holder !== null && pending?.has(seq) !== true) this.ledger.ended('dropped', name, consumer, seq, why);
      }
    }
    this.stale.clear();
  }
  /** Copies as the server has them now: after an administrator's change, or when other data took the place of the old. */
  compare(reason: string, gone: Ending, cause = -1): void {
    this.onward.compare((name) => this.server.stream(name), reason, gone, cause);
    for (const name of this.ledger.known()) {
      for (const consumer of this.ledger.consumers(name)) {
        if (this.geography.consumerNode(name, consumer) !== undefined && this.server.stream(name)?.consumers.has(consumer) === true) continue;
        for (const seq of [...this.ledger.of(name, consumer).keys()]) this.ledger.ended(gone, name, consumer, seq, reason, cause);
      }
    }
    for (const [name, one] of this.geography.consumers()) {
      const stream = this.server.stream(name);
      const consumer = stream?.consumers.get(one);
      if (stream !== undefined && consumer !== undefined) this.compareConsumer(stream, consumer, reason, gone, cause);
    }
  }
  /** One consumer's copies against what it has yet to deliver and what it has out. */
  private compareConsumer(stream: Stream, consumer: Consumer, reason: string, gone: Ending, cause = -1): void {
    const again = this.ledger.consumers(stream.name).includes(consumer.name) ? reason : undefined;
    const copies = this.ledger.of(stream.name, consumer.name);
    const waiting = awaiting(stream, consumer).filter(({ message }) => message >= 0);
    const expected = new Set([...waiting.map(({ seq }) => seq), ...consumer.pending.keys()]);
    for (const seq of [...copies.keys()]) if (!expected.has(seq)) this.ledger.ended(gone, stream.name, consumer.name, seq, reason, cause);
    for (const { seq, message } of waiting) {
      const known = copies.get(seq) ?? this.ledger.enqueued(stream.name, consumer.name, seq, message, cause, again);
      if (known.holder !== null) this.ledger.requeued(stream.name, consumer.name, known, reason);
    }
    for (const seq of consumer.pending.keys()) {
      const message = stream.store.messages.get(seq)?.message ?? this.messages.get(`${stream.name} ${seq}`) ?? -1;
      const known = copies.get(seq) ?? (message < 0 ? undefined : this.ledger.enqueued(stream.name, consumer.name, seq, message, cause, again));
      if (known !== undefined && known.holder === null) this.ledger.delivered(stream.name, consumer.name, known, 'earlier', Math.max(1, (consumer.redelivered.get(seq) ?? 0) + 1));
    }
  }
  save(): TellerState {
    return { ledger: this.ledger.save(), messages: [...this.messages], onward: this.onward.save() };
  }
  load(state: TellerState): void {
    this.ledger.load(state.ledger);
    this.messages = new Map(state.messages);
    this.onward.load(state.onward);
  }
}
