/** Tells the history what the broker's events mean, and keeps which entry each copy came to last. */
import type { RoomHost } from '../contract.ts';
import type { RabbitEvent } from './events.ts';
import type { SessionState } from './sessions.ts';
import { type Handed, type ReadingsState, StreamReadings } from './stream-readings.ts';

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
  readonly copies: readonly (readonly [copy: number, Known])[];
  readonly streams: ReadingsState;
}

/** What is told of a copy: `id` is its number in the history, which other rooms' copies share. */
interface Known {
  readonly id: number;
  entry: number;
  attempts: number;
  held: boolean;
}
export class Teller {
  /** By the server's own number. */
  private copies = new Map<number, Known>();
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
    return this.copies.get(copy)?.attempts ?? 0;
  }
  /** Its number in the history. */
  id(copy: number): number {
    return this.copies.get(copy)?.id ?? -1;
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
        const because = event.parent === null ? cause : (this.copies.get(event.parent)?.entry ?? cause);
        const id = host.copy();
        const entry = host.record('enqueued', { message: event.message, copy: id, place: geography.queue(event.queue), cause: because });
        this.copies.set(event.copy, { id, entry, attempts: 0, held: false });
        return entry;
      }
      case 'deliver': {
        const known = this.copies.get(event.copy);
        const state = reader(event.connection, event.consumer);
        this.handed = undefined;
        if (!known) {
          const offset = event.headers['x-stream-offset'];
          if (state === undefined || typeof offset !== 'number') return cause;
          this.handed = this.streams.delivered(event.queue, state.who.reader, offset, holderOf(event), state.client);
          return this.handed.entry;
        }
        known.attempts++;
        known.held = true;
        known.entry = host.record('delivered', { message: event.message, copy: known.id, place: geography.queue(event.queue), actor: state?.client ?? event.connection, attempt: known.attempts, cause: known.entry });
        return known.entry;
      }
      case 'stored': {
        const because = event.parent === null ? cause : (this.copies.get(event.parent)?.entry ?? cause);
        this.streams.stored(event.queue, event, because);
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
        return this.back(event.copy, host.record('requeued', this.of(event, event.because)));
      case 'settled':
        this.fetched(event);
        return this.ended(event.copy, host.record('settled', this.of(event, `rabbitmq.${event.how.replace('-', '_')}`)));
      case 'expired':
      case 'dropped':
      case 'lost':
        return this.ended(event.copy, host.record(event.kind, this.of(event, event.because)));
      case 'purged':
        return this.ended(event.copy, host.record('dropped', this.of(event, event.because)));
      case 'dead-lettered': {
        const entry = host.record('dead-lettered', { ...this.of(event, `rabbitmq.${event.because === 'expired' ? 'message_ttl' : event.because}`), detail: event.copies.length });
        const wire = geography.wire(event.queue, event.exchange, 'exchange', 'dead-letter', event.routingKey);
        if (wire !== undefined) host.pass(wire, event.message);
        for (const copy of event.copies) this.moved(copy, this.copies.get(copy)?.entry ?? entry);
        return this.ended(event.copy, entry);
      }
      case 'alarm':
        return host.record(event.on ? 'throttled' : 'unblocked', { place: geography.cluster, reason: `rabbitmq.${event.resource}_alarm` });
      case 'node':
        return host.record(event.up ? 'restarted' : 'crashed', { place: geography.cluster, actor: event.node, reason: 'rabbitmq.node_down' });
      default:
        return cause;
    }
  }
  save(): TellerState {
    return { copies: [...this.copies].map(([copy, known]) => [copy, { ...known }]), streams: this.streams.save() };
  }
  load(state: TellerState): void {
    this.copies = new Map(state.copies.map(([copy, known]) => [copy, { ...known }]));
    this.streams.load(state.streams);
  }
  private of(event: { copy: number; message: number; queue: string }, reason: string) {
    const known = this.copies.get(event.copy);
    return { message: event.message, copy: known?.id ?? -1, place: this.geography.queue(event.queue), reason, cause: known?.entry ?? -1, attempt: known?.attempts ?? 0 };
  }
  /** basic.get hands a copy over without an event of its own: an operator's is told when the copy moves on. @returns the entry */
  fetched(event: { readonly copy: number; readonly message: number; readonly queue: string }, by = 'operator'): number {
    const known = this.copies.get(event.copy);
    if (!known || known.held) return known?.entry ?? -1;
    known.attempts++;
    known.held = true;
    known.entry = this.host.record('delivered', { message: event.message, copy: known.id, place: this.geography.queue(event.queue), actor: by, attempt: known.attempts, cause: known.entry });
    return known.entry;
  }
  private back(copy: number, entry: number): number {
    const known = this.copies.get(copy);
    if (known) known.held = false;
    return this.moved(copy, entry);
  }
  private moved(copy: number, entry: number): number {
    const known = this.copies.get(copy);
    if (known) known.entry = entry;
    return entry;
  }
  private ended(copy: number, entry: number): number {
    this.copies.delete(copy);
    return entry;
  }
}
const holderOf = ({ connection, consumer }: { readonly connection: string; readonly consumer: string }): string => `${connection} ${consumer}`;
