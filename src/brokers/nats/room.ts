/** All nats-servers of a scenario: leaf connections lead from one to another. */
import type { ScenarioLink } from '../../scenario/document.ts';
import type { RoomHost, Topology } from '../contract.ts';
import { JointRoom, type JointState } from '../joint-room.ts';
import { withoutRounds } from './circles.ts';
import type { Envelope } from './events.ts';
import { type Carried, LEAF, Leaves, type LeavesState } from './leaves.ts';
import { serverName } from './plan.ts';
import { type Neighbours, ServerRoom } from './server-room.ts';

interface State extends JointState {
  readonly leaves: LeavesState;
}

export class NatsRoom extends JointRoom<ServerRoom> implements Neighbours {
  private readonly leaves: Leaves;
  constructor(host: RoomHost, topology: Topology) {
    super(host, topology);
    this.leaves = new Leaves(host, this.servers);
  }
  // Room -----------------------------------------------------------------------
  override reconcile(topology: Topology): void {
    super.reconcile(topology);
    this.leaves.reconcile();
  }
  override act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
    if (action !== 'start-cluster' || on !== this.topology.cluster.id) return super.act(action, on, parameters);
    for (const [id, room] of this.servers) room.act(action, id, parameters);
    return 'All servers are up.';
  }
  override wake(what: number, ref: number): void {
    if (what === LEAF) this.leaves.wake(ref);
    else super.wake(what, ref);
  }
  override arrive(what: number, ref: number): void {
    if (what === LEAF) this.leaves.arrive(ref);
    else super.arrive(what, ref);
  }
  override astray(what: number, ref: number): void {
    if (what === LEAF) this.leaves.astray(ref);
    else super.astray(what, ref);
  }
  override save(): State {
    return { ...super.save(), leaves: this.leaves.save() };
  }
  override load(state: State): void {
    super.load(state);
    this.leaves.load(state.leaves);
  }
  protected build(host: RoomHost, part: Topology): ServerRoom {
    return new ServerRoom(host, part, this);
  }
  /** Each server with the nodes of all, and what is wired to what lies in it. */
  protected partsOf(topology: Topology): Map<string, Topology> {
    this.leaves.know(topology.links);
    const parts = new Map<string, Topology & { readonly links: ScenarioLink[] }>();
    const homes = new Map(topology.nodes.map((node) => [node.id, node.parent]));
    for (const node of topology.nodes) if (node.kind === 'nats.cluster') parts.set(node.id, { cluster: node, nodes: topology.nodes, links: [] });
    const abroad = topology.links.filter(({ kind, from, to }) => kind === 'source' && homes.get(from) !== homes.get(to));
    const rounds = withoutRounds(abroad).circular;
    for (const link of topology.links) for (const home of new Set(rounds.includes(link) ? [] : [homes.get(link.from), homes.get(link.to)])) parts.get(home ?? '')?.links.push(link);
    return parts;
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
}
