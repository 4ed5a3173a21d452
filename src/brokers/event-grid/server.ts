/** Event Grid: topics, domains, namespace topics, their subscriptions, and the containers for dead events. Instantaneous in virtual time. */
import type { RandomStream } from '../../kernel/random.ts';
import type { BrokerHost, Refusal } from '../contract.ts';
import { Container, type ContainerState } from './container.ts';
import { errors } from './errors.ts';
import type { EventView } from './event.ts';
import { filterOf } from './filter.ts';
import type { Happening } from './happenings.ts';
import type { Plan, PushPlan, SubscriptionPlan } from './plan.ts';
import { PushSubscription, type PushState } from './push.ts';
import { newQueue, QueueSubscription, type QueueState } from './queue.ts';
import type { Dead, Service, Stored } from './subscription.ts';
import { Topic, type TopicState } from './topic.ts';
import { Validation, type ValidationState } from './validation.ts';

export interface GridHost extends BrokerHost {
  luck(purpose: string): RandomStream;
}
/** An event that was posted to a topic. */
export interface Posted {
  readonly message: number;
  readonly bytes: number;
  /** The publish link. */
  readonly origin: string;
  readonly view: EventView;
  /** Of a domain: the topic in it. */
  readonly domainTopic: string;
}
export interface GridState {
  readonly next: number;
  readonly topics: readonly TopicState[];
  readonly subscriptions: readonly (PushState | QueueState)[];
  readonly containers: readonly ContainerState[];
  readonly validation: ValidationState;
  readonly refused: readonly (readonly [string, Refused])[];
}
/** A plan that was refused: it is not tried again until it changes. */
interface Refused {
  readonly plan: string;
  readonly text: string;
}
const isPush = (state: PushState | QueueState): state is PushState => state.plan.mode === 'push';

export class EventGrid implements Service {
  readonly out: Happening[] = [];
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, PushSubscription | QueueSubscription>();
  readonly containers = new Map<string, Container>();
  readonly validation: Validation;
  private readonly host: GridHost;
  private counter = 0;
  /** By node. */
  private refused = new Map<string, Refused>();
  /** Subscriptions by topic, in the order of their making. */
  private readonly byTopic = new Map<string, (PushSubscription | QueueSubscription)[]>();
  constructor(host: GridHost) {
    this.host = host;
    this.validation = new Validation(this);
  }
  // Service --------------------------------------------------------------------
  now(): number {
    return this.host.now();
  }
  after(delay: number, name: string, ref: number): void {
    this.host.after(delay, name, ref);
  }
  luck(purpose: string): RandomStream {
    return this.host.luck(purpose);
  }
  tell(happening: Happening): void {
    this.out.push(happening);
  }
  next(): number {
    return this.counter++;
  }
  store(name: string, event: Dead): Stored {
    const container = [...this.containers.values()].find((one) => one.name === name);
    if (container === undefined) return 'not_found';
    if (container.isDown) return 'unavailable';
    const stored = this.next();
    container.events.set(stored, { ...event, stored });
    this.tell({ kind: 'dead-lettered', id: event.id, why: event.why, answer: event.answer, container: container.node, stored, message: event.message });
    return 'stored';
  }
  // Administration -------------------------------------------------------------
  /** Makes the resources those of a plan. */
  configure(plan: Plan): void {
    const kept = <T extends { readonly node: string }>(all: readonly T[]) => new Set(all.map(({ node }) => node));
    const [topics, containers] = [kept(plan.topics), kept(plan.containers)];
    for (const node of [...this.topics.keys()]) if (!topics.has(node)) this.topics.delete(node);
    for (const node of [...this.containers.keys()]) if (!containers.has(node)) this.removeContainer(node);
    for (const one of plan.topics) {
      const known = this.topics.get(one.node);
      if (known) known.plan = one;
      else this.topics.set(one.node, new Topic(one));
    }
    for (const { node, name } of plan.containers) {
      const known = this.containers.get(node);
      if (known) known.name = name;
      else this.containers.set(node, new Container(node, name));
    }
    this.configureSubscriptions(plan.subscriptions);
  }
  /** Makes a subscription anew: after its validation has failed. */
  recreate(node: string, plan: SubscriptionPlan): void {
    this.removeSubscription(node, 'subscription_deleted');
    this.refused.delete(node);
    this.create(plan);
    this.index();
  }
  /** Why a subscription does not exist as it is described. */
  whyRefused(node: string): string | undefined {
    return this.refused.get(node)?.text;
  }
  // Publishing -----------------------------------------------------------------
  /** @returns why the event is refused */
  publish(node: string, { message, bytes, origin, view, domainTopic }: Posted): Refusal | undefined {
    const topic = this.topics.get(node);
    if (topic === undefined) return errors.notFound();
    const refused = topic.take(bytes, this.now());
    if (refused !== undefined) return refused;
    const matching = (this.byTopic.get(node) ?? []).filter((one) => one.isActive && (one.plan.domainTopic === '' || one.plan.domainTopic === domainTopic) && one.matches(view));
    this.tell({ kind: 'accepted', topic: node, message, copies: matching.length });
    if (matching.length === 0) {
      topic.counts.unmatched++;
      this.tell({ kind: 'unmatched', topic: node, message });
    }
    for (const subscription of matching) {
      const id = this.next();
      this.tell({ kind: 'matched', subscription: subscription.node, link: subscription.plan.link, id, message });
      subscription.accept({ id, message, bytes, origin });
    }
    return undefined;
  }
  push(node: string): PushSubscription | undefined {
    const found = this.subscriptions.get(node);
    return found instanceof PushSubscription ? found : undefined;
  }
  queue(node: string): QueueSubscription | undefined {
    const found = this.subscriptions.get(node);
    return found instanceof QueueSubscription ? found : undefined;
  }
  timer(name: string, ref: number): void {
    const cut = name.indexOf(' ');
    const [what, node] = [name.slice(0, cut), name.slice(cut + 1)];
    if (what === 'validation') this.validation.timer(node, ref);
    else if (what === 'expiration') {
      const found = this.push(node);
      if (found === undefined || found.plan.expires === undefined || found.plan.expires > this.now()) return;
      this.removeSubscription(node, 'subscription_expired');
      this.index();
    } else this.subscriptions.get(node)?.timer(what, ref);
  }
  save(): GridState {
    return {
      next: this.counter,
      topics: [...this.topics.values()].map((topic) => topic.save()),
      subscriptions: [...this.subscriptions.values()].map((one) => one.save()),
      containers: [...this.containers.values()].map((container) => container.save()),
      validation: this.validation.save(),
      refused: [...this.refused],
    };
  }
  /** @param plan the one that was configured last */
  load(state: GridState, plan: Plan): void {
    this.counter = state.next;
    this.topics.clear();
    this.subscriptions.clear();
    this.containers.clear();
    for (const saved of state.topics) {
      const known = plan.topics.find(({ node }) => node === saved.node);
      if (known === undefined) continue;
      const topic = new Topic(known);
      topic.load(saved);
      this.topics.set(saved.node, topic);
    }
    for (const saved of state.subscriptions) {
      const filter = filterOf(saved.plan);
      if ('refused' in filter) continue;
      const one = isPush(saved) ? new PushSubscription(this, saved.plan, filter) : new QueueSubscription(this, saved.plan, filter);
      if (one instanceof PushSubscription && isPush(saved)) one.load(saved);
      else if (one instanceof QueueSubscription && !isPush(saved)) one.load(saved);
      this.subscriptions.set(one.node, one);
    }
    for (const saved of state.containers) {
      const container = new Container(saved.node, saved.name);
      container.load(saved);
      this.containers.set(saved.node, container);
    }
    this.validation.load(state.validation);
    this.refused = new Map(state.refused);
    this.index();
  }

  private configureSubscriptions(wanted: readonly SubscriptionPlan[]): void {
    const nodes = new Map(wanted.map((one) => [one.node, one]));
    for (const [node, known] of [...this.subscriptions]) {
      const plan = nodes.get(node);
      // Of another topic it is another subscription.
      if (plan === undefined || plan.topic !== known.plan.topic || plan.mode !== known.plan.mode) this.removeSubscription(node, 'subscription_deleted');
    }
    for (const node of [...this.refused.keys()]) if (!nodes.has(node)) this.refused.delete(node);
    for (const plan of wanted) {
      if (this.refused.get(plan.node)?.plan === JSON.stringify(plan)) continue;
      this.refused.delete(plan.node);
      const known = this.subscriptions.get(plan.node);
      if (known === undefined) this.create(plan);
      else if (JSON.stringify(known.plan) !== JSON.stringify(plan)) this.update(known, plan);
    }
    this.index();
  }
  private create(plan: SubscriptionPlan): void {
    const filter = filterOf(plan);
    if ('refused' in filter) return this.refuse(plan, filter);
    if (plan.mode === 'queue') {
      const made = newQueue(this, plan, filter);
      if ('refused' in made) return this.refuse(plan, made);
      this.subscriptions.set(plan.node, made);
      return this.tell({ kind: 'subscription', subscription: plan.node, state: 'Succeeded' });
    }
    const wrong = wrongPush(plan, this.now());
    if (wrong !== undefined) return this.refuse(plan, wrong);
    // Without an endpoint there is nothing to subscribe.
    if (plan.endpoint === undefined) return;
    this.subscriptions.set(plan.node, new PushSubscription(this, plan, filter));
    if (plan.expires !== undefined) this.after(plan.expires - this.now(), `expiration ${plan.node}`, 0);
    this.validation.begin(plan.node);
  }
  private update(known: PushSubscription | QueueSubscription, plan: SubscriptionPlan): void {
    const before = known.plan;
    const refused = known instanceof PushSubscription ? (plan.mode === 'push' ? (wrongPush(plan, this.now()) ?? known.update(plan)) : undefined) : plan.mode === 'queue' ? known.update(plan) : undefined;
    if (refused !== undefined) return this.refuse(plan, refused, known instanceof PushSubscription ? known.provisioning : 'Succeeded');
    if (plan.mode !== 'push' || before.mode !== 'push') return;
    if (plan.expires !== undefined && plan.expires !== before.expires) this.after(plan.expires - this.now(), `expiration ${plan.node}`, 0);
    if (plan.endpoint !== undefined && (plan.endpoint !== before.endpoint || plan.handshake !== before.handshake)) this.validation.begin(plan.node);
  }
  private refuse(plan: SubscriptionPlan, refusal: Refusal, state: PushSubscription['provisioning'] = 'Failed'): void {
    this.refused.set(plan.node, { plan: JSON.stringify(plan), text: refusal.text });
    this.tell({ kind: 'subscription', subscription: plan.node, state, refusal });
  }
  private removeSubscription(node: string, why: 'subscription_deleted' | 'subscription_expired'): void {
    this.subscriptions.get(node)?.end(why);
    this.subscriptions.delete(node);
    this.validation.forget(node);
  }
  private removeContainer(node: string): void {
    for (const { stored } of this.containers.get(node)?.events.values() ?? []) this.tell({ kind: 'dropped', id: stored, why: 'subscription_deleted' });
    this.containers.delete(node);
  }
  private index(): void {
    this.byTopic.clear();
    for (const one of this.subscriptions.values()) this.byTopic.set(one.plan.topic, [...(this.byTopic.get(one.plan.topic) ?? []), one]);
  }
}
/** https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema#event-schema-compatibility */
function wrongPush({ inputSchema, eventDeliverySchema, expires }: PushPlan, now: number): Refusal | undefined {
  if (inputSchema === 'CloudEventSchemaV1_0' && eventDeliverySchema === 'EventGridSchema') return errors.badSubscription('Events that come in as CloudEvents v1.0 cannot be delivered in the Event Grid schema.');
  return expires !== undefined && expires <= now ? errors.invalidExpiration() : undefined;
}
