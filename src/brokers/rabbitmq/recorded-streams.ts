import type { Refusal } from '../contract.ts';
import type { Outcome } from './api.ts';
import type { RabbitBroker } from './broker.ts';
import type { FieldValue, RabbitEvent } from './events.ts';
import { list, type OpenChannel, type Operation, type Shown, table, text, type Verb } from './recorded-shapes.ts';

/** Recorded operations of the stream protocol (conformance/FORMAT.md), mapped to the verbs of the server. */

type Delivered = Extract<RabbitEvent, { kind: 'deliver' }>;
/** What the rest of the adapter does for it. */
export interface Around {
  server(): RabbitBroker;
  /** The channel of that name on the connection that the operation asks for. */
  on(name: string, operation: Operation, connection: string): OpenChannel;
  /** A new message with this body. */
  message(body: string): number;
  body(message: number): string;
  /** What became of a message that was published in this step. */
  confirmed(message: number): boolean | undefined;
}
interface Publisher extends OpenChannel {
  readonly stream: string;
  readonly reference: string | null;
  readonly isGone: boolean;
}
interface Subscription extends OpenChannel {
  readonly stream: string;
}

const CREDIT = 10;
/** Connections and channels are called so where nobody names them. */
const STREAM = 'stream';
const errorOf = ({ code, name }: Refusal) => ({ error: { code, name } });
const shown = <T>(outcome: Outcome<T>, show: (result: T) => FieldValue = () => null): FieldValue => (outcome.refused ? errorOf(outcome) : show(outcome));

export class RecordedStreams {
  readonly #around: Around;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #publishers = new Map<string, Publisher>();

  constructor(around: Around) {
    this.#around = around;
  }
  /** A delivery to a subscription gives back the credit that it took. @returns null when it is for a consumer of another protocol */
  delivered({ consumer, message, deliveryTag, headers }: Delivered): Shown | null {
    const to = this.#subscriptions.get(consumer);
    if (to === undefined) return null;
    this.#server.basicAck(to.connection, to.number, { deliveryTag });
    return { offset: headers['x-stream-offset'] ?? null, body: this.#around.body(message) };
  }

  /** The stream is gone, and with it who read from it and who published to it. */
  deleted(stream: string): void {
    for (const [name, one] of this.#publishers) if (one.stream === stream) this.#publishers.set(name, { ...one, isGone: true });
    for (const [name, one] of this.#subscriptions) if (one.stream === stream) this.#subscriptions.delete(name);
  }

  /** Whether it consumes through the stream protocol, where nobody is told that a consumer is cancelled. */
  has(consumer: string): boolean {
    return this.#subscriptions.has(consumer);
  }

  get #server(): RabbitBroker {
    return this.#around.server();
  }
  #channel(operation: Operation): OpenChannel {
    const connection = text(operation['connection'], text(operation['server'], STREAM));
    return this.#around.on(`${STREAM} ${connection}`, operation, connection);
  }
  /** Streams that are bound to the exchange of a super stream, or the answer that there is none. */
  #bound(superStream: string): { readonly stream: string; readonly routingKey: string; readonly order: number }[] | null {
    if (!this.#server.hasExchange(superStream)) return null;
    const bindings = this.#server.bindings().filter(({ source, destinationKind }) => source === superStream && destinationKind === 'queue');
    return bindings.map(({ destination, routingKey, arguments: given }) => ({ stream: destination, routingKey, order: Number(given['x-stream-partition-order'] ?? 0) }));
  }
  #partitions(superStream: string): string[] | null {
    return (
      this.#bound(superStream)
        ?.sort((a, b) => a.order - b.order)
        .map(({ stream }) => stream) ?? null
    );
  }
  #streams(found: readonly string[] | null): FieldValue {
    return found === null ? { error: { code: 2, name: 'STREAM_DOES_NOT_EXIST' } } : { streams: found };
  }

  readonly verbs: Readonly<Record<string, Verb>> = {
    createSuperStream: (operation) => {
      const superStream = text(operation['superStream']);
      if (this.#server.hasExchange(superStream)) return { error: { code: 5, name: 'STREAM_ALREADY_EXISTS' } };
      const { connection, number } = this.#channel(operation);
      const keys = Array.isArray(operation['bindingKeys']) ? list(operation['bindingKeys']) : Array.from({ length: Number(operation['partitions'] ?? 0) }, (_, i) => String(i));
      this.#server.exchangeDeclare(connection, number, { exchange: superStream, type: 'direct', arguments: { 'x-super-stream': true } });
      for (const [i, routingKey] of keys.entries()) {
        const queue = `${superStream}-${routingKey}`;
        this.#server.queueDeclare(connection, number, { queue, arguments: { 'x-queue-type': 'stream' } });
        this.#server.queueBind(connection, number, { exchange: superStream, queue, routingKey, arguments: { 'x-stream-partition-order': i } });
      }
      return null;
    },
    partitions: (operation) => this.#streams(this.#partitions(text(operation['superStream']))),
    route: (operation) => this.#streams(this.#bound(text(operation['superStream']))?.flatMap(({ stream, routingKey }) => (routingKey === operation['routingKey'] ? [stream] : [])) ?? null),
    declarePublisher: (operation) => {
      const [stream, reference] = [text(operation['stream']), text(operation['reference'])];
      const on = this.#channel(operation);
      // A connection has one publisher of a name to a stream.
      if (reference !== '' && [...this.#publishers.values()].some((one) => !one.isGone && one.number === on.number && one.stream === stream && one.reference === reference)) return { error: { code: 17, name: 'PRECONDITION_FAILED' } };
      return shown(this.#server.queryPublisherSequence(stream, reference), () => {
        this.#publishers.set(text(operation['publisher']), { ...on, stream, reference: reference === '' ? null : reference, isGone: false });
        return null;
      });
    },
    queryPublisherSequence: (operation) => shown(this.#server.queryPublisherSequence(text(operation['stream']), text(operation['reference'])), ({ sequence }) => ({ sequence })),
    publishStream: (operation) => this.#publish(operation),
    subscribe: (operation) => {
      const subscription = text(operation['subscription']);
      const { connection, number } = this.#channel(operation);
      const properties = table(operation['properties']);
      const [stream, name, superStream] = [text(operation['stream']), text(properties['name']), text(properties['super-stream'])];
      const args = { stream, consumerTag: subscription, credit: Number(operation['credit'] ?? CREDIT), ...(name === '' ? {} : { name }), singleActive: properties['single-active-consumer'] === 'true' };
      const partition = superStream === '' ? -1 : (this.#partitions(superStream)?.indexOf(stream) ?? -1);
      const answer = this.#server.subscribe(connection, number, { ...args, partition, arguments: { 'x-stream-offset': operation['offset'] ?? 'next' } });
      if (!answer.refused) this.#subscriptions.set(subscription, { connection, number, stream });
      return shown(answer);
    },
    unsubscribe: (operation) => {
      const known = this.#subscriptions.get(text(operation['subscription']));
      if (known === undefined) return { error: { code: 4, name: 'SUBSCRIPTION_ID_DOES_NOT_EXIST' } };
      const answer = this.#of(operation, (connection, number, tag) => this.#server.basicCancel(connection, number, tag));
      this.#subscriptions.delete(text(operation['subscription']));
      return answer;
    },
    consumerUpdate: (operation) => this.#of(operation, (connection, number, consumerTag) => this.#server.consumerUpdated(connection, number, { consumerTag, from: operation['offset'] ?? 'next' })),
    storeOffset: (operation) => {
      this.#server.storeOffset(text(operation['stream']), text(operation['reference']), Number(operation['offset']));
      return null;
    },
    queryOffset: (operation) => shown(this.#server.queryOffset(text(operation['stream']), text(operation['reference'])), ({ offset }) => ({ offset })),
  };
  #of(operation: Operation, verb: (connection: string, number: number, tag: string) => Outcome): FieldValue {
    const subscription = text(operation['subscription']);
    const { connection, number } = this.#subscriptions.get(subscription) ?? this.#channel(operation);
    return shown(verb(connection, number, subscription));
  }
  #publish(operation: Operation): () => FieldValue {
    const publisher = this.#publishers.get(text(operation['publisher']));
    if (publisher === undefined) throw new Error(`no publisher ${text(operation['publisher'])}`);
    const { connection, number, stream, reference } = publisher;
    const bodies = list(operation['bodies']);
    if (publisher.isGone) return () => ({ confirmed: [], errors: list(operation['ids']).map((id) => ({ id: Number(id), code: 18, name: 'PUBLISHER_DOES_NOT_EXIST' })) });
    const sent = list(operation['ids']).map((id, i) => ({ id: Number(id), message: this.#around.message(bodies[i] ?? '') }));
    for (const { id, message } of sent) this.#server.publish(connection, number, { exchange: '', routingKey: stream, message, publishing: { id, reference } });
    return () => ({ confirmed: sent.flatMap(({ id, message }) => (this.#around.confirmed(message) === true ? [id] : [])).sort((a, b) => a - b) });
  }
}
