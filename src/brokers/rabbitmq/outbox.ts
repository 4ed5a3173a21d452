/** Everything that the server did since it was last asked: told to the history, and sent to the clients it is for. */
import type { Delivery, RoomHost } from '../contract.ts';
import type { RabbitBroker } from './broker.ts';
import type { RabbitEvent } from './events.ts';
import { copiesFrom, type Fresh, isFresh } from './protocol.ts';
import type { Thing } from './sessions.ts';
import type { Geography, Teller } from './teller.ts';
import type { Traffic } from './traffic.ts';

export class Outbox {
  private readonly host: RoomHost;
  private readonly server: RabbitBroker;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly geography: Geography;
  private readonly reader = (connection: string, consumer?: string) => this.traffic.at(connection, consumer);
  constructor(host: RoomHost, server: RabbitBroker, traffic: Traffic, teller: Teller, geography: Geography) {
    this.host = host;
    this.server = server;
    this.traffic = traffic;
    this.teller = teller;
    this.geography = geography;
  }
  /** @param heard each event once, after it was told */
  flush(cause: number, heard: (event: RabbitEvent) => void): void {
    const { out } = this.server;
    if (out.length === 0) return;
    let accepted = cause;
    let message = -1;
    for (let i = 0; i < out.length; i++) {
      const event = out[i] as RabbitEvent;
      // A publication is accepted when its first copy, or nothing at all, comes of it; the broker may have held it back before.
      if (isFresh(event) && event.message !== message) {
        message = event.message;
        accepted = this.host.write(
          'accepted',
          message,
          -1,
          this.entrance(event, i),
          undefined,
          -1,
          undefined,
          -1,
          copiesFrom(out, i, (stored) => this.teller.streams.count(stored.queue, stored)),
        );
      }
      const entry = this.teller.tell(event, accepted, this.reader);
      this.deliver(event, entry);
      heard(event);
    }
    // An array that is emptied at once gives up its room.
    while (out.length > 0) out.pop();
  }
  /** Where the publication of which the event at `i` came entered the broker: its hops come before. */
  private entrance(event: Fresh, i: number): string {
    const { out } = this.server;
    let first: string | undefined;
    for (let j = i - 1; j >= 0; j--) {
      const before = out[j] as RabbitEvent;
      if (before.kind === 'route' && before.message === event.message) first = before.from;
    }
    if (first !== undefined) return this.geography.exchange(first);
    return event.kind === 'unrouted' ? this.geography.exchange(event.exchange) : this.geography.queue(event.queue);
  }
  /** A copy is on its way to the client that it is for. */
  private hand({ connection, consumer, copy, message, queue, deliveryTag: tag, redelivered, headers }: Extract<RabbitEvent, { readonly kind: 'deliver' }>, entry: number): void {
    const state = this.traffic.at(connection, consumer);
    if (!state) return;
    const { teller } = this;
    const { id: session, served: life } = state;
    const handle = state.nextHandle++;
    const handed = teller.handed;
    const delivery: Delivery = { handle, message, copy: handed?.copy ?? teller.id(copy), attempt: handed?.attempt ?? teller.attempts(copy), redelivered, entry };
    const thing: Thing = handed === undefined ? { do: 'deliver', session, life, delivery, tag } : { do: 'deliver', session, life, delivery, tag, at: { stream: queue, offset: Number(headers['x-stream-offset']) } };
    this.traffic.down(state, thing, message, redelivered);
  }
  /** What a client gets to know of an event. */
  private deliver(event: RabbitEvent, entry: number): void {
    if (event.kind === 'deliver') return this.hand(event, entry);
    if (!('connection' in event) || event.connection === undefined) return;
    const state = this.traffic.at(event.connection, 'consumer' in event ? event.consumer : undefined);
    if (!state) return;
    const { traffic } = this;
    const { id: session, served: life } = state;
    switch (event.kind) {
      case 'consumer-update':
        traffic.down(state, { do: 'update', session, life, stream: event.queue, consumer: event.consumer, active: event.active });
        break;
      case 'confirm':
        traffic.down(state, { do: 'confirm', session, life, message: event.message, refusal: event.ack ? null : { refused: true, name: event.because ?? 'rabbitmq.nack', code: 0, text: 'basic.nack', closes: 'message' } });
        break;
      case 'return':
        traffic.down(state, { do: 'return', session, life, message: event.message, text: `rabbitmq.${event.replyText}` }, event.message);
        break;
      case 'cancelled':
        traffic.down(state, { do: 'cancelled', session, life });
        break;
      case 'closed':
        if (event.refusal === null) break;
        if (event.channel !== null) this.server.closeConnection(event.connection);
        traffic.end(event.connection, `rabbitmq.${event.refusal.name}`);
        break;
      case 'blocked':
      case 'unblocked':
        if (state.kind === 'publish') traffic.down(state, { do: event.kind, session, life, why: `rabbitmq.${event.reason}` });
        break;
      case 'throttled':
        this.host.record('throttled', { place: this.geography.queue(event.queue), actor: state.client, reason: 'rabbitmq.credit_flow', detail: event.on ? 1 : 0 });
    }
  }
}
