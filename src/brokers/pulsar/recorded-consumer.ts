/** A consumer of the client library in a recorded case. Between it and the brokers no time passes. */
import type { Delivery, ReceiveListener } from '../contract.ts';
import { type ConsumerHost, PulsarConsumer } from './consumer.ts';
import type { PulsarEvent } from './events.ts';
import { readingOf, subscribeArgs } from './reading.ts';
import type { PulsarServer } from './server.ts';
import type { ClientState, Thing } from './traffic.ts';

type Config = Readonly<Record<string, unknown>>;
/** What it needs of the case. */
export interface RecordedHost {
  readonly server: PulsarServer;
  now(): number;
  /** µs */
  later(delay: number, todo: () => void): void;
  advance(us: number): void;
}
/** µs, the steps in which a message is waited for */
const STEP = 10_000;
const nothing = () => undefined;

export class RecordedConsumer {
  readonly session: string;
  private readonly host: RecordedHost;
  private readonly topic: string;
  private readonly state: ClientState;
  private readonly consumer: PulsarConsumer;
  private config: Config;
  /** What receive() gave to the application, the newest last. */
  private readonly taken: Delivery[] = [];
  private readonly fresh: Delivery[] = [];
  private refused: string | null = null;

  constructor(host: RecordedHost, name: string, topic: string, config: Config) {
    this.host = host;
    this.session = `client ${name}`;
    this.topic = topic;
    this.config = { subscriptionName: 's', ...config };
    this.state = { id: this.session, link: '', client: name, kind: 'receive', wanted: false, life: 0, loseNextAck: false, attachments: [] };
    const listener: ReceiveListener = {
      push: (delivery) => {
        this.fresh.push(delivery);
        return 'started';
      },
      withdrawn: nothing,
      settled: nothing,
    };
    this.consumer = new PulsarConsumer(this.state, this.clientHost(), listener);
  }
  /** @returns the exception that its builder throws, or null */
  open(): string | null {
    this.consumer.open();
    this.host.advance(0);
    return this.refused;
  }
  /** The next message, unless none comes for so many ms. */
  receive(ms: number): number | null {
    this.refused = null;
    this.consumer.ready(1);
    for (let waited = 0; waited <= ms * 1000 && this.fresh.length === 0 && this.refused === null; waited += STEP) this.host.advance(waited === 0 ? 0 : STEP);
    this.consumer.ready(0);
    const [next] = this.fresh.splice(0);
    if (next === undefined) return null;
    this.taken.push(next);
    return next.message;
  }
  get error(): string | null {
    return this.refused;
  }
  settle(message: number, how: 'done' | 'retry', reconsumeLaterMs: number): void {
    const at = this.taken.findLastIndex((one) => one.message === message);
    const [delivery] = at < 0 ? [] : this.taken.splice(at, 1);
    if (delivery === undefined) throw new Error('nobody has received that');
    this.config = { ...this.config, reconsumeLater: `${reconsumeLaterMs}ms` };
    this.consumer.settle(delivery, how);
  }
  close(): void {
    this.consumer.close('graceful');
  }
  /** What a broker says to it, or of what it has sent. */
  hear(event: PulsarEvent): void {
    this.host.later(0, () => {
      const at = (partition: string) => this.state.attachments.find((a) => a.partition === partition);
      if (event.kind === 'receipt') this.consumer.forwarded(event.to.tag, 0, null);
      else if (event.kind === 'send-error') this.consumer.forwarded(event.to.tag, 0, event.refusal);
      else if (event.kind === 'closed') {
        const a = at(event.partition);
        if (a !== undefined && a.state !== 'closed') this.consumer.lost(a, event.why);
      } else if (event.kind === 'dispatched') {
        const a = at(event.partition);
        const { entry, redeliveries, indexes } = event;
        const handed = indexes.map((index) => ({ index, delivery: { handle: this.consumer.nextHandle(), message: entry.messages[index] ?? -1, copy: -1, attempt: redeliveries + 1, redelivered: redeliveries > 0, entry: -1 } }));
        if (a !== undefined) this.consumer.take(a, { position: entry.position, size: entry.messages.length, redeliveries, reconsumeTimes: entry.reconsumeTimes, handed });
      }
    });
  }

  private clientHost(): ConsumerHost {
    const { host } = this;
    const alive = (life: number, todo: () => void) => () => {
      if (this.state.life === life) todo();
    };
    return {
      now: () => host.now(),
      up: (_, thing) => host.later(0, () => this.serve(thing)),
      later: (state, delay, name, arg, partition = '') =>
        host.later(
          delay,
          alive(state.life, () => this.consumer.timer(name, arg, partition)),
        ),
      config: () => this.config,
      partitions: () => {
        const reading = readingOf(this.config);
        return [...host.server.lookUp(this.topic), ...(reading.retryEnable ? host.server.lookUp(reading.retryTopic(this.topic)) : [])];
      },
      refused: (_, { name }) => {
        this.refused = name;
      },
      forward: (state, tag, topic, message, deliverAfter, reconsumeTimes, cause) => {
        const deliverAt = deliverAfter > 0 ? host.now() + deliverAfter : -1;
        host.later(0, () => this.write(topic, { session: state.id, tag }, { messages: [message], bytes: 100, producer: `${state.id} to ${topic}`, sequence: -1, key: null, deliverAt, reconsumeTimes, cause }));
      },
      isRetryTopic: (_, partition) => partition === readingOf(this.config).retryTopic(this.topic),
    };
  }
  private write(topic: string, ...[to, args]: [Parameters<PulsarServer['send']>[1], Parameters<PulsarServer['send']>[2]]): void {
    const { server } = this.host;
    const [partition = topic] = server.lookUp(topic);
    const initial = this.config['initialSubscriptionName'];
    const p = server.partition(partition);
    if (p !== undefined && typeof initial === 'string' && topic === readingOf(this.config).deadLetterTopic(this.topic) && !p.subscriptions.has(initial)) server.createSubscription(p, initial, 'Shared', 'Latest');
    server.send(partition, to, args);
  }
  private serve(thing: Thing): void {
    const { server } = this.host;
    const { partition } = thing;
    const { subscription } = readingOf(this.config);
    if (thing.do === 'attach') {
      const a = this.state.attachments.find((one) => one.partition === partition);
      if (a === undefined || a.life !== thing.life) return;
      const refusal = server.subscribe(partition, this.session, subscribeArgs(this.config, this.state.client));
      if (refusal === null) a.served = thing.life;
      this.host.later(0, () => {
        if (a.state === 'opening') this.consumer.attached(a, refusal);
      });
    } else if (thing.do === 'detach') server.closeConsumer(partition, subscription, this.session);
    else if (thing.do === 'flow') server.flow(partition, subscription, this.session, thing.permits);
    else if (thing.do === 'redeliver') server.redeliver(partition, subscription, this.session, thing.positions, thing.why);
    else if (thing.do === 'ack') {
      if (thing.upTo >= 0) server.acknowledgeUpTo(partition, subscription, thing.upTo);
      server.acknowledge(partition, subscription, thing.acks);
    }
  }
}
