/** A Pulsar cluster in a scenario: brokers and bookies, the clients' sessions, and the way between them. */
import type { Delivery, Depth, Look, PublishListener, ReceiveListener, Refusal, Room, RoomHost, Topology } from '../contract.ts';
import type { Client } from './client.ts';
import { type ConsumerHost, PulsarConsumer } from './consumer.ts';
import type { PulsarEvent } from './events.ts';
import { depthsOf, lookAt } from './look.ts';
import { operate } from './operate.ts';
import { optionsOf } from './plan.ts';
import { type Config, Places } from './places.ts';
import { type ProducerHost, PulsarProducer } from './producer.ts';
import { readingOf, subscribeArgs } from './reading.ts';
import { choosePartition } from './router.ts';
import { PulsarServer } from './server.ts';
import { needsReconnect } from './settings.ts';
import { Teller, type TellerState } from './teller.ts';
import { type Attachment, type ClientState, type Handed, type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';

interface State {
  readonly server: unknown;
  readonly traffic: TrafficState;
  readonly teller: TellerState;
  readonly producers: readonly (readonly [string, unknown])[];
  readonly consumers: readonly (readonly [string, unknown])[];
  readonly begun: boolean;
}

export class PulsarRoom implements Room, ProducerHost, ConsumerHost {
  private readonly host: RoomHost;
  private readonly server: PulsarServer;
  private readonly places: Places;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly producers = new Map<string, PulsarProducer>();
  private readonly consumers = new Map<string, PulsarConsumer>();
  private begun = false;

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.places = new Places(topology);
    this.traffic = new Traffic(host);
    const clock = { now: () => host.now(), after: (delay: number, name: string, ref: number) => this.traffic.serverTimer(delay, name, ref) };
    this.server = new PulsarServer(clock, optionsOf(this.places.config()), () => host.luck(`${this.places.cluster} bookies`));
    this.teller = new Teller(host, this.places);
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    const changed = this.inOrder().filter(
      ({ state }) =>
        state.wanted &&
        needsReconnect(
          this.places.link(state.link),
          topology.links.find((l) => l.id === state.link),
        ),
    );
    for (const client of changed) client.close('graceful');
    if (this.begun) {
      for (const { name } of this.places.without(topology)) this.server.deleteTopic(name);
      // What becomes of what lies there is told where it lies.
      this.flush();
    }
    this.know(topology);
    if (!this.begun) this.server.start();
    this.begun = true;
    for (const topic of this.places.topics) this.server.createTopic(topic.name, topic);
    this.flush();
    for (const client of changed) client.open();
  }
  know(topology: Topology): void {
    this.places.know(topology);
    this.server.options = optionsOf(this.places.config());
  }
  publisher(link: string, client: string, listener: PublishListener): PulsarProducer {
    const session = new PulsarProducer(this.traffic.client(link, client, 'publish'), this, listener);
    this.producers.set(session.state.id, session);
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): PulsarConsumer {
    const session = new PulsarConsumer(this.traffic.client(link, client, 'receive'), this, listener);
    this.consumers.set(session.state.id, session);
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action === 'lose-next-ack') {
      const clients = [...this.traffic.sessions.values()].filter((s) => s.kind === 'receive' && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)));
      for (const one of clients) one.loseNextAck = true;
      return clients.length > 0 ? 'The next acknowledgements are lost, and with them the connection.' : undefined;
    }
    const done = operate(this.server, this.places, action, on, parameters);
    for (const { kind, actor, reason } of done?.told ?? []) this.host.record(kind, { place: this.places.cluster, actor, reason });
    this.flush();
    return done?.says;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.server) {
      const timer = this.traffic.takeTimer(ref);
      if (timer === undefined) return;
      this.server.timer(timer[0], timer[1]);
      return this.flush();
    }
    const call = this.traffic.takeCall(ref);
    const client = call && this.client(call.session);
    if (call !== undefined && client?.state.wanted === true && client.state.life === call.life) client.timer(call.name, call.arg, call.partition);
  }
  arrive(_what: number, ref: number): void {
    const thing = this.traffic.takeThing(ref);
    const client = thing && this.client(thing.session);
    if (thing === undefined || client === undefined) return;
    if (thing.do === 'forward') this.write(client.state, thing);
    else if (thing.do === 'forwarded') {
      if (thing.life === client.state.life) this.consumers.get(thing.session)?.forwarded(thing.tag, thing.copies, thing.refusal);
    } else {
      const a = client.state.attachments.find(({ partition }) => partition === thing.partition);
      if (a !== undefined) this.happen(client, a, thing);
    }
    this.flush();
  }
  astray(_what: number, ref: number): void {
    this.traffic.takeThing(ref);
  }
  linkChanged(): void {
    // TCP holds what is under way; neither side gives the connection up.
  }
  look(place: string, cells: number): Look | undefined {
    return lookAt(this.server, this.teller.ledger, this.places, place, cells);
  }
  depths(): readonly Depth[] {
    return depthsOf(this.server, this.places);
  }
  save(): unknown {
    const { server, traffic, teller, begun } = this;
    const state: State = { server: server.save(), traffic: traffic.save(), teller: teller.save(), producers: [...this.producers].map(([id, one]) => [id, one.save()]), consumers: [...this.consumers].map(([id, one]) => [id, one.save()]), begun };
    return state;
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.server.load(state.server);
    this.traffic.load(state.traffic);
    this.teller.load(state.teller);
    for (const [id, one] of state.producers) this.producers.get(id)?.load(one);
    for (const [id, one] of state.consumers) this.consumers.get(id)?.load(one);
    this.begun = state.begun;
  }
  // Hosts of clients -----------------------------------------------------------
  now(): number {
    return this.host.now();
  }
  up(state: ClientState, thing: Thing, messages: readonly number[] = []): void {
    this.traffic.up(state, thing, messages[0]);
    this.traffic.beside(state, messages);
  }
  later(state: ClientState, delay: number, name: string, arg: number, partition = ''): void {
    this.traffic.later(state, delay, name, arg, partition);
  }
  config(state: ClientState): Config {
    return this.places.configOf(state);
  }
  partitions(state: ClientState): readonly string[] {
    const topic = this.places.topicOf(state);
    const reading = state.kind === 'receive' ? readingOf(this.config(state)) : undefined;
    return [...this.server.lookUp(topic), ...(reading?.retryEnable === true ? this.server.lookUp(reading.retryTopic(topic)) : [])];
  }
  isRetryTopic(state: ClientState, partition: string): boolean {
    const topic = this.places.topicOf(state);
    return partition !== topic && this.places.node(partition) !== this.places.node(topic);
  }
  refused(state: ClientState, refusal: Refusal): void {
    this.host.record('refused', { place: this.placeOf(state), actor: state.client, reason: `pulsar.${refusal.name}` });
  }
  size(message: number): number {
    return this.host.messages.size(message);
  }
  keyOf(message: number): string {
    return this.host.keyName(message);
  }
  maxMessageSize(): number {
    return this.server.options.maxMessageSize;
  }
  draw(state: ClientState, n: number): number {
    return Math.floor(this.host.luck(`${state.id} routing`).next() * n);
  }
  forward(state: ClientState, tag: number, topic: string, message: number, deliverAfter: number, reconsumeTimes: number, cause: number): void {
    const args = { messages: [message], bytes: this.size(message), producer: `${state.id} to ${topic}`, sequence: -1, key: this.keyOf(message), deliverAt: deliverAfter > 0 ? this.now() + deliverAfter : -1, reconsumeTimes, cause };
    this.traffic.up(state, { do: 'forward', session: state.id, partition: topic, life: state.life, tag, args }, message);
  }

  private client(session: string): Client | undefined {
    return this.producers.get(session) ?? this.consumers.get(session);
  }
  /** By name: the order in which they were made is another one after a checkpoint was restored. */
  private inOrder(): Client[] {
    return [...this.producers.values(), ...this.consumers.values()].sort((a, b) => (a.state.id < b.state.id ? -1 : 1));
  }
  /** Where a client is in the history. */
  private placeOf(state: ClientState): string {
    const topic = this.places.topicOf(state);
    return state.kind === 'publish' ? this.places.node(topic) : this.places.place(topic, readingOf(this.config(state)).subscription);
  }
  /** A thing at its far end. */
  private happen(client: Client, a: Attachment, thing: Thing): void {
    const { state } = client;
    if (thing.do === 'attach') return this.attach(state, a, thing.life);
    if (thing.do === 'detach') return thing.life === a.served ? this.hangUp(state, a, 'pulsar.connection_closed') : undefined;
    const fromClient = thing.do === 'send' || thing.do === 'flow' || thing.do === 'ack' || thing.do === 'redeliver';
    if (fromClient ? thing.life !== a.served : thing.life !== a.life) return;
    if (fromClient) this.serve(state, a.partition, thing);
    else this.hear(client, a, thing);
  }
  /** A client's command at the broker. */
  private serve(state: ClientState, partition: string, thing: Thing): void {
    const { server } = this;
    const { subscription } = readingOf(this.config(state));
    switch (thing.do) {
      case 'send':
        return server.send(partition, { session: state.id, tag: thing.tag }, thing.args);
      case 'flow':
        return server.flow(partition, subscription, state.id, thing.permits);
      case 'ack':
        this.teller.farewell(partition, subscription, thing.farewells);
        if (thing.upTo >= 0) server.acknowledgeUpTo(partition, subscription, thing.upTo);
        return server.acknowledge(partition, subscription, thing.acks);
      case 'redeliver':
        return server.redeliver(partition, subscription, state.id, thing.positions, thing.why);
      default:
        return;
    }
  }
  /** A broker's word at the client. */
  private hear(client: Client, a: Attachment, thing: Thing): void {
    switch (thing.do) {
      case 'attached':
        return a.state === 'opening' ? client.attached(a, thing.refusal) : undefined;
      case 'granted':
        return a.state === 'waiting' ? client.granted(a) : undefined;
      case 'closed':
        return a.state === 'closed' ? undefined : client.lost(a, thing.why);
      case 'receipt':
        return this.producers.get(thing.session)?.receipt(a.partition, thing.tag, thing.refusal);
      case 'deliver':
        return this.consumers.get(thing.session)?.take(a, thing.parcel);
      default:
        return;
    }
  }
  private attach(state: ClientState, a: Attachment, life: number): void {
    if (life !== a.life) return;
    const config = this.config(state);
    const { server } = this;
    const name = config['producerName'];
    const mode = config['accessMode'];
    const answer =
      state.kind === 'receive'
        ? server.subscribe(a.partition, state.id, subscribeArgs(config, state.client))
        : server.connectProducer(a.partition, { session: state.id, name: typeof name === 'string' && name !== '' ? name : state.id, mode: mode === 'Exclusive' || mode === 'ExclusiveWithFencing' || mode === 'WaitForExclusive' ? mode : 'Shared', life: state.life });
    if (answer === null || answer === 'waiting') {
      const first = state.attachments.every(({ served }) => served < 0);
      a.served = life;
      if (first) this.host.record('joined', { place: this.placeOf(state), actor: state.client, detail: state.kind === 'receive' ? 1 : 0 });
    }
    this.traffic.down(state, { do: 'attached', session: state.id, partition: a.partition, life, refusal: answer });
  }
  /** The broker's end of a connection is gone. */
  private hangUp(state: ClientState, a: Attachment, why: string): void {
    if (a.served < 0) return;
    a.served = -1;
    if (state.kind === 'publish') this.server.disconnectProducer(a.partition, state.id);
    else for (const s of [...(this.server.partition(a.partition)?.subscriptions.values() ?? [])]) if (s.consumer(state.id) !== undefined) this.server.closeConsumer(a.partition, s.name, state.id);
    if (state.attachments.every(({ served }) => served < 0)) this.host.record('left', { place: this.placeOf(state), actor: state.client, reason: why });
  }
  /** A consumer's own producer writes a dead letter or a retry letter. */
  private write(state: ClientState, { session, partition: topic, life, tag, args }: Extract<Thing, { readonly do: 'forward' }>): void {
    const partitions = this.server.lookUp(topic);
    const partition = partitions[choosePartition({ mode: 'RoundRobinPartition', scheme: 'JavaStringHash', batching: false, publishDelay: 0 }, args.key, partitions.length, 0, 0, 0)];
    const config = this.config(state);
    const initial = config['initialSubscriptionName'];
    const p = this.server.partition(partition ?? '');
    const isDeadLetter = topic === readingOf(config).deadLetterTopic(this.places.topicOf(state));
    if (p !== undefined && isDeadLetter && typeof initial === 'string' && initial !== '' && !p.subscriptions.has(initial)) this.server.createSubscription(p, initial, 'Shared', 'Latest');
    this.flush();
    // The producer of an earlier life is gone, what it has sent is not.
    this.server.send(partition ?? topic, { session: life === state.life ? session : `${session} before`, tag }, args);
  }
  /** Tells what the brokers did since the last time, and lets clients know. */
  private flush(): void {
    const { out } = this.server;
    for (let i = 0; i < out.length; i++) this.follow(out[i] as PulsarEvent);
    out.length = 0;
  }
  private follow(event: PulsarEvent): void {
    this.teller.tell(event);
    switch (event.kind) {
      case 'dispatched':
        return this.dispatched(event);
      case 'receipt':
      case 'send-error': {
        const state = this.traffic.sessions.get(event.to.session);
        if (state === undefined) return;
        const refusal = event.kind === 'receipt' ? null : event.refusal;
        const { partition, to } = event;
        if (state.kind === 'receive') return this.traffic.down(state, { do: 'forwarded', session: state.id, partition, life: state.life, tag: to.tag, copies: this.server.partition(partition)?.subscriptions.size ?? 0, refusal });
        const a = this.served(state, partition);
        if (a !== undefined) this.traffic.down(state, { do: 'receipt', session: state.id, partition, life: a.served, tag: to.tag, refusal });
        return;
      }
      case 'closed': {
        const state = this.traffic.sessions.get(event.session);
        const a = state && this.served(state, event.partition);
        if (state === undefined || a === undefined) return;
        const life = a.served;
        this.hangUp(state, a, `pulsar.${event.why}`);
        return this.traffic.down(state, { do: 'closed', session: state.id, partition: event.partition, life, why: `pulsar.${event.why}` });
      }
      case 'granted': {
        const state = this.traffic.sessions.get(event.session);
        const a = state && this.served(state, event.partition);
        if (state !== undefined && a !== undefined) this.traffic.down(state, { do: 'granted', session: state.id, partition: event.partition, life: a.served });
        return;
      }
      default:
        return;
    }
  }
  private served(state: ClientState, partition: string): Attachment | undefined {
    return state.attachments.find((a) => a.partition === partition && a.served >= 0);
  }
  /** An entry goes to a consumer: its copies are handed out. */
  private dispatched({ partition, subscription, entry, consumer, redeliveries, indexes, durable }: Extract<PulsarEvent, { readonly kind: 'dispatched' }>): void {
    const session = this.consumers.get(consumer);
    const a = session && this.served(session.state, partition);
    if (session === undefined || a === undefined) return;
    const { ledger } = this.teller;
    const handed: Handed[] = [];
    for (const index of indexes) {
      const known = ledger.of(partition, subscription, entry.position)[index];
      if (known === undefined) continue;
      ledger.delivered(partition, subscription, known, session.state.client);
      const delivery: Delivery = { handle: session.nextHandle(), message: known.message, copy: known.copy, attempt: known.attempts, redelivered: known.attempts > 1, entry: known.entry };
      handed.push({ delivery, index });
      // Nobody waits for an acknowledgement of what is not persistent.
      if (!durable) ledger.ended('settled', partition, subscription, entry.position, index, 'pulsar.non_persistent');
    }
    const parcel = { position: entry.position, size: entry.messages.length, redeliveries, reconsumeTimes: entry.reconsumeTimes, handed };
    const messages = handed.map(({ delivery }) => delivery.message);
    this.traffic.down(session.state, { do: 'deliver', session: consumer, partition, life: a.served, parcel }, messages[0], handed[0]?.delivery.redelivered);
    this.traffic.beside(session.state, messages);
  }
}
