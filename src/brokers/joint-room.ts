/** A room of several servers of one family that may be linked with each other: each is a room of its own, this is their common door. */
import type { Depth, Look, PublishListener, PublishSession, ReceiveListener, ReceiveSession, Room, RoomHost, Topology } from './contract.ts';

/** References of servers are told apart by their last two digits: there are at most so many. */
const SERVERS = 100;

export type ServerRoom = Omit<Room, 'linkChanged'>;
export interface JointState {
  readonly numbers: readonly (readonly [id: string, number: number])[];
  readonly servers: readonly (readonly [id: string, state: unknown])[];
}

export abstract class JointRoom<Server extends ServerRoom> implements Room {
  protected readonly host: RoomHost;
  protected readonly servers = new Map<string, Server>();
  protected topology: Topology;
  /** Numbers of servers, in the order in which they were first seen. */
  private numbers = new Map<string, number>();
  constructor(host: RoomHost, topology: Topology) {
    this.host = host;
    this.topology = topology;
  }
  /** Each server with what lies in it and what is wired to that. */
  protected abstract partsOf(topology: Topology): ReadonlyMap<string, Topology>;
  protected abstract build(host: RoomHost, part: Topology): Server;

  reconcile(topology: Topology): void {
    this.topology = topology;
    const parts = this.partsOf(topology);
    for (const [id, room] of [...this.servers]) {
      if (parts.has(id)) continue;
      room.reconcile({ cluster: { id, kind: '' }, nodes: [], links: [] });
      this.servers.delete(id);
    }
    for (const [id, part] of parts) this.serverOf(id, part).reconcile(part);
  }
  know(topology: Topology): void {
    this.topology = topology;
    for (const [id, part] of this.partsOf(topology)) this.serverOf(id, part).know(part);
  }
  publisher(link: string, client: string, listener: PublishListener): PublishSession {
    return this.ofLink(link).publisher(link, client, listener);
  }
  receiver(link: string, client: string, listener: ReceiveListener): ReceiveSession {
    return this.ofLink(link).receiver(link, client, listener);
  }
  act(action: string, on: string, parameters: Readonly<Record<string, unknown>>): string | undefined {
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
  /** Neither clients nor servers notice at once: their timeouts do. */
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
  save(): JointState {
    return { numbers: [...this.numbers], servers: [...this.servers].map(([id, room]) => [id, room.save()]) };
  }
  load(state: JointState): void {
    this.numbers = new Map(state.numbers);
    for (const [id, one] of state.servers) this.servers.get(id)?.load(one);
  }

  private serverOf(id: string, part: Topology): Server {
    const known = this.servers.get(id);
    if (known !== undefined) return known;
    if (!this.numbers.has(id)) this.numbers.set(id, this.numbers.size % SERVERS);
    const room = this.build(this.hostOf(id), part);
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
  private numbered(ref: number): Server | undefined {
    for (const [id, number] of this.numbers) if (number === ref % SERVERS) return this.servers.get(id);
    return undefined;
  }
  private ofLink(link: string): Server {
    const { links, nodes } = this.topology;
    const ends = links.find((l) => l.id === link);
    const parent = nodes.find((n) => (n.id === ends?.from || n.id === ends?.to) && n.parent !== undefined)?.parent;
    const room = this.servers.get(parent ?? '');
    if (room === undefined) throw new Error(`no server at the end of ${link}`);
    return room;
  }
}
