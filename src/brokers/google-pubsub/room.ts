/** Pub/Sub in a scenario: the service, its clients, and the way between them. */
import { copyOf } from '../../base/copy.ts';
import type { Delivery, Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Room, RoomHost, Topology } from '../contract.ts';
import { applyPlan } from './administrate.ts';
import { isRefusal, named } from './errors.ts';
import type { Attributes } from './filter.ts';
import { ackIdOf } from './leases.ts';
import { depthsOf, lookAt } from './look.ts';
import type { PubSubEvent } from './model.ts';
import { operate } from './operate.ts';
import { attributesOf, type Config, EMPTY, orderingKeyOf, type Plan, planOf, type Publishing, publishingOf, type Receiving, receivingOf } from './plan.ts';
import { PubSubPublisher, type PublisherHost } from './publisher.ts';
import { PubSubServer } from './server.ts';
import { PubSubSubscriber, type SubscriberHost } from './subscriber.ts';
import { type Geography, Teller } from './teller.ts';
import { type PublisherState, type SessionState, type SubscriberState, type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';

/** Until a request that nobody answers has failed, µs. */
const UNREACHABLE = 2000;

interface State {
  readonly server: unknown;
  readonly traffic: TrafficState;
  readonly teller: unknown;
  readonly applied: Plan;
  readonly settings: readonly (readonly [string, Receiving])[];
}
export class PubSubRoom implements Room, PublisherHost, SubscriberHost, Geography {
  private readonly host: RoomHost;
  private readonly server: PubSubServer;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private topology: Topology;
  private plan: Plan = EMPTY;
  /** The plan that the service knows. */
  private applied: Plan = EMPTY;
  /** How subscribers were set up when they last connected, by session. */
  private settings = new Map<string, Receiving>();
  private readonly publishers = new Map<string, PubSubPublisher>();
  private readonly subscribers = new Map<string, PubSubSubscriber>();
  /** Sessions by subscription and client. */
  private byHolder = new Map<string, string>();
  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.topology = topology;
    this.traffic = new Traffic(host);
    const luck = {
      chance: (share: number, purpose: string) => share > 0 && (share >= 1 || host.luck(purpose).next() < share),
      pick: (n: number, purpose: string) => Math.floor(host.luck(purpose).next() * n),
    };
    this.server = new PubSubServer({ now: () => host.now(), after: (delay, name, ref) => this.traffic.serverTimer(delay, name, ref) }, luck);
    this.teller = new Teller(host, this);
    this.know(topology);
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    this.know(topology);
    const refused = applyPlan(this.server, this.applied, this.plan);
    this.applied = this.plan;
    for (const { node, refusal } of refused) this.host.record('refused', { place: node, actor: this.topology.cluster.id, reason: named(refusal).name });
    for (const { config, endpoint } of this.plan.subscriptions) if (config.push) this.serveEndpoint(config.name, endpoint);
    this.flush();
    for (const state of this.traffic.subscribers.values()) if (this.isSetUpAnew(state)) this.subscribers.get(state.id)?.reopen();
  }
  know(topology: Topology): void {
    this.topology = topology;
    this.plan = planOf(topology);
    this.byHolder.clear();
  }
  publisher(link: string, client: string, listener: PublishListener): PublishSession {
    const id = `${client} ${link}`;
    const session = new PubSubPublisher(this.traffic.publisher(id, link, client), this, listener);
    this.publishers.set(id, session);
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): ReceiveSession {
    const id = `${client} ${link}`;
    const session = new PubSubSubscriber(this.traffic.subscriber(id, link, client), this, listener);
    this.subscribers.set(id, session);
    this.byHolder.clear();
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    const { server } = this;
    if (action === 'lose-next-ack') {
      const some = [...this.traffic.subscribers.values()].filter((s) => s.client === on || s.link === on || s.client.startsWith(`${on}/`));
      for (const s of some) s.loseNextAck = true;
      return some.length > 0 ? 'The next acknowledgement is lost.' : undefined;
    }
    if (action === 'resume-publish') {
      const key = typeof parameters['key'] === 'string' ? parameters['key'] : '';
      const found = [...this.traffic.publishers.values()].filter((s) => (s.link === on || s.client === on) && this.configured(s.link)).flatMap((s) => this.publishers.get(s.id) ?? []);
      const resumed = found.flatMap((one) => (key === '' ? one.pausedKeys : [key]).filter((name) => one.resumePublish(name)));
      return found.length > 0 ? `${resumed.length} ordering keys go on.` : undefined;
    }
    const isOurs = on === this.topology.cluster.id || this.plan.topics.some((t) => t.node === on) || this.plan.subscriptions.some((s) => s.node === on);
    if (!isOurs) return undefined;
    if (action === 'pubsub-outage' || action === 'pubsub-recovers' || action === 'start-cluster') {
      server.setDown(action === 'pubsub-outage');
      this.flush();
      return server.down ? 'The service answers UNAVAILABLE.' : 'The service answers again.';
    }
    const name = this.plan.subscriptions.find((s) => s.node === on)?.config.name;
    const said = name === undefined ? undefined : operate(server, action, name, parameters, this.host.now());
    this.flush();
    return said;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.server) {
      const timer = this.traffic.takeTimer(ref);
      if (timer === undefined) return;
      this.server.timer(timer[0], timer[1]);
      this.flush();
    } else this.arrive(what, ref);
  }
  arrive(_what: number, ref: number): void {
    const thing = this.traffic.takeThing(ref);
    if (thing !== undefined) this.happen(thing);
  }
  astray(_what: number, ref: number): void {
    this.traffic.takeThing(ref);
  }
  linkChanged(): void {}
  look(place: string, cells: number): Look | undefined {
    const paused = [...this.publishers.values()].reduce((sum, one) => sum + one.pausedKeys.length, 0);
    return lookAt(this.server, this.plan, { place, cells, now: this.host.now(), paused, copyOf: (name, seq) => this.teller.of(name, seq)?.copy ?? -1 });
  }
  depths(): readonly Depth[] {
    return depthsOf(this.server, this.plan, this.host.now());
  }
  save(): unknown {
    return { server: this.server.save(), traffic: this.traffic.save(), teller: this.teller.save(), ...copyOf({ applied: this.applied, settings: [...this.settings] }) };
  }
  load(saved: unknown): void {
    const { server, traffic, teller, applied, settings } = saved as State;
    this.server.load(server);
    this.traffic.load(traffic);
    this.teller.load(teller);
    this.applied = copyOf(applied);
    this.settings = new Map(copyOf(settings));
  }
  // Geography ------------------------------------------------------------------
  topicNode(name: string): string {
    return this.plan.topics.find(({ config }) => config.name === name)?.node ?? name;
  }
  subscriptionNode(name: string): string {
    return this.plan.subscriptions.find(({ config }) => config.name === name)?.node ?? name;
  }
  wire(name: string): string | undefined {
    return this.plan.subscriptions.find(({ config }) => config.name === name)?.wire;
  }
  // Hosts of the sessions ------------------------------------------------------
  now(): number {
    return this.host.now();
  }
  up(state: SessionState, thing: Thing, message = -1): void {
    this.traffic.up(state, thing, message);
  }
  later(delay: number, thing: Thing): void {
    this.traffic.later(delay, thing);
  }
  publishing(state: PublisherState): Publishing {
    const to = this.topology.links.find((l) => l.id === state.link)?.to;
    return publishingOf(this.plan.topics.find(({ node }) => node === to)?.config.name ?? '', this.configOf(state.link));
  }
  labels(state: PublisherState, message: number): { readonly key: string; readonly attributes: Attributes; readonly size: number } {
    const config = this.configOf(state.link);
    const key = this.host.keyName(message);
    return { key: orderingKeyOf(config, key), attributes: attributesOf(config, key), size: this.host.messages.size(message) };
  }
  receiving(state: SubscriberState): Receiving {
    const from = this.topology.links.find((l) => l.id === state.link)?.from;
    const plan = this.plan.subscriptions.find(({ node }) => node === from);
    return receivingOf(plan, this.configOf(state.link));
  }
  endpointChanged(state: SubscriberState): void {
    const found = this.plan.subscriptions.find(({ endpoint }) => endpoint?.link === state.link);
    if (found === undefined) return;
    this.settings.set(state.id, this.receiving(state));
    this.serveEndpoint(found.config.name, found.endpoint);
    this.flush();
  }

  private configOf(link: string): Config {
    return this.topology.links.find((l) => l.id === link)?.config ?? {};
  }
  private serveEndpoint(name: string, endpoint: Plan['subscriptions'][number]['endpoint']): void {
    const there = [...this.traffic.subscribers.values()].filter(({ link, wanted }) => wanted && link === endpoint?.link).map(({ client }) => client);
    this.server.setEndpoint(name, endpoint?.client ?? '', there, endpoint?.firstWindow ?? 3);
  }
  /** What a subscriber tells the service when it connects is no longer what the document says. */
  private isSetUpAnew(state: SubscriberState): boolean {
    const { method, push, stream, subscription } = this.receiving(state);
    const known = this.settings.get(state.id);
    if (known === undefined || !state.wanted) return false;
    return known.method !== method || known.push !== push || known.subscription !== subscription || JSON.stringify(known.stream) !== JSON.stringify(stream);
  }
  private sessionOf(subscription: string, client: string): SubscriberState | undefined {
    if (this.byHolder.size === 0) {
      for (const state of this.traffic.subscribers.values()) if (this.configured(state.link)) this.byHolder.set(`${this.receiving(state).subscription} ${state.client}`, state.id);
    }
    return this.traffic.subscribers.get(this.byHolder.get(`${subscription} ${client}`) ?? '');
  }
  private configured(link: string): boolean {
    return this.topology.links.some((l) => l.id === link);
  }
  /** Tells the history what happened, and sends what is to be sent. */
  private flush(): void {
    const { out } = this.server;
    for (let i = 0; i < out.length; i++) {
      const event = out[i] as PubSubEvent;
      const known = this.teller.tell(event);
      if (event.kind === 'delivered' && known !== undefined) this.send(event, known.copy, known.entry);
      else if (event.kind === 'pulled') {
        const state = this.sessionOf(event.subscription, event.client);
        if (state !== undefined) this.traffic.down(state, { do: 'answered', refusal: null, session: state.id, life: state.served });
      }
    }
    out.length = 0;
  }
  private send(event: Extract<PubSubEvent, { kind: 'delivered' }>, copy: number, entry: number): void {
    const { subscription, seq, message, lease, attempt, pushed, holder } = event;
    const ackId = ackIdOf(seq, lease);
    const state = this.sessionOf(subscription, holder);
    if (state === undefined) {
      // Nobody listens there.
      if (pushed) this.traffic.later(UNREACHABLE, { do: 'respond', subscription, ackId, status: 503, session: '', life: 0 });
      return;
    }
    const delivery: Delivery = { handle: state.nextHandle++, message, copy, attempt, redelivered: attempt > 1, entry };
    const key = this.server.subscription(subscription)?.entries.get(seq)?.stored.key ?? '';
    this.traffic.down(state, { do: 'deliver', delivery, ackId, key, pushed, session: state.id, life: pushed ? state.life : state.served }, message, delivery.redelivered);
  }
  private happen(thing: Thing): void {
    if (thing.do === 'respond') {
      this.server.pushAnswered(thing.subscription, thing.ackId, thing.status);
      return this.flush();
    }
    const publisher = this.traffic.publishers.get(thing.session);
    if (publisher !== undefined) return this.ofPublisher(publisher, thing);
    const subscriber = this.traffic.subscribers.get(thing.session);
    if (subscriber !== undefined) this.ofSubscriber(subscriber, thing);
  }
  private ofPublisher(state: PublisherState, thing: Thing): void {
    const session = this.publishers.get(state.id);
    if (thing.do === 'publish') {
      const { topic } = this.publishing(state);
      const messages = thing.items.map(({ message, attributes }) => ({ message, attributes, key: thing.key, size: this.host.messages.size(message) }));
      const answer = this.server.publish(topic, messages);
      this.flush();
      if (isRefusal(answer) && answer.name === 'RESOURCE_EXHAUSTED') this.host.record('throttled', { place: state.client, actor: state.client, reason: named(answer).name });
      this.traffic.down(state, { do: 'published', batch: thing.batch, refusal: isRefusal(answer) ? answer : null, session: state.id, life: thing.life });
    } else if (thing.life !== state.life || session === undefined) return;
    else if (thing.do === 'published') session.answered(thing.batch, thing.refusal);
    else if (thing.do === 'wake' && (thing.why === 'flush' || thing.why === 'again' || thing.why === 'timeout')) session.woken(thing.why, thing.ref);
  }
  private ofSubscriber(state: SubscriberState, thing: Thing): void {
    const receiving = this.receiving(state);
    const name = receiving.subscription;
    switch (thing.do) {
      case 'open':
      case 'pull': {
        if (thing.life !== state.life) return;
        const isFirst = state.served !== thing.life;
        state.served = thing.life;
        this.settings.set(state.id, receiving);
        const answer = thing.do === 'open' ? this.server.openStream(name, state.client, receiving.stream) : this.server.pull(name, state.client, thing.count);
        const node = this.plan.subscriptions.find(({ config }) => config.name === name)?.node ?? name;
        if (isRefusal(answer)) {
          this.host.record('refused', { place: node, actor: state.client, reason: named(answer).name });
          this.traffic.down(state, { do: 'answered', refusal: answer, session: state.id, life: thing.life });
        } else if (isFirst) this.host.record('joined', { place: node, actor: state.client, detail: 1 });
        return this.flush();
      }
      case 'close':
        this.server.closeStream(name, state.client);
        this.server.cancelPulls(name, state.client);
        if (name !== '' && !receiving.push) this.host.record('left', { place: this.subscriptionNode(name), actor: state.client, reason: 'google-pubsub.stream_closed' });
        return this.flush();
      case 'modify':
        this.server.modifyAckDeadline(name, thing.ackIds, thing.seconds);
        return this.flush();
      case 'ack': {
        const [result] = this.server.acknowledge(name, [thing.ackId]);
        this.flush();
        const isKnown = receiving.exactlyOnce && result !== undefined;
        if (isKnown) this.traffic.down(state, { do: 'acked', ackId: thing.ackId, delivery: thing.delivery, tries: thing.tries, refusal: isRefusal(result) ? result : null, session: state.id, life: thing.life });
        return;
      }
      default:
        this.hear(state, thing);
    }
  }
  /** Something came down to a subscriber, or it wakes. */
  private hear(state: SubscriberState, thing: Thing): void {
    const session = this.subscribers.get(state.id);
    if (thing.life !== state.life || !state.wanted || session === undefined) {
      // A request to an endpoint that is no more.
      if (thing.do === 'deliver' && thing.pushed) this.traffic.up(state, { do: 'respond', subscription: this.receiving(state).subscription, ackId: thing.ackId, status: 503, session: state.id, life: state.life });
      return;
    }
    if (thing.do === 'deliver') session.take(thing.delivery, thing.ackId, thing.key, thing.pushed);
    else if (thing.do === 'answered') session.answered(thing.refusal);
    else if (thing.do === 'acked') session.acked(thing.delivery, thing.ackId, thing.tries, thing.refusal);
    else if (thing.do === 'wake' && thing.why === 'keep alive') session.keepAlive();
    else if (thing.do === 'wake' && thing.why === 'reopen') session.reopen();
    else if (thing.do === 'wake' && thing.retry !== undefined) this.up(state, { do: 'ack', ...thing.retry, session: state.id, life: state.life });
  }
}
