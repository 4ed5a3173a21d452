/** Documented cases, run against the model: what a bare client of the binary protocol sees. The shapes are those of conformance/FORMAT.md. */
import { RandomStream } from '../../kernel/random.ts';
import type { Refusal } from '../contract.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { PulsarEvent } from './events.ts';
import { slotOf } from './key-shared.ts';
import { keyHash } from './murmur3.ts';
import type { AccessMode } from './partition.ts';
import { optionsOf } from './plan.ts';
import { rangesOf } from './reading.ts';
import { PulsarServer } from './server.ts';
import type { SubscriptionType } from './subscription.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Operation = { readonly op: string; readonly [argument: string]: Json };
interface Example {
  readonly setup: readonly Operation[];
  readonly steps: readonly Operation[];
}
interface Seen {
  result?: Json;
  deliveries?: Record<string, Json[]>;
  errors?: Json[];
  closed?: Json[];
  granted?: Json[];
}
/** Permits of a consumer that says nothing of them. */
const PERMITS = 1000;
const words = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []);

class PulsarAdapter {
  private readonly clock = new VirtualClock();
  private server: PulsarServer;
  private readonly luck = new RandomStream(1, 'conformance');
  private bodies: string[] = [];
  /** Where the entry of a body is. */
  private readonly places = new Map<string, { readonly partition: string; readonly position: number; readonly index: number }>();
  private readonly consumers = new Map<string, { readonly partition: string; readonly subscription: string }>();
  private tags = 0;
  private seen: Seen = {};

  private readonly version: string;
  constructor(version: string) {
    this.version = version;
    this.server = this.made({});
  }
  run(operation: Operation): Record<string, Json> | null {
    this.seen = {};
    const result = this.operate(operation);
    this.drain();
    if (result !== undefined) this.seen.result = result;
    return Object.keys(this.seen).length === 0 ? null : (this.seen as Record<string, Json>);
  }
  private made(settings: Record<string, Json>): PulsarServer {
    const server = new PulsarServer(this.clock, optionsOf({ journalLatency: '0us', version: this.version, ...settings }), () => this.luck);
    this.clock.attach((name, ref) => {
      server.timer(name, ref);
      this.drain();
    });
    server.start();
    return server;
  }
  private operate(operation: Operation): Json | undefined {
    const { op } = operation;
    const text = (name: string, fallback = ''): string => (typeof operation[name] === 'string' ? operation[name] : fallback);
    const number = (name: string, fallback: number): number => (typeof operation[name] === 'number' ? operation[name] : fallback);
    const { server, clock } = this;
    const topic = text('topic', 't');
    const consumer = text('consumer');
    const { partition, subscription } = this.consumers.get(consumer) ?? { partition: topic, subscription: '' };
    switch (op) {
      case 'settings':
        this.server = this.made(operation['config'] as Record<string, Json>);
        return undefined;
      case 'topic':
        return void server.createTopic(topic, { partitions: number('partitions', 0), persistent: operation['persistent'] !== false });
      case 'advance':
        return void clock.advance(number('ms', 0) * 1000);
      case 'createProducer':
        return answer(server.connectProducer(topic, { session: text('producer'), name: text('name', text('producer')), mode: text('accessMode', 'Shared') as AccessMode }));
      case 'closeProducer':
        return void server.disconnectProducer(topic, text('producer'));
      case 'produce':
        return this.produce(operation, topic);
      case 'subscribe':
        return this.subscribe(operation, consumer, topic);
      case 'flow':
        return void server.flow(partition, subscription, consumer, number('permits', PERMITS));
      case 'ack':
        return void server.acknowledge(partition, subscription, this.acks(words(operation['bodies']), operation['whole'] === false));
      case 'ackUpTo':
        return void server.acknowledgeUpTo(partition, subscription, this.places.get(text('body'))?.position ?? -1);
      case 'redeliver':
        return void server.redeliver(
          partition,
          subscription,
          consumer,
          words(operation['bodies']).map((body) => this.places.get(body)?.position ?? -1),
          'nack',
        );
      case 'close':
        return void server.closeConsumer(partition, subscription, consumer);
      case 'stats': {
        const s = server.partition(topic)?.subscriptions.get(text('subscription'));
        return s === undefined ? null : { msgBacklog: s.backlog, unackedMessages: s.out, consumers: s.consumers.length };
      }
      case 'unload':
        return void server.unload(server.partition(topic) as never);
      case 'stopBroker':
        return void server.crashBroker(server.partition(topic)?.owner ?? 0);
      case 'stopBookie':
        return void server.stopBookie(number('bookie', 0));
      default:
        return void server.startBookie(number('bookie', 0));
    }
  }
  private produce(operation: Operation, topic: string): undefined {
    const bodies = words(operation['bodies'] ?? operation['body']);
    const messages = bodies.map((body) => this.bodies.push(body) - 1);
    const after = operation['deliverAfterMs'];
    this.server.send(
      topic,
      { session: String(operation['producer'] ?? 'p'), tag: this.tags++ },
      {
        messages,
        bytes: Number(operation['bytes'] ?? 100),
        producer: String(operation['producer'] ?? 'p'),
        sequence: Number(operation['sequence'] ?? -1),
        key: typeof operation['key'] === 'string' ? operation['key'] : null,
        deliverAt: typeof after === 'number' ? this.clock.now() + after * 1000 : -1,
      },
    );
    this.clock.advance(0);
    return undefined;
  }
  private subscribe(operation: Operation, consumer: string, topic: string): Json | undefined {
    const subscription = String(operation['subscription'] ?? 's');
    const refusal = this.server.subscribe(topic, consumer, {
      subscription,
      type: String(operation['type'] ?? 'Shared') as SubscriptionType,
      name: consumer,
      priority: Number(operation['priorityLevel'] ?? 0),
      initialPosition: operation['initialPosition'] === 'Earliest' ? 'Earliest' : 'Latest',
      keyShared: { mode: typeof operation['ranges'] === 'string' ? 'STICKY' : 'AUTO_SPLIT', allowOutOfOrderDelivery: operation['allowOutOfOrderDelivery'] === true, ranges: rangesOf(String(operation['ranges'] ?? '')) },
    });
    if (refusal !== null) return { error: refusal.name };
    this.consumers.set(consumer, { partition: topic, subscription });
    this.server.flow(topic, subscription, consumer, Number(operation['permits'] ?? PERMITS));
    return undefined;
  }
  private acks(bodies: readonly string[], some: boolean): { readonly position: number; readonly indexes: readonly number[] | null }[] {
    return bodies.flatMap((body) => {
      const place = this.places.get(body);
      return place === undefined ? [] : [{ position: place.position, indexes: some ? [place.index] : null }];
    });
  }
  private drain(): void {
    for (const event of this.server.out.splice(0)) this.see(event);
  }
  private see(event: PulsarEvent): void {
    const { seen } = this;
    switch (event.kind) {
      case 'stored':
        for (const [index, message] of event.entry.messages.entries()) this.places.set(this.bodies[message] ?? '', { partition: event.partition, position: event.entry.position, index });
        return;
      case 'dispatched':
        seen.deliveries = {
          ...seen.deliveries,
          [event.consumer]: [...(seen.deliveries?.[event.consumer] ?? []), ...event.indexes.map((i) => ({ body: this.bodies[event.entry.messages[i] ?? -1] ?? '', ...(event.redeliveries > 0 ? { redeliveryCount: event.redeliveries } : {}) }))],
        };
        return;
      case 'send-error':
        seen.errors = [...(seen.errors ?? []), event.refusal.name];
        return;
      case 'closed':
        seen.closed = [...(seen.closed ?? []), event.session];
        return;
      case 'granted':
        seen.granted = [...(seen.granted ?? []), event.session];
        return;
      default:
    }
  }
}
function answer(refusal: Refusal | 'waiting' | null): Json | undefined {
  return refusal === null ? undefined : refusal === 'waiting' ? { waiting: true } : { error: refusal.name };
}
const KNOWN = new Set(['settings', 'topic', 'advance', 'createProducer', 'closeProducer', 'produce', 'subscribe', 'flow', 'ack', 'ackUpTo', 'redeliver', 'close', 'stats', 'unload', 'stopBroker', 'stopBookie', 'startBookie']);
type Row = Readonly<Record<string, unknown>>;

/** The room's entry for the conformance runner: a table of facts, and cases from the documentation. */
export const pulsarConformance = {
  broker: 'pulsar',
  version: '4.2.4',
  cannot(example: Example): string | null {
    const unknown = [...example.setup, ...example.steps].find(({ op }) => !KNOWN.has(op));
    return unknown === undefined ? null : `${unknown.op} is not modelled`;
  },
  adapter: (_: Example, version: string) => new PulsarAdapter(version),
  vectors(name: string, rows: readonly Row[]) {
    if (name !== 'pulsar-key-shared') return null;
    return rows.map((row) => {
      const key = String(row['key']);
      return { row: key, expected: { hash: Number(row['hash']), slot: Number(row['slot']) }, actual: { hash: keyHash(key), slot: slotOf(key) } };
    });
  },
};
