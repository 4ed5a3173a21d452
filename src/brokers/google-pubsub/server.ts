/** The service as a state machine with its own verbs: instantaneous, and told in events. */
import { Deque } from '../../base/deque.ts';
import { utf8Length } from '../../base/utf8.ts';
import type { BrokerHost, Refusal } from '../contract.ts';
import { release } from './backlog.ts';
import { Core, type Luck, newSubscription, newTopic } from './core.ts';
import { errors } from './errors.ts';
import { FILTER_BYTES, parseFilter } from './filter.ts';
import { acknowledge, type AckResult, deadline, fail, forget, isTooOld, LONGEST, modify } from './leases.ts';
import type { PubSubEvent, Subscription, SubscriptionConfig, Topic, TopicConfig } from './model.ts';
import { publish, type Published } from './publishing.ts';
import { speedUp, startSlowly } from './pushing.ts';
import { oldestOf, snapshotOf } from './retention.ts';
import { seek, type Target } from './seeking.ts';
import { loadCore, saveCore } from './state.ts';
import { pump, unpark } from './takers.ts';

/** A pull that finds nothing is answered empty after so long, µs: "a bounded amount of time". */
const PULL_WAITS = 60_000_000;
/** The least deadline of a subscription, µs. */
const LEAST_DEADLINE = 10_000_000;

export interface StreamOptions {
  /** 0 = no limit */
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** µs */
  readonly deadline?: number;
}
export class PubSubServer {
  private readonly core: Core;
  constructor(host: BrokerHost, luck: Luck) {
    this.core = new Core(host, luck);
  }
  get out(): PubSubEvent[] {
    return this.core.out;
  }
  topic(name: string): Topic | undefined {
    return this.core.topics.get(name);
  }
  subscription(name: string): Subscription | undefined {
    return this.core.subscriptions.get(name);
  }
  get snapshots(): readonly string[] {
    return [...this.core.snapshots.keys()].sort();
  }
  /** What is out of a subscription, in the order of delivery. */
  leased(subscription: number): number[] {
    const found: number[] = [];
    for (const one of this.core.leases.values()) if (one.subscription === subscription) found.push(one.seq);
    return found;
  }
  get down(): boolean {
    return this.core.down;
  }
  /** An outage begins or ends. */
  setDown(down: boolean): void {
    this.core.down = down;
    if (!down) for (const one of this.core.subscriptions.values()) this.core.touch(one);
    this.run();
  }
  // Topics ---------------------------------------------------------------------
  createTopic(config: TopicConfig): Refusal | undefined {
    if (this.core.topics.has(config.name)) return errors.exists(config.name);
    this.core.topics.set(config.name, newTopic(config, this.core.now));
    return undefined;
  }
  updateTopic(config: TopicConfig): Refusal | undefined {
    const topic = this.core.topics.get(config.name);
    if (topic === undefined) return errors.noTopic(config.name);
    Object.assign(topic, { config });
    return undefined;
  }
  /** Its subscriptions stay, with what they have; nothing new comes to them. */
  deleteTopic(name: string): Refusal | undefined {
    return this.core.topics.delete(name) ? undefined : errors.noTopic(name);
  }
  publish(topic: string, messages: readonly Published[]): Refusal | number[] {
    const found = this.core.topics.get(topic);
    if (this.core.down) return errors.unavailable();
    if (found === undefined) return errors.noTopic(topic);
    const answer = publish(this.core, found, messages);
    this.run();
    return answer;
  }
  // Subscriptions --------------------------------------------------------------
  createSubscription(config: SubscriptionConfig): Refusal | undefined {
    const { core } = this;
    if (core.subscriptions.has(config.name)) return errors.exists(config.name);
    const topic = core.topics.get(config.topic);
    const refusal = topic === undefined ? errors.noTopic(config.topic) : this.refusalOf(config);
    if (topic === undefined || refusal !== undefined) return refusal;
    const subscription = newSubscription(core.counters.subscription++, config, core.now);
    core.subscriptions.set(config.name, subscription);
    core.names.set(subscription.id, config.name);
    topic.subscriptions = [...topic.subscriptions, config.name].sort();
    startSlowly(subscription);
    this.watchActivity(subscription);
    return undefined;
  }
  updateSubscription(config: SubscriptionConfig): Refusal | undefined {
    const { core } = this;
    const subscription = core.subscriptions.get(config.name);
    if (subscription === undefined) return errors.noSubscription(config.name);
    const known = subscription.config;
    if (config.filter !== known.filter) return errors.filterImmutable();
    if (config.ordering !== known.ordering) return errors.orderingImmutable();
    const refusal = this.refusalOf(config);
    if (refusal !== undefined) return refusal;
    subscription.config = config;
    if (config.push !== known.push) this.changeDelivery(subscription);
    if (config.retention !== known.retention) subscription.retentionAt = 0;
    if (config.ttl !== known.ttl) this.watchActivity(subscription);
    core.touch(subscription);
    this.run();
    return undefined;
  }
  deleteSubscription(name: string): Refusal | undefined {
    const { core } = this;
    const subscription = core.subscriptions.get(name);
    if (subscription === undefined) return errors.noSubscription(name);
    this.remove(subscription, 'subscription_deleted');
    return undefined;
  }
  /** It gets nothing more from its topic, and what it had is gone. */
  detachSubscription(name: string): Refusal | undefined {
    const subscription = this.core.subscriptions.get(name);
    if (subscription === undefined) return errors.noSubscription(name);
    subscription.detached = true;
    this.empty(subscription, 'detached');
    const topic = this.core.topics.get(subscription.config.topic);
    if (topic !== undefined) topic.subscriptions = topic.subscriptions.filter((one) => one !== name);
    return undefined;
  }
  /** @param instances that answer; `address` stands for the endpoint, '' for none */
  setEndpoint(name: string, address: string, instances: readonly string[], firstWindow: number): void {
    const subscription = this.core.subscriptions.get(name);
    if (subscription === undefined) return;
    const isNew = subscription.address !== address || subscription.firstWindow !== firstWindow;
    Object.assign(subscription, { address, endpoint: [...instances].sort(), firstWindow });
    if (isNew) startSlowly(subscription);
    this.core.touch(subscription);
    this.run();
  }
  // Subscribers ----------------------------------------------------------------
  openStream(name: string, client: string, { maxMessages, maxBytes, deadline: own }: StreamOptions): Refusal | undefined {
    const subscription = this.readable(name);
    if ('refused' in subscription) return subscription;
    if (own !== undefined && (own < LEAST_DEADLINE || own > LONGEST * 1e6)) return errors.ackDeadline(own / 1e6);
    this.closeStream(name, client);
    subscription.streams.set(client, { client, serial: this.core.counters.stream++, maxMessages, maxBytes, ...(own === undefined ? {} : { deadline: own }), messages: 0, bytes: 0, parked: new Deque() });
    this.sign(subscription);
    return undefined;
  }
  /** Its messages stay out until their deadlines. */
  closeStream(name: string, client: string): void {
    const subscription = this.core.subscriptions.get(name);
    const stream = subscription?.streams.get(client);
    if (subscription === undefined || stream === undefined) return;
    subscription.streams.delete(client);
    unpark(subscription, stream);
    this.core.touch(subscription);
    this.run();
  }
  /** @returns the number under which it will be answered */
  pull(name: string, client: string, maxMessages: number): Refusal | number {
    const subscription = this.readable(name);
    if ('refused' in subscription) return subscription;
    if (maxMessages < 1) return errors.maxMessages();
    const id = this.core.counters.pull++;
    subscription.pulls.push({ id, client, maxMessages });
    this.core.waits.set(id, subscription.id);
    this.core.host.after(PULL_WAITS, 'pull', id);
    this.sign(subscription);
    return id;
  }
  /** The client waits for no answer any more. */
  cancelPulls(name: string, client: string): void {
    this.core.subscriptions.get(name)?.pulls.remove((one) => one.client === client);
  }
  acknowledge(name: string, ackIds: readonly string[]): AckResult[] {
    return this.each(name, ackIds, (subscription, ackId) => acknowledge(this.core, subscription, ackId));
  }
  modifyAckDeadline(name: string, ackIds: readonly string[], seconds: number): AckResult[] {
    return this.each(name, ackIds, (subscription, ackId) => modify(this.core, subscription, ackId, seconds));
  }
  /** What the endpoint answered: 102, 200, 201, 202 and 204 acknowledge. */
  pushAnswered(name: string, ackId: string, status: number): void {
    const isAck = [102, 200, 201, 202, 204].includes(status);
    this.each(name, [ackId], (subscription) => {
      const { lease, seq } = this.leaseOf(subscription, ackId);
      if (lease === undefined) return 'confirmed';
      if (isAck) {
        speedUp(subscription);
        return acknowledge(this.core, subscription, ackId);
      }
      const entry = subscription.entries.get(seq);
      if (entry !== undefined) fail(this.core, subscription, entry, 'push_failed');
      return 'confirmed';
    });
  }
  // Seek -----------------------------------------------------------------------
  createSnapshot(name: string, subscription: string): Refusal | undefined {
    const { core } = this;
    const found = core.subscriptions.get(subscription);
    if (found === undefined) return errors.noSubscription(subscription);
    const topic = core.topics.get(found.config.topic);
    if (topic === undefined || found.detached) return errors.detached();
    const made = snapshotOf(core, found, topic, name);
    if ('refused' in made) return made;
    core.snapshots.set(name, made);
    return undefined;
  }
  deleteSnapshot(name: string): Refusal | undefined {
    return this.core.snapshots.delete(name) ? undefined : errors.noSnapshot(name);
  }
  seek(subscription: string, target: Target): Refusal | { readonly replayed: number; readonly dropped: number } {
    const { core } = this;
    const found = core.subscriptions.get(subscription);
    if (found === undefined) return errors.noSubscription(subscription);
    const topic = core.topics.get(found.config.topic);
    if (topic === undefined || found.detached) return errors.detached();
    const answer = seek(core, found, topic, target);
    found.retentionAt = 0;
    this.sign(found);
    return answer;
  }
  // Timers ---------------------------------------------------------------------
  timer(name: string, ref: number): void {
    const { core } = this;
    if (name === 'deadline') deadline(core, ref);
    else if (name === 'hold') release(core, ref);
    else if (name === 'pull') this.pullWaited(ref);
    else {
      const subscription = core.byNumber(ref);
      if (subscription === undefined) return;
      core.touch(subscription);
      if (name === 'retention') this.expireOld(subscription);
      else if (name === 'activity') this.watchActivity(subscription);
    }
    this.run();
  }
  save(): unknown {
    return saveCore(this.core);
  }
  load(saved: unknown): void {
    loadCore(this.core, saved);
  }

  private refusalOf(config: SubscriptionConfig): Refusal | undefined {
    const { deadLetter, retry } = config;
    const filter = parseFilter(config.filter);
    if (typeof filter === 'string') return errors.filter(filter);
    if (utf8Length(config.filter) > FILTER_BYTES) return errors.filter(`longer than ${FILTER_BYTES} bytes`);
    if (config.ackDeadline < LEAST_DEADLINE || config.ackDeadline > LONGEST * 1e6) return errors.ackDeadline(config.ackDeadline / 1e6);
    if (config.push && config.exactlyOnce) return errors.pushExactlyOnce();
    if (retry !== undefined && retry.minimum > retry.maximum) return errors.backoff();
    if (deadLetter === undefined) return undefined;
    if (deadLetter.attempts < 5 || deadLetter.attempts > 100) return errors.attempts(deadLetter.attempts);
    return this.core.topics.has(deadLetter.topic) ? undefined : errors.deadLetterTopic(deadLetter.topic);
  }
  private readable(name: string): Subscription | Refusal {
    const subscription = this.core.subscriptions.get(name);
    if (this.core.down) return { ...errors.unavailable() };
    if (subscription === undefined) return errors.noSubscription(name);
    if (subscription.detached) return errors.detached();
    return subscription.config.push ? errors.pullOfPush() : subscription;
  }
  private each(name: string, ackIds: readonly string[], todo: (subscription: Subscription, ackId: string) => AckResult): AckResult[] {
    const { core } = this;
    if (core.down) return ackIds.map(() => errors.unavailable());
    const subscription = core.subscriptions.get(name);
    if (subscription === undefined) return ackIds.map(() => errors.noSubscription(name));
    subscription.activeAt = core.now;
    const results = ackIds.map((ackId) => todo(subscription, ackId));
    this.run();
    return results;
  }
  private leaseOf(subscription: Subscription, ackId: string): { readonly seq: number; readonly lease: number | undefined } {
    const [seq = 0, lease = 0] = ackId.split('-').map(Number);
    return { seq, lease: subscription.entries.get(seq)?.lease?.id === lease ? lease : undefined };
  }
  /** A subscriber is there. */
  private sign(subscription: Subscription): void {
    subscription.activeAt = this.core.now;
    this.core.touch(subscription);
    this.run();
  }
  private pullWaited(id: number): void {
    const { core } = this;
    const subscription = core.byNumber(core.waits.get(id) ?? 0);
    core.waits.delete(id);
    const pull = subscription && [...subscription.pulls].find((one) => one.id === id);
    if (subscription === undefined || pull === undefined) return;
    subscription.pulls.remove((one) => one.id === id);
    core.tell({ kind: 'pulled', subscription: subscription.config.name, pull: id, client: pull.client, count: 0 });
  }
  /** Pull becomes push, or push pull: whoever was there is gone; what is out stays out until its deadline. */
  private changeDelivery(subscription: Subscription): void {
    for (const { client } of [...subscription.streams.values()]) this.closeStream(subscription.config.name, client);
    for (const { id, client } of subscription.pulls.clear()) this.core.tell({ kind: 'pulled', subscription: subscription.config.name, pull: id, client, count: 0 });
    subscription.pushing.out = 0;
    startSlowly(subscription);
  }
  private empty(subscription: Subscription, why: 'subscription_deleted' | 'subscription_expired' | 'detached'): void {
    for (const entry of [...subscription.entries.values()].sort((a, b) => a.stored.seq - b.stored.seq)) {
      this.core.tell({ kind: 'dropped', subscription: subscription.config.name, seq: entry.stored.seq, why });
      forget(this.core, subscription, entry);
    }
    for (const { id, client } of subscription.pulls.clear()) this.core.tell({ kind: 'pulled', subscription: subscription.config.name, pull: id, client, count: 0 });
    subscription.streams.clear();
    subscription.keys.clear();
  }
  private remove(subscription: Subscription, why: 'subscription_deleted' | 'subscription_expired'): void {
    const { core } = this;
    const { name, topic: of } = subscription.config;
    this.empty(subscription, why);
    const topic = core.topics.get(of);
    if (topic !== undefined) topic.subscriptions = topic.subscriptions.filter((one) => one !== name);
    core.subscriptions.delete(name);
    core.names.delete(subscription.id);
  }
  /** What waits beyond its retention goes. */
  private expireOld(subscription: Subscription): void {
    subscription.retentionAt = 0;
    for (;;) {
      const oldest = oldestOf(subscription);
      if (oldest === undefined || this.core.now - oldest.at < subscription.config.retention) return;
      const entry = subscription.entries.get(oldest.seq);
      subscription.byAge.shift();
      // What is out goes when it comes back.
      if (entry !== undefined && (entry.state === 'ready' || entry.state === 'held')) isTooOld(this.core, subscription, entry);
    }
  }
  /** Without a subscriber for the time of its expiration policy it is deleted. */
  private watchActivity(subscription: Subscription): void {
    const { ttl } = subscription.config;
    if (ttl === undefined) return;
    if (subscription.streams.size > 0 || subscription.pulls.size > 0 || subscription.address !== '') subscription.activeAt = this.core.now;
    const left = subscription.activeAt + ttl - this.core.now;
    if (left <= 0) this.remove(subscription, 'subscription_expired');
    else this.core.host.after(left, 'activity', subscription.id);
  }
  /** Delivers what can be delivered, wherever something has changed. */
  private run(): void {
    const { core } = this;
    for (let one = core.nextDue(); one !== undefined; one = core.nextDue()) {
      pump(core, one);
      const oldest = one.retentionAt === 0 ? oldestOf(one) : undefined;
      if (oldest === undefined) continue;
      one.retentionAt = Math.max(core.now, oldest.at + one.config.retention);
      core.host.after(one.retentionAt - core.now, 'retention', one.id);
    }
  }
}
