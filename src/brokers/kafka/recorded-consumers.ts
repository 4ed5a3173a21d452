import type { Delivery, ReceiveListener } from '../contract.ts';
import type { ClientState } from './connection.ts';
import { KafkaConsumer } from './consumer.ts';
import type { ConsumerHost } from './consumer-context.ts';
import { Readings } from './readings.ts';
import { type Json, type JsonObject, type Operation, text } from './recorded.ts';
import { clientHost, configOf, stateOf } from './recorded-client.ts';
import type { RecordedCluster } from './recorded-cluster.ts';
import type { Producing } from './recorded-producing.ts';
import type { Config } from './settings.ts';

/** ms that poll() waits for records */
const PATIENCE = 2_000;
/** ms, the steps in which records are waited for */
const STEP = 5;
const MANY = 1_000;
const nothing = () => undefined;

/** A consumer of the client library, of which the recorded application calls poll(), commitSync() and so on. */
class RecordedConsumer {
  readonly #node: RecordedCluster;
  readonly #producing: Producing;
  readonly #state: ClientState;
  readonly #topic: string;
  readonly #consumer: KafkaConsumer;
  readonly #config: Config;
  #inHand: Delivery[] = [];
  #refused: string | null = null;

  constructor(node: RecordedCluster, producing: Producing, operation: Operation) {
    this.#node = node;
    this.#producing = producing;
    this.#topic = text(operation['topic']);
    // The client library's own default, where the model's application rather commits by itself.
    this.#config = { 'enable.auto.commit': true, ...configOf(operation), 'group.id': text(operation['group']), commit: 'never' };
    this.#state = stateOf(text(operation['consumer']), 'receive');
    const listener: ReceiveListener = {
      push: (delivery) => {
        this.#inHand.push(delivery);
        return 'started';
      },
      withdrawn: nothing,
      settled: nothing,
    };
    this.#consumer = new KafkaConsumer(this.#state, this.#host(), listener);
    this.#consumer.open();
  }
  poll(): JsonObject {
    this.#finish();
    this.#consumer.ready(MANY);
    for (let waited = 0; waited <= PATIENCE && this.#inHand.length === 0; waited += STEP) this.#node.clock.advance(waited === 0 ? 0 : STEP * 1000);
    // What comes later is given out by the next poll().
    this.#consumer.ready(0);
    return { records: this.#inHand.map(({ message }) => ({ offset: this.#producing.placeOf(message)?.offset ?? -1, value: this.#producing.written(message).value })) };
  }
  pause(on: boolean): JsonObject {
    this.#consumer.pause(on);
    return { ok: true };
  }
  seek(to: 'earliest' | 'latest'): JsonObject {
    this.#finish();
    this.#consumer.seek(to);
    return { ok: true };
  }
  /** @param how commitSync() returns, or the callback of commitAsync() is called, when the model's consumer has heard what became of it */
  commit(how: 'commitSync' | 'commitAsync'): JsonObject {
    this.#refused = null;
    this.#finish();
    this.#state.wanted = false;
    this.#consumer[how]();
    for (this.#node.clock.advance(0); this.#consumer.commits; ) this.#node.clock.advance(STEP * 1000);
    this.#state.wanted = true;
    return this.#refused === null ? { ok: true } : { error: this.#refused };
  }
  close(): JsonObject {
    this.#finish();
    this.#consumer.close('graceful');
    return { ok: true };
  }

  /** Everything that poll() gave out is worked on; it is not called again yet. */
  #finish(): void {
    const done = this.#inHand;
    this.#inHand = [];
    this.#state.wanted = false;
    this.#consumer.ready(0);
    for (const delivery of done) this.#consumer.settle(delivery, 'done');
    this.#node.clock.advance(0);
    this.#state.wanted = true;
  }
  #host(): ConsumerHost {
    const node = this.#node;
    const client = clientHost(node, { config: this.#config, topic: this.#topic, messages: this.#producing.messages, keyName: () => '', session: () => this.#consumer, refused: (name) => (this.#refused = name) });
    return {
      ...client,
      readings: new Readings(client.host, (topic) => topic),
      counts: () => node.cluster.counts(),
      replicaRacks: () => new Set(),
      messageAt: nothing,
      forward: () => false,
      recordTime: (topic, partition, offset) => node.partition(topic, partition).log.time(offset),
    };
  }
}

/** Recorded consumers that stay, by name. */
export class Consumers {
  readonly #node: RecordedCluster;
  readonly #producing: Producing;
  readonly #consumers = new Map<string, RecordedConsumer>();

  constructor(node: RecordedCluster, producing: Producing) {
    this.#node = node;
    this.#producing = producing;
  }
  subscribe(operation: Operation): Json {
    this.#consumers.set(text(operation['consumer']), new RecordedConsumer(this.#node, this.#producing, operation));
    return { ok: true };
  }
  of(operation: Operation): RecordedConsumer {
    const consumer = this.#consumers.get(text(operation['consumer']));
    if (consumer === undefined) throw new Error(`no consumer ${text(operation['consumer'])}`);
    return consumer;
  }
}
