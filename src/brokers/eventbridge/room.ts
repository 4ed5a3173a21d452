/** EventBridge in a scenario: the service, the sessions of producers, targets and readers of queues, and the way between them. */
import type { RandomStream } from '../../kernel/random.ts';
import type { Delivery, Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Room, RoomHost, Topology } from '../contract.ts';
import { administrate } from './administrate.ts';
import { EndpointSession } from './endpoint.ts';
import { lookAt } from './look.ts';
import type { Invocation } from './model.ts';
import { operate } from './operate.ts';
import { type Config, NOTHING, plan, type Plan } from './plan.ts';
import { PutEventsSession } from './publishing.ts';
import { DeadLetterQueue, type Item, type QueueState } from './queue.ts';
import { QueueSession } from './receiving.ts';
import { handleOf, invocationOf, Requests } from './requests.ts';
import { EventBridge, type Matched, type ServiceSink, type ServiceState } from './service.ts';
import { deadOf, type Geography, Teller } from './teller.ts';
import { type SessionState, type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';

interface State {
  readonly service: ServiceState;
  readonly traffic: TrafficState;
  readonly requests: ReturnType<Requests['save']>;
  readonly queues: readonly (readonly [string, QueueState])[];
  /** Readers whose ReceiveMessage waits, by queue. */
  readonly polls: readonly (readonly [string, readonly Poll[]])[];
  /** Where every target that ever was leads to, by link. */
  readonly leads: readonly (readonly [string, string])[];
  readonly applied: Plan;
  readonly turns: readonly (readonly [string, number])[];
}
interface Poll {
  readonly session: string;
  readonly life: number;
  readonly most: number;
}
export class EventBridgeRoom implements Room, ServiceSink, Geography {
  readonly traffic: Traffic;
  readonly service: EventBridge;
  private readonly host: RoomHost;
  private readonly teller: Teller;
  private readonly requests = new Requests();
  private queues = new Map<string, DeadLetterQueue>();
  private polls = new Map<string, Poll[]>();
  private leads = new Map<string, string>();
  /** Whose turn it was last among the instances of a target. */
  private turns = new Map<string, number>();
  private links = new Map<string, Topology['links'][number]>();
  private wires = new Map<string, string>();
  private entities: Plan = NOTHING;
  /** What the service was told of. */
  private applied: Plan = NOTHING;
  private readonly publishers = new Map<string, PutEventsSession>();
  private readonly endpoints = new Map<string, EndpointSession>();
  private readonly readers = new Map<string, QueueSession>();

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.know(topology);
    this.traffic = new Traffic(host);
    this.teller = new Teller(host, this);
    const { messages } = host;
    const clock = { now: () => host.now(), after: (delay: number, name: string, ref: number) => this.traffic.serverTimer(delay, name, ref), luck: (purpose: string) => this.luck(purpose) };
    this.service = new EventBridge(clock, (message) => ({ key: host.keyName(message), seq: messages.seq(message), size: messages.size(message) }), this);
  }
  luck(purpose: string): RandomStream {
    return this.host.luck(`eventbridge ${purpose}`);
  }
  // Geography ------------------------------------------------------------------
  placeOf(rule: string, target: string): string {
    return `${rule}/${this.leads.get(target) ?? target}`;
  }
  wire(from: string, to: string): string | undefined {
    return this.wires.get(`${from} ${to}`);
  }
  // What sessions ask ----------------------------------------------------------
  configOf(link: string): Config {
    return this.links.get(link)?.config ?? {};
  }
  busOf(link: string): string {
    return this.links.get(link)?.to ?? '';
  }
  isFunction(link: string): boolean {
    return this.links.get(link)?.kind === 'lambda';
  }
  openAt(session: string): ReadonlyMap<number, Delivery> {
    return this.requests.at(session);
  }
  throttled(bus: string, client: string): void {
    this.host.record('throttled', { place: bus, actor: client, reason: 'eventbridge.ThrottlingException' });
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    this.know(topology);
    for (const { link, config } of this.entities.targets) this.leads.set(link, config.to);
    this.keepQueues();
    const refused = administrate(this.service, this.applied, this.entities);
    this.applied = this.entities;
    for (const { node, refusal } of refused) this.host.record('refused', { place: node, actor: node, reason: `eventbridge.${refusal.name}` });
  }
  know(topology: Topology): void {
    this.links = new Map(topology.links.map((link) => [link.id, link]));
    this.wires = new Map(topology.links.map(({ id, from, to }) => [`${from} ${to}`, id]));
    this.entities = plan(topology);
  }
  publisher(link: string, client: string, listener: PublishListener): PublishSession {
    const state = this.traffic.session(link, client, 'publish');
    const session = new PutEventsSession(state, this, listener);
    this.publishers.set(state.id, session);
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): ReceiveSession {
    if (this.links.get(link)?.kind === 'consume') {
      const state = this.traffic.session(link, client, 'queue');
      const session = new QueueSession(state, this, listener);
      this.readers.set(state.id, session);
      return session;
    }
    const state = this.traffic.session(link, client, 'target');
    const session = new EndpointSession(state, this, listener);
    this.endpoints.set(state.id, session);
    return session;
  }
  act(action: string, on: string, parameters: Config): string | undefined {
    if (action === 'lose-next-ack') {
      const sessions = [...this.traffic.sessions.values()].filter((s) => s.kind !== 'publish' && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)));
      for (const session of sessions) session.loseNextAck = true;
      return sessions.length > 0 ? 'The next answer is lost.' : undefined;
    }
    return operate({ service: this.service, plan: this.entities, now: this.host.now(), redrive: (queue) => this.redrive(queue), purge: (queue) => this.purge(queue) }, action, on, parameters);
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.thing) return this.arrive(what, ref);
    const timer = this.traffic.takeTimer(ref);
    if (timer === undefined) return;
    const [what1, queue = ''] = timer[0].split(' ');
    if (what1 === 'visibility' || what1 === 'retention') this.queues.get(queue)?.timer(what1, timer[1]);
    else this.service.timer(timer[0], timer[1]);
  }
  arrive(_what: number, ref: number): void {
    const found = this.traffic.take(ref);
    if (found) this.happen(found.state, found.thing);
  }
  astray(_what: number, ref: number): void {
    this.traffic.take(ref);
  }
  linkChanged(): void {}
  look(place: string, cells: number): Look | undefined {
    return lookAt({ service: this.service, plan: this.entities, queues: this.queues, now: this.host.now(), placeOf: (rule, target) => this.placeOf(rule, target) }, place, cells);
  }
  depths(): readonly Depth[] {
    const targets = this.service.invocations.lineCounts().map(({ rule, id, waiting, coming, out }): Depth => ({ place: this.placeOf(rule, id), pending: waiting, inFlight: out, delayed: coming, oldest: -1 }));
    return [...targets, ...[...this.queues.values()].map((queue): Depth => ({ place: queue.name, pending: queue.waiting, inFlight: queue.held, oldest: -1 }))];
  }
  save(): unknown {
    const state: State = {
      service: this.service.save(),
      traffic: this.traffic.save(),
      requests: this.requests.save(),
      queues: [...this.queues].map(([name, queue]) => [name, queue.save()]),
      polls: [...this.polls].map(([queue, polls]) => [queue, [...polls]]),
      leads: [...this.leads],
      applied: this.applied,
      turns: [...this.turns],
    };
    return state;
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.applied = state.applied;
    this.service.load(state.service);
    this.traffic.load(state.traffic);
    this.requests.load(state.requests);
    this.queues = new Map();
    for (const [name, config] of Object.entries(this.applied.queues)) this.queues.set(name, new DeadLetterQueue(name, config, this.queueClock(), this));
    for (const [name, queue] of state.queues) this.queues.get(name)?.load(queue);
    this.polls = new Map(state.polls.map(([queue, polls]) => [queue, [...polls]]));
    this.leads = new Map(state.leads);
    this.turns = new Map(state.turns);
  }
  // ServiceSink ----------------------------------------------------------------
  matched(matched: Matched): void {
    this.teller.matched(matched);
  }
  /** The call goes to whichever instance has the fewest open requests, in turn among equals. */
  invoke(invocation: Invocation): void {
    const { target, event, attempts } = invocation;
    const up = this.traffic.of(target).filter((s) => s.up);
    const turn = this.turns.get(target) ?? 0;
    let chosen: SessionState | undefined;
    for (let i = 0; i < up.length; i++) {
      const one = up[(turn + i) % up.length] as SessionState;
      if (chosen === undefined || this.requests.at(one.id).size < this.requests.at(chosen.id).size) chosen = one;
    }
    this.turns.set(target, turn + 1);
    this.teller.delivered(invocation, chosen?.client ?? this.leads.get(target) ?? target);
    if (chosen === undefined) return this.service.answer(invocation.id, attempts, 'error', this.isFunction(target) ? 'eventbridge.function_error' : 'eventbridge.connection_refused');
    const delivery: Delivery = { handle: handleOf(invocation.id, attempts), message: event.message, copy: invocation.copy, attempt: attempts, redelivered: attempts > 1, entry: invocation.entry };
    this.requests.add(chosen.id, delivery);
    this.traffic.send(chosen, false, { session: chosen.id, life: chosen.life, do: 'request', delivery }, event.message, attempts > 1);
  }
  timedOut(invocation: Invocation): void {
    const request = this.requests.remove(handleOf(invocation.id, invocation.attempts));
    if (request) this.endpoints.get(request.session)?.listener.withdrawn([request.delivery], 'eventbridge.timeout', false);
  }
  again(invocation: Invocation, reason: string): void {
    this.teller.again(invocation, reason);
  }
  over(invocation: Invocation, fate: 'settled' | 'dropped', reason: string): void {
    this.teller.over(invocation, fate, reason);
  }
  bury(invocation: Invocation, name: string, reason: string): boolean {
    const queue = this.queues.get(name);
    const item = queue?.sendMessage(deadOf(invocation, reason));
    if (!queue || !item) return false;
    this.teller.buried(invocation, name, item, reason);
    this.serve(queue);
    return true;
  }
  forwarded(invocation: Invocation): void {
    this.teller.forwarded(invocation);
    this.host.pass(invocation.target, invocation.event.message);
  }
  // QueueSink ------------------------------------------------------------------
  visibleAgain(name: string, item: Item): void {
    this.backInQueue(name, item, 'eventbridge.visibility_timeout');
  }
  expired(name: string, item: Item): void {
    this.teller.leftQueue(name, item, item.holder === null ? 'expired' : 'dropped', 'eventbridge.retention');
  }

  private happen(state: SessionState, thing: Thing): void {
    switch (thing.do) {
      case 'linger':
      case 'put':
      case 'put-again':
      case 'put-result':
        return this.publishers.get(state.id)?.happen(thing);
      case 'request':
        return this.endpoints.get(state.id)?.happen(thing);
      case 'response': {
        this.requests.remove(thing.handle);
        const [invocation, attempt] = invocationOf(thing.handle);
        return this.service.answer(invocation, attempt, thing.answer, thing.reason);
      }
      case 'received':
        return this.readers.get(state.id)?.happen(thing);
      default:
        return this.atQueue(state, thing);
    }
  }
  /** A reader's request is with its queue. */
  private atQueue(state: SessionState, thing: Thing): void {
    const queue = this.queues.get(this.links.get(state.link)?.from ?? '');
    if (!queue) return;
    if (thing.do === 'receive') {
      const polls = this.polls.get(queue.name) ?? [];
      this.polls.set(queue.name, [...polls, { session: state.id, life: thing.life, most: thing.most }]);
      this.serve(queue);
    } else if (thing.do === 'delete' || thing.do === 'release') {
      const [id, receive] = invocationOf(thing.handle);
      if (thing.do === 'release') queue.changeVisibility(id, receive);
      else {
        const item = queue.deleteMessage(id, receive);
        if (item) this.teller.leftQueue(queue.name, item, 'settled', 'eventbridge.deleted');
      }
    }
  }
  /** Long polling: whoever asked first gets what is there. */
  private serve(queue: DeadLetterQueue): void {
    const polls = this.polls.get(queue.name) ?? [];
    while (polls.length > 0 && queue.waiting > 0) {
      const { session, life, most } = polls.shift() as Poll;
      const state = this.traffic.sessions.get(session);
      if (!state || state.life !== life) continue;
      const deliveries = queue.receiveMessage(most, state.client).map((item): Delivery => {
        this.teller.received(queue.name, item, state.client);
        return { handle: handleOf(item.id, item.receives), message: item.message, copy: item.copy, attempt: item.receives, redelivered: item.receives > 1, entry: item.entry };
      });
      this.traffic.send(state, false, { session, life, do: 'received', deliveries }, deliveries[0]?.message, deliveries[0]?.redelivered);
    }
  }
  private backInQueue(name: string, item: Item, reason: string): void {
    this.teller.visibleAgain(name, item, reason);
    const handle = handleOf(item.id, item.receives);
    for (const [id, reader] of this.readers) {
      if (this.links.get(this.traffic.sessions.get(id)?.link ?? '')?.from !== name) continue;
      reader.forget(handle);
      reader.listener.withdrawn([{ handle, message: item.message, copy: item.copy, attempt: item.receives, redelivered: item.receives > 1, entry: item.entry }], reason, false);
    }
    const queue = this.queues.get(name);
    if (queue) this.serve(queue);
  }
  /** Queues of the document; what lay in one that is gone is gone with it. */
  private keepQueues(): void {
    for (const [name, queue] of [...this.queues]) {
      if (Object.hasOwn(this.entities.queues, name)) continue;
      for (const item of queue.values()) this.teller.leftQueue(name, item, 'dropped', 'eventbridge.queue_deleted');
      this.queues.delete(name);
      this.polls.delete(name);
    }
    for (const [name, config] of Object.entries(this.entities.queues)) {
      const known = this.queues.get(name);
      if (known) known.config = config;
      else this.queues.set(name, new DeadLetterQueue(name, config, this.queueClock(), this));
    }
  }
  private queueClock() {
    return { now: () => this.host.now(), after: (delay: number, name: string, ref: number) => this.traffic.serverTimer(delay, name, ref) };
  }
  private redrive(name: string): number {
    const items = this.queues.get(name)?.takeAll() ?? [];
    for (const item of items) this.service.putAgain(item.bus, item.form, item.message, this.teller.redriven(name, item));
    return items.length;
  }
  private purge(name: string): number {
    const items = this.queues.get(name)?.takeAll() ?? [];
    for (const item of items) this.teller.leftQueue(name, item, 'dropped', 'eventbridge.purged');
    return items.length;
  }
}
