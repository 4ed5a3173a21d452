import type { BrokerHost } from '../contract.ts';
import type { ClusterState } from './cluster-model.ts';
import { atLeast, type Version } from './config.ts';
import type { Envelope, NatsEvent, RemovalReason } from './events.ts';
import { newCluster } from './placement.ts';
import type { Client, Consumer, Stored, Stream, Subscription } from './model.ts';

export interface NatsOptions {
  readonly version: Version;
  /** Bytes of the largest payload; more closes the connection. */
  readonly max_payload?: number;
  /** Subscriptions a connection may have; 0: any number. */
  readonly max_subscriptions?: number;
  readonly max_streams?: number;
  /** A whole number below n: who of a queue group is next. The stream of luck belongs to the host. */
  readonly pick?: (n: number) => number;
  /** Tells servers apart; in subjects, so without dots. */
  readonly name?: string;
  /** JetStream's domain: by it other servers reach this one's streams. */
  readonly domain?: string;
  /** Servers of the cluster; 1: there is none. */
  readonly servers?: number;
  readonly route?: number;
}
export interface Settings {
  readonly max_payload: number;
  readonly max_subscriptions: number;
  readonly max_streams: number;
  /** µs from one server of a cluster to another. */
  readonly route: number;
}
/** What the real server hands to another goroutine: done, in order, before a verb returns. */
export type Task =
  | { readonly does: 'term'; readonly consumer: number; readonly seq: number; readonly dseq: number; readonly reason: string }
  | { readonly does: 'acked'; readonly stream: string; readonly seq: number }
  | { readonly does: 'serve'; readonly consumer: number }
  | { readonly does: 'store'; readonly stream: string; readonly envelope: Envelope }
  | { readonly does: 'interest'; readonly consumer: number; readonly interest: boolean }
  | { readonly does: 'undelivered'; readonly consumer: number; readonly seq: number; readonly to: string }
  /** Consumers learn of a message when `hops` rounds of other work are done. */
  | { readonly does: 'announce'; readonly stream: string; readonly seq: number; readonly subject: string; readonly hops: number }
  /** The stream has something new for its mirrors and for those that source it. */
  | { readonly does: 'feed'; readonly stream: string }
  /** JetStream itself listens. */
  | { readonly does: 'internal'; readonly envelope: Envelope };
export interface Route {
  readonly plain: readonly Subscription[];
  readonly groups: readonly QueueGroup[];
  readonly streams: readonly string[];
  /** Leaf connections behind which somebody listens. */
  readonly leaves: readonly string[];
}
export interface QueueGroup {
  readonly queue: string;
  readonly members: readonly Subscription[];
  /** Behind leaf connections: they get what no member here takes. */
  readonly far: readonly Subscription[];
}
export type Timer = 'pending' | 'wait' | 'heartbeat' | 'inactive' | 'held' | 'pause' | 'pin';

/** All state of the server. The files beside it are functions over it. */
export class Core {
  readonly host: BrokerHost;
  readonly version: Version;
  readonly name: string;
  readonly domain: string;
  readonly pick: (n: number) => number;
  /** Grows whenever somebody listens to something else than before. */
  interests = 0;
  settings: Settings;
  cluster: ClusterState;
  readonly out: NatsEvent[] = [];
  readonly clients = new Map<string, Client>();
  readonly streams = new Map<string, Stream>();
  readonly consumers = new Map<number, Consumer>();
  /** Handed out in order; never reused. */
  counters = { id: 0, order: 0, picks: 0, name: 0 };
  readonly tasks: Task[] = [];
  /** Where a subject leads; forgotten whenever a subscription or a stream changes. */
  readonly routes = new Map<string, Route>();

  constructor(host: BrokerHost, options: NatsOptions) {
    this.host = host;
    this.version = options.version;
    this.name = options.name ?? 'nats';
    this.domain = options.domain ?? '';
    this.cluster = newCluster(options.servers ?? 1);
    this.settings = { max_payload: options.max_payload ?? 1_048_576, max_subscriptions: options.max_subscriptions ?? 0, max_streams: options.max_streams ?? 0, route: options.route ?? 500 };
    this.pick = options.pick ?? ((n) => this.counters.picks++ % n);
  }
  since(version: Version): boolean {
    return atLeast(this.version, version);
  }
  now(): number {
    return this.host.now();
  }
  emit(event: NatsEvent): void {
    this.out.push(event);
  }
  later(task: Task): void {
    this.tasks.push(task);
  }
  /** There may be something to deliver: the consumer looks before the verb returns. */
  signal(consumer: Consumer): void {
    const { id } = consumer;
    if (!this.tasks.some((task) => task.does === 'serve' && task.consumer === id)) this.later({ does: 'serve', consumer: id });
  }
  stream(consumer: Consumer): Stream {
    const stream = this.streams.get(consumer.stream);
    if (stream === undefined) throw new Error(`consumer ${consumer.name} without its stream ${consumer.stream}`);
    return stream;
  }

  /** Starts a consumer's timer, or moves it; a call of the host at any other time than the set one is void. */
  arm(consumer: Consumer, timer: Timer, delay: number): void {
    consumer.timers[timer] = this.now() + Math.max(delay, 0);
    this.host.after(Math.max(delay, 0), timer, consumer.id);
  }
  disarm(consumer: Consumer, timer: Timer): void {
    consumer.timers[timer] = -1;
  }
  armStream(stream: Stream, timer: 'age' | 'ids' | 'sync', delay: number): void {
    const due = this.now() + Math.max(delay, 0);
    if (timer === 'age') stream.ageTimer = due;
    else if (timer === 'ids') stream.idTimer = due;
    else stream.syncTimer = due;
    this.host.after(Math.max(delay, 0), timer, stream.id);
  }
  streamById(id: number): Stream | undefined {
    for (const stream of this.streams.values()) if (stream.id === id) return stream;
    return undefined;
  }
  removed(stream: Stream, { seq, message }: Stored, reason: RemovalReason): void {
    this.emit({ kind: 'removed', stream: stream.name, seq, message, reason });
  }
}
