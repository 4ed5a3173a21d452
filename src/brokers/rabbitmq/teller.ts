/** Tells the history what the broker's events mean, and keeps which entry each copy came to last. */
import type { Kind } from '../../history/entries.ts';
import type { RoomHost } from '../contract.ts';
import type { RabbitEvent } from './events.ts';
import type { SessionState } from './sessions.ts';
import { type Handed, type ReadingsState, StreamReadings } from './stream-readings.ts';
import { Told, type ToldState } from './told.ts';

const SETTLED = { ack: 'rabbitmq.ack', 'auto-ack': 'rabbitmq.auto_ack', get: 'rabbitmq.get' } as const;

/** Names of the broker's entities → nodes and links of the document. */
export interface Geography {
  queue(name: string): string;
  /** Of a super stream; -1 outside of one. */
  partition(queue: string): number;
  exchange(name: string): string;
  /** What a stream has from an offset on, and where it begins. */
  stored(stream: string, from: number): { readonly first: number; readonly messages: readonly { readonly offset: number; readonly message: number; readonly filterValue: string | null }[] };
  /** The wire that a binding, or a setting such as a dead-letter exchange, is drawn as. */
  wire(from: string, to: string, toKind: 'queue' | 'exchange', via: string, routingKey: string): string | undefined;
  readonly cluster: string;
}
export interface TellerState {
  readonly copies: ToldState;
  readonly streams: ReadingsState;
}

export class Teller {
  private readonly copies = new Told();
  private readonly host: RoomHost;
  private readonly geography: Geography;
  readonly streams: StreamReadings;
  /** Of the delivery told last, where it was one of a stream's. */
  handed: Handed | undefined;
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
    this.streams = new StreamReadings(host, (stream) => ({ node: geography.queue(stream), partition: geography.partition(stream) }));
  }
  attempts(copy: number): number {
    return this.copies.attempts(copy);
  }
  /** Its number in the history. */
  id(copy: number): number {
    return this.copies.id(copy);
  }
  /** @param cause entry that brought the event about, where the event itself does not tell; @param reader whose connection it is */
  tell(event: RabbitEvent, cause: number, reader: (connection: string, consumer?: string) => SessionState | undefined): number {
    const { host, geography } = this;
    switch (event.kind) {
      case 'route': {
        const wire = geography.wire(event.from, event.to, event.toKind, event.via, event.routingKey);
        if (wire !== undefined) host.pass(wire, event.message);
        return cause;
      }
      case 'unrouted':
        return host.record('unrouted', { message: event.message, place: geography.exchange(event.exchange), reason: event.because, cause });
      case 'not-enqueued':
        return host.record('unrouted', { message: event.message, place: geography.queue(event.queue), reason: event.because, cause });
      case 'enqueued': {
        const id = host.copy();
        const entry = host.write('enqueued', event.message, id, geography.queue(event.queue), undefined, -1, undefined, this.because(event.parent, cause), -1);
        this.copies.begin(event.copy, id, entry);
        return entry;
      }
      case 'deliver': {
        const state = reader(event.connection, event.consumer);
        this.handed = undefined;
        if (!this.copies.knows(event.copy)) {
          const offset = event.headers['x-stream-offset'];
          if (state === undefined || typeof offset !== 'number') return cause;
          this.handed = this.streams.delivered(event.queue, state.who.reader, offset, holderOf(event), state.client);
          return this.handed.entry;
        }
        return this.deliver(event, state?.client ?? event.connection);
      }
      case 'stored': {
        this.streams.stored(event.queue, event, this.because(event.parent, cause));
        return cause;
      }
      case 'duplicate':
        return host.record('accepted', { message: event.message, place: geography.queue(event.queue), reason: 'rabbitmq.duplicate_publishing_id', detail: 0 });
      case 'reading': {
        const state = reader(event.connection, event.consumer);
        if (state === undefined) return cause;
        const { first, messages } = geography.stored(event.queue, event.from);
        this.streams.begin(event.queue, state.who, event.from, first, event, messages);
        return cause;
      }
      case 'read':
        this.streams.read(event.queue, event.offset, holderOf(event), event.how);
        return cause;
      case 'offset-stored':
        this.streams.place(event.queue, event.reference, event.offset);
        return cause;
      case 'truncated': {
        const open = new Set(event.open.flatMap((one) => reader(one.connection, one.consumer)?.who.reader ?? []));
        this.streams.truncated(event.queue, event.from, event.to, open, event.because !== 'rabbitmq.stream_retention');
        return cause;
      }
      case 'requeued':
        this.fetched(event);
        return this.back(event.copy, this.say('requeued', event, event.because));
      case 'settled':
        this.fetched(event);
        return this.ended(event.copy, this.say('settled', event, SETTLED[event.how]));
      case 'expired':
      case 'dropped':
      case 'lost':
        return this.ended(event.copy, this.say(event.kind, event, event.because));
      case 'purged':
        return this.ended(event.copy, this.say('dropped', event, event.because));
      case 'dead-lettered': {
        const entry = this.say('dead-lettered', event, `rabbitmq.${event.because === 'expired' ? 'message_ttl' : event.because}`, event.copies.length);
        const wire = geography.wire(event.queue, event.exchange, 'exchange', 'dead-letter', event.routingKey);
        if (wire !== undefined) host.pass(wire, event.message);
        return this.ended(event.copy, entry);
      }
      case 'transaction':
        return host.record(event.how === 'commit' ? 'committed' : 'aborted', { place: geography.cluster, actor: reader(event.connection)?.client ?? event.connection, detail: event.messages, reason: event.how === 'commit' ? 'rabbitmq.tx_commit' : 'rabbitmq.tx_rolled_back' });
      case 'alarm':
        return host.record(event.on ? 'throttled' : 'unblocked', { place: geography.cluster, reason: `rabbitmq.${event.resource}_alarm` });
      case 'node':
        return host.record(event.up ? 'restarted' : 'crashed', { place: geography.cluster, actor: event.node, reason: 'rabbitmq.node_down' });
      default:
        return cause;
    }
  }
  save(): TellerState {
    return { copies: this.copies.save(), streams: this.streams.save() };
  }
  load(state: TellerState): void {
    this.copies.load(state.copies);
    this.streams.load(state.streams);
  }
  /** What a new copy came of: the copy that it was before, or the publication. */
  private because(parent: number | null, cause: number): number {
    return parent !== null && this.copies.knows(parent) ? this.copies.entry(parent) : cause;
  }
  private say(kind: Kind, event: { readonly copy: number; readonly message: number; readonly queue: string }, reason: string, detail = -1): number {
    const { copies } = this;
    return this.host.write(kind, event.message, copies.id(event.copy), this.geography.queue(event.queue), undefined, copies.attempts(event.copy), reason, copies.entry(event.copy), detail);
  }
  private deliver(event: { readonly copy: number; readonly message: number; readonly queue: string }, by: string): number {
    const { copies } = this;
    const attempt = copies.give(event.copy);
    return this.moved(event.copy, this.host.write('delivered', event.message, copies.id(event.copy), this.geography.queue(event.queue), by, attempt, undefined, copies.entry(event.copy), -1));
  }
  /** basic.get hands a copy over without an event of its own: an operator's is told when the copy moves on. @returns the entry */
  fetched(event: { readonly copy: number; readonly message: number; readonly queue: string }, by = 'operator'): number {
    const { copies } = this;
    return !copies.knows(event.copy) || copies.isHeld(event.copy) ? copies.entry(event.copy) : this.deliver(event, by);
  }
  private back(copy: number, entry: number): number {
    this.copies.takeBack(copy);
    return this.moved(copy, entry);
  }
  private moved(copy: number, entry: number): number {
    this.copies.move(copy, entry);
    return entry;
  }
  private ended(copy: number, entry: number): number {
    this.copies.end(copy);
    return entry;
  }
}
const holderOf = ({ connection, consumer }: { readonly connection: string; readonly consumer: string }): string => `${connection} ${consumer}`;
