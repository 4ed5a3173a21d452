/** All nats-servers of a scenario: each is a room of its own, and leaf connections lead from one to another. */
import type { ScenarioLink } from '../../scenario/document.ts';
import type { Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Room, RoomHost, Topology } from '../contract.ts';
import { withoutRounds } from './circles.ts';
import type { Envelope } from './events.ts';
import { type Carried, LEAF, Leaves, type LeavesState } from './leaves.ts';
import { serverName } from './plan.ts';
import { type Neighbours, ServerRoom } from './server-room.ts';

/** References of servers are told apart by their last two digits: there are at most so many. */
const SERVERS = 100;

interface State {
  readonly numbers: readonly (readonly [id: string, number: number])[];
  readonly servers: readonly (readonly [id: string, state: unknown])[];
  readonly leaves: LeavesState;
}

export class NatsRoom implements Room, Neighbours {
  private readonly host: RoomHost;
  private readonly servers = new Map<string, ServerRoom>();
  private readonly leaves: Leaves;
  /** Numbers of servers, in the order in which they were first seen. */
  private numbers = new Map<string, number>();
  private topology: Topology;
  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.topology = topology;
    this.leaves = new Leaves(host, this.servers);
  }
  // Room -----------------------------------------------------------------------
  reconcile(topology: Topology): void {
    const parts = this.partsOf(topology);
    for (const [id, room] of [...this.servers]) {
      if (parts.has(id)) continue;
      room.reconcile({ cluster: { id, kind: '' }, nodes: [], links: [] });
      this.servers.delete(id);
    }
    for (const [id, part] of parts) this.serverOf(id, part).reconcile(part);
    this.leaves.reconcile();
  }
  know(topology: Topology): void {
    for (const [id, part] of this.partsOf(topology)) this.serverOf(id, part).know(part);
  }
  publisher(link: string, client: string, listener: PublishListener): PublishSession {
    return this.ofLink(link).publisher(link, client, listener);
  }
  receiver(link: string, client: string, listener: ReceiveListener): ReceiveSession {
    return this.ofLink(link).receiver(link, client, listener);
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action === 'start-cluster' && on === this.topology.cluster.id) {
      for (const [id, room] of this.servers) room.act(action, id, parameters);
      return 'All servers are up.';
    }
    for (const room of this.servers.values()) {
      const said = room.act(action, on, parameters);
      if (said !== undefined) return said;
    }
    return undefined;
  }
  wake(what: number, ref: number): void {
    if (what === LEAF) this.leaves.wake(ref);
    else this.numbered(ref)?.wake(what, Math.floor(ref / SERVERS));
  }
  arrive(what: number, ref: number): void {
    if (what === LEAF) this.leaves.arrive(ref);
    else this.numbered(ref)?.arrive(what, Math.floor(ref / SERVERS));
  }
  astray(what: number, ref: number): void {
    if (what === LEAF) this.leaves.astray(ref);
    else this.numbered(ref)?.astray(what, Math.floor(ref / SERVERS));
  }
  /** Neither clients nor servers notice at once: pings of leaf connections do, after a while. */
  linkChanged(): void {}
  look(place: string, cells: number): Look | undefined {
    for (const room of this.servers.values()) {
      const look = room.look(place, cells);
      if (look) return look;
    }
    return undefined;
  }
  depths(): readonly Depth[] {
    return this.topology.nodes.flatMap(({ id }) => this.servers.get(id)?.depths() ?? []);
  }
  save(): unknown {
    return { numbers: [...this.numbers], servers: [...this.servers].map(([id, room]) => [id, room.save()]), leaves: this.leaves.save() };
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.numbers = new Map(state.numbers);
    for (const [id, one] of state.servers) this.servers.get(id)?.load(one);
    this.leaves.load(state.leaves);
  }
  // Neighbours -----------------------------------------------------------------
  changed(cluster: string): void {
    this.leaves.changed(cluster);
  }
  carry(cluster: string, connection: string, envelope: Envelope, carried: Carried | null): void {
    this.leaves.carry(cluster, connection, envelope, carried);
  }
  sourced(server: string, by: string, stream: string, seq: number): void {
    for (const [id, room] of this.servers) if (serverName(id) === server) room.takenOver(by, stream, seq);
  }
  down(cluster: string): void {
    this.leaves.down(cluster);
  }
  up(cluster: string): void {
    this.leaves.up(cluster);
  }
  underWay(cluster: string): number | undefined {
    return this.leaves.has(cluster) ? this.leaves.underWay(cluster) : undefined;
  }

  /** Each server with the nodes of all, and what is wired to what lies in it. */
  private partsOf(topology: Topology): Map<string, Topology> {
    this.topology = topology;
    this.leaves.know(topology.links);
    const parts = new Map<string, Topology & { readonly links: ScenarioLink[] }>();
    const homes = new Map(topology.nodes.map((node) => [node.id, node.parent]));
    for (const node of topology.nodes) if (node.kind === 'nats.cluster') parts.set(node.id, { cluster: node, nodes: topology.nodes, links: [] });
    const abroad = topology.links.filter(({ kind, from, to }) => kind === 'source' && homes.get(from) !== homes.get(to));
    const rounds = withoutRounds(abroad).circular;
    for (const link of topology.links) for (const home of new Set(rounds.includes(link) ? [] : [homes.get(link.from), homes.get(link.to)])) parts.get(home ?? '')?.links.push(link);
    return parts;
  }
  private serverOf(id: string, part: Topology): ServerRoom {
    const known = this.servers.get(id);
    if (known !== undefined) return known;
    if (!this.numbers.has(id)) this.numbers.set(id, this.numbers.size % SERVERS);
    const room = new ServerRoom(this.hostOf(id), part, this);
    this.servers.set(id, room);
    return room;
  }
  private hostOf(id: string): RoomHost {
    const { host } = this;
    const mark = (ref: number) => ref * SERVERS + (this.numbers.get(id) ?? 0);
    return {
      ...host,
      after: (delay, what, ref) => host.after(delay, what, mark(ref)),
      hop: (link, client, back, what, ref, message, redelivered) => host.hop(link, client, back, what, mark(ref), message, redelivered),
    };
  }
  private numbered(ref: number): ServerRoom | undefined {
    for (const [id, number] of this.numbers) if (number === ref % SERVERS) return this.servers.get(id);
    return undefined;
  }
  private ofLink(link: string): ServerRoom {
    const { links, nodes } = this.topology;
    const ends = links.find((l) => l.id === link);
    const parent = nodes.find((n) => (n.id === ends?.from || n.id === ends?.to) && n.parent !== undefined)?.parent;
    const room = this.servers.get(parent ?? '');
    if (room === undefined) throw new Error(`no server at the end of ${link}`);
    return room;
  }
}
