/** Leaf connections: a server dials its hub, both tell each other what is listened to, and messages cross where somebody listens. */
import { copyOf } from '../../base/copy.ts';
import { micros } from '../../base/time.ts';
import type { RoomHost } from '../contract.ts';
import type { ScenarioLink } from '../../scenario/document.ts';
import { reaches } from './circles.ts';
import type { Envelope } from './events.ts';

/** µs: how long a server waits for its hub to answer when it dials, and until the first ping of a connection. */
const DIAL_TIMEOUT = 1_000_000;
const FIRST_PING = 1_000_000;
/** µs: how much later than otherwise a server dials again that was refused because of a loop. */
const AFTER_LOOP = 30_000_000;
/** What a hop or a wake of a leaf connection is about. */
export const LEAF = 6;

/** A message that crosses, as the history knows it. */
export interface Carried {
  readonly copy: number;
  readonly place: string;
  readonly entry: number;
}
/** What leaf connections need of their surroundings. */
export type LeafHost = Pick<RoomHost, 'now' | 'after' | 'hop' | 'forget' | 'record' | 'luck'>;
/** A server at one end of a leaf connection. */
export interface LeafServer {
  readonly cluster: string;
  readonly isDown: boolean;
  config(): Readonly<Record<string, unknown>>;
  connectLeaf(name: string, far: 'hub' | 'spoke'): void;
  disconnectLeaf(name: string): void;
  interest(name: string, what: string, wanted: boolean): void;
  interestFor(name: string): ReadonlySet<string>;
  readonly interests: number;
  /** @param settled the entry that ends its way over the connection, or -1 */
  arrived(name: string, envelope: Envelope, settled: number): void;
}
type Side = 'spoke' | 'hub';
interface End {
  /** Which connection this end has; 0: none. */
  life: number;
  pings: number;
  heardAt: number;
  /** What the far end was told, and at which state of the server's interests. */
  told: string[];
  toldAt: number;
}
interface Leaf {
  readonly id: string;
  spoke: string;
  hub: string;
  /** Of the newest attempt. */
  life: number;
  readonly ends: { readonly spoke: End; readonly hub: End };
}
/** Something under way, or due. `to`: at which end. */
type Thing = { readonly link: string; readonly to: Side; readonly life: number } & (
  | { readonly do: 'dial' | 'accepted' | 'refused' | 'loop' | 'closed' | 'ping' | 'pong' | 'dial-over' | 'redial' | 'ping-due' }
  | { readonly do: 'interest'; readonly what: string; readonly wanted: boolean }
  | { readonly do: 'message'; readonly envelope: Envelope; readonly carried: Carried | null }
);
export interface LeavesState {
  readonly leaves: readonly Leaf[];
  readonly things: readonly (readonly [number, Thing])[];
  readonly next: number;
}
const newEnd = (): End => ({ life: 0, pings: 0, heardAt: 0, told: [], toldAt: -1 });
const other = (side: Side): Side => (side === 'hub' ? 'spoke' : 'hub');

export class Leaves {
  private leaves = new Map<string, Leaf>();
  /** By name: the order in which they were made is another one after a checkpoint was restored. */
  private order: readonly Leaf[] = [];
  private things = new Map<number, Thing>();
  private next = 0;
  private links: readonly ScenarioLink[] = [];
  private readonly host: LeafHost;
  private readonly servers: ReadonlyMap<string, LeafServer>;
  constructor(host: LeafHost, servers: ReadonlyMap<string, LeafServer>) {
    this.host = host;
    this.servers = servers;
  }
  know(links: readonly ScenarioLink[]): void {
    this.links = links.filter(({ kind }) => kind === 'leafnode');
  }
  /** Makes the connections those of the document. */
  reconcile(): void {
    for (const leaf of this.order) {
      if (this.links.some((l) => l.id === leaf.id && l.from === leaf.spoke && l.to === leaf.hub)) continue;
      for (const side of ['spoke', 'hub'] as const) this.hangUp(leaf, side, 'nats.leafnode_closed');
      this.host.forget(leaf.id, leaf.id);
      this.leaves.delete(leaf.id);
    }
    const fresh = this.links.filter(({ id }) => !this.leaves.has(id)).map(({ id, from, to }): Leaf => ({ id, spoke: from, hub: to, life: 0, ends: { spoke: newEnd(), hub: newEnd() } }));
    for (const leaf of fresh) this.leaves.set(leaf.id, leaf);
    this.sort();
    for (const leaf of fresh) this.dial(leaf);
  }
  private sort(): void {
    this.order = [...this.leaves.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
  /** The process of a server is gone: the operating system ends its connections. */
  down(cluster: string): void {
    for (const leaf of this.order) for (const side of sidesOf(leaf, cluster)) this.hangUp(leaf, side, 'nats.server_down', true);
  }
  up(cluster: string): void {
    for (const leaf of this.order) if (leaf.spoke === cluster) this.dial(leaf);
  }
  /** What a server listens to may have changed: far ends learn of it before anything else that it sends. */
  changed(cluster: string): void {
    for (const leaf of this.order) for (const side of sidesOf(leaf, cluster)) this.tellInterest(leaf, side);
  }
  /** A server sends something over one of its leaf connections. */
  carry(cluster: string, link: string, envelope: Envelope, carried: Carried | null): void {
    const leaf = this.leaves.get(link);
    const [side] = leaf === undefined ? [] : sidesOf(leaf, cluster);
    if (leaf === undefined || side === undefined || leaf.ends[side].life === 0) return this.lose(carried, envelope);
    this.send(leaf, other(side), { do: 'message', envelope, carried }, leaf.ends[side].life, carried === null ? -1 : envelope.message);
  }
  /** Messages on their way from a server. */
  underWay(cluster: string): number {
    let count = 0;
    for (const thing of this.things.values()) if (thing.do === 'message' && thing.carried?.place === cluster) count++;
    return count;
  }
  /** How many connections a server has, in either direction. */
  connections(cluster: string): number {
    return this.order.reduce((sum, leaf) => sum + sidesOf(leaf, cluster).filter((side) => leaf.ends[side].life !== 0).length, 0);
  }
  has(cluster: string): boolean {
    return this.links.some(({ from, to }) => from === cluster || to === cluster);
  }
  wake(ref: number): void {
    const thing = this.take(ref);
    const leaf = thing === undefined ? undefined : this.leaves.get(thing.link);
    if (thing === undefined || leaf === undefined) return;
    if (thing.do === 'redial' && leaf.life === thing.life && leaf.ends.spoke.life === 0) this.dial(leaf);
    else if (thing.do === 'dial-over' && leaf.life === thing.life && leaf.ends.spoke.life === 0) {
      this.host.forget(leaf.id, leaf.id);
      this.redial(leaf, true);
    } else if (thing.do === 'ping-due' && leaf.ends[thing.to].life === thing.life) this.pingDue(leaf, thing.to);
  }
  arrive(ref: number): void {
    const thing = this.take(ref);
    if (thing === undefined) return;
    const leaf = this.leaves.get(thing.link);
    if (leaf === undefined) return this.missed(thing);
    if (thing.do === 'dial') return this.dialled(leaf, thing.life);
    if (thing.do === 'accepted') return thing.life === leaf.life ? this.connected(leaf, 'spoke', thing.life) : undefined;
    if (thing.do === 'loop') return thing.life === leaf.life && leaf.ends.spoke.life === 0 ? this.redialLater(leaf) : undefined;
    if (thing.do === 'refused') return thing.life === leaf.life && leaf.ends.spoke.life === 0 ? this.redial(leaf, true) : undefined;
    const end = leaf.ends[thing.to];
    const server = this.servers.get(leaf[thing.to]);
    if (end.life !== thing.life || server === undefined) return this.missed(thing);
    end.heardAt = this.host.now();
    switch (thing.do) {
      case 'closed':
        return this.hangUp(leaf, thing.to, 'nats.leafnode_closed');
      case 'ping':
        return this.send(leaf, other(thing.to), { do: 'pong' }, end.life);
      case 'pong':
        end.pings = 0;
        return;
      case 'interest':
        return server.interest(leaf.id, thing.what, thing.wanted);
      case 'message': {
        const { carried, envelope } = thing;
        const settled = carried === null ? -1 : this.host.record('settled', { message: envelope.message, copy: carried.copy, place: carried.place, attempt: 1, reason: 'nats.leafnode_carried', cause: carried.entry });
        return server.arrived(leaf.id, envelope, settled);
      }
    }
  }
  astray(ref: number): void {
    const thing = this.take(ref);
    if (thing !== undefined) this.missed(thing);
  }
  save(): LeavesState {
    return copyOf({ leaves: [...this.leaves.values()], things: [...this.things], next: this.next });
  }
  load(saved: LeavesState): void {
    const state = copyOf(saved);
    this.leaves = new Map(state.leaves.map((leaf) => [leaf.id, leaf]));
    // A server that was loaded counts its interests afresh.
    for (const { ends } of this.leaves.values()) for (const end of Object.values(ends)) end.toldAt = -1;
    this.things = new Map(state.things);
    this.next = state.next;
    this.sort();
  }

  private keep(thing: Thing): number {
    const id = this.next++;
    this.things.set(id, thing);
    return id;
  }
  private take(ref: number): Thing | undefined {
    const thing = this.things.get(ref);
    this.things.delete(ref);
    return thing;
  }
  private send(leaf: Leaf, to: Side, what: What, life: number, message = -1): void {
    this.host.hop(leaf.id, leaf.id, to === 'spoke', LEAF, this.keep({ link: leaf.id, to, life, ...what } as Thing), message, false);
  }
  private later(leaf: Leaf, to: Side, what: What, life: number, delay: number): void {
    this.host.after(delay, LEAF, this.keep({ link: leaf.id, to, life, ...what } as Thing));
  }
  private reconnectOf({ id }: Leaf): number {
    const reconnect = this.links.find((l) => l.id === id)?.config?.['reconnect'];
    return micros(typeof reconnect === 'string' ? reconnect : '1s');
  }
  private dial(leaf: Leaf): void {
    if (this.servers.get(leaf.spoke)?.isDown !== false) return;
    leaf.life++;
    this.send(leaf, 'hub', { do: 'dial' }, leaf.life);
    this.later(leaf, 'spoke', { do: 'dial-over' }, leaf.life, DIAL_TIMEOUT);
  }
  /** @param failed it was an attempt that failed: those are spread by up to as much again */
  private redial(leaf: Leaf, failed: boolean): void {
    const delay = this.reconnectOf(leaf);
    leaf.life++;
    this.later(leaf, 'spoke', { do: 'redial' }, leaf.life, delay + (failed ? Math.floor(this.host.luck(`leaf ${leaf.id}`).next() * delay) : 0));
  }
  private redialLater(leaf: Leaf): void {
    leaf.life++;
    this.later(leaf, 'spoke', { do: 'redial' }, leaf.life, this.reconnectOf(leaf) + AFTER_LOOP);
  }
  private dialled(leaf: Leaf, life: number): void {
    const hub = this.servers.get(leaf.hub);
    if (hub === undefined || hub.isDown) return this.send(leaf, 'spoke', { do: 'refused' }, life);
    // A hub takes a second connection of the same server for proof that the first is dead.
    this.hangUp(leaf, 'hub', 'nats.leafnode_closed');
    if (this.closesCircle(leaf)) {
      this.host.record('refused', { place: leaf.hub, actor: leaf.spoke, reason: 'nats.leafnode_loop' });
      return this.send(leaf, 'spoke', { do: 'loop' }, life);
    }
    this.send(leaf, 'spoke', { do: 'accepted' }, life);
    this.connected(leaf, 'hub', life);
  }
  /** Each end of a connection finds out when it hears of itself over another one. */
  private closesCircle({ id, spoke, hub }: Leaf): boolean {
    const there = this.order.filter(({ id: other, ends }) => other !== id && (ends.hub.life !== 0 || ends.spoke.life !== 0));
    return reaches(
      there.map((one) => ({ from: one.spoke, to: one.hub })),
      spoke,
      hub,
      true,
    );
  }
  private connected(leaf: Leaf, side: Side, life: number): void {
    const server = this.servers.get(leaf[side]);
    if (server === undefined || server.isDown) return;
    Object.assign(leaf.ends[side], { life, pings: 0, heardAt: this.host.now(), told: [], toldAt: -1 });
    if (side === 'hub') this.host.record('joined', { place: leaf.hub, actor: leaf.spoke, reason: 'nats.leafnode_connected' });
    server.connectLeaf(leaf.id, other(side));
    this.tellInterest(leaf, side);
    const first = Math.min(FIRST_PING, this.pingInterval(leaf, side));
    this.later(leaf, side, { do: 'ping-due' }, life, first + Math.floor((this.host.luck(`leaf ${leaf.id}`).next() * first) / 5));
  }
  private tellInterest(leaf: Leaf, side: Side): void {
    const end = leaf.ends[side];
    const server = this.servers.get(leaf[side]);
    if (end.life === 0 || server === undefined || end.toldAt === server.interests) return;
    end.toldAt = server.interests;
    const wanted = server.interestFor(leaf.id);
    const before = new Set(end.told);
    for (const what of end.told) if (!wanted.has(what)) this.send(leaf, other(side), { do: 'interest', what, wanted: false }, end.life);
    for (const what of wanted) if (!before.has(what)) this.send(leaf, other(side), { do: 'interest', what, wanted: true }, end.life);
    end.told = [...wanted];
  }
  private pingInterval(leaf: Leaf, side: Side): number {
    return micros(String(this.servers.get(leaf[side])?.config()['ping_interval'] ?? '2min'));
  }
  /** A leaf pings in any case; a hub only when it has heard nothing in the meantime. */
  private pingDue(leaf: Leaf, side: Side): void {
    const end = leaf.ends[side];
    const interval = this.pingInterval(leaf, side);
    if (side === 'spoke' || this.host.now() - end.heardAt >= interval) {
      if (end.pings + 1 > Number(this.servers.get(leaf[side])?.config()['ping_max'] ?? 2)) {
        this.host.forget(leaf.id, leaf.id);
        return this.hangUp(leaf, side, 'nats.leafnode_stale', true);
      }
      end.pings++;
      this.send(leaf, other(side), { do: 'ping' }, end.life);
    }
    this.later(leaf, side, { do: 'ping-due' }, end.life, interval);
  }
  /** One end gives the connection up. @param telling the far end learns of it, as soon as anything gets through */
  private hangUp(leaf: Leaf, side: Side, reason: string, telling = false): void {
    const end = leaf.ends[side];
    const { life } = end;
    if (life === 0) return;
    Object.assign(end, newEnd());
    this.host.record('left', { place: leaf[side], actor: leaf[other(side)], reason });
    if (telling) this.send(leaf, other(side), { do: 'closed' }, life);
    const server = this.servers.get(leaf[side]);
    if (server !== undefined && !server.isDown) {
      server.disconnectLeaf(leaf.id);
      if (side === 'spoke') this.redial(leaf, false);
    }
  }
  private missed(thing: Thing): void {
    if (thing.do === 'message') this.lose(thing.carried, thing.envelope);
  }
  /** Core NATS delivers at most once. */
  private lose(carried: Carried | null, { message }: Envelope): void {
    if (carried !== null) this.host.record('lost', { message, copy: carried.copy, place: carried.place, attempt: 1, reason: 'nats.leafnode_lost', cause: carried.entry });
  }
}
type What<T = Thing> = T extends Thing ? Omit<T, 'link' | 'to' | 'life'> : never;
const sidesOf = (leaf: Leaf, cluster: string): Side[] => (['spoke', 'hub'] as const).filter((side) => leaf[side] === cluster);
