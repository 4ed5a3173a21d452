/** All queues and topics of a scenario, the sessions of their clients, and the way between them. */
import { copyOf } from '../../base/copy.ts';
import type { Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Refusal, Room, RoomHost, Topology } from '../contract.ts';
import { applyPlan } from './administrate.ts';
import { Desk } from './desk.ts';
import { Dispatch, type DispatchState } from './dispatch.ts';
import { EndpointSession } from './endpoint.ts';
import { depthsOf, lookAt } from './look.ts';
import { type FilterCriteria, filterCriteria } from './filter-criteria.ts';
import { MappingSession } from './mapping.ts';
import type { SqsEvent } from './message.ts';
import { operate } from './operate.ts';
import { Places } from './places.ts';
import { type Config, ownersFirst, type Plan } from './plan.ts';
import { PollSession } from './poller.ts';
import type { Queue } from './queue.ts';
import { Publisher, type SessionHost } from './sessions.ts';
import { Sns, type SnsState } from './sns.ts';
import { MINUTE, Sqs, type SqsState } from './sqs.ts';
import { Teller, type TellerState } from './teller.ts';
import { type Held, type SessionState, type Thing, Traffic, type TrafficState, WAKE } from './traffic.ts';

interface State {
  readonly sqs: SqsState;
  readonly sns: SnsState;
  readonly dispatch: DispatchState;
  readonly traffic: TrafficState;
  readonly teller: TellerState;
  readonly applied: Plan;
}
interface Wired {
  readonly listener: PublishListener | ReceiveListener;
  readonly session: Publisher | PollSession | MappingSession | EndpointSession;
}

export class SqsRoom implements Room, SessionHost {
  private readonly host: RoomHost;
  private readonly sqs: Sqs;
  private readonly sns: Sns;
  private readonly traffic: Traffic;
  private readonly teller: Teller;
  private readonly places: Places;
  private readonly dispatch: Dispatch;
  private readonly desk: Desk;
  private readonly wired = new Map<string, Wired>();
  /** By their text. */
  private readonly criteria = new Map<string, FilterCriteria | Refusal>();

  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.places = new Places(host, topology);
    this.traffic = new Traffic(host);
    this.teller = new Teller(host, this.places);
    this.sqs = new Sqs({ now: () => host.now(), after: (delay, name, ref) => this.traffic.serverTimer(delay, name, ref), tell: (event) => this.tell(event), luck: (purpose) => host.luck(purpose).next() });
    this.sns = new Sns(() => host.now());
    this.dispatch = new Dispatch(host, this.places, this.sqs, this.teller, this.traffic);
    const { sqs, sns, traffic, teller, places, dispatch } = this;
    this.desk = new Desk({ host, sqs, sns, traffic, teller, places, dispatch });
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    this.know(topology);
    this.administrate();
  }
  know(topology: Topology): void {
    this.places.know(topology);
  }
  publisher(link: string, client: string, listener: PublishListener): PublishSession {
    const id = `${client} ${link}`;
    const session = new Publisher(this.traffic.session({ kind: 'publish', id, link, client, wanted: false, life: 0, batch: [], batches: 0 }), this, listener);
    this.wired.set(id, { listener, session });
    return session;
  }
  receiver(link: string, client: string, listener: ReceiveListener): ReceiveSession {
    const id = `${client} ${link}`;
    const base = { id, link, client, wanted: false, life: 0, nextHandle: 1 };
    const session = this.receiveSession(this.places.link(link)?.kind ?? '', base, listener);
    this.wired.set(id, { listener, session });
    return session;
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action !== 'lose-next-ack') return operate(this.sqs, this.places, action, on, parameters);
    const readers = [...this.traffic.sessions.values()].flatMap((s) => ((s.kind === 'poll' || s.kind === 'mapping') && (s.client === on || s.link === on || s.client.startsWith(`${on}/`)) ? [s] : []));
    for (const s of readers) s.loseNextAck = true;
    return readers.length > 0 ? 'The next DeleteMessage is lost.' : undefined;
  }
  wake(what: number, ref: number): void {
    if (what === WAKE.timer) {
      const timer = this.traffic.takeTimer(ref);
      if (timer) this.sqs.timer(timer[0], timer[1]);
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
    const queue = this.places.queueAt(place);
    const topic = this.places.topicAt(place);
    if (queue === undefined && topic === undefined) return undefined;
    return lookAt({ queue: queue && this.sqs.queue(queue.name), topic: topic && { node: topic.node, state: this.sns.topic(topic.name) }, isMoving: queue !== undefined && this.sqs.isMoving(queue.name), ledger: this.teller.ledger, dispatch: this.dispatch, place, now: this.host.now() }, cells);
  }
  depths(): readonly Depth[] {
    return depthsOf(this.places.applied, this.sqs, this.dispatch);
  }
  save(): unknown {
    const { sqs, sns, dispatch, traffic, teller, places } = this;
    return { sqs: sqs.save(), teller: teller.save(), ...copyOf({ sns: sns.save(), dispatch: dispatch.save(), traffic: traffic.save(), applied: places.applied }) };
  }
  load(saved: unknown): void {
    const { sqs, teller, ...rest } = saved as State;
    const state = copyOf(rest);
    this.sqs.load(sqs);
    this.teller.load(teller);
    this.sns.load(state.sns);
    this.dispatch.load(state.dispatch);
    this.traffic.load(state.traffic);
    this.places.applied = state.applied;
  }
  // SessionHost ----------------------------------------------------------------
  now(): number {
    return this.host.now();
  }
  up(state: SessionState, thing: Thing, message = -1): void {
    this.traffic.up(state, thing, message);
  }
  later(delay: number, thing: Thing): void {
    this.traffic.later(delay, thing);
  }
  config(state: SessionState): Config {
    return this.places.configOf(state.link);
  }
  sizeOf(message: number): number {
    return this.host.messages.size(message);
  }
  joined(state: SessionState): void {
    this.host.record('joined', { place: this.placeOf(state), actor: state.client, detail: state.kind === 'publish' || state.kind === 'endpoint' ? 0 : 1 });
  }
  left(state: SessionState): void {
    this.host.record('left', { place: this.placeOf(state), actor: state.client });
  }
  throttled(state: SessionState, held: readonly Held[]): void {
    for (const { receipt } of held) this.teller.left(receipt, 'after_throttle');
    this.host.record('throttled', { message: held[0]?.delivery.message ?? -1, place: this.placeOf(state), actor: state.client, reason: 'sqs.invoke_throttled' });
  }
  failed({ receipt }: Held): void {
    this.teller.left(receipt, 'after_failure');
  }
  filters(state: SessionState): FilterCriteria | Refusal {
    const text = String(this.places.configOf(state.link)['FilterCriteria'] ?? '');
    let known = this.criteria.get(text);
    if (known === undefined) this.criteria.set(text, (known = filterCriteria(text)));
    return known;
  }
  bodyOf(state: SessionState, { receipt }: Held): string | undefined {
    return this.queueOf(state)?.item(receipt.id)?.body;
  }
  passedOver(state: SessionState, { delivery }: Held): void {
    const { message, copy, attempt, entry } = delivery;
    this.host.record('skipped', { message, copy, attempt, place: this.places.link(state.link)?.to ?? state.client, actor: state.client, reason: 'sqs.filter_criteria', cause: entry });
  }
  mappingRefused(state: SessionState): void {
    this.host.record('refused', { place: this.placeOf(state), actor: state.client, reason: 'sqs.InvalidParameterValueException' });
  }
  queueOf(state: SessionState): Queue | undefined {
    return this.sqs.queue(this.places.queueAt(this.placeOf(state))?.name ?? '');
  }
  respond(state: SessionState, copy: number, attempt: number, how: 'done' | 'failed' | 'rejected' | 'busy'): void {
    this.traffic.up(state, { do: 'response', copy, attempt, how });
  }

  private receiveSession(kind: string, base: { readonly id: string; readonly link: string; readonly client: string; readonly wanted: boolean; readonly life: number; readonly nextHandle: number }, listener: ReceiveListener): PollSession | MappingSession | EndpointSession {
    const { traffic } = this;
    if (kind === 'trigger') return new MappingSession(traffic.session({ ...base, kind: 'mapping', pollers: [], limit: 0, nextBatch: 0, rest: 0, nextPoller: 0, refused: false, loseNextAck: false }), this, listener);
    if (kind === 'notify' || kind === 'invoke') return new EndpointSession(traffic.session({ ...base, kind: 'endpoint', held: [] }), this, listener);
    return new PollSession(traffic.session({ ...base, kind: 'poll', slots: 0, asking: false, buffer: [], held: [], loseNextAck: false }), this, listener);
  }
  private placeOf({ link, kind }: SessionState): string {
    const ends = this.places.link(link);
    return (kind === 'publish' ? ends?.to : ends?.from) ?? link;
  }
  private tell(event: SqsEvent): void {
    if (event.kind === 'answer') this.desk.answer(event.client, event.handed);
    else this.teller.tell(event);
  }
  /** Tells the services of what has changed in the document. */
  private administrate(): void {
    const { applied } = this.places;
    const plan = ownersFirst(applied, this.places.plan);
    const refused = applyPlan({ sqs: this.sqs, sns: this.sns }, applied, plan);
    this.places.applied = plan;
    for (const { node, refusal } of refused) {
      this.host.record('refused', { place: node, reason: `sqs.${refusal.name}` });
      // Whoever deploys tries again when the name is free.
      if (refusal.name === 'QueueDeletedRecently') this.traffic.later(MINUTE, { do: 'deploy' });
    }
  }
  private happen(thing: Thing): void {
    switch (thing.do) {
      case 'deploy':
        return this.administrate();
      case 'notify':
        return this.dispatch.arrive(thing.copy, thing.attempt);
      case 'retry':
        return this.dispatch.send(thing.copy, thing.attempt);
      case 'timeout':
        return this.dispatch.timedOut(thing.copy, thing.attempt);
      case 'response':
        return this.dispatch.answered(thing.copy, thing.attempt, thing.how);
      case 'send':
      case 'receive':
      case 'delete':
      case 'change':
      case 'hang-up': {
        const state = this.traffic.sessions.get(thing.session);
        if (state === undefined) return;
        if (thing.do === 'hang-up') return this.desk.hangUp(state);
        return this.desk.serve(state, thing);
      }
      default: {
        const wired = this.wired.get(thing.session);
        if (wired !== undefined) this.hear(wired, thing);
      }
    }
  }
  /** Something came down to a client, or is due there. */
  private hear({ session, listener }: Wired, thing: Extract<Thing, { session: string; life: number }>): void {
    if (thing.life !== session.state.life) {
      // The process that was called is no more.
      if (thing.do === 'push') this.dispatch.answered(thing.copy, thing.delivery.attempt, 'failed');
      return;
    }
    switch (thing.do) {
      case 'sent':
        return (listener as PublishListener).outcome(thing.message, thing.outcome);
      case 'replied':
        return (listener as ReceiveListener).settled(thing.delivery, thing.outcome);
      case 'flush':
        return session instanceof Publisher ? session.lingered(thing.ref) : undefined;
      case 'push':
        return session instanceof EndpointSession ? session.call(thing.copy, thing.delivery) : undefined;
      case 'deliver':
        if (session instanceof PollSession) session.take({ delivery: thing.delivery, receipt: thing.receipt });
        else if (session instanceof MappingSession) session.take(thing.poller, { delivery: thing.delivery, receipt: thing.receipt });
        return;
      case 'answered':
        if (session instanceof PollSession) session.answered(thing);
        else if (session instanceof MappingSession) session.answered(thing.poller, thing.found, thing.refused);
        return;
      case 'ask':
        if (session instanceof PollSession) session.askAgain();
        else if (session instanceof MappingSession) session.rested(thing.ref);
        return;
      case 'beat':
        return session instanceof PollSession ? session.beat(thing.ref) : undefined;
      case 'scale':
        return session instanceof MappingSession ? session.scale() : undefined;
      case 'window':
        return session instanceof MappingSession ? session.windowOver(thing.ref) : undefined;
    }
  }
}
