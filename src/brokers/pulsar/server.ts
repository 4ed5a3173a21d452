/** The brokers and bookies of a cluster as clients and administrators meet them. Everything is done when the call returns; what it caused is in `out`. */
import type { RandomStream } from '../../kernel/random.ts';
import type { BrokerHost, Refusal } from '../contract.ts';
import { type Ack, acknowledge, acknowledgeUpTo, flow, redeliver, trim } from './acknowledging.ts';
import { Bookies, type BookiesState } from './bookies.ts';
import type { Core } from './core.ts';
import { dispatch, rewind, tick } from './dispatch.ts';
import { errors } from './errors.ts';
import type { PulsarEvent, Sender } from './events.ts';
import type { Options } from './options.ts';
import { Partition, type PartitionState, type Producer } from './partition.ts';
import { checkQuota, clearBacklog, expire, forgetProducers } from './policies.ts';
import { connectProducer, disconnectProducer, send, type SendArgs, store, written } from './producing.ts';
import { forget, join, leave, type SubscribeArgs, takeOver } from './subscribing.ts';
import { Subscription } from './subscription.ts';

/** What the brokers do again and again, and how often. */
const ROUNDS: Readonly<Record<string, (options: Options) => number>> = { expiry: (o) => o.expiryCheck, backlog: (o) => o.backlogCheck, retention: (o) => o.retentionCheck, flush: (o) => o.cursorFlush, producers: (o) => o.deduplicationInactivity / 3 };
export interface TopicPlan {
  /** 0 = a topic without partitions. */
  readonly partitions: number;
  readonly persistent: boolean;
}
interface TopicState extends TopicPlan {
  readonly name: string;
}
interface State {
  readonly topics: readonly TopicState[];
  readonly partitions: readonly PartitionState[];
  readonly down: readonly number[];
  readonly bookies: BookiesState;
  readonly consumers: number;
  readonly numbers: number;
  readonly out: readonly PulsarEvent[];
}

export class PulsarServer implements Core {
  options: Options;
  readonly bookies: Bookies;
  readonly out: PulsarEvent[] = [];
  private readonly host: BrokerHost;
  private readonly stream: () => RandomStream;
  private topics = new Map<string, TopicPlan>();
  private partitions = new Map<string, Partition>();
  /** Brokers that are down. */
  private down = new Set<number>();
  private consumers = 0;
  private numbers = 0;

  constructor(host: BrokerHost, options: Options, luck: () => RandomStream) {
    this.host = host;
    this.options = options;
    this.stream = luck;
    this.bookies = new Bookies(luck);
  }
  /** Begins the rounds: once, when the cluster is made. */
  start(): void {
    for (const [name, every] of Object.entries(ROUNDS)) this.after(every(this.options), name, 0);
  }
  // Core -----------------------------------------------------------------------
  now(): number {
    return this.host.now();
  }
  after(delay: number, name: string, ref: number): void {
    this.host.after(delay, name, ref);
  }
  emit(event: PulsarEvent): void {
    this.out.push(event);
  }
  luck(): RandomStream {
    return this.stream();
  }
  // Topics ---------------------------------------------------------------------
  /** Makes a topic, or adds partitions to it: there is no way to take any away. */
  createTopic(name: string, { partitions, persistent }: TopicPlan): void {
    const known = this.topics.get(name);
    const n = known === undefined ? partitions : known.partitions === 0 ? 0 : Math.max(known.partitions, partitions);
    const names = [...this.partitionsOf(name)];
    this.topics.set(name, { partitions: n, persistent: known?.persistent ?? persistent });
    for (let i = names.length; i < Math.max(n, 1); i++) {
      const p = new Partition(name, n === 0 ? -1 : i, known?.persistent ?? persistent);
      p.no = this.numbers++;
      this.partitions.set(p.name, p);
      // New partitions get the subscriptions of the others.
      for (const s of this.partition(names[0] ?? '')?.subscriptions.values() ?? []) p.subscriptions.set(s.name, new Subscription(s.name, this.numbers++, s.type, 0));
      this.own(p);
    }
  }
  hasTopic(name: string): boolean {
    return this.topics.has(name);
  }
  /** A client asks for a topic: it is made when it does not exist and brokers may do that. */
  lookUp(name: string): readonly string[] {
    if (!this.topics.has(name) && this.options.autoCreateTopics && this.up.length > 0) this.createTopic(name, { partitions: 0, persistent: true });
    return this.partitionsOf(name);
  }
  partitionsOf(name: string): readonly string[] {
    const n = this.topics.get(name)?.partitions;
    return n === undefined ? [] : n === 0 ? [name] : Array.from({ length: n }, (_, i) => `${name}-partition-${i}`);
  }
  partition(name: string): Partition | undefined {
    return this.partitions.get(name);
  }
  allPartitions(): readonly Partition[] {
    return [...this.partitions.values()];
  }
  deleteTopic(name: string): void {
    for (const partition of this.partitionsOf(name)) {
      const p = this.partitions.get(partition);
      if (p === undefined) continue;
      for (const s of p.subscriptions.values()) clearBacklog(this, p, s, 'topic_deleted');
      this.disconnect(p, 'topic_deleted');
      this.partitions.delete(partition);
    }
    this.topics.delete(name);
  }
  // Producing ------------------------------------------------------------------
  connectProducer(partition: string, producer: Producer): Refusal | 'waiting' | null {
    const p = this.partitions.get(partition);
    if (p === undefined) return errors.topicNotFound(`Topic ${partition} does not exist`);
    return this.open(p) ?? connectProducer(this, p, producer);
  }
  disconnectProducer(partition: string, session: string): void {
    const p = this.partitions.get(partition);
    if (p !== undefined) disconnectProducer(this, p, session);
  }
  send(partition: string, to: Sender, args: SendArgs): void {
    const p = this.partitions.get(partition);
    if (p !== undefined) send(this, p, to, args);
    else this.emit({ kind: 'send-error', partition, to, refusal: errors.topicNotFound(`Topic ${partition} does not exist`) });
  }
  // Consuming ------------------------------------------------------------------
  subscribe(partition: string, session: string, args: SubscribeArgs): Refusal | null {
    const p = this.partitions.get(partition);
    if (p === undefined) return errors.topicNotFound(`Topic ${partition} does not exist`);
    const closed = this.open(p);
    if (closed !== null) return closed;
    const s = p.subscriptions.get(args.subscription) ?? this.createSubscription(p, args.subscription, args.type, args.initialPosition);
    return join(this, p, s, session, this.consumers++, args);
  }
  /** A durable subscription stays when its consumers are gone. */
  createSubscription(p: Partition, name: string, type: Subscription['type'], from: 'Latest' | 'Earliest'): Subscription {
    const s = new Subscription(name, this.numbers++, type, from === 'Earliest' ? p.log.start : p.log.end);
    p.subscriptions.set(name, s);
    for (let position = s.cursor.markDelete; position < p.log.end; position++) {
      const entry = p.log.at(position);
      if (entry === undefined) continue;
      s.backlog += entry.messages.length;
      this.emit({ kind: 'again', partition: p.name, subscription: name, entry, why: 'initial_position' });
    }
    return s;
  }
  unsubscribe(p: Partition, s: Subscription): void {
    clearBacklog(this, p, s, 'unsubscribed');
    for (const { session } of [...s.consumers]) this.emit({ kind: 'closed', partition: p.name, session, why: 'unsubscribed' });
    p.subscriptions.delete(s.name);
    trim(this, p);
  }
  closeConsumer(partition: string, subscription: string, session: string): void {
    this.with(partition, subscription, (p, s) => leave(this, p, s, session));
  }
  flow(partition: string, subscription: string, session: string, permits: number): void {
    this.with(partition, subscription, (p, s) => flow(this, p, s, session, permits));
  }
  acknowledge(partition: string, subscription: string, acks: readonly Ack[]): void {
    this.with(partition, subscription, (p, s) => acknowledge(this, p, s, acks));
  }
  acknowledgeUpTo(partition: string, subscription: string, position: number): void {
    this.with(partition, subscription, (p, s) => acknowledgeUpTo(this, p, s, position));
  }
  redeliver(partition: string, subscription: string, session: string, positions: readonly number[] | null, why: 'nack' | 'ack_timeout'): void {
    this.with(partition, subscription, (p, s) => redeliver(this, p, s, session, positions, why));
  }
  /** An administrator moves a cursor; consumers are disconnected and come back. */
  resetCursor(p: Partition, s: Subscription, to: 'earliest' | 'latest'): void {
    // Of a failover subscription only who is served is closed; nobody is in its place until somebody comes or goes.
    const stays = s.type === 'Failover' ? s.consumers.filter(({ id }) => id !== s.active) : [];
    for (const one of s.consumers) if (!stays.includes(one)) this.emit({ kind: 'closed', partition: p.name, session: one.session, why: 'cursor_reset' });
    // All at once: what one had is not sent to the next.
    rewind(this, p, s, 'consumer_gone');
    s.consumers = stays;
    forget(s);
    if (to === 'latest') clearBacklog(this, p, s, 'reset');
    const position = to === 'latest' ? p.log.end : p.log.start;
    const was = s.cursor;
    const back: number[] = [];
    for (let at = position; at < p.log.end; at++) if (was.isDeleted(at)) back.push(at);
    const partly = to === 'earliest' ? Array.from({ length: p.log.end - was.markDelete }, (_, i) => was.markDelete + i).filter((at) => !was.isDeleted(at) && was.deletedOf(at).size > 0) : [];
    for (const at of [...back, ...partly].sort((a, b) => a - b)) this.comeBack(p, s, at, 'reset');
    s.cursor.reset(position);
  }
  // Brokers and bookies --------------------------------------------------------
  get up(): number[] {
    return Array.from({ length: this.options.brokers }, (_, b) => b).filter((b) => !this.down.has(b));
  }
  /** The broker dies. Others take over its topics when they notice. */
  crashBroker(broker: number): void {
    if (this.down.has(broker)) return;
    this.down.add(broker);
    for (const p of this.partitions.values()) if (p.owner === broker && p.serving) this.release(p, true, this.options.sessionTimeout);
  }
  startBroker(broker: number): void {
    if (!this.down.delete(broker)) return;
    for (const p of this.partitions.values()) if (!p.serving && (p.owner === broker || this.down.has(p.owner) || p.owner < 0)) this.moveLater(p, 0);
  }
  /** In good order: the load balancer, or an administrator, moves a topic. */
  unload(p: Partition): void {
    if (p.serving) this.release(p, false, 0);
  }
  stopBookie(bookie: number): void {
    this.bookies.stop(bookie);
  }
  startBookie(bookie: number): void {
    this.bookies.start(bookie);
    for (const p of this.partitions.values()) for (const s of p.subscriptions.values()) dispatch(this, p, s);
  }
  timer(name: string, ref: number): void {
    const every = ROUNDS[name];
    if (every !== undefined) {
      this.after(every(this.options), name, 0);
      return this.round(name);
    }
    if (name === 'failover') {
      const found = this.numbered(Math.floor(ref / 1e6));
      if (found !== undefined && found.s.changes % 1e6 === ref % 1e6 && found.s.consumers.length > 0) takeOver(this, found.p, found.s);
    } else if (name === 'delayed') {
      const found = this.numbered(ref);
      if (found !== undefined) tick(this, found.p, found.s);
    } else {
      const p = [...this.partitions.values()].find(({ no }) => no === (name === 'move' ? Math.floor(ref / 1e6) : ref));
      if (p === undefined) return;
      if (name === 'written') written(this, p);
      else if (name === 'refill') for (const s of p.subscriptions.values()) dispatch(this, p, s);
      else if (name === 'move' && p.moves % 1e6 === ref % 1e6) this.own(p);
    }
  }
  save(): unknown {
    const state: State = {
      topics: [...this.topics].map(([name, plan]) => ({ name, ...plan })),
      partitions: [...this.partitions.values()].map((p) => p.save()),
      down: [...this.down],
      bookies: this.bookies.save(),
      consumers: this.consumers,
      numbers: this.numbers,
      out: [...this.out],
    };
    return state;
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.topics = new Map(state.topics.map(({ name, partitions, persistent }) => [name, { partitions, persistent }]));
    this.partitions = new Map();
    const saves = new Map(state.partitions.map((one) => [one.name, one]));
    for (const { name, persistent, partitions } of state.topics) {
      for (const [i, partition] of this.partitionsOf(name).entries()) {
        const p = new Partition(name, partitions === 0 ? -1 : i, persistent);
        const one = saves.get(partition);
        if (one !== undefined) p.load(one);
        saves.delete(partition);
        this.partitions.set(partition, p);
      }
    }
    // In the order in which they were made.
    this.partitions = new Map([...this.partitions].sort(([, a], [, b]) => a.no - b.no));
    this.down = new Set(state.down);
    this.bookies.load(state.bookies);
    this.consumers = state.consumers;
    this.numbers = state.numbers;
    this.out.splice(0, Infinity, ...state.out);
  }

  private with(partition: string, subscription: string, todo: (p: Partition, s: Subscription) => void): void {
    const p = this.partitions.get(partition);
    const s = p?.subscriptions.get(subscription);
    if (p !== undefined && s !== undefined && p.serving) todo(p, s);
  }
  private numbered(no: number): { readonly p: Partition; readonly s: Subscription } | undefined {
    for (const p of this.partitions.values()) for (const s of p.subscriptions.values()) if (s.no === no) return { p, s };
    return undefined;
  }
  private round(name: string): void {
    for (const p of this.partitions.values()) {
      if (!p.serving) continue;
      if (name === 'expiry') expire(this, p);
      else if (name === 'producers') forgetProducers(this, p);
      else if (name === 'backlog') checkQuota(this, p);
      else {
        if (name === 'flush') for (const { cursor } of p.subscriptions.values()) cursor.write(this.now(), 0);
        else p.log.rollOver(this.now(), this.options);
        trim(this, p, name === 'retention');
      }
    }
  }
  /** A broker that is up serves it. */
  private own(p: Partition): void {
    const { up } = this;
    if (up.length === 0) return;
    p.owner = up[p.no % up.length] as number;
    p.serving = true;
  }
  /** The first client that asks for a partition makes its broker open it, with a new ledger. */
  private open(p: Partition): Refusal | null {
    if (!p.serving) return errors.serviceNotReady('Topic is temporarily unavailable');
    if (!p.opened && p.persistent && this.bookies.up(this.options) < this.options.ensembleSize) return errors.persistence('Not enough non-faulty bookies available');
    p.opened = true;
    return null;
  }
  private moveLater(p: Partition, delay: number): void {
    p.moves++;
    this.after(delay + this.options.unloadTime, 'move', p.no * 1e6 + (p.moves % 1e6));
  }
  private disconnect(p: Partition, why: string): void {
    for (const { name } of p.producers) p.silent(name, this.now());
    for (const { session } of [...p.producers.splice(0), ...p.waiters.splice(0)]) this.emit({ kind: 'closed', partition: p.name, session, why });
    p.exclusive = null;
    for (const session of p.fenced) this.emit({ kind: 'closed', partition: p.name, session, why });
    p.fenced.clear();
    for (const s of p.subscriptions.values()) for (const { session } of s.consumers) this.emit({ kind: 'closed', partition: p.name, session, why });
  }
  /** Nobody serves it now: connections end, and what the broker had in memory only is gone. */
  private release(p: Partition, crashed: boolean, delay: number): void {
    this.disconnect(p, crashed ? 'broker_down' : 'unloaded');
    for (const s of p.subscriptions.values()) {
      rewind(this, p, s, 'unloaded');
      s.consumers = [];
      forget(s);
      s.turn = 0;
      for (const position of s.cursor.restore(this.options.maxUnackedRanges, crashed)) this.comeBack(p, s, position, 'ack_not_written');
    }
    p.serving = false;
    p.opened = false;
    p.log.close(this.now());
    // What was on its way to the bookies is found there by whoever takes over; nobody tells its producer.
    for (const { entry, to } of p.writing.splice(0)) store(this, p, entry, crashed ? null : to);
    this.moveLater(p, delay);
  }
  private comeBack(p: Partition, s: Subscription, position: number, why: 'ack_not_written' | 'reset'): void {
    const entry = p.log.at(position);
    if (entry === undefined) return;
    s.backlog += s.cursor.isDeleted(position) || why === 'ack_not_written' ? entry.messages.length : s.cursor.deletedOf(position).size;
    this.emit({ kind: 'again', partition: p.name, subscription: s.name, entry, why });
  }
}
