/** Tells the history what the broker's events mean, and keeps which entry each copy came to last. */
import type { RoomHost } from '../contract.ts';
import type { RabbitEvent } from './events.ts';

/** Names of the broker's entities → nodes and links of the document. */
export interface Geography {
  queue(name: string): string;
  exchange(name: string): string;
  /** The wire that a binding, or a setting such as a dead-letter exchange, is drawn as. */
  wire(from: string, to: string, toKind: 'queue' | 'exchange', via: string, routingKey: string): string | undefined;
  readonly cluster: string;
}
export interface TellerState {
  readonly copies: readonly (readonly [copy: number, Known])[];
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
  constructor(host: RoomHost, geography: Geography) {
    this.host = host;
    this.geography = geography;
  }
  attempts(copy: number): number {
    return this.copies.get(copy)?.attempts ?? 0;
  }
  /** Its number in the history. */
  id(copy: number): number {
    return this.copies.get(copy)?.id ?? -1;
  }
  /** @param cause entry that brought the event about, where the event itself does not tell; @param reader who a delivery is for */
  tell(event: RabbitEvent, cause: number, reader: (connection: string) => string): number {
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
        if (!known) return cause;
        known.attempts++;
        known.held = true;
        known.entry = host.record('delivered', { message: event.message, copy: known.id, place: geography.queue(event.queue), actor: reader(event.connection), attempt: known.attempts, cause: known.entry });
        return known.entry;
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
    return { copies: [...this.copies].map(([copy, known]) => [copy, { ...known }]) };
  }
  load(state: TellerState): void {
    this.copies = new Map(state.copies.map(([copy, known]) => [copy, { ...known }]));
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
