/** Clients of the client library in a recorded case, by their names. */
import type { PulsarEvent } from './events.ts';
import { RecordedConsumer } from './recorded-consumer.ts';
import type { Written } from './recorded-messages.ts';
import { type ProducerCase, RecordedProducer } from './recorded-producer.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Operation = { readonly op: string; readonly [argument: string]: Json };
type Verb = (operation: Operation) => Json | undefined;

const list = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const text = (value: Json | undefined, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const number = (value: Json | undefined, otherwise: number): number => (typeof value === 'number' ? value : otherwise);
const refused = (error: string | null): Json | undefined => (error === null ? undefined : { error });

export class RecordedClients {
  private readonly host: ProducerCase;
  private readonly unblocked: (call: string) => void;
  private readonly consumers = new Map<string, RecordedConsumer>();
  private readonly producers = new Map<string, RecordedProducer>();
  /** Those of both kinds, by session. */
  private readonly sessions = new Map<string, { hear(event: PulsarEvent): void }>();
  /** Of messages that consumers were sent last. */
  private readonly redeliveries = new Map<number, number>();
  readonly verbs: Readonly<Record<string, Verb>>;

  constructor(host: ProducerCase, unblocked: (call: string) => void) {
    this.host = host;
    this.unblocked = unblocked;
    this.verbs = {
      openConsumer: (operation) => this.openConsumer(operation),
      receive: (operation) => this.receive(operation),
      acknowledge: (operation) => void this.consumer(operation).settle(this.message(operation), 'done', 0),
      negativeAcknowledge: (operation) => void this.consumer(operation).settle(this.message(operation), 'retry', 0),
      reconsumeLater: (operation) => void this.consumer(operation).settle(this.message(operation), 'retry', number(operation['delayMs'], 0)),
      closeConsumer: (operation) => void this.consumer(operation).close(),
      openProducer: (operation) => this.openProducer(operation),
      send: (operation) => this.send(operation),
      callbacks: (operation) => ({ callbacks: this.producer(operation).callbacks(operation['sorted'] === true) }),
      batches: (operation) => ({ batches: this.producer(operation).batches() }),
      placed: (operation) => ({ partitions: this.producer(operation).placed(operation['byAppearance'] === true) }),
      flush: (operation) => refused(this.producer(operation).flush()),
      holdBack: (operation) => void this.producer(operation).holdBack(),
      letThrough: (operation) => void this.producer(operation).letThrough(),
      cut: (operation) => void this.producer(operation).cut(),
    };
  }
  /** @returns whether it was about one of them */
  hear(event: PulsarEvent): boolean {
    const session = this.sessions.get('to' in event ? event.to.session : event.kind === 'dispatched' ? event.consumer : event.kind === 'closed' || event.kind === 'granted' ? event.session : '');
    if (session === undefined) return false;
    if (event.kind === 'dispatched') for (const i of event.indexes) this.redeliveries.set(event.entry.messages[i] ?? -1, event.redeliveries);
    session.hear(event);
    return true;
  }
  hasProducer(name: string): boolean {
    return this.producers.has(name);
  }
  closeProducer(name: string): void {
    this.producers.get(name)?.close();
  }

  private openConsumer(operation: Operation): Json | undefined {
    const name = text(operation['consumer']);
    const client = new RecordedConsumer(this.host, name, text(operation['topic'], 't'), (operation['config'] ?? {}) as Record<string, unknown>);
    this.consumers.set(name, client);
    this.sessions.set(client.session, client);
    return refused(client.open());
  }
  private receive(operation: Operation): Json {
    const client = this.consumer(operation);
    const message = client.receive(number(operation['ms'], 1500));
    if (client.error !== null) return { error: client.error };
    const again = this.redeliveries.get(message ?? -1) ?? 0;
    return message === null ? {} : { body: this.host.messages.body(message), ...(again > 0 ? { redeliveryCount: again } : {}) };
  }
  private openProducer(operation: Operation): Json | undefined {
    const name = text(operation['producer']);
    const client = new RecordedProducer(this.host, name, text(operation['topic'], 't'), (operation['config'] ?? {}) as Record<string, unknown>);
    this.producers.set(name, client);
    this.sessions.set(client.session, client);
    return refused(client.open());
  }
  private send(operation: Operation): undefined {
    const keys = list(operation['keys']);
    const call = operation['as'];
    const messages = list(operation['bodies']).map((body, i): Written => ({ body, key: keys[Math.min(i, keys.length - 1)] ?? null, bytes: Math.max(body.length, number(operation['bytes'], 0)) }));
    this.producer(operation).send(messages, typeof call === 'string' ? () => this.unblocked(call) : null);
  }
  private message(operation: Operation): number {
    return this.host.messages.numberOf(text(operation['body']));
  }
  private consumer(operation: Operation): RecordedConsumer {
    const client = this.consumers.get(text(operation['consumer']));
    if (client === undefined) throw new Error(`there is no consumer ${text(operation['consumer'])}`);
    return client;
  }
  private producer(operation: Operation): RecordedProducer {
    const client = this.producers.get(text(operation['producer']));
    if (client === undefined) throw new Error(`there is no producer ${text(operation['producer'])}`);
    return client;
  }
}
