/** The composition root of the engine: a document and a moment become a running system, its history and its folds. */
import { micros } from '../base/time.ts';
import type { Room, RoomFactory, RoomHost } from '../brokers/contract.ts';
import { type Client, isReader, isWriter, type Reader, type Writer } from '../clients/client.ts';
import type { ClientHost } from '../clients/host.ts';
import { act, type Ports } from '../faults/door.ts';
import type { Fold, Kind } from '../history/entries.ts';
import { type Facts, History, type HistoryState } from '../history/history.ts';
import { keyName, Messages, type MessagesState, onlySpokenOf } from '../history/messages.ts';
import { Kernel, type KernelState } from '../kernel/kernel.ts';
import { RandomStream } from '../kernel/random.ts';
import { Network, type NetworkState } from '../network/network.ts';
import type { Catalog } from '../scenario/descriptor.ts';
import { familyOf, type Scenario, type TimelineEntry } from '../scenario/document.ts';
import { applyEdit, isEdit } from '../scenario/edits.ts';
import { clientOf, type Known } from './clients.ts';
import { chunksSpokenOf } from './forgetting.ts';
import { filled } from './plans.ts';
import { portsOf } from './ports.ts';
import { topologiesOf } from './topologies.ts';
import { Wiring } from './wiring.ts';

/** Factories of the brokers' rooms, by family (the part of a kind before the dot). */
export type Models = Readonly<Record<string, RoomFactory>>;
export interface NamedFold extends Fold {
  readonly name: string;
}
/** What a fold may look at besides the entries. */
export interface FoldContext {
  readonly history: History;
  readonly messages: Messages;
  /** The document as it stands now, defaults filled in. */
  effective(): Scenario;
  now(): number;
}
export interface Setting {
  readonly catalog: Catalog;
  readonly models: Models;
  folds(context: FoldContext): readonly NamedFold[];
}
export interface SimulationState {
  readonly kernel: KernelState;
  readonly history: HistoryState;
  readonly messages: MessagesState;
  readonly network: NetworkState;
  readonly luck: readonly (readonly [string, readonly number[]])[];
  readonly actors: readonly string[];
  readonly copies: number;
  readonly rooms: readonly (readonly [string, unknown])[];
  readonly clients: readonly (readonly [string, unknown])[];
  readonly folds: readonly (readonly [string, unknown])[];
  readonly timeline: number;
  readonly phase: Phase;
  readonly quiet: number;
}
type Phase = 'running' | 'draining' | 'ended';
interface Actor {
  wake(what: number, ref: number): void;
}
/** The broker's own count is taken this often, µs of virtual time. */
const CENSUS_EVERY = 1_000_000;
/** So many chunks of messages more than before are no crowd. */
const CROWD = 32;
const WAKES = 8;
/** Default time to drain, µs. */
const DRAIN = 60_000_000;
/** The system has drained when nothing but censuses happened for this long, µs. */
const QUIET = 3_000_000;

export class Simulation {
  readonly history = new History();
  readonly messages = new Messages();
  readonly network: Network;
  readonly rooms = new Map<string, Room>();
  readonly folds: readonly NamedFold[];
  readonly kernel = new Kernel();
  private readonly known = new Map<string, Known>();
  private document: Scenario;
  private base: Scenario;
  private plain: Scenario;
  private timeline: readonly TimelineEntry[] = [];
  /** When its entries are due, µs. */
  private instants: readonly number[] = [];
  private nextEntry = 0;
  private phase: Phase = 'running';
  private quiet = 0;
  private luck = new Map<string, RandomStream>();
  private actorIds: string[] = [];
  private copies = 0;
  /** With more chunks of messages than these it is time to forget some. */
  private crowd = CROWD;
  private readonly actors: (Actor | undefined)[] = [];
  /** Those actors that are rooms. */
  private readonly roomOf: (Room | undefined)[] = [];
  private readonly wakes: number[] = [];
  private readonly setting: Setting;
  private readonly wiring: Wiring;
  private readonly ports: Ports;
  private readonly census: number;
  private readonly horizon: number;
  private readonly landing: number;

  /** @param state a checkpoint of a run of the same document up to there */
  constructor(document: Scenario, setting: Setting, state?: SimulationState) {
    this.setting = setting;
    this.document = document;
    this.setTimeline(document);
    this.nextEntry = state?.timeline ?? 0;
    this.base = this.timeline.slice(0, this.nextEntry).filter(isEdit).reduce(applyEdit, document);
    this.plain = filled(this.base, setting.catalog);
    for (let k = 0; k < WAKES; k++) this.wakes.push(this.kernel.register((actor, ref) => this.actors[actor]?.wake(k, ref)));
    this.landing = this.kernel.register((_, hop) => this.network.land(hop));
    this.census = this.kernel.register(() => this.takeCensus());
    this.horizon = this.kernel.register(() => this.reachHorizon());
    this.network = new Network({
      now: () => this.kernel.now,
      land: (delay, hop) => this.kernel.schedule(delay, this.landing, 0, hop),
      luck: (link) => this.stream(`link ${link}`),
      arrived: (owner, what, ref) => this.roomOf[owner]?.arrive(what, ref),
      astray: (owner, what, ref) => this.roomOf[owner]?.astray(what, ref),
    });
    this.folds = setting.folds({ history: this.history, messages: this.messages, effective: () => this.plain, now: () => this.kernel.now });
    for (const fold of this.folds) this.history.watch(fold);
    this.wiring = new Wiring(this.rooms, this);
    this.ports = portsOf(this);
    if (state) {
      this.actorIds = [...state.actors];
      this.build(false);
      this.load(state);
    } else {
      this.kernel.schedule(CENSUS_EVERY, this.census, 0, 0);
      if (document.duration !== undefined) this.kernel.schedule(micros(document.duration), this.horizon, 0, 0);
      this.build(true);
    }
  }
  get now(): number {
    return this.kernel.now;
  }
  get ended(): boolean {
    return this.phase === 'ended';
  }
  get draining(): boolean {
    return this.phase === 'draining';
  }
  /** The document as it stands now, defaults filled in. */
  get effective(): Scenario {
    return this.plain;
  }
  client(id: string): Client | undefined {
    return this.known.get(id)?.client;
  }
  get clients(): readonly Client[] {
    return [...this.known.values()].map((known) => known.client);
  }
  get readers(): readonly Reader[] {
    return this.clients.filter(isReader);
  }
  get writers(): readonly Writer[] {
    return this.clients.filter(isWriter);
  }
  /** Another document that tells the same history up to now: only its later timeline differs. */
  continueWith(document: Scenario): void {
    this.document = document;
    this.setTimeline(document);
    this.base = this.timeline.slice(0, this.nextEntry).filter(isEdit).reduce(applyEdit, document);
    this.plain = filled(this.base, this.setting.catalog);
  }
  /** Instant of what happens next, µs, or Infinity. */
  nextAt(): number {
    return this.phase === 'ended' ? Infinity : Math.min(this.kernel.nextAt(), this.entryAt());
  }
  /** One call of the agenda, or one entry of the timeline: those come first in their instant. */
  step(): void {
    const at = this.entryAt();
    if (at <= this.kernel.nextAt()) {
      this.kernel.advanceTo(at);
      this.follow(this.timeline[this.nextEntry++] as TimelineEntry);
    } else this.kernel.step();
  }
  /** Runs everything up to and including the instant `until`, or until `calls` are used up. @returns whether it got there */
  run(until: number, calls = Infinity): boolean {
    let left = calls;
    while (this.nextAt() <= until) {
      if (left-- <= 0) return false;
      this.step();
    }
    if (this.phase !== 'ended') this.kernel.advanceTo(until);
    return true;
  }
  hash(): string {
    return this.history.hash();
  }
  save(): SimulationState {
    return {
      kernel: this.kernel.save(),
      history: this.history.save(),
      messages: this.messages.save(),
      network: this.network.save(),
      luck: [...this.luck].map(([name, stream]) => [name, stream.save()]),
      actors: [...this.actorIds],
      copies: this.copies,
      rooms: [...this.rooms].map(([id, room]) => [id, room.save()]),
      clients: this.clients.map((client) => [client.id, client.save()]),
      folds: this.folds.map((fold) => [fold.name, fold.save()]),
      timeline: this.nextEntry,
      phase: this.phase,
      quiet: this.quiet,
    };
  }

  private load(state: SimulationState): void {
    this.kernel.load(state.kernel);
    this.history.load(state.history);
    this.messages.load(state.messages);
    this.network.load(state.network);
    this.copies = state.copies;
    this.phase = state.phase;
    this.quiet = state.quiet;
    for (const [name, saved] of state.luck) this.stream(name).load(saved);
    for (const [id, saved] of state.rooms) this.rooms.get(id)?.load(saved);
    for (const [id, saved] of state.clients) this.client(id)?.load(saved);
    for (const [name, saved] of state.folds) this.folds.find((f) => f.name === name)?.load(saved);
  }
  private setTimeline(document: Scenario): void {
    this.timeline = [...(document.timeline ?? [])].sort((a, b) => micros(a.at) - micros(b.at));
    this.instants = this.timeline.map((entry) => micros(entry.at));
  }
  private entryAt(): number {
    const at = this.phase === 'ended' ? undefined : this.instants[this.nextEntry];
    return at === undefined ? Infinity : Math.max(this.kernel.now, at);
  }
  private stream(name: string): RandomStream {
    let stream = this.luck.get(name);
    if (!stream) {
      stream = new RandomStream(this.document.seed, name);
      this.luck.set(name, stream);
    }
    return stream;
  }
  private record(kind: Kind, facts: Facts): number {
    if (kind !== 'census' && kind !== 'delayed') this.quiet = this.kernel.now;
    return this.history.append(this.kernel.now, kind, facts);
  }
  private actor(id: string): number {
    const known = this.actorIds.indexOf(id);
    return known >= 0 ? known : this.actorIds.push(id) - 1;
  }
  private schedule(actor: number, delay: number, what: number, ref: number): void {
    this.kernel.schedule(delay, this.wakes[what] as number, actor, ref);
  }
  /** Makes clients and rooms those of the document. @param live things begin: sessions open, producers start */
  private build(live: boolean): void {
    const { plain } = this;
    this.network.reconcile(plain.links);
    this.buildRooms(plain, live);
    this.buildClients(plain, live);
    this.wiring.connect(plain, live);
  }
  private buildRooms(doc: Scenario, live: boolean): void {
    const topologies = topologiesOf(doc, this.setting);
    for (const id of [...this.rooms.keys()]) {
      if (topologies.has(id)) continue;
      this.wiring.dropRoom(id);
      this.rooms.get(id)?.reconcile({ cluster: { id, kind: '' }, nodes: [], links: [] });
      this.rooms.delete(id);
      this.actors[this.actor(id)] = this.roomOf[this.actor(id)] = undefined;
    }
    for (const [id, topology] of topologies) {
      let room = this.rooms.get(id);
      if (!room) {
        const factory = this.setting.models[familyOf(topology.cluster.kind)];
        if (!factory) continue;
        room = factory(this.roomHost(id), topology);
        this.rooms.set(id, room);
        this.actors[this.actor(id)] = this.roomOf[this.actor(id)] = room;
      }
      if (live) room.reconcile(topology);
      else room.know(topology);
    }
  }
  private buildClients(doc: Scenario, live: boolean): void {
    const ids = new Set(doc.nodes.map((n) => n.id));
    for (const id of [...this.known.keys()]) {
      if (ids.has(id)) continue;
      this.wiring.dropClient(id);
      this.known.delete(id);
      this.actors[this.actor(id)] = undefined;
    }
    for (const node of doc.nodes) {
      const make = clientOf(node.kind);
      if (!make) continue;
      const known = this.known.get(node.id);
      if (known) {
        known.replan(node);
        continue;
      }
      const made = make(node, this.clientHost(node.id), () => this.history.number(node.id));
      this.known.set(node.id, made);
      this.actors[this.actor(node.id)] = made.client;
      if (live) made.client.start?.();
    }
  }
  private clientHost(id: string): ClientHost {
    const actor = this.actor(id);
    // Streams are never replaced, only loaded: their names are put together once.
    const streams = new Map<string, RandomStream>();
    const luck = (purpose: string): RandomStream => {
      let stream = streams.get(purpose);
      if (!stream) streams.set(purpose, (stream = this.stream(`${id} ${purpose}`)));
      return stream;
    };
    return {
      now: () => this.kernel.now,
      after: (delay, what, ref) => this.schedule(actor, delay, what, ref),
      record: (kind, facts) => this.record(kind, facts),
      write: (kind, message, copy, place, actor, attempt, reason, cause, detail) => {
        this.quiet = this.kernel.now;
        return this.history.write(this.kernel.now, kind, message, copy, place, actor, attempt, reason, cause, detail);
      },
      luck,
      messages: this.messages,
    };
  }
  private roomHost(id: string): RoomHost {
    const actor = this.actor(id);
    return {
      ...this.clientHost(id),
      copy: () => this.copies++,
      hop: (link, client, back, what, ref, message, redelivered) => this.network.send(actor, link, client, back, what, ref, message, redelivered),
      forget: (link, client) => this.network.forget(link, client),
      pass: (link, message) => this.network.pass(link, message),
      keyName: (message) => keyName(this.messages.key(message)),
    };
  }
  /** An entry of the timeline: an edit changes the document, the rest acts on the running system. */
  private follow(entry: TimelineEntry): void {
    if (isEdit(entry)) {
      this.record('edited', { place: entry.on, reason: `edit.${entry.do}`, detail: this.nextEntry - 1 });
      this.base = applyEdit(this.base, entry);
      this.plain = filled(this.base, this.setting.catalog);
      this.build(true);
      return;
    }
    this.record('fault', { place: entry.on, reason: `fault.${entry.do}`, detail: this.nextEntry - 1 });
    if (!act(this.ports, entry.do, entry.on, entry.with)) this.record('fault-ended', { place: entry.on, reason: 'fault.nothing_there', detail: this.nextEntry - 1 });
  }
  private forget(): void {
    const state = this.save();
    this.messages.load(onlySpokenOf(state.messages, chunksSpokenOf(state)));
    this.crowd = this.messages.resident + Math.max(CROWD, this.messages.resident / 2);
  }
  private takeCensus(): void {
    if (this.messages.resident > this.crowd) this.forget();
    for (const room of this.rooms.values()) {
      for (const { place, pending, inFlight, delayed = 0 } of room.depths()) {
        if (delayed > 0) this.record('delayed', { place, detail: delayed });
        this.record('census', { place, attempt: inFlight, detail: pending });
      }
    }
    if (this.phase === 'draining') {
      const horizon = micros(this.document.duration ?? '0s');
      const limit = this.document.drain === undefined ? DRAIN : micros(this.document.drain);
      if (this.kernel.now - this.quiet >= QUIET || this.kernel.now - horizon >= limit) {
        this.record('judged', { reason: this.kernel.now - this.quiet >= QUIET ? 'drained' : 'drain_limit' });
        this.phase = 'ended';
        return;
      }
    }
    this.kernel.schedule(CENSUS_EVERY, this.census, 0, 0);
  }
  /** At the judged horizon producers stop and faults heal; then the system drains. */
  private reachHorizon(): void {
    this.phase = 'draining';
    for (const client of this.clients) client.stop?.();
    for (const link of this.plain.links) {
      this.ports.cut(link.id, false);
      this.ports.delay(link.id, 0);
      this.ports.lossy(link.id, 0);
    }
    for (const { id } of this.readers) {
      this.ports.slow(id, 1);
      this.ports.outage(id, false);
      this.ports.restart(id);
    }
    for (const id of this.rooms.keys()) this.ports.broker('start-cluster', id, {});
    this.record('edited', { reason: 'horizon' });
  }
}
