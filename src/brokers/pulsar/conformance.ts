/** Recorded cases, run against the model: what a bare client of the binary protocol sees. The shapes are those of conformance/FORMAT.md. */
import { RandomStream } from '../../kernel/random.ts';
import type { Refusal } from '../contract.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type { PulsarEvent } from './events.ts';
import { slotOf } from './key-shared.ts';
import { keyHash } from './murmur3.ts';
import type { AccessMode } from './partition.ts';
import { optionsOf } from './plan.ts';
import { rangesOf } from './reading.ts';
import { RecordedClients } from './recorded-clients.ts';
import { RecordedMessages } from './recorded-messages.ts';
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
  unblocked?: Json[];
}
/** Permits of a consumer that says nothing of them. */
const PERMITS = 1000;
const CALL = 'client';
const words = (value: Json | undefined): string[] => (Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []);

class PulsarAdapter {
  private readonly clock = new VirtualClock();
  private server: PulsarServer;
  private readonly luck = new RandomStream(1, 'conformance');
  private readonly messages = new RecordedMessages();
  private readonly consumers = new Map<string, { readonly partition: string; readonly subscription: string }>();
  private readonly clients: RecordedClients;
  private readonly calls: (() => void)[] = [];
  /** Producers that are connected, each to its partition. */
  private readonly producers = new Set<string>();
  /** The next sequence id of each. */
  private readonly sequences = new Map<string, number>();
  /** Incarnations of producers that were closed. */
  private readonly lives = new Map<string, number>();
  private life = 0;
  private tags = 0;
  private seen: Seen = {};

  private readonly version: string;
  constructor(version: string) {
    this.version = version;
    this.server = this.made({});
    const { clock, luck, messages } = this;
    const server = () => this.server;
    this.clients = new RecordedClients(
      {
        get server() {
          return server();
        },
        messages,
        now: () => clock.now(),
        later: (delay, todo) => clock.after(delay, CALL, this.calls.push(todo) - 1),
        advance: (us) => clock.advance(us),
        draw: (n) => Math.floor(luck.next() * n),
      },
      (call) => (this.seen.unblocked = [...(this.seen.unblocked ?? []), call]),
    );
  }
  run(operation: Operation): Record<string, Json> | null {
    this.seen = {};
    const result = this.operate(operation);
    this.clock.advance(0);
    this.drain();
    this.seen.closed?.sort();
    if (result !== undefined) this.seen.result = result;
    return Object.keys(this.seen).length === 0 ? null : (this.seen as Record<string, Json>);
  }
  private made(settings: Record<string, Json>): PulsarServer {
    const server = new PulsarServer(this.clock, optionsOf({ journalLatency: '0us', version: this.version, ...settings }), () => this.luck);
    this.clock.attach((name, ref) => {
      if (name === CALL) this.calls[ref]?.();
      else server.timer(name, ref);
      this.drain();
    });
    server.start();
    return server;
  }
  private operate(operation: Operation): Json | undefined {
    const { op } = operation;
    const text = (name: string, fallback = ''): string => (typeof operation[name] === 'string' ? operation[name] : fallback);
    const number = (name: string, fallback: number): number => (typeof operation[name] === 'number' ? operation[name] : fallback);
    const { server, clock, messages, clients } = this;
    const client = clients.verbs[op];
    if (client !== undefined) return client(operation);
    const topic = text('topic', 't');
    const consumer = text('consumer');
    const { partition, subscription } = this.consumers.get(consumer) ?? { partition: topic, subscription: '' };
    switch (op) {
      case 'settings':
        this.server = this.made(operation['config'] as Record<string, Json>);
        return undefined;
      case 'topic':
        return void server.createTopic(topic, { partitions: number('partitions', 0), persistent: operation['persistent'] !== false });
      case 'addPartitions':
        return void server.createTopic(topic, { partitions: number('partitions', 0), persistent: true });
      case 'advance':
        return void clock.advance(number('ms', 0) * 1000);
      case 'createProducer':
        return this.connect(operation, topic);
      case 'closeProducer':
        if (clients.hasProducer(text('producer'))) return void clients.closeProducer(text('producer'));
        this.producers.delete(`${topic} ${text('producer')}`);
        this.lives.set(`${topic} ${text('producer')}`, ++this.life);
        return void server.disconnectProducer(topic, text('producer'));
      case 'produce':
        return this.produce(operation, topic);
      case 'subscribe':
        return this.subscribe(operation, consumer, topic);
      case 'flow':
        return void server.flow(partition, subscription, consumer, number('permits', PERMITS));
      case 'ack':
        // Each with a command of its own.
        for (const one of this.acks(words(operation['bodies']), operation['whole'] === false)) server.acknowledge(partition, subscription, [one]);
        return undefined;
      case 'ackUpTo':
        return void server.acknowledgeUpTo(partition, subscription, messages.placeOfBody(text('body'))?.position ?? -1);
      case 'redeliver':
        return void server.redeliver(partition, subscription, consumer, operation['bodies'] === undefined ? null : words(operation['bodies']).map((body) => messages.placeOfBody(body)?.position ?? -1), 'nack');
      case 'seek': {
        const p = server.partition(partition);
        const s = p?.subscriptions.get(subscription);
        return p === undefined || s === undefined ? null : void server.resetCursor(p, s, text('to') === 'earliest' ? 'earliest' : 'latest');
      }
      case 'crash':
      case 'close':
        return void server.closeConsumer(partition, subscription, consumer);
      case 'stats': {
        const s = server.partition(topic)?.subscriptions.get(text('subscription'));
        return s === undefined ? undefined : { msgBacklog: s.entriesBehind(server.partition(topic)?.log.end ?? 0), unackedMessages: s.individual ? s.out : 0, consumers: s.consumers.length };
      }
      case 'unload':
        return void server.unload(server.partition(topic) as never);
      case 'stopBroker':
        return void server.crashBroker(server.partition(topic)?.owner ?? 0);
      case 'crashBroker': {
        const broker = server.partition(topic)?.owner ?? 0;
        server.crashBroker(broker);
        return void server.startBroker(broker);
      }
      case 'stopBookie':
        return void server.stopBookie(number('bookie', 0));
      default:
        return void server.startBookie(number('bookie', 0));
    }
  }
  /** A client asks where a topic is before it connects. */
  private lookUp(topic: string): void {
    if (this.server.partition(topic) === undefined) this.server.lookUp(topic);
  }
  private connect(operation: Operation, topic: string): Json | undefined {
    const session = String(operation['producer'] ?? 'p');
    this.lookUp(topic);
    const refusal = this.server.connectProducer(topic, { session, name: String(operation['name'] ?? session), mode: String(operation['accessMode'] ?? 'Shared') as AccessMode, life: this.lives.get(`${topic} ${session}`) ?? 0 });
    if (refusal === null || refusal === 'waiting') {
      this.producers.add(`${topic} ${session}`);
      this.sequences.set(`${topic} ${session}`, 0);
    }
    return answer(refusal);
  }
  private produce(operation: Operation, topic: string): undefined {
    if (!this.producers.has(`${topic} ${String(operation['producer'] ?? 'p')}`)) {
      const refused = this.connect(operation, topic) as { readonly error?: string } | undefined;
      if (refused !== undefined) {
        this.seen.errors = [refused.error ?? 'waiting'];
        return undefined;
      }
    }
    const bodies = words(operation['bodies'] ?? operation['body']);
    const bytes = Number(operation['bytes'] ?? 100);
    const producer = `${topic} ${String(operation['producer'] ?? 'p')}`;
    const next = this.sequences.get(producer) ?? 0;
    const sequence = Number(operation['sequence'] ?? next);
    this.sequences.set(producer, Math.max(next, sequence + bodies.length));
    const messages = bodies.map((body) => this.messages.enter({ body, key: null, bytes }));
    const after = operation['deliverAfterMs'];
    this.server.send(
      topic,
      { session: String(operation['producer'] ?? 'p'), tag: this.tags++ },
      {
        messages,
        bytes,
        producer: String(operation['producer'] ?? 'p'),
        sequence,
        key: words(operation['orderingKey'] ?? operation['keys'] ?? operation['key'])[0] ?? null,
        deliverAt: typeof after === 'number' ? this.clock.now() + after * 1000 : -1,
      },
    );
    this.clock.advance(0);
    return undefined;
  }
  private subscribe(operation: Operation, consumer: string, topic: string): Json | undefined {
    const subscription = String(operation['subscription'] ?? 's');
    this.lookUp(topic);
    const refusal = this.server.subscribe(topic, consumer, {
      subscription,
      type: String(operation['type'] ?? 'Shared') as SubscriptionType,
      name: String(operation['name'] ?? consumer),
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
      const place = this.messages.placeOfBody(body);
      return place === undefined ? [] : [{ position: place.position, indexes: some ? [place.index] : null }];
    });
  }
  private drain(): void {
    for (const event of this.server.out.splice(0)) this.see(event);
  }
  private see(event: PulsarEvent): void {
    const { seen } = this;
    if (this.clients.hear(event)) return;
    switch (event.kind) {
      case 'stored':
        return this.messages.stored(event.partition, event.entry);
      case 'dispatched':
        seen.deliveries = {
          ...seen.deliveries,
          [event.consumer]: [...(seen.deliveries?.[event.consumer] ?? []), ...event.indexes.map((i) => ({ body: this.messages.body(event.entry.messages[i] ?? -1), ...(event.redeliveries > 0 ? { redeliveryCount: event.redeliveries } : {}) }))],
        };
        return;
      case 'send-error':
        seen.errors = [...(seen.errors ?? []), event.refusal.name];
        return;
      case 'closed':
        seen.closed = [...(seen.closed ?? []), event.session];
        this.producers.delete(`${event.partition} ${event.session}`);
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
const KNOWN = new Set([
  'settings',
  'topic',
  'addPartitions',
  'advance',
  'createProducer',
  'closeProducer',
  'produce',
  'subscribe',
  'flow',
  'ack',
  'ackUpTo',
  'redeliver',
  'close',
  'crash',
  'seek',
  'openConsumer',
  'receive',
  'acknowledge',
  'negativeAcknowledge',
  'reconsumeLater',
  'closeConsumer',
  'openProducer',
  'send',
  'callbacks',
  'batches',
  'placed',
  'flush',
  'holdBack',
  'letThrough',
  'cut',
  'stats',
  'unload',
  'stopBroker',
  'crashBroker',
  'stopBookie',
  'startBookie',
]);
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
