/** All Redis servers of a scenario: each is a room of its own, this is their common door. */
import type { ScenarioNode } from '../../scenario/document.ts';
import type { Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Room, RoomHost, Topology } from '../contract.ts';
import { ServerRoom } from './server-room.ts';

/** References of servers are told apart by their last two digits: there are at most so many. */
const SERVERS = 100;

interface State {
  readonly numbers: readonly (readonly [id: string, number: number])[];
  readonly servers: readonly (readonly [id: string, state: unknown])[];
}

export class RedisRoom implements Room {
  private readonly host: RoomHost;
  private readonly servers = new Map<string, ServerRoom>();
  /** Numbers of servers, in the order in which they were first seen. */
  private numbers = new Map<string, number>();
  private topology: Topology;
  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.topology = topology;
  }
  reconcile(topology: Topology): void {
    const parts = this.partsOf(topology);
    for (const [id, room] of [...this.servers]) {
      if (parts.has(id)) continue;
      room.reconcile({ cluster: { id, kind: '' }, nodes: [], links: [] });
      this.servers.delete(id);
    }
    for (const [id, part] of parts) this.serverOf(id, part).reconcile(part);
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
    if (action === 'start-cluster') {
      const ours = [...this.servers].filter(([id]) => on === id || on === this.topology.cluster.id);
      for (const [id, room] of ours) for (const one of ['start-server', 'start-replica']) room.act(one, id, {});
      return ours.length > 0 ? 'All servers are up.' : undefined;
    }
    for (const room of this.servers.values()) {
      const said = room.act(action, on, parameters);
      if (said !== undefined) return said;
    }
    return undefined;
  }
  wake(what: number, ref: number): void {
    this.numbered(ref)?.wake(what, Math.floor(ref / SERVERS));
  }
  arrive(what: number, ref: number): void {
    this.numbered(ref)?.arrive(what, Math.floor(ref / SERVERS));
  }
  astray(what: number, ref: number): void {
    this.numbered(ref)?.astray(what, Math.floor(ref / SERVERS));
  }
  linkChanged(): void {}
  look(place: string, cells: number): Look | undefined {
    for (const room of this.servers.values()) {
      const look = room.look(place, cells);
      if (look) return look;
    }
    return undefined;
  }
  depths(): readonly Depth[] {
    return [...this.servers.values()].flatMap((room) => room.depths());
  }
  save(): unknown {
    return { numbers: [...this.numbers], servers: [...this.servers].map(([id, room]) => [id, room.save()]) };
  }
  load(saved: unknown): void {
    const state = saved as State;
    this.numbers = new Map(state.numbers);
    for (const [id, one] of state.servers) this.servers.get(id)?.load(one);
  }

  /** Each server with what lies in it and what is wired to that. */
  private partsOf(topology: Topology): Map<string, Topology> {
    this.topology = topology;
    const parts = new Map<string, { cluster: ScenarioNode; nodes: ScenarioNode[]; links: Topology['links'][number][] }>();
    const homes = new Map<string, string>();
    for (const node of topology.nodes) if (node.kind === 'redis-streams.server') parts.set(node.id, { cluster: node, nodes: [], links: [] });
    for (const node of topology.nodes) {
      const part = parts.get(node.parent ?? '');
      if (part === undefined || node.parent === undefined) continue;
      part.nodes.push(node);
      homes.set(node.id, node.parent);
    }
    for (const link of topology.links) parts.get(homes.get(link.from) ?? homes.get(link.to) ?? '')?.links.push(link);
    return parts;
  }
  private serverOf(id: string, part: Topology): ServerRoom {
    const known = this.servers.get(id);
    if (known !== undefined) return known;
    if (!this.numbers.has(id)) this.numbers.set(id, this.numbers.size % SERVERS);
    const room = new ServerRoom(this.hostOf(id), part);
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
